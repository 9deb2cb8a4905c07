"""The excluded interval of one coupling, everything else fixed: where CLs crosses the level, and how surely."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from postprocess.limits.crossings import refine
from semivis_gen.arrays import BoolArray, FloatArray
from semivis_gen.errors import ParameterError

__all__ = ["ALLOWED", "COMPLETE", "EXCLUDED", "SURE", "Edges", "excluded_edges"]


COMPLETE = ""
SURE, EXCLUDED, ALLOWED = "", "excluded", "allowed"
SMALLEST = 1e-12  # CLs below this is as excluded as can be; the logarithm is cut there
DEVIATIONS = 2.0  # of the sample within which an exclusion that comes or goes is in doubt

ClsOf = Callable[[FloatArray], ArrayLike]


@dataclass(frozen=True, slots=True)
class Edges:
    """Excluded interval of y at one x: observed, then the expected bands; NaN where nothing is excluded."""

    low: tuple[float, ...]
    """Lower edges."""
    high: tuple[float, ...]
    """Upper edges."""
    intervals: int
    """Number of separate excluded intervals of the observation; the edges are the outermost."""
    open_end: str = COMPLETE
    """Empty, "low", "high" or "both": where the observed interval still runs on at the end of the scan."""
    low_error: float = math.nan
    """Standard deviation of the observed lower edge from the samples; NaN where there is no edge or it is not known."""
    high_error: float = math.nan
    """That of the upper edge."""
    doubt: str = SURE
    """Empty; "excluded" where a signal lower by two standard deviations of the sample excludes nothing; "allowed"
    where nothing is excluded but a signal higher by as much would be."""
    strength: float = math.nan
    """ln CLs / ln level of the observation where y is excluded most: 1 at the limit, 0 without signal; about the
    signal there in units of what is needed."""
    strength_error: float = math.nan
    """Its standard deviation from the samples."""

    @property
    def relative_error(self) -> float:
        """The larger relative error of the two observed edges; zero where there are none, inf where it is not known."""
        ends = ((self.low[0], self.low_error, "low"), (self.high[0], self.high_error, "high"))
        sizes = [error / edge for edge, error, end in ends if edge > 0 and self.open_end not in (end, "both")]
        return max((math.inf if math.isnan(size) else size for size in sizes), default=0.0)


def excluded_edges(cls_of: ClsOf, y: ArrayLike, *, level: float = 0.1, shifted: ClsOf | None = None) -> Edges:
    """Find where CLs falls below and rises above the level.

    Parameters
    ----------
    cls_of : callable
        Takes y of shape (k,), returns CLs of shape (curves, k) with the observation first, or (k,).
    y : array_like
        Scan, ascending and positive, fine enough that no excluded interval falls between two points. The edges
        are then refined to about 1e-4 of a scan step.
    level : float
        1 - CL.
    shifted : callable, optional
        CLs of the observation, shape (2, k), with the signal at each y lower and higher by its standard deviation:
        half the difference of the edges is their error.

    Returns
    -------
    Edges
        Outermost edges, one a curve.

    Raises
    ------
    ParameterError
        Where the scan is not ascending and positive, or CLs is not a number.
    """
    scan = np.asarray(y, dtype=np.float64)
    if scan.ndim != 1 or scan.size < 2 or not (scan[0] > 0 and (np.diff(scan) > 0).all()):
        msg = f"the scan of {scan.size} values must be ascending and positive: take np.geomspace"
        raise ParameterError(msg)
    found = _crossings(cls_of, scan, level)
    excluded = found.excluded[0]
    starts = int(np.count_nonzero(excluded[1:] & ~excluded[:-1]) + excluded[0])
    ends = {(True, True): "both", (True, False): "low", (False, True): "high", (False, False): COMPLETE}
    open_end = ends[bool(excluded[0]), bool(excluded[-1])]
    low, high = tuple(found.low.tolist()), tuple(found.high.tolist())
    strength = max(float(found.strength[0]), 0.0)
    if shifted is None:
        return Edges(low, high, starts, open_end, strength=strength)
    others = _crossings(shifted, scan, level)
    error = float(np.abs(others.strength - strength).max())
    return Edges(
        low, high, starts, open_end,
        math.nan if excluded[0] else _half_difference(low[0], others.low),
        math.nan if excluded[-1] else _half_difference(high[0], others.high),
        _doubt(strength, error),
        strength,
        error,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Crossings:
    """Outermost crossings of several curves with the level."""

    low: FloatArray
    high: FloatArray
    excluded: BoolArray
    strength: FloatArray


def _crossings(cls_of: ClsOf, scan: FloatArray, level: float) -> _Crossings:
    def excess(points: FloatArray) -> FloatArray:
        """ln(CLs / level) of all curves: negative where excluded."""
        values = np.atleast_2d(np.asarray(cls_of(points), dtype=np.float64))
        if np.isnan(values).any():
            msg = f"CLs is not a number at {points[np.isnan(values).any(axis=0)][0]:g}: check the expected signal"
            raise ParameterError(msg)
        return np.log(np.maximum(values, SMALLEST) / level)

    f = excess(scan)
    excluded = f < 0
    curves = len(f)
    some = excluded.any(axis=1)
    first = np.argmax(excluded, axis=1)
    last = scan.size - 1 - np.argmax(excluded[:, ::-1], axis=1)
    low = np.where(some, scan[0], np.nan)
    high = np.where(some, scan[-1], np.nan)
    inner_low = np.flatnonzero(some & (first > 0))
    inner_high = np.flatnonzero(some & (last < scan.size - 1))
    owner = np.concatenate([inner_low, inner_high])
    left = np.concatenate([first[inner_low] - 1, last[inner_high]])

    def owned(points: FloatArray) -> FloatArray:
        """Each bracket (row) belongs to one curve."""
        values = excess(points.reshape(-1)).reshape(curves, *points.shape)
        picked: FloatArray = values[owner, np.arange(owner.size)]
        return picked

    edges = refine(owned, scan[left], scan[left + 1], rounds=2, points=8)
    low[inner_low] = edges[: inner_low.size]
    high[inner_high] = edges[inner_low.size :]
    return _Crossings(low, high, excluded, 1 + f.min(axis=1) / math.log(level))


def _half_difference(edge: float, others: FloatArray) -> float:
    """Half the distance of the edges of the lower and the higher signal; the whole one to the only one there is."""
    known = others[~np.isnan(others)]
    if math.isnan(edge) or not known.size:
        return math.nan
    return float(np.ptp(known)) / 2 if known.size == 2 else abs(float(known[0]) - edge)


def _doubt(strength: float, error: float) -> str:
    if abs(strength - 1) > DEVIATIONS * error:
        return SURE
    return EXCLUDED if strength > 1 else ALLOWED
