"""The native generator: production by any processes and the whole decay chain, chunk by chunk.

Every chunk has its own random stream, spawned from the seed by its number, so that the events do not depend on
who computes which chunk.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np

from semivis_gen.decay import Spin, decay_chain, decay_channels
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.events import Events, RunInfo
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import Estimate
from semivis_gen.production import Bremsstrahlung, Process, complete_above, process_rates
from semivis_gen.target import Source
from semivis_gen.version import __version__

__all__ = ["generate"]

log = logging.getLogger(__name__)


def generate(
    masses: DarkMasses,
    source: Source,
    *,
    n_events: int,
    seed: int,
    processes: Sequence[Process] = (Bremsstrahlung(),),
    chunk: int = 50_000,
    e_min_aprime: float = 0.0,
    chain: bool = True,
    spin: Spin = Spin.FULL,
    stratified: bool = False,
    channels: Sequence[str] | None = None,
) -> Iterator[Events]:
    """Generate events with an A' each, and its decays A' -> chi1 chi2, chi2 -> chi1 and leptons or hadrons.

    Parameters
    ----------
    masses : DarkMasses
        Masses; couplings do not enter.
    source : Source
        What collides.
    n_events : int
        How many events in all.
    seed : int
        Seed; the events depend on it and on `chunk`, on nothing else.
    processes : sequence of Process
        The ways to make A'.
    chunk : int
        Events a chunk.
    e_min_aprime : float
        Smallest A' energy [GeV]. A dump makes all A' above its own energy cut only; the run information tells from
        where on the sample is complete.
    chain : bool
        Whether A' and chi2 decay; otherwise A' is final. A stable chi2 stays undecayed.
    spin : Spin
        Whether A' decays with the polarisation it is produced with.
    stratified : bool
        Whether each process gets the share of events that it asks for, so that none starves, with weights of mean 1;
        otherwise as they occur, without weights.
    channels : sequence of str, optional
        Decays of chi2 to generate, such as `("e+ e-",)`; all that are open, by branching, where absent. `info.rate`
        stays the rate of production, `info.extra["chi2_branching"]` is the share of decays that the channels have.

    Yields
    ------
    Events
        Chunks, one process each; `info.rate` is the production rate of all of them at epsilon = 1.

    Raises
    ------
    ParameterError, KinematicsError
        Where a number makes no sense or production is closed.

    Examples
    --------
    >>> from semivis_gen.target import ThinTarget, material
    >>> events = next(generate(DarkMasses(0.1), ThinTarget(100.0, material("Pb")), n_events=10, seed=1))
    >>> len(events), len(events.pdg)
    (10, 100)
    """
    if n_events < 1 or chunk < 1:
        msg = f"{n_events} events in chunks of {chunk}: both must be at least 1"
        raise ParameterError(msg)
    if seed < 0:
        msg = f"seed = {seed} must not be negative: NumPy's random streams start from integers >= 0"
        raise ParameterError(msg)
    if chain and masses.chi2_decays:
        decay_channels(masses, channels)  # what cannot be generated is refused before anything is computed
    rates = process_rates(masses.m_aprime, source, processes, e_min=e_min_aprime)
    rate = reduce(add, rates)
    open_ones = [(process, r) for process, r in zip(processes, rates, strict=True) if r.value > 0]
    if not open_ones:
        msg = (
            f"no A' of {masses.m_aprime:g} GeV above {e_min_aprime:g} GeV from a beam of {source.beam_energy:g} GeV: "
            "lower the A' mass or energy, or raise the beam energy"
        )
        raise KinematicsError(msg)
    used = [process for process, _ in open_ones]
    for process, found in zip(processes, rates, strict=True):
        words = process.name, masses, found.value, found.error, source.per
        log.info("%s at %s: %.5g +- %.1g %s at epsilon = 1", *words)
    natural = _normalised([r.value for _, r in open_ones])
    share = _normalised([process.events_share for process in used]) if stratified else natural
    samplers = [process.sampler(masses.m_aprime, source, e_min=e_min_aprime) for process in used]
    info = _run_info(masses, source, processes, seed, e_min_aprime, rate)
    root = np.random.SeedSequence(seed)
    for done in range(0, n_events, chunk):
        size = min(chunk, n_events - done)
        rng = np.random.default_rng(root.spawn(1)[0])
        parts = []
        for which, n in enumerate(_numbers(size, share, rng)):
            if n:
                events = samplers[which].sample(n, rng)
                own = replace(info, process=used[which].name, extra=info.extra | events.info.extra)
                factor = natural[which] / share[which]
                parts.append(replace(events, info=own, weight=events.weight if factor == 1 else events.weight * factor))
        for events in parts:
            yield decay_chain(events, masses, rng, spin=spin, channels=channels) if chain else events


def _normalised(sizes: Sequence[float]) -> list[float]:
    """Shares of a whole; the first is what the others leave."""
    others = [size / sum(sizes) for size in sizes[1:]]
    return [1 - sum(others), *others]


def _numbers(size: int, share: Sequence[float], rng: np.random.Generator) -> list[int]:
    """Events of each process in a chunk: multinomial, drawn from the last to the second."""
    numbers, left, rest = [], size, 1.0
    for part in share[:0:-1]:
        n = int(rng.binomial(left, min(part / rest, 1.0)))
        numbers.append(n)
        left, rest = left - n, rest - part
    return [left, *numbers[::-1]]


def _run_info(
    masses: DarkMasses, source: Source, processes: Sequence[Process], seed: int, e_min: float, rate: Estimate
) -> RunInfo:
    info = source.run_info()
    extra = {
        "e_min_aprime_GeV": repr(complete_above(source, e_min)),
        "processes": ", ".join(process.name for process in processes),
    }
    return replace(
        info,
        generator="semivis",
        version=__version__,
        masses=masses,
        rate=rate.value,
        rate_error=rate.error,
        rate_epsilon=1.0,
        seed=seed,
        extra=info.extra | extra,
    )
