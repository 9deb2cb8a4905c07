"""Look of the figures: the field's style, text along curves, files that are the same every time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from semivis_gen.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

__all__ = [
    "COLORS",
    "M_APRIME",
    "header",
    "new_axes",
    "roomiest_place",
    "save_figure",
    "style",
    "text_along",
    "text_box",
]


# colour-blind safe: M. A. Petroff, arXiv:2107.02270, and the usual green and yellow of expected bands
COLORS = {
    "excluded": "#5790fc",
    "edge": "#1f3d7a",
    "expected": "#202020",
    "one_sigma": "#6fbf73",
    "two_sigma": "#f5d76e",
    "line": "#964a8b",
    "reference": "#e42536",
    "grey": "#717581",
}
DPI = 150
M_APRIME = r"m_{A\hspace{-0.1}'}"  # the prime stands too far off otherwise; for use between dollar signs


@contextmanager
def style() -> Iterator[None]:
    """Style of the figures; needed while drawing and while writing."""
    import matplotlib as mpl
    import mplhep

    ours: dict[Any, Any] = {
        "figure.figsize": (9.0, 7.5),
        "font.size": 19,
        "axes.labelsize": 22,
        "xtick.labelsize": 19,
        "ytick.labelsize": 19,
        "legend.fontsize": 15,
        "axes.linewidth": 1.4,
        "xtick.major.size": 9,
        "ytick.major.size": 9,
        "xtick.minor.size": 5,
        "ytick.minor.size": 5,
        "hatch.linewidth": 0.6,
        "mathtext.fontset": "stixsans",  # italic letters, upright digits
        "mathtext.default": "it",
        "savefig.dpi": DPI,
    }
    with mpl.rc_context({**mplhep.style.ROOT, **ours}):
        yield


def new_axes(
    *,
    x_label: str,
    y_label: str,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    x_log: bool = True,
    y_log: bool = True,
) -> tuple[Figure, Axes]:
    """Make a figure with one pair of axes whose ranges are fixed, so that text can follow curves.

    Parameters
    ----------
    x_label, y_label : str
        Axis labels with units.
    x_range, y_range : tuple of float
        Ranges.
    x_log, y_log : bool
        Logarithmic axes.

    Returns
    -------
    Figure, Axes
        Without a global figure manager: nothing to close.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.125, 0.115, 0.85, 0.835))
    axes.set_xscale("log" if x_log else "linear")
    axes.set_yscale("log" if y_log else "linear")
    axes.set_xlim(*x_range)
    axes.set_ylim(*y_range)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    return figure, axes


def text_along(
    axes: Axes, x: FloatArray, y: FloatArray, label: str, *, at: float = 0.5, offset: float = 0.0, **text: Any
) -> None:
    """Write a label along a curve.

    Parameters
    ----------
    axes : Axes
        With final ranges.
    x, y : ndarray (n,)
        The curve in data coordinates; points out of the frame are left out.
    label : str
        Text.
    at : float
        Place along the visible part, from 0 to 1.
    offset : float
        Distance from the curve [points], positive above it.
    **text
        Passed to `Axes.text`.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        points = axes.transData.transform(np.column_stack([x, y]))
    box = axes.bbox
    points = points[_inside(points, box)]
    if len(points) < 2:
        return
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    place = at * length[-1]
    window = 0.06 * (box.width + box.height) / 2  # direction over the length of a word, not of a step
    before, here, after = (
        np.array([np.interp(place + shift, length, points[:, i]) for i in range(2)]) for shift in (-window, 0, window)
    )
    direction = after - before
    if direction[0] < 0:  # never upside down
        direction = -direction
    angle = math.degrees(math.atan2(direction[1], direction[0]))
    normal = np.array([-direction[1], direction[0]]) / np.hypot(*direction)
    pixels = offset * axes.figure.dpi / 72
    position = axes.transData.inverted().transform(here + pixels * normal)
    defaults: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 15, "zorder": 20, "clip_on": True}
    axes.text(
        float(position[0]), float(position[1]), label, rotation=angle, rotation_mode="anchor", **{**defaults, **text}
    )


def header(axes: Axes, title: str) -> None:
    """Write the program's name above the frame on the left and a title on the right."""
    axes.text(0.0, 1.015, "semivis", transform=axes.transAxes, fontweight="bold", va="bottom")
    axes.text(1.0, 1.015, title, transform=axes.transAxes, ha="right", va="bottom", fontsize=17)


def text_box(axes: Axes, lines: Sequence[str], place: tuple[float, float]) -> Text:
    """Write lines into a white box.

    Parameters
    ----------
    axes : Axes
        Where.
    lines : sequence of str
        Text.
    place : tuple of float
        Upper corner of the box in axes coordinates, the right one if its x is above 0.5.

    Returns
    -------
    Text
        The box.
    """
    return axes.text(
        *place,
        "\n".join(lines),
        transform=axes.transAxes,
        va="top",
        ha="right" if place[0] > 0.5 else "left",
        fontsize=16,
        linespacing=1.5,
        zorder=30,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 4},
    )


def roomiest_place(
    axes: Axes,
    region: tuple[FloatArray, FloatArray, FloatArray],
    obstacles: Sequence[tuple[FloatArray, FloatArray, FloatArray]],
    boxes: Sequence[Artist] = (),
    *,
    width: float = 0.34,
) -> tuple[float, float, float]:
    """Find where a horizontal word has most room inside a region.

    Parameters
    ----------
    axes : Axes
        With final ranges.
    region : tuple of ndarray
        x, lower and upper edge.
    obstacles : sequence of tuples
        Bands (x, lower, upper) that the word should not touch.
    boxes : sequence of Artist
        Text boxes and legends that it should not touch.
    width : float
        Width of the word as a share of the axes.

    Returns
    -------
    tuple of float
        Position in data coordinates, and the free height there [pixels].
    """
    frame = axes.bbox
    renderer = axes.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    extents = [box.get_window_extent(renderer) for box in boxes]
    half = width / 2 * frame.width
    pixel_region = _pixels(axes, *region)
    pixel_obstacles = [_pixels(axes, *obstacle) for obstacle in obstacles]
    best = (float(region[0][0]), float(region[1][0]), -math.inf)
    for centre in np.linspace(frame.x0 + half, frame.x1 - half, 60):
        x, bottom, top = pixel_region
        under = np.abs(x - centre) <= half
        if not under.any() or x[0] > centre - half or x[-1] < centre + half:
            continue
        free = [(max(bottom[under].max(), frame.y0), min(top[under].min(), frame.y1))]
        blocked = [(e.y0, e.y1) for e in extents if e.x1 > centre - half and e.x0 < centre + half]
        for ox, low, high in pixel_obstacles:
            near = (np.abs(ox - centre) <= half) & np.isfinite(low) & np.isfinite(high)
            if near.any():
                blocked.append((float(low[near].min()), float(high[near].max())))
        for y0, y1 in blocked:
            free = [part for a, b in free for part in ((a, min(b, y0)), (max(a, y1), b)) if part[1] > part[0]]
        for a, b in free:
            if b - a > best[2]:
                place = axes.transData.inverted().transform((centre, (a + b) / 2))
                best = (float(place[0]), float(place[1]), float(b - a))
    return best


def _pixels(axes: Axes, x: FloatArray, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    floor = 1e-30 if axes.get_yscale() == "log" else -math.inf
    a, b = (axes.transData.transform(np.column_stack([x, np.maximum(y, floor)])) for y in (low, high))
    return a[:, 0], a[:, 1], b[:, 1]


def _inside(points: FloatArray, box: Any) -> BoolArray:
    x, y = points.T
    with np.errstate(invalid="ignore"):  # NaN compares as outside
        mask: BoolArray = (x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1)
    return mask


def save_figure(figure: Figure, stem: str | Path) -> tuple[Path, Path]:
    """Write a figure as PNG and PDF; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
        What to write.
    stem : str or Path
        Path without suffix.

    Returns
    -------
    tuple of Path
        The PNG and the PDF; each appears whole or not at all.

    Raises
    ------
    OutputError
        Where they cannot be written.
    """
    from semivis_gen.io import atomic_path

    base = Path(stem)
    written = []
    for suffix, metadata in ((".png", {"Software": None}), (".pdf", {"CreationDate": None, "Producer": None})):
        path = base.parent / (base.name + suffix)
        with style(), atomic_path(path) as temporary:
            figure.savefig(temporary, format=suffix[1:], metadata=metadata)
        written.append(path)
    return written[0], written[1]
