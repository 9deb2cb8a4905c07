"""Sampled events against the integrated cross-section."""

from itertools import pairwise

import numpy as np
import pytest

from semivis_gen.constants import ID_MUON, M_ELECTRON, M_MUON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.numerics.kinematics import energy_of
from semivis_gen.numerics.quadrature import gauss
from semivis_gen.production.bremsstrahlung.cross_sections import cross_section, dsigma_dx
from semivis_gen.production.bremsstrahlung.phase_space import Reaction
from semivis_gen.production.bremsstrahlung.rate import bremsstrahlung_rate
from semivis_gen.production.bremsstrahlung.sampling import ProductionSampler
from semivis_gen.production.process import production_rate
from semivis_gen.target.form_factors import g2
from semivis_gen.target.materials import layered, material
from semivis_gen.target.sources import ThickTarget, ThinTarget

LEAD = material("Pb")
NUCLEUS = LEAD.elements[0][0]
ECAL = layered("ecal", [("Pb", 1.5), ("scintillator", 1.5)])
THIN, THICK = ThinTarget(100.0, LEAD), ThickTarget(100.0, ECAL, 40.0, 30.0)
MUONS = ThinTarget(160.0, LEAD, ID_MUON), ThickTarget(160.0, ECAL, 500.0, 30.0, -ID_MUON)
NODE, WEIGHT = np.polynomial.legendre.leggauss(10)


def chi2_per_bin(values, weights, edges, expected):
    """Comparison of shapes: the expectation is normalised to the sample."""
    count = np.histogram(values, edges, weights=weights)[0]
    variance = np.histogram(values, edges, weights=weights**2)[0]
    expected = expected * count.sum() / expected.sum()
    return float(((count - expected) ** 2 / variance).sum() / (len(count) - 1))


@pytest.fixture(scope="module", params=[1e-3, 0.03, 1.0])
def sample(request):
    return request.param, ProductionSampler(request.param, THIN).sample(200_000, np.random.default_rng(11))


def test_energy_spectrum_follows_the_differential_cross_section(sample):
    m, production = sample
    y = 1 - energy_of(production.aprime, m) / 100.0
    edges = np.r_[np.geomspace(1e-5, 0.1, 16), np.linspace(0.1, 1 - m / 100 - 1e-4, 9)[1:]]
    centre, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges)
    density = dsigma_dx(m, 100.0, NUCLEUS, 1 - (centre[:, None] + half[:, None] * NODE).ravel()).reshape(-1, 10)
    # chi2 per degree of freedom of 23 bins: 2.2 is beyond 4 sigma
    assert chi2_per_bin(y, production.weight, edges, half * (density @ WEIGHT)) < 2.2


def binned(m, *, theta=None, log_t=None):
    """Cross-section in bins of theta or of ln t, by quadrature within the edges."""
    reaction = Reaction(100.0, m, NUCLEUS.mass)
    low, high = reaction.y_range()
    (r, wr), (z, wz), (c, wc) = gauss(64, clustered=True), gauss(24, clustered=True), gauss(64)
    y0 = (M_ELECTRON / m) ** 2 + M_ELECTRON / 100
    span = np.log((high + y0) / (low + y0))
    y = np.clip((low + y0) * np.exp(span * r) - y0, low, high)
    lowest, largest = reaction.virtuality_range(y)
    k = np.sqrt((100 * (1 - y)) ** 2 - m**2)
    edges = theta if theta is not None else log_t
    result = []
    for a, b in pairwise(edges):
        if theta is not None:
            start, end = (np.minimum(lowest + 4 * reaction.p * k * np.sin(x / 2) ** 2, largest) for x in (a, b))
        else:
            start, end = lowest, largest
        u = (1 / (1 / start[:, None] - z * (1 / start - 1 / end)[:, None]))[..., None]
        kin = reaction.kinematics(y[:, None, None], u, lowest[:, None, None])
        t_low, t_high = kin.t_min, kin.t_max
        if log_t is not None:
            t_low, t_high = (np.clip(np.exp(x), kin.t_min, kin.t_max) for x in (a, b))
        log_span = np.log(np.maximum(t_high / t_low, 1))  # edges of phase space included
        t = t_low * np.exp(log_span * c)
        with np.errstate(divide="ignore", invalid="ignore"):
            f = reaction.flux(kin) * reaction.azimuth(kin, t).mean() * g2(t, NUCLEUS) / t * log_span
        f = np.where(log_span > 0, f, 0.0)
        inner = ((f @ wc) * u[..., 0] ** 2 @ wz) * (1 / start - 1 / end)
        result.append(float((wr * (y + y0) * span) @ inner))
    return np.array(result)


def test_angles_and_momentum_transfers_follow_the_differential_cross_section(sample):
    m, production = sample
    theta = np.arctan2(np.hypot(*production.aprime.T[:2]), production.aprime[:, 2])
    edges = np.quantile(theta, [0.001, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999])
    # chi2 per degree of freedom of 11 bins: 2.8 is beyond 4 sigma
    assert chi2_per_bin(theta, production.weight, edges, binned(m, theta=edges)) < 2.8
    recoil2 = (production.recoil**2).sum(axis=1)
    log_t = np.log(2 * NUCLEUS.mass * recoil2 / (np.sqrt(recoil2 + NUCLEUS.mass**2) + NUCLEUS.mass))
    edges = np.quantile(log_t, [0.001, 0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999])
    assert chi2_per_bin(log_t, production.weight, edges, binned(m, log_t=edges)) < 2.8


def test_share_above_an_energy_is_that_of_the_integral():
    production = ProductionSampler(0.3, THIN).sample(100_000, np.random.default_rng(4))
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
    production = ProductionSampler(m, target, e_min_aprime=30.0).sample(20_000, np.random.default_rng(3))
    total = production.aprime + production.lepton + production.recoil - production.beam
    assert np.abs(total).max() < 1e-12 * 100
    mass = np.array([n.mass for n in production.nuclei])[production.nucleus]
    kinetic = (production.recoil**2).sum(axis=1) / (energy_of(production.recoil, mass) + mass)
    balance = energy_of(production.beam, M_ELECTRON) - kinetic
    balance -= energy_of(production.aprime, m) + energy_of(production.lepton, M_ELECTRON)
    assert np.abs(balance).max() < 1e-12 * 100
    assert energy_of(production.aprime, m).min() >= 30.0 * (1 - 1e-12)
    assert np.all((production.depth_x0 >= 0) & (production.depth_x0 <= 40))
    for transverse in production.aprime.T[:2]:  # no direction is preferred
        assert abs(transverse.mean()) < 4 * transverse.std() / np.sqrt(len(transverse))


@pytest.mark.parametrize("target", MUONS, ids=["thin", "thick"])
@pytest.mark.parametrize("m", [1e-3, 0.05, 1.0])
def test_muons(target, m):
    sampler = ProductionSampler(m, target, e_min_aprime=30.0)
    production = sampler.sample(50_000, np.random.default_rng(3))
    assert sampler.efficiency > 0.6
    assert abs(sampler.rate.pull(production_rate(m, target, e_min=30.0))) < 4
    assert np.abs(production.aprime + production.lepton + production.recoil - production.beam).max() < 1e-12 * 160
    mass = np.array([n.mass for n in production.nuclei])[production.nucleus]
    kinetic = (production.recoil**2).sum(axis=1) / (energy_of(production.recoil, mass) + mass)
    balance = energy_of(production.beam, M_MUON) - kinetic
    balance -= energy_of(production.aprime, m) + energy_of(production.lepton, M_MUON)
    assert np.abs(balance).max() < 1e-12 * 160
    assert not production.opposite.any()


@pytest.mark.parametrize("m", [1e-3, 0.05])
def test_energy_spectrum_of_soft_aprime_of_muons(m):
    production = ProductionSampler(m, MUONS[0]).sample(200_000, np.random.default_rng(11))
    x = energy_of(production.aprime, m) / 160.0
    edges = np.geomspace(np.quantile(x, 1e-3), 0.999, 24)
    centre, half = np.sqrt(edges[1:] * edges[:-1]), 0.5 * np.log(edges[1:] / edges[:-1])
    points = centre[:, None] * np.exp(half[:, None] * NODE)
    density = dsigma_dx(m, 160.0, NUCLEUS, points.ravel(), lepton_mass=M_MUON).reshape(-1, 10) * points
    inside = (x > edges[0]) & (x < edges[-1])
    assert chi2_per_bin(x[inside], production.weight[inside], edges, half * (density @ WEIGHT)) < 2.2


def test_half_of_the_secondaries_have_the_opposite_charge():
    target = ThickTarget(100.0, LEAD, 40.0, 4.0)
    sampler = ProductionSampler(0.05, target, e_min_aprime=4.0, secondaries=True)
    production = sampler.sample(100_000, np.random.default_rng(5))
    both, first = (bremsstrahlung_rate(0.05, target, e_min=4.0, secondaries=more).value for more in (True, False))
    expected = 0.5 * (1 - first / both)
    assert production.opposite.mean() == pytest.approx(expected, abs=4 * np.sqrt(expected / 100_000) + 0.002)
    # deep in the target there is little but the shower, near its front little but the primary
    deep, front = (production.depth_x0 > 6) & (production.depth_x0 < 10), production.depth_x0 < 0.3
    assert production.opposite[deep].mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(deep.sum()) + 0.01)
    # 0.0438 where the shower is stepped by 0.05 X0 instead of 0.25
    assert production.opposite[front].mean() == pytest.approx(0.0438, abs=0.003 + 4 * np.sqrt(0.0438 / front.sum()))


def test_elements_come_in_the_ratio_of_their_cross_sections():
    target = ThinTarget(50.0, material("water"))
    production = ProductionSampler(0.02, target).sample(100_000, np.random.default_rng(9))
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
    assert sampler.overweight == pytest.approx((production.weight > 1).mean(), abs=5e-4)
    assert (sampler.overweight > 0) == bool((production.weight > 1).any())
    assert (production.weight >= 1).all()
    assert (production.weight - 1).mean() < 2e-3


def test_a_deep_shower_with_a_heavy_aprime_stays_efficient_and_exact():
    # most of the track lies below threshold or just above it, most of the yield near the beam energy
    target = ThickTarget(100.0, LEAD, 40.0, 4.0)
    sampler = ProductionSampler(1.0, target, e_min_aprime=4.0)
    sampler.sample(50_000, np.random.default_rng(5))
    assert sampler.efficiency > 0.4
    assert abs(sampler.rate.pull(production_rate(1.0, target, e_min=4.0))) < 4


def test_the_same_seed_gives_the_same_events_however_many_are_asked_for():
    sampler = ProductionSampler(0.1, THICK)
    first, second = (sampler.sample(n, np.random.default_rng(8)) for n in (500, 20_000))
    assert np.array_equal(first.lepton, second.lepton[:500])
    assert np.array_equal(first.depth_x0, second.depth_x0[:500])
    assert not np.array_equal(first.aprime, sampler.sample(500, np.random.default_rng(9)).aprime)
    assert len(sampler.sample(0, np.random.default_rng(1))) == 0


def test_near_threshold_and_with_light_nuclei_nothing_breaks():
    target = ThinTarget(10.0, material("polystyrene"))
    production = ProductionSampler(2.0, target).sample(5000, np.random.default_rng(1))
    assert all(np.isfinite(x).all() for x in (production.lepton, production.recoil, production.weight))
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
