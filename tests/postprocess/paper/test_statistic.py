"""The reach by exact probabilities and by asymptotic formulas."""

from dataclasses import replace

import numpy as np
import pytest
from support.cards import experiment

from postprocess.limits.exact import upper_limit
from postprocess.output.workspace import asymptotic_limit, build_workspace
from postprocess.paper.statistic import ASYMPTOTIC, EXACT, statistic_rows
from postprocess.scan.jobs import Backend
from postprocess.scan.mass_reach import reach
from postprocess.scan.samples import SampleRequest
from postprocess.signal.counting import limit_model
from semivis_gen.model.point import MassShape

pytestmark = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver is deprecated:DeprecationWarning")
CARD = experiment("na64-2018")


def test_asymptotic_formulas_reach_farther_than_the_counts_allow():
    masses = [MassShape().at(m) for m in (0.35, 0.37, 0.39, 0.41)]
    points = SampleRequest(masses, CARD, events=1000).run(backend=Backend(1))
    exact, asymptotic = statistic_rows(points, CARD, alpha_d=0.1)
    assert (exact.method, asymptotic.method) == (EXACT, ASYMPTOTIC)
    assert exact.reach_GeV == pytest.approx(reach(points, CARD, alpha_d=0.1).value, rel=1e-9)
    model = limit_model(CARD)
    shares = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    assert upper_limit(model, shares) == pytest.approx(np.full(3, exact.limit_events), rel=1e-9)  # nothing was seen
    assert 0.010 < asymptotic.reach_GeV - exact.reach_GeV < 0.020  # GeV
    assert 0.65 < asymptotic.limit_events / exact.limit_events < 0.80
    assert 0 < exact.error_GeV < 0.01


def test_no_signal_has_no_reach():
    points = SampleRequest([MassShape().at(0.4)], CARD, events=500).run(backend=Backend(1))
    weak = [replace(p, rate=p.rate * 1e-6) for p in points]
    exact, asymptotic = statistic_rows(weak, CARD, alpha_d=0.1)
    assert (exact.reach_GeV, asymptotic.reach_GeV, asymptotic.limit_events) == (None, None, None)


def test_what_is_excluded_up_to_the_last_mass_is_so_by_both():
    points = SampleRequest([MassShape().at(m) for m in (0.1, 0.15)], CARD, events=500).run(backend=Backend(1))
    rows = statistic_rows(points, CARD, alpha_d=0.1)
    assert [row.reach_GeV for row in rows] == [0.15, 0.15]


@pytest.mark.parametrize(("signal", "events"), [((1.0, 0.0), 1.51), ((0.5, 0.5), 1.67), ((0.0, 1.0), 1.64)])
def test_asymptotic_limits_in_events(signal, events):
    """Known for this model without uncertainties of the signal, where the exact limit is ln 10 = 2.30 events."""
    model = limit_model(CARD).without()
    assert asymptotic_limit(build_workspace(model, signal)) == pytest.approx(events, abs=0.02)
    assert upper_limit(model, signal) == pytest.approx(np.log(10), rel=1e-5)
