"""The scan of epsilon reaches down to where nothing can be excluded, whatever the experiment."""

import numpy as np
import pytest
from support.cards import experiment

from postprocess.scan.exclusion import EPSILON_SCAN, LEAST_EVENTS, epsilon_scan, exclude_epsilon
from postprocess.scan.jobs import Backend
from postprocess.scan.samples import MassPoint, SampleRequest
from semivis_gen.model.point import MassShape
from semivis_gen.numerics.estimate import Estimate


@pytest.mark.parametrize(("rate", "lowest"), [(1e-3, None), (1e10, 1.0), (0.0, None)])
def test_it_begins_where_too_few_are_made(rate, lowest):
    card = experiment("na64-2018")
    point = MassPoint(MassShape().at(0.1), None, Estimate(rate))
    scan = epsilon_scan(point, card)
    assert (scan[-len(EPSILON_SCAN) :] == EPSILON_SCAN).all()
    assert np.diff(np.log(scan)) == pytest.approx(np.full(len(scan) - 1, np.log(5e5) / 159))
    if lowest is None:
        assert len(scan) == len(EPSILON_SCAN)
    else:
        made = card.particles_on_target * rate * scan**2
        assert made[0] <= LEAST_EVENTS < made[2]


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
