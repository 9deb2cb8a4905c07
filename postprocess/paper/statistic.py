"""Reach by the statistical method: exact probabilities, and the asymptotic formulas that pyhf takes by default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from postprocess.experiment import Experiment
from postprocess.limits import upper_limit
from postprocess.output import asymptotic_limit, build_workspace
from postprocess.scan import MassPoint, mass_of_unit_strength, signals_on_line
from postprocess.signal import limit_model
from postprocess.studies import StudyContext, study
from semivis_gen.numerics import Estimate

__all__ = ["ASYMPTOTIC", "EXACT", "StatisticRow", "statistic", "statistic_rows"]

EXACT, ASYMPTOTIC = "exact probabilities", "asymptotic formulas (pyhf's default)"
NEAR = (0.6, 2.5)  # exact limits on the strength between which the reach by the other method is looked for


@dataclass(frozen=True, slots=True)
class StatisticRow:
    """Reach on the central (g-2)_mu line by one method."""

    method: str
    """How CLs is computed."""
    reach_GeV: float | None  # noqa: N815
    """Largest excluded m_A' [GeV]; None where the line is not excluded."""
    error_GeV: float | None  # noqa: N815
    """Error of the samples, common to both."""
    limit_events: float | None
    """Upper limit on the signal at that mass, all signatures together [events]."""


def statistic_rows(points: Sequence[MassPoint], card: Experiment, *, alpha_d: float) -> list[StatisticRow]:
    """Reach by exact probabilities and by pyhf's asymptotic formulas, from the same signals and uncertainties.

    Parameters
    ----------
    points : sequence of MassPoint
        One a mass.
    card : Experiment
        The card.
    alpha_d : float
        Dark coupling.

    Returns
    -------
    list of StatisticRow
        Exact, then asymptotic.
    """
    model = limit_model(card)
    mass, signals, errors = signals_on_line(points, card, model, alpha_d=alpha_d)
    total = signals.sum(axis=1)
    seen = total > 0
    mass, signals, total, errors = mass[seen], signals[seen], total[seen], errors[seen]
    exact = upper_limit(model, signals) / total if seen.any() else np.empty(0)
    near = (exact > NEAR[0]) & (exact < NEAR[1])
    if near.size and exact[-1] <= NEAR[0]:
        near[-1] = True  # excluded up to the last mass, by the other method as well
    other = np.array([asymptotic_limit(build_workspace(model, s)) for s in signals[near].tolist()])
    return [
        _row(EXACT, mass, exact, total, errors),
        _row(ASYMPTOTIC, mass[near], other, total[near], errors[near]),
    ]


def _row(method: str, mass: np.ndarray, strength: np.ndarray, total: np.ndarray, errors: np.ndarray) -> StatisticRow:
    found: Estimate | None = mass_of_unit_strength(mass, strength, errors) if len(mass) else None
    if found is None:
        return StatisticRow(method, None, None, None)
    events = float(np.interp(found.value, mass, strength * total))
    return StatisticRow(method, found.value, found.error, events)


@study(
    "answer_statistic",
    "Reach on the (g-2) line by the statistical method",
    independent=("method",),
    errors={"reach_GeV": "error_GeV"},
    units={"limit_events": "events"},
)
def statistic(context: StudyContext) -> list[StatisticRow]:
    """Reach of the search by both methods."""
    return statistic_rows(context.points, context.card, alpha_d=context.settings.alpha_d)
