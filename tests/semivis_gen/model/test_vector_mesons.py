"""Vector mesons against branching fractions that are not put in, the width of the pi0 and the measured R(s)."""

import numpy as np
import pytest
from scipy.integrate import trapezoid

from semivis_gen.constants import ALPHA, M_KAON, M_KAON0, M_PION, M_PION0
from semivis_gen.model.hadrons import r_ratio
from semivis_gen.model.pion import pion_ratio
from semivis_gen.model.vector_mesons import (
    GAMMA_PI0,
    PHI,
    kaon_ratio,
    pi0_gamma_ratio,
    rho_propagator,
    three_pion_ratio,
)


def at(function, root_s, **options):
    return float(function(np.array([root_s**2]), **options)[0])


def test_pi0_gamma_near_threshold_is_the_width_of_the_pi0():
    # R = 2 s Gamma/(alpha m^3) (1 - m^2/s)^3 F^2 with F = 1 + 0.0335 s/m^2 (PDG slope of the form factor)
    s = 0.16**2
    point = 2 * s * GAMMA_PI0 / (ALPHA * M_PION0**3) * (1 - M_PION0**2 / s) ** 3
    assert at(pi0_gamma_ratio, 0.16) == pytest.approx(point * (1 + 0.0335 * s / M_PION0**2) ** 2, rel=0.05)
    assert at(pi0_gamma_ratio, 0.1349) == 0


def test_pi0_gamma_at_the_omega():
    assert at(pi0_gamma_ratio, 0.7826) == pytest.approx(9 * 7.38e-5 * 0.0835 / ALPHA**2, rel=0.15)  # with the rho


def test_kaons_of_the_phi():
    # the quark model alone: no branching fraction of the phi is put in
    for charged, branching, tolerance in ((True, 0.491, 0.02), (False, 0.339, 0.06)):
        peak = at(kaon_ratio, PHI[0], charged=charged)
        assert peak == pytest.approx(9 * PHI[2] * branching / ALPHA**2, rel=tolerance)
    assert at(kaon_ratio, 2 * M_KAON, charged=True) == 0
    assert at(kaon_ratio, 2 * M_KAON0, charged=False) == 0
    s = 4 * M_KAON**2 * (1 + np.array([1e-6, 2e-6]))
    low, high = kaon_ratio(s, charged=True)
    assert high / low == pytest.approx(2**1.5, rel=1e-3)


def test_the_rho_adds_to_omega_and_phi_for_charged_kaons_and_takes_from_them_for_neutral_ones():
    """Above the phi all three have the same sign, and K+ K- come several times as often, as measured."""
    amplitude = {}
    for charged, mass, sign in ((True, M_KAON, 1), (False, M_KAON0, -1)):
        s = 1.3**2
        rho = complex(rho_propagator(np.array([s]))[0])
        narrow = [m**2 / (m**2 - s) * weight for m, weight in ((0.78266, 1 / 6), (1.01946, 1 / 3))]
        amplitude[charged] = abs(sign * rho / 2 + sum(narrow)) ** 2
        expected = (1 - 4 * mass**2 / s) ** 1.5 / 4 * amplitude[charged]
        assert at(kaon_ratio, 1.3, charged=charged) == pytest.approx(expected, rel=0.01)  # without widths
    assert amplitude[True] > 3 * amplitude[False]


def test_three_pions_open_as_phase_space_and_rho_pi_do():
    least = 2 * M_PION + M_PION0
    assert at(three_pion_ratio, least) == 0
    assert at(three_pion_ratio, least + 0.002) / at(three_pion_ratio, least + 0.001) == pytest.approx(16, rel=0.02)
    assert at(three_pion_ratio, 0.78266) == pytest.approx(9 * 7.38e-5 * 0.892 / ALPHA**2, rel=0.03)
    assert at(three_pion_ratio, PHI[0]) == pytest.approx(9 * PHI[2] * 0.154 / ALPHA**2, rel=0.05)  # with the omega
    assert at(three_pion_ratio, 1.05) < 0.1 * at(three_pion_ratio, 1.03)  # omega and phi cancel there, as measured


def test_propagator_is_one_at_zero_and_resonant_at_the_rho():
    assert complex(rho_propagator(np.array([0.0]))[0]) == 1
    peak = complex(rho_propagator(np.array([0.77526**2]))[0])
    assert peak == pytest.approx(1j * 0.77526 / 0.1474, rel=1e-9)


@pytest.mark.parametrize(("low", "high"), [(0.6, 0.77), (0.77, 0.8), (0.8, 0.95), (1.01, 1.04)])
def test_they_add_up_to_the_measured_r(low, high):
    s = np.linspace(low, high, 40_001) ** 2
    kaons = kaon_ratio(s, charged=True) + kaon_ratio(s, charged=False)
    model = trapezoid(pion_ratio(s) + pi0_gamma_ratio(s) + three_pion_ratio(s) + kaons, s)
    assert model == pytest.approx(trapezoid(r_ratio(s), s), rel=0.035)
