"""Words in a figure: along curves and inside regions, where they touch nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from semivis_gen.arrays import FloatArray

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["Words"]

Curve = tuple[FloatArray, FloatArray]
STEP = 4.0  # distance of points by which curves and boxes are known [pixels]
PLACES = 60  # tried along a curve
GRID = 40  # places tried in each direction inside a region
ENOUGH = 22.0  # free pixels around a word beyond which more do not matter
LEAST = 2.5  # free pixels without which a word is not written
SIZE = 15  # of a word [points]
GAP = 5.0  # between a curve and its word [pixels]


class Words:
    """Words of a pair of axes; each keeps clear of what was made known before.

    Parameters
    ----------
    axes : Axes
        With final ranges and all curves.
    """

    def __init__(self, axes: Axes) -> None:
        self.axes, self.frame = axes, axes.bbox
        self.renderer = axes.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        self.taken: list[tuple[str, FloatArray]] = []

    def avoid_curve(self, x: FloatArray, y: FloatArray, label: str = "") -> None:
        """Keep words off a curve, given in data coordinates; its own label may come near."""
        self.taken += [(label, points) for points in self._pieces(x, y)]

    def avoid_box(self, artist: Artist) -> None:
        """Keep words off a box, such as a legend."""
        box = artist.get_window_extent(self.renderer)
        centre = np.array([box.x0 + box.x1, box.y0 + box.y1]) / 2
        self.taken.append(("", _filled(centre, box.width, box.height, 0.0)))

    def emptiest(self, artist: Artist, corners: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], int]:
        """Find the corner of the frame where a box covers least.

        Parameters
        ----------
        artist : Artist
            The box; where it is does not matter.
        corners : iterable of tuple
            Corners to choose from, in axes coordinates (0 or 1); the first of equal ones is taken.

        Returns
        -------
        corner : tuple of int
            The corner.
        covered : int
            How much is there; 0 where nothing is.
        """
        size = artist.get_window_extent(self.renderer)
        points, frame = self._points(lambda _: True), self.frame
        margin = 0.03 * frame.width

        def covered(corner: tuple[int, int]) -> int:
            x = np.abs(points[:, 0] - (frame.x1 if corner[0] else frame.x0))
            y = np.abs(points[:, 1] - (frame.y1 if corner[1] else frame.y0))
            return int(((x < size.width + margin) & (y < size.height + margin)).sum())

        best = min(corners, key=covered)
        return best, covered(best)

    def is_visible(self, x: FloatArray, y: FloatArray) -> bool:
        """Whether any part of a curve is in the frame."""
        return bool(self._pieces(x, y))

    def along(self, curves: Sequence[Curve], label: str, *, inside: bool = False, **text: Any) -> bool:
        """Write a label along one of several curves, where it has most room; never upside down.

        Parameters
        ----------
        curves : sequence of (x, y)
            In data coordinates, shape (n,) each; what is out of the frame is left out.
        label : str
            Text.
        inside : bool
            On the curve, such as the middle of a band, rather than above or below it.
        **text
            Passed to `Axes.text`.

        Returns
        -------
        bool
            Whether there was room for it.
        """
        size = self._size(label, text)
        others, own = self._points(lambda name: name != label), self._points(lambda name: name == label)
        best: tuple[float, FloatArray, float] | None = None
        for centre, angle, cost in (place for one in curves for place in self._places(*one, size, inside=inside)):
            free = min(_distance(others, centre, size, angle), self._to_frame(centre, size, angle))
            if free < LEAST or (not inside and _distance(own, centre, size, angle) < GAP / 2):
                continue
            score = min(free, ENOUGH) - cost
            if best is None or score > best[0]:
                best = score, centre, angle
        if best is None:
            return False
        self._write(best[1], label, best[2], text, size)
        return True

    def _places(
        self, x: FloatArray, y: FloatArray, size: tuple[float, float], *, inside: bool
    ) -> Iterator[tuple[FloatArray, float, float]]:
        """Places along a curve: centre [pixels], angle, and what speaks against them [pixels]."""
        width, height = size
        for points in self._pieces(x, y):
            length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
            if length[-1] < width:
                continue
            for place in np.linspace(width / 2, length[-1] - width / 2, PLACES):
                under = np.linspace(place - width / 2, place + width / 2, 9)
                spots = np.column_stack([np.interp(under, length, points[:, i]) for i in range(2)])
                chord = spots[-1] - spots[0]
                if not np.hypot(*chord) > 0:  # it turns back within the word
                    continue
                along = (chord if chord[0] > 0 else -chord) / np.hypot(*chord)
                normal, middle = np.array([-along[1], along[0]]), spots[[0, -1]].mean(axis=0)
                bend, angle = (spots - middle) @ normal, math.atan2(along[1], along[0])
                cost = 1.5 * np.ptp(bend) + 4 * abs(place / length[-1] - 0.5) + 3 * abs(angle)
                gap = GAP + height / 2
                for side in (0.0,) if inside else (bend.max() + gap, bend.min() - gap):
                    yield middle + side * normal, angle, cost

    def in_region(self, polygon: FloatArray, label: str, **text: Any) -> bool:
        """Write a label inside a region, where it has most room.

        Parameters
        ----------
        polygon : ndarray (n, 2)
            Corners in data coordinates.
        label : str
            Text.
        **text
            Passed to `Axes.text`.

        Returns
        -------
        bool
            Whether there was room for it.
        """
        from matplotlib.path import Path

        width, height = self._size(label, text)
        corners = self.axes.transData.transform(polygon)
        region = Path(corners)
        half = np.array([width, height]) / 2 + LEAST
        low = np.maximum(corners.min(axis=0), [self.frame.x0, self.frame.y0]) + half
        high = np.minimum(corners.max(axis=0), [self.frame.x1, self.frame.y1]) - half
        if not (low < high).all():
            return False
        points = self._points(lambda _: True)
        best: tuple[float, FloatArray] | None = None
        centres = np.stack(np.meshgrid(*np.linspace(low, high, GRID).T), axis=-1).reshape(-1, 2)
        for centre in centres[region.contains_points(centres)]:
            box = _filled(centre, width, height, 0.0)
            free = min(_distance(points, centre, (width, height), 0.0), self._to_frame(centre, (width, height), 0.0))
            if free >= LEAST and (best is None or free > best[0]) and region.contains_points(box).all():
                best = free, centre
        if best is None:
            return False
        self._write(best[1], label, 0.0, text, (width, height))
        return True

    def _size(self, label: str, text: dict[str, Any]) -> tuple[float, float]:
        """Width and height of a word [pixels]."""
        trial = self.axes.text(0.5, 0.5, label, transform=self.axes.transAxes, **{"fontsize": SIZE, **text})
        box = trial.get_window_extent(self.renderer)
        trial.remove()
        return box.width, box.height

    def _write(
        self, centre: FloatArray, label: str, angle: float, text: dict[str, Any], size: tuple[float, float]
    ) -> None:
        x, y = self.axes.transData.inverted().transform(centre)
        look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SIZE, "zorder": 20, "clip_on": True}
        turn = {"rotation": math.degrees(angle), "rotation_mode": "anchor"}
        self.axes.text(float(x), float(y), label, **{**look, **turn, **text})
        self.taken.append(("", _filled(centre, *size, angle)))

    def _pieces(self, x: FloatArray, y: FloatArray) -> list[FloatArray]:
        """Visible parts of a curve as points that are close together [pixels]."""
        with np.errstate(divide="ignore", invalid="ignore"):
            points = self.axes.transData.transform(np.column_stack([x, y]))
        frame = self.frame
        result: list[FloatArray] = []
        known = np.isfinite(points).all(axis=1)
        steps = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(int)))
        for a, b in zip(steps[::2], steps[1::2], strict=True):
            part = points[a:b]
            if len(part) < 2:
                continue
            length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(part, axis=0).T))])
            if not length[-1] > 0:
                continue
            at = np.linspace(0, length[-1], int(min(length[-1], 1e5) / STEP) + 2)
            fine = np.column_stack([np.interp(at, length, part[:, i]) for i in range(2)])
            visible = (
                (fine[:, 0] >= frame.x0)
                & (fine[:, 0] <= frame.x1)
                & (fine[:, 1] >= frame.y0)
                & (fine[:, 1] <= frame.y1)
            )
            runs = np.flatnonzero(np.diff(np.concatenate([[False], visible, [False]]).astype(int)))
            result += [fine[i:j] for i, j in zip(runs[::2], runs[1::2], strict=True) if j - i > 1]
        return result

    def _points(self, wanted: Callable[[str], bool]) -> FloatArray:
        """Points of what is taken, by the label it belongs to; one far off where there are none."""
        return np.concatenate([np.full((1, 2), 1e9), *(points for name, points in self.taken if wanted(name))])

    def _to_frame(self, centre: FloatArray, size: tuple[float, float], angle: float) -> float:
        """Distance of a turned box from the frame around it; negative where it is not inside."""
        sine, cosine = abs(math.sin(angle)), abs(math.cos(angle))
        x, y = (size[0] * cosine + size[1] * sine) / 2, (size[0] * sine + size[1] * cosine) / 2
        frame = self.frame
        sides = (centre[0] - x - frame.x0, frame.x1 - centre[0] - x, centre[1] - y - frame.y0, frame.y1 - centre[1] - y)
        return float(min(sides))


def _distance(points: FloatArray, centre: FloatArray, size: tuple[float, float], angle: float) -> float:
    """Distance of the nearest of points, shape (n, 2), from a turned box [pixels]; 0 inside."""
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    outside = np.maximum(np.abs((points - centre) @ turn) - np.array(size) / 2, 0.0)
    return float(np.sqrt((outside**2).sum(axis=1).min()))


def _filled(centre: FloatArray, width: float, height: float, angle: float) -> FloatArray:
    """Points that fill a turned box, shape (n, 2) [pixels]."""
    nx, ny = int(width / STEP) + 2, int(height / STEP) + 2
    grid = np.stack(np.meshgrid(np.linspace(-0.5, 0.5, nx) * width, np.linspace(-0.5, 0.5, ny) * height), axis=-1)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return np.asarray(grid.reshape(-1, 2) @ turn + centre)
