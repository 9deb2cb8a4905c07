"""HepMC3 ASCII files into events: semivis's own and those of other generators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from semivis_gen.events import Events, IdMap, RunInfo
from semivis_gen.io.chunks import complaint
from semivis_gen.io.formats import MAX_EVENT_BYTES, MAX_HEADER_BYTES, Source, fail
from semivis_gen.io.header import HEADER_KEY, HeaderError, load_info
from semivis_gen.io.hepmc.block import parse_block
from semivis_gen.io.hepmc.graph import BEAM, Graph, to_events
from semivis_gen.io.text.tokens import TextError

__all__ = ["read_hepmc", "read_hepmc_info"]

BLOCK_BYTES = 2**20  # stays in the cache
MARK, OLD_MARK = b"HepMC::Asciiv3", b"HepMC::IO_GenEvent"
EVENT, END = b"\nE ", b"\nHepMC::Asciiv3-END_EVENT_LISTING"
HEADER_TAGS = ("N", "W", "T", "A")
NUCLEUS_IDS = 1_000_000_000
ESCAPES = {"|": "\n", "\\": "\\"}  # how HepMC3 writes line breaks and backslashes


def read_hepmc_info(path: str | Path) -> RunInfo:
    """Run information of a HepMC3 file; other generators' from its first events.

    Raises
    ------
    EventFileError
        Where the file is damaged or holds no events.
    """
    with Source.open(path) as source:
        header, block, line = next(_blocks(source))
        return _info(header, block, _parse(block, line, path), line, path, IdMap())[0]


def read_hepmc(path: str | Path, ids: IdMap) -> Iterator[Events]:
    """Events of a HepMC3 file in pieces of some hundreds.

    Parameters
    ----------
    path : str or Path
        File name.
    ids : IdMap
        Ids that the file uses for the dark sector.

    Yields
    ------
    Events
        Pieces, in order.

    Raises
    ------
    EventFileError
        Where the file is truncated, damaged or holds no events; with file and line.
    """
    info: RunInfo | None = None
    with Source.open(path) as source:
        for header, block, line in _blocks(source):
            graph = _parse(block, line, path)
            if info is None:
                info, ids = _info(header, block, graph, line, path, ids)
            events = to_events(graph, info, ids)
            found = complaint(events)
            if found is not None:
                event, row, what = found
                fail(path, line + int(graph.event_line[event] if row < 0 else graph.particle_line[row]), what)
            yield events


def _parse(block: bytes, line: int, path: str | Path) -> Graph:
    """Graph of a block that begins on a line of a file; its faults are errors."""
    try:
        return parse_block(block)
    except TextError as fault:
        fail(path, line + fault.line, str(fault))


def _blocks(source: Source) -> Iterator[tuple[str, bytes, int]]:
    """Header, whole events and the line on which they begin."""
    path = source.path
    rest = source.read(BLOCK_BYTES)
    _check_mark(rest, path)
    while EVENT not in rest and (data := source.read(BLOCK_BYTES)):
        rest += data
        if len(rest) > MAX_HEADER_BYTES:
            fail(path, 1, f"no event within {MAX_HEADER_BYTES >> 20} MB: the file is damaged")
    begin = rest.find(EVENT) + 1 or len(rest)
    header, rest = rest[:begin].decode(errors="replace"), rest[begin:]
    for number, row in enumerate(header.split("\n")):
        tag = row.split(" ", 1)[0].strip()
        if tag and tag not in HEADER_TAGS and not tag.startswith("HepMC::"):  # an event whose first line is damaged
            fail(path, number + 1, f"{row[:30]!r} stands where a header or an event should begin: the file is damaged")
    line = header.count("\n") + 1
    if not rest and END in header.encode():
        fail(path, line, "the file holds no events")
    while True:
        data = source.read(BLOCK_BYTES)
        rest += data
        cut = rest.rfind(EVENT) + 1 if data else _end(rest, line, path)
        block, rest = rest[:cut], rest[cut:]
        if block:
            if END in block:
                at = line + block.count(b"\n", 0, block.find(END) + 1)
                fail(path, at, "the file goes on after END_EVENT_LISTING: give files that were joined one by one")
            yield header, block, line
            line += block.count(b"\n")
        if not data:
            return
        if len(rest) > MAX_EVENT_BYTES:
            fail(path, line, f"an event of more than {MAX_EVENT_BYTES >> 20} MB: the file is damaged")


def _end(rest: bytes, line: int, path: str | Path) -> int:
    """Where the last event ends."""
    cut = rest.find(END) + 1
    if not cut:
        line += rest.count(b"\n")
        fail(path, line, "the file ends without END_EVENT_LISTING: it is truncated, fetch or make it again")
    if rest[cut:].strip() != END.strip():
        line += rest.count(b"\n", 0, cut) + 1
        fail(path, line, "the file goes on after END_EVENT_LISTING: give files that were joined one by one")
    return cut


def _check_mark(text: bytes, path: str | Path) -> None:
    head = text[:4096]
    if OLD_MARK in head:
        fail(
            path,
            1,
            "this is HepMC2: convert it to HepMC3, for example with pyhepmc, which reads one and writes the other",
        )
    if MARK not in head:
        start = (head.split(maxsplit=1) or [b"blanks"])[0][:30].decode(errors="replace")
        fail(path, 1, f"no {MARK.decode()} here but {start!r}: this is not a HepMC3 ASCII file")


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[0]), text)


def _info(header: str, block: bytes, graph: Graph, line: int, path: str | Path, ids: IdMap) -> tuple[RunInfo, IdMap]:
    for number, row in enumerate(header.split("\n")):
        words = row.split(" ", 2)
        if words[:2] == ["A", HEADER_KEY] and len(words) == 3:
            try:
                info, own = load_info(_unescape(words[2]))
            except HeaderError as error:
                fail(path, number + 1, str(error))
            return info, (own if ids == IdMap() else ids)
    return _foreign(header, block, graph, line, path), ids


def _foreign(header: str, block: bytes, graph: Graph, line: int, path: str | Path) -> RunInfo:
    """What the first event of another generator tells."""
    info = RunInfo(generator="unknown")
    tool = re.search(r"^T (.*)$", header, flags=re.MULTILINE)
    if tool:
        name, version, *_ = [*_unescape(tool[1]).split("\n"), ""]
        info = replace(info, generator=name, version=version)
    rate = re.match(rb"E .*(?:\n(?!E ).*)*?\nA 0 GenCrossSection ([-+.\deE]+) ([-+.\deE]+)", block)
    if rate:
        try:
            info = replace(info, rate=float(rate[1]), rate_error=float(rate[2]))
        except ValueError:
            fail(path, line, "the cross-section of the event that begins here is not a number")
        info.extra["rate_epsilon"] = "not given in the file; rate is the first event's cross-section as it stands"
    first = slice(0, int(graph.offsets[1]))
    incoming = np.flatnonzero(graph.status[first] == BEAM)
    if len(incoming):
        beam, target = int(incoming[0]), int(incoming[-1])
        energy = float(np.hypot(np.linalg.norm(graph.momentum[beam]), graph.mass[beam]))
        info = replace(info, beam_id=int(graph.pid[beam]), beam_energy=energy)
        if abs(int(graph.pid[target])) > NUCLEUS_IDS:
            info = replace(info, target_id=int(graph.pid[target]), target_mass=float(graph.mass[target]))
    return info
