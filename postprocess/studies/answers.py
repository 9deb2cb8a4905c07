"""Answers that the paper does not give: what another width of chi2 and other shapes of the spectrum change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from postprocess.experiment import Experiment
from postprocess.limits import Contour
from postprocess.scan import MassPoint, by_shape, exclude_epsilon, half_difference, reach
from postprocess.signal import constant_k
from semivis_gen.numerics import Estimate

__all__ = ["PUBLISHED_K", "SHAPES", "ReachRow", "WidthRow", "exact_against_constant_k", "reach_rows"]

PUBLISHED_K = 0.640  # NA64, arXiv:2107.02021
RATIOS = (2.5, 3.0, 3.5, 4.0, 5.0)
SPLITTINGS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.95)  # at R = 3 the decay of A' closes at f = 1
SHAPES = (*((ratio, 0.4) for ratio in RATIOS), *((3.0, f) for f in SPLITTINGS if f != 0.4))
"""(R, f): R at the benchmark's f, f at the benchmark's R."""


@dataclass(frozen=True, slots=True)
class WidthRow:
    """Limit at a mass with the exact chi2 width and with a constant K."""

    m_aprime_GeV: float  # noqa: N815
    """Mass [GeV]."""
    epsilon_low: float | None
    """Lower edge with the exact width."""
    epsilon_high: float | None
    """Upper edge; None where the scan ends inside."""
    epsilon_low_k: float | None
    """Lower edge with the constant."""
    epsilon_high_k: float | None
    """Upper edge with the constant."""
    epsilon_low_error: float | None = None
    """Error of the samples on the lower edge; generous, with the relative error of the upper one; common to both."""
    epsilon_high_error: float | None = None
    """Error of the samples on the upper edge; common to both widths, their difference is sharper."""


@dataclass(frozen=True, slots=True)
class ReachRow:
    """Reach on the central (g-2)_mu line of one choice of parameters."""

    ratio: float
    """R."""
    splitting: float
    """f."""
    reach: Estimate | None
    """Largest excluded m_A' [GeV] with the error of the samples; None where the line is not excluded."""
    at_end: bool = False
    """Whether the scan of the mass ends there: the reach is at least this."""


def _edges(contour: Contour) -> list[tuple[float | None, float | None]]:
    def known(value: float, *, opened: bool) -> float | None:
        return float(value) if math.isfinite(value) and not opened else None

    return [
        (known(low, opened=False), known(high, opened=end in ("high", "both")))
        for low, high, end in zip(contour.low[0], contour.high[0], contour.open_end, strict=True)
    ]


def exact_against_constant_k(
    points: Sequence[MassPoint],
    card: Experiment,
    exact: Contour,
    shifted: tuple[Contour, Contour],
    *,
    alpha_d: float,
    k_factor: float = PUBLISHED_K,
) -> list[WidthRow]:
    """Limits in (m_A', epsilon) with the exact chi2 width and with K fixed.

    Parameters
    ----------
    points : sequence of MassPoint
        One a mass; those at which chi2 is stable are left out.
    card : Experiment
        The card.
    exact : Contour
        Exclusion of all points with the exact width.
    shifted : tuple of Contour
        From `reach.shifted_contours`.
    alpha_d : float
        Dark coupling.
    k_factor : float
        The constant.

    Returns
    -------
    list of WidthRow
        One a mass.
    """
    decaying = [p for p in points if p.masses.chi2_decays]
    fixed = exclude_epsilon(decaying, card, alpha_d=alpha_d, chi2_width=constant_k(k_factor), bands=False)
    same = np.isin(exact.x, fixed.x)
    best, lower, higher = (list(compress(_edges(c), same)) for c in (exact, *shifted))
    return [
        WidthRow(
            float(m), *edges, *others,
            *(half_difference(ends) if None not in ends else None for ends in zip(less, more, strict=True)),
        )
        for m, edges, others, less, more in zip(fixed.x, best, _edges(fixed), lower, higher, strict=True)
    ]  # fmt: skip


def reach_rows(points: Sequence[MassPoint], card: Experiment, *, alpha_d: float) -> list[ReachRow]:
    """Reach for every (R, f) among the points.

    Parameters
    ----------
    points : sequence of MassPoint
        Several masses of each (R, f), such as those of `SHAPES`.
    card : Experiment
        The card.
    alpha_d : float
        Dark coupling.

    Returns
    -------
    list of ReachRow
        In the order in which (R, f) first occur.
    """
    rows = []
    for (ratio, splitting), group in by_shape(points).items():
        found = reach(group, card, alpha_d=alpha_d)
        last = max(point.masses.m_aprime for point in group)
        rows.append(ReachRow(ratio, splitting, found, found is not None and found.value >= last))
    return rows
