"""Whole events of HepMC3 ASCII text into graphs at once.

    E number vertices particles [@ x y z t]
    U GEV MM
    W weight ...
    A id name value
    P id parent pid px py pz e mass status         parent: -vertex, or the only particle that enters it, or 0
    V -id status [particles that enter] [@ x y z t]

Strict: a line, a count, a number or a link that does not fit is a fault with its line. HepMC3's own reader prints
such things, reads on with zeros or crashes.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.io.formats import MAX_PARTICLES
from semivis_gen.io.hepmc.graph import Graph
from semivis_gen.io.hepmc.lines import UNITS, VertexIds, codes, integers, must, numbers, units
from semivis_gen.io.text.tokens import Lines, TextError, split

__all__ = ["parse_block"]


EVENT, WEIGHTS, ATTRIBUTE, PARTICLE, VERTEX, AT = b"EWAPV@"
# words on a line, with and without a position
WORDS = {EVENT: (4, 9), UNITS: (3, 3), PARTICLE: (10, 10), VERTEX: (4, 9)}
MEMBERS = re.compile(rb"\d{1,9}(?:,\d{1,9})*")


def parse_block(text: bytes, weight: int = 0) -> Graph:
    """Parse whole events.

    Parameters
    ----------
    text : bytes
        From the E of an event to the end of the same or another one.
    weight : int
        Position of the weight to take.

    Returns
    -------
    Graph
        The events, in GeV and mm.

    Raises
    ------
    TextError
        At the first line that is wrong.
    """
    lines = split(text)
    kind = lines.kind
    _check_lines(lines, kind)
    heads = np.flatnonzero(kind == EVENT)
    event = np.cumsum(kind == EVENT) - 1
    rows, vertex_rows = np.flatnonzero(kind == PARTICLE), np.flatnonzero(kind == VERTEX)
    sizes = integers(lines, heads, 1, 3, MAX_PARTICLES, "an event needs its number and counts of at most", skip=1)
    count = np.bincount(event[rows], minlength=len(heads))
    must(lines, heads, (count == sizes[:, 2]) & (count > 0), "the number of P lines is not the one that E announces")
    offsets = np.concatenate([[0], np.cumsum(count)])
    column = numbers(lines, rows, 1, 9)
    own = np.arange(len(rows)) - np.repeat(offsets[:-1], count)
    must(lines, rows, column[:, 0] == own + 1, "particles must be numbered from 1 in each event")
    codes(lines, rows, column[:, [1, 2, 8]], "parent, id and status must be whole")
    born, ends, extra = _links(lines, event, rows, vertex_rows, column[:, 1].astype(np.int64), offsets)
    vertex_event = np.concatenate([event[vertex_rows], extra])
    found = np.bincount(vertex_event, minlength=len(heads))
    must(lines, heads, found == sizes[:, 1], "the number of vertices is not the one that E announces")
    momentum_unit, length_unit = units(lines, event, kind, len(heads))
    per_particle = np.repeat(momentum_unit, count)
    position = np.concatenate([_positions(lines, vertex_rows), np.zeros((len(extra), 4))])
    return Graph(
        pid=column[:, 2].astype(np.int32),
        status=column[:, 8].astype(np.int64),
        mass=column[:, 7] * per_particle,
        momentum=column[:, 3:6] * per_particle[:, None],
        energy=column[:, 6] * per_particle,
        born=born,
        ends=ends,
        position=position * length_unit[vertex_event][:, None],
        vertex_event=vertex_event,
        offsets=offsets,
        weight=_weights(lines, event, kind, len(heads), weight),
        origin=_positions(lines, heads) * length_unit[:, None],
        event_line=lines.number[heads],
        particle_line=lines.number[rows],
    )


def _check_lines(lines: Lines, kind: NDArray[np.uint8]) -> None:
    every = np.arange(len(kind))
    single = lines.ends[lines.first] - lines.starts[lines.first] == 1
    known = np.isin(kind, (EVENT, UNITS, WEIGHTS, ATTRIBUTE, PARTICLE, VERTEX))
    must(lines, every, single & known, "a line of an event must begin with E, U, W, A, P or V")
    for tag, (short, long) in WORDS.items():
        rows = np.flatnonzero(kind == tag)
        words = lines.count[rows]
        good = words == short
        if long > short:  # with a position, behind an @
            at = lines.starts[np.minimum(lines.first[rows] + long - 5, len(lines.starts) - 1)]
            good |= (words == long) & (lines.raw[at] == AT) & (lines.raw[at + 1] <= b" "[0])
        must(lines, rows, good, f"a line with {chr(tag)} has too many or too few words")


def _positions(lines: Lines, rows: IndexArray) -> FloatArray:
    """(x, y, z, t) behind the @ of lines, zero without."""
    position = np.zeros((len(rows), 4))
    placed = np.flatnonzero(lines.count[rows] == WORDS[VERTEX][1])
    position[placed] = numbers(lines, rows[placed], 5, 8)
    return position


def _weights(lines: Lines, event: IndexArray, kind: NDArray[np.uint8], events: int, index: int) -> FloatArray:
    """The weight of a position of each event; one without weights."""
    weight = np.ones(events)
    rows = np.flatnonzero((kind == WEIGHTS) & ((lines.count > 1) | (index > 0)))
    must(lines, rows, lines.count[rows] > index + 1, f"the event has fewer than {index + 1} weights")
    weight[event[rows]] = numbers(lines, rows, index + 1, index + 1)[:, 0]
    return weight


def _links(
    lines: Lines, event: IndexArray, rows: IndexArray, vertex_rows: IndexArray, parent: IndexArray, offsets: IndexArray
) -> tuple[IndexArray, IndexArray, IndexArray]:
    """Production and end vertex of each particle, and the events of vertices that have no line."""
    count = np.diff(offsets)
    of_particle, of_vertex = event[rows], event[vertex_rows]
    number = numbers(lines, vertex_rows, 1, 2)[:, 0]
    wrong, twice = "vertices have ids below 0", "two vertices of an event have the same id"
    vertices = VertexIds.of(lines, vertex_rows, of_vertex, number, MAX_PARTICLES, wrong=wrong, twice=twice)
    born = np.full(len(rows), -1, dtype=np.int64)
    # made in a vertex that has a line
    made = np.flatnonzero(parent < 0)
    found, good = vertices.find(of_particle[made], parent[made])
    must(lines, rows[made], good, "the vertex of this particle does not exist")
    born[made] = found
    # made by a single particle: the vertex has no line of its own
    made = np.flatnonzero(parent > 0)
    good = (parent[made] <= count[of_particle[made]]) & (offsets[of_particle[made]] + parent[made] - 1 != made)
    must(lines, rows[made], good, "the parent of this particle does not exist")
    single, which = np.unique(offsets[of_particle[made]] + parent[made] - 1, return_inverse=True)
    born[made] = len(vertex_rows) + which
    entering, into = _incoming(lines, vertex_rows, of_vertex, offsets)
    entering, into = (
        np.concatenate([entering, single]),
        np.concatenate([into, len(vertex_rows) + np.arange(len(single))]),
    )
    must(lines, rows, np.bincount(entering, minlength=len(rows)) <= 1, "the particle enters two vertices")
    ends = np.full(len(rows), -1, dtype=np.int64)
    ends[entering] = into
    return born, ends, of_particle[single]


def _incoming(
    lines: Lines, vertex_rows: IndexArray, of_vertex: IndexArray, offsets: IndexArray
) -> tuple[IndexArray, IndexArray]:
    """Rows of particles that enter vertices with a line, and those vertices."""
    import pyarrow as pa

    word = lines.first[vertex_rows] + 3
    lists = lines.slices(word, word)
    what = "the particles that enter a vertex must stand as [1,2]"
    closed = np.array([text[:1] == b"[" and text[-1:] == b"]" for text in lists], dtype=bool)
    must(lines, vertex_rows, closed, what)
    inner = [text[1:-1] for text in lists]
    length = np.array([text.count(b",") + 1 if text else 0 for text in inner], dtype=np.int64)
    words = b",".join([text for text in inner if text]).split(b",") if length.any() else []
    into = np.repeat(np.arange(len(vertex_rows)), length)
    try:
        member = np.asarray(
            pa.array(words, pa.binary()).cast(pa.string()).cast(pa.int64()).to_numpy(zero_copy_only=False)
        )
    except pa.ArrowInvalid:
        bad = [text != b"" and MEMBERS.fullmatch(text) is None for text in inner]
        raise TextError(int(lines.number[vertex_rows[int(np.argmax(bad))]]), what) from None
    member = member.astype(np.int64)
    good = (member >= 1) & (member <= np.diff(offsets)[of_vertex[into]])
    must(lines, vertex_rows[into], good, "a particle that enters this vertex does not exist")
    return offsets[of_vertex[into]] + member - 1, into
