"""Exclusion figures: observed region, expected bands, companions. Data in, `matplotlib.figure.Figure` out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from postprocess.companions import FERMILAB_2021, LATTICE_2025, PRE_FERMILAB
from postprocess.output.style import COLORS, M_APRIME, header, new_axes, roomiest_place, style, text_along, text_box
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

    from postprocess.limits import Contour

__all__ = ["Band", "Line", "Plane", "exclusion_figure", "gminus2_bands", "plane_of"]

Corner = Literal["upper left", "upper right", "lower left", "lower right"]
Dashes = tuple[int, tuple[float, ...]]
# of outlines, one after the other: at most these
PROJECTION_STYLES: tuple[tuple[str, Dashes], ...] = (
    (COLORS["line"], (0, (7, 2, 1.5, 2))),
    (COLORS["reference"], (0, (4, 1.5))),
    (COLORS["grey"], (0, (1.5, 1.5))),
)


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A favoured region between two curves, such as (g-2)_mu at two standard deviations."""

    x: FloatArray
    """Positions (n,)."""
    low: FloatArray
    """Lower curve; zero where there is no lower edge."""
    high: FloatArray
    """Upper curve."""
    label: str
    """Written along the band."""
    color: str = COLORS["reference"]
    """Colour."""
    filled: bool = True
    """False draws the edges only, dashed: for a superseded band behind the current one."""
    at: float = 0.5
    """Place of the label along the band, 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A curve with its label: relic density, published limit, projection, bound."""

    x: FloatArray
    """Positions (n,)."""
    y: FloatArray
    """Curve; NaN where it has no value."""
    label: str
    """Written along the curve."""
    color: str = COLORS["line"]
    """Colour."""
    linestyle: str = "-"
    """Style."""
    at: float = 0.5
    """Place of the label along the curve, 0 to 1."""
    offset: float = 9.0
    """Distance of the label [points], positive above the curve."""
    shade: int = 0
    """1 hatches the side above the curve as forbidden, -1 below, 0 none."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Axes of an exclusion figure."""

    x_label: str
    y_label: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    x_log: bool = True
    y_log: bool = True


PLANES = {
    "m-eps": Plane(rf"${M_APRIME}$ [GeV]", r"kinetic mixing $\epsilon$", (1e-3, 1.0), (3e-6, 1e-1)),
    "m-alphaD": Plane(rf"${M_APRIME}$ [GeV]", r"dark coupling $\alpha_D$", (5e-3, 1.0), (1e-4, 1.0)),
    "m1-f": Plane(
        r"$m_{\chi_1}$ [GeV]", r"mass splitting $f = \Delta / m_{\chi_1}$", (2e-3, 0.5), (0.0, 1.0), y_log=False
    ),
}


AXES = {
    ("m_aprime_GeV", "epsilon"): "m-eps",
    ("m_aprime_GeV", "alpha_d"): "m-alphaD",
    ("m_chi1_GeV", "splitting"): "m1-f",
}


def plane_of(plane: str | Contour) -> Plane:
    """Axes of a plane by name, m-eps, m-alphaD or m1-f, or of the plane of a contour.

    Raises
    ------
    ParameterError
        Where the contour is of no such plane.
    """
    if isinstance(plane, str):
        return PLANES[plane]
    axes = plane.x_name, plane.y_name
    if axes not in AXES:
        msg = f"a contour of {axes[1]} against {axes[0]} is of no known plane: give `plane` with labels and ranges"
        raise ParameterError(msg)
    return PLANES[AXES[axes]]


def gminus2_bands(x: FloatArray, *, lattice: bool = False) -> list[Band]:
    """Bands of (g-2)_mu at two standard deviations for an (m_A', epsilon) figure.

    Parameters
    ----------
    x : ndarray (n,)
        Masses [GeV].
    lattice : bool
        Add the edge of the lattice-based comparison, which has no lower one.

    Returns
    -------
    list of Band
        After the Fermilab result (filled), before it (outline).
    """
    places = [(FERMILAB_2021, COLORS["reference"], True, 0.28), (PRE_FERMILAB, "#c8611a", False, 0.5)]
    if lattice:
        places.append((LATTICE_2025, COLORS["grey"], False, 0.75))
    return [
        Band(
            x,
            value.epsilon(x, n_sigma=-2),
            value.epsilon(x, n_sigma=2),
            value.name + (r" $\pm\,2\sigma$" if filled else ""),
            color,
            filled,
            at,
        )
        for value, color, filled, at in places
    ]


def exclusion_figure(
    contour: Contour,
    plane: Plane | None = None,
    *,
    label: str,
    title: str = "",
    note: Sequence[str] = (),
    bands: Sequence[Band] = (),
    lines: Sequence[Line] = (),
    projections: Sequence[tuple[Contour, str]] = (),
    note_place: tuple[float, float] = (0.03, 0.96),
    legend_place: Corner = "lower right",
) -> Figure:
    """Draw an excluded region with its expectation and companions.

    Parameters
    ----------
    contour : Contour
        Observed (filled) and expected (dashed median, bands around both edges) exclusion.
    plane : Plane, optional
        Axes; those of the contour's plane where absent.
    label : str
        Written into the excluded region, such as "NA64 2016-2018".
    title : str
        Above the frame on the right: exposure and confidence level.
    note : sequence of str
        Lines of the text box: fixed parameters.
    bands, lines : sequence
        Favoured bands and labelled curves.
    projections : sequence of (Contour, str)
        Exclusions of other configurations, outlines only; a single label stands on its outline, several (up to
        three) in the legend.
    note_place : tuple of float
        Upper corner of the text box in axes coordinates, the right one if its x is above 0.5.
    legend_place : str
        Where the legend goes, in matplotlib's words.

    Returns
    -------
    Figure
        For `plotstyle.save_figure`.
    """
    plane = plane or plane_of(contour)
    with style():
        figure, axes = new_axes(
            x_label=plane.x_label,
            y_label=plane.y_label,
            x_range=plane.x_range,
            y_range=plane.y_range,
            x_log=plane.x_log,
            y_log=plane.y_log,
        )
        for band in bands:
            _draw_band(axes, band)
        _draw_expected(axes, contour)
        _draw_observed(axes, contour)
        several = len(projections) > 1
        for (other, name), (color, dashes) in zip(projections, PROJECTION_STYLES, strict=False):
            _draw_projection(axes, other, "" if several else name, color, dashes)
        for line in lines:
            _draw_line(axes, line)
        header(axes, title)
        extra = [name for _, name in projections] if several else []
        boxes: list[Artist] = [_legend(axes, contour, legend_place, extra)]
        if note:
            boxes.append(text_box(axes, note, note_place))
        _write_label(
            axes, contour, label, [(b.x, b.low, b.high) for b in bands] + [(n.x, n.y, n.y) for n in lines], boxes
        )
    return figure


def _segments(contour: Contour, curve: int) -> list[slice]:
    """Runs of neighbouring x where something is excluded."""
    known = np.concatenate([[False], ~np.isnan(contour.low[curve]), [False]])
    edges = np.flatnonzero(known[1:] != known[:-1])
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _outline(contour: Contour, curve: int, part: slice) -> tuple[FloatArray, FloatArray]:
    """Line around one run, there on the lower and back on the upper edge; broken where the scan, in x or in y, ends.

    An edge that is open at a position is drawn up to there from a position where it is not.
    """
    x_low, low = _edge(contour, curve, part, "low")
    x_high, high = _edge(contour, curve, part, "high")
    left = contour.low[curve, part][:1] if part.start > 0 else np.array([np.nan])
    right = np.array([]) if part.stop < contour.x.size else np.array([np.nan])
    turn_x = np.concatenate([x_low, x_low[-1:].repeat(right.size), x_high[::-1], contour.x[part][:1]])
    return turn_x, np.concatenate([low, right, high[::-1], left])


def _edge(contour: Contour, curve: int, part: slice, end: Literal["low", "high"]) -> tuple[FloatArray, FloatArray]:
    """One edge of a run: an open position stands three times, the middle one without a value."""
    every = contour.low if end == "low" else contour.high
    observed, values = every[0, part], every[curve, part]
    opened = np.array([flag in (end, "both") for flag in contour.open_end[part]])
    ends = np.unique(observed[opened])  # of the scan
    opened = np.isclose(values[:, None], ends, rtol=1e-9).any(axis=1) & (curve > 0 or opened)
    times = np.where(opened, 3, 1)
    x, y = np.repeat(contour.x[part], times), np.repeat(values, times)
    first = np.cumsum(times) - times
    y[first[opened] + 1] = np.nan
    runs_on = opened[1:] & opened[:-1]  # nothing between two open positions
    y[first[:-1][runs_on] + 2] = y[first[1:][runs_on]] = np.nan
    return x, y


def _draw_observed(axes: Axes, contour: Contour) -> None:
    for part in _segments(contour, 0):
        x, low, high = contour.x[part], contour.low[0, part], contour.high[0, part]
        axes.fill_between(x, low, high, color=COLORS["excluded"], alpha=0.35, lw=0, zorder=3)
        axes.plot(*_outline(contour, 0, part), color=COLORS["edge"], lw=2.2, zorder=6)


def _write_label(
    axes: Axes,
    contour: Contour,
    label: str,
    obstacles: Sequence[tuple[FloatArray, FloatArray, FloatArray]],
    boxes: Sequence[Artist],
) -> None:
    """Write a word into the excluded region where it has most room."""
    places = [
        roomiest_place(axes, (contour.x[part], contour.low[0, part], contour.high[0, part]), obstacles, boxes)
        for part in _segments(contour, 0)
    ]
    if places:
        x, y, _ = max(places, key=lambda place: place[2])
        axes.text(x, y, label, color=COLORS["edge"], ha="center", va="center", fontweight="bold", zorder=20)


def _draw_expected(axes: Axes, contour: Contour) -> None:
    if len(contour.low) < 6:
        return
    for weak, strong, color, zorder in ((5, 1, "two_sigma", 4.0), (4, 2, "one_sigma", 4.1)):
        # between the exclusion of a lucky and of an unlucky experiment; where only one excludes all in between
        low, high = contour.low[strong], contour.high[strong]
        middle = np.sqrt(low * high)
        inner_low = np.where(np.isnan(contour.low[weak]), middle, contour.low[weak])
        inner_high = np.where(np.isnan(contour.high[weak]), middle, contour.high[weak])
        for below, above in ((low, inner_low), (inner_high, high)):
            axes.fill_between(contour.x, below, above, color=COLORS[color], lw=0, zorder=zorder)
    for part in _segments(contour, 3):
        axes.plot(*_outline(contour, 3, part), color=COLORS["expected"], lw=1.6, ls=(0, (5, 3)), zorder=7)


def _draw_band(axes: Axes, band: Band) -> None:
    floor = axes.get_ylim()[0]
    low = np.maximum(band.low, floor)
    if band.filled:
        axes.fill_between(band.x, low, band.high, color=band.color, alpha=0.30, lw=0, zorder=8)
    line: dict[str, Any] = {"color": band.color, "lw": 1.3, "ls": "-" if band.filled else (0, (4, 2)), "zorder": 8.5}
    axes.plot(band.x, band.high, **line)
    axes.plot(band.x, np.where(band.low > 0, band.low, np.nan), **line)
    middle = np.sqrt(low * band.high) if band.filled else band.high
    text_along(
        axes, band.x, middle, band.label, at=band.at, offset=0 if band.filled else 10, color=band.color, fontsize=15
    )


def _draw_line(axes: Axes, line: Line) -> None:
    axes.plot(line.x, line.y, color=line.color, ls=line.linestyle, lw=2.0, zorder=9)
    if line.shade:
        edge = axes.get_ylim()[1 if line.shade > 0 else 0]
        axes.fill_between(
            line.x, line.y, edge, facecolor="none", edgecolor=line.color, hatch="////", lw=0, alpha=0.6, zorder=2
        )
    text_along(axes, line.x, line.y, line.label, at=line.at, offset=line.offset, color=line.color)


def _draw_projection(axes: Axes, contour: Contour, label: str, color: str, dashes: Dashes) -> None:
    for part in _segments(contour, 0):
        x, y = _outline(contour, 0, part)
        axes.plot(x, y, color=color, lw=2.0, ls=dashes, zorder=7.5)
        if label:
            text_along(axes, x, y, label, at=0.5, offset=14, color=color, fontsize=14)


def _legend(axes: Axes, contour: Contour, place: Corner, projections: Sequence[str] = ()) -> Legend:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Artist] = [
        Patch(facecolor=COLORS["excluded"], alpha=0.5, edgecolor=COLORS["edge"], label="observed, excluded")
    ]
    if len(contour.low) >= 6:
        handles += [
            Line2D([], [], color=COLORS["expected"], lw=1.6, ls=(0, (5, 3)), label="expected median"),
            Patch(facecolor=COLORS["one_sigma"], label=r"expected $\pm 1\sigma$"),
            Patch(facecolor=COLORS["two_sigma"], label=r"expected $\pm 2\sigma$"),
        ]
    handles += [
        Line2D([], [], color=color, lw=2.0, ls=dashes, label=name)
        for name, (color, dashes) in zip(projections, PROJECTION_STYLES, strict=False)
    ]
    legend: Legend = axes.legend(handles=handles, loc=place, frameon=True, framealpha=0.85, edgecolor="none")
    legend.set_zorder(30)
    return legend
