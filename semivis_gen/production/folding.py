"""Samples at single energies folded with the track length of a dump: any thin-target generator in a thick target.

Programs that know one beam energy (MadGraph) make A' too hard for a dump, in which the beam loses its energy before it
radiates. The track length above the smallest useful energy is cut into equal parts; a sample at the energy in the
middle of each, weighted with its cross-section, stands for the part. Depths follow from the same track.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError
from semivis_gen.events import Events, RunInfo
from semivis_gen.numerics import Estimate
from semivis_gen.target import ThickTarget

__all__ = ["dump_energies", "fold", "folded_rate"]

ENERGY_TOLERANCE = 1e-6


def dump_energies(target: ThickTarget, n: int, *, secondaries: bool = False) -> FloatArray:
    """Energies at which to make thin-target samples for a dump.

    Parameters
    ----------
    target : ThickTarget
        The dump; only what flies above its energy cut counts.
    n : int
        How many; 8 to 16 serve (test).
    secondaries : bool
        Whether electrons and positrons of the shower radiate as well.

    Returns
    -------
    ndarray
        Falling energies [GeV], shape (n,), each for an equal part of the track length.

    Raises
    ------
    ParameterError
        Where n is below 1.
    """
    if n < 1:
        msg = f"{n} energies for a dump: take one or more, 12 serve"
        raise ParameterError(msg)
    track = target.track_length(secondaries=secondaries)
    return track.energy_at(track.total * (np.arange(n) + 0.5) / n)


def folded_rate(infos: Sequence[RunInfo], target: ThickTarget, *, secondaries: bool = False) -> list[Estimate]:
    """A' per beam particle that each sample stands for.

    Parameters
    ----------
    infos : sequence of RunInfo
        Of samples at `dump_energies`, in their order: cross-sections at epsilon = 1 or any, nucleus and energy.
    target : ThickTarget
        The dump.
    secondaries : bool
        As for `dump_energies`.

    Returns
    -------
    list of Estimate
        Rates at the samples' epsilon; their sum is that of the dump.

    Raises
    ------
    ParameterError
        Where energies are not those of the dump, a nucleus is not in it, or a rate is no cross-section.
    """
    wanted = dump_energies(target, len(infos), secondaries=secondaries)
    part = target.track_length(secondaries=secondaries).total / len(infos)
    nuclei = {nucleus.pdg_id: nucleus for nucleus, _ in target.material.elements}
    rates = []
    for info, energy in zip(infos, wanted, strict=True):
        if abs(info.beam_energy / energy - 1) > ENERGY_TOLERANCE:
            msg = (
                f"a sample of {info.beam_energy:g} GeV stands where the dump needs {energy:.9g} GeV: see dump_energies"
            )
            raise ParameterError(msg)
        if info.target_id not in nuclei or info.rate_unit != "pb":
            msg = (
                f"a sample on the nucleus {info.target_id} with a rate in {info.rate_unit!r} cannot be folded: it "
                f"needs a cross-section [pb] on one of {', '.join(map(str, nuclei))}"
            )
            raise ParameterError(msg)
        atoms = target.material.atoms_per_radiation_length(nuclei[info.target_id])
        rates.append(Estimate(info.rate, info.rate_error) * (atoms * part))
    return rates


def fold(
    samples: Sequence[Iterable[Events]],
    target: ThickTarget,
    *,
    numbers: Sequence[int],
    seed: int,
    secondaries: bool = False,
) -> Iterator[Events]:
    """Events of a dump from thin-target samples.

    Parameters
    ----------
    samples : sequence of iterables of Events
        At `dump_energies`, in their order, each on one nucleus of the dump.
    target : ThickTarget
        The dump.
    numbers : sequence of int
        Events of each sample.
    seed : int
        For the depths.
    secondaries : bool
        As for `dump_energies`.

    Yields
    ------
    Events
        Chunks with weights whose sum is that of an unweighted sample of as many events, vertices in the dump, and the
        rate of the whole in their run information.

    Raises
    ------
    ParameterError
        As for `folded_rate`; where a sample is empty.
    """
    streams = [iter(sample) for sample in samples]
    first = [next(stream, None) for stream in streams]
    if any(chunk is None for chunk in first):
        msg = "a sample of the dump is empty: make events at each of its energies"
        raise ParameterError(msg)
    heads = [chunk for chunk in first if chunk is not None]
    rates = folded_rate([chunk.info for chunk in heads], target, secondaries=secondaries)
    rate = sum(rates, Estimate(0.0))
    track = target.track_length(secondaries=secondaries)
    for index, (head, stream) in enumerate(zip(heads, streams, strict=True)):
        rng = np.random.default_rng([seed, index])
        weight = rates[index].value / rate.value * sum(numbers) / numbers[index]
        for chunk in _with(head, stream):
            share = (index + rng.random(len(chunk))) / len(heads)
            depth, _ = track.sample_depth_row(track.depth_row(track.energy_at(track.total * share)), rng)
            beam = np.zeros((len(chunk), 3))
            beam[:, 2] = chunk.info.beam_energy
            yield replace(
                chunk,
                weight=chunk.weight * weight,
                vertex=target.vertices(depth, beam),
                info=_info(chunk.info, target, rate),
            )


def _with(head: Events, rest: Iterable[Events]) -> Iterator[Events]:
    yield head
    yield from rest


def _info(info: RunInfo, target: ThickTarget, rate: Estimate) -> RunInfo:
    mine = target.run_info()
    return replace(
        info,
        beam_energy=mine.beam_energy,
        target_id=mine.target_id,
        target_mass=mine.target_mass,
        rate=rate.value,
        rate_error=rate.error,
        rate_unit=mine.rate_unit,
        extra={**info.extra, **mine.extra, "folded": "with the track length of the dump"},
    )
