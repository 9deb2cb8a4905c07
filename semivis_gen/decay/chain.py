"""The decay chain A' -> chi1 chi2, chi2 -> chi1 e+ e- of produced A', and the order of particles in events."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2, ID_ELECTRON, ID_POSITRON, M_ELECTRON
from semivis_gen.decay.sampling import aligned_direction, chi2_decay, transverse_direction, two_body
from semivis_gen.errors import ParameterError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, STATUS_INCOMING, Events, Topology
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import isotropic

__all__ = ["ANNIHILATION", "CHAIN", "NUCLEUS", "PRODUCTION_ONLY", "Spin", "decay_chain"]

BLOCK = 25_000  # events decayed at once: more leave the cache, fewer cost calls
NUCLEUS = 0  # stands for the nucleus, whose id differs from event to event


class Spin(StrEnum):
    """What the decay of A' knows of its production."""

    FULL = "full"
    """All: the exact chain of a narrow A'."""
    NONE = "none"
    """Nothing: isotropic decays."""


# the order of MadGraph's e- N > e- N A', (A' > chi1 chi2, chi2 > chi1 e- e+)
CHAIN = Topology(
    pdg=(
        ID_ELECTRON, NUCLEUS, ID_APRIME, ID_CHI2, ID_ELECTRON, NUCLEUS, ID_CHI1, ID_CHI1, ID_ELECTRON, ID_POSITRON,
    ),
    status=(
        STATUS_INCOMING, STATUS_INCOMING, STATUS_DECAYED, STATUS_DECAYED, *[STATUS_FINAL] * 6,
    ),
    mothers=((-1, -1), (-1, -1), (0, 1), (2, 2), (0, 1), (0, 1), (2, 2), (3, 3), (3, 3), (3, 3)),
)  # fmt: skip
PRODUCTION_ONLY = Topology(
    pdg=(ID_ELECTRON, NUCLEUS, ID_APRIME, ID_ELECTRON, NUCLEUS),
    status=(STATUS_INCOMING, STATUS_INCOMING, STATUS_FINAL, STATUS_FINAL, STATUS_FINAL),
    mothers=((-1, -1), (-1, -1), (0, 1), (0, 1), (0, 1)),
)
ANNIHILATION = Topology(
    pdg=(ID_POSITRON, ID_ELECTRON, ID_APRIME),
    status=(STATUS_INCOMING, STATUS_INCOMING, STATUS_FINAL),
    mothers=((-1, -1), (-1, -1), (0, 1)),
)
ANNIHILATION_CHAIN = Topology(
    pdg=(ID_POSITRON, ID_ELECTRON, ID_APRIME, ID_CHI2, ID_CHI1, ID_CHI1, ID_ELECTRON, ID_POSITRON),
    status=(STATUS_INCOMING, STATUS_INCOMING, STATUS_DECAYED, STATUS_DECAYED, *[STATUS_FINAL] * 4),
    mothers=((-1, -1), (-1, -1), (0, 1), (2, 2), (2, 2), (3, 3), (3, 3), (3, 3)),
)


def decay_chain(events: Events, masses: DarkMasses, rng: np.random.Generator, *, spin: Spin = Spin.FULL) -> Events:
    """Let A' and chi2 decay in events of `generate(..., chain=False)`.

    Parameters
    ----------
    events : Events
        Produced A' in the order of `PRODUCTION_ONLY`, or all in that of `ANNIHILATION`.
    masses : DarkMasses
        Masses of the chain; m_A' must be that of the events, R and f are free.
    rng : Generator
        Source of randomness.
    spin : Spin
        Whether A' decays with the polarisation it is produced with; the IWW approximation knows none.

    Returns
    -------
    Events
        In the order of `CHAIN` or `ANNIHILATION_CHAIN`; without the last three particles where chi2 is stable.

    Raises
    ------
    ParameterError
        Where the events hold another A' mass or are not bare production.
    """
    n = len(events)
    bare, whole = next(
        (pair for pair in ((PRODUCTION_ONLY, CHAIN), (ANNIHILATION, ANNIHILATION_CHAIN)) if _fits(events, pair[0])),
        (None, None),
    )
    if bare is None or whole is None or (n and abs(events.mass[2] - masses.m_aprime) > 1e-9 * masses.m_aprime):
        msg = f"the decay chain of m_A' = {masses.m_aprime:g} GeV starts from bare production events of that mass"
        raise ParameterError(msg)
    topology = whole if masses.chi2_decays else _with_stable_chi2(whole)
    k, size = len(bare.pdg), len(topology.pdg)
    momentum, mass = np.empty((n, size, 3)), np.empty((n, size))
    produced, its_mass = events.momentum.reshape(n, k, 3), events.mass.reshape(n, k)
    mass[:] = [_mass_of(pdg, masses) for pdg in topology.pdg]
    momentum[:, :3] = produced[:, :3]
    turn = Spin(spin) if events.info.extra.get("shape", "etl") == "etl" else Spin.NONE
    if bare is PRODUCTION_ONLY:
        mass[:, [1, 5]] = its_mass[:, [1, 4]]
        momentum[:, 4:6] = produced[:, 3:]
    for start in range(0, n, BLOCK):
        rows = slice(start, start + BLOCK)
        if turn is Spin.NONE:
            direction = isotropic(len(momentum[rows]), rng)
        elif bare is ANNIHILATION:
            direction = transverse_direction(len(momentum[rows]), masses, rng)
        else:
            beam, aprime, electron, recoil = (produced[rows, i] for i in (0, 2, 3, 4))
            direction = aligned_direction(beam, electron, recoil, aprime, masses, rng, nucleus_mass=its_mass[rows, 1])
        _decay(momentum[rows], masses, direction, rng, first_daughter=6 if bare is PRODUCTION_ONLY else 4)
    info = replace(events.info, masses=masses, extra={**events.info.extra, "spin": str(turn)})
    result = Events.from_topology(topology, momentum, mass, weight=events.weight, vertex=events.vertex, info=info)
    if bare is PRODUCTION_ONLY:
        result.pdg.reshape(n, size)[:, [1, 5]] = events.pdg.reshape(n, k)[:, [1, 4]]
    return result


def _fits(events: Events, topology: Topology) -> bool:
    """Whether all events have the particles of a topology, whatever the nucleus."""
    n, k = len(events), len(topology.pdg)
    if len(events.pdg) != n * k:
        return False
    expected = np.asarray(topology.pdg)
    known = expected != NUCLEUS
    return bool((events.pdg.reshape(n, k)[:, known] == expected[known]).all())


def _decay(
    momentum: FloatArray, masses: DarkMasses, direction: FloatArray, rng: np.random.Generator, *, first_daughter: int
) -> None:
    """Fill the momenta of chi2 (index 3) and of the rest, which starts with chi1, shape (n, particles, 3)."""
    aprime = np.ascontiguousarray(momentum[:, 2])
    chi1, chi2 = two_body(aprime, masses.m_aprime, masses.m_chi1, masses.m_chi2, rng, direction=direction)
    momentum[:, 3], momentum[:, first_daughter] = chi2, chi1
    if masses.chi2_decays:
        for index, product in enumerate(chi2_decay(chi2, masses, rng), first_daughter + 1):
            momentum[:, index] = product


def _mass_of(pdg: int, masses: DarkMasses) -> float:
    known = {ID_APRIME: masses.m_aprime, ID_CHI1: masses.m_chi1, ID_CHI2: masses.m_chi2, NUCLEUS: 0.0}
    return known.get(pdg, M_ELECTRON)


def _with_stable_chi2(chain: Topology) -> Topology:
    """Chain that ends with chi2: without its last three particles."""
    end = len(chain.pdg) - 3
    status = (*chain.status[:3], STATUS_FINAL, *chain.status[4:end])
    return Topology(chain.pdg[:end], status, chain.mothers[:end])
