"""Angles of electrons and positrons in a thick target: multiple scattering, inherited by the whole shower.

Every charged particle of energy E scatters by the mean square angle 2 (13.6 MeV / E)^2 a radiation length (PDG
review "Passage of particles through matter", at one radiation length) and hands its direction on: bremsstrahlung and
pairs open by m_e / E, thirty times less. Moments of the angle then follow the equations of the shower with scattering
as source (Roberg and Nordheim, Phys. Rev. 75 (1949) 444), so that far below the beam energy <theta^2> E^2 is the same
number in any dump (test). Angles at one energy are a mixture of normal distributions, one for each history; the first
two moments of their variance, from <theta^2> and <theta^4>, fix a gamma distribution of variances.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.target.shower import bins_of, step_matrix

__all__ = ["Angles", "shower_angles"]

PER_X0 = 2 * 0.0136**2  # <theta^2> E^2 a radiation length [GeV^2], both planes
BINS_PER_E_FOLD = 30
DEPTH_STEP_X0 = 0.25
NARROW = 1e-4  # relative variance of the variance below which there is one normal distribution
TINY = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Angles:
    """Moments of the angle to the beam times energy, in bins of energy and depth."""

    energy_top: float
    """Centre of the highest bin, the beam energy [GeV]."""
    width: float
    """Of the bins in ln E."""
    step_x0: float
    """Of the bins in depth [X0]."""
    track: FloatArray
    """Track length [X0] of the beam particle and of the shower, shape (2, n_e, n_t), energies falling."""
    variance: FloatArray
    """Mean of the variance in both planes together times E^2 [GeV^2], shape (2, n_e, n_t)."""
    spread: FloatArray
    """Relative variance of that variance between histories, shape (2, n_e, n_t)."""

    def sample(
        self,
        energy: FloatArray,
        depth_x0: FloatArray,
        rng: np.random.Generator,
        *,
        primary: float = 1.0,
        shower: float = 1.0,
    ) -> FloatArray:
        """Draw the directions of particles.

        Parameters
        ----------
        energy, depth_x0 : ndarray
            [GeV] and [X0], shape (n,).
        rng : Generator
            Four numbers an event are drawn.
        primary, shower : float
            Shares that count of the beam particle's track and of its shower's.

        Returns
        -------
        ndarray
            Slopes in x and y, shape (n, 2).
        """
        from scipy.special import gammaincinv

        pick, history, radius, turn = rng.random((len(energy), 4)).T
        row = np.rint(np.log(self.energy_top / energy) / self.width)
        row = np.clip(row, 0, self.track.shape[1] - 1).astype(np.int64)
        column = np.clip(depth_x0 / self.step_x0, 0, self.track.shape[2] - 1).astype(np.int64)
        track = self.track[:, row, column] * [[primary], [shower]]
        which = (pick * track.sum(axis=0) >= track[0]).astype(np.int64)
        shape = 1 / np.maximum(self.spread[which, row, column], NARROW)
        variance = self.variance[which, row, column] * gammaincinv(shape, history) / shape
        size = np.sqrt(-variance * np.log1p(-radius)) / energy
        return np.asarray(size[:, None] * np.stack([np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)], axis=1))


@lru_cache(maxsize=16)
def shower_angles(beam_energy: float, energy_cut: float, thickness_x0: float) -> Angles:
    """Angles of beam electron or positron and of the charged particles of its shower.

    Parameters
    ----------
    beam_energy, energy_cut : float
        [GeV].
    thickness_x0 : float
        [X0].

    Returns
    -------
    Angles
        The tables.
    """
    span = math.log(beam_energy / energy_cut)
    n, h, steps, step = bins_of(span, thickness_x0, per_e_fold=BINS_PER_E_FOLD, depth_step=DEPTH_STEP_X0)
    propagate, integrate = step_matrix(n, h, step)
    scatter = np.tile(PER_X0 * np.exp(2 * h * np.arange(n)) / beam_energy**2, 3)
    scatter[2 * n :] = 0.0  # photons
    moments = np.zeros((3, 3 * n))  # particles, and sums over them of theta^2 and theta^4
    moments[0, 0] = 1.0
    tracks = np.empty((steps, 3, 3 * n))
    for index in range(steps):
        # a kick of mean square d adds d to theta^2 and 4 theta^2 d to theta^4; half of it at either end of the step
        kicks = 0.5 * step * scatter * np.array([1.0, 4.0])[:, None] * moments[:2]
        moments[1:] += kicks
        tracks[index] = moments @ integrate.T
        moments = moments @ propagate.T
        for order, factor in ((1, 1.0), (2, 4.0)):  # the second from the first as it is then
            moments[order] += 0.5 * step * factor * scatter * moments[order - 1]
    count, second, fourth = tracks[:, :, : 2 * n].transpose(1, 2, 0).reshape(3, 2, n, steps)
    seen = count > TINY
    mean = np.divide(second, count, out=np.zeros_like(count), where=seen)
    # of a normal distribution in two planes <theta^4> = 2 <theta^2>^2
    square = np.divide(fourth, 2 * count, out=np.zeros_like(count), where=seen)
    spread = np.divide(square, mean**2, out=np.ones_like(count), where=mean > 0) - 1
    energies = beam_energy * np.exp(-h * np.arange(n))
    return Angles(beam_energy, h, step, count, mean * energies[:, None] ** 2, np.maximum(spread, 0.0))
