import itertools

import numpy as np
import pytest
from scipy.integrate import quad

from semivis_gen.constants import ALPHA, HBARC2_GEV2_PB, M_ELECTRON
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.widths import gamma_aprime_chi
from semivis_gen.production.annihilation.resonance import (
    annihilation_cross_section,
    narrow_cross_section_integral,
    rate_ratio_finite_width,
    resonance_energy,
)

MASSES = DarkMasses(0.25)


def test_resonance_energy_as_in_the_paper():
    # arXiv:2108.04195: 100 GeV positrons reach m_A' = 320 MeV, a 50 GeV cut opens at 226 MeV
    assert resonance_energy(0.3197) == pytest.approx(100.0, rel=1e-3)
    assert resonance_energy(0.2261) == pytest.approx(50.0, rel=1e-3)


def test_narrow_integral_is_two_pi_squared_alpha_over_the_electron_mass():
    expected = 2 * np.pi**2 * ALPHA / M_ELECTRON * HBARC2_GEV2_PB
    assert narrow_cross_section_integral(0.25) == pytest.approx(expected, rel=1e-4)
    assert narrow_cross_section_integral(1e-3) == 0.0


@pytest.mark.parametrize("m", [1.03e-3, 1.2e-3, 5e-3])
def test_narrow_integral_near_the_threshold_of_electrons(m):
    """2 pi^2 alpha / m_e (1 + 2 r) / sqrt(1 - 4 r), r = m_e^2 / m^2."""
    r = M_ELECTRON**2 / m**2
    expected = 2 * np.pi**2 * ALPHA / M_ELECTRON * (1 + 2 * r) / np.sqrt(1 - 4 * r) * HBARC2_GEV2_PB
    assert narrow_cross_section_integral(m) == pytest.approx(expected, rel=1e-12)


def test_the_integral_of_the_line_tends_to_the_narrow_limit():
    alpha_d = 1e-5
    centre = resonance_energy(MASSES.m_aprime)
    width = MASSES.m_aprime * float(gamma_aprime_chi(MASSES, alpha_d)) / (2 * M_ELECTRON)
    edges = centre + width * np.array([-1e4, -100, -10, 0, 10, 100, 1e4])
    total = sum(
        quad(lambda e: float(annihilation_cross_section(MASSES, e, alpha_d=alpha_d)), a, b, limit=400)[0]
        for a, b in itertools.pairwise(edges)
    )
    assert total == pytest.approx(narrow_cross_section_integral(MASSES.m_aprime), rel=3e-4)  # tails: 2/(pi 1e4)


@pytest.mark.parametrize("m", [1.1e-3, 3e-3, 0.25])
def test_peak_is_the_unitarity_limit_with_branching_to_electrons(m):
    # at the peak sigma = 12 pi/(m^2 - 4 m_e^2) Gamma_ee/Gamma for BR(chi1 chi2) = 1, down to the threshold of electrons
    masses, r = DarkMasses(m), M_ELECTRON**2 / m**2
    peak = float(annihilation_cross_section(masses, resonance_energy(m), alpha_d=0.1))
    electrons = ALPHA * m / 3 * np.sqrt(1 - 4 * r) * (1 + 2 * r)
    expected = 12 * np.pi / (m**2 - 4 * M_ELECTRON**2) * electrons / float(gamma_aprime_chi(masses, 0.1))
    assert peak == pytest.approx(expected * HBARC2_GEV2_PB, rel=1e-9)


def test_no_cross_section_below_the_dark_threshold():
    assert annihilation_cross_section(
        MASSES, [1.0, resonance_energy(MASSES.sigma) * 0.999], alpha_d=0.1
    ) == pytest.approx(0.0)


def test_finite_width_leaves_a_flat_spectrum_nearly_alone():
    energies = np.linspace(10.0, 120.0, 400)
    ratio = rate_ratio_finite_width(MASSES, energies, np.ones(400), alpha_d=1e-3)
    assert ratio == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize(("low", "high", "e_min"), [(-1000, 1, -1e9), (-1, 1000, -1e9), (-0.5, 3, -1e9), (-100, 1, -1)])
def test_a_spectrum_that_ends_within_the_line_cuts_it(low, high, e_min):
    """Arcus tangent of the edges in half widths of a narrow line under a flat spectrum."""
    alpha_d = 1e-6
    centre = resonance_energy(MASSES.m_aprime)
    half_width = MASSES.m_aprime * float(gamma_aprime_chi(MASSES, alpha_d)) / (2 * M_ELECTRON)
    energies = centre + half_width * np.linspace(low, high, 1001)
    ratio = rate_ratio_finite_width(
        MASSES, energies, np.full(1001, 7.0), alpha_d=alpha_d, e_min=max(centre + half_width * e_min, 0.0)
    )
    expected = (np.arctan(high) - np.arctan(max(low, e_min))) / np.pi
    assert ratio == pytest.approx(expected, rel=1e-3)


def test_finite_width_feeds_masses_whose_resonance_is_out_of_reach():
    heavy = DarkMasses(0.33)
    energies = np.linspace(10.0, 100.0, 400)
    assert rate_ratio_finite_width(heavy, energies, np.ones(400), alpha_d=0.1) == np.inf
