"""Cards of electron dumps against published limits on A' -> e+ e- (curves as of Darkcast, facts of arXiv:1209.6083)."""

import numpy as np
import pytest
from support.cards import experiment

from postprocess.scan.exclusion import exclude_epsilon
from postprocess.scan.jobs import Backend
from postprocess.scan.samples import SampleRequest
from semivis_gen.model import MassShape

PUBLISHED = {  # m_A' [GeV]: smallest and largest excluded epsilon
    "e137": {0.02: (3.31e-8, 1.91e-5), 0.2: (7.59e-8, 1.10e-6)},
    "e141": {0.003: (1.26e-5, 2.25e-3), 0.005: (1.50e-5, 1.22e-3)},
    "orsay": {0.02: (9.95e-7, 5.43e-5), 0.065: (2.08e-6, 9.08e-6)},
}
LARGEST = {"e137": 1.75, "e141": 1.3, "orsay": 1.85}  # lower edges: thresholds, docs/electron_dumps.md


def limits(card, masses, events=1500, mode="visible"):
    points = SampleRequest([MassShape().at(m) for m in masses], card, mode, events).run(backend=Backend(1))
    return exclude_epsilon(points, card, alpha_d=0.1, mode=mode, bands=False)


@pytest.mark.parametrize("name", PUBLISHED)
def test_visible_limits_of_electron_dumps_are_as_far_from_the_published_ones_as_the_docs_say(name):
    contour = limits(experiment(name), list(PUBLISHED[name]))
    low, high = np.stack([contour.low[0], contour.high[0]]) / np.transpose(list(PUBLISHED[name].values()))
    assert np.all((high > 0.9) & (high < 1.3)), high
    assert np.all((low > 0.8) & (low < LARGEST[name])), low


def test_annihilation_doubles_the_reach_where_positrons_are_at_the_resonance():
    # arXiv:1802.03794: E137 reaches to half the epsilon of bremsstrahlung between 33 and 120 MeV
    both = experiment("e137")
    alone = both.model_copy(update={"production": both.production[:1]})
    with_it, without = (limits(card, [0.1]).low[0][0] for card in (both, alone))
    assert 2.0 < without / with_it < 3.5
    assert with_it / 5.19e-8 == pytest.approx(0.5, abs=0.05)  # of the limit of arXiv:1209.6083


def test_angles_of_the_shower_cost_what_the_docs_say():
    scatters = experiment("e137")
    straight = scatters.model_copy(update={"target": scatters.target.model_copy(update={"scattering": False})})
    contours = [limits(card, [0.005, 0.2]) for card in (scatters, straight)]
    ratio = contours[0].low[0] / contours[1].low[0]
    error = np.hypot(*(c.low_error / c.low[0] for c in contours))
    assert (np.abs(ratio - [1.10, 1.015]) < 4 * error).all(), ratio
