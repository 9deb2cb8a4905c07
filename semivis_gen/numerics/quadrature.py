"""Gauss-Legendre rules: on (0, 1), with nodes pressed to both ends, and composite."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray

__all__ = ["gauss", "panels"]


@lru_cache(maxsize=64)
def gauss(n: int, *, clustered: bool = False) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights for integrals from 0 to 1.

    Parameters
    ----------
    n : int
        Number of nodes.
    clustered : bool
        Substitute z -> 3 z^2 - 2 z^3: for square roots and steep falls at the ends.

    Returns
    -------
    nodes, weights : ndarray
        Shapes (n,); shared between calls and therefore read-only.
    """
    z, weight = np.polynomial.legendre.leggauss(n)
    z, weight = 0.5 * (z + 1), 0.5 * weight
    if clustered:
        z, weight = z * z * (3 - 2 * z), weight * 6 * z * (1 - z)
    z.flags.writeable = weight.flags.writeable = False
    return z, weight


def panels(n: int, edges: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights for an integral that is cut into pieces.

    Parameters
    ----------
    n : int
        Number of nodes a piece.
    edges : array_like
        Ends of the pieces, ascending, shape (k + 1,).

    Returns
    -------
    nodes, weights : ndarray
        Shapes (k n,), in the unit of the edges.

    Examples
    --------
    >>> x, weight = panels(2, [0.0, 1.0, 3.0])
    >>> round(float(x**3 @ weight), 9)  # 81 / 4
    20.25
    """
    ends = np.asarray(edges, dtype=np.float64)
    x, weight = np.polynomial.legendre.leggauss(n)
    half = np.diff(ends)[:, None] / 2
    # from the middle outwards: narrow pieces far from zero keep their symmetry
    return ((ends[:-1, None] + half) + half * x).ravel(), (half * weight).ravel()
