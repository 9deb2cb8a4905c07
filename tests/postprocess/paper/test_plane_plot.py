"""The figure of a plane says what it holds fixed, how much beam it stands for, and shows what the plane has."""

import numpy as np
import pytest
from support.cards import experiment

from postprocess.limits.contour import Contour
from postprocess.limits.edges import Edges
from postprocess.paper.plane_plot import exposure, plane_figure, plane_note, power
from postprocess.paper.relic_lines import RelicLine
from postprocess.scan.planes import PlaneName, ScanSettings
from semivis_gen.model.point import MassShape

SETTINGS = ScanSettings(MassShape(3.5, 0.1), alpha_d=0.5)


def contour(plane):
    x = np.geomspace(1e-2, 0.3, 9)
    x_name, y_name = plane.axes
    return Contour.build(x, [Edges((1e-3,) * 6, (0.1,) * 6, 1)] * 9, x_name=x_name, y_name=y_name)


def test_exposures():
    assert exposure(experiment("na64-2018")) == r"$2.84 \times 10^{11}$ EOT, 90% CL"
    assert exposure(experiment("charm")).endswith("POT, 90% CL")
    assert power(1e13) == "$10^{13}$"


@pytest.mark.parametrize(
    ("plane", "note"),
    [
        (PlaneName.M_EPS, ["$R = 3.5$", "$f = 0.1$", r"$\alpha_D = 0.5$"]),
        (PlaneName.M_ALPHA_D, ["$R = 3.5$", "$f = 0.1$", r"$\epsilon$ from $(g-2)_\mu$"]),
        (PlaneName.M1_F, ["$R = 3.5$", r"$\alpha_D = 0.5$", r"$\epsilon$ from $(g-2)_\mu$"]),
    ],
)
def test_every_plane_says_what_it_holds_fixed(plane, note):
    assert plane_note(plane, SETTINGS) == note
    relic = RelicLine(plane, np.array([0.01, 0.1, 0.3]), np.array([0.01, 0.03, 0.05]))
    figure = plane_figure(plane, contour(plane), SETTINGS, label="mine", title="1 EOT, 90% CL", relic=relic)
    axes = figure.axes[0]
    shown = {text.get_text() for text in (*axes.texts, *axes.get_legend().get_texts())}
    assert {"\n".join(note), "1 EOT, 90% CL", "mine", "thermal relic"} <= shown
    assert any("(g-2)" in text and "2021" in text for text in shown) == (plane is PlaneName.M_EPS)


def test_a_relic_line_of_no_points_is_none():
    nowhere = RelicLine(PlaneName.M_EPS, np.array([0.01, 0.1]), np.array([np.nan, 0.03]))
    figure = plane_figure(PlaneName.M_EPS, contour(PlaneName.M_EPS), SETTINGS, label="mine", title="", relic=nowhere)
    axes = figure.axes[0]
    assert "thermal relic" not in {text.get_text() for text in (*axes.texts, *axes.get_legend().get_texts())}
