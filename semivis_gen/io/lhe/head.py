"""Beginning of an LHE file: header and init blocks, both ways.

semivis writes its run information as one JSON object in the header tag <semivis> and reads that alone where it is
there. Of other generators' files it takes beams, target, cross-section and generator from <init>, masses and
couplings from <slha>. Les Houches accord: hep-ph/0109068, hep-ph/0609017.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import quoteattr, unescape

from semivis_gen.constants import ALPHA, NUCLEUS_IDS
from semivis_gen.events import IdMap, RunInfo
from semivis_gen.io.formats import fail
from semivis_gen.io.header import HEADER_KEY, HeaderError, digits, dump_info, load_info
from semivis_gen.io.text.slha import ParamCard, read_slha, write_slha
from semivis_gen.io.text.tokens import number
from semivis_gen.version import __version__

__all__ = [
    "SCALES_UNKNOWN",
    "SECOND_BEAM",
    "SPIN_UNKNOWN",
    "Head",
    "read_head",
    "scale_of",
    "strategy_of",
    "write_head",
]

UNIT, SIGNED, CROSS_SECTIONS = 3, -3, -4  # IDWTUP; see semivis_gen.io.lhe
SPIN_UNKNOWN, SCALES_UNKNOWN = 9.0, (-1.0, ALPHA, -1.0)  # SPINUP; SCALUP, AQEDUP, AQCDUP where not relevant
SECOND_BEAM = "second_beam"  # entry of RunInfo.extra: id and energy [GeV]
INIT_WORDS, PROCESS_WORDS = 10, 4
WEIGHT = re.compile(r"<weight\s[^<>]*>")
WEIGHT_INFO = re.compile(r"<weightinfo\s[^<>]*>")


@dataclass(frozen=True, slots=True)
class Head:
    """Text of an LHE file before its first event, without comments."""

    header: str
    """What stands in <header>, empty without one."""
    header_line: int
    """Line on which that begins."""
    init: str
    """What stands in <init>."""
    init_line: int
    """Line on which that begins."""
    line: int
    """Line on which the events begin."""


def strategy_of(info: RunInfo, *, unit: bool) -> int:
    """IDWTUP under which XSECUP and the weights mean what they say.

    Parameters
    ----------
    info : RunInfo
        Rate, and what the mean of the weights is.
    unit : bool
        Whether the weights are one.

    Returns
    -------
    int
        3 (weights 1), -3 (XSECUP alone tells the rate, weights their sign at most) or -4 (their mean is XSECUP).
    """
    if unit and info.weight_mean != "unknown":
        return UNIT
    if info.weight_mean == "unknown" or not info.rate > 0:
        return SIGNED
    return CROSS_SECTIONS


def scale_of(info: RunInfo, strategy: int) -> float:
    """XWGTUP over the weight of the event record: relative weights become cross-sections."""
    return info.rate if strategy == CROSS_SECTIONS and info.weight_mean == "one" else 1.0


def write_head(
    info: RunInfo, ids: IdMap, *, strategy: int, target: tuple[int, float], lost: tuple[str, ...] = ()
) -> str:
    """Everything before the first event.

    Parameters
    ----------
    info : RunInfo
        What holds for the run.
    ids : IdMap
        Ids that the file uses.
    strategy : int
        IDWTUP, see `strategy_of`.
    target : tuple of int and float
        Id and mass [GeV] of the target nucleus for <init>, which knows no mixtures; or of a second beam its energy.
    lost : tuple of str
        What the events had and this file does not hold.

    Returns
    -------
    str
        Lines ending with a line break.
    """
    pdg, mass = target
    largest = info.rate if strategy == CROSS_SECTIONS else 1.0
    slha = write_slha(info, ids)
    return "".join(
        [
            '<LesHouchesEvents version="3.0">\n<header>\n',
            f"<!--\nMade by semivis {__version__}. GeV, mm. VTIMUP is c tau. XSECUP: {info.rate_unit} at epsilon = "
            f"{digits(info.rate_epsilon)}.\n",
            "# vertex x y z ct [mm] in events: where they start, if not at the origin.\n-->\n",
            f"<{HEADER_KEY}>\n{dump_info(info, ids, lost=lost)}\n</{HEADER_KEY}>\n",
            f"<slha>\n{slha}</slha>\n" if slha else "",
            "</header>\n<init>\n",
            f"{info.beam_id} {pdg} {digits(info.beam_energy)} {digits(mass)} 0 0 0 0 {strategy} 1\n",
            f"{digits(info.rate)} {digits(info.rate_error)} {digits(largest)} 1\n",
            f"<generator name={quoteattr(info.generator)} version={quoteattr(info.version)}></generator>\n</init>\n",
        ]
    )


def read_head(head: Head, path: str | Path, ids: IdMap) -> tuple[RunInfo, IdMap, float]:
    """Run information from everything up to </init>.

    Parameters
    ----------
    head : Head
        Beginning of the file.
    path : str or Path
        File name for errors.
    ids : IdMap
        Ids that the user says the file has.

    Returns
    -------
    RunInfo, IdMap, float
        Run information, the ids to read events with (the user's, or else the file's own), and XWGTUP over weight.

    Raises
    ------
    EventFileError
        Where the init block or semivis's own header is damaged.
    """
    from_init, strategy = _read_init(head, path)
    own, at = _block(head.header, HEADER_KEY)
    if own is not None:
        try:
            info, own_ids = load_info(own)
        except HeaderError as error:
            fail(path, head.header_line + head.header.count("\n", 0, at), str(error))
        return info, (own_ids if ids == IdMap() else ids), scale_of(info, strategy)
    slha, _ = _block(head.header, "slha")
    return _with_card(from_init, read_slha(slha or ""), ids), ids, 1.0


def _block(text: str, tag: str) -> tuple[str | None, int]:
    """What stands between the first tag of a name and its end, and where the tag begins."""
    found = re.search(rf"<{tag}(?:\s[^<>]*)?>", text)
    end = text.find(f"</{tag}", found.end()) if found else -1
    return (text[found.end() : end], found.start()) if found and end >= 0 else (None, 0)


def _numbers(words: list[str]) -> list[float] | None:
    numbers = [number(word) for word in words]
    known = [value for value in numbers if value is not None and math.isfinite(value)]
    return known if len(known) == len(words) else None


def _read_init(head: Head, path: str | Path) -> tuple[RunInfo, int]:
    text, *_ = head.init.split("<", maxsplit=1)
    lines = [(head.init_line + below, line.split()) for below, line in enumerate(text.split("\n"))]
    rows = [(line, words) for line, words in lines if words and not words[0].startswith("#")]
    if not rows or len(rows[0][1]) < INIT_WORDS or (first := _numbers(rows[0][1][:INIT_WORDS])) is None:
        line = rows[0][0] if rows else head.init_line
        fail(path, line, f"the <init> block must begin with {INIT_WORDS} numbers (beams, PDFs, IDWTUP, NPRUP)")
    processes, described = int(first[9]), len(rows) - 1
    if not 0 <= processes <= max(described, processes * (not described)):  # GiBUU announces eight and describes none
        fail(path, rows[0][0], f"<init> announces {processes} processes and describes {described}")
    rate, variance = 0.0, 0.0
    for line, words in rows[1 : processes + 1]:
        process = _numbers(words[:PROCESS_WORDS])
        if process is None or len(process) < PROCESS_WORDS:
            fail(path, line, f"a process needs {PROCESS_WORDS} numbers (XSECUP, XERRUP, XMAXUP, LPRUP)")
        rate, variance = rate + process[0], variance + process[1] ** 2
    nucleus = int(first[1])
    fixed_target = abs(nucleus) > NUCLEUS_IDS
    name, version = _generator(head.init)
    strategy = int(first[8])
    extra = {} if described else {"rate": "not given in the file"}
    if not fixed_target and first[3]:
        extra[SECOND_BEAM] = f"{nucleus} {digits(first[3])}"
    info = RunInfo(
        generator=name or "unknown",
        version=version,
        beam_id=int(first[0]),
        beam_energy=first[2],
        target_id=nucleus if fixed_target else 0,
        target_mass=first[3] if fixed_target else 0.0,
        rate=rate,
        rate_error=math.sqrt(variance),
        weight_mean="rate" if abs(strategy) in (1, 4) and rate > 0 else "unknown",
        weight_names=_weight_names(head),
        extra=extra,
    )
    return info, strategy


def _weight_names(head: Head) -> tuple[str, ...]:
    """Weights besides XWGTUP: ids in <initrwgt>, or names of <weightinfo> in <init>."""
    known, _ = _block(head.header, "initrwgt")
    names = [_attribute(tag, "id") for tag in WEIGHT.findall(known or "")]
    names += [_attribute(tag, "name") for tag in WEIGHT_INFO.findall(head.init)]
    return tuple(unescape(name) for name in names if name)


def _generator(init: str) -> tuple[str, str]:
    """Name and version; WHIZARD has its name between the tags."""
    found = re.search(r"<generator((?:\s[^<>]*)?)>([^<]*)", init)
    if found is None:
        return "", ""
    return _attribute(found[1], "name") or " ".join(found[2].split()), _attribute(found[1], "version") or ""


def _attribute(tag: str, name: str) -> str | None:
    found = re.search(rf"""(?<![\w-]){name}\s*=\s*(?:'([^']*)'|"([^"]*)")""", tag)
    return (found.group(1) or found.group(2)) if found else None


def _with_card(info: RunInfo, card: ParamCard, ids: IdMap) -> RunInfo:
    extra = dict(info.extra)
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
