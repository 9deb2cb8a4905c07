"""Gauss-Legendre rules on (0, 1), and with nodes pressed to both ends."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from semivis_gen.arrays import FloatArray

__all__ = ["gauss"]


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
