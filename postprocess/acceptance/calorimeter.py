"""Detector: which decay products reach a calorimeter, and how well energies are measured.

Thresholds are applied as the probability that the measured energy passes, so no random smearing is needed
and the response carries no statistical error of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import BoolArray, FloatArray, IndexArray

if TYPE_CHECKING:
    from postprocess.experiment import Station

__all__ = ["impact_points", "pass_probability", "visible_energy"]


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


def visible_energy(point: FloatArray, momentum: FloatArray, energy: FloatArray, stations: list[Station]) -> FloatArray:
    """Energy that decay products carry into calorimeters.

    A product counts with its whole energy if it lies inside the transverse size of the first calorimeter at or
    behind the decay point: where the decay happens if that is inside a module, else at the module's front.

    Parameters
    ----------
    point : ndarray
        Decay points [mm], shape (n, 3).
    momentum, energy : ndarray
        Momenta and energies of k products [GeV], shapes (n, k, 3) and (n, k).
    stations : list of Station
        The calorimeters that count.

    Returns
    -------
    ndarray
        Sum of energies [GeV], shape (n,).
    """
    _, _, inside = impact_points(point, momentum, sorted(stations, key=lambda s: s.begin_mm.value))
    return np.asarray((energy * inside).sum(axis=1))


def impact_points(
    point: FloatArray, momentum: FloatArray, stations: list[Station]
) -> tuple[IndexArray, FloatArray, BoolArray]:
    """Where decay products enter a calorimeter.

    Parameters
    ----------
    point : ndarray
        Decay points [mm], shape (n, 3).
    momentum : ndarray
        Momenta of k products [GeV], shape (n, k, 3).
    stations : list of Station
        The calorimeters that count, in the order of z.

    Returns
    -------
    index : ndarray
        Calorimeter at or behind the decay point; the last where there is none, shape (n,).
    transverse : ndarray
        x and y where it is entered, or of the decay if that is inside [mm], shape (n, k, 2).
    inside : ndarray
        Whether the product reaches it within its transverse size, shape (n, k).
    """
    begins, ends, widths = (
        np.array([getattr(s, key).value for s in stations]) for key in ("begin_mm", "end_mm", "half_width_mm")
    )
    index = np.searchsorted(ends, point[:, 2], side="right")
    seen = index < len(ends)
    index = np.minimum(index, len(ends) - 1)
    gap = np.maximum(begins[index] - point[:, 2], 0.0)[:, None]
    forward = (momentum[..., 2] > 0) | (gap == 0)
    slope = np.divide(
        momentum[..., :2], momentum[..., 2:], out=np.zeros(momentum[..., :2].shape), where=momentum[..., 2:] > 0
    )
    transverse = point[:, None, :2] + gap[..., None] * slope
    inside = seen[:, None] & forward & (np.abs(transverse).max(axis=2) < widths[index][:, None])
    return index, transverse, inside
