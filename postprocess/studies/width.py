"""Limits with the exact width of chi2 beside those with a constant K."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from postprocess.experiment import Experiment
from postprocess.limits import Contour
from postprocess.scan import MassPoint, exclude_epsilon, half_difference
from postprocess.signal import constant_k
from postprocess.studies.registry import StudyContext, study

__all__ = ["PUBLISHED_K", "WidthRow", "exact_against_constant_k", "width"]

PUBLISHED_K = 0.640  # NA64, arXiv:2107.02021


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
            *map(half_difference, zip(less, more, strict=True)),
        )
        for m, edges, others, less, more in zip(fixed.x, best, _edges(fixed), lower, higher, strict=True)
    ]  # fmt: skip


@study(
    "answer_width",
    f"Limits with the exact chi2 width and with K = {PUBLISHED_K:.3f}",
    independent=("m_aprime_GeV",),
)
def width(context: StudyContext) -> list[WidthRow]:
    """Limits of the search with both widths."""
    return exact_against_constant_k(
        context.points, context.card, context.contour, context.shifted, alpha_d=context.settings.alpha_d
    )
