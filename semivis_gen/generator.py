"""The native generator: production in a target and the whole decay chain, chunk by chunk.

Every chunk has its own random stream, spawned from the seed by its number, so that the events do not depend on
who computes which chunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_ELECTRON, M_ELECTRON
from semivis_gen.decay import ANNIHILATION, NUCLEUS, PRODUCTION_ONLY, Spin, decay_chain
from semivis_gen.errors import ParameterError
from semivis_gen.events import Events, RunInfo
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import Estimate, energy_of
from semivis_gen.production import (
    CollinearSampler,
    Method,
    Production,
    ProductionSampler,
    process_rates,
    resonance_energy,
    sample_depth,
)
from semivis_gen.target import ThickTarget, ThinTarget
from semivis_gen.version import __version__

__all__ = ["generate"]


def generate(
    masses: DarkMasses,
    target: ThinTarget | ThickTarget,
    *,
    n_events: int,
    seed: int,
    chunk: int = 50_000,
    e_min_aprime: float = 0.0,
    chain: bool = True,
    spin: Spin = Spin.FULL,
    annihilation_share: float | None = None,
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
    annihilation_share : float, optional
        Share of events from annihilation, between 0 and 1, where there is any: both processes then carry weights, of
        mean 1, and neither starves. As they occur, without weights, where absent.

    Yields
    ------
    Events
        Chunks, events of annihilation after those of bremsstrahlung in chunks of their own; `info.rate` is the
        production rate of both at epsilon = 1.

    Raises
    ------
    ParameterError, KinematicsError
        Where a number makes no sense or production is closed.
    """
    if n_events < 1 or chunk < 1:
        msg = f"{n_events} events in chunks of {chunk}: both must be at least 1"
        raise ParameterError(msg)
    if annihilation_share is not None and not 0 < annihilation_share < 1:
        msg = f"annihilation_share = {annihilation_share} must lie between 0 and 1"
        raise ParameterError(msg)
    if seed < 0:
        msg = f"seed = {seed} must not be negative: NumPy's random streams start from integers >= 0"
        raise ParameterError(msg)
    sampler = _sampler(masses.m_aprime, target, e_min_aprime)
    bremsstrahlung, annihilation = process_rates(masses.m_aprime, target, e_min=e_min_aprime)
    rate = bremsstrahlung + annihilation
    info = _run_info(masses, target, seed, e_min_aprime, rate)
    natural = annihilation.value / rate.value if annihilation.value else 0.0
    share = annihilation_share if natural and annihilation_share is not None else natural
    streams = np.random.SeedSequence(seed).spawn(-(-n_events // chunk))
    for index, stream in enumerate(streams):
        size = min(chunk, n_events - index * chunk)
        rng = np.random.default_rng(stream)
        annihilated = int(rng.binomial(size, share)) if share else 0
        parts = []
        if annihilated < size:
            production = sampler.sample(size - annihilated, rng)
            parts.append(_weighted(_assemble(target, production, masses.m_aprime, info), 1 - natural, 1 - share))
        if annihilated:
            parts.append(_weighted(_annihilations(target, annihilated, masses.m_aprime, info, rng), natural, share))
        for events in parts:
            yield decay_chain(events, masses, rng, spin=spin) if chain else events


def _weighted(events: Events, natural: float, share: float) -> Events:
    return events if natural == share else replace(events, weight=events.weight * (natural / share))


def _sampler(m_aprime: float, target: ThinTarget | ThickTarget, e_min: float) -> ProductionSampler | CollinearSampler:
    if isinstance(target, ThickTarget) and target.shape is Method.IWW:
        return CollinearSampler(m_aprime, target, e_min_aprime=e_min)
    return ProductionSampler(m_aprime, target, e_min_aprime=e_min)


def _run_info(masses: DarkMasses, target: ThinTarget | ThickTarget, seed: int, e_min: float, rate: Estimate) -> RunInfo:
    elements = target.material.elements
    single = elements[0][0] if len(elements) == 1 else None
    extra = {"e_min_aprime_GeV": repr(e_min), "material": target.material.name}
    if isinstance(target, ThickTarget) and target.shape is not Method.ETL:
        extra["shape"] = target.shape.value
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
        extra=extra,
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
    vertex = _vertices(target, production.depth_x0, production.beam)
    events = Events.from_topology(PRODUCTION_ONLY, momentum, mass, weight=production.weight, vertex=vertex, info=info)
    events.pdg.reshape(n, k)[:, np.asarray(PRODUCTION_ONLY.pdg) == NUCLEUS] = nucleus_id[:, None]
    return events


def _annihilations(
    target: ThinTarget | ThickTarget, n: int, m_aprime: float, info: RunInfo, rng: np.random.Generator
) -> Events:
    """A' from positrons at the resonance, along the beam."""
    assert isinstance(target, ThickTarget)  # noqa: S101  (for the type checker)
    momentum, mass = np.zeros((n, 3, 3)), np.full((n, 3), M_ELECTRON)
    energy = resonance_energy(m_aprime)
    momentum[:, [0, 2], 2] = np.sqrt((energy - M_ELECTRON) * (energy + M_ELECTRON))
    mass[:, 2] = m_aprime
    vertex = _vertices(target, sample_depth(m_aprime, target, n, rng), momentum[:, 0])
    return Events.from_topology(ANNIHILATION, momentum, mass, weight=np.ones(n), vertex=vertex, info=info)


def _vertices(target: ThinTarget | ThickTarget, depth_x0: FloatArray, beam: FloatArray) -> FloatArray:
    """Production points (x, y, z, ct) [mm]: on the axis at the sampled depth, at the time of the incoming particle."""
    vertex = np.zeros((len(beam), 4))
    if isinstance(target, ThickTarget):
        vertex[:, 2] = depth_x0 * target.material.radiation_length_mm
        vertex[:, 3] = vertex[:, 2] * energy_of(beam, M_ELECTRON) / beam[:, 2]
    return vertex
