"""The event graph of HepMC (particles, vertices, links between them) as flat arrays of events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, STATUS_INCOMING, Events, IdMap, RunInfo
from semivis_gen.io.vertices import proper_length

__all__ = ["Graph", "to_events"]

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

# HepMC3 manual: 1 final, 2 decayed, 3 documentation, 4 beam; the rest is the generator's: Pythia's |status|
BEAM, FINAL, DECAYED = 4, 1, 2
INCOMING = (BEAM, 21, 31, 34, 41, 42, 53, 54, 61)  # Pythia: incoming partons of any subprocess
STATUS_OTHER = 3  # intermediate copies and documentation: neither final nor the last of its kind


@dataclass(frozen=True, slots=True)
class Graph:
    """Events as HepMC holds them; particles and vertices stand event after event."""

    particles: NDArray[np.void]
    """Fields pid, status, mass, px, py, pz [GeV]."""
    vertices: NDArray[np.void]
    """Fields x, y, z, t [mm]; all zero where not set."""
    link_from: IntArray
    """Particle (n > 0) or vertex (n < 0), counted within the event; link_from enters or leaves link_to."""
    link_to: IntArray
    """The other end: a vertex where link_from is a particle, and the reverse."""
    particle_count: IntArray
    """Particles of each event."""
    vertex_count: IntArray
    """Vertices of each event."""
    link_count: IntArray
    """Links of each event."""
    weight: FloatArray
    """First weight of each event."""
    origin: FloatArray
    """Position of each event (x, y, z, ct) [mm], which holds where no vertex says otherwise, shape (n, 4)."""


def to_events(graph: Graph, info: RunInfo, ids: IdMap) -> Events:
    """Flat arrays of events from graphs.

    Parameters
    ----------
    graph : Graph
        The graphs.
    info : RunInfo
        Run information.
    ids : IdMap
        Ids that the file uses.

    Returns
    -------
    Events
        Mothers are the first and last incoming particle of the production vertex; c tau follows from the path
        between the vertices. A particle that goes on under the same id has status 3: only its last copy decays.
    """
    record = graph.particles
    offsets = np.concatenate([[0], np.cumsum(graph.particle_count)]).astype(np.int64)
    born, ends = _links(graph, offsets)
    position = _positions(graph, born, ends)
    first, last = _incoming(len(graph.vertices), ends)
    start = np.repeat(offsets[:-1], graph.particle_count)
    has_mother = (born >= 0) & (first[born] <= last[born])
    mothers = np.full((len(record), 2), -1, dtype=np.int32)
    mothers[has_mother, 0] = (first[born] - start)[has_mother]
    mothers[has_mother, 1] = (last[born] - start)[has_mother]
    momentum = np.stack([record["px"], record["py"], record["pz"]], axis=1)
    mass = record["mass"].copy()
    status = _status(record["status"], record["pid"], born, ends)
    flies = (status == STATUS_DECAYED) & (born >= 0) & (ends >= 0)
    ctau = np.zeros(len(record))
    ctau[flies] = proper_length(position[ends[flies]] - position[born[flies]], momentum[flies], mass[flies])
    return Events(
        offsets=offsets,
        pdg=ids.to_native(record["pid"]),
        status=status,
        mothers=mothers,
        momentum=momentum,
        mass=mass,
        ctau=ctau,
        weight=graph.weight,
        vertex=_event_vertices(graph, record["status"], ends, position),
        info=info,
    )


def _links(graph: Graph, offsets: IntArray) -> tuple[IntArray, IntArray]:
    """Production and end vertex of each particle, -1 for none."""
    particle_shift = np.repeat(offsets[:-1], graph.link_count) - 1
    vertex_shift = np.repeat(np.cumsum(graph.vertex_count) - graph.vertex_count, graph.link_count) - 1
    born = np.full(len(graph.particles), -1, dtype=np.int64)
    ends = born.copy()
    enters = graph.link_from > 0
    ends[(graph.link_from + particle_shift)[enters]] = (vertex_shift - graph.link_to)[enters]
    leaves = (graph.link_from < 0) & (graph.link_to > 0)
    born[(graph.link_to + particle_shift)[leaves]] = (vertex_shift - graph.link_from)[leaves]
    return born, ends


def _incoming(vertices: int, ends: IntArray) -> tuple[IntArray, IntArray]:
    """First and last particle that enters each vertex; first > last for none."""
    entering = np.flatnonzero(ends >= 0)
    first = np.full(vertices + 1, len(ends), dtype=np.int64)  # one more, so that index -1 is valid
    last = np.full(vertices + 1, -1, dtype=np.int64)
    np.minimum.at(first, ends[entering], entering)
    np.maximum.at(last, ends[entering], entering)
    return first, last


def _positions(graph: Graph, born: IntArray, ends: IntArray) -> FloatArray:
    """Positions of the vertices; one that is not set stands where its first incoming particle was made."""
    position = np.stack([graph.vertices[name] for name in ("x", "y", "z", "t")], axis=1)
    first, last = _incoming(len(position), ends)
    unset = np.flatnonzero(~position.any(axis=1))
    event = np.repeat(np.arange(len(graph.weight)), graph.vertex_count)
    position[unset] = graph.origin[event[unset]]
    fed = unset[first[unset] <= last[unset]]
    before = born[first[fed]]
    fed, before = fed[before >= 0], before[before >= 0]
    for _ in range(len(fed)):  # one generation a turn
        moved = np.any(position[fed] != position[before], axis=1)
        if not moved.any():
            break
        position[fed] = position[before]
    return position


def _status(status: NDArray[np.int32], pid: NDArray[np.int32], born: IntArray, ends: IntArray) -> NDArray[np.int8]:
    out = np.full(len(status), STATUS_OTHER, dtype=np.int8)
    out[status == FINAL] = STATUS_FINAL
    decays = (ends >= 0) & (status != FINAL)
    # the daughter's mother, where a vertex has one way in, tells whether the same particle goes on
    first, last = _incoming(int(max(born.max(initial=-1), ends.max(initial=-1))) + 1, ends)
    made = np.flatnonzero(born >= 0)
    single = first[born[made]] <= last[born[made]]
    made = made[single]
    goes_on = np.zeros(len(status), dtype=bool)
    for mother in (first[born[made]], last[born[made]]):
        goes_on[mother[pid[made] == pid[mother]]] = True
    out[decays & ((status == DECAYED) | ~goes_on)] = STATUS_DECAYED
    out[np.isin(status, INCOMING)] = STATUS_INCOMING
    return out


def _event_vertices(graph: Graph, status: NDArray[np.int32], ends: IntArray, position: FloatArray) -> FloatArray:
    """Where the first beam particle ends, or the first vertex is."""
    vertex = graph.origin.copy()
    some = np.flatnonzero(graph.vertex_count)
    vertex[some] = position[(np.cumsum(graph.vertex_count) - graph.vertex_count)[some]]
    beams = np.flatnonzero((status == BEAM) & (ends >= 0))
    event = np.repeat(np.arange(len(graph.weight)), graph.particle_count)[beams]
    event, index = np.unique(event, return_index=True)
    vertex[event] = position[ends[beams[index]]]
    return vertex
