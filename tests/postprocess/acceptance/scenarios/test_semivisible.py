import numpy as np
import pytest
from support.chains import MASSES, make_events

from postprocess.acceptance.products import ELECTRONS
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE
from postprocess.signal.chi2_width import exact_width
from semivis_gen.errors import EventFileError
from semivis_gen.model import DarkSector
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.widths import compute_widths


def test_recorded_decays_are_taken_as_they_are():
    events = make_events(200, 1)
    rng, untouched = np.random.default_rng(1), np.random.default_rng(1)
    found = SEMIVISIBLE.candidates(events, None, rng)
    p = events.momentum.reshape(-1, 7, 3)
    assert (found.momentum == p[:, 2]).all()
    assert (found.product_momentum == p[:, 5:]).all()
    assert (found.e_aprime == events.energy.reshape(-1, 7)[:, 1]).all()
    assert (found.origin == events.vertex[:, :3]).all()
    assert found.mass == pytest.approx(MASSES.m_chi2)
    assert (found.channel == ELECTRONS).all()
    assert rng.random() == untouched.random()  # nothing was left to draw


def test_pairs_decayed_here_fit_into_chi2():
    events = make_events(500, 1)
    events.status[events.only(58)] = 1
    keep = np.tile([True] * 4 + [False] * 3, 500)
    columns = {k: getattr(events, k)[keep] for k in ("pdg", "status", "mothers", "momentum", "mass", "ctau")}
    undecayed = type(events)(
        offsets=np.arange(501) * 4, weight=events.weight, vertex=events.vertex, info=events.info, **columns
    )
    found = SEMIVISIBLE.candidates(undecayed, MASSES, np.random.default_rng(1))
    left = found.momentum - found.product_momentum.sum(axis=1)  # of chi1
    energy = np.sqrt((found.momentum**2).sum(axis=1) + MASSES.m_chi2**2) - found.product_energy.sum(axis=1)
    assert np.sqrt(energy**2 - (left**2).sum(axis=1)) == pytest.approx(np.full(500, MASSES.m_chi1), rel=1e-6)


def test_events_of_other_masses_are_refused():
    with pytest.raises(EventFileError, match=r"chi2 weighs 0.14 GeV in the events but 0.186"):
        SEMIVISIBLE.candidates(make_events(10, 1), DarkMasses(0.4), np.random.default_rng(1))


def test_couplings_decide_width_and_branching():
    alpha, epsilon = np.array([0.1, 1e-4]), np.array([1e-3, 0.1])
    flight = SEMIVISIBLE.flight(MASSES, alpha, epsilon, exact_width)
    for i in range(2):
        widths = compute_widths(DarkSector(MASSES, alpha[i], epsilon[i]))
        assert flight.width[i] == pytest.approx(widths.gamma_chi2)
        assert flight.branching[i] == pytest.approx(widths.branching_aprime["chi1 chi2"])
    assert flight.branching[0] > 0.999
    assert flight.branching[1] < 0.5
    assert flight.shares["e+ e-"] == pytest.approx(1.0)  # Delta = 40 MeV: no muons
