"""The excluded interval of one coupling, everything else fixed: where CLs crosses the level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from postprocess.limits.crossings import refine
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError

__all__ = ["COMPLETE", "Edges", "excluded_edges"]


COMPLETE = ""
SMALLEST = 1e-12  # CLs below this is as excluded as can be; the logarithm is cut there


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


def excluded_edges(cls_of: Callable[[FloatArray], ArrayLike], y: ArrayLike, *, level: float = 0.1) -> Edges:
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
    starts = int(np.count_nonzero(excluded[0, 1:] & ~excluded[0, :-1]) + excluded[0, 0])
    ends = {(True, True): "both", (True, False): "low", (False, True): "high", (False, False): COMPLETE}
    return Edges(tuple(low.tolist()), tuple(high.tolist()), starts, ends[bool(excluded[0, 0]), bool(excluded[0, -1])])
