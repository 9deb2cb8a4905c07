"""Mean profile of an electromagnetic shower in a calorimeter: along its axis, and across it in a rectangle of cells.

G. Grindhammer and S. Peters, "The parameterized simulation of electromagnetic showers" (hep-ex/0001020),
eqs. for homogeneous media. Along: a gamma distribution of the depth in radiation lengths. Across: the radial density
is a core and a tail, each 2 r R^2 / (r^2 + R^2)^2, with radii in Moliere units that depend on tau, the depth in units
of the shower maximum. A shower is cut into slices of equal energy; the share of a slice inside a rectangle has a
closed form, so no shower is sampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray

__all__ = [
    "SLICES",
    "Medium",
    "Slices",
    "deposited_share",
    "outside_bounds",
    "quadrant_share",
    "rectangle_share",
    "slices",
]

SLICES = 8
ENERGIES = np.geomspace(0.02, 2000.0, 185)
"""Where radii and weights are tabulated [GeV]; between them they are linear in ln E, beyond them constant."""


@dataclass(frozen=True, slots=True)
class Medium:
    """What a shower sees of a calorimeter."""

    z: float
    """Effective atomic number."""
    critical_energy: float
    """Critical energy [GeV]."""
    moliere_mm: float
    """Moliere radius [mm]."""
    radiation_length_mm: float
    """Radiation length [mm]."""


@dataclass(frozen=True, slots=True, eq=False)
class Slices:
    """Lateral shape of showers, cut into `SLICES` slices of equal energy: arrays of shape (n, SLICES) from `slices`."""

    weight: FloatArray
    """Probability of the core."""
    core: FloatArray
    """Radius of the core [mm]."""
    tail: FloatArray
    """Radius of the tail [mm]."""

    def of(self, chosen: Any) -> Slices:
        """Return some, by an index of the arrays."""
        return Slices(self.weight[chosen], self.core[chosen], self.tail[chosen])


def _along(energy: FloatArray, medium: Medium) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Shape and rate [1/X0] of the gamma distribution of the depth, and its maximum [X0]."""
    log_y = np.maximum(np.log(energy / medium.critical_energy), 1.2)  # maximum at positive depth
    depth_of_maximum = log_y - 0.858
    alpha = np.maximum(0.21 + (0.492 + 2.38 / medium.z) * log_y, 1.05)
    return alpha, (alpha - 1) / depth_of_maximum, depth_of_maximum


def deposited_share(energy: ArrayLike, depth_mm: ArrayLike, medium: Medium) -> FloatArray:
    """Share of a shower's energy that is deposited before a depth.

    Parameters
    ----------
    energy : array_like
        Energies of the electrons [GeV].
    depth_mm : array_like
        Depths from where the showers start [mm]; may be infinite.
    medium : Medium
        The calorimeter.

    Returns
    -------
    ndarray
        Between 0 and 1, shape of the arguments.
    """
    from scipy.special import gammainc

    alpha, beta, _ = _along(np.maximum(np.asarray(energy, dtype=float), 1e-3), medium)
    return np.asarray(gammainc(alpha, beta * np.asarray(depth_mm, dtype=float) / medium.radiation_length_mm))


def _exact_slices(energy: FloatArray, medium: Medium) -> Slices:
    """Shape at the median depth of every slice."""
    from scipy.special import gammaincinv

    alpha, beta, maximum = _along(energy, medium)
    quantiles = (np.arange(SLICES) + 0.5) / SLICES
    tau = np.asarray(gammaincinv(alpha[:, None], quantiles)) / (beta * maximum)[:, None]
    log_e = np.log(energy)[:, None]
    core = 0.0251 + 0.00319 * log_e + (0.1162 - 0.000381 * medium.z) * tau
    k2, k3, k4 = 0.645, -2.59, 0.3585 + 0.0421 * log_e
    tail = (0.659 - 0.00309 * medium.z) * (np.exp(k3 * (tau - k2)) + np.exp(k4 * (tau - k2)))
    p1, p2, p3 = 2.632 - 0.00094 * medium.z, 0.401 + 0.00187 * medium.z, 1.313 - 0.0686 * log_e
    u = (p2 - tau) / p3
    weight = np.clip(p1 * np.exp(u - np.exp(u)), 0.0, 1.0)
    return Slices(weight, np.maximum(core, 1e-3) * medium.moliere_mm, tail * medium.moliere_mm)


@lru_cache(maxsize=16)
def _table(medium: Medium) -> FloatArray:
    """Weight, core and tail at all `ENERGIES`, shape (energies, 3, SLICES)."""
    exact = _exact_slices(ENERGIES, medium)
    return np.stack([exact.weight, exact.core, exact.tail], axis=1)


def slices(energy: ArrayLike, medium: Medium) -> Slices:
    """Lateral shape of showers, from a table.

    Parameters
    ----------
    energy : array_like
        Energies of the electrons [GeV], shape (n,).
    medium : Medium
        The calorimeter.

    Returns
    -------
    Slices
        Of n showers, to 1e-3 above 0.3 GeV.
    """
    step = np.log(ENERGIES[1] / ENERGIES[0])
    place = np.log(np.maximum(np.asarray(energy, dtype=float), ENERGIES[0]) / ENERGIES[0]) / step
    lower = np.minimum(place.astype(np.int64), len(ENERGIES) - 2)
    table, part = _table(medium), np.minimum(place - lower, 1.0)[:, None, None]
    found = table[lower] * (1 - part) + table[lower + 1] * part
    return Slices(found[:, 0], found[:, 1], found[:, 2])


def quadrant_share(x: ArrayLike, y: ArrayLike, radius: ArrayLike) -> FloatArray:
    """Share of the density R^2 / (pi (r^2 + R^2)^2) between the axes and (x, y), odd in both.

    Parameters
    ----------
    x, y : array_like
        Corner [mm]; may be negative.
    radius : array_like
        R [mm].

    Returns
    -------
    ndarray
        Share, 1/4 for the whole quadrant.
    """
    x, y, squared = np.asarray(x, dtype=float), np.asarray(y, dtype=float), np.square(radius)
    a, b = np.sqrt(x * x + squared), np.sqrt(y * y + squared)
    return np.asarray((x / a * np.arctan(y / a) + y / b * np.arctan(x / b)) / (2 * np.pi))


def rectangle_share(x: ArrayLike, y: ArrayLike, half: tuple[float, float], shape: Slices) -> FloatArray:
    """Share of the energy of slices in a rectangle around the origin.

    Parameters
    ----------
    x, y : array_like
        Axes of the showers [mm], as the arrays of `shape` or so that they broadcast against them.
    half : tuple of float
        Half of its sides [mm].
    shape : Slices
        The slices.

    Returns
    -------
    ndarray
        Between 0 and 1, as the arrays of `shape`.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    corners = [(s * half[0] - x, t * half[1] - y, s * t) for s in (-1, 1) for t in (-1, 1)]
    core, tail = (sum(s * quadrant_share(a, b, r) for a, b, s in corners) for r in (shape.core, shape.tail))
    return np.asarray(shape.weight * core + (1 - shape.weight) * tail)


def outside_bounds(
    x: ArrayLike, y: ArrayLike, half: tuple[float, float], shape: Slices
) -> tuple[FloatArray, FloatArray]:
    """Bounds on the share outside a rectangle, cheaper than `rectangle_share`; parameters alike.

    At least what lies beyond the nearest edge; at most, from inside, what lies outside the circle that touches it.

    Returns
    -------
    least, most : ndarray
        As the arrays of `shape`.
    """
    distance = np.minimum(half[0] - np.abs(x), half[1] - np.abs(y))
    core, tail = (r * r / (distance * distance + r * r) for r in (shape.core, shape.tail))  # outside the circles
    most = shape.weight * core + (1 - shape.weight) * tail
    side = shape.weight * np.sqrt(1 - core) + (1 - shape.weight) * np.sqrt(1 - tail)
    return 0.5 - 0.5 * np.sign(distance) * side, np.where(distance > 0, most, 1.0)
