"""Limits with the exact width of chi2 beside those with a constant K."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from postprocess.experiment import Experiment
from postprocess.limits import Contour
from postprocess.scan import MassPoint, exclude_epsilon
from postprocess.signal import constant_k
from postprocess.studies.registry import StudyContext, study
from semivis_gen.arrays import FloatArray

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
    """Error of the samples on the lower edge; common to both widths, their difference is sharper."""
    epsilon_high_error: float | None = None
    """Error of the samples on the upper edge; common to both widths."""


def _closed(contour: Contour) -> FloatArray:
    """Upper edges; NaN where the scan ends inside."""
    return np.where([end in ("high", "both") for end in contour.open_end], np.nan, contour.high[0])


def _known(values: FloatArray) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in values]


def exact_against_constant_k(
    points: Sequence[MassPoint],
    card: Experiment,
    exact: Contour,
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
    columns = (
        fixed.x,
        exact.low[0][same], _closed(exact)[same], fixed.low[0], _closed(fixed),
        exact.low_error[same], exact.high_error[same],
    )  # fmt: skip
    return [WidthRow(float(m), *rest) for m, *rest in zip(*map(_known, columns), strict=True)]


@study(
    "answer_width",
    f"Limits with the exact chi2 width and with K = {PUBLISHED_K:.3f}",
    independent=("m_aprime_GeV",),
)
def width(context: StudyContext) -> list[WidthRow]:
    """Limits of the search with both widths."""
    return exact_against_constant_k(context.points, context.card, context.contour, alpha_d=context.settings.alpha_d)
