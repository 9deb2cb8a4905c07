"""The native generator: production in a target and the whole decay chain, chunk by chunk.

Every chunk has its own random stream, spawned from the seed by its number, so that the events do not depend on
who computes which chunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2, ID_ELECTRON, ID_POSITRON, M_ELECTRON
from semivis_gen.decay import aligned_direction, chi2_decay, two_body
from semivis_gen.errors import ParameterError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, STATUS_INCOMING, Events, RunInfo, Topology
from semivis_gen.kinematics import energy_of, isotropic
from semivis_gen.model import DarkMasses
from semivis_gen.production.rate import production_rate
from semivis_gen.production.sampling import Production, ProductionSampler
from semivis_gen.production.target import ThickTarget, ThinTarget
from semivis_gen.version import __version__

__all__ = ["CHAIN", "PRODUCTION_ONLY", "Spin", "decay_chain", "generate"]

FloatArray = NDArray[np.float64]
BLOCK = 16384  # events decayed at once: arrays stay in the cache
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


def generate(
    masses: DarkMasses,
    target: ThinTarget | ThickTarget,
    *,
    n_events: int,
    seed: int,
    chunk: int = 100_000,
    e_min_aprime: float = 0.0,
    chain: bool = True,
    spin: Spin = Spin.FULL,
) -> Iterator[Events]:
    """Generate unweighted events of e- N -> e- N A', A' -> chi1 chi2, chi2 -> chi1 e+ e-.

    Parameters
    ----------
    masses : DarkMasses
        Masses; couplings do not enter.
    target : ThinTarget or ThickTarget
        What the beam hits.
    n_events : int
        How many events in all.
    seed : int
        Seed; the events depend on it and on `chunk`, on nothing else.
    chunk : int
        Events a chunk.
    e_min_aprime : float
        Smallest A' energy [GeV].
    chain : bool
        Whether A' and chi2 decay; otherwise A' is final. A stable chi2 stays undecayed.
    spin : Spin
        Whether A' decays with the polarisation it is produced with.

    Yields
    ------
    Events
        Chunks; `info.rate` is the production rate at epsilon = 1.

    Raises
    ------
    ParameterError, KinematicsError
        Where a number makes no sense or production is closed.
    """
    if n_events < 1 or chunk < 1:
        msg = f"{n_events} events in chunks of {chunk}: both must be at least 1"
        raise ParameterError(msg)
    if seed < 0:
        msg = f"seed = {seed} must not be negative: NumPy's random streams start from integers >= 0"
        raise ParameterError(msg)
    sampler = ProductionSampler(masses.m_aprime, target, e_min_aprime=e_min_aprime)
    info = _run_info(masses, target, seed, e_min_aprime)
    streams = np.random.SeedSequence(seed).spawn(-(-n_events // chunk))
    for index, stream in enumerate(streams):
        size = min(chunk, n_events - index * chunk)
        rng = np.random.default_rng(stream)
        events = _assemble(target, sampler.sample(size, rng), masses.m_aprime, info)
        yield decay_chain(events, masses, rng, spin=spin) if chain else events


def _run_info(masses: DarkMasses, target: ThinTarget | ThickTarget, seed: int, e_min: float) -> RunInfo:
    rate = production_rate(masses.m_aprime, target, e_min=e_min)
    elements = target.material.elements
    single = elements[0][0] if len(elements) == 1 else None
    return RunInfo(
        generator="semivis",
        version=__version__,
        masses=masses,
        beam_id=ID_ELECTRON,
        beam_energy=target.beam_energy,
        target_id=single.pdg_id if single else 0,
        target_mass=single.mass if single else 0.0,
        rate=rate.value,
        rate_error=rate.error,
        rate_unit="pb" if isinstance(target, ThinTarget) else "A' per electron",
        rate_epsilon=1.0,
        seed=seed,
        extra={"e_min_aprime_GeV": repr(e_min), "material": target.material.name},
    )


def _assemble(target: ThinTarget | ThickTarget, production: Production, m_aprime: float, info: RunInfo) -> Events:
    """Produced A' as events in which it is final."""
    nucleus_mass = np.array([n.mass for n in production.nuclei])[production.nucleus]
    nucleus_id = np.array([n.pdg_id for n in production.nuclei], dtype=np.int32)[production.nucleus]
    columns: tuple[tuple[FloatArray | float, FloatArray | float], ...] = (
        (production.beam, M_ELECTRON),
        (0.0, nucleus_mass),
        (production.aprime, m_aprime),
        (production.electron, M_ELECTRON),
        (production.recoil, nucleus_mass),
    )
    n, k = len(production), len(columns)
    momentum, mass = np.empty((n, k, 3)), np.empty((n, k))
    for index, (p, m) in enumerate(columns):
        momentum[:, index], mass[:, index] = p, m
    events = Events.from_topology(
        PRODUCTION_ONLY, momentum, mass, weight=production.weight, vertex=_vertices(target, production), info=info
    )
    events.pdg.reshape(n, k)[:, np.asarray(PRODUCTION_ONLY.pdg) == NUCLEUS] = nucleus_id[:, None]
    return events


def decay_chain(events: Events, masses: DarkMasses, rng: np.random.Generator, *, spin: Spin = Spin.FULL) -> Events:
    """Let A' and chi2 decay in events of `generate(..., chain=False)`.

    Parameters
    ----------
    events : Events
        Produced A' in the order of `PRODUCTION_ONLY`.
    masses : DarkMasses
        Masses of the chain; m_A' must be that of the events, R and f are free.
    rng : Generator
        Source of randomness.
    spin : Spin
        Whether A' decays with the polarisation it is produced with.

    Returns
    -------
    Events
        In the order of `CHAIN`; without its last three particles where chi2 is stable.

    Raises
    ------
    ParameterError
        Where the events hold another A' mass or are not bare production.
    """
    n, k = len(events), len(PRODUCTION_ONLY.pdg)
    if len(events.pdg) != n * k or (n and abs(events.mass[2] - masses.m_aprime) > 1e-9 * masses.m_aprime):
        msg = f"the decay chain of m_A' = {masses.m_aprime:g} GeV starts from bare production events of that mass"
        raise ParameterError(msg)
    topology = CHAIN if masses.chi2_decays else _with_stable_chi2()
    size = len(topology.pdg)
    momentum, mass = np.empty((n, size, 3)), np.empty((n, size))
    produced, its_mass = events.momentum.reshape(n, k, 3), events.mass.reshape(n, k)
    mass[:] = [_mass_of(pdg, masses) for pdg in topology.pdg]
    mass[:, [1, 5]] = its_mass[:, [1, 4]]
    for start in range(0, n, BLOCK):
        rows = slice(start, start + BLOCK)
        momentum[rows, 0:3], momentum[rows, 4:6] = produced[rows, 0:3], produced[rows, 3:5]
        _decay(momentum[rows], its_mass[rows, 1], masses, rng, spin=Spin(spin))
    extra = {**events.info.extra, "spin": str(Spin(spin))}
    info = replace(events.info, masses=masses, extra=extra)
    result = Events.from_topology(topology, momentum, mass, weight=events.weight, vertex=events.vertex, info=info)
    result.pdg.reshape(n, size)[:, [1, 5]] = events.pdg.reshape(n, k)[:, [1, 4]]
    return result


def _decay(
    momentum: FloatArray, nucleus_mass: FloatArray, masses: DarkMasses, rng: np.random.Generator, *, spin: Spin
) -> None:
    """Fill the momenta of the decay products, in the order of `CHAIN`, shape (n, 10 or 7, 3)."""
    beam, aprime, electron, recoil = (np.ascontiguousarray(momentum[:, i]) for i in (0, 2, 4, 5))
    if spin is Spin.FULL:
        direction = aligned_direction(beam, electron, recoil, aprime, masses, rng, nucleus_mass=nucleus_mass)
    else:
        direction = isotropic(len(momentum), rng)
    chi1, chi2 = two_body(aprime, masses.m_aprime, masses.m_chi1, masses.m_chi2, rng, direction=direction)
    momentum[:, 3], momentum[:, 6] = chi2, chi1
    if masses.chi2_decays:
        momentum[:, 7], momentum[:, 8], momentum[:, 9] = chi2_decay(chi2, masses, rng)


def _mass_of(pdg: int, masses: DarkMasses) -> float:
    known = {ID_APRIME: masses.m_aprime, ID_CHI1: masses.m_chi1, ID_CHI2: masses.m_chi2, NUCLEUS: 0.0}
    return known.get(pdg, M_ELECTRON)


def _with_stable_chi2() -> Topology:
    """Chain that ends with chi2: its first seven particles."""
    status = (*CHAIN.status[:3], STATUS_FINAL, *CHAIN.status[4:7])
    return Topology(CHAIN.pdg[:7], status, CHAIN.mothers[:7])


def _vertices(target: ThinTarget | ThickTarget, production: Production) -> FloatArray:
    """Production points (x, y, z, ct) [mm]: on the axis at the sampled depth, at the time of a beam electron there."""
    vertex = np.zeros((len(production), 4))
    if isinstance(target, ThickTarget):
        vertex[:, 2] = production.depth_x0 * target.material.radiation_length_mm
        speed = production.beam[:, 2] / energy_of(production.beam, M_ELECTRON)
        vertex[:, 3] = vertex[:, 2] / speed
    return vertex
