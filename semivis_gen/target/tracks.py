"""Track of electrons and positrons in a thick target.

`TrackLength` says how many radiation lengths of electron and positron track there are, at which energy and depth, per
beam electron or positron: the shower does not know its charge. The primary particle follows Tsai,

    I(E0, E, t) dE = (1/E0) [ln(E0/E)]^(bt-1) / Gamma(bt) dE,    b = 4/3       (SLAC-PUB-2000, Rev. Mod. Phys. 46, 815)

which with L = ln(E0/E) is a gamma distribution of shape bt, e^-L L^(bt-1)/Gamma(bt) dL: its cumulative track
length is the integral of gammainc(bt, L) over depth, and no singularity at E -> E0 is met. Secondaries come from
`shower`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import BoolArray, FloatArray
from semivis_gen.numerics import gauss
from semivis_gen.target.shower import DEEPEST_X0, electromagnetic_shower

__all__ = ["Track", "TrackLength", "primary_depths", "primary_spectrum", "primary_track_length", "track_length"]

TSAI_B = 4.0 / 3.0
LOG_L_FLOOR = -400.0  # ln L of the table's start: below it lies 1/(b 400) X0 of track at the full beam energy
QUANTILES = 2048
DEPTH_ROWS, DEPTH_COLUMNS = 160, 96
TAIL = 1e-6  # share of a distribution of depths behind the end of its table


@dataclass(frozen=True, slots=True, eq=False)
class Track(ABC):
    """What flies through a thick target: radiation lengths of track per beam particle, with energy and depth.

    Energies are ordered from the beam energy downwards: `cumulative[i]` is the track above `energy[i]`.
    """

    energy: FloatArray
    """Falling energies [GeV], the beam energy first, shape (n,)."""
    cumulative: FloatArray
    """Track length above each energy [X0], rising, shape (n,)."""

    @property
    def total(self) -> float:
        """Track length above the cut [X0]."""
        return float(self.cumulative[-1])

    def above(self, energy: ArrayLike) -> FloatArray:
        """Track length above an energy.

        Parameters
        ----------
        energy : array_like
            [GeV].

        Returns
        -------
        ndarray
            [X0].
        """
        return np.asarray(np.interp(-np.asarray(energy, dtype=float), -self.energy, self.cumulative))

    def energy_at(self, cumulative: ArrayLike) -> FloatArray:
        """Energy above which there is a given track length: inverse of `above`.

        Parameters
        ----------
        cumulative : array_like
            [X0].

        Returns
        -------
        ndarray
            [GeV].
        """
        return np.asarray(np.interp(np.asarray(cumulative, dtype=float), self.cumulative, self.energy))

    @abstractmethod
    def depth_row(self, energy: FloatArray) -> FloatArray:
        """Number that stands for the distribution of depths at an energy [GeV], linear between close energies."""

    @abstractmethod
    def sample_depth_row(self, row: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, BoolArray]:
        """Depths [X0] of pieces of track, and whether their charge is opposite to that of the beam, shapes (n,)."""


@dataclass(frozen=True, slots=True, eq=False)
class TrackLength(Track):
    """Radiation lengths of e+- track per beam particle, as a distribution in energy and depth."""

    depth_energy: FloatArray
    """Falling energies of the rows of `depth_quantile` [GeV], shape (k,)."""
    depth_quantile: FloatArray
    """Depth [X0] at the probabilities 1 - (1 - c)^2 of evenly spaced c for each energy, shape (k, q)."""
    opposite_share: FloatArray = field(default_factory=lambda: np.zeros((1, 1)))
    """Share of particles of the charge opposite to the beam's between the depths of `depth_quantile`, shape
    (k, q - 1); a single zero where there are none."""

    def depth_row(self, energy: FloatArray) -> FloatArray:
        """Position of energies in the table of depths, for `sample_depth_row`.

        Parameters
        ----------
        energy : ndarray
            [GeV].

        Returns
        -------
        ndarray
            Row, with a fraction.
        """
        return np.asarray(np.interp(-energy, -self.depth_energy, np.arange(len(self.depth_energy), dtype=float)))

    def sample_depth_row(self, row: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, BoolArray]:
        """Depth and charge of pieces of track.

        Parameters
        ----------
        row : ndarray
            Position in the table of depths, from `depth_row`, shape (n,).
        rng : Generator
            Two numbers an event are drawn.

        Returns
        -------
        depth, opposite : ndarray
            [X0], and whether the charge is opposite to that of the beam particle, shapes (n,).
        """
        rows, columns = self.depth_quantile.shape
        u = rng.random((2, len(row)))
        # rounding at random to one of the two neighbours interpolates between distributions
        position = row + u[0]
        index = np.minimum(position.astype(np.int64), rows - 1)
        column = (1 - np.sqrt(1 - u[1])) * (columns - 1)
        left = column.astype(np.int64)
        cell = left + index * columns
        flat = self.depth_quantile.ravel()
        start = flat[cell]
        depth = np.asarray(start + (flat[cell + 1] - start) * (column - left))
        if self.opposite_share.size == 1:
            return depth, np.zeros(len(row), dtype=bool)
        # what the rounding has left of its random number is uniform again
        part = row - np.floor(row)
        up = u[0] >= 1 - part
        rest = np.where(up, (u[0] - (1 - part)) / np.where(up, part, 1.0), u[0] / np.where(up, 1.0, 1 - part))
        return depth, rest < self.opposite_share[index, left]


def primary_spectrum(beam_energy: float, energy: float, thickness_x0: float) -> float:
    """Track length of the beam electron or positron per energy, T(E) (Tsai).

    Parameters
    ----------
    beam_energy, energy : float
        [GeV]; T diverges, integrably, towards the beam energy.
    thickness_x0 : float
        [X0].

    Returns
    -------
    float
        Integral over depth of I(E0, E, t) [X0/GeV]; b t^2 / (2 E0 L) in a thin target.
    """
    from scipy.special import gammaln

    log_l = math.log(math.log(beam_energy / energy))
    t, dt = _depth_nodes(min(thickness_x0, DEEPEST_X0))
    density = np.exp((TSAI_B * t - 1) * log_l - gammaln(TSAI_B * t))
    return float(density @ dt) / beam_energy


def primary_depths(beam_energy: float, energy: float, thickness_x0: float) -> tuple[FloatArray, FloatArray]:
    """Where the beam electron or positron has an energy.

    Parameters
    ----------
    beam_energy, energy, thickness_x0 : float
        As for `primary_spectrum`.

    Returns
    -------
    depth, cumulative : ndarray
        Rising depths [X0] and the probability up to them, shapes (n,).
    """
    log_l = np.array([math.log(math.log(beam_energy / energy))])
    depth, cumulative = _depth_distributions(log_l, thickness_x0)
    return depth, cumulative[0]


def _depth_nodes(thickness_x0: float) -> tuple[FloatArray, FloatArray]:
    """Depths and weights of an integral over the target."""
    node, weight = gauss(100)
    # uniform in sqrt(t) resolves the first radiation lengths, where all fast electrons are
    root = node * math.sqrt(thickness_x0)
    return root**2, weight * math.sqrt(thickness_x0) * 2 * root


def _depth_distributions(log_l: FloatArray, thickness_x0: float) -> tuple[FloatArray, FloatArray]:
    """Cumulative distribution in depth at fixed L: density L^(bt-1)/Gamma(bt); shapes (n,) and (len(log_l), n)."""
    from scipy.special import gammaln

    fine = min(thickness_x0, DEEPEST_X0) * np.linspace(0.0, 1.0, 4001) ** 2  # all fast electrons are at small depths
    with np.errstate(divide="ignore", invalid="ignore"):
        log_density = np.outer(log_l, TSAI_B * fine) - gammaln(TSAI_B * np.maximum(fine, 1e-12))
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    mass = np.cumsum(0.5 * (density[:, 1:] + density[:, :-1]) * np.diff(fine), axis=1)
    return fine, np.c_[np.zeros(len(mass)), mass / mass[:, -1:]]


def _column_probabilities() -> FloatArray:
    """Probabilities of the columns of the table of depths: closer together towards the deep end."""
    probability = 1 - (1 - np.linspace(0.0, 1.0, DEPTH_COLUMNS)) ** 2
    probability[-1] = 1 - TAIL  # at 1 the table would end at the end of the target
    return np.asarray(probability)


@lru_cache(maxsize=16)
def primary_track_length(beam_energy: float, energy_cut: float, thickness_x0: float) -> TrackLength:
    """Track length of the beam electron or positron itself (Tsai).

    Parameters
    ----------
    beam_energy, energy_cut : float
        [GeV].
    thickness_x0 : float
        [X0].

    Returns
    -------
    TrackLength
        The tables.
    """
    from scipy.special import gammainc

    end = math.log(math.log(beam_energy / energy_cut))
    # even in track length, which is about -1/(b ln L) for small L, and half of the points in ln L above -6
    edge = min(end, -6.0)
    log_l = 1 / np.linspace(1 / LOG_L_FLOOR, 1 / edge, QUANTILES // 2)
    if end > edge:
        log_l = np.r_[log_l[:-1], np.linspace(edge, end, QUANTILES // 2)]
    t, dt = _depth_nodes(min(thickness_x0, DEEPEST_X0))
    big_l = np.exp(log_l)
    cumulative = np.array([float(gammainc(TSAI_B * t, value) @ dt) for value in big_l])
    cumulative = np.maximum.accumulate(np.r_[0.0, cumulative])
    energy = np.r_[beam_energy, beam_energy * np.exp(-big_l)]
    row_log_l = np.linspace(-12.0, end, DEPTH_ROWS) if end > -12 else np.array([end - 1, end])
    fine, mass = _depth_distributions(row_log_l, thickness_x0)
    quantile = np.array([np.interp(_column_probabilities(), row, fine) for row in mass])
    return TrackLength(energy, cumulative, beam_energy * np.exp(-np.exp(row_log_l)), quantile)


@lru_cache(maxsize=16)
def track_length(
    beam_energy: float, energy_cut: float, thickness_x0: float, *, secondaries: bool = False
) -> TrackLength:
    """Track length of the beam electron or positron and, on request, of the e+- of its shower.

    Parameters
    ----------
    beam_energy, energy_cut : float
        [GeV].
    thickness_x0 : float
        [X0].
    secondaries : bool
        Add electrons and positrons from the shower.

    Returns
    -------
    TrackLength
        The tables.
    """
    primary = primary_track_length(beam_energy, energy_cut, thickness_x0)
    if not secondaries:
        return primary
    shower = electromagnetic_shower(beam_energy, energy_cut, thickness_x0)
    charged = shower.electrons + shower.positrons
    above = np.r_[np.cumsum(charged.sum(axis=1)[::-1])[::-1], 0.0]
    energy = np.unique(np.r_[primary.energy, shower.energy_edges[shower.energy_edges >= energy_cut]])[::-1]
    extra = np.interp(energy, shower.energy_edges, above)
    cumulative = primary.above(energy) + extra
    # depth: mixture of both at each energy of the primary's rows
    rows = primary.depth_energy
    step = 1e-3 * rows
    density_primary = (primary.above(rows - step) - primary.above(rows + step)) / (2 * step)
    per_energy = charged / np.diff(shower.energy_edges)[:, None]
    nearest = np.clip(np.searchsorted(shower.energy_edges, rows) - 1, 0, len(charged) - 1)
    density_secondary = per_energy[nearest].sum(axis=1)
    share = density_secondary / (density_secondary + density_primary)
    probability = _column_probabilities()
    grid, first = _depth_distributions(np.log(np.log(beam_energy / rows)), thickness_x0)
    quantile, opposite = np.empty_like(primary.depth_quantile), np.empty((len(rows), DEPTH_COLUMNS - 1))
    for index, row in enumerate(nearest):
        weight = per_energy[row]
        second = np.interp(grid, shower.depth_edges, np.r_[0.0, np.cumsum(weight) / max(weight.sum(), 1e-300)])
        mixed = (1 - share[index]) * first[index] + share[index] * second
        quantile[index] = np.interp(probability, mixed, grid)
        # half of the secondaries between these depths, of all that is there
        steps = np.diff(np.interp(quantile[index], grid, second)) / np.diff(probability)
        opposite[index] = np.clip(0.5 * share[index] * steps, 0.0, 0.5)
    return TrackLength(energy, cumulative, rows, quantile, opposite)
