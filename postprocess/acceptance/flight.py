"""Decay of a long-lived particle in flight: probabilities and forced decay distances.

A particle of momentum p, mass m and proper decay length c tau decays after the length d with the density
exp(-d / lambda) / lambda, lambda = (|p| / m) c tau. Rates 1 / lambda are used throughout, so that a stable
particle (c tau infinite) needs no special case. Lengths in mm, momenta and masses in GeV.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray

__all__ = ["decay_density", "decay_probability", "decay_rate", "sample_distance", "survival"]

LOG_FRACTION = 0.5  # share of decay points drawn uniformly in the logarithm of the distance
LOG_SHIFT = 1e-3  # where that part turns flat, in units of the region's length: serves decay lengths down to it
NEAR_FRACTION = 0.5  # share of decay points drawn near an aperture, where there is one
WIDEST = 1e6  # in units of the region's length: even more would be as uniform


def decay_rate(momentum: FloatArray, mass: FloatArray, ctau_mm: ArrayLike) -> FloatArray:
    """Decays per length, 1 / lambda = m / (|p| c tau).

    Parameters
    ----------
    momentum, mass : ndarray
        Momenta [GeV], shape (n, 3), and masses [GeV], shape (n,).
    ctau_mm : array_like
        Proper decay lengths c tau > 0 [mm], shape (k,); may be infinite.

    Returns
    -------
    ndarray
        1 / lambda [1/mm], shape (n, k).
    """
    inverse_boost = mass / np.sqrt(np.einsum("ij,ij->i", momentum, momentum))
    return np.asarray(np.outer(inverse_boost, 1.0 / np.asarray(ctau_mm, dtype=float)))


def survival(distance: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Probability exp(-d / lambda) to fly further than a distance.

    Parameters
    ----------
    distance : array_like
        d [mm]; may be infinite.
    rate : array_like
        1 / lambda [1/mm]; broadcasts with `distance`.

    Returns
    -------
    ndarray
        Probability; 1 for a stable particle, even at infinite distance.
    """
    d, k = np.broadcast_arrays(np.asarray(distance, dtype=float), np.asarray(rate, dtype=float))
    exponent = np.multiply(d, k, out=np.zeros(d.shape), where=k > 0)
    return np.asarray(np.exp(-exponent))


def decay_probability(begin: ArrayLike, end: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Probability exp(-d1 / lambda) - exp(-d2 / lambda) to decay between two distances.

    Written as exp(-d1 / lambda) (1 - exp(-(d2 - d1) / lambda)) with expm1, which keeps all digits for lambda
    from far below to far above the distances.

    Parameters
    ----------
    begin, end : array_like
        d1 <= d2 [mm]; either may be infinite.
    rate : array_like
        1 / lambda [1/mm]; all broadcast.

    Returns
    -------
    ndarray
        Probability; a stable particle never decays.
    """
    first, last, k = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (begin, end, rate)))
    reachable = np.isfinite(first)
    length = np.subtract(last, first, out=np.zeros(k.shape), where=reachable)
    exponent = np.multiply(length, k, out=np.zeros(k.shape), where=k > 0)
    return np.where(reachable, survival(first, k) * -np.expm1(-exponent), 0.0)


def sample_distance(
    begin: FloatArray,
    end: FloatArray,
    rng: np.random.Generator,
    *,
    toward: tuple[FloatArray, FloatArray] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Draw one forced decay point an event, good for every c tau at once.

    Half of the points are uniform between the two distances, which serves lambda >~ d2 - d1; half are uniform in
    ln(d - d1 + shift), which serves lambda from there down to 1e-3 of the region. Weights are `decay_density`
    over the density returned here; their relative variance stays below about 10 an event for all these lambda.

    Parameters
    ----------
    begin, end : ndarray
        d1 and d2 [mm], shape (n,); events with infinite d1 get density 1 and must have weight zero.
    rng : Generator
        Two numbers an event are drawn, four with `toward`.
    toward : tuple of ndarray, optional
        Distance D of an aperture at or behind d2 and width w [mm], shape (n,): every second point is then drawn with
        the density ~ 1 / [(D - d)^2 + w^2], which lies before the aperture.

    Returns
    -------
    distance, density : ndarray
        d [mm] and the probability density [1/mm] it was drawn from, shape (n,).
    """
    u, choice = rng.random((len(begin), 2)).T
    reachable = np.isfinite(begin)
    length = np.subtract(end, begin, out=np.ones(len(begin)), where=reachable)
    span = np.log1p(1 / LOG_SHIFT)
    fraction = np.where(choice < LOG_FRACTION, LOG_SHIFT * np.expm1(span * u), u)
    if toward is not None:
        u, choice = rng.random((2, len(begin)))
        behind = np.where(reachable, np.maximum(toward[0] - end, 0.0), 0.0) / length
        width = np.minimum(toward[1] / length, WIDEST)
        last, first = np.arctan(behind / width), np.arctan((behind + 1) / width)
        drawn = behind + 1 - width * np.tan(last + (first - last) * u)
        fraction = np.where(choice < NEAR_FRACTION, np.clip(drawn, 0.0, 1.0), fraction)
        near = width / (((behind + 1 - fraction) ** 2 + width**2) * (first - last))
    density = (1 - LOG_FRACTION) + LOG_FRACTION / (span * (fraction + LOG_SHIFT))
    if toward is not None:
        density = (1 - NEAR_FRACTION) * density + NEAR_FRACTION * near
    distance = np.where(reachable, begin, 0.0) + fraction * length
    return distance, density / length


def decay_density(distance: FloatArray, rate: FloatArray) -> FloatArray:
    """Density exp(-d / lambda) / lambda of the decay length.

    Parameters
    ----------
    distance : ndarray
        d [mm], shape (n,).
    rate : ndarray
        1 / lambda [1/mm], shape (n, k).

    Returns
    -------
    ndarray
        Density [1/mm], shape (n, k).
    """
    return np.asarray(rate * np.exp(-distance[:, None] * rate))
