"""Photon and beams of a collision, and what cards ask of them."""

import dataclasses

import numpy as np
import pytest
from support.cards import experiment
from support.entries import requiring

from postprocess.acceptance.collision import in_frame, with_collision
from postprocess.acceptance.photons import Photon, RecoilMass
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE
from postprocess.acceptance.sums import accept
from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.generator import generate
from semivis_gen.model import DarkMasses
from semivis_gen.production import ColliderProduction
from semivis_gen.production.collider.cross_section import photon_aprime

CARD = experiment("babar")
MASSES = DarkMasses(2.5)


def made(n=2000, *, masses=MASSES, channels=("e+ e-",), process=None):
    processes = [process or ColliderProduction(cos_theta_max=0.6)]
    return next(generate(masses, CARD.source(), processes=processes, n_events=n, seed=1, channels=channels))


@pytest.fixture(scope="module")
def events():
    return made()


@pytest.fixture(scope="module")
def sample(events):
    candidates = SEMIVISIBLE.candidates(events, MASSES, np.random.default_rng(1))
    return with_collision(candidates, events)


def test_the_photon_recoils_against_aprime(sample):
    _, energy, root = in_frame(sample.photon, sample.beams)
    assert set(np.round(root, 6)) == {10.02, 10.36, 10.58}
    np.testing.assert_allclose(energy, (root**2 - MASSES.m_aprime**2) / (2 * root), rtol=1e-9)
    total = np.sqrt((sample.photon**2).sum(axis=1)) + sample.e_aprime
    np.testing.assert_allclose(total, sample.beams[:, 0], rtol=1e-12)


def test_photons_of_decays_are_not_it():
    events = made(500, channels=("pi0 gamma",))
    photons = (events.pdg == 22).reshape(500, -1).sum(axis=1)
    assert (photons == 2).all()
    momentum, pdg = events.momentum.copy(), events.pdg
    size = len(pdg) // 500
    momentum[size - 1 :: size] *= 100.0  # that of the decay is the harder one
    assert abs(pdg[size - 1]) in (22, 111)
    found = with_collision(
        SEMIVISIBLE.candidates(events, MASSES, np.random.default_rng(1), ("pi0 gamma",)),
        dataclasses.replace(events, momentum=momentum),
    )
    np.testing.assert_array_equal(found.photon, events.momentum.reshape(500, size, 3)[:, 2])


def test_the_hardest_of_several_photons_counts(events):
    doubled = events.pdg.copy()
    size = len(doubled) // len(events)
    doubled[size - 2 :: size] = 22  # e- of the decay becomes one beside A', of less energy than the first
    mothers = events.mothers.copy()
    mothers[size - 2 :: size] = (0, 1)
    changed = dataclasses.replace(events, pdg=doubled, mothers=mothers)
    found = with_collision(SEMIVISIBLE.candidates(events, MASSES, np.random.default_rng(1)), changed)
    both = events.momentum.reshape(len(events), size, 3)[:, [2, size - 2]]
    hardest = np.linalg.norm(both, axis=2).argmax(axis=1)
    np.testing.assert_array_equal(found.photon, both[np.arange(len(events)), hardest])


def test_events_without_beams_are_refused(events):
    first = np.flatnonzero((events.status == -1) & (events.pdg == -11))
    changed = events.status.copy()
    changed[first] = 3
    with pytest.raises(EventFileError, match="event 1 has 1 incoming particles: at a collider both beams are needed"):
        accept([dataclasses.replace(events, status=changed)], CARD, ctau_mm=[100.0])


def test_photon_cuts_keep_the_share_of_the_closed_form():
    asked = [entry.build() for entry in CARD.signatures[0].require]
    card = requiring(CARD, "photon", *asked, veto=None)
    process = ColliderProduction(cos_theta_max=0.9)
    events = made(20_000, process=process)
    table = accept([events], card, ctau_mm=[1e9])
    flow = table.cut_flow("photon")
    step = flow.step("photon")
    shares, total = CARD.source().luminosity_shares, {0.6: 0.0, 0.9: 0.0}
    for share, (root, _) in zip(shares, CARD.source().runs, strict=True):
        for size in total:
            total[size] += share * photon_aprime(root, MASSES.m_aprime).integral(-size, size)
    expected = total[0.6] / total[0.9]
    found, error = flow.fraction[step, 0] / flow.fraction[step - 1, 0], flow.error[step, 0]
    assert abs(found - expected) < 4 * error
    efficiency = flow.fraction[flow.step("recoil_mass"), 0] / flow.fraction[step, 0]
    assert efficiency == pytest.approx(0.0339)  # the card's, 2.1 to 3.4 GeV


@pytest.mark.parametrize(
    ("cuts", "passes"),
    [
        ({}, True),
        ({"energy_min_GeV": 4.6}, True),
        ({"energy_min_GeV": 5.2}, False),
        ({"theta_min_deg": 179.0}, False),
        ({"theta_max_deg": 1.0}, False),
    ],
)
def test_photon_cuts(sample, cuts, passes):
    found = Photon(**cuts).factor(sample, None)
    assert (found == passes).all()


def test_photon_angles_are_those_of_the_lab(sample):
    theta = np.degrees(np.arccos(sample.photon[:, 2] / np.linalg.norm(sample.photon, axis=1)))
    found = Photon(theta_min_deg=40.0, theta_max_deg=90.0).factor(sample, None)
    np.testing.assert_array_equal(found > 0, (theta > 40) & (theta < 90))


def test_recoil_mass_regions(sample):
    assert (RecoilMass((2.4, 2.6, 8.0), (0.1, 0.2, 0.3)).factor(sample, None) == 0.2).all()
    assert (RecoilMass((2.4,), (0.1,)).factor(sample, None) == 0).all()
    nothing = dataclasses.replace(sample, photon=np.zeros_like(sample.photon))
    assert (RecoilMass((20.0,), (0.5,)).factor(nothing, None) == 0).all()
    assert (Photon().factor(nothing, None) == 0).all()


def test_a_fixed_target_has_no_photon(sample):
    with pytest.raises(ParameterError, match="'photon' looks at the photon of a collision of two beams"):
        Photon().factor(dataclasses.replace(sample, photon=None), None)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Photon(cos_theta_max=2.0), "cos_theta_max = 2.0 lie in"),
        (lambda: Photon(theta_min_deg=90.0, theta_max_deg=10.0), "theta_min_deg = 90.0 and theta_max_deg = 10.0"),
        (lambda: RecoilMass((2.0, 1.0), (0.1, 0.1)), "2 ends of regions, up_to_GeV, and 2 efficiencies"),
        (lambda: RecoilMass((1.0, 2.0), (0.1,)), "2 ends of regions, up_to_GeV, and 1 efficiencies"),
        (lambda: RecoilMass((1.0,), (1.5,)), r"efficiency = 1.5 must lie in \[0, 1\]"),
    ],
)
def test_settings_that_make_no_sense(make, message):
    with pytest.raises(ParameterError, match=message):
        make()


def test_beams_of_events_are_those_of_the_card(events):
    other = dataclasses.replace(events.info, beam_energy=5.29, extra=events.info.extra | {"second_beam": "-11 5.29"})
    with pytest.raises(EventFileError, match=r"their first beam has 5.29 GeV, the card's 9.0271 GeV"):
        accept([dataclasses.replace(events, info=other)], CARD, ctau_mm=[100.0])
    swapped = dataclasses.replace(events.info, extra=events.info.extra | {"second_beam": "-11 4.0"})
    with pytest.raises(EventFileError, match=r"their second beam has 4 GeV, the card's 3.1 GeV"):
        accept([dataclasses.replace(events, info=swapped)], CARD, ctau_mm=[100.0])
    table = accept([dataclasses.replace(events, info=swapped)], CARD, ctau_mm=[100.0], allow=["energy"])
    assert table.remarks
