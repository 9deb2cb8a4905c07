"""A' from positrons of the shower: rate, depth, and their place among generated events."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import trapezoid

from semivis_gen.constants import ID_APRIME, ID_CHI2, ID_ELECTRON, ID_POSITRON, M_ELECTRON
from semivis_gen.decay.chain import Spin, decay_chain
from semivis_gen.errors import ParameterError
from semivis_gen.events import concatenate
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses
from semivis_gen.production.annihilation.process import (
    Annihilation,
    annihilation_rate,
    sample_depth,
)
from semivis_gen.production.annihilation.resonance import (
    annihilation_cross_section,
    narrow_cross_section_integral,
    resonance_energy,
)
from semivis_gen.production.bremsstrahlung.process import Bremsstrahlung
from semivis_gen.production.bremsstrahlung.rate import bremsstrahlung_rate
from semivis_gen.production.process import production_rate
from semivis_gen.production.transverse import transverse_direction
from semivis_gen.target.materials import material
from semivis_gen.target.scattering import shower_angles
from semivis_gen.target.shower import electromagnetic_shower
from semivis_gen.target.sources import ThickTarget
from semivis_gen.target.tracks import primary_depths, primary_spectrum

LEAD = material("Pb")
TARGET = ThickTarget(100.0, LEAD, 40.0, 40.0)
BOTH = Bremsstrahlung(), Annihilation()
MASSES = DarkMasses(0.25, 3.0, 0.4)


def test_rate_against_the_breit_wigner_integral_of_a_narrow_resonance():
    # sigma(E) T(E) over all positron energies, for a width that the spectrum does not see
    alpha_d = 1e-4
    shower = electromagnetic_shower(100.0, 40.0, 40.0)
    track = shower.positrons.sum(axis=1) / np.diff(shower.energy_edges)
    centre = resonance_energy(MASSES.m_aprime)
    half_width = 0.5 * 1e-4 * centre
    energy = centre + half_width * np.tan(np.linspace(-1.5703, 1.5703, 200_001))
    energy = energy[(energy > 40) & (energy < 99)]
    spectrum = np.interp(np.log(energy), np.log(shower.energies), track)
    sigma = annihilation_cross_section(MASSES, energy, alpha_d=alpha_d)
    expected = trapezoid(sigma * spectrum, energy) * LEAD.electrons_per_radiation_length
    assert annihilation_rate(0.25, TARGET).value == pytest.approx(expected, rel=2e-3)


def test_rate_in_numbers_of_electrons():
    # Z N_A X0 / A = 82 x 6.022e23 x 6.37 / 207.2 per cm^2
    assert LEAD.electrons_per_radiation_length * 1e36 == pytest.approx(82 * 6.02214e23 * 6.37 / 207.2, rel=1e-3)


@pytest.mark.parametrize(("m", "e_min"), [(0.15, 0.0), (0.33, 0.0), (0.25, 62.0)])
def test_nothing_where_no_positron_reaches_the_resonance(m, e_min):
    assert annihilation_rate(m, TARGET, e_min=e_min).value == 0.0


def test_error_is_that_of_the_bins():
    for m in (0.21, 0.25, 0.3, 0.319):
        found = annihilation_rate(m, TARGET)
        shower = electromagnetic_shower(100.0, 40.0, 40.0, bins_per_e_fold=240)
        track = shower.positrons.sum(axis=1) / np.diff(shower.energy_edges)
        fine = np.interp(np.log(resonance_energy(m)), np.log(shower.energies), track)
        coarse = electromagnetic_shower(100.0, 40.0, 40.0)
        coarse_track = coarse.positrons.sum(axis=1) / np.diff(coarse.energy_edges)
        now = np.interp(np.log(resonance_energy(m)), np.log(coarse.energies), coarse_track)
        assert abs(fine / now - 1) < found.relative_error


def test_rates_add():
    both = production_rate(0.25, TARGET, BOTH, e_min=50.0)
    parts = bremsstrahlung_rate(0.25, TARGET, e_min=50.0).value, annihilation_rate(0.25, TARGET, e_min=50.0).value
    assert both.value == pytest.approx(sum(parts), rel=1e-12)
    assert parts[1] / parts[0] > 5  # arXiv:2108.04195: an order of magnitude between 200 and 300 MeV
    assert production_rate(0.25, TARGET, e_min=50.0).value == parts[0]


def test_depths_are_those_of_the_shower():
    depth = sample_depth(0.25, TARGET, 20_000, np.random.default_rng(1))
    shower = electromagnetic_shower(100.0, 40.0, 40.0)
    row = np.searchsorted(shower.energy_edges, resonance_energy(0.25)) - 1
    middle = 0.5 * (shower.depth_edges[1:] + shower.depth_edges[:-1])
    expected = np.average(middle, weights=shower.positrons[row])
    assert abs(depth.mean() - expected) < 4 * depth.std() / np.sqrt(len(depth))


def test_events_hold_both_in_their_proportion():
    chunks = list(generate(MASSES, TARGET, processes=BOTH, n_events=20_000, seed=3, chunk=7000, e_min_aprime=50.0))
    assert sum(map(len, chunks)) == 20_000
    annihilated = [c for c in chunks if len(c.pdg) == 8 * len(c)]
    n = sum(map(len, annihilated))
    rates = [f(0.25, TARGET, e_min=50.0).value for f in (annihilation_rate, bremsstrahlung_rate)]
    share = rates[0] / sum(rates)
    assert abs(n / 20_000 - share) < 4 * np.sqrt(share * (1 - share) / 20_000)
    for events in chunks:
        assert events.info.rate == pytest.approx(sum(rates))
        final = events.status == 1
        incoming = events.status == -1
        total = np.zeros((len(events), 4))
        four = np.c_[events.energy, events.momentum]
        for rows, sign in ((final, 1), (incoming, -1)):
            np.add.at(total, events.event_of_particle[rows], sign * four[rows])
        assert np.abs(total).max() < 1e-7
        assert np.abs(events.mass[events.only(ID_APRIME)] - 0.25).max() == 0
        assert len(events.only(ID_CHI2)) == len(events)
    aprime = annihilated[0].energy[annihilated[0].only(ID_APRIME)]
    np.testing.assert_allclose(aprime, resonance_energy(0.25) + M_ELECTRON, rtol=1e-12)


def test_a_chosen_share_changes_weights_alone():
    chunks = list(generate(MASSES, TARGET, processes=BOTH, n_events=20_000, seed=3, e_min_aprime=50.0, stratified=True))
    rates = [f(0.25, TARGET, e_min=50.0).value for f in (annihilation_rate, bremsstrahlung_rate)]
    weight = [c.weight.sum() for c in chunks]
    assert abs(len(chunks[1]) / 20_000 - 0.3) < 4 * np.sqrt(0.21 / 20_000)
    share = rates[0] / sum(rates)
    assert weight[1] / sum(weight) == pytest.approx(share, abs=4 * share * np.sqrt(0.7 / 0.3 / 20_000))


def test_direction_of_chi2_follows_the_spin_of_the_beam():
    n = transverse_direction(200_000, MASSES, np.random.default_rng(5))
    kappa = 1 - (MASSES.sigma / MASSES.m_aprime) ** 2
    # <cos^2> of 1 - kappa (1 - c^2)/2
    expected = (1 / 3 - kappa / 2 * (1 / 3 - 1 / 5)) / (1 - kappa / 3)
    spread = (n[:, 2] ** 2).std() / np.sqrt(len(n))
    assert abs((n[:, 2] ** 2).mean() - expected) < 4 * spread
    assert expected - 1 / 3 > 10 * spread


def test_bare_events_decay_later_and_those_of_another_mass_are_refused():
    chunks = list(generate(MASSES, TARGET, processes=BOTH, n_events=2000, seed=3, e_min_aprime=50.0, chain=False))
    assert [c.info.process for c in chunks] == ["bremsstrahlung", "annihilation"]
    assert [len(c.pdg) // len(c) for c in chunks] == [5, 3]
    rng = np.random.default_rng(2)
    whole = [decay_chain(c, MASSES, rng) for c in chunks]
    assert [len(c.pdg) // len(c) for c in whole] == [10, 8]
    again = decay_chain(whole[1], MASSES, rng)  # nothing is left to decay
    assert np.array_equal(again.momentum, whole[1].momentum)
    with pytest.raises(ParameterError, match=r"starts from A' of that mass; the events hold 0.25 GeV"):
        decay_chain(chunks[1], DarkMasses(0.26, 3.0, 0.4), rng)


def test_mixed_events_decay_in_any_order_but_with_one_spin():
    chunks = list(generate(MASSES, TARGET, processes=BOTH, n_events=2000, seed=3, e_min_aprime=50.0, chain=False))
    mixed = concatenate(chunks[::-1])
    with pytest.raises(ParameterError, match="bremsstrahlung, annihilation are mixed"):
        decay_chain(mixed, MASSES, np.random.default_rng(2))
    whole = decay_chain(mixed, MASSES, np.random.default_rng(2), spin=Spin.NONE)
    assert np.array_equal(np.diff(whole.offsets), np.diff(mixed.offsets) + 5)


def test_events_of_all_kinds_and_events_that_are_alike_decay_to_the_same():
    (alike,) = generate(MASSES, TARGET, n_events=500, seed=3, e_min_aprime=50.0, chain=False)
    mothers = alike.mothers.copy()
    mothers[4] = 0, 0  # the recoil of the first event from the electron alone: not as in all others
    odd = replace(alike, mothers=mothers)
    one, two = (decay_chain(events, MASSES, np.random.default_rng(2)) for events in (alike, odd))
    for name in ("offsets", "pdg", "status", "mass", "momentum", "ctau", "weight", "vertex"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name
    assert two.mothers[5].tolist() == [0, 0]
    assert np.array_equal(np.delete(one.mothers, 5, axis=0), np.delete(two.mothers, 5, axis=0))


POSITRONS = ThickTarget(100.0, LEAD, 40.0, 40.0, ID_POSITRON)


def test_primary_positrons_in_a_thin_block_have_a_closed_form():
    # one photon before annihilation: T = b t^2 / (2 E0 ln(E0/E)), far above what the shower adds at order t^3
    target = replace(POSITRONS, thickness_x0=1e-3)
    energy = resonance_energy(0.25)
    track = 4 / 3 * 1e-6 / (200.0 * np.log(100.0 / energy))
    expected = track * LEAD.electrons_per_radiation_length * narrow_cross_section_integral(0.25)
    assert annihilation_rate(0.25, target).value == pytest.approx(expected, rel=2e-3)
    assert annihilation_rate(0.25, replace(target, beam_id=11)).value < 1e-3 * expected


@pytest.mark.parametrize("m", [0.21, 0.25, 0.3, 0.319])
def test_positron_beams_add_their_primary_to_the_shower(m):
    electrons = annihilation_rate(m, replace(POSITRONS, beam_id=11))
    positrons = annihilation_rate(m, POSITRONS)
    primary = primary_spectrum(100.0, resonance_energy(m), 40.0)
    primary *= LEAD.electrons_per_radiation_length * narrow_cross_section_integral(m)
    assert positrons.value == pytest.approx(electrons.value + primary, rel=1e-12)
    assert positrons.error == pytest.approx(electrons.error)


def test_depths_are_those_of_primary_and_shower_together():
    depth = sample_depth(0.28, POSITRONS, 20_000, np.random.default_rng(1))
    energy = resonance_energy(0.28)
    shower = electromagnetic_shower(100.0, 40.0, 40.0)
    row = np.searchsorted(shower.energy_edges, energy) - 1
    middle = 0.5 * (shower.depth_edges[1:] + shower.depth_edges[:-1])
    second = shower.positrons[row] / np.diff(shower.energy_edges)[row]
    grid, cumulative = primary_depths(100.0, energy, 40.0)
    first = np.diff(np.interp(shower.depth_edges, grid, cumulative)) * primary_spectrum(100.0, energy, 40.0)
    for power in (1, 2):
        expected = np.average(middle**power, weights=first + second)
        spread = (depth**power).std() / np.sqrt(len(depth))
        assert abs((depth**power).mean() - expected) < 4 * spread + 0.01 * expected
    # the shower's positrons lie deeper than the primary
    assert depth.mean() < np.average(middle, weights=second)


def test_records_of_a_positron_beam():
    both = Bremsstrahlung(particles="shower"), Annihilation()
    chunks = list(
        generate(MASSES, POSITRONS, processes=both, n_events=20_000, seed=3, e_min_aprime=50.0, stratified=True)
    )
    radiated, annihilated = chunks
    for events in chunks:
        assert events.info.beam_id == ID_POSITRON
        final, incoming = events.status == 1, events.status == -1
        four = np.c_[events.energy, events.momentum]
        total = np.zeros((len(events), 4))
        for rows, sign in ((final, 1), (incoming, -1)):
            np.add.at(total, events.event_of_particle[rows], sign * four[rows])
        assert np.abs(total).max() < 1e-7
        # charge: nuclei and A' have none here that changes
        leptons = np.abs(events.pdg) == 11
        charge = np.zeros(len(events))
        for rows, sign in ((final & leptons, 1), (incoming & leptons, -1)):
            np.add.at(charge, events.event_of_particle[rows], -sign * np.sign(events.pdg[rows]))
        assert not charge.any()
    beam, scattered = radiated.pdg.reshape(len(radiated), -1)[:, [0, 4]].T
    assert np.array_equal(beam, scattered)
    share = 0.5 * (1 - bremsstrahlung_rate(0.25, POSITRONS, e_min=50.0).value / radiated_rate())
    found = (beam == ID_ELECTRON).mean()
    assert found == pytest.approx(share, abs=4 * np.sqrt(share / len(radiated)) + 0.05 * share)
    assert set(annihilated.pdg.reshape(len(annihilated), -1)[:, 0]) == {ID_POSITRON}


def radiated_rate():
    return bremsstrahlung_rate(0.25, POSITRONS, e_min=50.0, secondaries=True).value


def test_energies_near_the_beam_are_open_to_positron_beams_alone():
    # 0.319 GeV: 99.6 GeV, where the shower has no positrons to speak of
    rates = [annihilation_rate(0.319, replace(POSITRONS, beam_id=b)).value for b in (ID_POSITRON, 11)]
    assert rates[0] > 1000 * rates[1]


@pytest.mark.parametrize("beam", [ID_ELECTRON, ID_POSITRON])
def test_scattered_positrons_give_their_direction_to_aprime(beam):
    masses = DarkMasses(0.1)
    target = ThickTarget(50.0, LEAD, 40.0, 1.0, beam, scattering=True)
    events = Annihilation().sampler(0.1, target).sample(4000, np.random.default_rng(1))
    aprime, incoming = (events.momentum[events.pdg == pdg] for pdg in (ID_APRIME, ID_POSITRON))
    assert np.cross(aprime, incoming) == pytest.approx(0.0, abs=1e-6)
    # mean square angle of what can annihilate, over all depths
    angles = shower_angles(50.0, 1.0, 40.0)
    row = round(np.log(50.0 / resonance_energy(0.1)) / angles.width)
    track = angles.track[:, row] * [[beam == ID_POSITRON], [0.5]]
    expected = (track * angles.variance[:, row]).sum() / track.sum()
    square = (aprime[:, :2] ** 2).sum(axis=1)
    assert square.mean() == pytest.approx(expected, abs=4 * square.std() / np.sqrt(4000))
    direction = Annihilation.direction(events, masses, np.random.default_rng(2))
    spin = (direction * aprime).sum(axis=1) / np.linalg.norm(aprime, axis=1)
    assert spin == pytest.approx(transverse_direction(4000, masses, np.random.default_rng(2))[:, 2], abs=1e-9)
