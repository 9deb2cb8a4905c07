"""The scan of epsilon reaches down to where nothing can be excluded, whatever the experiment."""

import numpy as np
import pytest
from support.cards import experiment

from postprocess.scan.exclusion import edges_in_epsilon, exclude_epsilon
from postprocess.scan.jobs import Backend
from postprocess.scan.ranges import EPSILON_SCAN, LEAST_EVENTS, alpha_d_scan, check_epsilon_range, epsilon_scan
from postprocess.scan.samples import MassPoint, SampleRequest
from semivis_gen.errors import ParameterError
from semivis_gen.model.point import MassShape
from semivis_gen.numerics.estimate import Estimate


@pytest.mark.parametrize(("rate", "lowest"), [(1e-3, None), (1e10, 1.0), (0.0, None)])
def test_it_begins_where_too_few_are_made(rate, lowest):
    card = experiment("na64-2018")
    point = MassPoint(MassShape().at(0.1), None, Estimate(rate))
    scan = epsilon_scan(point, card)
    assert (scan[-len(EPSILON_SCAN) :] == EPSILON_SCAN).all()
    assert np.diff(np.log(scan[:-9])) == pytest.approx(np.full(len(scan) - 10, np.log(5e5) / 159))
    assert np.diff(np.log(scan)).max() < 0.083
    assert scan[-1] == 1.0
    if lowest is None:
        assert len(scan) == len(EPSILON_SCAN)
    else:
        made = card.particles_on_target * rate * scan**2
        assert made[0] <= LEAST_EVENTS < made[2]


def test_ends_wanted_are_the_ends():
    card, point = experiment("na64-2018"), MassPoint(MassShape().at(0.1), None, Estimate(1e-3))
    for smallest, largest in ((1e-5, 1e-2), (1e-5, None), (None, 1e-2), (0.4, 0.41), (None, 1e-8)):
        scan = epsilon_scan(point, card, smallest=smallest, largest=largest)
        assert scan[0] == pytest.approx(smallest or min(1e-6, 5e-9 if largest == 1e-8 else 1e-6))
        assert scan[-1] == pytest.approx(largest or 1.0)
        assert 0 < np.diff(np.log(scan)).max() < 0.083


@pytest.mark.parametrize("ends", [(0.0, None), (-1.0, 0.1), (1e-2, 1e-3), (None, 1.1), (1.0, None), (np.nan, None)])
def test_ends_that_are_none(ends):
    with pytest.raises(ParameterError, match="take 0 < eps_min < eps_max <= 1"):
        check_epsilon_range(*ends)
    check_epsilon_range(None, None)


def test_alpha_d_goes_down_to_where_nothing_is_left_and_up_to_4_pi():
    scan = alpha_d_scan(lambda a: 1e4 * a / (a + 1e-9))  # a branching into chi1 chi2
    assert 1e-16 < scan[0] < 1e-14
    assert scan[-1] == pytest.approx(4 * np.pi)
    assert (np.diff(np.log(scan)) > 0).all()
    assert np.diff(np.log(scan)).max() < 0.1
    assert alpha_d_scan(lambda a: 0 * a)[0] == 1e-5
    assert alpha_d_scan(lambda a: 1 + a)[0] == pytest.approx(1e-30)


def test_an_end_inside_the_excluded_interval_is_open(na64_point):
    card, point = experiment("na64-2018"), na64_point
    whole = edges_in_epsilon(point, card, alpha_d=0.1, bands=False)
    assert whole.open_end == ""
    inside = np.sqrt(whole.low[0] * whole.high[0])
    below = edges_in_epsilon(point, card, alpha_d=0.1, bands=False, largest=inside)
    assert (below.open_end, below.high[0], np.isnan(below.high_error)) == ("high", inside, True)
    assert below.low[0] == pytest.approx(whole.low[0], rel=1e-4)
    assert below.low_error == pytest.approx(whole.low_error, rel=1e-2)
    above = edges_in_epsilon(point, card, alpha_d=0.1, bands=False, smallest=inside)
    assert (above.open_end, above.low[0]) == ("low", pytest.approx(inside))


@pytest.fixture(scope="module")
def na64_point():
    (point,) = SampleRequest([MassShape().at(0.3)], experiment("na64-2018"), events=1000).run(backend=Backend(1))
    return point


def test_visible_decays_behind_a_hill_have_two_edges():
    """E137, A' -> e+ e-: published lower edges 2e-8 to 1e-7; upper edge 2.2e-4 at 2 MeV (Andreas et al. 2012)."""
    card = experiment("e137")
    wanted = [MassShape().at(m) for m in (0.002, 0.0355, 0.21)]
    points = SampleRequest(wanted, card, "visible", 4000, 1).run(backend=Backend(1))
    contour = exclude_epsilon(points, card, alpha_d=0.1, mode="visible", bands=False)
    assert contour.open_end == ("", "", "")
    assert (contour.low[0] > 1e-8).all()
    assert (contour.low[0] < 2e-7).all()
    assert contour.high[0][0] == pytest.approx(2.2e-4, rel=0.15)
    assert 1e-7 < contour.high[0][2] < 2e-6
