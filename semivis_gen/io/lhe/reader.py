"""LHE files into events: streaming, with flat memory, and never fewer events than the file holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from semivis_gen.events import Events, IdMap, RunInfo
from semivis_gen.io.chunks import complaint
from semivis_gen.io.formats import MAX_EVENT_BYTES, MAX_HEADER_BYTES, Source, fail
from semivis_gen.io.lhe.any import parse_any
from semivis_gen.io.lhe.block import Table, parse_block
from semivis_gen.io.lhe.head import read_head

__all__ = ["read_lhe", "read_lhe_info"]

BLOCK_BYTES = 2**20  # stays in the cache
ROOT, INIT_END, EVENT_END, ROOT_END = b"<LesHouchesEvents", b"</init>", b"</event>", b"</LesHouchesEvents>"
IDUP, ISTUP, MOTHER, MOMENTUM, MASS, LIFETIME = 0, 1, slice(2, 4), slice(6, 9), 10, 11  # columns of a particle
WEIGHT = 2  # column of an event's first line


def read_lhe_info(path: str | Path, ids: IdMap) -> RunInfo:
    """Run information of an LHE file, from its beginning alone.

    Raises
    ------
    EventFileError
        Where this is no LHE file.
    """
    with Source.open(path) as source:
        head, _ = _head(source)
        return read_head(head, path, ids)[0]


def read_lhe(path: str | Path, ids: IdMap) -> Iterator[Events]:
    """Events of an LHE file in pieces of some thousands.

    Parameters
    ----------
    path : str or Path
        File name, "-" for stdin.
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
    with Source.open(path) as source:
        head, rest = _head(source)
        info, ids = read_head(head, path, ids)
        line = head.count("\n") + 1
        empty = True
        while True:
            data = source.read(BLOCK_BYTES)
            rest += data
            cut = rest.rfind(EVENT_END) + len(EVENT_END)
            if cut >= len(EVENT_END):
                block, rest = rest[:cut], rest[cut:]
                yield _events(parse_block(block) or parse_any(block, line, path), info, ids, line, path)
                line += block.count(b"\n")
                empty = False
            if not data:
                break
            if len(rest) > MAX_EVENT_BYTES:
                fail(path, line, f"no </event> within {MAX_EVENT_BYTES >> 20} MB: the file is damaged")
        _check_end(rest, line, path)
        if empty:
            fail(path, line, "the file holds no events")


def _head(source: Source) -> tuple[str, bytes]:
    """Text up to </init>, and the bytes read beyond it."""
    text = source.read(BLOCK_BYTES)
    if ROOT not in text:
        start = (text.split(maxsplit=1) or [b"blanks"])[0][:30].decode(errors="replace")
        fail(source.path, 1, f"no {ROOT.decode()}> here but {start!r}: this is not an LHE file")
    while True:
        # cards quoted in the header may hold anything, even an init block
        after = text.find(b"</header>") if b"<header" in text else 0
        end = text.find(INIT_END, after) if after >= 0 else -1
        if end >= 0:
            end += len(INIT_END)
            return text[:end].decode("utf-8", errors="replace"), text[end:]
        data = source.read(BLOCK_BYTES)
        if not data:
            fail(source.path, source.lines + 1, "the file ends before </init>: it is truncated")
        text += data
        if len(text) > MAX_HEADER_BYTES:
            fail(source.path, source.lines + 1, f"no </init> within {MAX_HEADER_BYTES >> 20} MB: the file is damaged")


def _check_end(rest: bytes, line: int, path: str | Path) -> None:
    line += rest.count(b"\n", 0, len(rest) - len(rest.lstrip()))
    words = rest.split(maxsplit=1)
    if not words:
        fail(path, line, f"the file ends without {ROOT_END.decode()}: it is truncated, fetch or make it again")
    if rest.lstrip().startswith(ROOT_END):
        if rest.strip() != ROOT_END:
            fail(path, line, f"the file goes on after {ROOT_END.decode()}: give files that were joined one by one")
        return
    if words[0].startswith(b"<event"):
        fail(path, line, "the event that begins here is not complete: the file is truncated, fetch or make it again")
    if rest.strip().endswith(ROOT_END):
        parse_any(rest.strip()[: -len(ROOT_END)], line, path)  # comments may stand here, nothing else
        return
    fail(path, line, f"{words[0][:40].decode(errors='replace')!r} where {ROOT_END.decode()} should be: truncated file")


def _events(table: Table, info: RunInfo, ids: IdMap, line: int, path: str | Path) -> Events:
    """Numbers into events, checked."""
    particles = table.particles
    number = table.heads[:, 0].astype(np.int64)
    whole = np.abs(particles[:, [IDUP, ISTUP, 2, 3]])
    sane = (whole == np.floor(whole)) & (whole < [2**31, 2**7, 2**31, 2**31])
    if not sane.all():
        row = int(np.argmin(sane.all(axis=1)))
        fail(path, line + int(table.particle_line[row]), "id, status and mothers must be whole numbers within bounds")
    mothers = particles[:, MOTHER].astype(np.int32) - 1
    for given, other in ((0, 1), (1, 0)):  # one mother may be written (m, 0) as well as (m, m)
        alone = mothers[:, other] == -1
        mothers[alone, other] = mothers[alone, given]
    events = Events(
        offsets=np.concatenate([[0], np.cumsum(number)]).astype(np.int64),
        pdg=ids.to_native(particles[:, IDUP]),
        status=particles[:, ISTUP].astype(np.int8),
        mothers=mothers,
        momentum=np.ascontiguousarray(particles[:, MOMENTUM]),
        mass=particles[:, MASS].copy(),
        ctau=particles[:, LIFETIME].copy(),
        weight=table.heads[:, WEIGHT].copy(),
        vertex=table.vertex,
        info=info,
    )
    found = complaint(events)
    if found is not None:
        event, row, what = found
        at = table.event_line[event] if row < 0 else table.particle_line[row]
        fail(path, line + int(at), what)
    for numbers, lines in ((table.heads, table.event_line), (particles, table.particle_line)):
        finite = np.isfinite(numbers)
        if not finite.all():
            fail(path, line + int(lines[np.argmin(finite.all(axis=1))]), "a number is not finite")
    return events
