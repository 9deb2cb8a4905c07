"""Cards of positron and muon beams through rate, generator, acceptance and yields."""

import pytest

from postprocess.acceptance.sums import accept
from postprocess.experiment.schema import load_experiment
from postprocess.signal.yields import expected_yields, production_estimate
from semivis_gen.constants import ID_APRIME
from semivis_gen.errors import SemivisError
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses
from semivis_gen.production.bremsstrahlung.rate import bremsstrahlung_rate
from semivis_gen.target.sources import ThickTarget

MASSES = DarkMasses(0.25)
CARD = """
extends: na64-2018
name: lepton-dump
title: A dump for any lepton
beam:
  particle: {beam}
  energy_GeV: {{value: {energy}, status: assumed, note: of a test}}
production: {production}
"""
MOMENTUM = """
signatures:
  - {name: S1, drop: true}
  - name: S2
    missing_energy_min_GeV: null
    require: [{requirement: recoil_lepton, energy_max_GeV: {value: 80, status: assumed, note: of a test}}]
modes:
  semivisible: {signatures: [S2]}
  invisible: {signatures: [S2]}
"""
PRIMARY = "[{process: bremsstrahlung, particles: primary}]"
ALL = "[{process: bremsstrahlung, particles: shower}, {process: annihilation}]"


def card_of(tmp_path, beam, energy, production):
    file = tmp_path / "dump.yaml"
    text = CARD.format(beam=beam, energy=energy, production=production)
    file.write_text(text + (MOMENTUM if beam.startswith("mu") else ""))
    return load_experiment(file)


def signal_of(card, events=4000):
    processes, e_min = card.processes, card.e_min()
    options = {"processes": processes, "n_events": events, "e_min_aprime": e_min}
    chunks = list(generate(MASSES, card.source(), seed=1, stratified=True, **options))
    table = accept(chunks, card)
    rate = production_estimate(card, MASSES)
    return chunks, rate, expected_yields(table, card, rate, alpha_d=0.1, epsilon=[1e-5, 1e-4])


@pytest.mark.parametrize(("beam", "pdg"), [("mu-", 13), ("mu+", -13)])
def test_muons_from_a_card_to_expected_events(tmp_path, beam, pdg):
    card = card_of(tmp_path, beam, 160.0, PRIMARY)
    chunks, rate, signal = signal_of(card)
    target = card.source()
    assert isinstance(target, ThickTarget)
    assert target.beam_id == pdg
    assert rate.value == pytest.approx(bremsstrahlung_rate(0.25, target, e_min=card.e_min()).value)
    (events,) = chunks
    assert set(events.pdg.reshape(len(events), -1)[:, 0]) == {pdg}
    aprime = events.energy[events.only(ID_APRIME)]
    assert card.e_min() <= aprime.min() < aprime.max() < 160
    # small couplings: all A' leave, and yields go as epsilon^2
    assert (signal.expected > 0).any()
    assert signal.expected[1].sum() == pytest.approx(100 * signal.expected[0].sum(), rel=0.05)
    exposed = rate.value * 1e-10 * card.exposure.value
    assert 0.01 * exposed < signal.expected[0].sum() < exposed


def test_positrons_make_far_more_by_annihilation_than_electrons(tmp_path):
    found = {}
    for beam in ("e-", "e+"):
        card = card_of(tmp_path, beam, 100.0, ALL)
        _, rate, signal = signal_of(card)
        found[beam] = (rate.value, signal.expected[0].sum())
    # the primary positron passes the resonance at 61 GeV: ten times as often as those of an electron's shower
    for one, other in zip(found["e+"], found["e-"], strict=True):
        assert 8 < one / other < 12


def test_a_card_that_asks_for_the_impossible(tmp_path):
    with pytest.raises(SemivisError, match=r"'annihilation': makes no A' from a beam of mu-"):
        card_of(tmp_path, "mu-", 160.0, ALL)
    card = card_of(tmp_path, "mu-", 160.0, "[{process: bremsstrahlung, particles: shower}]")
    with pytest.raises(SemivisError, match="has no shower here: take particles = primary"):
        production_estimate(card, MASSES)


def test_acceptance_asks_for_the_beam_of_the_card(tmp_path):
    card = card_of(tmp_path, "mu-", 160.0, PRIMARY)
    other = ThickTarget(160.0, card.material(), 40.0, card.e_min(), -13)
    chunks = generate(MASSES, other, n_events=100, seed=1, e_min_aprime=card.e_min())
    with pytest.raises(SemivisError, match=r"beam is of -13 \(mu\+\), the card's of 13 \(mu-\)"):
        accept(chunks, card)
