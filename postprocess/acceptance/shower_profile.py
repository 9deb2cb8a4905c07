"""Lateral profile of an electromagnetic shower in a calorimeter with square cells.

G. Grindhammer and S. Peters, "The parameterized simulation of electromagnetic showers" (hep-ex/0001020),
eqs. for homogeneous media: the radial density is a core and a tail, each 2 r R^2 / (r^2 + R^2)^2, with radii in
Moliere units that depend on tau, the depth in units of the shower maximum. Averaged over the longitudinal
gamma profile. The share inside a rectangle has a closed form for this density, so no shower is sampled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray

__all__ = ["Medium", "quadrant_share", "radial_shape", "rectangle_share"]

DEPTH_NODES = 8


@dataclass(frozen=True, slots=True)
class Medium:
    """What a shower sees of a calorimeter."""

    z: float
    """Effective atomic number."""
    critical_energy: float
    """Critical energy [GeV]."""
    moliere_mm: float
    """Moliere radius [mm]."""


def _gamma_nodes(shape: FloatArray) -> FloatArray:
    """Medians of DEPTH_NODES equal slices of a gamma distribution of unit scale, shape (n, nodes)."""
    from scipy.special import gammaincinv

    quantiles = (np.arange(DEPTH_NODES) + 0.5) / DEPTH_NODES
    return np.asarray(gammaincinv(shape[:, None], quantiles))


def radial_shape(energy: ArrayLike, medium: Medium) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Core weight and radii along the shower.

    Parameters
    ----------
    energy : array_like
        Energies of the electrons [GeV], shape (n,).
    medium : Medium
        The calorimeter.

    Returns
    -------
    weight, core, tail : ndarray
        Probability of the core and both radii [mm] at depths that share the energy equally, shape (n, nodes).
    """
    log_e = np.log(np.maximum(np.asarray(energy, dtype=float), 1e-3))[:, None]
    log_y = np.maximum(log_e - np.log(medium.critical_energy), 1.2)  # maximum at positive depth
    depth_of_maximum = log_y - 0.858
    alpha = 0.21 + (0.492 + 2.38 / medium.z) * log_y
    alpha = np.maximum(alpha, 1.05)
    beta = (alpha - 1) / depth_of_maximum
    tau = _gamma_nodes(alpha[:, 0]) / beta / depth_of_maximum
    core = 0.0251 + 0.00319 * log_e + (0.1162 - 0.000381 * medium.z) * tau
    k2, k3, k4 = 0.645, -2.59, 0.3585 + 0.0421 * log_e
    tail = (0.659 - 0.00309 * medium.z) * (np.exp(k3 * (tau - k2)) + np.exp(k4 * (tau - k2)))
    p1, p2, p3 = 2.632 - 0.00094 * medium.z, 0.401 + 0.00187 * medium.z, 1.313 - 0.0686 * log_e
    u = (p2 - tau) / p3
    weight = np.clip(p1 * np.exp(u - np.exp(u)), 0.0, 1.0)
    return weight, np.maximum(core, 1e-3) * medium.moliere_mm, tail * medium.moliere_mm


def quadrant_share(x: ArrayLike, y: ArrayLike, radius: ArrayLike) -> FloatArray:
    """Share of the density R^2 / (pi (r^2 + R^2)^2) between the axes and (x, y), odd in both.

    Parameters
    ----------
    x, y : array_like
        Corner [mm]; may be negative or infinite.
    radius : array_like
        R [mm].

    Returns
    -------
    ndarray
        Share, 1/4 for the whole quadrant.
    """
    x, y, r = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (x, y, radius)))
    a, b = np.hypot(x, r), np.hypot(y, r)
    return np.asarray((x / a * np.arctan(y / a) + y / b * np.arctan(x / b)) / (2 * np.pi))


def rectangle_share(
    x: ArrayLike, y: ArrayLike, energy: ArrayLike, low: FloatArray, high: FloatArray, medium: Medium
) -> FloatArray:
    """Share of a shower's energy in a rectangle.

    Parameters
    ----------
    x, y : array_like
        Impact point [mm], shape (n,).
    energy : array_like
        Energy of the electron [GeV], shape (n,).
    low, high : ndarray
        Corners of the rectangle (x, y) [mm], shape (2,) or, one for each shower, (n, 2).
    medium : Medium
        The calorimeter.

    Returns
    -------
    ndarray
        Share between 0 and 1, shape (n,).
    """
    weight, core, tail = radial_shape(energy, medium)
    x, y = np.asarray(x, dtype=float)[:, None], np.asarray(y, dtype=float)[:, None]
    (x_low, y_low), (x_high, y_high) = ([np.atleast_1d(c)[:, None] for c in corner.T] for corner in (low, high))
    corners = [(a - x, b - y, s * t) for a, s in ((x_low, -1), (x_high, 1)) for b, t in ((y_low, -1), (y_high, 1))]
    inside = sum(
        sign * (weight * quadrant_share(dx, dy, core) + (1 - weight) * quadrant_share(dx, dy, tail))
        for dx, dy, sign in corners
    )
    return np.asarray(np.mean(inside, axis=1))
