"""The mean expected limit: what to optimise where medians of few counts jump."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from postprocess.limits.exact import upper_limit
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
    counts = [[n for n in range(_most(b)) if _poisson(n, b) > RARE] for b in model.background]
    for outcome in product(*counts):
        probability = math.prod(_poisson(n, b) for n, b in zip(outcome, model.background, strict=True))
        if probability < RARE:
            continue
        total += probability * float(upper_limit(replace(model, observed=outcome), np.asarray(signal)))
        weight += probability
    return total / weight / float(np.sum(signal))  # upper_limit counts events


def _most(mean: float) -> int:
    """Counts above which a Poisson count hardly ever lies."""
    return math.ceil(mean + 6 * math.sqrt(mean)) + 4


def _poisson(n: int, mean: float) -> float:
    return math.exp(-mean) * mean**n / math.factorial(n)
