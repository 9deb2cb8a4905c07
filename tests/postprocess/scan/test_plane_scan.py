"""Planes: the points they sample, what they keep, and a whole scan in one call."""

import math

import numpy as np
import pytest

from postprocess.experiment.schema import load_experiment
from postprocess.limits.contour import Contour
from postprocess.scan.exclusion import exclude_epsilon
from postprocess.scan.jobs import Backend
from postprocess.scan.plane_scan import scan_plane
from postprocess.scan.planes import PlaneName, ScanSettings, held_fixed, plane_points
from postprocess.scan.samples import SampleRequest
from semivis_gen.errors import ParameterError, SemivisWarning
from semivis_gen.model.point import MassShape

SMALL = ScanSettings(MassShape(2.5, 0.3), masses=3, m_min=0.1, m_max=0.4, splittings=4, events=200)
HERE = Backend(1)


def test_a_plane_scans_what_it_scans_and_keeps_the_rest():
    for plane in (PlaneName.M_EPS, PlaneName.M_ALPHA_D):
        found = plane_points(plane, SMALL)
        assert {p.shape for p in found} == {SMALL.shape}
        assert [p.m_aprime for p in found] == pytest.approx([0.1, 0.2, 0.4])
    found = plane_points(PlaneName.M1_F, SMALL)
    assert {p.ratio for p in found} == {2.5}
    assert [p.splitting for p in found[:4]] == pytest.approx(np.geomspace(0.015, 0.49, 4))
    assert [p.m_aprime for p in found] == pytest.approx(np.repeat([0.1, 0.2, 0.4], 4))


@pytest.mark.parametrize("ratio", [2.001, 2.5, 3.0, 20.0])
def test_splittings_ascend_to_where_aprime_closes(ratio):
    found = plane_points(PlaneName.M1_F, ScanSettings(MassShape.halfway(ratio), masses=1))
    splittings = np.array([p.splitting for p in found])
    assert (np.diff(splittings) > 0).all()
    assert splittings[-1] == pytest.approx(0.98 * (ratio - 2))
    assert splittings[0] == pytest.approx(0.03 * min(ratio - 2, 1))


def test_words_for_what_is_kept():
    assert held_fixed(PlaneName.M_EPS, SMALL) == "R = 2.5, f = 0.3, alpha_D = 0.1"
    assert "alpha_D" not in held_fixed(PlaneName.M_ALPHA_D, SMALL)
    assert "f =" not in held_fixed(PlaneName.M1_F, SMALL)


def test_one_call_is_points_samples_and_contour(tmp_path):
    found = scan_plane("na64-2018", SMALL, backend=HERE)
    card = load_experiment("na64-2018")
    points = SampleRequest(plane_points(PlaneName.M_EPS, SMALL), card, events=200).run(backend=HERE)
    expected = exclude_epsilon(points, card, alpha_d=0.1)
    assert [p.masses for p in found.points] == [p.masses for p in points]
    assert np.array_equal(found.contour.low, expected.low, equal_nan=True)
    found.contour.to_csv(tmp_path / "limit.csv", comments=found.remarks)
    assert "R = 2.5, f = 0.3, alpha_D = 0.1" in (tmp_path / "limit.csv").read_text()
    assert Contour.from_csv(tmp_path / "limit.csv").x == pytest.approx(expected.x)


def test_bad_input_is_one_clear_line():
    with pytest.raises(ParameterError, match="no plane 'm-x': take one of m-eps, m-alphaD, m1-f"):
        scan_plane("na64-2018", SMALL, plane="m-x", backend=HERE)
    with pytest.raises(ParameterError, match="na64-2018 has no mode 'seen'"):
        scan_plane("na64-2018", SMALL, mode="seen", backend=HERE)
    for low, high in ((0.4, 0.1), (0.0, 0.1), (0.1, math.inf), (math.nan, 0.1)):
        with pytest.raises(ParameterError, match="take 0 < m_min < m_max"):
            ScanSettings(m_min=low, m_max=high)
    with pytest.raises(ParameterError, match="alpha_D = 13"):
        scan_plane("na64-2018", ScanSettings(alpha_d=13.0), backend=HERE)


def test_the_landau_pole_of_the_lightest_mass_warns_where_alpha_d_is_kept():
    settings = ScanSettings(alpha_d=0.5, masses=2, m_min=0.05, m_max=0.4, splittings=2, events=100)
    with pytest.warns(SemivisWarning) as caught:
        scan_plane("na64-2018", settings, backend=HERE)
    assert [str(w.message).split(" reaches")[0] for w in caught] == ["alpha_D = 0.5 at m_A' = 0.05 GeV"]
    scan_plane("na64-2018", settings, plane="m-alphaD", backend=HERE)  # warnings are errors
