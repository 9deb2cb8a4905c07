"""What each uncertainty costs: the reach with it off, and with the signal shifted by it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from postprocess.experiment import Experiment
from postprocess.limits import LimitModel
from postprocess.scan import MassPoint, exclude_epsilon, reach
from postprocess.signal import limit_model
from postprocess.studies.registry import StudyContext, study

__all__ = ["Impact", "impact", "impact_table"]


@dataclass(frozen=True, slots=True)
class Impact:
    """One uncertainty."""

    name: str
    """What it is."""
    size: float | None
    """Relative standard deviation of the signal; None for the background's and for all together."""
    reach_GeV: float | None  # noqa: N815
    """Largest m_A' excluded on the central (g-2)_mu line without it [GeV]."""
    epsilon_min: float | None
    """Smallest excluded epsilon without it."""
    reach_signal_low_GeV: float | None = None  # noqa: N815
    """Reach with the signal one standard deviation lower, the uncertainty as in the card [GeV]."""
    reach_signal_high_GeV: float | None = None  # noqa: N815
    """Reach with the signal one standard deviation higher [GeV]."""
    epsilon_min_signal_low: float | None = None
    """Smallest excluded epsilon with the signal one standard deviation lower."""
    epsilon_min_signal_high: float | None = None
    """Smallest excluded epsilon with the signal one standard deviation higher."""


def impact_table(points: Sequence[MassPoint], card: Experiment, *, alpha_d: float) -> list[Impact]:
    """Impact of every nuisance of a card.

    Parameters
    ----------
    points : sequence of MassPoint
        One a mass.
    card : Experiment
        Its systematics and background errors are the nuisances.
    alpha_d : float
        Dark coupling.

    Returns
    -------
    list of Impact
        First the card as it is, then each nuisance off, then the background's errors, then all off.
    """
    model = limit_model(card)
    sharp = replace(model, background_error=(0.0,) * model.bins)

    def numbers(used: LimitModel, scale: ArrayLike = 1.0) -> tuple[float | None, float | None]:
        found = reach(points, card, alpha_d=alpha_d, model=used, yield_scale=scale)
        contour = exclude_epsilon(points, card, alpha_d=alpha_d, model=used, yield_scale=scale, bands=False)
        low, _ = contour.extremes()
        return found.value if found else None, low if math.isfinite(low) else None

    rows = [Impact("the card as it is", None, *numbers(model))]
    for nuisance in model.nuisances:
        factors = 1 + np.array(nuisance.sizes)  # one for the bins that it does not touch
        low, high = numbers(model, 1 / factors), numbers(model, factors)
        rows.append(
            Impact(
                nuisance.name,
                max(nuisance.sizes, key=abs),
                *numbers(model.without(nuisance.name)),
                reach_signal_low_GeV=low[0],
                reach_signal_high_GeV=high[0],
                epsilon_min_signal_low=low[1],
                epsilon_min_signal_high=high[1],
            )
        )
    rows.append(Impact("background", None, *numbers(sharp)))
    rows.append(Impact("all", None, *numbers(sharp.without())))
    return rows


@study("impact", "Reach on the (g-2) line without each uncertainty", independent=("name",))
def impact(context: StudyContext) -> list[Impact]:
    """Impact of every nuisance of the search."""
    return impact_table(context.points, context.card, alpha_d=context.settings.alpha_d)
