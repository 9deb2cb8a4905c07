import dataclasses

import numpy as np
import pytest
from support.chains import MASSES, make_events

from postprocess.acceptance.products import ELECTRONS
from postprocess.acceptance.scenarios.visible import VISIBLE
from postprocess.signal.chi2_width import exact_width
from semivis_gen.constants import M_ELECTRON, M_MUON
from semivis_gen.errors import EventFileError
from semivis_gen.model.hadrons import gamma_aprime_hadrons
from semivis_gen.model.widths import gamma_aprime_lepton


def undecayed(n):
    events = make_events(n, 1)
    keep = np.tile([True] * 2 + [False] * 5, n)
    columns = {k: getattr(events, k)[keep] for k in ("pdg", "mothers", "momentum", "mass", "ctau")}
    status = np.tile(np.array([-1, 1], dtype=events.status.dtype), n)
    return dataclasses.replace(events, offsets=np.arange(n + 1) * 2, status=status, **columns)


def test_pairs_decayed_here_carry_all_of_aprime():
    found = VISIBLE.candidates(undecayed(500), None, np.random.default_rng(1))
    assert found.product_momentum.sum(axis=1) == pytest.approx(found.momentum, abs=1e-9)
    assert found.product_energy.sum(axis=1) == pytest.approx(found.e_aprime, rel=1e-12)
    assert (found.channel == ELECTRONS).all()


def test_dark_decays_are_no_visible_ones():
    with pytest.raises(EventFileError, match=r"event 1: 55 \(A'\) decays to 58 \(chi2\), 52 \(chi1\), neither"):
        VISIBLE.candidates(make_events(10, 1), None, np.random.default_rng(1))


def test_hadrons_and_muons_shorten_the_flight_each_with_its_share():
    epsilon = np.array([1e-5, 1e-3])
    flight = VISIBLE.flight(MASSES, np.full(2, 0.1), epsilon, exact_width)
    electrons, muons = (gamma_aprime_lepton(MASSES.m_aprime, epsilon, m) for m in (M_ELECTRON, M_MUON))
    assert flight.width == pytest.approx(electrons + muons + gamma_aprime_hadrons(MASSES.m_aprime, epsilon))
    assert flight.shares["e+ e-"] * flight.width == pytest.approx(electrons)
    assert flight.shares["mu+ mu-"] * flight.width == pytest.approx(muons)
    assert sum(flight.shares.values()) == pytest.approx(1.0)
    assert (flight.branching == 1).all()
