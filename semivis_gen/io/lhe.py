"""Les Houches event files (hep-ph/0109068, hep-ph/0609017): streaming reader and writer.

Momenta are written with 17 digits, so that a file read back gives the same events. VTIMUP is the proper decay
length c tau [mm]. The production vertex, for which the format has no place, is a comment in the event:
`# vertex x y z ct` [mm]. Blocks of events are parsed as arrays; a layout that the fast path does not recognise is
read line by line. No event is ever dropped: a truncated or damaged file is an error with its line.
"""

from __future__ import annotations

import gzip
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from semivis_gen.errors import EventFileError
from semivis_gen.events import Events, IdMap, RunInfo
from semivis_gen.io.atomic import atomic_path
from semivis_gen.io.header import info_from_json, info_to_json, masses_from_slha, slha_block
from semivis_gen.io.lheparse import parse_events

__all__ = ["lhe_writer", "read_lhe", "read_lhe_info"]

BLOCK = 1 << 22  # bytes read at once
MAX_EVENT = 1 << 26  # 64 MB in one event or header is no event file, but a bomb
MAGIC_GZIP = b"\x1f\x8b"
WEIGHTS_SUM = 3  # IDWTUP: unweighted, XSECUP known; weights of semivis are 1 or slightly more


@contextmanager
def _open_bytes(path: str | Path) -> Iterator[IO[bytes]]:
    """Open plain or gzipped bytes, whatever the suffix says; `-` is standard input."""
    try:
        raw: Any = sys.stdin.buffer if str(path) == "-" else Path(path).open("rb")  # noqa: SIM115
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror}"
        raise EventFileError(msg) from error
    try:
        head = raw.peek(2)[:2]
        stream: Any = gzip.GzipFile(fileobj=raw) if head == MAGIC_GZIP else raw
        yield stream
    finally:
        if str(path) != "-":
            raw.close()


@dataclass(slots=True)
class _Source:
    """Bytes with a count of the lines handed out."""

    stream: IO[bytes]
    name: str
    line: int = 1
    pending: bytes = b""
    ended: bool = False

    def fill(self) -> bool:
        """Read one more block; false at the end."""
        try:
            block = self.stream.read(BLOCK)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            end = self.line + self.pending.count(b"\n")
            msg = f"{self.name}, line {end}: the gzipped file is truncated or damaged ({error}); copy or make it anew"
            raise EventFileError(msg) from error
        self.ended = not block
        self.pending += block
        if len(self.pending) > MAX_EVENT + BLOCK:
            msg = f"{self.name}, line {self.line}: more than {MAX_EVENT >> 20} MB without </event>; not an LHE file?"
            raise EventFileError(msg)
        return not self.ended

    def take(self, end: int) -> bytes:
        """Hand out the first `end` bytes."""
        part, self.pending = self.pending[:end], self.pending[end:]
        self.line += part.count(b"\n")
        return part


def _read_header(source: _Source) -> bytes:
    while (end := source.pending.find(b"</init>")) < 0:
        head = source.pending.lstrip()
        if head and not head.startswith(b"<"):
            msg = f"{source.name}, line 1: not an LHE file: it begins with {head[:40]!r} instead of <LesHouchesEvents"
            raise EventFileError(msg)
        if not source.fill():
            if not source.pending.strip():
                msg = f"{source.name}: the file is empty; an LHE file begins with <LesHouchesEvents"
            elif b"<LesHouchesEvents" not in source.pending:
                msg = f"{source.name}, line 1: not an LHE file: there is no <LesHouchesEvents"
            else:
                last = source.line + source.pending.count(b"\n")
                msg = f"{source.name}, line {last}: the file ends before </init>: it is truncated"
            raise EventFileError(msg)
    if b"<LesHouchesEvents" not in source.pending[:end]:
        msg = f"{source.name}, line 1: not an LHE file: there is no <LesHouchesEvents"
        raise EventFileError(msg)
    return source.take(end + len(b"</init>"))


def _header_info(header: bytes, name: str, ids: IdMap) -> RunInfo:
    text = header.decode("utf-8", errors="replace")
    own = re.search(r"<semivis>\s*(.*?)\s*</semivis>", text, re.DOTALL)
    if own:
        return info_from_json(own[1], where=name)
    init = text[text.rfind("<init") :]
    line = text[: text.rfind("<init")].count("\n") + 1
    lines = [x.split() for x in init.splitlines()[1:] if x.strip() and not x.lstrip().startswith(("<", "#"))]
    try:
        beam, target = int(lines[0][0]), int(lines[0][1])
        energies = float(lines[0][2]), float(lines[0][3])
        processes = int(lines[0][9])
        sigma = [tuple(float(v) for v in x[:2]) for x in lines[1 : 1 + processes]]
        if len(sigma) != processes:
            raise ValueError
    except (IndexError, ValueError) as error:
        msg = f"{name}, line {line}: the <init> block is not that of an LHE file"
        raise EventFileError(msg) from error
    generator = re.search(r"<generator\s[^>]*name=['\"]([^'\"]+)['\"](?:[^>]*version=['\"]([^'\"]+)['\"])?", init)
    masses = masses_from_slha(text, ids)
    epsilon = re.search(r"(?im)^\s*block\s+dark\b[^\n]*\n\s*1\s+(\S+)", text)
    fixed_target = abs(target) > 1_000_000_000
    return RunInfo(
        generator=generator[1] if generator else "unknown",
        version=(generator[2] or "") if generator else "",
        masses=masses,
        beam_id=beam,
        beam_energy=energies[0],
        target_id=target,
        target_mass=energies[1] if fixed_target else 0.0,
        rate=sum(s[0] for s in sigma),
        rate_error=float(np.sqrt(sum(s[1] ** 2 for s in sigma))),
        rate_unit="pb",
        rate_epsilon=float(epsilon[1]) if epsilon else 1.0,
    )


def read_lhe_info(path: str | Path, *, ids: IdMap | None = None) -> RunInfo:
    """Run information of a file, without its events.

    Parameters
    ----------
    path : str or Path
        The file.
    ids : IdMap, optional
        Ids that the file uses for the dark sector.

    Returns
    -------
    RunInfo
        From the semivis block, or from <init> and the SLHA card of another generator.
    """
    with _open_bytes(path) as stream:
        return _header_info(_read_header(_Source(stream, str(path))), str(path), ids or IdMap())


def read_lhe(path: str | Path, *, ids: IdMap | None = None, chunk: int = 100_000) -> Iterator[Events]:
    """Stream the events of a file.

    Parameters
    ----------
    path : str or Path
        Plain or gzipped file; `-` is standard input.
    ids : IdMap, optional
        Ids that the file uses for the dark sector.
    chunk : int
        Events a chunk, roughly.

    Yields
    ------
    Events
        Chunks in the order of the file.

    Raises
    ------
    EventFileError
        Where the file is empty, truncated or not an LHE file, or an event damaged; the message names the line.
    """
    mapping = ids or IdMap()
    with _open_bytes(path) as stream:
        source = _Source(stream, str(path))
        header = _read_header(source)
        info = _header_info(header, source.name, mapping)
        if info.masses is None:
            info = replace(info, masses=masses_from_slha(header.decode("utf-8", errors="replace"), mapping))
        seen = 0
        while True:
            end = source.pending.rfind(b"</event>")
            if end < 0 or source.pending.count(b"</event>") < chunk:
                if source.fill() and len(source.pending) < BLOCK * max(1, chunk // 2000):
                    continue
                end = source.pending.rfind(b"</event>")
            if end >= 0:
                line = source.line
                events = parse_events(source.take(end + len(b"</event>")), info, mapping, name=source.name, line=line)
                seen += len(events)
                yield events
            elif source.ended:
                _require_end(source, seen)
                return


def _require_end(source: _Source, seen: int) -> None:
    rest = source.pending
    last = source.line + rest.count(b"\n")
    if b"<event" in rest:
        msg = f"{source.name}, line {last}: the file ends inside event {seen + 1}: it is truncated"
        raise EventFileError(msg)
    if b"</LesHouchesEvents>" not in rest:
        msg = f"{source.name}, line {last}: truncated: there is no </LesHouchesEvents> after {seen} events"
        raise EventFileError(msg)
    if seen == 0:
        msg = f"{source.name}, line {last}: the file holds no events"
        raise EventFileError(msg)


class _Writer:
    """Writes chunks; given out by `lhe_writer`."""

    def __init__(self, stream: IO[bytes], ids: IdMap) -> None:
        self._stream, self._ids = stream, ids

    def write(self, events: Events) -> None:
        """Append a chunk of events."""
        self._stream.write(_format_events(events, self._ids))


@contextmanager
def lhe_writer(path: str | Path, info: RunInfo, *, ids: IdMap | None = None) -> Iterator[_Writer]:
    """Open a file for events; it appears whole when the block ends, or not at all.

    Parameters
    ----------
    path : str or Path
        .lhe or .lhe.gz.
    info : RunInfo
        Goes into the header.
    ids : IdMap, optional
        Ids to use for the dark sector.

    Yields
    ------
    writer
        With a method `write(events)`.
    """
    mapping = ids or IdMap()
    with atomic_path(path) as temporary, temporary.open("wb") as raw:
        stream: Any = (
            gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=4, mtime=0)
            if str(path).endswith(".gz")
            else raw
        )
        stream.write(_format_header(info, mapping))
        yield _Writer(stream, mapping)
        stream.write(b"</LesHouchesEvents>\n")
        if stream is not raw:
            stream.close()


def _format_header(info: RunInfo, ids: IdMap) -> bytes:
    slha = slha_block(info, ids)
    parts = ['<LesHouchesEvents version="3.0">', "<header>", "<semivis>", info_to_json(info), "</semivis>"]
    parts += ["<slha>", slha, "</slha>"] if slha else []
    parts += [
        "<!-- XSECUP is the cross-section in pb, or A' per beam electron for a thick target: see rate_unit above;",
        "     VTIMUP = c tau [mm]; '# vertex x y z ct' [mm] is the production point -->",
        "</header>",
        "<init>",
        f"{info.beam_id} {info.target_id} {info.beam_energy:.10e} {info.target_mass:.10e} 0 0 0 0 {WEIGHTS_SUM} 1",
        f"{info.rate:.10e} {info.rate_error:.10e} 1.0 1",
        f"<generator name='{info.generator}' version='{info.version}'></generator>",
        "</init>\n",
    ]
    return "\n".join(parts).encode()


PARTICLE = b"%d %d %d %d 0 0 %.16e %.16e %.16e %.16e %.16e %.16e 9.\n"


def _format_events(events: Events, ids: IdMap) -> bytes:
    """All events of a chunk by one format operation per topology length."""
    lengths = np.diff(events.offsets)
    pdg = ids.from_native(events.pdg)
    table: list[NDArray[Any]] = [pdg, events.status, events.mothers[:, 0] + 1, events.mothers[:, 1] + 1]
    table += [*events.momentum.T, events.energy, events.mass, events.ctau]
    rows = list(zip(*(column.tolist() for column in table), strict=True))
    out = []
    for index, (start, length) in enumerate(zip(events.offsets[:-1].tolist(), lengths.tolist(), strict=True)):
        values: list[Any] = [length, events.weight[index]]
        for row in rows[start : start + length]:
            values.extend(row)
        values.extend(events.vertex[index].tolist())
        out.append(_template(length) % tuple(values))
    return b"".join(out)


_TEMPLATES: dict[int, bytes] = {}


def _template(length: int) -> bytes:
    if length not in _TEMPLATES:
        head = b"<event>\n%d 1 %.16e -1 7.29735257e-03 0\n"
        _TEMPLATES[length] = head + PARTICLE * length + b"# vertex %.16e %.16e %.16e %.16e\n</event>\n"
    return _TEMPLATES[length]
