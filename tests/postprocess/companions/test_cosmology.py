import math

import numpy as np
import pytest
from scipy.integrate import quad

from postprocess.companions.cosmology import (
    HUBBLE_100,
    PLANCK_MASS,
    T_TODAY,
    entropy_density,
    g_energy,
    g_entropy,
    hubble_rate,
    omega_h2,
    sqrt_g_star,
)
from semivis_gen.constants import HBARC_GEV_MM, M_ELECTRON, M_MUON

GEV3_TO_CM3 = (10 / HBARC_GEV_MM) ** 3
MEV_TO_PER_SECOND = 1e-3 / 6.582119569e-25

# mass [GeV], spin and charge states, +1 fermion / -1 boson: everything that counts below 50 MeV
GAS = [
    (M_ELECTRON, 4, 1), (M_MUON, 4, 1), (0.13957, 2, -1), (0.13498, 1, -1), (0.4937, 2, -1), (0.4976, 2, -1),
    (0.5479, 1, -1), (0.775, 9, -1), (0.7827, 3, -1), (0.892, 12, -1), (0.9383, 4, 1), (0.9396, 4, 1),
]  # fmt: skip


def ideal_gas(temperature):
    """g_rho and g_s of free particles: photons, neutrinos at the same temperature, and GAS."""
    g_rho = g_s = 2 + 7 / 8 * 6
    for mass, states, sign in GAS:
        x = mass / temperature

        def rho(u, x=x, sign=sign):
            e = math.hypot(u, x)
            return u * u * e / (math.exp(e) + sign)

        def pressure(u, x=x, sign=sign):
            e = math.hypot(u, x)
            return u**4 / (3 * e) / (math.exp(e) + sign)

        energy, force = quad(rho, 0, 60)[0], quad(pressure, 0, 60)[0]
        g_rho += states * energy * 15 / math.pi**4
        g_s += states * (energy + force) * 45 / (4 * math.pi**4)
    return g_rho, g_s


@pytest.mark.parametrize("temperature", [0.004, 0.01, 0.02, 0.05])
def test_degrees_of_freedom_of_a_free_gas(temperature):
    g_rho, g_s = ideal_gas(temperature)
    # between neutrino decoupling and QCD only QED corrections (-0.1 %) are missing
    assert g_energy(temperature) == pytest.approx(g_rho, rel=3e-3)
    assert g_entropy(temperature) == pytest.approx(g_s, rel=3e-3)


def test_degrees_of_freedom_today():
    n_eff = 3.046
    assert g_energy(1e-5) == pytest.approx(2 + 7 / 4 * n_eff * (4 / 11) ** (4 / 3), rel=1e-3)
    assert g_entropy(1e-5) == pytest.approx(3.931, abs=1e-3)  # arXiv:1803.01038
    assert g_entropy(1e-9) == g_entropy(1e-5)


def test_degrees_of_freedom_when_all_are_there():
    # free standard model: 106.75; interactions at 10 TeV lower it by 2 to 3 % (arXiv:1803.01038, figure 1)
    assert 0.965 < g_energy(1e4) / 106.75 < 0.985
    assert 0.965 < g_entropy(1e4) / 106.75 < 0.985


def test_fit_is_continuous_and_rises():
    seam = np.array([0.12 * (1 - 1e-9), 0.12 * (1 + 1e-9)])
    for function in (g_energy, g_entropy, sqrt_g_star):
        low, high = function(seam)
        assert low == pytest.approx(high, rel=1e-3)
    t = np.geomspace(1e-5, 100.0, 400)
    assert np.all(np.diff(g_entropy(t)) > -1e-2)


def test_sqrt_g_star():
    t = np.array([0.03, 3.0])
    step = 1e-4
    slope = np.log(g_entropy(t * (1 + step)) / g_entropy(t * (1 - step))) / (2 * step)
    np.testing.assert_allclose(sqrt_g_star(t), g_entropy(t) / np.sqrt(g_energy(t)) * (1 + slope / 3), rtol=2e-3)
    # Gondolo and Gelmini's table, as in DarkSUSY and micrOMEGAs: 2.14 after e+ e- annihilation
    assert sqrt_g_star(1e-6) == pytest.approx(2.14, abs=0.01)


def test_hubble_rate_gives_the_age():
    # t = 1/(2 H) = 2.42 s g^(-1/2) (MeV/T)^2, Kolb and Turner equation (3.64)
    t = 5e-3
    age = 1 / (2 * hubble_rate(t)) / (1e3 * MEV_TO_PER_SECOND)
    assert age == pytest.approx(2.42 / math.sqrt(g_energy(t)) / 25, rel=2e-3)


def test_densities_today():
    # PDG 2022, table 2.1: s_0 = 2891.2 / cm^3 with g_s = 3.909; rho_crit = 1.05367e-5 h^2 GeV / cm^3
    assert entropy_density(T_TODAY) * GEV3_TO_CM3 == pytest.approx(2891.2 * 3.931 / 3.909, rel=2e-4)
    critical = 3 * HUBBLE_100**2 * PLANCK_MASS**2 / (8 * math.pi) * GEV3_TO_CM3
    assert critical == pytest.approx(1.05367e-5, rel=1e-4)
    assert omega_h2(1.0, 1.0) == pytest.approx(2907.5 / 1.05367e-5, rel=3e-4)
    np.testing.assert_allclose(omega_h2(np.array([1.0, 2.0]), 3e-10), omega_h2(3e-10, np.array([1.0, 2.0])))
