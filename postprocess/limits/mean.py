"""The mean expected limit: what to optimise where medians of few counts jump."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from postprocess.limits.exact import log_poisson, upper_limit
from postprocess.limits.model import LimitModel

__all__ = ["mean_expected_limit"]

RARE = 1e-4  # outcomes less probable than this do not count in the mean


def mean_expected_limit(model: LimitModel, signal: Sequence[float]) -> float:
    """Mean of the CLs limit on the signal strength over what background alone would give.

    Medians jump between outcomes for so few events; the mean is smooth in the background.

    Parameters
    ----------
    model : LimitModel
        Backgrounds and uncertainties.
    signal : sequence of float
        Expected signal of each bin at unit strength.

    Returns
    -------
    float
        The limit: a factor on the given signal. Twice the signal halves it.
    """
    total, weight = 0.0, 0.0
    for outcome in product(*map(_counts, model.background)):
        probability = math.prod(p for _, p in outcome)
        if probability < RARE:
            continue
        observed = tuple(n for n, _ in outcome)
        total += probability * float(upper_limit(replace(model, observed=observed), np.asarray(signal)))
        weight += probability
    return total / weight / float(np.sum(signal))  # upper_limit counts events


def _counts(mean: float) -> list[tuple[int, float]]:
    """Counts that are not rare, with their probabilities."""
    most = math.ceil(mean + 6 * math.sqrt(mean)) + 4  # a count hardly ever lies above
    probability = np.exp(log_poisson(np.arange(most, dtype=float), mean))
    return [(n, p) for n, p in enumerate(probability.tolist()) if p > RARE]
