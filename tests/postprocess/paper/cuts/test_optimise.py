"""Optimiser of the cuts: problems whose optimum is known, and what every choice of cuts must obey."""

from dataclasses import replace

import numpy as np
import pytest
from support.cards import experiment

from postprocess.companions.gminus2 import FERMILAB_2021
from postprocess.paper.cuts.background import BackgroundScaling, Cuts, Law, published_cuts
from postprocess.paper.cuts.optimise import climb, find_best_cuts
from postprocess.paper.cuts.signals import CutGrid, CutSignals, with_cuts
from postprocess.scan.jobs import Backend
from postprocess.scan.samples import SampleRequest
from postprocess.scan.signals import signal
from postprocess.signal.counting import limit_model
from postprocess.tables import flat_rows
from semivis_gen.errors import ParameterError
from semivis_gen.model.point import DarkMasses

CARD = experiment("na64-2018")
SMALL = CutGrid((15.0, 45.0), (10.0, 15.0), (40.0, 50.0, 60.0))
FALLS = BackgroundScaling(Law.EXPONENTIAL, 10.0, 10.0, 10.0)


@pytest.fixture(scope="module")
def signals():
    points = [DarkMasses(m, 3.0, 0.4) for m in (0.37, 0.34)]
    return CutSignals.sample(CARD, points, SMALL, alpha_d=0.1, events=2000, seed=1)


def toy(grid, s1, s2):
    """Two equal masses."""
    s1, s2 = np.array([s1, s1]), np.array([s2, s2])
    return CutSignals(grid, np.array([0.3, 0.4]), s1, s2, 0.1 * s1, 0.1 * s2)


def test_climb_finds_the_bottom_of_a_tilted_valley_from_everywhere():
    shape = (7, 6, 5)

    def valley(at):  # single steps along the axes would get stuck in it
        x, y, z = at
        return 10 * (x - y) ** 2 + (x + y - 6) ** 2 + (z - 2) ** 2

    for start in np.ndindex(*shape):
        assert climb(valley, shape, start) == (3, 3, 2)


def test_background_is_the_published_one_at_the_published_cuts():
    published = published_cuts(CARD)
    assert published == Cuts(15.0, 15.0, 50.0)
    model = limit_model(CARD)
    for law in Law:
        scaling = BackgroundScaling(law, 7.0, 8.0, 9.0)
        assert scaling.model(model, published, published) == model
    moved = Cuts(25.0, 15.0, 59.0)
    assert BackgroundScaling(Law.EXPONENTIAL, 10.0, 1.0, 9.0).factors(moved, published) == pytest.approx(
        (np.exp(-1), np.exp(-1))
    )
    assert BackgroundScaling(Law.POWER, 2.0, 1.0, 3.0).factors(moved, published) == pytest.approx(
        ((25 / 15) ** -2, (59 / 50) ** -3)
    )


def test_best_cut_of_s_over_root_b_is_where_calculus_puts_it():
    # S1 = exp(-c/u) over sqrt(b), b ~ exp(-c/L): falls or grows in c as 1/u is above or below 1/(2 L); with
    # S1 ~ c exp(-c/u) the best is at 1/c = 1/u - 1/(2 L)
    u, scale = 6.0, 10.0
    best = 1 / (1 / u - 1 / (2 * scale))
    assert best == pytest.approx(8.571, abs=1e-3)
    visible = tuple(np.arange(3.0, 21.0, 0.5))
    grid = CutGrid((15.0,), visible, (50.0,))
    problem = toy(grid, np.array([visible * np.exp(-np.array(visible) / u)]), np.zeros(1))

    def limit(model, expected):
        return np.sqrt(model.background[0]) / expected[0]

    found = find_best_cuts(CARD, problem, BackgroundScaling(s1_visible=scale), at_mass=0.3, limit=limit)
    assert abs(found.s1_visible_GeV - best) <= 0.25
    assert found.at_end == ""
    value = found.s1_visible_GeV
    figure = value / 15 * np.exp(-(value - 15) / u) * np.exp((value - 15) / (2 * scale))
    assert found.gain == pytest.approx(figure - 1, rel=1e-9)


def test_cuts_that_cost_no_signal_are_closed_and_those_that_only_cost_stay():
    free = find_best_cuts(CARD, toy(SMALL, np.full((2, 2), 1.0), np.full(3, 1.0)), FALLS, at_mass=0.3)
    assert (free.s1_missing_GeV, free.s1_visible_GeV, free.s2_missing_GeV) == (45.0, 15.0, 60.0)
    assert free.at_end == "S1 missing and S1 visible and S2 missing"
    assert free.gain > 0
    flat = BackgroundScaling(Law.EXPONENTIAL, 1e6, 1e6, 1e6)  # nothing to win by cutting
    steep = toy(SMALL, np.array([[2.0, 1.0], [0.2, 0.1]]), np.array([2.0, 1.0, 0.5]))
    loose = find_best_cuts(CARD, steep, flat, at_mass=0.3)
    assert (loose.s1_missing_GeV, loose.s1_visible_GeV, loose.s2_missing_GeV) == (15.0, 10.0, 40.0)
    assert loose.gain == pytest.approx(1.0, rel=1e-4)  # all signal twice, backgrounds equal


def test_best_cuts_are_no_worse_than_any_others_of_the_grid(signals):
    model = limit_model(CARD).without()
    from postprocess.limits.mean import mean_expected_limit

    found = find_best_cuts(CARD, signals, FALLS, at_mass=0.37)
    chosen = Cuts(found.s1_missing_GeV, found.s1_visible_GeV, found.s2_missing_GeV)
    values = {}
    for i, a in enumerate(SMALL.s1_missing):
        for j, b in enumerate(SMALL.s1_visible):
            for k, c in enumerate(SMALL.s2_missing):
                changed = FALLS.model(model, Cuts(a, b, c), published_cuts(CARD))
                values[Cuts(a, b, c)] = mean_expected_limit(changed, (signals.s1[1, i, j], signals.s2[1, k]))
    assert values[chosen] == min(values.values())


def test_signal_at_the_cards_cuts_is_that_of_the_main_chain(signals):
    assert signals.m_aprime.tolist() == [0.34, 0.37]  # sorted
    (point,) = SampleRequest([DarkMasses(0.37)], CARD, events=20_000, seed=5).run(backend=Backend(1))
    epsilon = float(FERMILAB_2021.epsilon(0.37))
    own = signal(point, CARD, limit_model(CARD), alpha_d=0.1, epsilon=epsilon)
    for value, error, expected in (
        (signals.s1[1, 0, 1], signals.s1_error[1, 0, 1], own[0]),
        (signals.s2[1, 1], signals.s2_error[1, 1], own[1]),
    ):
        assert abs(value - expected) < 4 * 1.1 * error  # the other sample has a third of the error


def test_stricter_cuts_keep_less(signals):
    assert (np.diff(signals.s1, axis=1) <= 0).all()
    assert (np.diff(signals.s1, axis=2) < 0).all()
    assert (np.diff(signals.s2, axis=1) < 0).all()


def test_changed_cuts_are_in_the_card_and_nothing_else():
    changed = with_cuts(CARD, Cuts(20.0, 7.0, 55.0))
    assert published_cuts(changed) == Cuts(20.0, 7.0, 55.0)
    assert with_cuts(changed, published_cuts(CARD)) == CARD


def test_more_signal_and_tighter_cuts_reach_farther():
    masses = [DarkMasses(m, 3.0, 0.4) for m in (0.34, 0.37, 0.40)]
    problem = CutSignals.sample(CARD, masses, SMALL, alpha_d=0.1, events=1500, seed=1)
    (row,) = flat_rows([find_best_cuts(CARD, problem, FALLS)])
    assert row["gain"] > 0
    assert row["reach_before"] < row["reach_after"]
    assert row["reach_after_error"] > 0


def test_bad_input_is_named(signals):
    with pytest.raises(ParameterError, match="s1_visible = 0"):
        BackgroundScaling(s1_visible=0.0)
    with pytest.raises(ParameterError, match="must ascend"):
        CutGrid(s1_visible=(5.0, 5.0))
    with pytest.raises(ParameterError, match="15 GeV is not on the grid"):
        find_best_cuts(CARD, replace(signals, grid=replace(SMALL, s1_visible=(5.0, 10.0))), FALLS)
    with pytest.raises(ParameterError, match="no S1 and S2"):
        published_cuts(experiment("e137"))
