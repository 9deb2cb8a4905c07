"""Sampling in the IWW approximation against the integrals of the same approximation."""

import numpy as np
import pytest

from semivis_gen.constants import M_ELECTRON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses
from semivis_gen.production.bremsstrahlung.collinear import CollinearSampler
from semivis_gen.production.bremsstrahlung.cross_sections import Method, material_cross_section
from semivis_gen.production.bremsstrahlung.process import Bremsstrahlung
from semivis_gen.production.bremsstrahlung.rate import bremsstrahlung_rate
from semivis_gen.production.process import production_rate
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThickTarget

CRYSTAL = material("PbWO4")


TARGET = ThickTarget(100.0, CRYSTAL, 40.0, 30.0)


@pytest.mark.parametrize("m", [0.01, 0.3])
@pytest.mark.parametrize("norm", [Method.IWW, Method.ETL])
def test_energies_follow_the_rate_above_an_energy(m, norm):
    sampler = CollinearSampler(m, TARGET, e_min_aprime=30.0, cross_section=norm)
    production = sampler.sample(100_000, np.random.default_rng(4))
    energy = np.sqrt(production.aprime[:, 2] ** 2 + m * m)
    assert energy.min() >= 30.0 - 1e-3  # m_e below, where the electron had no more
    beam, lepton = (np.hypot(p[:, 2], M_ELECTRON) for p in (production.beam, production.lepton))
    assert np.abs(beam - energy - lepton).max() < 1e-9  # the lepton keeps its mass at least
    how = {"cross_section": norm, "shape": Method.IWW}
    total = bremsstrahlung_rate(m, TARGET, e_min=30.0, **how).value
    for cut in (50.0, 70.0, 90.0, 99.0):
        expected = bremsstrahlung_rate(m, TARGET, e_min=cut, **how).value / total
        found = np.mean(energy > cut)
        assert abs(found - expected) < 4 * np.sqrt(expected * (1 - expected) / len(energy)) + 1e-3


def test_every_nucleus_and_all_energies_down_to_the_cut_have_their_share():
    target = ThickTarget(100.0, CRYSTAL, 40.0, 30.0)
    production = CollinearSampler(0.01, target, e_min_aprime=0.0).sample(200_000, np.random.default_rng(6))
    energy = production.beam[:, 2]
    assert 30.0 - 1e-3 < energy.min() < 30.2
    # radiation of light A' goes with Z^2 up to screening: oxygen has 4 x 8^2 / (82^2 + 74^2 + 4 x 8^2) = 2 %
    z = np.array([n.z for n in production.nuclei])[production.nucleus]
    alone = [
        material_cross_section(0.01, 80.0, material(name), method=Method.IWW).value * number
        for name, number in (("Pb", 1), ("W", 1), ("O", 4))
    ]
    for charge, sigma in zip((82, 74, 8), alone, strict=True):
        share = sigma / sum(alone)
        assert (z == charge).mean() == pytest.approx(share, abs=0.01 * share + 4 * np.sqrt(share / 200_000))


def test_norm_and_shape_of_the_rate():
    whole = {k: bremsstrahlung_rate(0.3, TARGET, cross_section=k, shape=k).value for k in (Method.ETL, Method.IWW)}
    # without a cut on the energy only the norm counts
    high = ThickTarget(100.0, CRYSTAL, 40.0, 99.0)
    mixed = bremsstrahlung_rate(0.3, high, cross_section=Method.ETL, shape=Method.IWW).value
    assert mixed == pytest.approx(bremsstrahlung_rate(0.3, high).value, rel=1e-3)
    assert 1.8 < whole[Method.IWW] / whole[Method.ETL] < 2.3  # 1/0.52 for lead at 100 GeV
    assert production_rate(0.3, TARGET, [Bremsstrahlung(cross_section="iww", shape="iww")]).value == whole[Method.IWW]


def test_events_conserve_momentum_and_decay_isotropically():
    (events,) = generate(
        DarkMasses(0.3, 3.0, 0.4), TARGET, processes=[Bremsstrahlung(shape="iww")], n_events=5000, seed=1,
        e_min_aprime=30.0,
    )  # fmt: skip
    assert events.info.extra["shape"] == "iww"
    assert events.info.extra["spin"] == "none"
    momentum, energy = events.momentum.reshape(-1, 10, 3), events.energy.reshape(-1, 10)
    sign = np.array([1, 1, 0, 0, -1, -1, -1, -1, -1, -1])
    assert np.abs(np.einsum("ijk,j->ik", momentum, sign)).max() < 1e-9
    assert np.abs(energy @ sign).max() < 1e-6


def test_bad_choices():
    with pytest.raises(ParameterError, match="shape = 'ww' is none of etl, iww"):
        Bremsstrahlung(shape="ww")
    with pytest.raises(KinematicsError, match="no A'"):
        CollinearSampler(0.3, TARGET, e_min_aprime=100.0)
