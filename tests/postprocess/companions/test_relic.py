import dataclasses
import math

import numpy as np
import pytest
from scipy.special import kve

from postprocess.companions import coannihilation, freezeout
from postprocess.companions.coannihilation import ThermalAverage
from postprocess.companions.cosmology import OMEGA_DM_H2, entropy_density
from postprocess.companions.freezeout import relic_density
from postprocess.companions.relic import relic_alpha_d, relic_epsilon, relic_line, relic_splitting, y_parameter
from semivis_gen.constants import ALPHA, M_ELECTRON, M_MUON, M_TAU
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.model.point import DarkMasses

# m_Z' [GeV], g_B-L, Omega h^2: B - L gauge boson, inelastic dark matter, R = 3, f = 0.1, alpha_D = 0.1. Table
# "txt_targets/countor_BL_model_tutorial_inelastic_del_0.1_aD_0.1_R_3_target.txt" of ReD-DeLiVeR (arXiv:2410.00881)
B_MINUS_L = np.array([
    [0.01, 1.9085050e-6, 0.120486], [0.0211474, 4.2876017e-6, 0.119752], [0.0447214, 9.9465132e-6, 0.118086],
    [0.0945742, 2.2646492e-5, 0.118906], [0.2, 5.1416927e-5, 0.119446],
])  # fmt: skip


def test_the_line_leaves_the_observed_dark_matter():
    m = np.array([0.02, 0.3, 1.1])
    for mass, epsilon in zip(m, relic_line(m), strict=True):
        assert relic_density(DarkMasses(mass), alpha_d=0.1, epsilon=epsilon) == pytest.approx(OMEGA_DM_H2, rel=1e-4)
    assert relic_epsilon(DarkMasses(0.3), 0.1) == pytest.approx(relic_line(0.3), rel=1e-6)
    assert relic_epsilon(DarkMasses(0.3), 0.1, omega=0.06) > relic_epsilon(DarkMasses(0.3), 0.1)


def test_y_is_what_counts_far_from_the_resonance():
    # <sigma v> = 16 pi alpha y / m^2 / (1 - (2 + f)^2/R^2)^2 for slow, nearly degenerate particles
    m_chi1, f = 0.03, 0.01
    y = []
    for ratio, alpha_d in ((8.0, 0.1), (16.0, 0.1), (16.0, 0.01), (40.0, 0.5)):
        masses = DarkMasses(ratio * m_chi1, ratio, f)
        value = y_parameter(masses, alpha_d=alpha_d, epsilon=relic_epsilon(masses, alpha_d))
        y.append(float(value) / (1 - (2 + f) ** 2 / ratio**2) ** 2)
    np.testing.assert_allclose(y, y[-1], rtol=0.015)
    # and in size: <sigma_eff v> = sigma v / 2 needs to be that of a Dirac WIMP of 30 MeV, 4.1e-26 cm^3/s
    sigma_v = 16 * math.pi * ALPHA * y[-1] / m_chi1**2 / 2 * 1.1673e-17
    assert sigma_v == pytest.approx(4.1e-26, rel=0.1)


def test_y_grows_as_mass_squared():
    m = np.array([0.03, 0.3])  # the muon threshold, 2 m_mu, is not reached
    y = relic_line(m, ratio=10.0, splitting=0.01) ** 2
    # m^2 and the slow growth of the canonical cross-section between 3 and 30 MeV
    assert y[1] / y[0] == pytest.approx(100, rel=0.2)


def test_published_target_of_a_b_minus_l_boson(monkeypatch):
    def visible(w):
        w = np.asarray(w, dtype=float)
        total = np.full_like(w, 1.5)  # three left-handed neutrinos
        for mass in (M_ELECTRON, M_MUON, M_TAU):
            x = (mass / np.maximum(w, 2 * mass)) ** 2
            total = total + np.sqrt(1 - 4 * x) * (1 + 2 * x)
        return ALPHA / 3 * w * total

    monkeypatch.setattr(coannihilation, "width_visible", visible)
    charge = math.sqrt(4 * math.pi * ALPHA)
    ours = np.array([charge * relic_line(m, splitting=0.1, omega=o) for m, _, o in B_MINUS_L])
    published = B_MINUS_L[:, 1]
    # the published calculation takes n_eq ~ (m T)^1.5 exp(-m/T) without the 1 + 15/(8 x), so that its <sigma v> is
    # too large by 19 % and its coupling too small by 10 %; at 3 MeV g_s = g_rho below the e+ e- threshold adds 5 %
    np.testing.assert_allclose(ours / published, [1.16, 1.12, 1.105, 1.10, 1.095], rtol=0.01)

    at = ThermalAverage.at

    def cold_average(masses, alpha_d, x):
        exact = at(masses, alpha_d, x)
        z = (1 + masses.splitting) * exact.x
        lost = kve(2, exact.x) * kve(2, z) / (math.pi / 2 / np.sqrt(exact.x * z))
        return dataclasses.replace(exact, kernel=exact.kernel * lost[:, None])

    def cold_abundance(mass, t):
        return 2 * (mass * t / (2 * math.pi)) ** 1.5 * np.exp(-mass / t) / entropy_density(t)

    monkeypatch.setattr(ThermalAverage, "at", cold_average)
    monkeypatch.setattr(freezeout, "equilibrium_abundance", cold_abundance)
    monkeypatch.setattr(freezeout, "population_ratio", lambda m, x: (1 + m.splitting) ** 1.5 * np.exp(-m.splitting * x))
    alike = np.array([charge * relic_line(m, splitting=0.1, omega=o) for m, _, o in B_MINUS_L])
    np.testing.assert_allclose(alike[2:], published[2:], rtol=0.01)
    np.testing.assert_allclose(alike, published, rtol=0.05)


def test_coannihilation_is_lost_exponentially_with_the_splitting():
    f = np.array([0.05, 0.1, 0.2, 0.3])
    epsilon = relic_line(0.6, ratio=6.0, splitting=f)  # m_chi1 = 100 MeV, far from the resonance
    # ln epsilon rises by about x_f/2 a unit of f, and x_f = 17 to 20 at 100 MeV
    slope = np.diff(np.log(epsilon)) / np.diff(f)
    assert np.all(np.diff(epsilon) > 0)
    assert np.all((slope[1:] > 6) & (slope[1:] < 11))


def test_resonance_saves_coupling():
    near, far = relic_line(0.3, ratio=[2.45, 4.0])
    assert near < far / 30
    # on a narrow resonance <sigma v> ~ Gamma_chi Gamma_SM / Gamma: alpha_D drops out
    narrow = relic_line(0.3, ratio=2.5, alpha_d=[1e-2, 1e-3])
    assert narrow[0] == pytest.approx(narrow[1], rel=0.05)
    # hadrons: where annihilating pairs meet the phi, less mixing is enough
    below, phi, above = relic_line(np.array([0.95, 1.005, 1.06]) * 3 / 2.05, splitting=0.05)
    assert phi < 0.7 * min(below, above)


def test_inverse_functions_agree():
    m = np.array([0.15, 0.3])
    epsilon = relic_line(m, ratio=3.0, splitting=0.4, alpha_d=0.05)
    np.testing.assert_allclose(relic_alpha_d(m, epsilon=epsilon, ratio=3.0, splitting=0.4), 0.05, rtol=1e-3)
    np.testing.assert_allclose(relic_splitting(m, epsilon=epsilon, ratio=3.0, alpha_d=0.05), 0.4, rtol=1e-3)


def test_where_nothing_fits():
    assert relic_line(5.0, ratio=30.0, splitting=0.9) == math.inf  # no chi2 left, no resonance
    assert relic_alpha_d(1.0, epsilon=1e-6) == math.inf
    assert relic_alpha_d(0.01, epsilon=0.1) == 0
    assert relic_splitting(1.0, epsilon=1e-7) == 0
    assert relic_splitting(0.01, epsilon=0.1) == math.inf


def test_what_is_expected_changes_nothing():
    m = np.array([0.1, 0.2, 0.3])
    epsilon = relic_line(m)
    for near in (epsilon, epsilon * [0.3, 1.05, 5.0], [np.nan, epsilon[1], 1e-12]):
        np.testing.assert_allclose(relic_line(m, near=near), epsilon, rtol=2e-5)
    np.testing.assert_allclose(relic_alpha_d(m, epsilon=epsilon, near=[0.09, 0.5, np.nan]), 0.1, rtol=1e-3)
    np.testing.assert_allclose(relic_splitting(m, epsilon=epsilon, near=[0.41, 0.1, np.nan]), 0.4, rtol=1e-3)
    assert relic_alpha_d(1.0, epsilon=1e-6, near=0.5) == math.inf
    assert relic_splitting(0.01, epsilon=0.1, near=0.5) == math.inf


def test_shapes():
    plane = relic_line(np.array([0.1, 0.3])[:, None], splitting=[0.2, 0.3, 0.4])
    assert plane.shape == (2, 3)
    assert plane[1, 2] == pytest.approx(relic_line(0.3), rel=1e-5)
    assert relic_line([]).shape == (0,)
    assert relic_alpha_d([], epsilon=1e-3).shape == (0,)
    assert relic_splitting([], epsilon=1e-3).shape == (0,)


def test_bad_input():
    with pytest.raises(KinematicsError, match="closed"):
        relic_line(0.3, ratio=2.2)
    with pytest.raises(KinematicsError, match="closed"):
        relic_splitting(0.3, ratio=2.0, epsilon=1e-3)
    with pytest.raises(ParameterError, match="alpha_D = 0"):
        relic_line(0.3, alpha_d=0.0)
    with pytest.raises(ParameterError, match="epsilon = 1"):
        relic_alpha_d(0.3, epsilon=1.0)
    with pytest.raises(ParameterError, match="alpha_D = -1"):
        relic_splitting(0.3, epsilon=1e-3, alpha_d=[0.1, -1.0])
    with pytest.raises(ParameterError, match="omega = 0"):
        relic_epsilon(DarkMasses(0.3), 0.1, omega=0.0)
    with pytest.raises(ParameterError, match="m_A' = nan"):
        relic_line([0.3, math.nan])


def test_closed_final_states_are_reached_thermally():
    # m_chi1 + m_chi2 < 2 m_e: only the tail annihilates, no warning, much more mixing
    assert relic_line(1.1e-3) > relic_line(2e-3)


def test_benchmark_line():
    # frozen: R = 3, f = 0.4, alpha_D = 0.1, numerical error 5e-4
    epsilon = relic_line([0.03, 0.1, 0.3, 0.39, 1.0])
    np.testing.assert_allclose(epsilon, [3.1061e-4, 1.4578e-3, 4.5440e-3, 5.9334e-3, 1.0650e-2], rtol=2e-3)
