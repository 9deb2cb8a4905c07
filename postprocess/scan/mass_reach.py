"""Reach: the largest m_A' excluded on the central (g-2)_mu line, with the error of the samples.

Every mass's signal is shifted by its own relative error, all in the same direction, and half the change of a number
is its error.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from postprocess.companions import FERMILAB_2021
from postprocess.experiment import Experiment
from postprocess.limits import LimitModel, refine, upper_limit
from postprocess.scan.samples import MassPoint
from postprocess.scan.signals import LARGEST_SHIFT, in_bins
from postprocess.signal import Chi2Width, exact_width, expected_yields, limit_model
from semivis_gen.arrays import FloatArray
from semivis_gen.numerics import Estimate

__all__ = ["half_difference", "mass_of_unit_strength", "reach", "signals_on_line"]

NOTHING = 1e-280  # a signal of fewer events is none: its inverse overflows


def reach(
    points: Sequence[MassPoint],
    card: Experiment,
    *,
    alpha_d: float,
    model: LimitModel | None = None,
    chi2_width: Chi2Width = exact_width,
    yield_scale: ArrayLike = 1.0,
) -> Estimate | None:
    """Largest m_A' excluded on the central (g-2)_mu line [GeV], with the error of the samples.

    Parameters
    ----------
    points : sequence of MassPoint
        One a mass.
    card : Experiment
        The card.
    alpha_d : float
        Dark coupling.
    model, chi2_width, yield_scale
        See `exclusion.edges_in_epsilon`.

    Returns
    -------
    Estimate or None
        Where the limit on the signal's strength on the line is one, see `mass_of_unit_strength`.
    """
    if not points:
        return None
    chosen = model or limit_model(card)
    masses, expected, error = signals_on_line(points, card, chosen, alpha_d=alpha_d, chi2_width=chi2_width)
    expected = expected * np.asarray(yield_scale, dtype=np.float64)
    total = expected.sum(axis=-1)
    seen = total > NOTHING
    strength = np.full(len(masses), np.inf)
    strength[seen] = upper_limit(chosen, expected[seen]) / total[seen]
    return mass_of_unit_strength(masses, strength, np.minimum(error, LARGEST_SHIFT))


def signals_on_line(
    points: Sequence[MassPoint],
    card: Experiment,
    model: LimitModel,
    *,
    alpha_d: float,
    chi2_width: Chi2Width = exact_width,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Expected events on the central (g-2)_mu line.

    Parameters
    ----------
    points, card, alpha_d, chi2_width
        As for `reach`.
    model : LimitModel
        Its `names` order the bins.

    Returns
    -------
    masses, expected, relative_error : ndarray
        m_A' [GeV], ascending, shape (n,); events, shape (n, bins); relative error of their sum, shape (n,).
    """
    ordered = sorted(points, key=lambda p: p.masses.m_aprime)
    masses = np.array([p.masses.m_aprime for p in ordered])
    found = [
        expected_yields(p.table, card, p.rate, alpha_d=alpha_d, epsilon=e, chi2_width=chi2_width)
        for p, e in zip(ordered, FERMILAB_2021.epsilon(masses), strict=True)
    ]
    return masses, np.array([in_bins(f, model).expected for f in found]), np.array([f.relative_error for f in found])


def mass_of_unit_strength(masses: FloatArray, strength: FloatArray, relative_error: FloatArray) -> Estimate | None:
    """Largest mass up to which the limit on the strength of a signal is at most one.

    Parameters
    ----------
    masses : ndarray
        m_A' [GeV], ascending, shape (n,).
    strength : ndarray
        Upper limit on the signal over the signal, shape (n,); inf where there is no signal.
    relative_error : ndarray
        Of the signal, shape (n,).

    Returns
    -------
    Estimate or None
        Between two masses by a monotone cubic in ln(strength) against ln m (Fritsch, Carlson, SIAM J. Numer. Anal. 17
        (1980) 238); the last mass where the signal is excluded up to it or vanishes behind it; None where it is
        excluded nowhere. The error is that of the samples; it is NaN where a shifted signal is excluded nowhere.
    """

    def largest(shift: float) -> float | None:
        return _last_crossing(masses, np.log(strength / (1 + shift * relative_error)))

    value, error = largest(0.0), half_difference([largest(-1.0), largest(1.0)])
    return None if value is None else Estimate(value, math.nan if error is None else error)


def _last_crossing(masses: FloatArray, excess: FloatArray) -> float | None:
    from scipy.interpolate import PchipInterpolator

    excluded = np.flatnonzero(excess < 0)
    if not len(excluded):
        return None
    i = int(excluded[-1])
    if i == len(masses) - 1 or not math.isfinite(excess[i + 1]):
        return float(masses[i])
    near = slice(max(i - 1, 0), i + 3)  # what the slopes at both ends depend on
    x, y = np.log(masses[near]), excess[near]
    known = np.isfinite(y)
    curve = PchipInterpolator(x[known], y[known])
    return float(refine(lambda m: curve(np.log(m)), masses[i : i + 1], masses[i + 1 : i + 2])[0])


def half_difference(values: Sequence[float | None]) -> float | None:
    """Half the distance of two numbers, at least the last digit; None where one of them is not known."""
    low, high = values
    return None if low is None or high is None else max(abs(high - low) / 2, math.ulp(high))
