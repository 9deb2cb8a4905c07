"""Annihilation of positrons, of the beam and of its shower, as a production process: rate, events, spin of A'."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_APRIME, ID_ELECTRON, ID_POSITRON, M_ELECTRON
from semivis_gen.errors import ParameterError
from semivis_gen.events import STATUS_FINAL, STATUS_INCOMING, Events, Topology
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import Estimate, tilted
from semivis_gen.production.annihilation.resonance import narrow_cross_section_integral, resonance_energy
from semivis_gen.production.transverse import transverse_direction
from semivis_gen.target import (
    BINS_PER_E_FOLD,
    Shower,
    Source,
    ThickTarget,
    electromagnetic_shower,
    primary_depths,
    primary_spectrum,
)

__all__ = ["Annihilation", "AnnihilationSampler", "annihilation_rate", "sample_depth"]

TOPOLOGY = Topology(
    pdg=(ID_POSITRON, ID_ELECTRON, ID_APRIME),
    status=(STATUS_INCOMING, STATUS_INCOMING, STATUS_FINAL),
    mothers=((-1, -1), (-1, -1), (0, 1)),
)


@dataclass(frozen=True, slots=True)
class Annihilation:
    """Positrons annihilate into A' on atomic electrons: e+ e- -> A', in the narrow limit.

    Positrons are those of the shower and, in a beam of positrons, the primary one.
    """

    name: ClassVar[str] = "annihilation"
    beams: ClassVar[frozenset[int]] = frozenset({ID_ELECTRON, ID_POSITRON})
    events_share: ClassVar[float] = 0.3  # its A' have one energy and need fewer events

    def rate(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> Estimate:
        """See `Process.rate` and `annihilation_rate`."""
        return annihilation_rate(m_aprime, _thick(source), e_min=e_min)

    def sampler(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> AnnihilationSampler:
        """See `Process.sampler`."""
        return AnnihilationSampler(m_aprime, _thick(source))

    @staticmethod
    def direction(events: Events, masses: DarkMasses, rng: np.random.Generator) -> FloatArray | None:
        """See `Process.direction`: A' carry the spin of the colliding pair."""
        aprime = events.momentum[(events.pdg == ID_APRIME) & (events.status == STATUS_FINAL)]
        spin = np.divide(aprime[:, :2], aprime[:, 2:], out=np.zeros((len(aprime), 2)), where=aprime[:, 2:] > 0)
        return tilted(transverse_direction(len(aprime), masses, rng), spin)


@dataclass(frozen=True, slots=True)
class AnnihilationSampler:
    """A' from positrons at the resonance, in their direction."""

    m_aprime: float
    """Mass of A' [GeV]."""
    target: ThickTarget
    """Where the positrons are."""

    def sample(self, n: int, rng: np.random.Generator) -> Events:
        """Draw n events of weight one; see `Sampler.sample`."""
        momentum, mass = np.zeros((n, 3, 3)), np.full((n, 3), M_ELECTRON)
        energy = resonance_energy(self.m_aprime)
        momentum[:, [0, 2], 2] = np.sqrt((energy - M_ELECTRON) * (energy + M_ELECTRON))
        mass[:, 2] = self.m_aprime
        depth = sample_depth(self.m_aprime, self.target, n, rng)
        vertex = self.target.vertices(depth, momentum[:, 0])
        primary = 1.0 if self.target.beam_id == ID_POSITRON else 0.0
        momentum = self.target.scattered(momentum, depth, rng, primary=primary, shower=0.5)
        return Events.from_topology(TOPOLOGY, momentum, mass, weight=np.ones(n), vertex=vertex)


def _thick(source: Source) -> ThickTarget:
    if not isinstance(source, ThickTarget):
        msg = "annihilation needs positrons of many energies: give a thick target"
        raise ParameterError(msg)
    return source


def _shower(target: ThickTarget, *, bins_per_e_fold: int = BINS_PER_E_FOLD) -> Shower:
    return electromagnetic_shower(
        target.beam_energy, target.energy_cut, target.thickness_x0, bins_per_e_fold=bins_per_e_fold
    )


def _primary(target: ThickTarget, energy: float) -> float:
    """Track length of the beam particle per energy, where it is a positron [X0/GeV]."""
    if target.beam_id != ID_POSITRON:
        return 0.0
    return primary_spectrum(target.beam_energy, energy, target.thickness_x0)


def _secondaries(shower: Shower, energy: float) -> float:
    """Track length of positrons of the shower per energy [X0/GeV]."""
    track = shower.positrons.sum(axis=1) / np.diff(shower.energy_edges)
    return float(np.interp(math.log(energy), np.log(shower.energies), track))


def _made_at(m_aprime: float, target: ThickTarget, e_min: float) -> float | None:
    """Positron energy of the resonance, where positrons of the target reach it."""
    energy = resonance_energy(m_aprime)
    reached = max(target.energy_cut, e_min - M_ELECTRON) < energy < target.beam_energy
    return energy if reached else None


def annihilation_rate(m_aprime: float, target: ThickTarget, *, e_min: float = 0.0) -> Estimate:
    """A' from annihilation per beam particle at epsilon = 1, in the narrow limit.

    T_e+(E_res), of a primary positron (`primary_spectrum`) and of the shower, times the electrons per radiation length
    times `narrow_cross_section_integral`.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].
    target : ThickTarget
        Where the positrons are.
    e_min : float
        Smallest A' energy [GeV].

    Returns
    -------
    Estimate
        The rate; its error is the difference to a shower of half as many bins. Zero where no positron reaches the
        resonance.
    """
    energy = _made_at(m_aprime, target, e_min)
    if energy is None:
        return Estimate(0.0, 0.0)
    primary = _primary(target, energy)
    fine, coarse = (
        primary + _secondaries(_shower(target, bins_per_e_fold=bins), energy)
        for bins in (BINS_PER_E_FOLD, BINS_PER_E_FOLD // 2)
    )
    each = target.material.electrons_per_radiation_length * narrow_cross_section_integral(m_aprime)
    return Estimate(fine * each, abs(fine - coarse) * each)


def sample_depth(m_aprime: float, target: ThickTarget, n: int, rng: np.random.Generator) -> FloatArray:
    """Depths at which positrons of the resonance's energy fly.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].
    target : ThickTarget
        The target.
    n : int
        How many.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Depths [X0], shape (n,).
    """
    shower, energy = _shower(target), resonance_energy(m_aprime)
    row = int(np.clip(np.searchsorted(shower.energy_edges, energy) - 1, 0, len(shower.energies) - 1))
    depth, cumulative = shower.depth_edges, np.r_[0.0, np.cumsum(shower.positrons[row])]
    if primary := _primary(target, energy):
        share = primary / (primary + _secondaries(shower, energy))
        fine, first = primary_depths(target.beam_energy, energy, target.thickness_x0)
        second = np.interp(fine, depth, cumulative / max(cumulative[-1], 1e-300))
        depth, cumulative = fine, share * first + (1 - share) * second
    return np.asarray(np.interp(rng.random(n) * cumulative[-1], cumulative, depth))
