"""Cuts with the strongest expected limit, for a stated model of the background, and what they gain.

Varied are the cuts on missing and visible energy of S1 and on missing energy of S2; the R cut has a flat efficiency
in the card and is left alone. The signal of every choice comes from the same events. The background is that of
`postprocess.paper.cuts.background`: ASSUMED, anchored at the published background and cuts.

What is maximised is the expected sensitivity: the inverse of the mean CLs limit on the signal strength over what
background alone would give, at the mass next to the reach. Medians are given beside it but not maximised, because the
median of so few counts jumps. The signal's uncertainties act on all cuts alike; they are left out of the search and
are in the numbers quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from postprocess.experiment import Experiment
from postprocess.limits import LimitModel, expected_limits, mean_expected_limit
from postprocess.paper.cuts.background import BackgroundScaling, Cuts, Law, published_cuts
from postprocess.paper.cuts.signals import CutSignals
from postprocess.scan import mass_of_unit_strength
from postprocess.signal import limit_model
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError
from semivis_gen.numerics import Estimate

__all__ = ["ASSUMED_SCALINGS", "Optimum", "climb", "find_best_cuts"]

Limit = Callable[[LimitModel, Sequence[float]], float]
ASSUMED_SCALINGS = (
    *(BackgroundScaling(Law.EXPONENTIAL, x, x, x) for x in (5.0, 10.0, 20.0, 40.0)),
    *(BackgroundScaling(Law.POWER, x, x, x) for x in (1.0, 2.0, 4.0)),
    BackgroundScaling(Law.EXPONENTIAL, 20.0, 3.0, 20.0),  # hadronic clusters mostly soft
)


@dataclass(frozen=True, slots=True)
class Optimum:
    """The best cuts for one background model."""

    law: str
    """Assumed law of the background."""
    scale_s1_missing: float
    """Its constant for the missing energy of S1: GeV, or an exponent."""
    scale_s1_visible: float
    """For the visible energy of S1."""
    scale_s2_missing: float
    """For the missing energy of S2."""
    s1_missing_GeV: float  # noqa: N815
    """Best missing energy of S1."""
    s1_visible_GeV: float  # noqa: N815
    """Best visible energy of S1."""
    s2_missing_GeV: float  # noqa: N815
    """Best missing energy of S2."""
    at_end: str
    """Cuts whose best value is the last of the grid: more could be gained beyond."""
    background_s1: float
    """Background of S1 with these cuts."""
    background_s2: float
    """Background of S2."""
    gain: float
    """Expected sensitivity, by the mean limit, over that with the card's cuts, less one."""
    gain_median: float
    """The same by the median limit; it jumps."""
    reach_before: Estimate | None
    """Mass at which the mean expected limit on the strength is one with the card's cuts [GeV]."""
    reach_after: Estimate | None
    """With the best cuts [GeV]; the error is common to both."""


def climb(objective: Callable[[tuple[int, ...]], float], shape: Sequence[int], start: Sequence[int]) -> tuple[int, ...]:
    """Smallest value on a grid, by steps to the best of all neighbours, diagonal ones included.

    Parameters
    ----------
    objective : callable
        Of a tuple of indices; called once for each.
    shape : sequence of int
        Size of the grid.
    start : sequence of int
        Where to begin.

    Returns
    -------
    tuple of int
        A point with no better neighbour: the minimum where there is one only.
    """
    known: dict[tuple[int, ...], float] = {}

    def value(at: tuple[int, ...]) -> float:
        if at not in known:
            known[at] = objective(at)
        return known[at]

    here = tuple(start)
    while True:
        around = product(*[range(max(i - 1, 0), min(i + 2, n)) for i, n in zip(here, shape, strict=True)])
        best = min(around, key=value)
        if value(best) >= value(here):
            return here
        here = best


def find_best_cuts(
    card: Experiment,
    signals: CutSignals,
    scaling: BackgroundScaling,
    *,
    at_mass: float | None = None,
    limit: Limit = mean_expected_limit,
) -> Optimum:
    """Cuts with the strongest expected limit for one background model.

    Parameters
    ----------
    card : Experiment
        Its cuts and backgrounds anchor the background; its cuts must be on the grid.
    signals : CutSignals
        Expected signal.
    scaling : BackgroundScaling
        The background model.
    at_mass : float, optional
        Mass that counts [GeV], the nearest of the samples is taken; that next to the reach with the card's cuts where
        absent.
    limit : callable
        Limit on the strength that is minimised, from a model and the signal of S1 and S2.

    Returns
    -------
    Optimum
        The best cuts and what they gain.

    Raises
    ------
    ParameterError
        Where the card's cuts are not on the grid.
    """
    anchor, grid = published_cuts(card), signals.grid
    axes = (grid.s1_missing, grid.s1_visible, grid.s2_missing)
    start = []
    for name, axis in zip(("s1_missing", "s1_visible", "s2_missing"), axes, strict=True):
        if getattr(anchor, name) not in axis:
            msg = f"the card's cut {name} = {getattr(anchor, name):g} GeV is not on the grid {axis}: add it"
            raise ParameterError(msg)
        start.append(axis.index(getattr(anchor, name)))
    full = limit_model(card)
    if full.names != ("S1", "S2"):
        msg = f"{card.name} has the signatures {', '.join(full.names)}: the optimiser knows S1 and S2 alone"
        raise ParameterError(msg)

    def cuts_at(at: Sequence[int]) -> Cuts:
        return Cuts(*(axis[i] for axis, i in zip(axes, at, strict=True)))

    def signal_at(at: Sequence[int]) -> FloatArray:
        return np.stack([signals.s1[:, at[0], at[1]], signals.s2[:, at[2]]], axis=-1)

    def relative_at(at: Sequence[int]) -> FloatArray:
        error = np.hypot(signals.s1_error[:, at[0], at[1]], signals.s2_error[:, at[2]])
        return np.asarray(error / signal_at(at).sum(axis=-1))

    def model_at(at: Sequence[int], of: LimitModel = full) -> LimitModel:
        return scaling.model(of, cuts_at(at), anchor)

    def strengths(at: Sequence[int]) -> FloatArray:
        return np.array([limit(model_at(at), s.tolist()) for s in signal_at(at)])

    before = strengths(start)
    reach_before = mass_of_unit_strength(signals.m_aprime, before, relative_at(start))
    nearest = at_mass or (reach_before.value if reach_before else float(signals.m_aprime[0]))
    column = int(np.argmin(np.abs(signals.m_aprime - nearest)))
    sharp = full.without()
    best = climb(
        lambda at: limit(model_at(at, sharp), signal_at(at)[column].tolist()), [len(axis) for axis in axes], start
    )
    after = strengths(best)
    reach_after = mass_of_unit_strength(signals.m_aprime, after, relative_at(best))
    medians = [_median(model_at(at), signal_at(at)[column]) for at in (start, best)]
    ends = [
        name
        for name, i, axis in zip(("S1 missing", "S1 visible", "S2 missing"), best, axes, strict=True)
        if len(axis) > 1 and i in (0, len(axis) - 1)
    ]
    found, background = cuts_at(best), model_at(best).background
    return Optimum(
        law=scaling.law.value,
        scale_s1_missing=scaling.s1_missing,
        scale_s1_visible=scaling.s1_visible,
        scale_s2_missing=scaling.s2_missing,
        s1_missing_GeV=found.s1_missing,
        s1_visible_GeV=found.s1_visible,
        s2_missing_GeV=found.s2_missing,
        at_end=" and ".join(ends),
        background_s1=background[0],
        background_s2=background[1],
        gain=float(before[column] / after[column] - 1),
        gain_median=medians[0] / medians[1] - 1,
        reach_before=reach_before,
        reach_after=reach_after,
    )


def _median(model: LimitModel, signal: FloatArray) -> float:
    return float(expected_limits(model, signal)[2] / signal.sum())
