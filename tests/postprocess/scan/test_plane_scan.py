"""Planes: the points they sample, what they keep, and a whole scan in one call."""

import math

import numpy as np
import pytest

from postprocess.experiment.schema import load_experiment
from postprocess.limits.contour import Contour
from postprocess.scan.exclusion import exclude_epsilon
from postprocess.scan.jobs import Backend
from postprocess.scan.plane_scan import scan_plane
from postprocess.scan.planes import PlaneName, ScanSettings, edges_of, held_fixed, plane_points
from postprocess.scan.samples import SampleRequest
from postprocess.scan.store import PointStore
from semivis_gen.errors import ParameterError, SemivisWarning
from semivis_gen.model.point import MassShape

SMALL = ScanSettings(
    MassShape(2.5, 0.3), masses=3, m_min=0.1, m_max=0.4, splittings=4, events=200, refine=False, precision=math.inf
)
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


def test_a_scan_grows_where_it_must_and_goes_on_where_it_stopped(tmp_path):
    settings = ScanSettings(masses=3, m_min=0.2, m_max=0.6, events=2000, precision=0.02)
    told = []
    store = PointStore(tmp_path / "points")
    found = scan_plane("na64-2018", settings, backend=HERE, store=store, enlarge=told.append)
    masses = [p.masses.m_aprime for p in found.points]
    assert set(settings.grid) < set(masses)
    assert found.contour.x == pytest.approx(masses)
    excluded = found.contour.excluded
    assert found.contour.x[~excluded].min() / found.contour.x[excluded].max() < 1.011
    assert 0.41 < found.contour.x[excluded].max() < 0.44
    events = [p.table.events for p in found.points]
    assert min(events) == 2000
    sizes = [e.relative_error for e in _edges(found) if not e.doubt]
    assert max(sizes) < 0.02
    assert max(events) > 2000  # that took more of them
    assert (found.uncertain, found.in_doubt, found.complaints) == ({}, (), ())
    assert sum(told) == len(list((tmp_path / "points").iterdir())) - 3
    files = {p.name for p in (tmp_path / "points").iterdir()}
    sorted((tmp_path / "points").iterdir())[0].unlink()
    again = scan_plane("na64-2018", settings, backend=Backend(2), store=store)
    assert {p.name for p in (tmp_path / "points").iterdir()} == files
    for name in ("x", "low", "high", "low_error", "high_error"):  # the same bits by two workers
        assert np.array_equal(getattr(found.contour, name), getattr(again.contour, name), equal_nan=True)


def _edges(found):
    return [edges_of(found.plane, [p], found.experiment, found.settings, mode=found.mode) for p in found.points]


def test_what_stays_uncertain_is_said(tmp_path):
    settings = ScanSettings(mass_list=(0.4, 0.3), events=100, refine=False, precision=1e-3)
    with pytest.warns(SemivisWarning, match=r"edges at m_A' = 0.3, 0.4 GeV are uncertain by up to .* take more --even"):
        found = scan_plane("na64-2018", settings, backend=HERE)
    assert [p.masses.m_aprime for p in found.points] == [0.3, 0.4]
    assert {p.table.events for p in found.points} == {6400}
    assert list(found.uncertain) == [0.3, 0.4]
    assert 1e-3 < max(found.uncertain.values()) < 0.03
    found.contour.to_csv(tmp_path / "limit.csv", comments=found.remarks)
    assert "# edges at m_A' = 0.3, 0.4 GeV are uncertain by up to" in (tmp_path / "limit.csv").read_text()


def test_bad_input_is_one_clear_line():
    with pytest.raises(ParameterError, match="no plane 'm-x': take one of m-eps, m-alphaD, m1-f"):
        scan_plane("na64-2018", SMALL, plane="m-x", backend=HERE)
    with pytest.raises(ParameterError, match="na64-2018 has no mode 'seen'"):
        scan_plane("na64-2018", SMALL, mode="seen", backend=HERE)
    for low, high in ((0.4, 0.1), (0.0, 0.1), (0.1, math.inf), (math.nan, 0.1)):
        with pytest.raises(ParameterError, match="take 0 < m_min < m_max"):
            ScanSettings(m_min=low, m_max=high)
    for precision in (0.0, -0.1, math.nan):
        with pytest.raises(ParameterError, match="must be positive"):
            ScanSettings(precision=precision)
    with pytest.raises(ParameterError, match="alpha_D = 13"):
        scan_plane("na64-2018", ScanSettings(alpha_d=13.0), backend=HERE)


def test_the_landau_pole_of_the_lightest_mass_warns_where_alpha_d_is_kept():
    settings = ScanSettings(
        alpha_d=0.5, masses=2, m_min=0.05, m_max=0.4, splittings=2, events=100, refine=False, precision=math.inf
    )
    with pytest.warns(SemivisWarning) as caught:
        scan_plane("na64-2018", settings, backend=HERE)
    assert [str(w.message).split(" reaches")[0] for w in caught] == ["alpha_D = 0.5 at m_A' = 0.05 GeV"]
    scan_plane("na64-2018", settings, plane="m-alphaD", backend=HERE)  # warnings are errors
