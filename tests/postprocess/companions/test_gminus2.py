"""(g-2)_mu: closed limits, a closed form, numerical integration."""

import math

import numpy as np
import pytest
from scipy import integrate

from postprocess.companions.gminus2 import FERMILAB_2021, LATTICE_2025, PRE_FERMILAB, delta_a_mu, epsilon_for
from semivis_gen.constants import ALPHA, M_MUON
from semivis_gen.errors import ParameterError


def test_massless_limit():
    assert delta_a_mu(0.0, 1e-3) == pytest.approx(ALPHA * 1e-6 / (2 * math.pi), rel=1e-12)
    assert delta_a_mu(1e-7, 1.0) == pytest.approx(ALPHA / (2 * math.pi), rel=1e-5)


def test_heavy_limit():
    m = 300.0
    assert delta_a_mu(m, 1.0) == pytest.approx(ALPHA * M_MUON**2 / (3 * math.pi * m**2), rel=1e-5)


def kernel(s):
    """Closed form above threshold: S. J. Brodsky and E. de Rafael, Phys. Rev. 168 (1968) 1620."""
    beta = np.sqrt(1 - 4 * M_MUON**2 / s)
    x = (1 - beta) / (1 + beta)
    return (
        x**2 * (2 - x**2) / 2
        + (1 + x**2) * (1 + x) ** 2 / x**2 * (np.log1p(x) - x + x**2 / 2)
        + (1 + x) / (1 - x) * x**2 * np.log(x)
    )


def test_closed_form_above_the_muon_threshold():
    m = np.linspace(0.22, 2.0, 30)
    assert delta_a_mu(m, 1.0) == pytest.approx(ALPHA / math.pi * kernel(m**2), rel=1e-9)


@pytest.mark.parametrize("m", [1e-4, 1e-3, 0.03, 0.1, 0.39, 1.0])
def test_numerical_integration(m):
    def integrand(z):
        return 2 * M_MUON**2 * z * (1 - z) ** 2 / ((1 - z) ** 2 * M_MUON**2 + z * m**2)

    expected = ALPHA / (2 * math.pi) * integrate.quad(integrand, 0, 1, epsrel=1e-12, limit=500)[0]
    assert delta_a_mu(m, 1.0) == pytest.approx(expected, rel=1e-10)


def test_epsilon_inverts():
    m = np.geomspace(1e-3, 2, 20)
    eps = epsilon_for(m, 251e-11)
    assert delta_a_mu(m, eps) == pytest.approx(np.full(20, 251e-11), rel=1e-12)
    assert (np.diff(eps) > 0).all()


def test_epsilon_of_a_light_boson():
    # eps^2 = 2 pi Delta a / alpha
    assert epsilon_for(1e-7, 251e-11) == pytest.approx(1.470e-3, rel=1e-3)


def test_differences_are_measurement_less_calculation():
    """a_mu in 1e-11: B. Abi et al. (2021), T. Aoyama et al. (2020), R. Aliberti et al. (2025)."""
    bnl, with_run_1, with_runs_1_to_3 = (116592089, 63), (116592061, 41), (116592059, 22)
    white_paper_2020, white_paper_2025 = (116591810, 43), (116592033, 62)
    for value, measured, calculated in (
        (FERMILAB_2021, with_run_1, white_paper_2020),
        (PRE_FERMILAB, bnl, white_paper_2020),
        (LATTICE_2025, with_runs_1_to_3, white_paper_2025),
    ):
        assert value.central * 1e11 == pytest.approx(measured[0] - calculated[0], abs=1e-9)
        assert value.error * 1e11 == pytest.approx(math.hypot(measured[1], calculated[1]), abs=0.5)


def test_bands():
    m = np.geomspace(1e-3, 1, 5)
    for value in (FERMILAB_2021, PRE_FERMILAB):
        low, mid, high = (value.epsilon(m, n_sigma=n) for n in (-2, 0, 2))
        assert (low < mid).all()
        assert (mid < high).all()
    assert (high / low) ** 2 == pytest.approx(np.full(5, (279 + 152) / (279 - 152)), rel=1e-12)
    assert (LATTICE_2025.epsilon(m, n_sigma=-2) == 0).all()
    assert LATTICE_2025.epsilon(m).shape == m.shape


def test_shapes_broadcast():
    assert delta_a_mu(np.ones((3, 1)), np.ones(4)).shape == (3, 4)


def test_bad_values():
    with pytest.raises(ParameterError, match="m_A' = -1"):
        delta_a_mu([0.1, -1.0], 1e-3)
    with pytest.raises(ParameterError, match="must not be negative"):
        epsilon_for(0.1, -1e-9)
