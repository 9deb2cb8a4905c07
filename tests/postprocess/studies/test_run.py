"""Impact of uncertainties, answers and cuts: limits in which the result is known."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import poisson
from support.cards import experiment

from postprocess.companions.gminus2 import FERMILAB_2021
from postprocess.experiment.schema import Mode
from postprocess.limits.exact import upper_limit
from postprocess.limits.mean import mean_expected_limit
from postprocess.limits.model import LimitModel
from postprocess.paper.summary import k_factor
from postprocess.scan.exclusion import exclude_epsilon, signal
from postprocess.scan.jobs import Backend
from postprocess.scan.mass_reach import reach, shifted_contours
from postprocess.scan.samples import SampleRequest
from postprocess.signal.counting import limit_model
from postprocess.studies.answers import exact_against_constant_k, reach_rows
from postprocess.studies.impact import impact_table
from postprocess.studies.muons import largest_muon_share
from postprocess.tables import write_rows
from semivis_gen.constants import M_ELECTRON, M_MUON
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.widths import gamma_chi2_lepton

CARD = experiment("na64-2018")
HERE = Backend(1)


@pytest.fixture(scope="module")
def points():
    grid = [(float(m), [0.4]) for m in np.linspace(0.32, 0.42, 5)]
    return SampleRequest.of_splittings(grid, CARD, ratio=3.0, events=1500, seed=1).run(backend=HERE)


def test_without_any_uncertainty_the_reach_is_where_2_3026_events_are_expected(points):
    rows = {row.name: row for row in impact_table(points, CARD, alpha_d=0.1)}
    found = rows["all"].reach_GeV
    model = limit_model(CARD)
    line = FERMILAB_2021.epsilon(np.array([p.masses.m_aprime for p in points]))
    expected = [signal(p, CARD, model, alpha_d=0.1, epsilon=float(e)).sum() for p, e in zip(points, line, strict=True)]
    masses = np.array([p.masses.m_aprime for p in points])
    crossing = np.exp(np.interp(-np.log(2.302585), -np.log(expected), np.log(masses)))
    assert found == pytest.approx(crossing, rel=3e-3)
    assert rows["the card as it is"].reach_GeV <= rows["efficiencies"].reach_GeV <= found
    for row in rows.values():
        if row.size is not None:
            assert row.reach_signal_low_GeV < rows["the card as it is"].reach_GeV < row.reach_signal_high_GeV


def test_the_exact_k_as_a_constant_changes_nothing(points):
    (point,) = points[2:3]
    exact = exclude_epsilon([point, point], CARD, alpha_d=0.1)
    shifted = shifted_contours([point, point], CARD, exact, alpha_d=0.1)
    k = k_factor(point.masses)
    for row in exact_against_constant_k([point, point], CARD, exact, shifted, alpha_d=0.1, k_factor=k):
        assert row.epsilon_low_k == pytest.approx(row.epsilon_low, rel=1e-9)
        assert row.epsilon_high_k == pytest.approx(row.epsilon_high, rel=1e-9)


def test_reach_over_shapes_is_that_of_each_alone(points):
    grid = tuple((p.masses.m_aprime, ((3.0, 0.4), (3.0, 0.45))) for p in points)
    shaped = SampleRequest(grid, CARD, Mode.SEMIVISIBLE, events=1500, seed=1).run(backend=HERE)
    first, second = reach_rows(shaped, CARD, alpha_d=0.1)
    assert (first.ratio, first.splitting) == (3.0, 0.4)
    assert first.reach == reach(points, CARD, alpha_d=0.1)
    assert second.reach.value < first.reach.value  # shorter flight


def test_muons_are_closed_below_two_muon_masses(points):
    contour = exclude_epsilon(points, CARD, alpha_d=0.1)
    assert contour.excluded.all()
    assert largest_muon_share(points, contour) == 0.0


def test_the_share_of_muons_is_that_of_the_heaviest_excluded_mass(points):
    """Only the masses of a point count: Delta = 0.79 m_A' lies above two muon masses for all."""
    contour = exclude_epsilon(points[:3], CARD, alpha_d=0.1)
    open_ = [replace(p, masses=DarkMasses(p.masses.m_aprime, 10.0, 7.9)) for p in points]
    electrons, muons = (float(gamma_chi2_lepton(open_[2].masses, 0.1, 1e-3, m)) for m in (M_ELECTRON, M_MUON))
    assert muons / electrons > 0.01
    assert largest_muon_share(open_, contour) == pytest.approx(muons / (electrons + muons), rel=1e-9)
    assert largest_muon_share(open_[3:], contour) == 0.0  # none of them is excluded


def test_mean_expected_limit_is_that_of_the_observation_without_background():
    model = LimitModel(background=(0.0,), background_error=(0.0,), observed=(0,))
    assert mean_expected_limit(model, (1.0,)) == pytest.approx(float(upper_limit(model, [1.0])), rel=1e-9)
    more = LimitModel(background=(0.5,), background_error=(0.0,), observed=(0,))
    assert mean_expected_limit(more, (1.0,)) > 2.31


def test_mean_expected_limit_is_one_on_the_strength():
    model = limit_model(CARD)
    once, twice = mean_expected_limit(model, (0.3, 0.7)), mean_expected_limit(model, (0.6, 1.4))
    assert once / twice == pytest.approx(2.0, rel=1e-12)
    assert mean_expected_limit(model, (0.3, 0.0)) > once  # throwing signal away is never better


def test_mean_expected_limit_counts_all_outcomes_of_a_large_background():
    # without uncertainties and for one bin CLs is Poisson; the mean over n is summed up to where nothing is left
    b = 6.0
    model = LimitModel(background=(b,), background_error=(0.0,), observed=(0,))
    n = np.arange(40)
    limits = [float(upper_limit(replace(model, observed=(int(k),)), [1.0])) for k in n]
    assert mean_expected_limit(model, (1.0,)) == pytest.approx(np.dot(poisson.pmf(n, b), limits), rel=2e-3)


def test_rows_as_csv(tmp_path):
    write_rows([{"a": 1.5, "b": None}, {"a": 2.0, "b": "x"}], tmp_path / "t.csv", title="numbers")
    with (tmp_path / "t.csv").open() as stream:
        assert stream.readline() == "# numbers\n"
        assert list(csv.DictReader(stream)) == [{"a": "1.5", "b": ""}, {"a": "2", "b": "x"}]
