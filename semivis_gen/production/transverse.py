"""Decay of A' whose spin points along a known axis."""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import isotropic

__all__ = ["around", "transverse_direction"]


def transverse_direction(n: int, masses: DarkMasses, rng: np.random.Generator) -> FloatArray:
    """Directions of A' -> chi1 chi2 for A' from e+ e- along z, whose spin points along the beam.

    rho = (1 - z z)/2 up to (m_e/m_A')^2, so that dN/dOmega ~ 1 - kappa (1 - cos^2 theta)/2; by rejection, which keeps
    2/3 of all tries or more.

    Parameters
    ----------
    n : int
        How many.
    masses : DarkMasses
        Masses of the point.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Unit vectors in the A' rest frame, shape (n, 3).
    """
    direction = isotropic(n, rng)
    left = np.arange(n)
    while len(left):
        across = 1 - direction[left, 2] ** 2
        left = left[rng.random(len(left)) < masses.kappa * across / 2]
        direction[left] = isotropic(len(left), rng)
    return direction


def around(axis: FloatArray, vector: FloatArray) -> FloatArray:
    """Turn vectors such that their z axis becomes a given one.

    Parameters
    ----------
    axis : ndarray
        Unit vectors, shape (n, 3).
    vector : ndarray
        Vectors against z, shape (n, 3).

    Returns
    -------
    ndarray
        The vectors against the axes, shape (n, 3); which way they are turned about the axis is fixed but arbitrary
        (Duff et al., J. Comput. Graph. Tech. 6 (2017) 1).
    """
    x, y, z = axis.T
    sign = np.copysign(1.0, z)
    a = -1.0 / (sign + z)
    b = x * y * a
    u, v, w = vector.T
    return np.stack(
        [
            u * (1 + sign * x * x * a) + v * b + w * x,
            u * sign * b + v * (sign + y * y * a) + w * y,
            -u * sign * x - v * y + w * z,
        ],
        axis=1,
    )
