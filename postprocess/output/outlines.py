"""Smooth outlines of excluded regions, for drawing: through all points of a contour, round where a region ends.

Near the end of an exclusion the square of its width, ln(high / low)^2, goes linearly to zero in ln x. The mass at which
it does, from the last two points, is where the region is drawn to end, never beyond the first point that is allowed.
In the root of the distance from there both edges are smooth; they are interpolated in it by monotone cubics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from semivis_gen.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    from postprocess.limits import Contour

__all__ = ["Region", "regions"]

STEPS = 12  # of a drawn curve between two points


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One run of neighbouring x where something is excluded."""

    x: FloatArray
    """Positions, ascending, shape (n,)."""
    low: FloatArray
    """Lower edge, shape (n,)."""
    high: FloatArray
    """Upper edge, shape (n,)."""
    low_hidden: BoolArray
    """Where the lower edge is the end of the scan, shape (n,)."""
    high_hidden: BoolArray
    """Where the upper one is."""
    ends: tuple[bool, bool]
    """Whether the region ends on the left and on the right; False where the scan of x does."""

    @property
    def polygon(self) -> FloatArray:
        """Corners of the whole region, shape (2 n, 2)."""
        x, y = np.r_[self.x, self.x[::-1]], np.r_[self.low, self.high[::-1]]
        return np.column_stack([x, y])

    @property
    def outline(self) -> FloatArray:
        """Line around it, shape (m, 2): on the lower and back on the upper edge; NaN where a scan ends."""
        low, high = (np.where(h, np.nan, v) for h, v in ((self.low_hidden, self.low), (self.high_hidden, self.high)))
        upright = [[[self.x[i], self.low[i]], [self.x[i], self.high[i]]] for i in (0, -1)]
        left, right = (line if end else [[np.nan, np.nan]] for line, end in zip(upright, self.ends, strict=True))
        there, back = np.column_stack([self.x, low]), np.column_stack([self.x, high])[::-1]
        return np.concatenate([there, right, back, left[::-1]])


def regions(contour: Contour, curve: int = 0) -> list[Region]:
    """Regions of a contour, as they are drawn.

    Parameters
    ----------
    contour : Contour
        Observed and expected edges.
    curve : int
        0 is the observation, 1 + i the band i.

    Returns
    -------
    list of Region
        In ascending x.
    """
    known = np.concatenate([[False], ~np.isnan(contour.low[curve]), [False]])
    steps = np.flatnonzero(known[1:] != known[:-1])
    return [_region(contour, curve, int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]


def _region(contour: Contour, curve: int, start: int, stop: int) -> Region:
    """Region of the points from start up to stop."""
    x, part = np.log(contour.x), slice(start, stop)
    edges = np.log(np.stack([contour.low[curve, part], contour.high[curve, part]]))
    opened = np.stack([_opened(contour, curve, part, end) for end in ("low", "high")])
    left = _tip(x[part][::-1], edges[:, ::-1], opened[:, ::-1], x[start - 1]) if start > 0 else None
    right = _tip(x[part], edges, opened, x[stop]) if stop < x.size else None
    nodes = np.array([*(left or ())[:1], *x[part], *(right or ())[:1]])
    values = np.column_stack(
        [*[[tip[1]] * 2 for tip in (left,) if tip], edges, *[[tip[1]] * 2 for tip in (right,) if tip]]
    )
    flags = np.pad(opened, ((0, 0), (int(left is not None), int(right is not None))))
    place, drawn = _parameter(nodes, left is not None, right is not None)
    low, high = (_through(place, v, drawn[0]) for v in values)
    low_hidden, high_hidden = map(_hidden, flags)
    return Region(
        np.exp(drawn[1]), np.exp(np.minimum(low, high)), np.exp(np.maximum(low, high)), low_hidden, high_hidden,
        (start > 0, stop < x.size),
    )  # fmt: skip


def _opened(contour: Contour, curve: int, part: slice, end: str) -> BoolArray:
    """Points at which an edge is an end of the scan; for an expected curve, an end that is one of the observed."""
    every = contour.low if end == "low" else contour.high
    flags = np.array([flag in (end, "both") for flag in contour.open_end[part]])
    ends = np.unique(every[0, part][flags])
    at_end = np.isclose(every[curve, part][:, None], ends, rtol=1e-9).any(axis=1)
    return np.asarray(at_end & (flags if curve == 0 else True))


def _tip(x: FloatArray, edges: FloatArray, opened: BoolArray, allowed: float) -> tuple[float, float] | None:
    """Where a region that ends behind its last point ends, (ln x, ln y); None where its width does not tell.

    Parameters
    ----------
    x, edges, opened : ndarray
        Points toward the end, shape (n,); ln of both edges and whether they are open, shape (2, n).
    allowed : float
        ln x of the first point that is allowed.
    """
    if x.size < 2 or opened[:, -2:].any():
        return None
    before, last = (edges[1] - edges[0])[-2:] ** 2
    if not before > last:
        return None
    step = min(float(last / (before - last)), (allowed - x[-1]) / (x[-1] - x[-2]))
    middle = edges.mean(axis=0)
    y = middle[-1] + step * (middle[-1] - middle[-2])
    return float(x[-1] + step * (x[-1] - x[-2])), float(np.clip(y, *edges[:, -1]))


def _parameter(x: FloatArray, left: bool, right: bool) -> tuple[FloatArray, tuple[FloatArray, FloatArray]]:
    """Parameter in which edges are smooth up to tips: of the nodes, of what is drawn, and ln x of what is drawn."""
    a, b = x[0], x[-1]
    if left and right:
        nodes = np.arcsin(np.clip(2 * (x - a) / (b - a) - 1, -1, 1))
    elif left or right:
        nodes = np.sqrt(x - a) if left else -np.sqrt(b - x)
    else:
        nodes = x
    steps = np.arange(STEPS) / STEPS
    t = np.append((nodes[:-1, None] + np.diff(nodes)[:, None] * steps).ravel(), nodes[-1:])
    if left and right:
        return nodes, (t, a + (b - a) * (1 + np.sin(t)) / 2)
    if left or right:
        return nodes, (t, a + t**2 if left else b - t**2)
    return nodes, (t, t)


def _through(t: FloatArray, y: FloatArray, wanted: FloatArray) -> FloatArray:
    """Monotone cubic through points."""
    from scipy.interpolate import PchipInterpolator

    return np.asarray(PchipInterpolator(t, y)(wanted)) if t.size > 1 else y


def _hidden(opened: BoolArray) -> BoolArray:
    """Where nothing is drawn: between two open points, and at one that has no other neighbour."""
    between = opened[:-1] & opened[1:]
    at = np.append(between, True) & np.insert(between, 0, True) & opened
    inner = np.repeat(between, STEPS - 1).reshape(-1, STEPS - 1)
    return np.append(np.column_stack([at[:-1], inner]).ravel(), at[-1:])
