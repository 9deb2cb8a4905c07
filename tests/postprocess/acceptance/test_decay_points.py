import numpy as np
import pytest
from support.cards import experiment
from support.chains import make_events

from postprocess.acceptance.decay_points import decays_in_region, no_decays
from postprocess.acceptance.geometry import Planes
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE
from semivis_gen.errors import ParameterError

CARD, CTAU = experiment("na64-2018"), np.array([1.0, 10.0, 1e3])


def sample(n, backward=0):
    found = SEMIVISIBLE.candidates(make_events(n, 1), None, np.random.default_rng(1))
    found.momentum[:backward] *= -1
    return found


def decays(events, region, rng=None):
    return decays_in_region(events, CARD, Planes(), region, CTAU, rng=rng)


def test_drawn_points_have_the_exact_probability_on_average():
    events = sample(20_000)
    drawn = decays(events, (2875.0, 6000.0), np.random.default_rng(2)).probability
    exact = decays(events, (2875.0, 6000.0)).probability
    error = (drawn - exact).std(axis=0) / np.sqrt(len(events))
    assert np.all(np.abs((drawn - exact).mean(axis=0)) < 4 * error)


def test_points_lie_on_the_path_in_the_region():
    events = sample(500)
    point = decays(events, (2875.0, 6000.0), np.random.default_rng(2)).point
    assert np.all((point[:, 2] >= 2875) & (point[:, 2] <= 6000))
    along = point - events.origin
    assert np.cross(along, events.momentum) == pytest.approx(np.zeros((500, 3)), abs=1e-6 * 6000 * 100)


def test_what_flies_away_from_the_region_never_decays_in_it():
    for rng in (None, np.random.default_rng(2)):
        probability = decays(sample(10, backward=4), (2875.0, 6000.0), rng).probability
        assert np.all(probability[:4] == 0)
        assert np.all(probability[4:, 1] > 0)
    assert np.all(decays(sample(10, backward=4), (2875.0, np.inf)).probability[:4] == 0)


def test_a_region_without_end_is_reached_by_all_that_live_long_enough():
    events = sample(10)
    inside, beyond = (decays(events, region).probability for region in ((2875.0, 6000.0), (6000.0, np.inf)))
    assert inside + beyond == pytest.approx(decays(events, (2875.0, np.inf)).probability, rel=1e-12)


def test_points_that_were_not_drawn_are_not_given():
    events = sample(3)
    for at in (decays(events, (2875.0, 6000.0)), no_decays(events, CARD, Planes(), CTAU)):
        with pytest.raises(ParameterError, match="products = True"):
            at.impact(events.product_momentum, ["HCAL2"])


@pytest.mark.parametrize(
    "path", [(2.0, 1.0), (1.0, 1.0), (1.0, np.inf), (np.inf, 1.0), (np.nan, 1.0), (np.nan, np.inf)]
)
def test_paths_that_are_none_are_refused(path):
    class Odd(Planes):
        def path(self, origin, momentum, region):
            return tuple(np.full(len(origin), distance) for distance in path)

    with pytest.raises(ParameterError, match=r"geometry 'planes' gives a path that neither enters and leaves"):
        decays_in_region(sample(3), CARD, Odd(), (2875.0, 6000.0), CTAU, rng=None)
