"""chi2 -> chi1 hadrons: an independent code, its own free quarks, direct integration, thresholds and narrow states."""

import csv
import itertools
import math

import numpy as np
import pytest
from scipy.integrate import trapezoid
from support.places import REFERENCE

from semivis_gen.constants import ALPHA, HBARC_GEV_MM, M_ELECTRON, M_KAON, M_MUON, M_PION, M_PION0
from semivis_gen.errors import ParameterError
from semivis_gen.model.channels import HADRONS
from semivis_gen.model.chi2_hadrons import (
    chi2_hadron_rate_dq2,
    gamma_chi2_hadrons,
    gamma_chi2_hadrons_by_state,
    gamma_chi2_hadrons_error,
)
from semivis_gen.model.chi2_leptons import chi2_rate_dq2, gamma_chi2_lepton
from semivis_gen.model.hadrons import NARROW_STATES, measured_energies, r_ratio
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.widths import gamma_chi2_total


def eventcalc():
    with (REFERENCE / "ctau_chi2_eventcalc.csv").open() as stream:
        for row in csv.DictReader(line for line in stream if line[0] != "#"):
            splitting, m_chi2, ctau = (float(row[key]) for key in ("splitting", "m_chi2_GeV", "ctau_eps2_m"))
            yield DarkMasses(3 * m_chi2 / (1 + splitting), 3.0, splitting), HBARC_GEV_MM / (1000 * ctau)


EVENTCALC = list(eventcalc())


def at_delta(delta, splitting=0.5):
    return DarkMasses(3 * delta / splitting, 3.0, splitting)


def integral(masses):
    return float(gamma_chi2_hadrons(masses, 1.0, 1.0)) * 12 * math.pi * masses.m_chi2**3 / ALPHA


@pytest.mark.parametrize(
    ("masses", "width"), [x for x in EVENTCALC if x[0].delta < 0.719], ids=lambda x: f"{getattr(x, 'delta', x):.3g}"
)
def test_an_independent_code_agrees_below_the_rho(masses, width):
    assert float(gamma_chi2_total(masses, 0.1, 1.0)) == pytest.approx(width, rel=6e-4)
    if masses.delta > 0.45:  # leptons alone are not enough there
        leptons = sum(float(gamma_chi2_lepton(masses, 0.1, 1.0, m)) for m in (M_ELECTRON, M_MUON))
        assert leptons < 0.99 * width


@pytest.mark.parametrize(
    ("masses", "width"),
    [x for x in EVENTCALC if 0.721 < x[0].delta < 3.5],
    ids=lambda x: f"{getattr(x, 'delta', x):.3g}",
)
def test_above_it_that_code_has_free_quarks_without_colour(masses, width):
    # u and d of the mass of the pion, s of the kaon, squared charges 5/9 and 1/9, no factor 3, no resonances
    def of(mass):
        return float(gamma_chi2_lepton(masses, 0.1, 1.0, mass))

    assert of(M_ELECTRON) + of(M_MUON) + 5 / 9 * of(M_PION) + of(M_KAON) / 9 == pytest.approx(width, rel=2e-6)
    if masses.delta > 0.8:
        assert float(gamma_chi2_total(masses, 0.1, 1.0)) > 1.15 * width


def test_three_colours_are_what_the_data_have():
    # R of u, d and s is 2 (1 + alpha_s/pi) with colour, alpha_s(2.5 GeV) = 0.28, and 2/3 without
    energy = measured_energies()
    energy = energy[(energy > 2.0) & (energy < 3.0)]
    assert np.mean(r_ratio(energy**2)) == pytest.approx(2 * (1 + 0.28 / math.pi), rel=0.06)


@pytest.mark.parametrize("delta", [0.2, 0.281, 0.3, 0.45, 0.599, 0.61, 0.7755, 0.7826, 0.8, 1.0195, 1.3, 2.5])
def test_the_table_integrates_as_well_as_adaptive_quadrature(delta):
    masses = at_delta(delta)
    edges = np.r_[M_PION0, 0.2, 2 * M_PION, np.linspace(0.3, 0.6, 7), measured_energies()]
    edges = np.unique(np.r_[edges[edges < delta], delta])
    x, w = np.polynomial.legendre.leggauss(30)
    total = 0.0
    for low, high in itertools.pairwise(edges):
        u = 0.5 * (x + 1)
        q = low + (high - low) * u * u * (3 - 2 * u)  # flat at both ends: square roots do no harm
        rate = chi2_rate_dq2(masses, q * q, 0.0) * r_ratio(q * q) * 2 * q
        total += float(np.sum(0.5 * w * 6 * u * (1 - u) * (high - low) * rate))
    assert integral(masses) == pytest.approx(total, rel=2e-5)


def test_closed_below_the_pi0():
    assert integral(at_delta(M_PION0)) == 0
    assert integral(at_delta(M_PION0 + 0.01)) > 0


def test_pions_open_with_the_fourth_power_of_the_room():
    # int (q^2 - 4 m^2)^(3/2) (Delta^2 - q^2)^(3/2) dq^2 ~ (Delta^2 - 4 m^2)^4
    rooms = np.array([2e-3, 4e-3])
    deltas = np.sqrt(4 * M_PION**2 + rooms)
    near, far = (float(gamma_chi2_hadrons_by_state(at_delta(d), 1.0, 1.0)["pi+ pi-"]) for d in deltas)
    assert far / near == pytest.approx(16, rel=0.1)


def test_pi0_gamma_opens_with_the_third_power_of_its_own_room_and_the_decay():
    # int (s - m^2)^3 (Delta^2 - s)^(3/2) ds ~ (Delta^2 - m^2)^(11/2)
    deltas = np.sqrt(M_PION0**2 + np.array([1e-4, 2e-4]))
    near, far = (float(gamma_chi2_hadrons(at_delta(d), 1.0, 1.0)) for d in deltas)
    assert far / near == pytest.approx(2**5.5, rel=0.1)


@pytest.mark.parametrize("name", HADRONS)
def test_the_rate_of_a_state_integrates_to_its_width(name):
    masses = at_delta(2.3)
    q = np.linspace(M_PION0, 2.3, 400_001)
    total = trapezoid(chi2_hadron_rate_dq2(masses, q * q, name) * 2 * q, q)
    width = float(gamma_chi2_hadrons_by_state(masses, 1.0, 1.0)[name])
    assert width == pytest.approx(total * ALPHA / (12 * math.pi * masses.m_chi2**3), rel=1e-3)


@pytest.mark.parametrize("delta", [0.4, 0.8, 1.03, 1.5, 3.5])
def test_states_add_up(delta):
    masses = at_delta(delta)
    parts = gamma_chi2_hadrons_by_state(masses, 0.1, [1e-3, 1e-4])
    assert tuple(parts) == HADRONS
    assert sum(parts.values()) == pytest.approx(gamma_chi2_hadrons(masses, 0.1, [1e-3, 1e-4]), rel=1e-12)
    assert (min(p.min() for p in parts.values())) >= 0
    assert (float(parts["2pi+ 2pi-"][0]) > 0) == (delta > 1.04)


def test_narrow_states_enter_where_delta_passes_them():
    mass, electrons = NARROW_STATES[0]
    masses = at_delta(4.0)
    below, above = (integral(at_delta(d)) for d in (mass * (1 - 1e-9), mass * (1 + 1e-9)))
    assert above == pytest.approx(below, rel=1e-6)  # the decay opens smoothly
    with_it = integral(masses)
    strength = 9 * math.pi * mass * electrons / ALPHA**2
    assert strength == pytest.approx(9.1, rel=0.01)  # 9 pi 3.097 5.53e-6 / alpha^2 [GeV^2]
    q = np.linspace(M_PION0, 4.0, 400_001)
    smooth = trapezoid(chi2_rate_dq2(masses, q * q, 0.0) * r_ratio(q * q) * 2 * q, q)
    narrow = strength * float(chi2_rate_dq2(masses, mass**2, 0.0))
    second = 9 * math.pi * 3.6861 * 2.33e-6 / ALPHA**2 * float(chi2_rate_dq2(masses, 3.6861**2, 0.0))
    assert with_it == pytest.approx(smooth + narrow + second, rel=2e-4)
    assert narrow > 0.08 * with_it


@pytest.mark.parametrize("delta", [12.0, 40.0, 300.0])
def test_beyond_the_data_the_table_integrates_as_well(delta):
    masses = at_delta(delta)
    q = np.sort(np.r_[np.linspace(M_PION0, 20.0, 200_001), np.geomspace(20.0, delta, 100_001)[1:]])
    q = q[q <= delta]
    smooth = trapezoid(chi2_rate_dq2(masses, q * q, 0.0) * r_ratio(q * q) * 2 * q, q)
    states = [(m, 9 * math.pi * m * width / ALPHA**2) for m, width in NARROW_STATES if m < delta]
    narrow = sum(strength * float(chi2_rate_dq2(masses, m * m, 0.0)) for m, strength in states)
    assert integral(masses) == pytest.approx(smooth + narrow, rel=2e-4)


def test_far_above_all_resonances_hadrons_are_a_constant_times_muons():
    masses = at_delta(1e5)
    ratio = float(gamma_chi2_hadrons(masses, 1.0, 1.0) / gamma_chi2_lepton(masses, 1.0, 1.0, 11.1 / 2))
    assert 3.84 < ratio < 3.9  # R = 3.85 above 11.1 GeV; what is below has a share of 1e-9 only
    assert ratio == pytest.approx(float(r_ratio(1e6)), rel=2e-3)


@pytest.mark.parametrize(("delta", "low", "high"), [(0.5, 0.029, 0.031), (0.8, 0.01, 0.03), (1.5, 0.01, 0.03)])
def test_the_error_is_that_of_the_data(delta, low, high):
    masses = at_delta(delta)
    share = float(gamma_chi2_hadrons_error(masses, 0.1, 1e-3) / gamma_chi2_hadrons(masses, 0.1, 1e-3))
    assert low < share < high


def test_an_unknown_state_is_refused():
    with pytest.raises(ParameterError, match="'e\\+ e-' is no hadronic final state"):
        chi2_hadron_rate_dq2(at_delta(1.0), 0.3, "e+ e-")
