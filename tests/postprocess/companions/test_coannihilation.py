import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import k1, kn
from support.dirac import METRIC, ONE, slash, trace

from postprocess.companions.coannihilation import (
    ThermalAverage,
    coannihilation_cross_section,
    population_ratio,
    width_visible,
)
from semivis_gen.constants import ALPHA, HBARC2_GEV2_PB, M_ELECTRON
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.widths import gamma_aprime_chi, gamma_aprime_lepton, gamma_aprime_total, off_shell_chi
from semivis_gen.production.annihilation.resonance import annihilation_cross_section

MASSES = DarkMasses(0.15, 3.0, 0.4)


def momentum(m, p, cos):
    sin = math.sqrt(1 - cos * cos)
    return np.array([math.hypot(m, p), p * sin, 0.0, p * cos])


def traced_cross_section(masses, s, alpha_d, epsilon):
    """sigma(chi1 chi2 -> e+ e-) from numerical traces of L = i g_D A chi2bar gamma chi1 + eps e A J.

    The propagator keeps its q_mu q_nu / m^2 part; its width is that of chi1 chi2 and e+ e- at s.
    """
    m1, m2, me, w = masses.m_chi1, masses.m_chi2, M_ELECTRON, math.sqrt(s)
    p_in = math.sqrt((s - masses.sigma**2) * (s - masses.delta**2)) / (2 * w)
    p_out = math.sqrt(s / 4 - me**2)
    one, two = momentum(m1, p_in, 1.0), momentum(m2, -p_in, 1.0)
    q = np.array([w, 0, 0, 0])
    width = alpha_d * float(off_shell_chi(masses, w)) + epsilon**2 * float(width_visible(w))
    # indices lowered: it joins the two currents
    propagator = (
        METRIC @ (-METRIC + np.outer(q, q) / masses.m_aprime**2) / (s - masses.m_aprime**2 + 1j * w * width) @ METRIC
    )
    # vbar(chi2) i gamma^mu u(chi1): spin sums (p1 + m1), (p2 - m2); the conjugate vertex is -i gamma^nu
    dark = trace(slash(two) - m2 * ONE, slash(one) + m1 * ONE)

    def squared(cos):
        minus, plus = momentum(me, p_out, cos), momentum(me, -p_out, cos)
        lepton = trace(slash(minus) + me * ONE, slash(plus) - me * ONE)
        couplings = 16 * math.pi**2 * alpha_d * ALPHA * epsilon**2
        return couplings * np.einsum("ab,cd,ac,bd->", dark, lepton, propagator, propagator.conj()).real

    nodes, weights = np.polynomial.legendre.leggauss(6)
    mean = sum(v * squared(c) for c, v in zip(nodes, weights, strict=True)) / 2
    return mean / 4 * p_out / (16 * math.pi * s * p_in)  # 1/4: spins; no symmetry factor


@pytest.mark.parametrize("root_s", [0.1205, 0.14, 0.15, 0.2])
@pytest.mark.parametrize(("ratio", "splitting"), [(3.0, 0.4), (2.9, 0.6), (5.0, 0.01)])
def test_cross_section_from_traces(root_s, ratio, splitting):
    masses = DarkMasses(0.15, ratio, splitting)
    root_s = max(root_s, 1.002 * masses.sigma)
    traced = traced_cross_section(masses, root_s**2, 0.1, 0.01)
    ours = coannihilation_cross_section(masses, root_s**2, alpha_d=0.1, epsilon=0.01)
    electrons = gamma_aprime_lepton(root_s, 1.0, M_ELECTRON) / width_visible(root_s)  # the rest is pi0 gamma
    assert ours * electrons == pytest.approx(traced, rel=1e-9)
    assert electrons > 1 - 1e-5


def test_widths_on_shell():
    assert 0.1 * off_shell_chi(MASSES, MASSES.m_aprime) == pytest.approx(float(gamma_aprime_chi(MASSES, 0.1)))
    assert off_shell_chi(MASSES, MASSES.sigma * 0.99) == 0
    for m in (0.2, 0.5, 0.8, 4.0):
        assert width_visible(m) == pytest.approx(float(gamma_aprime_total(DarkMasses(m), 0.0, 1.0)))


def test_breit_wigner_near_the_resonance():
    alpha_d, epsilon, m = 1e-4, 1e-3, MASSES.m_aprime
    dark, visible = float(gamma_aprime_chi(MASSES, alpha_d)), float(epsilon**2 * width_visible(m))
    gamma = dark + visible
    energy = m + gamma * np.array([-2.0, -0.5, 0.0, 0.5, 2.0])
    p2 = (m**2 - MASSES.sigma**2) * (m**2 - MASSES.delta**2) / (4 * m**2)
    spins = 3 / 4  # (2J + 1) / (2 s1 + 1)(2 s2 + 1)
    expected = spins * math.pi / p2 * dark * visible / ((energy - m) ** 2 + gamma**2 / 4)
    ours = coannihilation_cross_section(MASSES, energy**2, alpha_d=alpha_d, epsilon=epsilon)
    np.testing.assert_allclose(ours, expected, rtol=1e-3)  # corrections of order Gamma / (m - Sigma) = 3e-4


def test_slow_limit_of_the_literature():
    # sigma v = 16 pi eps^2 alpha alpha_D m^2 / (4 m^2 - m_A'^2)^2, arXiv:1505.00011 and 1807.01730
    masses = DarkMasses(0.1, 4.0, 1e-10)  # splitting far below the kinetic energy
    v = 0.01
    s = 4 * masses.m_chi1**2 * (1 + v**2 / 4)
    sigma = coannihilation_cross_section(masses, s, alpha_d=0.1, epsilon=1e-3)
    m2 = masses.m_chi1**2
    expected = 16 * math.pi * 1e-6 * ALPHA * 0.1 * m2 / (4 * m2 - masses.m_aprime**2) ** 2
    assert sigma * v == pytest.approx(expected, rel=3e-4)  # muons closed; m_e^4/s^2 and v^2 corrections


def test_detailed_balance_with_the_inverse_reaction():
    masses = DarkMasses(0.15, 3.0, 0.4)
    s = np.array([0.1225, 0.2]) ** 2  # electrons alone, but for a little pi0 gamma
    energy = (s - 2 * M_ELECTRON**2) / (2 * M_ELECTRON)
    alpha_d = 1e-6  # the inverse reaction has a fixed width: off the resonance none matters
    inverse = annihilation_cross_section(masses, energy, alpha_d=alpha_d) / HBARC2_GEV2_PB
    p_chi2 = (s - masses.sigma**2) * (s - masses.delta**2) / (4 * s)
    p_e2 = s / 4 - M_ELECTRON**2
    epsilon = 1e-2
    ours = coannihilation_cross_section(masses, s, alpha_d=alpha_d, epsilon=epsilon)
    electrons = np.array([float(gamma_aprime_lepton(w, 1.0, M_ELECTRON)) for w in np.sqrt(s)]) / width_visible(
        np.sqrt(s)
    )
    np.testing.assert_allclose(ours * electrons * p_chi2, epsilon**2 * inverse * p_e2, rtol=1e-6)


def test_closed_below_threshold():
    s = MASSES.sigma**2 * np.array([0.5, 1.0])
    np.testing.assert_array_equal(coannihilation_cross_section(MASSES, s, alpha_d=0.1, epsilon=1e-3), 0.0)


def test_thermal_average_by_quadrature():
    masses, alpha_d, epsilon, x = DarkMasses(0.3, 3.0, 0.4), 0.1, 1e-3, 20.0
    t = masses.m_chi1 / x

    def integrand(w):
        s = w * w
        p2 = (s - masses.sigma**2) * (s - masses.delta**2) / (4 * s)
        sigma = float(coannihilation_cross_section(masses, s, alpha_d=alpha_d, epsilon=epsilon))
        return 2 * w * sigma * p2 * w * k1(w / t)

    edges = [masses.sigma, 0.25, 0.28, 0.3, 0.32, 0.4, 0.6]
    total = sum(quad(integrand, a, b, limit=200, epsrel=1e-7)[0] for a, b in pairwise(edges))
    norm = 2 * t * (masses.m_chi1 * masses.m_chi2) ** 2 * kn(2, masses.m_chi1 / t) * kn(2, masses.m_chi2 / t)
    ours = ThermalAverage.at(masses, alpha_d, x).sigma_v(epsilon)
    assert ours[0] == pytest.approx(total / norm, rel=2e-5)


def test_thermal_average_by_sampling():
    masses, alpha_d, epsilon, x = DarkMasses(0.3, 3.0, 0.2), 0.1, 1e-3, 6.0
    t, n, rng = masses.m_chi1 / x, 200_000, np.random.default_rng(4)

    def sample(m):
        grid = np.linspace(0, 40 * t + 10 * m, 40_001)
        density = grid**2 * np.exp(-(np.hypot(grid, m) - m) / t)
        cumulative = np.cumsum(density)
        p = np.interp(rng.random(n), cumulative / cumulative[-1], grid)
        return p, np.hypot(p, m)

    (p1, e1), (p2, e2) = sample(masses.m_chi1), sample(masses.m_chi2)
    s = masses.m_chi1**2 + masses.m_chi2**2 + 2 * (e1 * e2 - p1 * p2 * rng.uniform(-1, 1, n))
    moller = np.sqrt((s - masses.sigma**2) * (s - masses.delta**2)) / (2 * e1 * e2)
    values = coannihilation_cross_section(masses, s, alpha_d=alpha_d, epsilon=epsilon) * moller
    error = values.std() / math.sqrt(n)
    assert error < 0.01 * values.mean()
    ours = ThermalAverage.at(masses, alpha_d, x).sigma_v(epsilon)[0]
    assert abs(values.mean() - ours) < 4 * error


def test_narrow_resonance():
    # alpha_D -> 0: the integral over the Breit-Wigner curve is pi / (2 m^2 Gamma), whatever the width
    masses, epsilon, x = DarkMasses(0.3, 3.0, 0.4), 1e-6, 10.0
    t, m = masses.m_chi1 / x, masses.m_aprime
    for alpha_d in (1e-6, 1e-9):
        dark, visible = float(gamma_aprime_chi(masses, alpha_d)), float(epsilon**2 * width_visible(m))
        weight = dark * visible / (dark + visible) * math.pi / (2 * m**2)
        norm = t * (masses.m_chi1 * masses.m_chi2) ** 2 * kn(2, masses.m_chi1 / t) * kn(2, masses.m_chi2 / t)
        expected = 3 * math.pi * m**4 * k1(m / t) * weight / norm
        ours = ThermalAverage.at(masses, alpha_d, x).sigma_v(epsilon)[0]
        assert ours == pytest.approx(expected, rel=1e-4)


def test_population_ratio():
    assert population_ratio(DarkMasses(0.3, 3.0, 1e-9), 20.0) == pytest.approx(1.0)
    f, x = 0.4, 200.0
    slow = (1 + f) ** 1.5 * math.exp(-f * x) * (1 + 15 / (8 * x * (1 + f))) / (1 + 15 / (8 * x))
    assert population_ratio(DarkMasses(0.3, 3.0, f), x) == pytest.approx(slow, rel=1e-4)
