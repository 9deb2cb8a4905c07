"""HepMC3 and HepMC2 ASCII files into events: semivis's own and those of other generators."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from semivis_gen.constants import NUCLEUS_IDS
from semivis_gen.events import Events, IdMap, Origin, RunInfo
from semivis_gen.io.chunks import complaint
from semivis_gen.io.energies import check_energies
from semivis_gen.io.formats import MAX_EVENT_BYTES, MAX_HEADER_BYTES, Source, fail, fail_weight
from semivis_gen.io.header import HEADER_KEY, HeaderError, load_info
from semivis_gen.io.hepmc.block import parse_block
from semivis_gen.io.hepmc.graph import BEAM, FINAL, Graph, to_events
from semivis_gen.io.hepmc.old import old_weight_names, parse_old_block
from semivis_gen.io.hepmc.order import CircleError
from semivis_gen.io.text.tokens import TextError, number as number_of

__all__ = ["read_hepmc", "read_hepmc_info"]

BLOCK_BYTES = 2**20  # stays in the cache
EVENT = b"\nE "
ESCAPES = {"|": "\n", "\\": "\\"}  # how HepMC3 writes line breaks and backslashes


@dataclass(frozen=True, slots=True)
class _Kind:
    """What tells HepMC3 from HepMC2."""

    mark: bytes
    """In the first lines."""
    end: bytes
    """Last line."""
    rate: bytes
    """Beginning of the line with an event's cross-section [pb] and its error."""
    parse: Callable[[bytes, int], Graph]
    """Whole events into graphs."""
    tags: tuple[str, ...]
    """Lines before the first event."""


NEW = _Kind(
    b"HepMC::Asciiv3",
    b"\nHepMC::Asciiv3-END_EVENT_LISTING",
    b"\nA 0 GenCrossSection ",
    parse_block,
    ("N", "W", "T", "A"),
)
OLD = _Kind(b"HepMC::IO_GenEvent", b"\nHepMC::IO_GenEvent-END_EVENT_LISTING", b"\nC ", parse_old_block, ())


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole events of a file."""

    kind: _Kind
    """HepMC3 or HepMC2."""
    header: str
    """Text before the first event."""
    text: bytes
    """The events."""
    line: int
    """Line on which they begin."""
    path: str | Path
    """The file."""

    def graph(self, weight: int) -> Graph:
        """The events as graphs; their faults are errors."""
        try:
            return self.kind.parse(self.text, weight)
        except TextError as fault:
            fail(self.path, self.line + fault.line, str(fault))


def read_hepmc_info(path: str | Path) -> RunInfo:
    """Run information of a HepMC file; other generators' from its first events and its last cross-section.

    Raises
    ------
    EventFileError
        Where the file is damaged or holds no events.
    """
    with Source.open(path) as source:
        block = next(_blocks(source))
        return _info(block, block.graph(0), IdMap(), None)[0]


def read_hepmc(path: str | Path, ids: IdMap, *, weight: str | None = None) -> Iterator[Events]:
    """Events of a HepMC file in pieces of some hundreds.

    Parameters
    ----------
    path : str or Path
        File name.
    ids : IdMap
        Ids that the file uses for the dark sector.
    weight : str, optional
        Name of the weight to read; the first without.

    Yields
    ------
    Events
        Pieces, in order.

    Raises
    ------
    EventFileError
        Where the file is truncated, damaged, holds no events or not the weight; with file and line.
    """
    info: RunInfo | None = None
    index = done = 0
    with Source.open(path) as source:
        for block in _blocks(source):
            if info is None and weight is not None:
                index = _position(weight, _weight_names(block), path)
            graph = block.graph(index)
            if info is None:
                info, ids = _info(block, graph, ids, weight)
            try:
                events = to_events(graph, info, ids)
            except CircleError as error:
                event = int(graph.vertex_event[error.vertex])
                fail(path, block.line + int(graph.event_line[event]), f"event {done + event + 1}: {error}")
            found = complaint(events)
            if found is not None:
                event, row, what = found
                line = int(graph.event_line[event]) if row < 0 else _line_of(graph, events, row)
                fail(path, block.line + line, f"event {done + event + 1}: {what}")
            final = graph.status == FINAL
            check_energies(path, block.line + graph.particle_line, graph.energy, graph.momentum, graph.mass, final)
            number = done + np.arange(1, len(events) + 1)
            yield replace(events, origin=Origin(str(path), number, block.line + graph.event_line))
            done += len(events)


def _blocks(source: Source) -> Iterator[_Block]:
    """Whole events, some hundreds at a time."""
    path = source.path
    rest = source.read(BLOCK_BYTES)
    kind = _kind(rest, path)
    searched = 0
    while rest.find(EVENT, searched) < 0 and (data := source.read(BLOCK_BYTES)):
        searched = max(len(rest) - len(EVENT), 0)
        rest += data
        if len(rest) > MAX_HEADER_BYTES:
            fail(path, 1, f"no event within {MAX_HEADER_BYTES >> 20} MB: the file is damaged")
    begin = rest.find(EVENT) + 1 or len(rest)
    header, rest = rest[:begin].decode(errors="replace"), rest[begin:]
    for number, row in enumerate(header.split("\n")):
        tag = row.split(" ", 1)[0].strip()
        if tag and tag not in kind.tags and not tag.startswith("HepMC::"):  # an event whose first line is damaged
            fail(path, number + 1, f"{row[:30]!r} stands where a header or an event should begin: the file is damaged")
    line = header.count("\n") + 1
    if not rest and kind.end in header.encode():
        fail(path, line, "the file holds no events")
    searched = 0
    while True:
        data = source.read(BLOCK_BYTES)
        rest += data
        cut = rest.rfind(EVENT, searched) + 1 if data else _end(rest, line, kind, path)
        searched = 0 if cut else max(len(rest) - len(EVENT), 0)
        block, rest = rest[:cut], rest[cut:]
        if block:
            if kind.end in block:
                at = line + block.count(b"\n", 0, block.find(kind.end) + 1)
                fail(path, at, "the file goes on after END_EVENT_LISTING: give files that were joined one by one")
            yield _Block(kind, header, block, line, path)
            line += block.count(b"\n")
        if not data:
            return
        if len(rest) > MAX_EVENT_BYTES:
            fail(path, line, f"an event of more than {MAX_EVENT_BYTES >> 20} MB: the file is damaged")


def _end(rest: bytes, line: int, kind: _Kind, path: str | Path) -> int:
    """Where the last event ends."""
    cut = rest.find(kind.end) + 1
    if not cut:
        line += rest.count(b"\n")
        fail(path, line, "the file ends without END_EVENT_LISTING: it is truncated, fetch or make it again")
    if rest[cut:].strip() != kind.end.strip():
        line += rest.count(b"\n", 0, cut) + 1
        fail(path, line, "the file goes on after END_EVENT_LISTING: give files that were joined one by one")
    return cut


def _kind(text: bytes, path: str | Path) -> _Kind:
    kind = next((kind for kind in (NEW, OLD) if kind.mark in text[:4096]), None)
    if kind is None:
        start = (text[:4096].split(maxsplit=1) or [b"blanks"])[0][:30].decode(errors="replace")
        fail(path, 1, f"no {NEW.mark.decode()} here but {start!r}: this is not a HepMC ASCII file")
    return kind


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[0]), text)


def _line_of(graph: Graph, events: Events, row: int) -> int:
    """Line of a particle: the record may have put the mothers of a vertex side by side."""
    event = events.event_at(row)
    same = slice(int(events.offsets[event]), int(events.offsets[event + 1]))
    at = np.flatnonzero((graph.momentum[same] == events.momentum[row]).all(axis=1))
    return int(graph.particle_line[same][at[0]] if len(at) else graph.event_line[event])


def _position(weight: str, names: tuple[str, ...], path: str | Path) -> int:
    if weight not in names:
        fail_weight(path, weight, names)
    return names.index(weight)


def _weight_names(block: _Block) -> tuple[str, ...]:
    if block.kind is OLD:
        return old_weight_names(block.text)
    rows = [row.split(" ", 1) for row in block.header.split("\n") if row[:2] in ("W ", "N ")]
    named = [text for tag, text in rows if tag == "N"] or [text for _, text in rows]  # old: W number, N names
    return tuple(name for text in named for name in _unescape(text).split("\n"))


def _info(block: _Block, graph: Graph, ids: IdMap, weight: str | None) -> tuple[RunInfo, IdMap]:
    for number, row in enumerate(block.header.split("\n")):
        words = row.split(" ", 2)
        if words[:2] == ["A", HEADER_KEY] and len(words) == 3:
            try:
                info, own = load_info(_unescape(words[2]))
            except HeaderError as error:
                fail(block.path, number + 1, str(error))
            return info, (own if ids == IdMap() else ids)
    return _foreign(block, graph, weight), ids


def _foreign(block: _Block, graph: Graph, weight: str | None) -> RunInfo:
    """What the first event of another generator tells, and the last cross-section."""
    names = _weight_names(block)
    info = RunInfo(generator="unknown", weight=weight or "", weight_names=names, weight_mean="unknown")
    tool = re.search(r"^T (.*)$", block.header, flags=re.MULTILINE)
    if tool:
        name, version, *_ = [*_unescape(tool[1]).split("\n"), ""]
        info = replace(info, generator=name, version=version)
    if block.kind.rate in block.text:
        rate, error = _rate(block, names.index(weight) if weight else 0)
        info = replace(info, rate=rate, rate_error=error)
        info.extra["rate_epsilon"] = "not given in the file; rate is its last cross-section as it stands"
    first = slice(0, int(graph.offsets[1]))
    incoming = np.flatnonzero(graph.status[first] == BEAM)
    if len(incoming):
        beam, target = int(incoming[0]), int(incoming[-1])
        energy = float(np.hypot(np.linalg.norm(graph.momentum[beam]), graph.mass[beam]))
        info = replace(info, beam_id=int(graph.pid[beam]), beam_energy=energy)
        if abs(int(graph.pid[target])) > NUCLEUS_IDS:
            info = replace(info, target_id=int(graph.pid[target]), target_mass=float(graph.mass[target]))
    return info


def _rate(block: _Block, weight: int) -> tuple[float, float]:
    """Cross-section and error [pb] of the last event: generators write what they know up to each event."""
    row, line = _last_line(block.path, block.kind.rate)
    words = row[len(block.kind.rate) - 1 :].split()
    if weight and len(words) > 2 * weight + 3:  # behind the first and the numbers of events: those of other weights
        words = words[2 * weight + 2 :]
    values = [number_of(word.decode("latin-1")) for word in words[:2]]
    found = [value for value in values if value is not None and np.isfinite(value)]
    if len(found) < 2:
        fail(block.path, line, f"the cross-section {b' '.join(words[:2]).decode(errors='replace')!r} is not finite")
    return found[0], found[1]


def _last_line(path: str | Path, start: bytes) -> tuple[bytes, int]:
    """The last line that begins so, and its number."""
    kept, rest, line, at_line = b"", b"", 1, 1
    with Source.open(path) as source:
        while data := source.read(BLOCK_BYTES):
            rest += data
            at = rest.rfind(start) + 1
            if at:
                kept, at_line = rest[at : (rest.find(b"\n", at) + 1) or None].strip(), line + rest.count(b"\n", 0, at)
            # a line may be cut by the end of what is read
            cut = rest.rfind(b"\n")
            if cut > 0:
                line, rest = line + rest.count(b"\n", 0, cut), rest[cut:]
            if len(rest) > MAX_EVENT_BYTES:
                fail(path, line, f"a line of more than {MAX_EVENT_BYTES >> 20} MB: the file is damaged")
    return kept, at_line
