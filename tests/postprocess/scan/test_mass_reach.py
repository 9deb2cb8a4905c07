"""Reach: closed forms of the limit, exposure as a factor on the yield, and where the excluded region ends."""

from dataclasses import replace

import numpy as np
import pytest
from support.cards import experiment

from postprocess.companions.gminus2 import FERMILAB_2021
from postprocess.limits.exact import upper_limit
from postprocess.scan.exclusion import exclude_epsilon, with_exposure
from postprocess.scan.jobs import Backend
from postprocess.scan.mass_reach import mass_of_unit_strength, reach
from postprocess.scan.samples import SampleRequest
from postprocess.scan.signals import signal
from postprocess.signal.chi2_width import constant_k
from postprocess.signal.counting import limit_model
from semivis_gen.model.point import MassShape

CARD = experiment("na64-2018")
MODEL = limit_model(CARD)
SHARP = replace(MODEL, background_error=(0.0, 0.0)).without()


@pytest.fixture(scope="module")
def points():
    masses = [MassShape().at(m) for m in np.linspace(0.32, 0.42, 5)]
    return SampleRequest(masses, CARD, events=1500).run(backend=Backend(1))


def on_line(point, **options):
    epsilon = float(FERMILAB_2021.epsilon(point.masses.m_aprime))
    return signal(point, CARD, MODEL, alpha_d=0.1, epsilon=epsilon, **options)


def test_with_nothing_uncertain_or_observed_the_limit_is_ln_10_and_so_is_the_edge(points):
    assert upper_limit(SHARP, [0.3, 0.7]) == pytest.approx(np.log(10), rel=1e-5)
    contour = exclude_epsilon(points, CARD, alpha_d=0.1, model=SHARP, bands=False)
    assert contour.excluded.all()
    for point, edge in zip(points, contour.high[0], strict=True):
        expected = signal(point, CARD, MODEL, alpha_d=0.1, epsilon=edge).sum()
        assert expected == pytest.approx(np.log(10), rel=2e-3)


def test_twice_the_electrons_is_twice_the_yield(points):
    more = exclude_epsilon(with_exposure(points, 2.0), CARD, alpha_d=0.1, bands=False)
    scaled = exclude_epsilon(points, CARD, alpha_d=0.1, yield_scale=2.0, bands=False)
    assert scaled.low == pytest.approx(more.low, rel=1e-9, nan_ok=True)
    assert scaled.high == pytest.approx(more.high, rel=1e-9, nan_ok=True)
    electrons = CARD.model_copy(update={"exposure": _doubled(CARD)})
    other = exclude_epsilon(points, electrons, alpha_d=0.1, bands=False)
    assert scaled.high == pytest.approx(other.high, rel=1e-9, nan_ok=True)
    found, double = reach(points, CARD, alpha_d=0.1), reach(points, CARD, alpha_d=0.1, yield_scale=2.0)
    assert double.value > found.value
    assert double.value == pytest.approx(reach(with_exposure(points, 2.0), CARD, alpha_d=0.1).value, rel=1e-9)


def _doubled(card):
    electrons = card.exposure.particles_on_target
    return card.exposure.model_copy(
        update={"particles_on_target": electrons.model_copy(update={"value": 2 * electrons.value})}
    )


def test_reach_is_the_mass_of_unit_strength_where_the_region_ends_between_two_masses(points):
    pair = [points[0], replace(points[-1], rate=points[-1].rate * 1e-4)]  # nothing is excluded at the second
    contour = exclude_epsilon(pair, CARD, alpha_d=0.1, bands=False)
    assert contour.excluded.tolist() == [True, False]
    found = reach(pair, CARD, alpha_d=0.1)
    strength = [float(upper_limit(MODEL, on_line(p)) / on_line(p).sum()) for p in pair]
    assert strength[0] < 1 < strength[1]
    share = -np.log(strength[0]) / np.log(strength[1] / strength[0])
    masses = [p.masses.m_aprime for p in pair]
    assert found.value == pytest.approx(masses[0] * (masses[1] / masses[0]) ** share, rel=1e-9)
    assert 0 < found.error < 0.01


def test_reach_at_a_tip_joins_the_one_of_a_crossing(points):
    # the same five masses, ended early: the crossing lies between the third and the fourth
    found = reach(points, CARD, alpha_d=0.1)
    before = [p for p in points if p.masses.m_aprime < found.value]
    after = next(p for p in points if p.masses.m_aprime > found.value)
    ended = [*before, replace(after, rate=after.rate * 0.3)]
    assert before[-1].masses.m_aprime < reach(ended, CARD, alpha_d=0.1).value < found.value


def test_a_wider_chi2_reaches_less_far(points):
    wide = reach(points, CARD, alpha_d=0.1, chi2_width=constant_k(0.8))
    assert wide.value < reach(points, CARD, alpha_d=0.1).value


def test_a_coarse_scan_finds_the_mass_of_unit_strength_of_a_law():
    # shielding: ln strength = k [(m / m0)^5 - 1], m0 anywhere between masses 11 % apart
    scan = np.geomspace(0.1, 0.7, 18)
    found = []
    for m0 in np.geomspace(0.3, 0.34, 9):
        strength = np.exp(7 * ((scan / m0) ** 5 - 1))
        estimate = mass_of_unit_strength(scan, strength, np.full(18, 0.1))
        found.append(estimate.value / m0 - 1)
        assert estimate.error / m0 == pytest.approx(0.1 / 35, rel=0.05)  # d ln m = d ln N / (5 k)
    assert np.abs(found).max() < 5e-4


def test_no_signal_or_no_mass_is_no_reach(points):
    assert reach([replace(p, rate=p.rate * 1e-290) for p in points], CARD, alpha_d=0.1) is None
    assert reach([], CARD, alpha_d=0.1) is None
    assert reach(points[:1], CARD, alpha_d=0.1).value == points[0].masses.m_aprime


def test_mass_of_unit_strength_ends_where_there_is_no_signal():
    scan = np.array([0.1, 0.2, 0.3])
    exact = np.zeros(3)
    assert mass_of_unit_strength(scan, np.array([0.5, 0.7, np.inf]), exact).value == 0.2
    assert mass_of_unit_strength(scan, np.array([0.5, 0.7, 0.9]), exact).value == 0.3
    assert mass_of_unit_strength(scan, np.array([2.0, np.inf, np.inf]), exact) is None
    assert mass_of_unit_strength(scan, np.array([0.5, 1.0, 2.0]), exact).value == pytest.approx(0.2, rel=1e-12)
    assert mass_of_unit_strength(scan, np.array([0.5, 2.0, 0.5]), exact).value == 0.3  # excluded again at the end
    assert np.isnan(mass_of_unit_strength(scan, np.array([0.95, 2.0, 3.0]), np.full(3, 0.1)).error)
