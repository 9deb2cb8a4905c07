import dataclasses

import numpy as np
import pytest
from support.chains import MASSES, make_events

from postprocess.acceptance.products import ELECTRONS
from postprocess.acceptance.scenarios.visible import VISIBLE
from postprocess.acceptance.sums import accept
from postprocess.experiment.schema import load_experiment
from postprocess.signal.chi2_width import exact_width
from semivis_gen.constants import M_ELECTRON, M_MUON
from semivis_gen.errors import EventFileError
from semivis_gen.generator import generate
from semivis_gen.model.channels import DECAYS, HADRONS
from semivis_gen.model.hadrons import gamma_aprime_hadrons
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.widths import aprime_shares, gamma_aprime_lepton


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


@pytest.mark.parametrize("m_aprime", [0.6, 2.0])
def test_aprime_decays_here_to_all_that_is_seen(m_aprime):
    n = 20_000
    events = undecayed(n)
    mass = np.where(events.pdg == 55, m_aprime, events.mass)
    events = dataclasses.replace(events, mass=mass)
    shares = aprime_shares(m_aprime)
    found = VISIBLE.candidates(events, None, np.random.default_rng(1), DECAYS)
    assert found.product_momentum.sum(axis=1) == pytest.approx(found.momentum, abs=1e-9)
    assert found.product_energy.sum(axis=1) == pytest.approx(found.e_aprime, rel=1e-12)
    count = np.bincount(found.channel, minlength=len(DECAYS))
    for name, number in zip(DECAYS, count, strict=True):
        share = shares.get(name, 0.0)
        assert abs(number - n * share) < 4.5 * max(np.sqrt(n * share * (1 - share)), 1.0), name
    assert count.sum() == n
    pairs = VISIBLE.candidates(events, None, np.random.default_rng(1), ["mu+ mu-", "pi+ pi-"])
    assert {DECAYS[i] for i in np.unique(pairs.channel)} == {"mu+ mu-", "pi+ pi-"}


def test_what_a_card_sees_of_aprime(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        """
extends: e137
name: mine
signatures:
  - name: shower
    sees: [e+ e-, {decay: hadrons, efficiency: {value: 0.5, status: assumed, note: invented}}]
"""
    )
    mine, masses = load_experiment(tmp_path / "mine.yaml"), DarkMasses(0.6)
    shares = aprime_shares(0.6)
    native, seen = (
        accept(
            generate(
                masses, mine.source("visible"), n_events=6000, seed=seed, e_min_aprime=2.0, chain=False,
                processes=mine.processes,
            ),
            card, ctau_mm=[1e4], masses=masses, mode="visible",
        )
        for seed, card in ((1, mine), (2, load_experiment("e137")))
    )  # fmt: skip
    assert native.branching[0] == pytest.approx(shares["e+ e-"] + sum(shares[name] for name in HADRONS))
    assert seen.branching[0] == pytest.approx(shares["e+ e-"])
    # far behind a hill nearly all products of fast A' that arrive at all arrive together: half of the hadrons is found
    efficiency = native.cut_flow("shower")
    before, after = efficiency.fraction[[efficiency.step("sees") - 1, efficiency.step("sees")], 0]
    part = (shares["e+ e-"] + 0.5 * (native.branching[0] - shares["e+ e-"])) / native.branching[0]
    assert after / before == pytest.approx(part, abs=0.05)
