"""Relativistic kinematics on arrays: boosts and decays built from (p, m), never from (p, E)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import KinematicsError

__all__ = [
    "boost",
    "boost_from_rest",
    "boost_to_rest",
    "breakup_momentum",
    "energy_of",
    "invariant_product",
    "isotropic",
    "tilted",
]


def energy_of(momentum: FloatArray, mass: ArrayLike) -> FloatArray:
    """Energy sqrt(p^2 + m^2).

    Parameters
    ----------
    momentum : ndarray
        Three-momenta [GeV], shape (n, 3).
    mass : array_like
        Masses [GeV], scalar or shape (n,).

    Returns
    -------
    ndarray
        Energies [GeV], shape (n,).
    """
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", momentum, momentum) + np.square(mass)))


def breakup_momentum(parent: ArrayLike, m1: ArrayLike, m2: ArrayLike) -> FloatArray:
    """Momentum of either daughter in the parent's rest frame (PDG review "Kinematics", eq. 49.17).

    Parameters
    ----------
    parent, m1, m2 : array_like
        Masses [GeV]; they broadcast.

    Returns
    -------
    ndarray
        Momentum [GeV].

    Raises
    ------
    KinematicsError
        Where the decay is closed.
    """
    m, a, b = (np.asarray(v, dtype=float) for v in (parent, m1, m2))
    if np.any(m < a + b):
        msg = (
            f"decay closed: parent of {np.min(m):g} GeV is lighter than its daughters of {np.max(a + b):g} GeV together"
        )
        raise KinematicsError(msg)
    # products of sums and differences keep all digits near threshold
    return np.asarray(np.sqrt(np.maximum(m - a - b, 0.0) * (m + a + b) * (m - a + b) * (m + a - b)) / (2 * m))


def invariant_product(p1: FloatArray, m1: ArrayLike, p2: FloatArray, m2: ArrayLike) -> FloatArray:
    """Product p1.p2 of four-momenta, with all digits where both are fast and collinear.

    Parameters
    ----------
    p1, p2 : ndarray
        Three-momenta [GeV], shape (n, 3).
    m1, m2 : array_like
        Masses [GeV].

    Returns
    -------
    ndarray
        E1 E2 - p1.p2 [GeV^2], shape (n,), from E1 E2 - |p1||p2| and |p1||p2|(1 - cos), neither of which cancels.
    """
    a2, b2 = np.einsum("ij,ij->i", p1, p1), np.einsum("ij,ij->i", p2, p2)
    mass1, mass2 = np.square(m1), np.square(m2)
    sizes, inner = np.sqrt(a2 * b2), np.einsum("ij,ij->i", p1, p2)
    across = np.square(np.cross(p1, p2)).sum(axis=1)
    angle = np.where(inner > 0, across / np.where(inner > 0, sizes + inner, 1.0), sizes - inner)
    energies = np.sqrt((a2 + mass1) * (b2 + mass2))
    with np.errstate(invalid="ignore"):  # two massless particles at rest
        speed = (mass1 * (b2 + mass2) + mass2 * a2) / (energies + sizes)
    return np.asarray(speed + angle)


def isotropic(n: int, rng: np.random.Generator) -> FloatArray:
    """Unit vectors uniform on the sphere, shape (n, 3)."""
    u, v = rng.random((2, n))
    cosine, angle = 2 * u - 1, 2 * math.pi * v
    sine = np.sqrt((1 - cosine) * (1 + cosine))
    return np.stack([sine * np.cos(angle), sine * np.sin(angle), cosine], axis=1)


def boost_from_rest(momentum: FloatArray, mass: ArrayLike, parent: FloatArray, parent_mass: ArrayLike) -> FloatArray:
    """Boost momenta from a parent's rest frame to the frame in which the parent moves.

    Parameters
    ----------
    momentum : ndarray
        Momenta in the rest frame [GeV], shape (n, 3).
    mass : array_like
        Their masses [GeV].
    parent : ndarray
        Momentum of the parent [GeV], shape (n, 3).
    parent_mass : array_like
        Its mass [GeV].

    Returns
    -------
    ndarray
        Momenta in the parent's frame [GeV], shape (n, 3).
    """
    energy, parent_energy = energy_of(momentum, mass), energy_of(parent, parent_mass)
    return boost(momentum, energy, parent, parent_energy, parent_mass)


def boost(
    momentum: FloatArray, energy: FloatArray, parent: FloatArray, parent_energy: FloatArray, parent_mass: ArrayLike
) -> FloatArray:
    """Boost as `boost_from_rest` does, with energies [GeV] that the caller has already.

    Parameters
    ----------
    momentum, energy : ndarray
        Four-momenta in the rest frame [GeV], shapes (n, 3) and (n,).
    parent, parent_energy : ndarray
        Four-momentum of the parent [GeV], shapes (n, 3) and (n,).
    parent_mass : array_like
        Its mass [GeV].

    Returns
    -------
    ndarray
        Momenta in the parent's frame [GeV], shape (n, 3).
    """
    # no gamma - 1 and no 1/beta^2: exact for slow and for fast parents
    m = np.asarray(parent_mass, dtype=float)
    projection = np.einsum("ij,ij->i", parent, momentum)
    factor = (energy + projection / (parent_energy + m)) / m
    return np.asarray(momentum + factor[:, None] * parent)


def boost_to_rest(momentum: FloatArray, mass: ArrayLike, parent: FloatArray, parent_mass: ArrayLike) -> FloatArray:
    """Boost momenta into the rest frame of a parent: inverse of `boost_from_rest`."""
    return boost_from_rest(momentum, mass, -parent, parent_mass)


def tilted(momentum: FloatArray, slope: FloatArray) -> FloatArray:
    """Momenta of an event, turned together so that z goes to (slope_x, slope_y, 1), by Rodrigues' formula.

    Parameters
    ----------
    momentum : ndarray
        Three-momenta, shape (n, 3) or (n, k, 3).
    slope : ndarray
        Slopes of n directions in x and y, shape (n, 2).

    Returns
    -------
    ndarray
        Shape of `momentum`; the very array where nothing is turned.
    """
    if not slope.any():
        return momentum
    size = np.hypot.reduce(slope, axis=1)
    axis = np.zeros((len(slope), 3))
    axis[:, 0], axis[:, 1] = -slope[:, 1], slope[:, 0]
    axis /= np.where(size > 0, size, 1.0)[:, None]
    theta = np.arctan(size)
    shape = (len(slope), *[1] * (momentum.ndim - 1))
    cos, sin, u = np.cos(theta).reshape(shape), np.sin(theta).reshape(shape), axis
    if momentum.ndim > 2:
        u = axis[:, None, :]
    along = (u * momentum).sum(axis=-1, keepdims=True)
    return np.asarray(
        momentum * cos + np.cross(np.broadcast_to(u, momentum.shape), momentum) * sin + u * along * (1 - cos)
    )
