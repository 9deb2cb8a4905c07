"""Track of electrons and positrons in a thick target.

`TrackLength` is the one description of what flies through a thick target: how many radiation lengths of electron and
positron track there are, at which energy and depth. The primary electron follows Tsai,

    I(E0, E, t) dE = (1/E0) [ln(E0/E)]^(bt-1) / Gamma(bt) dE,    b = 4/3       (SLAC-PUB-2000, Rev. Mod. Phys. 46, 815)

which with L = ln(E0/E) is a gamma distribution of shape bt, e^-L L^(bt-1)/Gamma(bt) dL: its cumulative track
length is the integral of gammainc(bt, L) over depth, and no singularity at E -> E0 is met. Secondaries come from
`shower`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import BoolArray, FloatArray
from semivis_gen.numerics import gauss

__all__ = ["TrackLength", "primary_track_length", "track_length"]

TSAI_B = 4.0 / 3.0
LOG_L_FLOOR = -400.0  # ln L of the table's start: below it lies 1/(b 400) X0 of track at the full beam energy
QUANTILES = 2048
DEPTH_ROWS, DEPTH_COLUMNS = 160, 96


@dataclass(frozen=True, slots=True, eq=False)
class TrackLength:
    """Radiation lengths of e+- track per beam electron, as a distribution in energy and depth.

    Energies are ordered from the beam energy downwards: `cumulative[i]` is the track above `energy[i]`.
    """

    energy: FloatArray
    """Falling energies [GeV], shape (n,)."""
    cumulative: FloatArray
    """Track length above each energy [X0], rising, shape (n,)."""
    depth_energy: FloatArray
    """Falling energies of the rows of `depth_quantile` [GeV], shape (k,)."""
    depth_quantile: FloatArray
    """Depth [X0] at evenly spaced probabilities 0 .. 1 for each energy, shape (k, q)."""
    positron_share: FloatArray = field(default_factory=lambda: np.zeros(1))
    """Share of positrons at `depth_energy`; a single zero where there are none."""

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

    def sample_depth(self, energy: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Depth of a piece of track of given energy.

        Parameters
        ----------
        energy : ndarray
            [GeV], shape (n,).
        rng : Generator
            Two numbers an event are drawn.

        Returns
        -------
        ndarray
            Depth [X0], shape (n,).
        """
        return self.sample_depth_row(self.depth_row(energy), rng)

    def sample_depth_row(self, row: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Depth of a piece of track at a position in the table of depths, as `sample_depth`."""
        rows, columns = self.depth_quantile.shape
        u = rng.random((2, len(row)))
        # rounding at random to one of the two neighbours interpolates between distributions
        index = np.minimum((row + u[0]).astype(np.int64), rows - 1)
        column = u[1] * (columns - 1)
        left = column.astype(np.int64)
        flat = self.depth_quantile.ravel()
        left += index * columns
        start = flat[left]
        return np.asarray(start + (flat[left + 1] - start) * (column - left % columns))

    def sample(self, n: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Draw pieces of track uniformly in length.

        Parameters
        ----------
        n : int
            How many.
        rng : Generator
            Source of randomness.

        Returns
        -------
        energy, depth, positron : ndarray
            [GeV], [X0] and whether the particle is a positron, shapes (n,).
        """
        energy = self.energy_at(self.total * rng.random(n))
        share = self.positron_share
        if len(share) > 1:
            share = np.interp(-energy, -self.depth_energy, share)
        return energy, self.sample_depth(energy, rng), rng.random(n) < share

    def spectrum(self, energy: ArrayLike) -> FloatArray:
        """Track length per energy T(E).

        Parameters
        ----------
        energy : array_like
            [GeV], below the beam energy, where the primary's spectrum diverges.

        Returns
        -------
        ndarray
            [X0/GeV], from the tabulated `cumulative`.
        """
        e = np.asarray(energy, dtype=float)
        step = 1e-3 * np.minimum(e, np.maximum(self.energy[0] - e, 1e-9 * e))
        return np.asarray((self.above(e - step) - self.above(e + step)) / (2 * step))


@lru_cache(maxsize=16)
def primary_track_length(beam_energy: float, energy_cut: float, thickness_x0: float) -> TrackLength:
    """Track length of the beam electron itself (Tsai).

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
    from scipy.special import gammainc, gammaln

    end = math.log(math.log(beam_energy / energy_cut))
    # even in track length, which is about -1/(b ln L) for small L, and half of the points in ln L above -6
    edge = min(end, -6.0)
    log_l = 1 / np.linspace(1 / LOG_L_FLOOR, 1 / edge, QUANTILES // 2)
    if end > edge:
        log_l = np.r_[log_l[:-1], np.linspace(edge, end, QUANTILES // 2)]
    node, weight = gauss(100)
    # depths: uniform in sqrt(t) resolves the first radiation lengths, where all fast electrons are
    root = node * math.sqrt(thickness_x0)
    t, dt = root**2, weight * math.sqrt(thickness_x0) * 2 * root
    big_l = np.exp(log_l)
    cumulative = np.array([float(gammainc(TSAI_B * t, value) @ dt) for value in big_l])
    cumulative = np.maximum.accumulate(np.r_[0.0, cumulative])
    energy = np.r_[beam_energy, beam_energy * np.exp(-big_l)]
    # depth at fixed L: density L^(bt-1)/Gamma(bt)
    row_log_l = np.linspace(-12.0, end, DEPTH_ROWS) if end > -12 else np.array([end - 1, end])
    fine = np.linspace(0.0, thickness_x0, 4001)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_density = np.outer(row_log_l, TSAI_B * fine) - gammaln(TSAI_B * np.maximum(fine, 1e-12))
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    mass = np.cumsum(0.5 * (density[:, 1:] + density[:, :-1]), axis=1)
    mass = np.c_[np.zeros(len(mass)), mass / mass[:, -1:]]
    probability = np.linspace(0.0, 1.0, DEPTH_COLUMNS)
    quantile = np.array([np.interp(probability, row, fine) for row in mass])
    return TrackLength(energy, cumulative, beam_energy * np.exp(-np.exp(row_log_l)), quantile)


@lru_cache(maxsize=16)
def track_length(
    beam_energy: float, energy_cut: float, thickness_x0: float, *, secondaries: bool = False
) -> TrackLength:
    """Track length of the beam electron and, on request, of the e+- of its shower.

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
    from semivis_gen.target.shower import electromagnetic_shower

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
    probability = np.linspace(0.0, 1.0, DEPTH_COLUMNS)
    grid = shower.depth_edges
    quantile = np.empty_like(primary.depth_quantile)
    for index, row in enumerate(nearest):
        first = np.interp(grid, primary.depth_quantile[index], probability)
        weight = per_energy[row]
        second = np.r_[0.0, np.cumsum(weight) / max(weight.sum(), 1e-300)]
        mixed = (1 - share[index]) * first + share[index] * second
        quantile[index] = np.interp(probability, mixed, grid)
    return TrackLength(energy, cumulative, rows, quantile, 0.5 * share)
