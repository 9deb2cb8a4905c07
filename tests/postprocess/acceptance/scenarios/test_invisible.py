import numpy as np
import pytest
from support.chains import MASSES, make_events

from postprocess.acceptance.scenarios.invisible import INVISIBLE
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE
from postprocess.signal.chi2_width import exact_width


def test_aprime_is_all_that_counts():
    events = make_events(100, 1)
    nameless = type(events)(
        **{k: getattr(events, k) for k in ("offsets", "status", "mothers", "momentum", "mass", "ctau")},
        pdg=np.where(events.pdg == 55, 55, 12),
        weight=events.weight,
        vertex=events.vertex,
        info=events.info,
    )
    found = INVISIBLE.candidates(nameless, None, np.random.default_rng(1))
    assert (found.e_aprime == events.energy.reshape(-1, 7)[:, 1]).all()
    assert (found.weight == events.weight).all()


def test_nothing_decays_whatever_the_couplings():
    alpha, epsilon = np.array([0.1, 1e-4]), np.array([1e-3, 0.1])
    flight = INVISIBLE.flight(MASSES, alpha, epsilon, exact_width)
    assert (flight.width == 0).all()
    assert flight.branching == pytest.approx(SEMIVISIBLE.flight(MASSES, alpha, epsilon, exact_width).branching)
