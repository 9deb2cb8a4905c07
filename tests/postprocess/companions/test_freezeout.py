import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import kve, zeta

from postprocess.companions import freezeout
from postprocess.companions.coannihilation import ThermalAverage, population_ratio
from postprocess.companions.cosmology import entropy_density, hubble_rate, omega_h2
from postprocess.companions.freezeout import (
    FreezeOut,
    annihilation_rate,
    equilibrium_abundance,
    freeze_out,
    relic_density,
)
from semivis_gen.constants import ALPHA
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.widths import gamma_chi2_total

GEV2_TO_CM3_PER_S = 0.3893793721e-27 * 2.99792458e10  # hbar^2 c^3
LN_X = np.linspace(math.log(5.0), math.log(2e4), 4000)


def cold_relic(lam, ln_x=LN_X):
    """Y(infinity) of dY/dx = -lam x^-2 (Y^2 - Y_eq^2), Y_eq = 0.01 x^1.5 exp(-x): no cosmology in it."""
    x = np.exp(ln_x)
    return float(freeze_out(ln_x, lam / x, 0.01 * x**1.5 * np.exp(-x)))


@pytest.mark.parametrize("lam", [1e8, 1e11, 1e14])
def test_semi_analytic_freeze_out(lam):
    # Kolb and Turner, The Early Universe, equations (5.43) to (5.45), s-wave: c (c + 2) = 1; good to 5 %
    a = 0.01 * lam
    x_f = math.log(a) - 0.5 * math.log(math.log(a))
    assert cold_relic(lam) == pytest.approx(x_f / lam, rel=0.05)


def test_against_an_adaptive_stiff_solver():
    lam = 1e11

    def slope(u, log_y):
        x = math.exp(u)
        log_eq = math.log(0.01) + 1.5 * u - x
        return -lam / x * (np.exp(log_y) - np.exp(2 * log_eq - log_y))

    start = [math.log(0.01) + 1.5 * LN_X[0] - 5.0]
    options = {"method": "Radau", "rtol": 1e-9, "atol": 1e-12, "first_step": 1e-3}
    solved = solve_ivp(slope, (LN_X[0], LN_X[-1]), start, **options)
    y = math.exp(solved.y[0, -1])
    y /= 1 + y * lam / math.exp(LN_X[-1])
    assert cold_relic(lam) == pytest.approx(y, rel=6e-4)
    fine = np.linspace(LN_X[0], LN_X[-1], 16_000)
    assert cold_relic(lam, fine) == pytest.approx(y, rel=6e-5)  # second order: a factor 16


def test_rare_annihilation_changes_nothing():
    assert freeze_out(LN_X, np.full_like(LN_X, 1e-9), np.linspace(1.0, 0.0, LN_X.size)) == pytest.approx(1.0, rel=1e-6)


def test_several_problems_at_once():
    lams = np.array([1e9, 1e12])
    x = np.exp(LN_X)[:, None]
    together = freeze_out(LN_X, lams / x, 0.01 * x**1.5 * np.exp(-x) + 0 * lams)
    np.testing.assert_allclose(together, [cold_relic(lam) for lam in lams], rtol=1e-12)


def thermal_cross_section(mass, omega):
    """<sigma v> [cm^3/s] of a self-conjugate fermion that leaves omega."""
    t = mass / np.exp(LN_X)[:, None]
    trial = np.geomspace(1e-26, 1e-25, 60)
    rate = annihilation_rate(t, trial / GEV2_TO_CM3_PER_S)
    left = omega_h2(mass, freeze_out(LN_X, rate, equilibrium_abundance(mass, t) + 0 * trial))
    return float(np.exp(np.interp(math.log(omega), np.log(left[::-1]), np.log(trial[::-1]))))


def test_canonical_cross_section_of_a_wimp():
    # Steigman, Dasgupta, Beacom, Phys. Rev. D 86 (2012) 023506, for Omega h^2 = 0.11: 2.2e-26 well above 10 GeV,
    # largest at 0.3 GeV with 5.2e-26; they take g(T) from an older equation of state of QCD
    assert thermal_cross_section(100.0, 0.11) == pytest.approx(2.2e-26, rel=0.06)
    assert thermal_cross_section(0.3, 0.11) == pytest.approx(5.2e-26, rel=0.05)
    around = [thermal_cross_section(m, 0.11) for m in (0.1, 0.3, 1.0, 5.0)]
    assert np.argmax(around) == 1
    assert around[3] < 0.7 * around[1]


def test_equilibrium_abundance_limits():
    # hot: 2 x 3/4 zeta(3)/pi^2 T^3 for fermions; Maxwell-Boltzmann statistics gives 2/pi^2 T^3
    t = 10.0
    hot = equilibrium_abundance(1e-3, t) * entropy_density(t) / t**3
    assert hot == pytest.approx(2 / math.pi**2, rel=1e-6)
    assert hot == pytest.approx(1.5 * zeta(3) / math.pi**2, rel=0.12)
    # cold: g (m T / 2 pi)^1.5 exp(-m/T) (1 + 15/8x)
    x, m = 100.0, 0.1
    cold = 2 * (m * m / x / (2 * math.pi)) ** 1.5 * math.exp(-x) * (1 + 15 / (8 * x)) / entropy_density(m / x)
    assert equilibrium_abundance(m, m / x) == pytest.approx(float(cold), rel=1e-4)


@pytest.mark.parametrize(("splitting", "epsilon"), [(0.05, 1e-4), (0.4, 1e-3), (0.9, 0.1)])
def test_relic_density_does_not_depend_on_the_numerics(monkeypatch, splitting, epsilon):
    masses = DarkMasses(0.3, 3.0, splitting)
    reference = relic_density(masses, alpha_d=0.1, epsilon=epsilon)
    for name, value in (("STEPS", 16_000), ("AVERAGES", 300), ("X_START", 3.5), ("X_END", 1e4)):
        with monkeypatch.context() as patch:
            patch.setattr(freezeout, name, value)
            changed = relic_density(masses, alpha_d=0.1, epsilon=epsilon)
        assert changed == pytest.approx(reference, rel=1e-3), name


@pytest.mark.parametrize(("splitting", "epsilon"), [(0.1, 4.0e-4), (0.4, 4.5e-3), (0.8, 3.8e-2)])
def test_two_species_kept_together_by_decays_alone(splitting, epsilon):
    # chi1 and chi2 solved apart; chi2 <-> chi1 e+ e- is all that converts them, chi2 f <-> chi1 f would come on top
    masses, alpha_d = DarkMasses(0.3, 3.0, splitting), 0.1
    ln_x = LN_X[np.exp(LN_X) < 110]
    x = np.exp(ln_x)
    t, z = masses.m_chi1 / x, x * (1 + splitting)
    rate = annihilation_rate(t, ThermalAverage.at(masses, alpha_d, x).sigma_v(epsilon))
    y1, ratio = equilibrium_abundance(masses.m_chi1, t), population_ratio(masses, x)
    width = float(gamma_chi2_total(masses, alpha_d, epsilon))
    decay = width * kve(1, z) / kve(2, z) / hubble_rate(t)  # K1/K2: mean time dilation
    logs = [np.log(v) for v in (rate, y1, ratio, decay)]

    def slope(u, log_y):
        lam, eq, r, gamma = (math.exp(np.interp(u, ln_x, v)) for v in logs)
        one, two = np.exp(log_y)
        loss, down = lam * (one * two - eq * eq * r), gamma * (two - r * one)
        return np.array([(down - loss) / one, (-down - loss) / two])

    start = np.log([y1[0], ratio[0] * y1[0]])
    solved = solve_ivp(slope, (ln_x[0], math.log(100.0)), start, method="Radau", rtol=1e-6, atol=1e-9)
    relic = float(omega_h2(masses.m_chi1, np.exp(solved.y[:, -1]).sum()))
    assert relic_density(masses, alpha_d=alpha_d, epsilon=epsilon) == pytest.approx(relic, rel=2e-3)


@pytest.mark.parametrize("splitting", [0.01, 0.05])
def test_scattering_converts_where_decays_are_slow(splitting):
    # Gamma(chi2) falls as f^5. chi2 e -> chi1 e off a slow chi2, at least 8 pi alpha alpha_D eps^2 E^2 / m_A'^4 (Mott
    # formula of a contact interaction), on electrons and positrons with n <E^2> = 4 x 23.33/(2 pi^2) T^5
    alpha_d = 0.1
    for m, epsilon in ((0.1, 8e-5), (0.3, 2.4e-4), (1.0, 3.4e-4)):
        masses, x = DarkMasses(m, 3.0, splitting), 30.0
        t = masses.m_chi1 / x
        rate = 4 * 23.33 / (2 * math.pi**2) * t**5 * 8 * math.pi * ALPHA * alpha_d * epsilon**2 / m**4
        assert rate * population_ratio(masses, x) > 1e3 * hubble_rate(t)


def test_freeze_out_of_a_line_equals_that_of_its_points():
    masses = [DarkMasses(0.05), DarkMasses(0.5, 4.0, 0.1)]
    together = FreezeOut.at(masses, [0.1, 0.2]).omega_h2([1e-3, 1e-3])
    alone = [relic_density(m, alpha_d=a, epsilon=1e-3) for m, a in zip(masses, (0.1, 0.2), strict=True)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)
