"""Sampled events against the integrated cross-section."""

import numpy as np
import pytest

from semivis_gen.constants import M_ELECTRON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.formfactors import g2
from semivis_gen.kinematics import energy_of
from semivis_gen.production.bremsstrahlung import cross_section, dsigma_dx
from semivis_gen.production.materials import layered, material
from semivis_gen.production.phase_space import Reaction
from semivis_gen.production.quadrature import gauss
from semivis_gen.production.rate import production_rate
from semivis_gen.production.sampling import ProductionSampler, sample_production
from semivis_gen.production.target import ThickTarget, ThinTarget

LEAD = material("Pb")
NUCLEUS = LEAD.elements[0][0]
ECAL = layered("ecal", [("Pb", 1.5), ("scintillator", 1.5)])
THIN, THICK = ThinTarget(100.0, LEAD), ThickTarget(100.0, ECAL, 40.0, 30.0)
NODE, WEIGHT = np.polynomial.legendre.leggauss(10)


def chi2_per_bin(values, weights, edges, expected):
    """Comparison of shapes: the expectation is normalised to the sample."""
    count = np.histogram(values, edges, weights=weights)[0]
    variance = np.histogram(values, edges, weights=weights**2)[0]
    expected = expected * count.sum() / expected.sum()
    return float(((count - expected) ** 2 / variance).sum() / (len(count) - 1))


@pytest.fixture(scope="module", params=[1e-3, 0.03, 1.0])
def sample(request):
    return request.param, sample_production(request.param, THIN, 200_000, np.random.default_rng(11))


def test_energy_spectrum_follows_the_differential_cross_section(sample):
    m, production = sample
    y = 1 - energy_of(production.aprime, m) / 100.0
    edges = np.r_[np.geomspace(1e-5, 0.1, 16), np.linspace(0.1, 1 - m / 100 - 1e-4, 9)[1:]]
    centre, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges)
    density = dsigma_dx(m, 100.0, NUCLEUS, 1 - (centre[:, None] + half[:, None] * NODE).ravel()).reshape(-1, 10)
    # chi2 per degree of freedom of 23 bins: 2.2 is beyond 4 sigma
    assert chi2_per_bin(y, production.weight, edges, half * (density @ WEIGHT)) < 2.2


def test_angles_and_momentum_transfers_follow_the_differential_cross_section(sample):
    m, production = sample
    # cumulative distributions on fixed t and theta by quadrature in (y, U, t)
    reaction = Reaction(100.0, m, NUCLEUS.mass)
    low, high = reaction.y_range()
    (r, wr), (z, wz), (c, wc) = gauss(80, clustered=True), gauss(60, clustered=True), gauss(120)
    y0 = (M_ELECTRON / m) ** 2 + M_ELECTRON / 100
    span = np.log((high + y0) / (low + y0))
    y = np.clip((low + y0) * np.exp(span * r) - y0, low, high)
    lowest, largest = reaction.virtuality_range(y)
    share = (1 - lowest / largest)[:, None]
    virtuality = lowest[:, None] / (1 - z * share)
    kin = reaction.kinematics(y[:, None], virtuality, lowest[:, None])
    kin3 = type(kin)(*(getattr(kin, name)[..., None] for name in kin.__slots__))
    log_t = np.log(np.maximum(kin.t_max / kin.t_min, 1))[..., None]
    t = kin3.t_min * np.exp(log_t * c)
    value = reaction.flux(kin3) * reaction.azimuth(kin3, t).mean() * g2(t, NUCLEUS) / t * log_t
    value = (
        value * (wr * (y + y0) * span)[:, None, None] * (wz * virtuality**2 * share / lowest[:, None])[..., None] * wc
    )
    theta = np.arccos(np.clip(1 - kin3.excess / (reaction.p * kin3.k), -1, 1)) + 0 * t
    # momentum transfer
    recoil = np.sqrt((production.recoil**2).sum(axis=1))
    sampled_t = 2 * NUCLEUS.mass * recoil**2 / (np.sqrt(recoil**2 + NUCLEUS.mass**2) + NUCLEUS.mass)
    transverse = np.hypot(production.aprime[:, 0], production.aprime[:, 1])
    sampled_theta = np.arctan2(transverse, production.aprime[:, 2])
    for grid, found, edges in (
        (t, sampled_t, np.quantile(sampled_t, np.linspace(0.02, 0.98, 13))),
        (theta, sampled_theta, np.quantile(sampled_theta, np.linspace(0.02, 0.98, 13))),
    ):
        expected = np.histogram(grid, edges, weights=value)[0]
        # bins cut the quadrature grid: its own scatter, about 1 % a bin, adds to the statistical one
        count = np.histogram(found, edges, weights=production.weight)[0]
        ratio = count / expected * expected.sum() / count.sum()
        assert np.abs(ratio - 1).max() < 0.08
        assert np.sqrt(np.mean((ratio - 1) ** 2)) < 0.04


def test_share_above_an_energy_is_that_of_the_integral():
    production = sample_production(0.3, THIN, 100_000, np.random.default_rng(4))
    above = energy_of(production.aprime, 0.3) > 90.0
    expected = cross_section(0.3, 100.0, NUCLEUS, e_min=90.0).value / cross_section(0.3, 100.0, NUCLEUS).value
    share = production.weight[above].sum() / production.weight.sum()
    assert share == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 100_000))


def test_thick_target_energies_are_those_of_the_folded_cross_section():
    sampler = ProductionSampler(0.1, THICK, e_min_aprime=30.0)
    production = sampler.sample(100_000, np.random.default_rng(6))
    energy = energy_of(production.aprime, 0.1)
    total = production_rate(0.1, THICK, e_min=30.0).value
    for cut in (50.0, 80.0, 95.0):
        expected = production_rate(0.1, THICK, e_min=cut).value / total
        share = production.weight[energy > cut].sum() / production.weight.sum()
        assert share == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 100_000) + 4e-4)


@pytest.mark.parametrize("target", [THIN, THICK], ids=["thin", "thick"])
@pytest.mark.parametrize("m", [1e-3, 0.1, 1.0])
def test_mean_weight_is_the_rate(target, m):
    sampler = ProductionSampler(m, target, e_min_aprime=30.0)
    weighted = sampler.sample(100_000, np.random.default_rng(2), weighted=True)
    exact = production_rate(m, target, e_min=30.0)
    error = np.std(weighted.weight) / np.sqrt(len(weighted))
    assert abs(weighted.weight.mean() - exact.value) < 4 * np.hypot(error, exact.error)
    sampler.sample(50_000, np.random.default_rng(3))
    assert abs(sampler.rate.pull(exact)) < 4
    assert sampler.rate.relative_error < 3e-3


def test_weighted_and_unweighted_events_agree():
    sampler = ProductionSampler(0.1, THIN)
    edges = np.r_[0.0, np.geomspace(1e-4, 1.0, 12)]
    spectra, errors = [], []
    for weighted in (True, False):
        production = sampler.sample(100_000, np.random.default_rng(7), weighted=weighted)
        y = 1 - energy_of(production.aprime, 0.1) / 100.0
        scale = 1 / production.weight.sum()
        spectra.append(np.histogram(y, edges, weights=production.weight * scale)[0])
        errors.append(np.sqrt(np.histogram(y, edges, weights=(production.weight * scale) ** 2)[0]))
    assert np.all(np.abs(spectra[0] - spectra[1]) < 4 * np.hypot(*errors))


@pytest.mark.parametrize("target", [THIN, THICK], ids=["thin", "thick"])
@pytest.mark.parametrize("m", [1e-3, 0.05, 1.0])
def test_momenta_are_conserved_and_on_shell(target, m):
    production = sample_production(m, target, 20_000, np.random.default_rng(3), e_min_aprime=30.0)
    total = production.aprime + production.electron + production.recoil - production.beam
    assert np.abs(total).max() < 1e-12 * 100
    mass = np.array([n.mass for n in production.nuclei])[production.nucleus]
    kinetic = (production.recoil**2).sum(axis=1) / (energy_of(production.recoil, mass) + mass)
    balance = energy_of(production.beam, M_ELECTRON) - kinetic
    balance -= energy_of(production.aprime, m) + energy_of(production.electron, M_ELECTRON)
    assert np.abs(balance).max() < 1e-12 * 100
    assert energy_of(production.aprime, m).min() >= 30.0 * (1 - 1e-12)
    assert np.all((production.depth_x0 >= 0) & (production.depth_x0 <= 40))
    for transverse in production.aprime.T[:2]:  # no direction is preferred
        assert abs(transverse.mean()) < 4 * transverse.std() / np.sqrt(len(transverse))


def test_elements_come_in_the_ratio_of_their_cross_sections():
    target = ThinTarget(50.0, material("water"))
    production = sample_production(0.02, target, 100_000, np.random.default_rng(9))
    sigma = {n.z: cross_section(0.02, 50.0, n).value * share for n, share in target.material.atom_fractions()}
    z = np.array([n.z for n in production.nuclei])[production.nucleus]
    expected = sigma[8] / sum(sigma.values())
    share = production.weight[z == 8].sum() / production.weight.sum()
    assert share == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 100_000) + 3e-4)


@pytest.mark.parametrize("m", [1e-3, 0.1, 1.0])
@pytest.mark.parametrize("target", [THIN, THICK], ids=["thin", "thick"])
def test_efficiency_and_overweights_are_as_documented(target, m):
    sampler = ProductionSampler(m, target, e_min_aprime=30.0)
    production = sampler.sample(100_000, np.random.default_rng(1))
    assert sampler.efficiency > 0.6
    assert sampler.overweight < 4e-3
    assert (production.weight >= 1).all()
    assert (production.weight - 1).mean() < 2e-3


def test_the_same_seed_gives_the_same_events_however_many_are_asked_for():
    sampler = ProductionSampler(0.1, THICK)
    first, second = (sampler.sample(n, np.random.default_rng(8)) for n in (500, 20_000))
    assert np.array_equal(first.electron, second.electron[:500])
    assert np.array_equal(first.depth_x0, second.depth_x0[:500])
    assert not np.array_equal(first.aprime, sampler.sample(500, np.random.default_rng(9)).aprime)
    assert len(sampler.sample(0, np.random.default_rng(1))) == 0


def test_near_threshold_and_with_light_nuclei_nothing_breaks():
    target = ThinTarget(10.0, material("polystyrene"))
    production = sample_production(2.0, target, 5000, np.random.default_rng(1))
    assert all(np.isfinite(x).all() for x in (production.electron, production.recoil, production.weight))
    sampler = ProductionSampler(5.0, ThinTarget(16.0, material("polystyrene")))  # closed on hydrogen
    assert {n.z for n in np.array(sampler.nuclei)[sampler.sample(100, np.random.default_rng(1)).nucleus]} == {6}


def test_senseless_requests_are_one_clear_line():
    with pytest.raises(KinematicsError, match="lower the A' mass"):
        ProductionSampler(0.1, THIN, e_min_aprime=101.0)
    with pytest.raises(KinematicsError, match="closed"):
        ProductionSampler(101.0, THIN)
    with pytest.raises(ParameterError, match="e_min_aprime"):
        ProductionSampler(0.1, THIN, e_min_aprime=-1.0)
    with pytest.raises(ParameterError, match="zero or more"):
        ProductionSampler(0.1, THIN).sample(-1, np.random.default_rng(1))
