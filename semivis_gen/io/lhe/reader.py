"""LHE files into events: streaming, with flat memory, and never fewer events than the file holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from semivis_gen.events import STATUS_FINAL, Accord, Events, IdMap, Origin, RunInfo
from semivis_gen.io.chunks import complaint
from semivis_gen.io.energies import check_energies
from semivis_gen.io.formats import MAX_EVENT_BYTES, Source, fail
from semivis_gen.io.lhe.any import EVENT_END, parse_any, without_groups
from semivis_gen.io.lhe.beginning import split_head
from semivis_gen.io.lhe.block import Table, parse_block
from semivis_gen.io.lhe.head import SCALES_UNKNOWN, SPIN_UNKNOWN, read_head
from semivis_gen.io.lhe.weights import WeightColumn
from semivis_gen.io.text.comments import WithoutComments

__all__ = ["read_lhe", "read_lhe_info"]

BLOCK_BYTES = 2**20  # stays in the cache
LARGE_BLOCK = 4 * BLOCK_BYTES
MAX_EVENT_LINES = 2**21
MAX_TAG = 1000  # bytes of a closing tag
ROOT_END = re.compile(rb"</LesHouchesEvents\s*>")
CONTENT = re.compile(rb"^[\0-\x09\x0b- ]*(?=[^#\0- ])", flags=re.MULTILINE)  # a line neither blank nor a comment
REMARK = re.compile(rb"^[^\S\n]*#(?![^\n]*vertex)[^\n]+", flags=re.MULTILINE)  # a comment that tells no vertex
IDUP, ISTUP, MOTHER, COLOUR, MOMENTUM = 0, 1, slice(2, 4), slice(4, 6), slice(6, 9)
ENERGY, MASS, LIFETIME, SPIN = 9, 10, 11, 12
WEIGHT, SCALES = 2, slice(3, 6)  # columns of an event's first line
WHOLE = [0, 1, 2, 3]  # columns of a particle that hold whole numbers of 32, 8, 32, 32 bits
BOUNDS = [2.0**31, 2.0**7, 2.0**31, 2.0**31]


@contextmanager
def _open(path: str | Path) -> Iterator[WithoutComments]:
    with Source.open(path) as source:
        yield WithoutComments(source)


def read_lhe_info(path: str | Path, ids: IdMap) -> RunInfo:
    """Run information of an LHE file, from its beginning alone.

    Raises
    ------
    EventFileError
        Where this is no LHE file.
    """
    with _open(path) as source:
        head, _ = split_head(source)
        return read_head(head, path, ids)[0]


def read_lhe(path: str | Path, ids: IdMap, *, weight: str | None = None) -> Iterator[Events]:
    """Events of an LHE file in pieces of some thousands.

    Parameters
    ----------
    path : str or Path
        File name, "-" for stdin.
    ids : IdMap
        Ids that the file uses for the dark sector.
    weight : str, optional
        Name of the weight to read; XWGTUP without.

    Yields
    ------
    Events
        Pieces, in order.

    Raises
    ------
    EventFileError
        Where the file is truncated, damaged, holds no events or not the weight; with file and line.
    """
    with _open(path) as source:
        head, rest = split_head(source)
        info, ids, scale = read_head(head, path, ids)
        column = WeightColumn.of(weight, info, path) if weight is not None else None
        if column is not None:
            info = column.info
        line, done, searched = head.line, 0, 0
        while True:
            data = source.read(BLOCK_BYTES)
            rest += data
            cut = _last_event_end(rest, searched)
            if cut:
                block, rest = rest[:cut], rest[cut:]
                lines = block.count(b"\n")
                if lines > MAX_EVENT_LINES:
                    fail(path, line, f"more than {MAX_EVENT_LINES} lines in one event: the file is damaged")
                if len(block) > LARGE_BLOCK:  # an event of the usual size is none of these; the comments may be
                    block = REMARK.sub(b"#", block)
                table = parse_block(block) or parse_any(block, line, path)
                if column is not None:
                    table.heads[:, WEIGHT] = column.values(block, table, line)
                yield _events(table, info, ids, line, path, scale=scale, done=done)
                done += len(table.heads)
                line += lines
            rest, passed = _skip(rest)
            line += passed
            if not data or ROOT_END.match(rest):
                break
            searched = rest.rfind(b"<") if b"<" in rest[-MAX_TAG:] else len(rest)
            if len(rest) > MAX_EVENT_BYTES:
                fail(path, line, f"no </event> within {MAX_EVENT_BYTES >> 20} MB: the file is damaged")
        _check_end(source, rest, line)
        if not done:
            fail(path, line, "the file holds no events")


def _last_event_end(text: bytes, searched: int) -> int:
    """Where the last whole event ends, 0 for none; up to `searched` there is no end."""
    stop = len(text)
    while (at := text.rfind(b"</event", searched, stop)) >= 0:
        found = EVENT_END.match(text, at)
        if found is not None:
            return found.end()
        stop = at + 6  # </eventgroup>, or half a tag
    return 0


def _skip(text: bytes) -> tuple[bytes, int]:
    """Text without the blank and comment lines with which it begins, and how many of them were whole."""
    found = CONTENT.search(text)
    cut = found.end() if found is not None else text.rfind(b"\n") + 1
    rest = text[cut:]
    if found is None and rest.lstrip().startswith(b"#"):
        rest = b"#"  # of a comment that goes on
    return rest, text.count(b"\n", 0, cut)


def _check_end(source: WithoutComments, rest: bytes, line: int) -> None:
    path = source.path
    rest = without_groups(rest)
    rest, passed = _skip(rest)
    line += passed
    words = rest.split(maxsplit=1)
    if not words or words[0].startswith(b"#"):
        fail(path, line, "the file ends without </LesHouchesEvents>: it is truncated, fetch or make it again")
    found = ROOT_END.match(rest)
    if found is None:
        if words[0].startswith(b"<event"):
            fail(
                path, line, "the event that begins here is not complete: the file is truncated, fetch or make it again"
            )
        start = words[0][:40].decode(errors="replace")
        if ROOT_END.search(rest):
            fail(path, line, f"{start!r} stands outside of <event> ... </event>: the file is damaged")
        fail(path, line, f"{start!r} where </LesHouchesEvents> should be: truncated file")
    line, rest = line + found.group().count(b"\n"), rest[found.end() :]
    while True:  # POWHEG writes its random numbers behind the end
        rest, passed = _skip(rest)
        line += passed
        if rest.strip() and not rest.startswith(b"#"):
            fail(path, line, "the file goes on after </LesHouchesEvents>: give files that were joined one by one")
        if not (data := source.read(BLOCK_BYTES)):
            return
        rest += data


def _events(table: Table, info: RunInfo, ids: IdMap, line: int, path: str | Path, *, scale: float, done: int) -> Events:
    """Numbers into events, checked."""
    particles = table.particles
    number = table.heads[:, 0].astype(np.int64)
    whole = np.abs(particles[:, WHOLE])
    sane = (whole == np.floor(whole)) & (whole < BOUNDS)
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
        weight=table.heads[:, WEIGHT] / scale,
        vertex=table.vertex,
        info=info,
        accord=_accord(table, line, path),
        origin=Origin(str(path), done + np.arange(1, len(number) + 1), line + table.event_line - 1),
    )
    found = complaint(events)
    if found is not None:
        event, row, what = found
        at = table.event_line[event] if row < 0 else table.particle_line[row]
        fail(path, line + int(at), f"event {done + event + 1}: {what}")
    for numbers, lines in ((table.heads, table.event_line), (particles, table.particle_line)):
        finite = np.isfinite(numbers)
        if not finite.all():
            fail(path, line + int(lines[np.argmin(finite.all(axis=1))]), "a number is not finite")
    final = events.status == STATUS_FINAL
    check_energies(path, line + table.particle_line, particles[:, ENERGY], events.momentum, events.mass, final)
    return events


def _accord(table: Table, line: int, path: str | Path) -> Accord | None:
    """Colours, spins and scales, where the file has any that are not what semivis writes for unknown."""
    colours, spins, scales = table.particles[:, COLOUR], table.particles[:, SPIN], table.heads[:, SCALES]
    if (scales == SCALES_UNKNOWN).all() and (spins == SPIN_UNKNOWN).all() and not colours.any():
        return None
    whole = ((colours == np.floor(colours)) & (np.abs(colours) < 2**31)).all(axis=1)
    if not whole.all():
        fail(path, line + int(table.particle_line[np.argmin(whole)]), "colours must be whole numbers within bounds")
    return Accord(colours.astype(np.int32), spins.copy(), scales.copy())
