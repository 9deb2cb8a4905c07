"""Decays to any number of particles over flat phase space.

F. James, Monte Carlo phase space, CERN 68-15 (1968), the method of Raubold and Lynch: the masses of the first 2, 3, ...
particles together are sorted uniform numbers, the weight is the product of the momenta of the two-body decays between
them, and weights are taken by rejection against their true maximum, which keeps 30 to 60 % of the tries.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.decay.pairs import two_body
from semivis_gen.errors import KinematicsError
from semivis_gen.numerics import breakup_momentum

__all__ = ["many_body", "weights"]

ROOM = np.geomspace(1e-10, 1e6, 800)  # [GeV] kinetic energies of all products for which the maximum is tabulated
SLOWEST = 200  # from this point of ROOM on the chains below it are resolved
MARGIN = 1.05  # of the bound over the maximum, which is searched on these points


def many_body(
    parent: FloatArray, parent_mass: ArrayLike, masses: Sequence[float], rng: np.random.Generator
) -> tuple[FloatArray, ...]:
    """Decay over flat phase space, isotropic in the parent's rest frame.

    Parameters
    ----------
    parent : ndarray
        Momenta of the parents [GeV], shape (n, 3).
    parent_mass : array_like
        Their masses [GeV], scalar or shape (n,).
    masses : sequence of float
        Masses of the products [GeV], two or more.
    rng : Generator
        Source of randomness.

    Returns
    -------
    tuple of ndarray
        Momenta [GeV] of the products in their order, each of shape (n, 3).

    Raises
    ------
    KinematicsError
        Where the decay is closed.

    Examples
    --------
    >>> products = many_body(np.ones((5, 3)), 2.0, [0.14] * 4, np.random.default_rng(1))
    >>> bool(np.allclose(sum(products), 1.0))
    True
    """
    total = np.broadcast_to(np.asarray(parent_mass, dtype=float), (len(parent),))
    if len(total) and total.min() <= sum(masses):
        msg = f"decay closed: {total.min():g} GeV <= {sum(masses):g} GeV, the sum of the products' masses"
        raise KinematicsError(msg)
    together = _masses_together(total, np.asarray(masses, dtype=float), rng)
    rest, out = parent, []
    for last in range(len(masses) - 1, 0, -1):
        rest, product = two_body(rest, together[:, last], together[:, last - 1], masses[last], rng)
        out.append(product)
    return (rest, *out[::-1])


def _masses_together(total: FloatArray, masses: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Masses [GeV] of the first 1, 2, ... particles together, shape (n, particles)."""
    sums = np.cumsum(masses)
    out = np.empty((len(total), len(masses)))
    out[:, 0], out[:, -1] = masses[0], total
    bound = _log_bound(total - sums[-1], tuple(masses.tolist()))
    left = np.arange(len(total))
    while len(left):
        trial = out[left]
        room = total[left, None] - sums[-1]
        trial[:, 1:-1] = sums[1:-1] + np.sort(rng.random((len(left), len(masses) - 2)), axis=1) * room
        for place in range(1, len(masses)):  # sums of rounded numbers may close a decay by a last digit
            trial[:, place] = np.maximum(trial[:, place], trial[:, place - 1] + masses[place])
        keep = rng.random(len(left)) * np.exp(bound[left]) < weights(trial, masses)
        out[left[keep]] = trial[keep]
        left = left[~keep]
    return out


def weights(together: FloatArray, masses: FloatArray) -> FloatArray:
    """Products of the momenta of the two-body decays between masses that add one particle each, shape (n,)."""
    return np.asarray(np.prod(breakup_momentum(together[:, 1:], together[:, :-1], masses[1:]), axis=1))


def _log_bound(room: FloatArray, masses: tuple[float, ...]) -> FloatArray:
    """Logarithm of an upper bound of the weights, by the kinetic energy that there is [GeV]."""
    inside = np.interp(np.log(room), np.log(ROOM[SLOWEST:]), _largest(masses)[SLOWEST:])
    # momenta go with its root where all is slow
    slow = 0.5 * (len(masses) - 1) * np.log(np.minimum(room / ROOM[SLOWEST], 1.0))
    return np.asarray(inside + slow + math.log(MARGIN))


@lru_cache(maxsize=64)
def _largest(masses: tuple[float, ...]) -> FloatArray:
    """Logarithm of the largest weight for each of `ROOM`: the best of all chains, one particle after the other."""
    sums = np.cumsum(masses)
    best = np.log(breakup_momentum(ROOM + sums[1], masses[0], masses[1]))
    for place in range(2, len(masses)):
        above, below = ROOM[:, None] + sums[place], ROOM + sums[place - 1]
        open_ = above > below + masses[place]
        momentum = breakup_momentum(np.where(open_, above, below + masses[place]), below, masses[place])
        chains = best + np.log(np.where(open_ & (momentum > 0), momentum, 1e-300))
        best = chains.max(axis=1)
    return np.asarray(best)
