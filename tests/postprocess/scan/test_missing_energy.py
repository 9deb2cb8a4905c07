"""Cards of missing energy and momentum against published limits on an invisible A', and what an exposure is worth."""

import numpy as np
import pytest
from support.cards import experiment

from postprocess.scan.exclusion import edges_in_epsilon
from postprocess.scan.jobs import Backend
from postprocess.scan.samples import SampleRequest
from semivis_gen.model import MassShape

# smallest excluded epsilon at 90 % CL, alpha_D = 0.1: the collaboration's curves in y against m_chi = m_A'/3 as
# collected for the European strategy of 2026 (ESPP2026-PPG/Quasi-elastic-DM), epsilon^2 = 81 y / alpha_D
PUBLISHED = {
    "na64-2022": {0.01: 2.221e-5, 0.1: 2.061e-4, 0.25: 1.640e-4, 0.5: 1.672e-3},
    "na64-positrons": {0.01: 2.163e-4, 0.1: 1.900e-3, 0.25: 4.940e-4, 0.28: 5.343e-4},
    "na64-muons": {0.01: 1.756e-3, 0.1: 1.850e-3, 0.3: 3.310e-3, 0.9: 1.176e-2},
}
RANGE = {"na64-2022": (0.7, 0.9), "na64-positrons": (0.7, 0.9), "na64-muons": (0.7, 1.1)}


def lower_edges(card, masses, *, mode="invisible", events=2000):
    found = SampleRequest([MassShape().at(m) for m in masses], card, mode, events).run(backend=Backend(1))
    return np.array([edges_in_epsilon(p, card, alpha_d=0.1, mode=mode, bands=False).low[0] for p in found])


@pytest.mark.parametrize("name", PUBLISHED)
def test_invisible_limits_beside_the_published_ones(name):
    published = PUBLISHED[name]
    ratio = lower_edges(experiment(name), published) / list(published.values())
    low, high = RANGE[name]  # docs/missing_energy.md
    assert np.all((ratio > low) & (ratio < high)), ratio


def test_four_times_the_beam_is_half_the_coupling():
    card = experiment("ldmx-4gev")
    nothing = card.signatures[0].background.model_copy(update={"value": 0.0, "error": 0.0})
    update = {"signatures": (card.signatures[0].model_copy(update={"background": nothing}),), "systematics": ()}
    number = card.exposure.particles_on_target
    more = card.exposure.model_copy(update={"particles_on_target": number.model_copy(update={"value": 1.6e15})})
    cards = (card.model_copy(update=update | extra) for extra in ({}, {"exposure": more}))
    one, four = (lower_edges(changed, [0.01, 0.1], events=500) for changed in cards)
    np.testing.assert_allclose(one / four, 2.0, rtol=1e-3)


def test_decays_in_the_detector_are_lost():
    # chi2 of 0.1 GeV live long at the coupling of the limit, those of 1 GeV decay in front of the HCAL's end
    card = experiment("na64-2022")
    masses = [0.1, 0.5]
    late, early = lower_edges(card, masses, mode="semivisible") / lower_edges(card, masses)
    assert late == pytest.approx(1.0, abs=0.02)
    assert 1.15 < early < 1.3
