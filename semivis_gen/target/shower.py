"""Electromagnetic shower in one dimension: e+-, photons, energy and depth, above the critical energy.

Complete screening (Tsai, Rev. Mod. Phys. 46 (1974) 815, eqs. 3.83 and 3.9 without the 1/9 terms of order
1/ln Z^(-1/3)), per radiation length and with y = k/E and x = E+/k:

    bremsstrahlung   dN/(dt dy) = (4/3 - 4/3 y + y^2) / y
    pair production  dN/(dt dx) = 1 - 4/3 x (1 - x),   7/9 in all

This is approximation A of shower theory: ionisation, Compton scattering and angles are left out, which holds
above a few times the critical energy (7 MeV in lead), far below any A' threshold. Energies are logarithmic
bins; the linear system is stepped in depth with its matrix exponential, so that the step costs no accuracy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError

__all__ = ["BINS_PER_E_FOLD", "DEEPEST_X0", "PAIR_RATE", "Shower", "bins_of", "electromagnetic_shower", "step_matrix"]

PAIR_RATE = 7.0 / 9.0  # integral of 1 - 4/3 x (1 - x)
BINS_PER_E_FOLD = 60  # the track length is then within 0.5 % of its limit (test)
DEPTH_STEP_X0 = 0.25
DEEPEST_X0 = 100.0  # behind it less than 1e-12 of any shower is left above 1 eV, for beams up to 1e9 GeV


@dataclass(frozen=True, slots=True)
class Shower:
    """Track lengths of a shower in bins of energy and depth.

    The arrays hold radiation lengths of track per incoming electron within the bin; their sum over depth
    divided by the bin width is the differential track length T(E) of PHYSICS section "Thick target".
    """

    energy_edges: FloatArray
    """Rising bin edges [GeV], shape (n_e + 1,)."""
    depth_edges: FloatArray
    """Rising bin edges [X0], shape (n_t + 1,)."""
    primary: FloatArray
    """Track length of the incoming electron [X0], shape (n_e, n_t)."""
    electrons: FloatArray
    """Of secondary electrons [X0], shape (n_e, n_t)."""
    positrons: FloatArray
    """Of secondary positrons [X0], shape (n_e, n_t); equal to that of secondary electrons."""
    photons: FloatArray
    """Of photons [X0], shape (n_e, n_t)."""

    @property
    def energies(self) -> FloatArray:
        """Geometric bin centres [GeV], shape (n_e,)."""
        return np.asarray(np.sqrt(self.energy_edges[1:] * self.energy_edges[:-1]))


def _brems_energy(y: FloatArray) -> FloatArray:
    """Integral of y dN/dy = 4/3 - 4/3 y + y^2 from zero."""
    return np.asarray(4 / 3 * y - 2 / 3 * y**2 + y**3 / 3)


def _pair_energy(x: FloatArray) -> FloatArray:
    """Integral of x dN/dx = x (1 - 4/3 x (1 - x)) from zero."""
    return np.asarray(x**2 / 2 - 4 / 9 * x**3 + x**4 / 3)


def _transition_rates(n: int, h: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rates per X0 from a bin to those k = 0 .. n - 1 bins below it, for e -> e, e -> gamma and gamma -> e+.

    Bins have width h in ln E and a particle sits at its bin's centre. Each rate is chosen such that the
    energy lost or handed on is exact, so that discretisation creates and destroys none; softer losses than
    half a bin act as a continuous one.
    """
    k = np.arange(n)
    centre = np.exp(-k * h)
    upper = np.exp(-(k - 0.5) * h)  # fraction of the parent's energy at the daughter bin's edges
    upper[0] = 1.0
    lower = np.exp(-(k + 0.5) * h)
    electron = np.zeros(n)  # keeps 1 - y
    electron[1:] = (_brems_energy(1 - lower[1:]) - _brems_energy(1 - upper[1:])) / (1 - centre[1:])
    electron[1] += float(_brems_energy(np.array(-math.expm1(-h / 2)))) / -math.expm1(-h)
    photon = (_brems_energy(upper) - _brems_energy(lower)) / centre
    pair = (_pair_energy(upper) - _pair_energy(lower)) / centre
    return electron, photon, pair


def bins_of(span: float, thickness_x0: float, *, per_e_fold: int, depth_step: float) -> tuple[int, float, int, float]:
    """Bins in ln E, the beam energy the centre of the highest, and steps in depth: number and width [X0] of each."""
    n = max(8, math.ceil(span * per_e_fold))
    depth = min(thickness_x0, DEEPEST_X0)
    steps = max(1, round(depth / depth_step))
    return n, span / (n - 0.5), steps, depth / steps


def step_matrix(n: int, h: float, step: float) -> tuple[FloatArray, FloatArray]:
    """Propagator over one depth step and its integral, for the state (primary, secondary e+-, photons)."""
    from scipy.linalg import expm, toeplitz

    electron, photon, pair = _transition_rates(n, h)
    zero, one = np.zeros((n, n)), np.eye(n)
    # highest energy first, so that all energy flows down the index
    to_electron, to_photon, to_pair = (toeplitz(rate, np.zeros(n)) for rate in (electron, photon, pair))
    np.fill_diagonal(to_photon, photon[0])
    np.fill_diagonal(to_pair, pair[0])
    # losses continue below the lowest bin: the rate out is that of an endless ladder
    endless = _transition_rates(max(n, math.ceil(40 / h)), h)[0].sum()
    stay = to_electron - endless * one
    generator = np.block([[stay, zero, zero], [zero, stay, 2 * to_pair], [to_photon, to_photon, -PAIR_RATE * one]])
    # exp of the augmented matrix gives the propagator and its integral over the step at once
    size = 3 * n
    augmented = np.zeros((2 * size, 2 * size))
    augmented[:size, :size] = step * generator
    augmented[:size, size:] = step * np.eye(size)
    exponential = expm(augmented)
    return exponential[:size, :size], exponential[:size, size:]


@lru_cache(maxsize=8)
def electromagnetic_shower(
    beam_energy: float, energy_cut: float, thickness_x0: float, *, bins_per_e_fold: int = BINS_PER_E_FOLD
) -> Shower:
    """Shower of one electron in a thick target.

    Parameters
    ----------
    beam_energy : float
        Energy of the incoming electron [GeV].
    energy_cut : float
        Lowest energy followed [GeV].
    thickness_x0 : float
        Thickness of the target [X0]; depths beyond `DEEPEST_X0` are empty and left out.
    bins_per_e_fold : int
        Energy bins per factor e.

    Returns
    -------
    Shower
        Track lengths by energy and depth.

    Raises
    ------
    ParameterError
        Where the cut is not below the beam energy or the thickness not positive.
    """
    if not 0 < energy_cut < beam_energy or not thickness_x0 > 0:
        msg = (
            f"shower of {beam_energy:g} GeV followed down to {energy_cut:g} GeV in {thickness_x0:g} X0: "
            "take 0 < energy cut < beam energy and a positive thickness"
        )
        raise ParameterError(msg)
    span = math.log(beam_energy / energy_cut)
    n, h, steps, step = bins_of(span, thickness_x0, per_e_fold=bins_per_e_fold, depth_step=DEPTH_STEP_X0)
    propagate, integrate = step_matrix(n, h, step)
    state = np.zeros(3 * n)
    state[0] = 1.0
    track = np.empty((steps, 3 * n))
    for index in range(steps):
        track[index] = integrate @ state
        state = propagate @ state
    primary, secondary, photons = (track[:, part * n : (part + 1) * n].T[::-1] for part in range(3))
    edges = beam_energy * np.exp(h * (np.arange(n + 1) - n + 0.5))
    edges[-1] = beam_energy
    return Shower(
        energy_edges=edges,
        depth_edges=np.linspace(0.0, min(thickness_x0, DEEPEST_X0), steps + 1),
        primary=primary.copy(),
        electrons=0.5 * secondary,
        positrons=0.5 * secondary,
        photons=photons.copy(),
    )
