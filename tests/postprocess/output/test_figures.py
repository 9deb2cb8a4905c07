"""Figures: they show their data, take odd contours, and are the same bytes every time."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.path import Path

from postprocess.companions.gminus2 import FERMILAB_2021
from postprocess.companions.landau import landau_bound
from postprocess.limits.contour import Contour
from postprocess.limits.edges import Edges
from postprocess.output.figures import (
    Line,
    acceptance_figure,
    exclusion_figure,
    gminus2_bands,
    k_factor_figure,
    plane_of,
    save_figure,
)
from postprocess.output.labels import Words
from postprocess.output.plane import fitted
from postprocess.output.style import new_axes, style

M = np.geomspace(1e-3, 1.0, 40)
NOTHING = Edges((math.nan,) * 6, (math.nan,) * 6, 0)


def edges(m):
    """Excluded between m / 100 and 3e-3 / m; bands up to a factor 2 weaker."""
    if m > 0.4:
        return NOTHING
    weaker = (1.0, 1.0, 1.0, 1.1, 1.4, 2.0)
    return Edges(tuple(1e-2 * m * w for w in weaker), tuple(3e-3 / m / w for w in weaker), 1)


def contour(x=M, function=edges):
    return Contour.build(x, [function(v) for v in x], x_name="m_aprime_GeV", y_name="epsilon")


def figure4(**options):
    return exclusion_figure(
        contour(),
        label="NA64",
        title=r"$2.84\times10^{11}$ EOT, 90% CL",
        note=[r"$R = 3$"],
        bands=gminus2_bands(M, lattice=True),
        lines=[Line(M, 1e-3 * M, "relic")],
        **options,
    )


def texts(figure):
    return {t.get_text(): t for t in figure.axes[0].texts}


def test_everything_is_labelled():
    figure = figure4(projections=[(contour(), "projection")])
    axes = figure.axes[0]
    wanted = {"semivis", "NA64", "$R = 3$", "relic", "projection", r"$2.84\times10^{11}$ EOT, 90% CL"}
    assert wanted <= set(texts(figure))
    in_legend = {text.get_text() for text in axes.get_legend().get_texts()}
    assert sum("(g-2)" in t for t in {*texts(figure), *in_legend}) == 3
    assert axes.get_legend().get_texts()[0].get_text() == "observed, excluded"
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert "[GeV]" in axes.get_xlabel()


def test_observed_region_is_the_contour():
    axes = figure4().axes[0]
    (region,) = (patch for patch in axes.patches if patch.get_zorder() == 3)
    corners = region.get_xy()
    excluded = M[M <= 0.4]
    assert excluded[-1] < corners[:, 0].max() <= M[M > 0.4][0]  # the tip lies before the first mass that is allowed
    assert corners[:, 1].min() == pytest.approx(1e-2 * excluded[0])


def boxes_of(figure):
    """Corners of all words, turned as they stand [pixels], and the legend."""
    axes, renderer = figure.axes[0], figure.canvas.get_renderer()
    figure.canvas.draw()
    found = {}
    for text in axes.texts:
        angle, (x, y) = math.radians(text.get_rotation()), text.get_transform().transform(text.get_position())
        text.set_rotation(0)
        box = text.get_window_extent(renderer)
        text.set_rotation(math.degrees(angle))
        corners = np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]]) - [x, y]
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        found[text.get_text()] = Path((corners @ turn + [x, y])[[0, 1, 2, 3, 0]])
    box = axes.get_legend().get_window_extent(renderer)
    found["legend"] = Path([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1], [box.x0, box.y0]])
    return found


def crowded(seed):
    """A figure with everything, of random shapes."""
    rng = np.random.default_rng(seed)

    def other(x):
        low = 10 ** rng.uniform(-6, -3) * (x / 0.03) ** rng.uniform(-0.5, 0.8)
        high = 10 ** rng.uniform(-3, -1.5) * (0.03 / x) ** rng.uniform(0.5, 2)
        gone = low > high
        made = [
            Edges((math.nan,), (math.nan,), 0) if g else Edges((a,), (b,), 1)
            for a, b, g in zip(low, high, gone, strict=True)
        ]
        return Contour.build(x, made, x_name="m_aprime_GeV", y_name="epsilon")

    return exclusion_figure(
        contour(), label="NA64 2016-2018", title="EOT", note=["$R = 3$", "$f = 0.4$"], bands=gminus2_bands(M),
        lines=[Line(M, 5e-3 * M, "thermal relic")], projections=[(other(M), "projection")],
        companions=[(other(M), name) for name in ("E137", "CHARM", "NuCal", "BaBar")], source="others: recast",
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_no_word_touches_another_one_or_a_foreign_curve(seed):
    figure = crowded(seed)
    boxes = boxes_of(figure)
    names = list(boxes)
    for i, name in enumerate(names):
        for other in names[:i]:
            assert not boxes[name].intersects_path(boxes[other]), (name, other)
    in_legend = {text.get_text() for text in figure.axes[0].get_legend().get_texts()}
    for name in ("E137", "CHARM", "NuCal", "BaBar", "thermal relic", "projection"):
        assert (name in boxes) != (name in in_legend), name  # once
    for line in figure.axes[0].lines:
        points = figure.axes[0].transData.transform(line.get_xydata())
        known = np.isfinite(points).all(axis=1)
        for part in np.split(points, np.flatnonzero(~known)):
            curve = Path(part[np.isfinite(part).all(axis=1)])
            for name in {*names} - {"legend", "$R = 3$\n$f = 0.4$", "semivis", "EOT"}:
                assert len(curve) < 2 or not boxes[name].intersects_path(curve, filled=False), name


def test_label_lies_inside_the_region_and_off_the_band():
    x, y = texts(figure4())["NA64"].get_position()
    assert 1e-2 * x < y < 3e-3 / x
    band = gminus2_bands(np.array([x]))[0]
    assert y < band.low[0] or y > band.high[0]


def test_labels_follow_curves_and_are_never_upside_down():
    with style():
        _, axes = new_axes(x_label="x", y_label="y", x_range=(1, 1e3), y_range=(1, 1e3))
        words, x = Words(axes), np.geomspace(1, 1e3, 50)
        for slope in (1, -1):
            y = np.sqrt(1e3) * (x / np.sqrt(1e3)) ** slope
            assert words.along([(x, y)], "t")
            assert words.along([(x[::-1], y[::-1])], "t")
        assert not words.along([(x, 1e9 * x)], "out of the frame")
        assert not words.along([(x[:2], x[:2])], "a word that is longer than its curve")
    rotations = [t.get_rotation() for t in axes.texts]
    box = axes.bbox
    angle = math.degrees(math.atan2(box.height, box.width))
    assert rotations == pytest.approx([angle, angle, 360 - angle, 360 - angle], abs=0.1)


def test_a_word_without_room_is_in_the_legend():
    narrow = Line(np.array([0.5, 0.55]), np.array([1e-5, 1e-5]), "a line too short for its name")
    figure = exclusion_figure(contour(), label="NA64", lines=[narrow])
    assert narrow.label in {text.get_text() for text in figure.axes[0].get_legend().get_texts()}
    assert narrow.label not in texts(figure)


def test_axes_fit_what_is_drawn():
    plane = fitted([contour(np.geomspace(0.03, 0.3, 9))])
    assert plane.x_range == pytest.approx((0.02, 0.5))
    assert plane.y_range == pytest.approx((1e-4, 1e-1))  # 3e-4 and 0.1, a factor two around, at most 0.1
    far = contour(function=lambda _: Edges((2e-7,), (1e-5,), 1))
    assert fitted([contour(), far]).y_range[0] == pytest.approx(1e-7)
    assert fitted([contour(function=lambda _: NOTHING)]).y_range == plane_of(contour()).y_range
    splitting = Contour.build([0.1], [Edges((0.1,), (0.29,), 1)], x_name="m_chi1_GeV", y_name="splitting")
    assert fitted([splitting]).y_range == pytest.approx((0.0, 0.4))


def test_the_frame_makes_room_for_the_legend():
    everywhere = contour(function=lambda _: Edges((2e-6,), (0.2,), 1))
    lines = [Line(M, np.full_like(M, y), "") for y in np.geomspace(2e-6, 0.09, 30)]
    figure = exclusion_figure(everywhere, label="NA64", lines=lines)
    axes = figure.axes[0]
    assert axes.get_ylim()[0] < fitted([everywhere]).y_range[0]
    box = axes.get_legend().get_window_extent(figure.canvas.get_renderer())
    assert axes.transData.transform((0.1, 2e-6))[1] > box.y1


def open_edges(m):
    return Edges((1e-5,) * 6, (1e-2 / m,) * 6, 1, "both" if m < 0.1 else "low")


@pytest.mark.parametrize(
    "odd",
    [
        contour(function=lambda _: NOTHING),
        contour(function=open_edges),
        contour(function=lambda m: NOTHING if 0.01 < m < 0.1 else edges(m)),
        contour(x=np.array([0.1]), function=lambda _: Edges((1e-3,), (1e-2,), 1)),
        Contour.build(M, [Edges((1e-3,), (1e-2,), 1)] * len(M), x_name="m", y_name="e"),
    ],
    ids=["nothing", "open", "two parts", "one point", "no bands"],
)
def test_odd_contours_are_drawn(odd):
    plane = plane_of(contour()) if odd.x_name == "m" else None
    figure = exclusion_figure(odd, plane, label="NA64")
    figure.canvas.draw()


def test_other_planes():
    m = np.geomspace(5e-3, 1, 30)
    bound = Line(m, landau_bound(m), "Landau pole", shade=1)
    alpha_d = Contour.build(m, [edges(v) for v in m], x_name="m_aprime_GeV", y_name="alpha_d")
    exclusion_figure(alpha_d, label="NA64", lines=[bound])
    splitting = Contour.build(m, [edges(v) for v in m], x_name="m_chi1_GeV", y_name="splitting")
    figure = exclusion_figure(splitting, label="NA64", note=["x"])
    assert figure.axes[0].get_yscale() == "linear"


def test_bands_are_those_of_the_measurement():
    after, before = gminus2_bands(M)
    assert after.high == pytest.approx(FERMILAB_2021.epsilon(M, n_sigma=2))
    assert (before.low < after.low).all()
    assert (before.high > after.high).all()


def test_k_map_with_a_closed_corner():
    f = np.linspace(0.05, 0.9, 12)
    k = np.clip(0.8 - 0.4 * f[:, None] + 0.05 * np.log(M), 0, 1)
    k[0, :5] = math.nan
    figure = k_factor_figure(M, f, k, title="R = 3")
    figure.canvas.draw()
    assert figure.axes[0].get_ylim() == (f[0], f[-1])


def test_acceptance_curves_are_the_tables():
    ctau = np.geomspace(1, 1e5, 30)
    values = np.stack([np.exp(-100 / ctau) / ctau, np.exp(-200 / ctau)], axis=1)
    values[0, 0] = 0.0
    table = SimpleNamespace(ctau_mm=ctau, acceptance=values, error=0.1 * values, signatures=("S1", "S2"))
    figure = acceptance_figure([(table, "0.1 GeV"), (table, "0.2 GeV")], note=["R = 3"])
    figure.canvas.draw()
    lines = figure.axes[0].lines
    assert len(lines) == 4
    assert lines[1].get_ydata() == pytest.approx(values[:, 1])
    assert len(lines[0].get_xdata()) == 29


def test_files_are_the_same_every_time(tmp_path):
    for name in ("a", "b"):
        png, pdf = save_figure(figure4(), tmp_path / f"{name}.x")
        assert (png.name, pdf.name) == (f"{name}.x.png", f"{name}.x.pdf")
    for suffix in (".png", ".pdf"):
        first, second = ((tmp_path / f"{name}.x{suffix}").read_bytes() for name in ("a", "b"))
        assert first == second
        assert b"CreationDate" not in first
