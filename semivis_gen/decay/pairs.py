"""Decay to two particles."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.numerics import boost, breakup_momentum, energy_of, isotropic

__all__ = ["two_body"]


def two_body(
    parent: FloatArray,
    parent_mass: ArrayLike,
    m1: ArrayLike,
    m2: ArrayLike,
    rng: np.random.Generator,
    *,
    direction: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Two-body decay, isotropic unless directions are given.

    Parameters
    ----------
    parent : ndarray
        Momentum of the parent [GeV], shape (n, 3).
    parent_mass, m1, m2 : array_like
        Masses [GeV], scalar or shape (n,).
    rng : Generator
        Source of randomness.
    direction : ndarray, optional
        Unit vectors of the first daughter in the rest frame, shape (n, 3).

    Returns
    -------
    p1, p2 : ndarray
        Momenta of the daughters [GeV], shape (n, 3).

    Raises
    ------
    KinematicsError
        Where the decay is closed.
    """
    n = len(parent)
    size = breakup_momentum(parent_mass, m1, m2)
    star = (isotropic(n, rng) if direction is None else direction) * np.broadcast_to(size, (n,))[:, None]
    energy = np.broadcast_to(np.hypot(size, m1), (n,))
    first = boost(star, energy, parent, energy_of(parent, parent_mass), parent_mass)
    return first, parent - first
