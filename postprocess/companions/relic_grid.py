"""A line over mass on its own grid: fine where it bends, coarse where it does not.

Coannihilation happens at sqrt(s) a little above m_chi1 + m_chi2. A line bends where this passes a threshold or a narrow
meson, by 30 % within 2 % of the mass at the omega. The grid begins with points around these places and is halved
until straight pieces in (ln m, ln y) are good enough.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import M_ELECTRON, M_MUON
from semivis_gen.model import MESONS, MassShape, Particle

__all__ = ["first_grid", "refine_line", "structures"]

TOLERANCE = 0.01  # of y, between a point and the straight line through its neighbours: a quarter of it is left
SMALLEST_STEP = 2e-3  # of ln m
COARSE_STEP = 0.45  # of ln m, where nothing happens
AROUND = np.array([-0.16, -0.08, -0.04, -0.02, 0.0, 0.02, 0.05])  # of ln m: chi moves, sqrt(s) lies above threshold
RESONANCES = ("rho", "omega", "phi")


def structures(shape: MassShape) -> FloatArray:
    """m_A' [GeV] at which m_chi1 + m_chi2 meets a threshold or a meson of the model, shape (5,).

    Parameters
    ----------
    shape : MassShape
        R and f.

    Returns
    -------
    ndarray
        For 2 m_e, 2 m_mu, rho, omega and phi.
    """
    places = [2 * M_ELECTRON, 2 * M_MUON, *(Particle.of(MESONS[name]).mass for name in RESONANCES)]
    return np.array(places) * shape.ratio / (2 + shape.splitting)


def first_grid(low: float, high: float, shape: MassShape) -> FloatArray:
    """Masses to begin with: a coarse grid, and points around all structures.

    Parameters
    ----------
    low, high : float
        Range of m_A' [GeV].
    shape : MassShape
        R and f.

    Returns
    -------
    ndarray
        m_A' [GeV], ascending.
    """
    steps = max(math.ceil(math.log(high / low) / COARSE_STEP), 1)
    coarse = np.geomspace(low, high, steps + 1)
    fine = np.exp(np.add.outer(np.log(structures(shape)), AROUND)).ravel()
    return np.unique(np.r_[coarse, fine[(fine > low) & (fine < high)]])


def refine_line(
    function: Callable[[FloatArray, FloatArray], FloatArray], start: FloatArray, *, tolerance: float = TOLERANCE
) -> tuple[FloatArray, FloatArray]:
    """Compute a line on a grid that is halved where it bends, and where it begins or ends.

    Parameters
    ----------
    function : callable
        y at masses (n,), given what is expected there (n,), NaN where nothing is known; zero, infinite or NaN where
        there is none.
    start : ndarray
        Masses to begin with, ascending, at least two.
    tolerance : float
        Largest distance in ln y of a point from the straight line in (ln m, ln y) through its neighbours; with the
        point kept, about a quarter of it is left. Pieces are not halved below 0.2 % of the mass.

    Returns
    -------
    ndarray, ndarray
        Masses, and y; NaN where there is none.
    """
    x = np.log(start)
    y = _logarithm(function(start, np.full(len(start), math.nan)))
    halve = np.ones(len(x) - 1, dtype=bool)
    while halve.any():
        at = np.flatnonzero(halve)
        middle = (x[at] + x[at + 1]) / 2
        straight = (y[at] + y[at + 1]) / 2
        value = _logarithm(function(np.exp(middle), np.exp(straight)))
        around = np.array([y[at], y[at + 1], value])
        bend = np.where(np.isfinite(around).all(axis=0), np.abs(value - straight), math.inf)
        bend[np.isnan(around).all(axis=0)] = 0.0
        bends = np.zeros(len(x) + 1)  # of all pieces, and of none at both ends
        bends[at + 1] = np.where(np.isfinite(bend), bend, 0.0)
        beside = np.maximum(bends[at], bends[at + 2])  # a bend next to it may meet the middle of a piece by chance
        again = (np.maximum(bend, beside / 4) > tolerance) & (x[at + 1] - x[at] > 2 * SMALLEST_STEP)
        halve = np.insert(np.where(halve, False, halve), at + 1, False)
        new = at + np.arange(len(at))  # where the left halves are now
        halve[new] = halve[new + 1] = again
        x, y = np.insert(x, at + 1, middle), np.insert(y, at + 1, value)
    return np.exp(x), np.exp(y)


def _logarithm(values: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(values)
    return np.where(np.isfinite(logs), logs, math.nan)
