"""Cards of proton dumps against published limits on A' -> e+ e- (curves as of Darkcast, facts of arXiv:1908.07525)."""

import numpy as np
import pytest
from support.cards import experiment

from postprocess.scan.exclusion import exclude_epsilon
from postprocess.scan.jobs import Backend
from postprocess.scan.samples import SampleRequest
from semivis_gen.model import MassShape

PUBLISHED = {  # m_A' [GeV]: smallest and largest excluded epsilon
    "charm": {0.01: (3.82e-7, 5.64e-5), 0.05: (1.88e-7, 8.97e-6)},
    "nucal": {0.01: (4.17e-7, 9.83e-5), 0.05: (2.02e-7, 1.68e-5)},
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_visible_limits_of_proton_dumps_are_near_the_published_ones(name):
    masses = [MassShape().at(m) for m in PUBLISHED[name]]
    points = SampleRequest(masses, experiment(name), "visible", 3000).run(backend=Backend(1))
    contour = exclude_epsilon(points, experiment(name), alpha_d=0.1, mode="visible", bands=False)
    found = np.stack([contour.low[0], contour.high[0]], axis=1)
    ratio = found / list(PUBLISHED[name].values())
    assert np.all((ratio > 1 / 1.5) & (ratio < 1.5)), ratio
