"""The event graph of HepMC (particles, vertices, links between them) as flat arrays of events."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from semivis_gen.arrays import FloatArray, IndexArray, IntArray
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, STATUS_INCOMING, Events, IdMap, RunInfo
from semivis_gen.io.hepmc.order import mothers_first
from semivis_gen.io.vertices import proper_length

__all__ = ["BEAM", "FINAL", "Graph", "incoming", "positions", "to_events"]


# HepMC3 manual: 1 final, 2 decayed, 3 documentation, 4 beam; the rest is the generator's: Pythia's |status|
BEAM, FINAL, DECAYED = 4, 1, 2
INCOMING = (BEAM, 21, 31, 34, 41, 42, 53, 54, 61)  # Pythia: incoming partons of any subprocess
STATUS_OTHER = 3  # intermediate copies and documentation: neither final nor the last of its kind


@dataclass(frozen=True, slots=True)
class Graph:
    """Events as HepMC holds them: n events, N particles and V vertices, event after event."""

    pid: IntArray
    """PDG ids, shape (N,)."""
    status: IndexArray
    """HepMC status codes, shape (N,)."""
    mass: FloatArray
    """Generated masses [GeV], shape (N,)."""
    momentum: FloatArray
    """Three-momenta [GeV], shape (N, 3)."""
    energy: FloatArray
    """Energies [GeV], to check the others, shape (N,)."""
    born: IndexArray
    """Production vertex of each particle, -1 for none, shape (N,)."""
    ends: IndexArray
    """End vertex of each particle, -1 for none, shape (N,)."""
    position: FloatArray
    """Positions (x, y, z, ct) of the vertices [mm], all zero where not set, shape (V, 4)."""
    vertex_event: IndexArray
    """Event of each vertex, shape (V,)."""
    offsets: IndexArray
    """First particle of each event and N at the end, shape (n + 1,)."""
    weight: FloatArray
    """First weight of each event, shape (n,)."""
    origin: FloatArray
    """Position of each event [mm], which holds where no vertex says otherwise, shape (n, 4)."""
    event_line: IndexArray
    """Line of each event's beginning in its block of text, shape (n,)."""
    particle_line: IndexArray
    """Line of each particle, shape (N,)."""


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
        Mothers are the first and last incoming particle of the production vertex, and all between: where others
        stand between them in the file, or daughters before them, particles change places. c tau follows from the
        path between the vertices. A particle that goes on under the same id has status 3: only its last copy decays.

    Raises
    ------
    CircleError
        Where particles are their own ancestors.
    """
    graph = _in_order(graph)
    born, ends = graph.born, graph.ends
    first, last = incoming(graph)
    position = positions(graph, first, last)
    start = np.repeat(graph.offsets[:-1], np.diff(graph.offsets))
    has_mother = (born >= 0) & (first[born] <= last[born])
    mothers = np.full((len(born), 2), -1, dtype=np.int32)
    mothers[has_mother, 0] = (first[born] - start)[has_mother]
    mothers[has_mother, 1] = (last[born] - start)[has_mother]
    status = _status(graph, first, last)
    flies = (status == STATUS_DECAYED) & (born >= 0) & (ends >= 0)
    ctau = np.zeros(len(born))
    ctau[flies] = proper_length(position[ends[flies]] - position[born[flies]], graph.momentum[flies], graph.mass[flies])
    return Events(
        offsets=graph.offsets,
        pdg=ids.to_native(graph.pid),
        status=status,
        mothers=mothers,
        momentum=graph.momentum,
        mass=graph.mass,
        ctau=ctau,
        weight=graph.weight,
        vertex=_event_vertices(graph, position),
        info=info,
    )


def _in_order(graph: Graph) -> Graph:
    """The same graphs, with mothers side by side and before their daughters.

    Raises
    ------
    CircleError
        Where particles are their own ancestors.
    """
    event = np.repeat(np.arange(len(graph.weight)), np.diff(graph.offsets))
    order = mothers_first(graph.born, graph.ends, event, len(graph.position))
    if order is None:
        return graph
    columns = ("pid", "status", "mass", "momentum", "born", "ends", "particle_line")
    return replace(graph, **{name: getattr(graph, name)[order] for name in columns})


def incoming(graph: Graph) -> tuple[IndexArray, IndexArray]:
    """First and last particle that enters each vertex, and none at the end, shape (V + 1,); first > last for none."""
    vertices, ends = len(graph.position), graph.ends
    entering = np.flatnonzero(ends >= 0)
    first = np.full(vertices + 1, len(ends), dtype=np.int64)  # one more, so that index -1 is valid
    last = np.full(vertices + 1, -1, dtype=np.int64)
    np.minimum.at(first, ends[entering], entering)
    np.maximum.at(last, ends[entering], entering)
    return first, last


def positions(graph: Graph, first: IndexArray, last: IndexArray) -> FloatArray:
    """Positions of the vertices; one that is not set stands where its first incoming particle was made.

    Parameters
    ----------
    graph : Graph
        The graphs.
    first, last : ndarray
        Of `incoming`.

    Returns
    -------
    ndarray
        (x, y, z, ct) [mm], shape (V, 4).
    """
    position = graph.position.copy()
    unset = np.flatnonzero(~position.any(axis=1))
    position[unset] = graph.origin[graph.vertex_event[unset]]
    fed = unset[first[unset] <= last[unset]]
    before = graph.born[first[fed]]
    fed, before = fed[before >= 0], before[before >= 0]
    for _ in range(len(fed)):  # one generation a turn
        if np.array_equal(position[fed], position[before]):
            break
        position[fed] = position[before]
    return position


def _status(graph: Graph, first: IndexArray, last: IndexArray) -> NDArray[np.int8]:
    status, born, ends = graph.status, graph.born, graph.ends
    out = np.full(len(status), STATUS_OTHER, dtype=np.int8)
    out[status == FINAL] = STATUS_FINAL
    decays = (ends >= 0) & (status != FINAL)
    # a daughter of the same id tells that the particle goes on
    made = np.flatnonzero(born >= 0)
    made = made[first[born[made]] <= last[born[made]]]
    goes_on = np.zeros(len(status), dtype=bool)
    for mother in (first[born[made]], last[born[made]]):
        goes_on[mother[graph.pid[made] == graph.pid[mother]]] = True
    out[decays & ((status == DECAYED) | ~goes_on)] = STATUS_DECAYED
    out[np.isin(status, INCOMING)] = STATUS_INCOMING
    return out


def _event_vertices(graph: Graph, position: FloatArray) -> FloatArray:
    """Where the first beam particle ends, or the first vertex is."""
    vertex = graph.origin.copy()
    event, index = np.unique(graph.vertex_event, return_index=True)
    vertex[event] = position[index]
    beams = np.flatnonzero((graph.status == BEAM) & (graph.ends >= 0))
    event, index = np.unique(np.searchsorted(graph.offsets, beams, side="right") - 1, return_index=True)
    vertex[event] = position[graph.ends[beams[index]]]
    return vertex
