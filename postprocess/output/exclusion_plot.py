"""Exclusion figures: observed region, expected bands, companions. Data in, `matplotlib.figure.Figure` out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from postprocess.companions import FERMILAB_2021, LATTICE_2025, PRE_FERMILAB
from postprocess.output.labels import Words
from postprocess.output.outlines import Region, regions
from postprocess.output.plane import Plane, fitted
from postprocess.output.style import COLORS, header, new_axes, style, text_box
from semivis_gen.arrays import FloatArray

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend

    from postprocess.limits import Contour

__all__ = ["Band", "Line", "exclusion_figure", "gminus2_bands"]

Corner = Literal["upper left", "upper right", "lower left", "lower right"]
CORNERS: dict[tuple[int, int], Corner] = {
    (1, 0): "lower right",
    (1, 1): "upper right",
    (0, 0): "lower left",
    (0, 1): "upper left",
}
MEDIAN = (0, (5, 3))
Dashes = tuple[int, tuple[float, ...]]
# of outlines, one after the other: at most these
PROJECTION_STYLES: tuple[tuple[str, Dashes], ...] = (
    (COLORS["line"], (0, (7, 2, 1.5, 2))),
    (COLORS["reference"], (0, (4, 1.5))),
    (COLORS["grey"], (0, (1.5, 1.5))),
)
COMPANION_COLORS = ("#00798c", "#a2543f", "#8a7d1e", "#7a21dd", "#3b5249", "#b0307a", "#5b5b61")
"""Of companions, one after the other."""


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
    shade: int = 0
    """1 hatches the side above the curve as forbidden, -1 below, 0 none."""


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
    places = [(FERMILAB_2021, COLORS["reference"], True), (PRE_FERMILAB, "#c8611a", False)]
    if lattice:
        places.append((LATTICE_2025, COLORS["grey"], False))
    return [
        Band(
            x,
            value.epsilon(x, n_sigma=-2),
            value.epsilon(x, n_sigma=2),
            value.name + (r" $\pm\,2\sigma$" if filled else ""),
            color,
            filled,
        )
        for value, color, filled in places
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
    companions: Sequence[tuple[Contour, str]] = (),
    source: str = "",
) -> Figure:
    """Draw an excluded region with its expectation and companions.

    Parameters
    ----------
    contour : Contour
        Observed (filled) and expected (dashed median, bands around both edges) exclusion.
    plane : Plane, optional
        Axes; those of the contour's plane, as wide as what is drawn, where absent.
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
    companions : sequence of (Contour, str)
        Exclusions of other experiments, lightly filled, each with its name on its outline.
    source : str
        Where those of companions come from, for the legend.

    Returns
    -------
    Figure
        For `save_figure`. Words stand where they touch nothing; those without room are in the legend.
    """
    frame = plane or fitted([contour, *(other for other, _ in (*companions, *projections))])
    with style():
        figure, axes = new_axes(
            x_label=frame.x_label, y_label=frame.y_label, x_range=frame.x_range, y_range=frame.y_range,
            x_log=frame.x_log, y_log=frame.y_log,
        )  # fmt: skip
        several = len(projections) > 1
        words = [_draw_band(axes, band) for band in bands]
        _draw_expected(axes, contour)
        observed = _draw_observed(axes, contour, label)
        for (other, name), color in zip(companions, cycle(COMPANION_COLORS)):
            words.append(_draw_companion(axes, other, name, color))
        for (other, name), (color, dashes) in zip(projections, PROJECTION_STYLES, strict=False):
            words.append(_draw_projection(axes, other, "" if several else name, color, dashes))
        words += [_draw_line(axes, line) for line in lines]
        header(axes, title)
        handles = _handles(contour, source if any(c.excluded.any() for c, _ in companions) else "")
        if several:
            handles += [_line(name, *look) for (_, name), look in zip(projections, PROJECTION_STYLES, strict=False)]
        if plane is None:
            _make_room(axes, [observed, *words], handles)
        _annotate(axes, [observed, *words], handles, note)
    return figure


@dataclass(frozen=True, slots=True, eq=False)
class _Word:
    """A label and the curves it belongs to, as (x, y)."""

    label: str
    curves: Sequence[tuple[FloatArray, FloatArray]]
    color: str
    middle: tuple[FloatArray, FloatArray] | None = None
    """Where it stands best, such as between the edges of a band."""
    regions: Sequence[Region] = ()
    """Inside of which it stands best."""
    dashes: Any = "-"
    """How the curve looks in the legend."""


def _annotate(axes: Axes, words: Sequence[_Word], handles: list[Artist], note: Sequence[str]) -> None:
    """Write all words and boxes where they touch nothing; what finds no room goes into the legend."""
    missing: list[_Word] = []
    before = list(axes.texts)
    for _ in range(2):
        place = _off_curves(axes, words)
        every = [*handles, *(_line(word.label, word.color, word.dashes) for word in missing)]
        corner, _ = place.emptiest(_legend(axes, every), CORNERS)
        place.avoid_box(_legend(axes, every, corner))
        if note:
            box = text_box(axes, note, (0, 1))
            free, _ = place.emptiest(box, [one for one in reversed(CORNERS) if one != corner])
            box.remove()
            place.avoid_box(text_box(axes, note, free))
        lost = [word for word in words if word not in missing and not _write(place, word)]
        if not lost:
            return
        missing += lost
        for text in set(axes.texts) - set(before):
            text.remove()


def _make_room(axes: Axes, words: Sequence[_Word], handles: list[Artist]) -> None:
    """Let the frame begin lower, or end higher where it begins at zero, if the legend would cover a curve."""
    legend, place = _legend(axes, handles), _off_curves(axes, words)
    if place.emptiest(legend, CORNERS)[1] == 0:
        return
    share = legend.get_window_extent().height / axes.bbox.height + 0.05
    low, high = axes.get_ylim()
    if axes.get_yscale() == "log":
        axes.set_ylim(high * (low / high) ** (1 / (1 - share)), high)
    else:
        axes.set_ylim(low, high + (high - low) * share / (1 - share))
    if _off_curves(axes, words).emptiest(legend, CORNERS)[1] > 0:  # curves go on there
        axes.set_ylim(low, high)


def _off_curves(axes: Axes, words: Sequence[_Word]) -> Words:
    place = Words(axes)
    for word in words:
        for curve in word.curves:
            place.avoid_curve(*curve, word.label)
    return place


def _legend(axes: Axes, handles: list[Artist], corner: tuple[int, int] = (1, 0)) -> Legend:
    legend: Legend = axes.legend(
        handles=handles,
        loc=CORNERS[corner],
        frameon=True,
        framealpha=0.85,
        edgecolor="none",
        ncols=1 if len(handles) < 5 else 2,
        columnspacing=1.2,
    )
    legend.set_zorder(30)
    return legend


def _write(place: Words, word: _Word) -> bool:
    """Write one word; nothing to do where no part of its curve is visible."""
    if not word.label or not any(place.is_visible(*curve) for curve in word.curves):
        return True
    look: dict[str, Any] = {"color": word.color}
    if word.regions:
        look |= {"fontsize": 19, "fontweight": "bold"}
        if any(place.in_region(region.polygon, word.label, **look) for region in word.regions):
            return True
    if word.middle is not None and place.along([word.middle], word.label, inside=True, **look):
        return True
    return place.along(word.curves, word.label, **look)


def _draw_observed(axes: Axes, contour: Contour, label: str) -> _Word:
    found = regions(contour)
    for region in found:
        axes.fill(*region.polygon.T, color=COLORS["excluded"], alpha=0.35, lw=0, zorder=3)
        axes.plot(*region.outline.T, color=COLORS["edge"], lw=2.2, zorder=6)
    return _Word(label, _curves(found), COLORS["edge"], regions=sorted(found, key=_width, reverse=True))


def _draw_companion(axes: Axes, contour: Contour, label: str, color: str) -> _Word:
    found = regions(contour)
    for region in found:
        axes.fill(*region.polygon.T, color=color, alpha=0.12, lw=0, zorder=2.5)
        axes.plot(*region.outline.T, color=color, lw=1.8, zorder=5)
    return _Word(label, _curves(found), color)


def _draw_projection(axes: Axes, contour: Contour, label: str, color: str, dashes: Dashes) -> _Word:
    found = regions(contour)
    for region in found:
        axes.plot(*region.outline.T, color=color, lw=2.0, ls=dashes, zorder=7.5)
    return _Word(label, _curves(found), color, dashes=dashes)


def _curves(found: Sequence[Region]) -> list[tuple[FloatArray, FloatArray]]:
    return [(region.outline[:, 0], region.outline[:, 1]) for region in found]


def _width(region: Region) -> float:
    return float(np.log(region.x[-1] / region.x[0]))


def _draw_expected(axes: Axes, contour: Contour) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if len(contour.low) < 6:
        return
    for weak, strong, color, zorder in ((5, 1, "two_sigma", 4.0), (4, 2, "one_sigma", 4.1)):
        # between the exclusion of a lucky and of an unlucky experiment
        outer = [Path(region.polygon, closed=False) for region in regions(contour, strong)]
        inner = [Path(region.polygon[::-1], closed=False) for region in regions(contour, weak)]
        if outer:
            band = Path.make_compound_path(*outer, *inner)
            axes.add_patch(PathPatch(band, facecolor=COLORS[color], lw=0, zorder=zorder))
    for region in regions(contour, 3):
        axes.plot(*region.outline.T, color=COLORS["expected"], lw=1.6, ls=MEDIAN, zorder=7)


def _draw_band(axes: Axes, band: Band) -> _Word:
    floor = axes.get_ylim()[0]
    low = np.maximum(band.low, floor)
    if band.filled:
        axes.fill_between(band.x, low, band.high, color=band.color, alpha=0.30, lw=0, zorder=8)
    dashes: Any = "-" if band.filled else (0, (4, 2))
    edges = [(band.x, band.high), (band.x, np.where(band.low > 0, band.low, np.nan))]
    for edge in edges:
        axes.plot(*edge, color=band.color, lw=1.3, ls=dashes, zorder=8.5)
    return _Word(
        band.label, edges, band.color, middle=(band.x, np.sqrt(low * band.high)) if band.filled else None, dashes=dashes
    )


def _draw_line(axes: Axes, line: Line) -> _Word:
    axes.plot(line.x, line.y, color=line.color, ls=line.linestyle, lw=2.0, zorder=9)
    if line.shade:
        edge = axes.get_ylim()[1 if line.shade > 0 else 0]
        axes.fill_between(
            line.x, line.y, edge, facecolor="none", edgecolor=line.color, hatch="////", lw=0, alpha=0.6, zorder=2
        )
    return _Word(line.label, [(line.x, line.y)], line.color, dashes=line.linestyle)


def _handles(contour: Contour, source: str) -> list[Artist]:
    from matplotlib.patches import Patch

    handles: list[Artist] = [
        Patch(facecolor=COLORS["excluded"], alpha=0.5, edgecolor=COLORS["edge"], label="observed, excluded")
    ]
    if len(contour.low) >= 6:
        handles += [
            _line("expected median", COLORS["expected"], MEDIAN),
            Patch(facecolor=COLORS["one_sigma"], label=r"expected $\pm 1\sigma$"),
            Patch(facecolor=COLORS["two_sigma"], label=r"expected $\pm 2\sigma$"),
        ]
    return handles + ([Patch(facecolor=COLORS["grey"], alpha=0.3, label=source)] if source else [])


def _line(label: str, color: str, dashes: Any) -> Artist:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=color, lw=1.8, ls=dashes, label=label)
