"""e+ e- -> gamma A' as a production process."""

import itertools
import math

import numpy as np
import pytest

from semivis_gen import DarkMasses, generate
from semivis_gen.constants import M_ELECTRON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.production import Bremsstrahlung, ColliderProduction, process_rates, production_rate
from semivis_gen.production.collider.cross_section import photon_aprime
from semivis_gen.target import Collider, ThinTarget, material

BELLE2 = Collider(7.007, 4.0)
BABAR = Collider(9.0, 3.1, runs=((10.02, 15.9), (10.36, 31.2), (10.58, 5.9)))


def sampled(process, source, *, n=50_000, m_aprime=0.3, e_min=0.0):
    events = process.sampler(m_aprime, source, e_min=e_min).sample(n, np.random.default_rng(1))
    return events, events.momentum.reshape(n, 4, 3), events.mass.reshape(n, 4), events.energy.reshape(n, 4)


def star(momentum, energy):
    """Cosine and energy of the photon in the centre-of-mass frame, by its longitudinal boost."""
    total, along = energy[:, :2].sum(axis=1), momentum[:, :2, 2].sum(axis=1)
    root = np.sqrt(total**2 - along**2)
    photon = (total * energy[:, 2] - along * momentum[:, 2, 2]) / root
    z = (total * momentum[:, 2, 2] - along * energy[:, 2]) / root
    return z / photon, photon, root


@pytest.mark.parametrize("source", [BELLE2, BABAR, Collider(4.0, 7.007, beam_id=-11)])
def test_events_are_on_shell_and_conserve_momentum(source):
    events, momentum, mass, energy = sampled(ColliderProduction(cos_theta_max=0.9), source, m_aprime=2.0)
    assert events.pdg[:4].tolist() == [source.beam_id, -source.beam_id, 22, 55]
    np.testing.assert_allclose(momentum[:, 0] + momentum[:, 1], momentum[:, 2] + momentum[:, 3], atol=1e-13)
    np.testing.assert_allclose(energy[:, :2].sum(axis=1), energy[:, 2:].sum(axis=1), rtol=1e-13)
    assert (mass[:, :2] == M_ELECTRON).all()
    assert (mass[:, 2] == 0).all()
    assert (mass[:, 3] == 2.0).all()
    assert (momentum[:, 0, 2] > 0).all()
    assert (momentum[:, 1, 2] < 0).all()


def test_angles_follow_the_closed_form():
    _, momentum, _, energy = sampled(ColliderProduction(cos_theta_max=0.99), BELLE2, n=200_000)
    cosine, photon, root = star(momentum, energy)
    reaction = photon_aprime(float(root[0]), 0.3)
    np.testing.assert_allclose(photon, reaction.photon_energy, rtol=1e-11)
    edges = np.linspace(-0.99, 0.99, 41)
    counts, _ = np.histogram(cosine, edges)
    share = np.array([reaction.integral(a, b) for a, b in itertools.pairwise(edges)])
    expected = len(cosine) * share / share.sum()
    chi2 = ((counts - expected) ** 2 / expected).sum()
    assert abs(chi2 - 39) < 4 * math.sqrt(2 * 39)
    turn = np.arctan2(momentum[:, 2, 1], momentum[:, 2, 0])
    assert abs(np.cos(turn).mean()) < 4 / math.sqrt(2 * len(turn))


def test_without_cuts_most_photons_fly_along_the_beams():
    _, momentum, _, energy = sampled(ColliderProduction(), BELLE2)
    cosine, _, root = star(momentum, energy)
    reaction = photon_aprime(float(root[0]), 0.3)
    for size in (0.6, 0.99, 0.99999):
        share = reaction.integral(-size, size) / reaction.integral(-1, 1)
        found = (np.abs(cosine) < size).mean()
        assert abs(found - share) < 4 * math.sqrt(share * (1 - share) / len(cosine))


def test_runs_count_by_luminosity_and_cross_section():
    process = ColliderProduction(cos_theta_max=0.6)
    each = [photon_aprime(root, 0.3).integral(-0.6, 0.6) for root, _ in BABAR.runs]
    total = sum(share * sigma for share, sigma in zip(BABAR.luminosity_shares, each, strict=True))
    assert process.rate(0.3, BABAR).value == pytest.approx(total, rel=1e-9)
    _, momentum, _, energy = sampled(process, BABAR)
    _, _, root = star(momentum, energy)
    for (wanted, _), share, sigma in zip(BABAR.runs, BABAR.luminosity_shares, each, strict=True):
        part = share * sigma / total
        found = (np.abs(root - wanted) < 1e-6).mean()
        assert abs(found - part) < 4 * math.sqrt(part * (1 - part) / len(root))


def test_a_run_that_cannot_make_the_mass_makes_none():
    process = ColliderProduction(cos_theta_max=0.6)
    expected = BABAR.luminosity_shares[1:] @ [photon_aprime(r, 10.2).integral(-0.6, 0.6) for r in (10.36, 10.58)]
    assert process.rate(10.2, BABAR).value == pytest.approx(expected, rel=1e-9)
    with pytest.raises(KinematicsError, match=r"A' of 10.7 GeV cannot be made at sqrt\(s\) = 10.58 GeV"):
        process.rate(10.7, BABAR)


@pytest.mark.parametrize("source", [BELLE2, Collider(4.0, 7.007), Collider(5.3, 5.3)])
@pytest.mark.parametrize("e_min", [5.0, 6.2, 20.0])
def test_a_smallest_energy_of_aprime_is_a_cut(source, e_min):
    process = ColliderProduction(cos_theta_max=0.95)
    whole = process.rate(1.0, source).value
    share = process.rate(1.0, source, e_min=e_min).value / whole
    *_, energy = sampled(process, source, m_aprime=1.0)
    found = (energy[:, 3] > e_min).mean()
    assert abs(found - share) <= 4 * math.sqrt(share * (1 - share) / len(energy))
    if share:
        *_, above = sampled(process, source, m_aprime=1.0, e_min=e_min)
        assert above[:, 3].min() >= e_min - 1e-9
    else:
        with pytest.raises(KinematicsError, match=f"above {e_min:g} GeV passes the cuts of collider"):
            process.sampler(1.0, source, e_min=e_min)


def test_a_transverse_momentum_is_a_cut_on_the_angle():
    process = ColliderProduction(pt_min_GeV=1.0)
    _, momentum, _, _ = sampled(process, BELLE2)
    assert np.hypot(momentum[:, 2, 0], momentum[:, 2, 1]).min() > 1.0
    reaction = photon_aprime(float(BELLE2.sqrt_s[0]), 0.3)
    size = math.sqrt(1 - (1 / reaction.photon_energy) ** 2)
    assert process.rate(0.3, BELLE2).value == pytest.approx(reaction.integral(-size, size), rel=1e-9)
    assert ColliderProduction(pt_min_GeV=6.0).rate(0.3, BELLE2).value == 0


def test_the_chain_decays_with_the_spin_of_aprime():
    process = ColliderProduction(cos_theta_max=0.9)
    made = generate(DarkMasses(0.3), BELLE2, processes=[process], n_events=1000, seed=1)
    events = next(made)
    assert events.info.extra["spin"] == "full"
    assert events.info.rate_unit == "pb"
    assert events.info.extra["second_beam"] == "-11 4.0"
    lengths = np.diff(events.offsets)
    assert (lengths == 9).all()  # two beams, photon, A', chi2, chi1, chi1, e-, e+
    final = events.status == 1
    total = np.add.reduceat(np.where(final[:, None], events.momentum, 0.0), events.offsets[:-1])
    np.testing.assert_allclose(total, np.tile([0, 0, BELLE2.momenta.sum()], (1000, 1)), atol=1e-11)


def test_sources_and_processes_that_do_not_go_together():
    lead = ThinTarget(100.0, material("Pb"))
    with pytest.raises(ParameterError, match="collider needs two beams that collide, and a ThinTarget has a target"):
        production_rate(0.1, lead, [ColliderProduction()])
    with pytest.raises(ParameterError, match="bremsstrahlung needs a target, and a Collider has two beams"):
        process_rates(0.1, BELLE2, [Bremsstrahlung()])
    with pytest.raises(ParameterError, match="give a Collider, not a ThinTarget"):
        ColliderProduction().rate(0.1, lead)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cos_theta_max": 1.2}, r"cos_theta_max = 1.2 must lie in \(0, 1\]"),
        ({"pt_min_GeV": -1.0}, "pt_min_GeV = -1.0 must be zero or positive"),
    ],
)
def test_settings_that_make_no_sense(settings, message):
    with pytest.raises(ParameterError, match=message):
        ColliderProduction(**settings)
