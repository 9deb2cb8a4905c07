"""Statements of the summary against what they must be for known contours and samples."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from support.cards import experiment

from postprocess.companions.gminus2 import FERMILAB_2021
from postprocess.limits.contour import Contour
from postprocess.limits.edges import Edges
from postprocess.paper.summary import excluded_range, k_factor, radiative_correction
from postprocess.scan.exclusion import exclude_epsilon, with_exposure
from postprocess.scan.jobs import Backend
from postprocess.scan.mass_reach import reach
from postprocess.scan.samples import SampleRequest
from semivis_gen.constants import ALPHA
from semivis_gen.model.point import DarkMasses, MassShape

CARD = experiment("na64-2018")


@pytest.fixture(scope="module")
def points():
    masses = [MassShape().at(m) for m in np.linspace(0.3, 0.46, 6)]
    return SampleRequest(masses, CARD, events=2000).run(backend=Backend(1))


@pytest.fixture(scope="module")
def contour(points):
    return exclude_epsilon(points, CARD, alpha_d=0.1)


def test_reach_is_where_the_line_leaves_the_exclusion(points, contour):
    found = reach(points, CARD, alpha_d=0.1)
    line = float(FERMILAB_2021.epsilon(found.value))
    upper = np.exp(np.interp(found.value, contour.x, np.log(contour.high[0])))
    assert line == pytest.approx(upper, rel=0.02)
    assert 0 < found.error < 0.01


def test_error_of_the_reach_falls_with_the_sample(points):
    larger = SampleRequest([p.masses for p in points], CARD, events=18_000, seed=2).run(backend=Backend(1))
    small, large = (reach(group, CARD, alpha_d=0.1) for group in (points, larger))
    assert small.error / large.error == pytest.approx(3.0, rel=0.5)
    assert abs(small.pull(large)) < 4


def test_more_signal_excludes_more(points, contour):
    groups = (with_exposure(points, factor) for factor in (0.95, 1.05))
    lower, higher = (exclude_epsilon(group, CARD, alpha_d=0.1, bands=False) for group in groups)
    known = np.isfinite(lower.high[0])
    assert (lower.high[0] <= higher.high[0])[known].all()
    assert (lower.low[0] >= higher.low[0])[known].all()
    assert _last_crossing(lower) < _last_crossing(contour) < _last_crossing(higher)
    assert _last_crossing(contour) == pytest.approx(reach(points, CARD, alpha_d=0.1).value, rel=6e-3)  # 32 MeV apart


def _last_crossing(contour):
    return max(c.x for c in contour.crossing_with(FERMILAB_2021.epsilon) if c.leaving)


def test_a_line_that_is_not_excluded_has_no_reach(points, contour):
    assert contour.crossing_with(lambda m: np.full_like(m, 1e-6)) == []
    none = [replace(p, rate=p.rate * 1e-9) for p in points]
    assert reach(none, CARD, alpha_d=0.1) is None


def test_k_factor_needs_no_couplings():
    assert k_factor(DarkMasses(0.3, 3.0, 0.4)) == pytest.approx(0.642220, abs=1e-6)


def test_radiative_corrections_are_per_cents_and_grow_with_the_momentum_transfer():
    small, large = (radiative_correction(DarkMasses(m, 3.0, 0.4)) for m in (0.03, 0.3))
    assert large == pytest.approx(2 * 0.00546, rel=2e-3)  # Delta alpha(40 MeV) = alpha/(3 pi) [2 ln(40/0.511) - 5/3]
    assert large - small == pytest.approx(4 * ALPHA / (3 * np.pi) * np.log(10))
    assert radiative_correction(DarkMasses(0.008, 3.0, 0.4)) == 0.0


@dataclass(frozen=True)
class Decaying:
    masses: DarkMasses


def test_the_range_of_epsilon_says_where_it_is():
    edges = [(1e-5, 0.5, "high"), (3e-5, 0.4, "high"), (1e-4, 0.04, ""), (2e-4, 0.01, "")]
    found = [Edges((low,), (high,), 1, end, 0.01 * low, 0.02 * high) for low, high, end in edges]
    x = [0.004, 0.01, 0.1, 0.4]  # chi2 is stable at the first
    contour = Contour.build(x, found, x_name="m_aprime_GeV", y_name="epsilon")
    low, high = excluded_range(contour, [Decaying(DarkMasses(m)) for m in x], 0.02).values()
    assert (low.value, low.error) == (3e-5, pytest.approx(3e-7))
    assert "0.01 GeV" in low.note
    assert (high.value, high.error, high.comparable) == (0.4, None, False)
    assert "scan ends" in high.uncertain
    assert "edge at 0.2 GeV" in high.published  # ln x halfway: the edge falls from 0.04 to 0.01 as m^-1


def test_nothing_excluded_has_no_range(points, contour):
    none = exclude_epsilon([replace(p, rate=p.rate * 1e-9) for p in points], CARD, alpha_d=0.1)
    assert [one.value for one in excluded_range(none, points, 0.02).values()] == [None, None]
