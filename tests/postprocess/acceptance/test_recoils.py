"""Missing momentum: energy and pT of the recoiling lepton against the events, and the rate of a thin target."""

import dataclasses

import numpy as np
import pytest
from support.cards import experiment
from support.entries import requiring

from postprocess.acceptance.recoils import RecoilLepton, with_recoil
from postprocess.acceptance.scenarios.invisible import INVISIBLE
from postprocess.acceptance.sums import accept
from postprocess.signal.yields import production_estimate
from semivis_gen.constants import ID_APRIME
from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.generator import generate
from semivis_gen.model import DarkMasses
from semivis_gen.production import Annihilation
from semivis_gen.production.bremsstrahlung.rate import bremsstrahlung_rate
from semivis_gen.target import ThinTarget

LDMX, MUONS = experiment("ldmx-4gev"), experiment("na64-muons")
MASSES = DarkMasses(0.05)


def made(card, n=3000, masses=MASSES, chain=False):
    options = {"processes": card.processes, "e_min_aprime": card.e_min("invisible"), "chain": chain}
    return next(generate(masses, card.source("invisible"), n_events=n, seed=1, **options))


@pytest.fixture(scope="module")
def events():
    return made(LDMX)


def accepted(events, card, mode="invisible"):
    return accept([events], card, masses=MASSES, mode=mode, ctau_mm=[1e9]).acceptance[0, 0]


def recoil(events):
    """Energy and pT of the electrons, straight from the record."""
    rows = np.arange(len(events)) * 5 + 3
    return events.energy[rows], np.hypot(*events.momentum[rows, :2].T)


@pytest.mark.parametrize(
    "cut",
    [
        RecoilLepton(1.2),
        RecoilLepton(1.2, energy_min_GeV=0.3),
        RecoilLepton(1.2, pt_min_GeV=0.02),
        RecoilLepton(1.0, 0.05, 0.01, 0.05),
    ],
)
def test_the_share_is_that_of_a_cut_on_the_record(events, cut):
    energy, pt = recoil(events)
    passed = (energy >= cut.energy_min_GeV) & (energy <= cut.energy_max_GeV) & (pt >= cut.pt_min_GeV)
    if cut.pt_max_GeV is not None:
        passed &= pt <= cut.pt_max_GeV
    share = events.weight[passed].sum() / events.weight.sum()
    assert 0.05 < share < 0.99
    assert accepted(events, requiring(LDMX, "MM", cut)) == pytest.approx(0.5 * share, rel=1e-12)


def test_the_card_asks_for_the_published_thirty_percent(events):
    energy, _ = recoil(events)
    passed = (energy <= 0.3 * 4.0) & (energy >= 0.05)
    assert accepted(events, LDMX) == pytest.approx(0.5 * events.weight[passed].sum() / events.weight.sum(), rel=1e-12)


def test_decays_of_a_long_lived_chi2_change_nothing(events):
    # the recoil is that of production also where chi2 decays to e+ e-
    chained = made(LDMX, chain=True)
    found = accept([chained], LDMX, masses=MASSES, ctau_mm=[1e12]).acceptance[0, 0]
    share = accepted(events, LDMX)
    assert found == pytest.approx(share, abs=4 * np.sqrt(share / len(events)))


def test_what_annihilates_has_no_recoil():
    card = experiment("na64-positrons")
    masses = DarkMasses(0.25)
    options = {"processes": [Annihilation()], "e_min_aprime": card.e_min(), "chain": False}
    (events,) = generate(masses, card.source(), n_events=200, seed=1, **options)
    sample = with_recoil(INVISIBLE.candidates(events, masses, np.random.default_rng(1)), events)
    assert not sample.lepton.any()
    asking = requiring(card, "S2", RecoilLepton(90.0), efficiencies={})
    asking = asking.model_copy(update={"production": tuple(p for p in card.production if p.process == "annihilation")})
    table = accept([events], asking, masses=masses, mode="invisible", ctau_mm=[1e9])
    assert table.acceptance[0, 0] == 0


def test_the_rate_of_a_thin_target_is_cross_section_times_atoms():
    depth = 1e-3  # X0: what electrons radiate before is of this size
    update = {"depth_x0": LDMX.target.depth_x0.model_copy(update={"value": depth})}
    thin = LDMX.model_copy(update={"target": LDMX.target.model_copy(update=update)})
    tungsten = LDMX.material()
    e_min = LDMX.e_min("invisible")
    sigma = bremsstrahlung_rate(0.05, ThinTarget(4.0, tungsten), e_min=e_min).value  # pb an atom
    atoms = 6.02214076e23 / 183.84 * depth * tungsten.radiation_length_g_cm2  # per cm^2
    assert production_estimate(thin, MASSES, mode="invisible").value == pytest.approx(sigma * 1e-36 * atoms, rel=0.01)
    whole = production_estimate(LDMX, MASSES, mode="invisible").value
    assert 0.85 < whole / (100 * sigma * 1e-36 * atoms) < 1.0  # 0.1 X0: some lost energy before


def test_muons_below_half_of_their_momentum():
    events = made(MUONS)
    slow = recoil(events)[0] <= 80
    assert 0.9 < slow.mean() < 1
    # no muon that passes lies at the smallest energy of A' to which rates and samples refer
    assert events.energy[events.only(ID_APRIME)][slow].min() > MUONS.e_min("invisible") + 0.5
    share = events.weight[slow].sum() / events.weight.sum()
    assert accepted(events, MUONS) == pytest.approx(0.09 * share, rel=1e-12)


def test_events_that_hold_two_are_refused(events):
    two = dataclasses.replace(events, offsets=events.offsets[::2], weight=events.weight[::2], vertex=events.vertex[::2])
    with pytest.raises(EventFileError, match="where the recoiling lepton is looked at each event has one"):
        accept([two], LDMX, masses=MASSES, mode="invisible", ctau_mm=[1.0])


def test_windows_rise():
    for wrong in ({"energy_max_GeV": 0.0}, {"energy_min_GeV": 2.0}, {"pt_min_GeV": 0.2, "pt_max_GeV": 0.1}):
        with pytest.raises(ParameterError, match=r"recoil_lepton: .* must rise and not be negative"):
            RecoilLepton(**{"energy_max_GeV": 1.0, **wrong})
