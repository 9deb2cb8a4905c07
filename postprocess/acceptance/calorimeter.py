"""Calorimeters: how much energy decay products leave in them, and how well it is measured.

Thresholds are applied as the probability that the measured energy passes, so no random smearing is needed
and the response carries no statistical error of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray

if TYPE_CHECKING:
    from postprocess.acceptance.geometry import Impact

__all__ = ["pass_probability", "visible_energy"]


def pass_probability(energy: ArrayLike, threshold: float, sigma: ArrayLike) -> FloatArray:
    """Probability that a measured energy lies above a threshold, for Gaussian resolution.

    Parameters
    ----------
    energy : array_like
        True energies [GeV].
    threshold : float
        The cut [GeV].
    sigma : array_like
        Resolution at these energies [GeV]; zero gives a step.

    Returns
    -------
    ndarray
        Phi((E - threshold) / sigma).
    """
    from scipy.special import ndtr

    distance = np.asarray(energy, dtype=float) - threshold
    spread = np.broadcast_to(np.asarray(sigma, dtype=float), distance.shape)
    step = np.where(distance >= 0, np.inf, -np.inf)
    return np.asarray(ndtr(np.divide(distance, spread, out=step, where=spread > 0)))


def visible_energy(impact: Impact, energy: FloatArray) -> FloatArray:
    """Energy that decay products carry into calorimeters: a product counts whole where it hits one.

    Parameters
    ----------
    impact : Impact
        Where k products enter the calorimeters.
    energy : ndarray
        Their energies [GeV], shape (n, k).

    Returns
    -------
    ndarray
        Sum of energies [GeV], shape (n,).
    """
    return np.asarray((energy * impact.inside).sum(axis=1))
