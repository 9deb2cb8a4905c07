"""Decays against explicit traces, the analytic spectrum and conservation laws."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from support.dirac import METRIC, ONE, dot, slash, trace

from semivis_gen.constants import M_ELECTRON, M_MUON
from semivis_gen.decay.sampling import angular_asymmetry, chi2_decay, sample_polar_angle, sample_q2, two_body
from semivis_gen.errors import KinematicsError
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.widths import chi2_rate_dq2
from semivis_gen.numerics.kinematics import boost_to_rest, breakup_momentum, energy_of

POINTS = [DarkMasses(0.3), DarkMasses(0.05, 3, 0.8), DarkMasses(1.0, 2.5, 0.3), DarkMasses(0.012)]


def traced(p2, p1, minus, plus, masses, m_lepton):
    """Tr[(p1 + m1) gamma^mu (p2 + m2) gamma^nu] Tr[(p- + m) gamma_mu (p+ - m) gamma_nu] / (q^2 - m_A'^2)^2."""
    dark = trace(slash(p1) + masses.m_chi1 * ONE, slash(p2) + masses.m_chi2 * ONE)
    lepton = trace(slash(minus) + m_lepton * ONE, slash(plus) - m_lepton * ONE)
    q = minus + plus
    q2 = dot(q, q)
    return np.einsum("ij,ik,jl,kl->", dark, METRIC, METRIC, lepton).real / (q2 - masses.m_aprime**2) ** 2


@pytest.mark.parametrize(("masses", "m_lepton"), [(DarkMasses(0.3), M_ELECTRON), (DarkMasses(1.4, 3, 0.9), M_MUON)])
def test_dalitz_density_is_the_trace(masses, m_lepton):
    # at fixed q^2 the trace must be proportional to 1 - eta cos^2, and over q^2 to rate / (phase space)
    def at(q2, cosine):
        pair = np.sqrt(q2)
        size = float(breakup_momentum(masses.m_chi2, masses.m_chi1, pair))
        lepton = float(breakup_momentum(pair, m_lepton, m_lepton))
        q = np.array([np.hypot(size, pair), 0, 0, size])
        p1 = np.array([np.hypot(size, masses.m_chi1), 0, 0, -size])
        star = np.array([lepton * np.sqrt(1 - cosine**2), 0, lepton * cosine])
        half = pair / 2
        gamma, beta = q[0] / pair, size / q[0]
        minus = np.array([gamma * (half + beta * star[2]), star[0], 0, gamma * (star[2] + beta * half)])
        value = traced(np.array([masses.m_chi2, 0, 0, 0]), p1, minus, q - minus, masses, m_lepton)
        return value, size * lepton / pair

    low, high = 4 * m_lepton**2, masses.delta**2
    ratios = []
    for q2 in np.linspace(low, high, 7)[1:-1]:
        values = np.array([at(q2, c)[0] for c in (0.0, 0.5, 0.9)])
        eta = float(angular_asymmetry(masses, np.array(q2), m_lepton=m_lepton))
        assert values / values[0] == pytest.approx(1 - eta * np.array([0.0, 0.25, 0.81]), rel=1e-10)
        phase_space = at(q2, 0.0)[1]
        ratios.append(values[0] * (1 - eta / 3) * phase_space / float(chi2_rate_dq2(masses, q2, m_lepton)))
    assert np.array(ratios) == pytest.approx(ratios[0], rel=1e-10)


@pytest.mark.parametrize("masses", POINTS, ids=lambda m: f"{m.m_aprime:g}-{m.splitting:g}")
def test_sampled_q2_follows_the_width(masses):
    q2 = sample_q2(masses, 50_000, np.random.default_rng(5))
    edges = np.exp(np.linspace(2 * np.log(2 * M_ELECTRON), 2 * np.log(masses.delta), 13))
    expected = [quad(lambda s: float(chi2_rate_dq2(masses, s)), a, b)[0] for a, b in pairwise(edges)]
    expected = np.array(expected) / sum(expected) * len(q2)
    count = np.histogram(q2, edges)[0]
    good = expected > 10
    assert ((count - expected)[good] ** 2 / expected[good]).sum() / good.sum() < 2.5
    assert q2.min() > 4 * M_ELECTRON**2
    assert q2.max() < masses.delta**2


def test_polar_angle_moments():
    for eta in (0.0, 0.4, 1.0):
        cosine = sample_polar_angle(np.full(100_000, eta), np.random.default_rng(6))
        expected = (1 / 3 - eta / 5) / (1 - eta / 3)
        assert (cosine**2).mean() == pytest.approx(expected, abs=4 * 0.3 / np.sqrt(1e5))
        assert abs(cosine.mean()) < 4 * 0.58 / np.sqrt(1e5)


@pytest.mark.parametrize("masses", POINTS, ids=lambda m: f"{m.m_aprime:g}-{m.splitting:g}")
def test_decays_conserve_four_momentum_at_any_boost(masses):
    rng = np.random.default_rng(2)
    parent = rng.normal(size=(5000, 3)) * np.geomspace(1e-3, 1e3, 5000)[:, None]
    chi1, chi2 = two_body(parent, masses.m_aprime, masses.m_chi1, masses.m_chi2, rng)
    energy = energy_of(parent, masses.m_aprime)
    assert np.abs(energy_of(chi1, masses.m_chi1) + energy_of(chi2, masses.m_chi2) - energy).max() < 1e-9
    inner, minus, plus = chi2_decay(chi2, masses, rng)
    after = energy_of(inner, masses.m_chi1) + energy_of(minus, M_ELECTRON) + energy_of(plus, M_ELECTRON)
    assert np.abs(after - energy_of(chi2, masses.m_chi2)).max() < 1e-9
    assert np.abs(inner + minus + plus - chi2).max() < 1e-9


def test_the_lepton_angle_in_the_pair_frame_is_not_flat():
    masses = DarkMasses(0.3)
    rest = np.zeros((60_000, 3))
    chi1, minus, plus = chi2_decay(rest, masses, np.random.default_rng(8))
    pair = minus + plus
    pair_mass = np.sqrt((energy_of(minus, M_ELECTRON) + energy_of(plus, M_ELECTRON)) ** 2 - (pair**2).sum(axis=1))
    star = boost_to_rest(minus, M_ELECTRON, pair, pair_mass)
    cosine = np.einsum("ij,ij->i", star, -chi1) / np.linalg.norm(star, axis=1) / np.linalg.norm(chi1, axis=1)
    eta = angular_asymmetry(masses, pair_mass**2)
    expected = ((1 / 3 - eta / 5) / (1 - eta / 3)).mean()
    assert (cosine**2).mean() == pytest.approx(expected, abs=4 * 0.3 / np.sqrt(60_000))
    assert expected < 0.25  # flat would be 1/3


def test_a_closed_decay_is_refused():
    with pytest.raises(KinematicsError, match="closed"):
        chi2_decay(np.zeros((1, 3)), DarkMasses(0.005), np.random.default_rng(1))
    with pytest.raises(KinematicsError, match="closed"):
        chi2_decay(np.zeros((1, 3)), DarkMasses(0.3), np.random.default_rng(1), m_lepton=M_MUON)
