"""The BMPT fit: its formula once more, isospin, scaling, nuclei, its integral."""

import math

import numpy as np
import pytest
from scipy import integrate

from semivis_gen.constants import AVOGADRO, M_PROTON
from semivis_gen.production.mesons.bmpt import Collision, invariant_cross_section, pion_cross_section
from semivis_gen.production.mesons.species import meson

SPS, U70 = Collision(400.0), Collision(70.0)
M_PI0 = meson("pi0").mass


def by_hand(x, pt):
    """Formula of hep-ph/0101163 for pi+ and pi-, number by number."""
    slope = 6.10 / x**0.153
    plus = 62.3 * (1 - x) ** 3.45 * (1 + 1.57 * x) * x**-0.517
    plus *= (1 + slope * pt + 6.10**2 / (2 * x**0.478) * pt**2) * math.exp(-slope * pt)
    return plus, plus / (1.05 * (1 + x) ** 2.65)


@pytest.mark.parametrize(("x", "pt"), [(0.02, 0.0), (0.1, 0.3), (0.4, 0.7), (0.9, 1.5)])
def test_pions_are_the_mean_of_both_charges(x, pt):
    assert float(pion_cross_section(np.array(x), np.array(pt))) == pytest.approx(sum(by_hand(x, pt)) / 2, rel=1e-13)


def test_frame():
    assert pytest.approx(27.43, abs=0.01) == SPS.root_s
    # the proton's rapidity in the lab is twice that of the frame: the target's is zero
    assert math.acosh(400.0 / M_PROTON) == pytest.approx(2 * SPS.rapidity, rel=1e-12)
    assert SPS.energy_max(M_PI0) < SPS.root_s / 2


def test_phase_space_ends_at_the_largest_energy():
    pt = np.array([0.0, 0.5, 1.0])
    limit = np.arccosh(SPS.energy_max(0.547862) / np.hypot(pt, 0.547862))
    inside = invariant_cross_section(0.999 * limit, pt, 0.547862, SPS, 9.0122)
    outside = invariant_cross_section(1.001 * limit, pt, 0.547862, SPS, 9.0122)
    assert (inside > 0).all()
    assert (outside == 0).all()


def test_heavier_mesons_have_the_cross_section_of_a_pion_of_their_transverse_mass():
    eta, pt, y = meson("eta").mass, np.array(0.4), np.array(-0.5)  # backwards: no x_F in the nuclear factor
    x_r = np.hypot(pt, eta) * np.cosh(y) / U70.energy_max(eta)
    pion_pt = np.sqrt(pt**2 + eta**2 - M_PI0**2)
    found = invariant_cross_section(y, pt, eta, U70, 9.0122)
    assert float(found) == pytest.approx(float(pion_cross_section(x_r, pion_pt)), rel=1e-13)


def test_nuclei():
    y, pt = np.array([-1.0, 3.0]), np.array([0.0, 0.0])
    ratio = invariant_cross_section(y, pt, M_PI0, SPS, 63.546) / invariant_cross_section(y, pt, M_PI0, SPS, 9.0122)
    x_f = 2 * M_PI0 * math.sinh(3.0) / SPS.root_s
    power = [0.74 * 0.98, (0.74 - 0.55 * x_f + 0.26 * x_f**2) * 0.98]
    np.testing.assert_allclose(np.log(ratio) / math.log(63.546 / 9.0122), power, rtol=1e-12)


@pytest.mark.parametrize(("collision", "pythia"), [(SPS, 3.67), (U70, 2.26)])
def test_pions_per_collision_with_beryllium(collision, pythia):
    """Integral in lab momentum and angle, over the production cross-section from the interaction length."""

    def per_momentum(log_p, log_theta):
        p, theta = math.exp(log_p), math.exp(log_theta)
        energy = math.hypot(p, M_PI0)
        rapidity = math.atanh(p * math.cos(theta) / energy) - collision.rapidity
        value = invariant_cross_section(np.array(rapidity), np.array(p * math.sin(theta)), M_PI0, collision, 9.0122)
        return 2 * math.pi * p**2 / energy * math.sin(theta) * float(value) * p * theta

    grid_p, grid_t = (
        np.linspace(math.log(2e-3), math.log(collision.beam_energy), 241),
        np.linspace(-11, math.log(3.14), 161),
    )
    values = np.array([[per_momentum(p, t) for t in grid_t] for p in grid_p])
    total = integrate.simpson(integrate.simpson(values, x=grid_t, axis=1), x=grid_p)
    production = 9.0122 / (AVOGADRO * 77.8) * 1e27  # [mb], from 77.8 g/cm^2
    assert total / production == pytest.approx(pythia, rel=0.15)
    # pi0 carry about a seventh of the beam's energy
    share = integrate.simpson(integrate.simpson(values * np.hypot(np.exp(grid_p), M_PI0)[:, None], x=grid_t), x=grid_p)
    assert 0.10 < share / production / collision.beam_energy < 0.17
