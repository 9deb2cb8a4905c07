"""Beginning of an LHE file: header and init blocks, both ways.

semivis writes its run information as one JSON object in the header tag <semivis> and reads that alone where it is
there. Of other generators' files it takes beams, target, cross-section and generator from <init>, masses and
couplings from <slha>. Les Houches accord: hep-ph/0109068, hep-ph/0609017.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import quoteattr

from semivis_gen.events import IdMap, RunInfo
from semivis_gen.io.formats import fail
from semivis_gen.io.header import HEADER_KEY, HeaderError, digits, dump_info, load_info
from semivis_gen.io.text.slha import ParamCard, read_slha, write_slha
from semivis_gen.version import __version__

__all__ = ["UNIT_WEIGHTS", "WEIGHTED", "read_head", "write_head"]

UNIT_WEIGHTS, WEIGHTED = 3, -4  # IDWTUP; see semivis_gen.io.lhe
NUCLEUS_IDS = 1_000_000_000
INIT_WORDS, PROCESS_WORDS = 10, 4


def write_head(info: RunInfo, ids: IdMap, *, strategy: int, target: tuple[int, float]) -> str:
    """Everything before the first event.

    Parameters
    ----------
    info : RunInfo
        What holds for the run.
    ids : IdMap
        Ids that the file uses.
    strategy : int
        IDWTUP: `UNIT_WEIGHTS` or `WEIGHTED`.
    target : tuple of int and float
        Id and mass [GeV] of the target nucleus for <init>, which knows no mixtures.

    Returns
    -------
    str
        Lines ending with a line break.
    """
    pdg, mass = target
    largest = info.rate if strategy == WEIGHTED and info.rate > 0 else 1.0
    slha = write_slha(info, ids)
    return "".join(
        [
            '<LesHouchesEvents version="3.0">\n<header>\n',
            f"<!--\nMade by semivis {__version__}. GeV, mm. VTIMUP is c tau. XSECUP: {info.rate_unit} at epsilon = "
            f"{digits(info.rate_epsilon)}.\n",
            "# vertex x y z ct [mm] in events: where they start, if not at the origin.\n-->\n",
            f"<{HEADER_KEY}>\n{dump_info(info, ids)}\n</{HEADER_KEY}>\n",
            f"<slha>\n{slha}</slha>\n" if slha else "",
            "</header>\n<init>\n",
            f"{info.beam_id} {pdg} {digits(info.beam_energy)} {digits(mass)} 0 0 0 0 {strategy} 1\n",
            f"{digits(info.rate)} {digits(info.rate_error)} {digits(largest)} 1\n",
            f"<generator name={quoteattr(info.generator)} version={quoteattr(info.version)}></generator>\n</init>\n",
        ]
    )


def read_head(text: str, path: str | Path, ids: IdMap) -> tuple[RunInfo, IdMap]:
    """Run information from everything up to </init>.

    Parameters
    ----------
    text : str
        Beginning of the file, with the init block.
    path : str or Path
        File name for errors.
    ids : IdMap
        Ids that the user says the file has.

    Returns
    -------
    RunInfo, IdMap
        Run information and the ids to read events with: the user's, or else the file's own.

    Raises
    ------
    EventFileError
        Where the init block or semivis's own header is damaged.
    """
    header = _block(text, "header") or ""
    start = text.find("</header>") + 1  # cards in the header may quote anything
    from_init = _read_init(text, start, path)
    own = _block(header, HEADER_KEY)
    if own is not None:
        try:
            info, own_ids = load_info(own)
        except HeaderError as error:
            fail(path, _line(text, text.find(f"<{HEADER_KEY}>")), str(error))
        return info, (own_ids if ids == IdMap() else ids)
    slha = _block(header, "slha")
    return _with_card(from_init, read_slha(slha or ""), ids), ids


def _block(text: str, tag: str) -> str | None:
    found = re.search(rf"<{tag}(?:\s[^>]*)?>(.*?)</{tag}\s*>", text, flags=re.DOTALL)
    return found.group(1) if found else None


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, max(position, 0)) + 1


def _numbers(words: list[str]) -> list[float] | None:
    try:
        numbers = [float(word.lower().replace("d", "e")) for word in words]
    except ValueError:
        return None
    return numbers if all(map(math.isfinite, numbers)) else None


def _read_init(text: str, start: int, path: str | Path) -> RunInfo:
    found = re.compile(r"<init(?:\s[^>]*)?>(.*?)</init\s*>", flags=re.DOTALL).search(text, start)
    if found is None:
        fail(path, _line(text, len(text)), "no <init> block: this is not a complete LHE file")
    line = _line(text, found.start(1))
    rows = [row.split() for row in re.split(r"<", found.group(1), maxsplit=1)[0].splitlines() if row.strip()]
    rows = [row for row in rows if not row[0].startswith("#")]
    if not rows or len(rows[0]) < INIT_WORDS or (first := _numbers(rows[0][:INIT_WORDS])) is None:
        fail(path, line + 1, f"the <init> block must begin with {INIT_WORDS} numbers (beams, PDFs, IDWTUP, NPRUP)")
    processes = int(first[9])
    if not 0 <= processes <= len(rows) - 1:
        fail(path, line + 1, f"<init> announces {processes} processes and describes {len(rows) - 1}")
    rate, variance = 0.0, 0.0
    for number, row in enumerate(rows[1 : processes + 1]):
        process = _numbers(row[:PROCESS_WORDS])
        if process is None or len(process) < PROCESS_WORDS:
            fail(path, line + 2 + number, f"a process needs {PROCESS_WORDS} numbers (XSECUP, XERRUP, XMAXUP, LPRUP)")
        rate, variance = rate + process[0], variance + process[1] ** 2
    nucleus = int(first[1])
    fixed_target = abs(nucleus) > NUCLEUS_IDS
    generator = re.search(r"<generator([^>]*)>", found.group(1))
    return RunInfo(
        generator=_attribute(generator, "name") or "unknown",
        version=_attribute(generator, "version") or "",
        beam_id=int(first[0]),
        beam_energy=first[2],
        target_id=nucleus if fixed_target else 0,
        target_mass=first[3] if fixed_target else 0.0,
        rate=rate,
        rate_error=math.sqrt(variance),
    )


def _attribute(tag: re.Match[str] | None, name: str) -> str | None:
    found = re.search(rf"""\b{name}\s*=\s*(?:'([^']*)'|"([^"]*)")""", tag.group(1)) if tag else None
    return (found.group(1) or found.group(2)) if found else None


def _with_card(info: RunInfo, card: ParamCard, ids: IdMap) -> RunInfo:
    extra = {}
    for name in ("aprime", "chi2"):
        width = card.width.get(getattr(ids, name))
        if width is not None:
            extra[f"width_{name}_GeV"] = repr(width)
    if card.epsilon is None:
        extra["rate_epsilon"] = "not given in the file; rate is the sum of XSECUP as it stands"
    return replace(
        info,
        masses=card.masses(ids),
        point=card.point(ids),
        target_mass=card.mass.get(info.target_id, info.target_mass),
        rate_epsilon=card.epsilon or 1.0,
        extra=extra,
    )
