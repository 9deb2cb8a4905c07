"""Whole blocks of LHE text into arrays at once, where events are laid out line by line.

    <event ...>
     NUP IDPRUP XWGTUP SCALUP AQEDUP AQCDUP
     IDUP ISTUP MOTHUP(1) MOTHUP(2) ICOLUP(1) ICOLUP(2) PX PY PZ E M VTIMUP SPINUP      (NUP times)
     comments (#) and tags (<)
    </event>
    comments (#)

Anything else is not understood here (`None`) and left to `semivis_gen.io.lhe.any`. Every token is converted, by
the correctly rounding parser of Arrow, so numbers equal Python's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.io.formats import MAX_PARTICLES
from semivis_gen.io.text.tokens import Lines, split, stretches

__all__ = ["EVENT_WORDS", "PARTICLE_WORDS", "VERTEX_WORDS", "Table", "parse_block"]


EVENT_WORDS, PARTICLE_WORDS, VERTEX_WORDS = 6, 13, 6
TAG, CLOSE, COMMENT, SPACE, ZERO = b"<># 0"


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers of a block of n events with N particles, before any check of their meaning."""

    heads: FloatArray
    """The six numbers of each event, shape (n, 6)."""
    particles: FloatArray
    """The thirteen numbers of each particle, shape (N, 13)."""
    vertex: FloatArray
    """Production points (x, y, z, ct) [mm] from `# vertex` comments, zero without one, shape (n, 4)."""
    event_line: IndexArray
    """Line of each event's first number, counted from 0 within the block, shape (n,)."""
    particle_line: IndexArray
    """Line of each particle, shape (N,)."""


def parse_block(text: bytes) -> Table | None:
    """Parse whole events.

    Parameters
    ----------
    text : bytes
        From before an <event> to after an </event>.

    Returns
    -------
    Table or None
        The numbers; None where the layout is another one or a word is no number.
    """
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n"):
        return None
    lines = split(text)
    kind = lines.kind
    begin, end = _event_lines(lines, kind)
    if not len(begin) or len(begin) != len(end) or np.any(end <= begin) or np.any(begin[1:] <= end[:-1]):
        return None
    between = None
    if np.sum(end - begin + 1) != len(lines.first):
        between = np.ones(len(kind), dtype=bool)
        between[stretches(begin, end, len(kind))] = False
        if not np.all(kind[between] == COMMENT):
            return None
    if np.count_nonzero(lines.raw == TAG) != np.count_nonzero(kind == TAG) and (
        text.count(b"<event") != len(begin) or text.count(b"</event") != len(begin)  # events inside of a line
    ):
        return None
    head = begin + 1
    if np.any(lines.count[head] != EVENT_WORDS):
        return None
    number = _small_integers(lines, lines.first[head])
    if number is None or np.any(number < 1) or np.any(head + number >= end):
        return None
    wanted = stretches(head, head + number, len(kind))
    if not np.all(wanted | (kind == TAG) | (kind == COMMENT)):  # more numbers than announced
        return None
    particle = wanted.copy()
    particle[head] = False
    if np.any(lines.count[particle] != PARTICLE_WORDS):
        return None
    values = lines.numbers(lines.first[head], lines.first[head + number] + PARTICLE_WORDS - 1)
    vertex = _vertices(lines, kind if between is None else np.where(between, TAG, kind), begin)
    if values is None or vertex is None:
        return None
    position = np.concatenate([[0], np.cumsum(EVENT_WORDS + PARTICLE_WORDS * number)])[:-1]
    of_event = position[:, None] + np.arange(EVENT_WORDS)
    of_particle = np.ones(len(values), dtype=bool)
    of_particle[of_event] = False
    return Table(
        heads=values[of_event],
        particles=values[of_particle].reshape(-1, PARTICLE_WORDS),
        vertex=vertex,
        event_line=lines.number[head],
        particle_line=lines.number[particle],
    )


def _event_lines(lines: Lines, kind: NDArray[np.uint8]) -> tuple[IndexArray, IndexArray]:
    """Lines that open and close events."""
    tags = np.flatnonzero(kind == TAG)
    at = lines.starts[lines.first[tags]]
    label = lines.raw[at[:, None] + np.arange(8)]
    closes = (label == np.frombuffer(b"</event>", dtype=np.uint8)).all(axis=1)
    closes &= lines.ends[lines.first[tags]] - at == 8
    closes &= lines.count[tags] == 1
    opens = (label[:, :6] == np.frombuffer(b"<event", dtype=np.uint8)).all(axis=1)
    opens &= (label[:, 6] <= SPACE) | (label[:, 6] == CLOSE)
    final = lines.ends[lines.first[tags] + lines.count[tags] - 1] - 1
    inside = opens & (lines.raw[final] != CLOSE)  # numbers follow on the tag's own line
    if inside.any():
        return tags[:0], tags[:0]
    return tags[opens], tags[closes]


def _small_integers(lines: Lines, word: IndexArray) -> IndexArray | None:
    """NUP from its digits; None where it is not a plain integer within bounds."""
    start, length = lines.starts[word], lines.ends[word] - lines.starts[word]
    widest = len(str(MAX_PARTICLES))
    if length.max() > widest:
        return None
    value = np.zeros(len(word), dtype=np.int64)
    for digit in range(int(length.max())):
        here = digit < length
        figure = lines.raw[start + digit].astype(np.int64) - ZERO
        if np.any(here & ((figure < 0) | (figure > 9))):
            return None
        value = np.where(here, 10 * value + figure, value)
    return value if value.max() <= MAX_PARTICLES else None


def _vertices(lines: Lines, kind: NDArray[np.uint8], begin: IndexArray) -> FloatArray | None:
    vertex = np.zeros((len(begin), 4))
    rows = np.flatnonzero((kind == COMMENT) & (lines.count == VERTEX_WORDS))
    second = lines.first[rows] + 1
    name = lines.raw[lines.starts[second][:, None] + np.arange(6)] == np.frombuffer(b"vertex", dtype=np.uint8)
    rows = rows[name.all(axis=1) & (lines.ends[second] - lines.starts[second] == 6)]
    if len(rows):
        first = lines.first[rows] + 2
        values = lines.numbers(first, first + 3)
        if values is None:
            return None
        vertex[np.searchsorted(begin, rows) - 1] = values.reshape(-1, 4)
    return vertex
