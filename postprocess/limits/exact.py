"""Upper limits by CLs for a few bins with few events, exact: every outcome is enumerated.

The counts n_i of the signatures are Poisson around s_i theta_i + b_i. The nuisances are marginalised:

* theta_i = prod_k (1 + size_ki)^z_k with z_k standard normal, a log-normal signal yield of median one; a
  nuisance k acts on all bins with the same z_k. The product over k is one correlated log-normal, whose
  covariance is integrated by Gauss-Hermite quadrature in its principal directions (CLs to 1e-5 relative where all
  nuisances act alike on the bins, to 1e-3 otherwise).
* b_i follows a gamma distribution of mean b_i and standard deviation db_i, for which the marginal Poisson
  probabilities are exact (negative binomial).

The test statistic is the ratio of the marginalised likelihoods Q = L(s + b) / L(b), and

    CLs = P(Q <= Q_obs | s + b) / P(Q <= Q_obs | b)            (A. L. Read, J. Phys. G 28 (2002) 2693).

Asymptotic formulas fail for such counts; `postprocess.output.workspace` exports the model for other tools.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from postprocess.limits.crossings import refine
from postprocess.limits.model import LimitModel
from semivis_gen.arrays import BoolArray, FloatArray
from semivis_gen.errors import ParameterError

__all__ = ["BANDS", "cls", "cls_with_bands", "expected_limits", "upper_limit"]


BANDS = (-2, -1, 0, 1, 2)  # expected: standard deviations of the background-only outcome; +2 gives the weakest limit

EMPTY_BACKGROUND = 1e-9  # stands for zero background: the limit b -> 0 of the likelihood ratio
OMITTED = 1e-7  # outcomes left out: background probability below this times that of the observation
TIE = 1e-9  # relative distance below which two outcomes have the same Q
NODES = {1: 20, 2: 12, 3: 8}  # quadrature nodes a principal direction, by the number of directions
MAX_SIGNAL = 1e4  # events; CLs is 0 for all purposes beyond
TINY = 1e-300  # keeps the logarithm finite
CHUNK = 4_000_000  # array elements at a time
MAX_TABLE = 40_000_000  # elements of a table, 320 MB: a bin of about 5000 events
MAX_OUTCOMES = 5_000_000  # of all bins: two of about 2000 events


def cls(model: LimitModel, signal: ArrayLike) -> FloatArray:
    """CLs of the observation, for any number of signal hypotheses at once.

    Parameters
    ----------
    model : LimitModel
        Counts and uncertainties.
    signal : array_like (..., bins)
        Expected signal events in each bin.

    Returns
    -------
    ndarray (...)
        CLs; below 0.1 the hypothesis is excluded at 90 % CL.

    Raises
    ------
    ParameterError
        Where the last axis is not one entry a bin or a signal is negative or NaN.
    """
    values: FloatArray = _evaluate(model, signal, with_bands=False)[0]
    return values


def cls_with_bands(model: LimitModel, signal: ArrayLike) -> FloatArray:
    """CLs of the observation and of the background-only expectation.

    The expectation is exact: outcomes are ordered by Q, and the band p is the CLs of the outcome where the
    background-only probability, summed up in that order, reaches p. Bands of few counts coincide often.

    Parameters
    ----------
    model, signal
        As for `cls`.

    Returns
    -------
    ndarray (6, ...)
        Observed, then expected at the standard deviations `BANDS`.

    Raises
    ------
    ParameterError
        As for `cls`.
    """
    return _evaluate(model, signal, with_bands=True)


def upper_limit(model: LimitModel, direction: ArrayLike, *, level: float = 0.1) -> FloatArray:
    """Upper limit on the total signal, for a given sharing among the bins.

    Parameters
    ----------
    model : LimitModel
        Counts and uncertainties.
    direction : array_like (..., bins)
        Signal up to a factor; normalised to unit sum here.
    level : float
        1 - CL.

    Returns
    -------
    ndarray (...)
        Total number of signal events, to 1e-5: every larger signal is excluded.

    Raises
    ------
    ParameterError
        As for `cls`; where a direction has no signal at all; where the level is not in (0, 1).
    """
    limits: FloatArray = _solve(model, direction, level, with_bands=False)[0]
    return limits


def expected_limits(model: LimitModel, direction: ArrayLike, *, level: float = 0.1) -> FloatArray:
    """Upper limits on the total signal that background alone lets expect.

    Parameters
    ----------
    model, direction, level
        As for `upper_limit`.

    Returns
    -------
    ndarray (5, ...)
        Limits at the standard deviations `BANDS`, median in the middle.

    Raises
    ------
    ParameterError
        As for `upper_limit`.
    """
    return _solve(model, direction, level, with_bands=True)[1:]


@dataclass(frozen=True, slots=True)
class _Tables:
    """All of a model that does not depend on the signal."""

    outcomes: NDArray[np.intp]  # (M,) in the flattened table of all counts; the first is the observation
    p_background: FloatArray  # (M,)
    spread: tuple[FloatArray, ...]  # a bin: (n + 1, n + 1), [k, n] = P(n - k background events)
    theta: FloatArray  # (K, bins) signal factors at the nodes
    weight: FloatArray  # (K,)


def log_poisson(n: NDArray[Any], mean: float | FloatArray) -> FloatArray:
    """Logarithm of the probability of n events where `mean` are expected; they broadcast."""
    from scipy.special import gammaln, xlogy

    return np.asarray(xlogy(n, mean) - mean - gammaln(n + 1))


def _background_pmf(mean: float, error: float, omitted: float, at_least: int) -> FloatArray:
    """P(n) of a Poisson count with gamma-distributed mean, up to a tail probability `omitted`."""
    from scipy.special import gammaln

    size = at_least + 8
    while True:
        n = np.arange(size, dtype=np.float64)
        if error > 0:
            shape, rate = (mean / error) ** 2, mean / error**2
            log_p = gammaln(n + shape) - gammaln(shape) - gammaln(n + 1)
            log_p -= shape * np.log1p(1 / rate) + n * np.log1p(rate)
            ratio = (size - 1 + shape) / (size * (1 + rate))  # P(size) / P(size - 1), falling or constant from there
        else:
            log_p = log_poisson(n, mean)
            ratio = mean / size
        pmf: FloatArray = np.exp(log_p)
        ratio = max(ratio, 1 / (1 + mean / error**2)) if error > 0 else ratio
        if ratio < 1 and pmf[-1] * ratio / (1 - ratio) < omitted:
            return pmf
        size *= 2


@lru_cache(maxsize=64)  # scans ask for a few models thousands of times
def _tables(model: LimitModel) -> _Tables:
    means = [max(value, EMPTY_BACKGROUND) for value in model.background]
    # P_sb(obs) = Q_obs P_b(obs), and an outcome with Q <= Q_obs adds at most Q_obs P_b: leaving out a fraction of
    # P_b(obs) therefore changes CLs by no more than that fraction, at any signal
    p_observed = math.prod(
        float(_background_pmf(mean, error, 1.0, n)[n])
        for mean, error, n in zip(means, model.background_error, model.observed, strict=True)
    )
    omitted = max(OMITTED * min(p_observed, 1e-2), 1e-300)
    pmfs = [
        _background_pmf(mean, error, omitted / (2 * model.bins), n)
        for mean, error, n in zip(means, model.background_error, model.observed, strict=True)
    ]
    _require_small(model, [pmf.size for pmf in pmfs])
    outcomes = np.indices([pmf.size for pmf in pmfs]).reshape(model.bins, -1).T
    probability = np.prod([pmf[n] for pmf, n in zip(pmfs, outcomes.T, strict=True)], axis=0)
    is_observed = (outcomes == np.asarray(model.observed)).all(axis=1)
    order = np.argsort(probability)
    keep = np.empty(probability.size, dtype=bool)
    keep[order] = np.cumsum(probability[order]) > omitted / 2
    first = np.flatnonzero(is_observed)
    rest = np.flatnonzero(keep & ~is_observed)
    kept = np.concatenate([first, rest])
    outcomes, probability = outcomes[kept], probability[kept]
    spread = []
    for pmf, counts in zip(pmfs, outcomes.T, strict=True):
        top = int(counts.max())
        lag = np.arange(top + 1)[None, :] - np.arange(top + 1)[:, None]
        spread.append(np.where(lag >= 0, pmf[np.maximum(lag, 0)], 0.0))
    theta, weight = _signal_nodes(model)
    flat = np.ravel_multi_index(tuple(outcomes.T), [len(table) for table in spread])
    return _Tables(flat, probability, tuple(spread), theta, weight)


def _require_small(model: LimitModel, sizes: list[int]) -> None:
    """Refuse counts whose outcomes are too many to enumerate."""
    if max(sizes) ** 2 > MAX_TABLE or math.prod(sizes) > MAX_OUTCOMES:
        pairs = zip(model.names, model.background, model.background_error, model.observed, strict=True)
        counts = ", ".join(f"{name}: {b:g} +- {db:g}, {n} seen" for name, b, db, n in pairs)
        msg = (
            f"too many outcomes to enumerate them exactly ({counts}; up to {max(sizes)} counts a bin): take fewer or "
            "smaller bins, or export the model as a workspace: asymptotic formulas hold for so many events"
        )
        raise ParameterError(msg)


def _signal_nodes(model: LimitModel) -> tuple[FloatArray, FloatArray]:
    """Factors (K, bins) on the signal and weights (K,) that integrate over the nuisances."""
    sizes = np.array([nuisance.sizes for nuisance in model.nuisances])
    if not sizes.any():
        return np.ones((1, model.bins)), np.ones(1)
    logs = np.log1p(sizes)
    _, lengths, axes = np.linalg.svd(logs, full_matrices=False)
    relevant = lengths > 1e-6
    directions = lengths[relevant, None] * axes[relevant]
    rank = len(directions)
    node, node_weight = np.polynomial.hermite_e.hermegauss(NODES.get(rank, 6))
    z = np.stack(np.meshgrid(*[node] * rank, indexing="ij"), axis=-1).reshape(-1, rank)
    weight = np.prod(np.stack(np.meshgrid(*[node_weight] * rank, indexing="ij"), axis=-1).reshape(-1, rank), axis=1)
    return np.exp(z @ directions), weight / weight.sum()


def _evaluate(model: LimitModel, signal: ArrayLike, *, with_bands: bool) -> FloatArray:
    s = np.asarray(signal, dtype=np.float64)
    if s.ndim == 0 or s.shape[-1] != model.bins:
        msg = f"signal of shape {s.shape} must end with one entry for each of the {model.bins} signatures"
        raise ParameterError(msg)
    if not (s >= 0).all():
        msg = "a signal is negative or NaN: expected events must be zero or more"
        raise ParameterError(msg)
    tables = _tables(model)
    flat = s.reshape(-1, model.bins)
    result = np.empty((1 + len(BANDS) * with_bands, len(flat)))
    counts = [len(spread) for spread in tables.spread]
    step = max(1, CHUNK // max(tables.weight.size * math.prod(counts[:-1]), math.prod(counts)))
    for start in range(0, len(flat), step):
        stop = start + step
        result[:, start:stop] = _chunk(tables, flat[start:stop], with_bands=with_bands)
    return result.reshape(len(result), *s.shape[:-1])


def _chunk(tables: _Tables, signal: FloatArray, *, with_bands: bool) -> FloatArray:
    """CLs for signals (P, bins)."""
    points, nodes = len(signal), tables.weight.size
    joint: FloatArray = np.broadcast_to(tables.weight[:, None], (points, nodes, 1))
    for i, spread in enumerate(tables.spread):
        rate = np.minimum(signal[:, i, None] * tables.theta[:, i], MAX_SIGNAL)[..., None]  # (P, K, 1)
        n = np.arange(len(spread))
        counts = np.exp(log_poisson(n, rate)) @ spread  # (P, K, n)
        if i < len(tables.spread) - 1:
            joint = (joint[..., None] * counts[..., None, :]).reshape(points, nodes, -1)
    # the last bin and the integral over the nuisances together: a table of all counts for each signal
    p_signal = np.matmul(joint.swapaxes(1, 2), counts).reshape(points, -1)[:, tables.outcomes]
    p_background = tables.p_background
    with np.errstate(over="ignore"):
        q = p_signal / p_background
    result = np.empty((1 + len(BANDS) * with_bands, len(signal)))
    result[0] = _ratio(q <= q[:, :1] * (1 + TIE), p_signal, p_background)
    if with_bands:
        from scipy.special import ndtr

        order = np.argsort(q, axis=1)
        reached = np.cumsum(p_background[order], axis=1) / p_background.sum()
        for i, sigma in enumerate(BANDS):
            index = np.argmax(reached >= ndtr(sigma), axis=1)
            threshold = np.take_along_axis(q, np.take_along_axis(order, index[:, None], axis=1), axis=1)
            result[i + 1] = _ratio(q <= threshold * (1 + TIE), p_signal, p_background)
    return result


def _ratio(accepted: BoolArray, p_signal: FloatArray, p_background: FloatArray) -> FloatArray:
    ratio: FloatArray = np.where(accepted, p_signal, 0.0).sum(axis=1) / (accepted @ p_background)
    return np.minimum(ratio, 1.0)


def _solve(model: LimitModel, direction: ArrayLike, level: float, *, with_bands: bool) -> FloatArray:
    if not 0 < level < 1:
        msg = f"level = {level} must lie in (0, 1): it is 1 - CL, 0.1 for 90 %"
        raise ParameterError(msg)
    r = np.atleast_1d(np.asarray(direction, dtype=np.float64))
    total = r.sum(axis=-1, keepdims=True)
    if not (np.isfinite(total).all() and (total > 0).all()):
        msg = "a direction without signal has no limit: give the share of the signatures, not all zero"
        raise ParameterError(msg)
    flat = (r / total).reshape(-1, r.shape[-1])

    def excess(mu: FloatArray) -> FloatArray:
        """ln(CLs / level) of all curves for totals (directions, points)."""
        values = _evaluate(model, mu[..., None] * flat[:, None, :], with_bands=with_bands)
        logs: FloatArray = np.log(np.maximum(values, TINY)) - math.log(level)
        return logs

    # CLs >= exp(-s) for the weakest outcome, so the limit is above -ln(level) but for the nuisances' mean;
    # CLs jumps where two outcomes swap their order, so the last crossing counts: beyond it all is excluded
    top = 10.0 + 4.0 * (sum(model.observed) + sum(model.background))
    while True:
        grid = np.geomspace(-0.1 * math.log(level), top, 60)
        values = excess(np.broadcast_to(grid, (len(flat), grid.size)))  # (curves, directions, grid)
        if (values[..., -10:] < 0).all():
            break
        top *= 2
        if top > MAX_SIGNAL:
            msg = f"no limit below {MAX_SIGNAL:g} events at level {level:g}: level too small or counts too large"
            raise ParameterError(msg)
    last = grid.size - 1 - np.argmax((values >= 0)[..., ::-1], axis=-1)  # (curves, directions)
    result = np.empty(last.shape)
    for curve, index in enumerate(last):
        result[curve] = refine(partial(_pick, excess, curve), grid[index], grid[index + 1], rounds=4)
    return result.reshape(len(result), *r.shape[:-1])


def _pick(function: Callable[[FloatArray], FloatArray], curve: int, x: FloatArray) -> FloatArray:
    values: FloatArray = function(x)[curve]
    return values
