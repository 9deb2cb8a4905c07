"""Text of LHE events to arrays: one pass for a whole block, line by line for what does not fit."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from semivis_gen.errors import EventFileError
from semivis_gen.events import Events, IdMap, RunInfo

__all__ = ["MAX_PARTICLES", "parse_events"]

FloatArray = NDArray[np.float64]
MAX_PARTICLES = 100_000
PARTICLE_FIELDS, EVENT_FIELDS = 13, 6
_NOT_NUMBERS = re.compile(rb"(?m)^[ \t]*[#<].*$")  # comments and reweighting tags
_VERTEX = re.compile(rb"(?m)^# vertex (.*)$")
_EVENT = re.compile(rb"<event[^>]*>(.*?)</event>", re.DOTALL)


def parse_events(text: bytes, info: RunInfo, ids: IdMap, *, name: str, line: int) -> Events:
    """Parse whole events.

    Parameters
    ----------
    text : bytes
        From somewhere before the first <event> to the last </event>.
    info : RunInfo
        Goes into the events.
    ids : IdMap
        Ids that the file uses.
    name : str
        File, for errors.
    line : int
        Number of the first line of `text`, for errors.

    Returns
    -------
    Events
        All events of the text.

    Raises
    ------
    EventFileError
        With the line of the damaged event.
    """
    bodies = _EVENT.findall(text)
    if len(bodies) != text.count(b"</event>") or len(bodies) != len(re.findall(rb"<event[\s>]", text)):
        where = _line_of_unbalanced(text, line)
        msg = f"{name}, line {where}: <event> and </event> do not pair: the file is damaged"
        raise EventFileError(msg)
    numbers, counts = _numbers(bodies, text, name, line)
    return _build(numbers, counts, bodies, info, ids, text, name, line)


def _line_of_unbalanced(text: bytes, line: int) -> int:
    """Line of the first tag that does not follow its counterpart."""
    opened = False
    for match in re.finditer(rb"<event[\s>]|</event>", text):
        closing = match[0] == b"</event>"
        if closing != opened:
            return line + text[: match.start()].count(b"\n")
        opened = not closing
    return line + text.count(b"\n")


def _fail(text: bytes, index: int, name: str, line: int, what: str) -> EventFileError:
    """Error for event `index`, with its line."""
    position = next((m.start() for i, m in enumerate(_EVENT.finditer(text)) if i == index), 0)
    where = line + text[:position].count(b"\n")
    return EventFileError(f"{name}, line {where}: {what}")


def _numbers(bodies: list[bytes], text: bytes, name: str, line: int) -> tuple[FloatArray, NDArray[np.int64]]:
    """All numbers of all events in a row and NUP of each event."""
    joined = (
        _NOT_NUMBERS.sub(b"", b"\n".join(bodies)) if b"#" in text or b"<" in b"".join(bodies) else b"\n".join(bodies)
    )
    if b"D" in joined or b"d" in joined:
        joined = joined.translate(bytes.maketrans(b"Dd", b"ee"))  # Fortran exponents
    try:
        numbers = np.array(joined.split(), dtype=np.bytes_).astype(np.float64)
        counts = _counts(numbers, len(bodies))
    except ValueError:
        numbers, counts = _one_by_one(bodies, text, name, line)
    return numbers, counts


def _counts(numbers: FloatArray, events: int) -> NDArray[np.int64]:
    """NUP of each event; ValueError where the numbers do not add up to whole events."""
    if events == 0:
        return np.zeros(0, dtype=np.int64)
    first = _particle_count(numbers[0] if len(numbers) else -1.0)
    size = EVENT_FIELDS + PARTICLE_FIELDS * first
    if len(numbers) == size * events and np.all(numbers[::size] == first):
        return np.full(events, first, dtype=np.int64)
    counts = np.empty(events, dtype=np.int64)
    position = 0
    for index in range(events):
        if position >= len(numbers):
            raise ValueError
        counts[index] = _particle_count(numbers[position])
        position += EVENT_FIELDS + PARTICLE_FIELDS * int(counts[index])
    if position != len(numbers):
        raise ValueError
    return counts


def _particle_count(value: float) -> int:
    if not (value == int(value) and 0 < value <= MAX_PARTICLES):
        raise ValueError
    return int(value)


def _one_by_one(bodies: list[bytes], text: bytes, name: str, line: int) -> tuple[FloatArray, NDArray[np.int64]]:
    """Slow path: read an unusual layout line by line, or find the event that is damaged."""
    parts, counts = [], []
    for index, body in enumerate(bodies):
        lines = [x.split() for x in _NOT_NUMBERS.sub(b"", body).splitlines() if x.strip()]
        try:
            count = _particle_count(float(lines[0][0]))
        except (IndexError, ValueError):
            shown = b" ".join(lines[0])[:40] if lines else b""
            what = f"event begins with {shown!r}, not with a number of particles from 1 to {MAX_PARTICLES}"
            raise _fail(text, index, name, line, what) from None
        # further lines (old weight formats) are allowed behind the particles
        rows = lines[1 : 1 + count]
        if len(rows) < count:
            what = f"event announces {count} particles but has {len(rows)} lines of them"
            raise _fail(text, index, name, line, what)
        for number, row in enumerate(rows, start=1):
            if len(row) < PARTICLE_FIELDS:
                what = f"particle {number} of the event has {len(row)} numbers instead of {PARTICLE_FIELDS}"
                raise _fail(text, index, name, line, what)
        fields = [*lines[0][:EVENT_FIELDS], *(x for row in rows for x in row[:PARTICLE_FIELDS])]
        try:
            parts.append([float(x.replace(b"D", b"e").replace(b"d", b"e")) for x in fields])
        except ValueError as error:
            raise _fail(text, index, name, line, f"not a number in the event: {error}") from None
        if len(parts[-1]) != EVENT_FIELDS + PARTICLE_FIELDS * count:
            raise _fail(text, index, name, line, "the event's first line does not have six numbers")
        counts.append(count)
    return np.array([x for part in parts for x in part]), np.array(counts, dtype=np.int64)


def _build(
    numbers: FloatArray,
    counts: NDArray[np.int64],
    bodies: list[bytes],
    info: RunInfo,
    ids: IdMap,
    text: bytes,
    name: str,
    line: int,
) -> Events:
    n = len(counts)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    sizes = EVENT_FIELDS + PARTICLE_FIELDS * counts
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64) if n else np.zeros(0, dtype=np.int64)
    keep = np.ones(len(numbers), dtype=bool)
    keep[(starts[:, None] + np.arange(EVENT_FIELDS)).ravel()] = False
    table = numbers[keep].reshape(-1, PARTICLE_FIELDS)
    owner = np.repeat(np.arange(n), counts)
    finite = np.isfinite(table).all(axis=1)
    if not finite.all():
        raise _fail(text, int(owner[np.flatnonzero(~finite)[0]]), name, line, "not a finite number in the event")
    mothers = table[:, 2:4].astype(np.int32) - 1
    bad = (
        (mothers < -1).any(axis=1) | (mothers >= counts[owner][:, None]).any(axis=1) | (np.abs(table[:, 0]) > 2**31 - 1)
    )
    if bad.any():
        raise _fail(text, int(owner[np.flatnonzero(bad)[0]]), name, line, "a particle's id or mother is out of range")
    weight = numbers[starts + 2]
    if not np.isfinite(weight).all():
        raise _fail(text, int(np.flatnonzero(~np.isfinite(weight))[0]), name, line, "the event's weight is not finite")
    return Events(
        offsets=offsets,
        pdg=ids.to_native(table[:, 0].astype(np.int32)),
        status=table[:, 1].astype(np.int8),
        mothers=mothers,
        momentum=np.ascontiguousarray(table[:, 6:9]),
        mass=np.ascontiguousarray(table[:, 10]),
        ctau=np.ascontiguousarray(table[:, 11]),
        weight=weight,
        vertex=_vertices(bodies, n),
        info=info,
    )


def _vertices(bodies: list[bytes], n: int) -> FloatArray:
    vertex = np.zeros((n, 4))
    for index, body in enumerate(bodies):
        found = _VERTEX.search(body)
        if found:
            values = [float(x) for x in found[1].split()]
            vertex[index] = values if len(values) == 4 else 0.0
    return vertex
