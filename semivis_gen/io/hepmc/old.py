"""Whole events of HepMC2 text (IO_GenEvent; Dobbs and Hansen, CPC 134 (2001) 41) into graphs at once.

    E number interactions scale aQCD aQED process vertex VERTICES beam beam RANDOM [...] WEIGHTS [weight ...]
    N names;  U GEV MM;  C cross-section error;  H heavy ion;  F parton densities
    V barcode id x y z ct ORPHANS OUT WEIGHTS [...]      followed by the particles that enter from nowhere, then by
    P barcode pid px py pz e mass status theta phi end-vertex flows [...]              those that come out

Strict, as for HepMC3: HepMC's own reader crashes on some damaged files and takes others for shorter ones.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.io.formats import MAX_PARTICLES
from semivis_gen.io.hepmc.graph import BEAM, Graph
from semivis_gen.io.hepmc.lines import VertexIds, codes, integers, must, numbers, units
from semivis_gen.io.text.tokens import Lines, split

__all__ = ["old_weight_names", "parse_old_block"]

EVENT, NAMES, UNITS, RATE, IONS, DENSITIES, VERTEX, PARTICLE = b"ENUCHFVP"
SHORTEST = {EVENT: 13, UNITS: 3, VERTEX: 10, PARTICLE: 13}  # words on a line
VERTICES, RANDOM, ORPHANS = 8, 11, 7  # places of counts
ENDS = 11
MANY = 1_000_000
FIRST_NAMES = re.compile(rb"\nN \d+((?: \"[^\"\n]*\")*)")


def old_weight_names(block: bytes) -> tuple[str, ...]:
    """Names of the weights, from the first event of a block."""
    stop = block.find(b"\nE ")
    found = FIRST_NAMES.search(block, 0, stop if stop >= 0 else len(block))
    return tuple(name.decode(errors="replace") for name in re.findall(rb'"([^"]*)"', found[1])) if found else ()


def parse_old_block(text: bytes, weight: int = 0) -> Graph:
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
    heads, rows, vertex_rows = (np.flatnonzero(kind == tag) for tag in (EVENT, PARTICLE, VERTEX))
    event = np.cumsum(kind == EVENT) - 1
    of_particle, of_vertex = event[rows], event[vertex_rows]
    count = np.bincount(of_particle, minlength=len(heads))
    must(lines, heads, (count > 0) & (count <= MAX_PARTICLES), f"an event needs 1 to {MAX_PARTICLES} particles")
    announced = integers(lines, heads, VERTICES, VERTICES, MAX_PARTICLES, "the number of vertices is at most")[:, 0]
    found = np.bincount(of_vertex, minlength=len(heads))
    must(lines, heads, announced == found, "the number of vertices is not the one that E announces")
    born = _made_in(lines, kind, rows, vertex_rows)
    ends = _ends(lines, rows, vertex_rows, of_particle, of_vertex)
    offsets = np.concatenate([[0], np.cumsum(count)])
    column = numbers(lines, rows, 2, 8)
    codes(lines, rows, column[:, [0, 6]], "id and status must be whole")
    _beams_enter(born, ends, column[:, 6], len(vertex_rows))
    momentum_unit, length_unit = units(lines, event, kind, len(heads))
    per_particle = momentum_unit[of_particle]
    return Graph(
        pid=column[:, 0].astype(np.int32),
        status=column[:, 6].astype(np.int64),
        mass=column[:, 5] * per_particle,
        momentum=column[:, 1:4] * per_particle[:, None],
        energy=column[:, 4] * per_particle,
        born=born,
        ends=ends,
        position=numbers(lines, vertex_rows, 3, 6) * length_unit[of_vertex][:, None],
        vertex_event=of_vertex,
        offsets=offsets,
        weight=_weights(lines, heads, weight),
        origin=np.zeros((len(heads), 4)),
        event_line=lines.number[heads],
        particle_line=lines.number[rows],
    )


def _check_lines(lines: Lines, kind: NDArray[np.uint8]) -> None:
    every = np.arange(len(kind))
    single = lines.ends[lines.first] - lines.starts[lines.first] == 1
    known = np.isin(kind, (EVENT, NAMES, UNITS, RATE, IONS, DENSITIES, VERTEX, PARTICLE))
    must(lines, every, single & known, "a line of an event must begin with E, N, U, C, H, F, V or P")
    for tag, words in SHORTEST.items():
        rows = np.flatnonzero(kind == tag)
        must(lines, rows, lines.count[rows] >= words, f"a line with {chr(tag)} has too few words")
    for tag, place in ((VERTEX, ORPHANS + 2), (PARTICLE, ENDS + 1)):
        rows = np.flatnonzero(kind == tag)
        more = integers(lines, rows, place, place, MANY, "a count must be whole and at most")[:, 0]
        more *= 2 if tag == PARTICLE else 1  # an index and a code for each flow
        must(
            lines, rows, lines.count[rows] == place + 1 + more, f"a line with {chr(tag)} has too many or too few words"
        )


def _made_in(lines: Lines, kind: NDArray[np.uint8], rows: IndexArray, vertex_rows: IndexArray) -> IndexArray:
    """Production vertex of each particle: that of the list it stands in, where it is no orphan."""
    parents = np.cumsum(kind == VERTEX) - 1
    before = np.maximum.accumulate(np.where(kind == EVENT, np.arange(len(kind)), 0))
    listed = parents[rows]
    last = vertex_rows[listed] if len(vertex_rows) else np.full(len(rows), -1)
    must(lines, rows, (listed >= 0) & (last > before[rows]), "a particle stands before the first vertex")
    size = integers(lines, vertex_rows, ORPHANS, ORPHANS + 1, MAX_PARTICLES, "a vertex has particles, at most")
    found = np.bincount(listed, minlength=len(vertex_rows))
    must(lines, vertex_rows, found == size.sum(axis=1), "the number of P lines is not the one that V announces")
    place = np.arange(len(rows)) - (np.cumsum(found) - found)[listed]
    return np.where(place < size[listed, 0], -1, listed)


def _ends(
    lines: Lines, rows: IndexArray, vertex_rows: IndexArray, of_particle: IndexArray, of_vertex: IndexArray
) -> IndexArray:
    """Vertex in which each particle ends, found by its barcode."""
    what = "vertices have barcodes that are whole numbers below 0, each its own"
    code, wanted = numbers(lines, vertex_rows, 1, 1)[:, 0], numbers(lines, rows, ENDS, ENDS)[:, 0]
    vertices = VertexIds.of(lines, vertex_rows, of_vertex, code, MANY, wrong=what, twice=what)
    ends = np.full(len(rows), -1, dtype=np.int64)
    going = np.flatnonzero(wanted != 0)
    sane = (wanted[going] == np.floor(wanted[going])) & (wanted[going] < 0) & (wanted[going] >= -MANY)
    must(lines, rows[going], sane, "the end vertex of a particle is 0 or the barcode of a vertex")
    at, found = vertices.find(of_particle[going], wanted[going].astype(np.int64))
    must(lines, rows[going], found, "the vertex in which this particle ends does not exist")
    ends[going] = at
    return ends


def _beams_enter(born: IndexArray, ends: IndexArray, status: FloatArray, vertices: int) -> None:
    """Let beams enter the vertex in whose list they stand, where nothing else enters it: so HepMC3 reads it."""
    fed = np.zeros(vertices + 1, dtype=bool)
    fed[ends] = True
    fed[-1] = True  # where index -1 points: particles that are made in no vertex
    beams = np.flatnonzero((status == BEAM) & (ends < 0) & ~fed[born])
    ends[beams] = born[beams]
    born[beams] = -1


def _weights(lines: Lines, heads: IndexArray, index: int) -> NDArray[np.float64]:
    """The weight of a position of each event, one without weights."""
    random = integers(lines, heads, RANDOM, RANDOM, MANY, "the number of random states is at most")[:, 0]
    words = lines.count[heads]
    place = RANDOM + 1 + random
    must(lines, heads, words > place, "the line of the event has too few words")
    count = lines.numbers(lines.first[heads] + place, lines.first[heads] + place)
    fits = "the line of the event has more or fewer words than it announces"
    must(lines, heads, np.full(len(heads), count is not None), fits)
    number = np.nan_to_num(np.asarray(count), nan=-1.0)
    must(lines, heads, number == words - place - 1, fits)
    must(lines, heads, (number > index) | (index == 0), f"the event has fewer than {index + 1} weights")
    weight = np.ones(len(heads))
    given = np.flatnonzero(number > index)
    word = (lines.first[heads] + place + 1 + index)[given]
    values = lines.numbers(word, word) if len(given) else np.zeros(0)
    good = values is not None and bool(np.isfinite(values).all())
    must(lines, heads[given], np.full(len(given), good), "a weight here or in the next events is no finite number")
    weight[given] = np.asarray(values)
    return weight
