"""Records of A' from protons: p N -> M ..., M -> A' X, and p N -> A' ...; what else a collision makes is left out."""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.constants import ID_APRIME, ID_PROTON, M_PROTON
from semivis_gen.errors import ParameterError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, STATUS_INCOMING, Events, RunInfo, Topology
from semivis_gen.target import ProtonDump, Source

__all__ = ["DECAY", "decay_events", "inclusive_events", "proton_dump"]

NUCLEUS = MESON = PARTNER = 0  # stand for ids that differ from event to event
DECAY = Topology(
    pdg=(ID_PROTON, NUCLEUS, MESON, ID_APRIME, PARTNER),
    status=(STATUS_INCOMING, STATUS_INCOMING, STATUS_DECAYED, STATUS_FINAL, STATUS_FINAL),
    mothers=((-1, -1), (-1, -1), (0, 1), (2, 2), (2, 2)),
)
INCLUSIVE = Topology(
    pdg=(ID_PROTON, NUCLEUS, ID_APRIME),
    status=(STATUS_INCOMING, STATUS_INCOMING, STATUS_FINAL),
    mothers=((-1, -1), (-1, -1), (0, 1)),
)


def proton_dump(source: Source, process: str) -> ProtonDump:
    """Require a proton dump.

    Raises
    ------
    ParameterError
        For any other source.
    """
    if not isinstance(source, ProtonDump):
        msg = f"{process} needs protons that stop in a block: give a ProtonDump, not a {type(source).__name__}"
        raise ParameterError(msg)
    return source


def decay_events(
    dump: ProtonDump,
    meson: tuple[FloatArray, FloatArray, IndexArray],
    aprime: tuple[FloatArray, float],
    partner: tuple[FloatArray, FloatArray, IndexArray],
    rng: np.random.Generator,
) -> Events:
    """Events p N -> M ..., M -> A' X; what the collision makes beside M is left out.

    Parameters
    ----------
    dump : ProtonDump
        Where it happens.
    meson, partner : tuple of ndarray
        Momenta [GeV], masses [GeV] and PDG ids of M and X, shapes (n, 3), (n,), (n,).
    aprime : tuple
        Momenta, shape (n, 3), and mass of A' [GeV].
    rng : Generator
        Source of randomness.

    Returns
    -------
    Events
        With A' final, weights one.
    """
    return _events(dump, DECAY, [meson[:2], aprime, partner[:2]], {2: meson[2], 4: partner[2]}, rng)


def inclusive_events(dump: ProtonDump, aprime: FloatArray, m_aprime: float, rng: np.random.Generator) -> Events:
    """Events p N -> A' ..., all else left out; see `decay_events`."""
    return _events(dump, INCLUSIVE, [(aprime, m_aprime)], {}, rng)


def _events(
    dump: ProtonDump,
    topology: Topology,
    outgoing: list[tuple[FloatArray, FloatArray | float]],
    ids: dict[int, IndexArray],
    rng: np.random.Generator,
) -> Events:
    n, k = len(outgoing[0][0]), len(topology.pdg)
    kinds, which = dump.nuclei(n, rng)
    momentum, mass = np.zeros((n, k, 3)), np.empty((n, k))
    momentum[:, 0, 2], mass[:, 0] = dump.beam_momentum, M_PROTON
    mass[:, 1] = np.array([nucleus.mass for nucleus in kinds])[which]
    for column, (p, m) in enumerate(outgoing, start=2):
        momentum[:, column], mass[:, column] = p, m
    events = Events.from_topology(topology, momentum, mass, vertex=dump.vertices(n, rng), info=RunInfo())
    pdg = events.pdg.reshape(n, k)
    pdg[:, 1] = np.array([nucleus.pdg_id for nucleus in kinds], dtype=np.int32)[which]
    for column, values in ids.items():
        pdg[:, column] = values
    return events
