"""Reach: the largest m_A' excluded on the central (g-2)_mu line, with the error of the samples.

Every mass's signal is shifted by its own relative error, all in the same direction, and half the change of a number
is its error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from postprocess.chi2width import Chi2Width, exact_width
from postprocess.contours import Contour
from postprocess.crossings import interpolate_zero
from postprocess.exclusion import exclude_epsilon, signal
from postprocess.experiment import Experiment
from postprocess.gminus2 import FERMILAB_2021
from postprocess.limitmodel import LimitModel
from postprocess.limits import upper_limit
from postprocess.samples import MassPoint
from postprocess.yields import expected_yields
from semivis_gen.estimate import Estimate

__all__ = ["half_difference", "largest_on_line", "reach", "shifted_contours"]

FloatArray = NDArray[np.float64]


def largest_on_line(contour: Contour, line: Callable[[FloatArray], FloatArray] = FERMILAB_2021.epsilon) -> float | None:
    """Largest x up to which a line, by default the central (g-2)_mu one, is excluded.

    Parameters
    ----------
    contour : Contour
        The exclusion.
    line : callable
        y as a function of x.

    Returns
    -------
    float or None
        None where the line is never excluded.
    """
    left = [c.x for c in contour.crossing_with(line) if c.leaving]
    if left:
        return max(left)
    inside = contour.excluded & (contour.low[0] <= line(contour.x)) & (line(contour.x) <= contour.high[0])
    return float(contour.x[inside].max()) if inside.any() else None


def shifted_contours(
    points: Sequence[MassPoint],
    card: Experiment,
    contour: Contour,
    *,
    alpha_d: float,
    model: LimitModel | None = None,
    chi2_width: Chi2Width = exact_width,
    yield_scale: ArrayLike = 1.0,
) -> tuple[Contour, Contour]:
    """Exclusions in (m_A', epsilon) with all signals one standard deviation lower and higher.

    Parameters
    ----------
    points : sequence of MassPoint
        One a mass.
    card : Experiment
        The card.
    contour : Contour
        Their exclusion; the relative errors are those at its upper edge, where samples are thinnest.
    alpha_d : float
        Dark coupling.
    model, chi2_width, yield_scale
        See `exclusion.exclude_epsilon`.

    Returns
    -------
    Contour, Contour
        With lower and with higher signals.
    """
    lower, higher = (
        exclude_epsilon(
            group, card, alpha_d=alpha_d, model=model, chi2_width=chi2_width, yield_scale=yield_scale, bands=False
        )
        for group in _shifted_points(points, card, contour, alpha_d=alpha_d, chi2_width=chi2_width)
    )
    return lower, higher


def _shifted_points(
    points: Sequence[MassPoint], card: Experiment, contour: Contour, *, alpha_d: float, chi2_width: Chi2Width
) -> tuple[list[MassPoint], list[MassPoint]]:
    edge = {float(m): float(y) for m, y in zip(contour.x, contour.high[0], strict=True)}
    shifted: tuple[list[MassPoint], list[MassPoint]] = ([], [])
    for point in points:
        m = point.masses.m_aprime
        epsilon = edge.get(m, math.nan)
        if not math.isfinite(epsilon):
            epsilon = _on_line(m)
        found = expected_yields(point.table, card, point.rate, alpha_d=alpha_d, epsilon=epsilon, chi2_width=chi2_width)
        total = float(found.expected.sum())
        relative = min(float(np.hypot.reduce(found.error)) / total, 0.9) if total > 0 else 0.0
        for group, sign in zip(shifted, (-1, 1), strict=True):
            group.append(replace(point, rate=point.rate * (1 + sign * relative)))
    return shifted


def half_difference(values: Sequence[float | None]) -> float | None:
    """Half the distance of two numbers, at least the last digit; None where one of them is not known."""
    low, high = values
    return None if low is None or high is None else max(abs(high - low) / 2, math.ulp(high))


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
        See `exclusion.exclude_epsilon`.

    Returns
    -------
    Estimate or None
        None where the line is never excluded. Where the excluded region ends between two masses before it meets the
        line, the mass at which the limit on the signal's strength on the line is one, between these masses; where
        the scan ends first, its last mass.
    """
    chosen = model or LimitModel.from_experiment(card)

    def largest(group: Sequence[MassPoint], contour: Contour) -> float | None:
        value = largest_on_line(contour)
        if value is None or not any(
            c.edge == "tip" and c.x == value for c in contour.crossing_with(FERMILAB_2021.epsilon)
        ):
            return value
        pair = sorted((p for p in group if p.masses.m_aprime >= value), key=lambda p: p.masses.m_aprime)[:2]
        return _strength_one(pair, card, chosen, alpha_d=alpha_d, chi2_width=chi2_width, yield_scale=yield_scale)

    contour = exclude_epsilon(
        points, card, alpha_d=alpha_d, model=chosen, chi2_width=chi2_width, yield_scale=yield_scale, bands=False
    )
    value = largest(points, contour)
    if value is None:
        return None
    ends = []
    for group in _shifted_points(points, card, contour, alpha_d=alpha_d, chi2_width=chi2_width):
        moved = exclude_epsilon(
            group, card, alpha_d=alpha_d, model=chosen, chi2_width=chi2_width, yield_scale=yield_scale, bands=False
        )
        ends.append(largest(group, moved))
    error = half_difference(ends)
    return Estimate(value, math.nan if error is None else error)


def _strength_one(
    pair: Sequence[MassPoint],
    card: Experiment,
    model: LimitModel,
    *,
    alpha_d: float,
    chi2_width: Chi2Width,
    yield_scale: ArrayLike,
) -> float:
    """Mass between an excluded point and the next at which the limit on the strength is one, all on the line."""
    masses = np.array([p.masses.m_aprime for p in pair])
    expected = np.array(
        [
            signal(p, card, model, alpha_d=alpha_d, epsilon=_on_line(p.masses.m_aprime), chi2_width=chi2_width)
            for p in pair
        ]
    ) * np.asarray(yield_scale, dtype=np.float64)
    if not (expected.sum(axis=-1) > 0).all():
        return float(masses[0])
    excess = np.log(upper_limit(model, expected) / expected.sum(axis=-1))
    if excess[0] > 0 or excess[1] <= 0:  # the limit and CLs differ where CLs crosses the level more than once
        return float(masses[0])
    return float(interpolate_zero(masses[0], masses[1], excess[0], excess[1]))


def _on_line(m: float) -> float:
    return float(FERMILAB_2021.epsilon(m))
