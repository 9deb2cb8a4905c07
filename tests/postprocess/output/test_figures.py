"""Figures: they show their data, take odd contours, and are the same bytes every time."""

import math
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from postprocess.companions.gminus2 import FERMILAB_2021
from postprocess.companions.landau import landau_bound
from postprocess.limits.contour import Contour
from postprocess.limits.edges import Edges
from postprocess.output.exclusion_plot import _outline
from postprocess.output.figures import (
    Line,
    acceptance_figure,
    exclusion_figure,
    gminus2_bands,
    k_factor_figure,
    plane_of,
    save_figure,
)
from postprocess.output.style import new_axes, style, text_along

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
        plane_of("m-eps"),
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
    assert sum("(g-2)" in t for t in texts(figure)) == 3
    assert axes.get_legend().get_texts()[0].get_text() == "observed, excluded"
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert "[GeV]" in axes.get_xlabel()


def test_observed_region_is_the_contour():
    axes = figure4().axes[0]
    region = max(
        (c for c in axes.collections if isinstance(c, PolyCollection) and c.get_zorder() == 3),
        key=lambda c: len(c.get_paths()[0].vertices),
    )
    corners = region.get_paths()[0].vertices
    excluded = M[M <= 0.4]
    assert corners[:, 0].max() == pytest.approx(excluded[-1])
    assert corners[:, 1].min() == pytest.approx(1e-2 * excluded[0])


def test_label_lies_inside_the_region_and_off_the_band():
    x, y = texts(figure4())["NA64"].get_position()
    assert 1e-2 * x < y < 3e-3 / x
    band = gminus2_bands(np.array([x]))[0]
    assert y < band.low[0] or y > band.high[0]


def test_labels_follow_curves_and_are_never_upside_down():
    with style():
        _, axes = new_axes(x_label="x", y_label="y", x_range=(1, 1e3), y_range=(1, 1e3))
        for slope in (1, -1):
            x = np.geomspace(1, 1e3, 50)
            text_along(axes, x, np.sqrt(1e3) * (x / np.sqrt(1e3)) ** slope, "t")
            text_along(axes, x[::-1], np.sqrt(1e3) * (x[::-1] / np.sqrt(1e3)) ** slope, "t")
        text_along(axes, x, 1e9 * x, "out of the frame")
    rotations = [t.get_rotation() for t in axes.texts]
    box = axes.bbox
    angle = math.degrees(math.atan2(box.height, box.width))
    assert rotations == pytest.approx([angle, angle, 360 - angle, 360 - angle], abs=0.1)


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
    figure = exclusion_figure(odd, plane_of("m-eps"), label="NA64")
    figure.canvas.draw()


def drawn_pieces(opened, curve=0):
    """Pieces of the observed outline, as lists of (x, y), where some upper edges are the end of the scan at 1."""
    x = np.arange(1.0, 6.0)
    flags = ["high" if i in opened else "" for i in range(5)]
    made = [Edges((0.1,) * 6, (1.0 if f else 0.5,) * 6, 1, f) for f in flags]
    outline = _outline(Contour.build(x, made, x_name="m_aprime_GeV", y_name="epsilon"), curve, slice(0, 5))
    pieces, piece = [], []
    for a, b in zip(*outline, strict=True):
        if math.isnan(b):
            pieces, piece = ([*pieces, piece] if len(piece) > 1 else pieces), []
        else:
            piece.append((float(a), float(b)))
    return [*pieces, piece] if len(piece) > 1 else pieces


@pytest.mark.parametrize("curve", [0, 3])
@pytest.mark.parametrize("opened", [(), (0,), (2,), (4,), (1, 2), (0, 1, 2, 3, 4), (1, 3)])
def test_no_line_joins_ends_of_the_scan(opened, curve):
    pieces = drawn_pieces(opened, curve)
    joined = [pair for piece in pieces for pair in pairwise(piece)]
    assert not any(a[1] == b[1] == 1.0 for a, b in joined)
    upper = sorted(sorted(pair) for pair in joined if min(pair[0][1], pair[1][1]) > 0.2)
    wanted = [i for i in range(4) if not {i, i + 1} <= set(opened)]  # all others are there
    assert [pair[0][0] for pair in upper] == [i + 1.0 for i in wanted]
    assert sum(pair[0][1] == pair[1][1] == 0.1 for pair in joined) == 4  # the whole lower edge
    for piece in pieces:  # a line up to the end of the scan stops there
        assert all(y < 1.0 for _, y in piece[1:-1])


def test_other_planes():
    m = np.geomspace(5e-3, 1, 30)
    bound = Line(m, landau_bound(m), "Landau pole", shade=1)
    exclusion_figure(contour(m), plane_of("m-alphaD"), label="NA64", lines=[bound], legend_place="lower left")
    figure = exclusion_figure(contour(m), plane_of("m1-f"), label="NA64", note=["x"], note_place=(0.97, 0.9))
    assert figure.axes[0].get_yscale() == "linear"
    assert texts(figure)["x"].get_ha() == "right"


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
