"""Decay of A' whose spin points along a known axis."""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import isotropic

__all__ = ["transverse_direction"]


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
