"""Sampled events against the integrated cross-section."""

import numpy as np
import pytest

from semivis_gen.constants import M_ELECTRON
from semivis_gen.errors import KinematicsError
from semivis_gen.kinematics import energy_of
from semivis_gen.production.bremsstrahlung import cross_section, dsigma_dx
from semivis_gen.production.materials import layered, material
from semivis_gen.production.sampling import ProductionSampler, sample_production
from semivis_gen.production.target import ThickTarget, ThinTarget

LEAD = material("Pb")
NODE, WEIGHT = np.polynomial.legendre.leggauss(10)


def chi2_per_bin(values, weights, edges, expected):
    """Shape comparison: the sum is normalised to the sample."""
    count = np.histogram(values, edges, weights=weights)[0]
    variance = np.histogram(values, edges, weights=weights**2)[0]
    expected = expected * count.sum() / expected.sum()
    return float(((count - expected) ** 2 / variance).sum() / (len(count) - 1))


@pytest.mark.parametrize("m", [2e-3, 0.1, 1.0])
def test_energy_spectrum_follows_the_differential_cross_section(m):
    production = sample_production(m, ThinTarget(100.0, LEAD), 60_000, np.random.default_rng(11))
    x = energy_of(production.aprime, m) / 100.0
    edges = np.r_[np.linspace(m / 100 + 1e-4, 0.9, 9), 1 - np.geomspace(0.1, 1e-4, 8)[1:]]
    nucleus = LEAD.elements[0][0]
    centre, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges)
    expected = np.array(
        [h * float(WEIGHT @ dsigma_dx(m, 100.0, nucleus, c + h * NODE)) for c, h in zip(centre, half, strict=True)]
    )
    # chi2 per degree of freedom of 15 bins: 2.5 is beyond 3.5 sigma
    assert chi2_per_bin(x, production.weight, edges, expected) < 2.5


def test_share_above_an_energy_is_that_of_the_integral():
    production = sample_production(0.3, ThinTarget(100.0, LEAD), 60_000, np.random.default_rng(4))
    above = energy_of(production.aprime, 0.3) > 90.0
    nucleus = LEAD.elements[0][0]
    expected = cross_section(0.3, 100.0, nucleus, e_min=90.0).value / cross_section(0.3, 100.0, nucleus).value
    share = production.weight[above].sum() / production.weight.sum()
    assert share == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 60_000))


@pytest.mark.parametrize(
    "target",
    [ThinTarget(100.0, LEAD), ThickTarget(100.0, layered("e", [("Pb", 1.5), ("scintillator", 1.5)]), 40.0, 30.0)],
)
def test_momenta_are_conserved_and_on_shell(target):
    production = sample_production(0.05, target, 20_000, np.random.default_rng(3), e_min_aprime=30.0)
    total = production.aprime + production.electron + production.recoil - production.beam
    assert np.abs(total).max() < 1e-9
    mass = np.array([n.mass for n in production.nuclei])[production.nucleus]
    before = energy_of(production.beam, M_ELECTRON) + mass
    after = sum(energy_of(p, m) for p, m in ((production.aprime, 0.05), (production.electron, M_ELECTRON)))
    assert np.abs(before - after - energy_of(production.recoil, mass)).max() < 1e-9
    assert energy_of(production.aprime, 0.05).min() >= 30.0 * (1 - 1e-12)
    assert np.all((production.depth_x0 >= 0) & (production.depth_x0 <= 40))


def test_elements_come_in_the_ratio_of_their_cross_sections():
    target = ThinTarget(50.0, material("water"))
    production = sample_production(0.02, target, 40_000, np.random.default_rng(9))
    sigma = {n.z: cross_section(0.02, 50.0, n).value * share for n, share in target.material.atom_fractions()}
    z = np.array([n.z for n in production.nuclei])[production.nucleus]
    expected = sigma[8] / sum(sigma.values())
    share = production.weight[z == 8].sum() / production.weight.sum()
    assert share == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 40_000) + 1e-3)


def test_efficiency_and_overweights_are_as_documented():
    sampler = ProductionSampler(0.1, ThinTarget(100.0, LEAD))
    production = sampler.sample(50_000, np.random.default_rng(1))
    assert sampler.efficiency > 0.5
    assert sampler.over / sampler.kept < 0.03
    assert (production.weight >= 1).all()
    assert (production.weight - 1).mean() < 5e-3


def test_the_same_seed_gives_the_same_events():
    sampler = ProductionSampler(0.1, ThinTarget(100.0, LEAD))
    first, second = (sampler.sample(500, np.random.default_rng(8)) for _ in range(2))
    assert np.array_equal(first.aprime, second.aprime)
    assert not np.array_equal(first.aprime, sampler.sample(500, np.random.default_rng(9)).aprime)


def test_a_mass_out_of_reach_is_one_clear_line():
    with pytest.raises(KinematicsError, match="lower the A' mass"):
        ProductionSampler(0.1, ThinTarget(100.0, LEAD), e_min_aprime=101.0)
