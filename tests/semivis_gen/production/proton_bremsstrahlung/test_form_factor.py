"""Time-like form factor of the proton: sum rules, resonances, another model."""

import numpy as np
import pytest

from semivis_gen.production.proton_bremsstrahlung.form_factor import _resonances, dirac_form_factor_squared


def test_charge():
    assert float(dirac_form_factor_squared(0.0)) == pytest.approx(1.0, rel=1e-14)
    assert float(dirac_form_factor_squared(0.01)) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "published"), [("rho", (0.6165, 0.2232, -0.3397)), ("omega", (1.0118, -0.8817, 0.3699))]
)
def test_couplings_are_those_of_the_paper_up_to_the_masses(name, published):
    """The paper takes 0.77 GeV for both; sum rules fix two of three couplings."""
    couplings = np.array([c for c, _, _ in _resonances(name)])
    masses = np.array([m for _, m, _ in _resonances(name)])
    np.testing.assert_allclose(couplings, published, atol=0.05)
    assert couplings.sum() == pytest.approx(0.5, rel=1e-14)
    assert couplings @ masses**2 == pytest.approx(0.0, abs=1e-14)


def test_the_tail_of_narrow_resonances_falls_with_the_fourth_power():
    def space_like(q2):
        return sum(c * m**2 / (m**2 + q2) for name in ("rho", "omega") for c, m, _ in _resonances(name))

    assert space_like(1e4) / space_like(1e3) == pytest.approx(0.01, rel=0.01)
    # where electrons scatter: F1 = (G_E + tau G_M) / (1 + tau) of the dipole
    for q2 in (0.1, 0.3, 1.0):
        tau = q2 / (4 * 0.93827**2)
        dirac = (1 + 2.793 * tau) / (1 + tau) * (1 + q2 / 0.71) ** -2
        assert space_like(q2) == pytest.approx(dirac, rel=0.06)


def test_the_highest_peak_is_the_omega():
    m = np.linspace(0.5, 1.8, 26_001)
    values = dirac_form_factor_squared(m)
    assert m[values.argmax()] == pytest.approx(0.78266, abs=5e-4)
    assert values.max() == pytest.approx(8880, rel=0.01)


@pytest.mark.parametrize(("m", "unitary"), [(0.1, 1.026), (0.2, 1.111), (0.3, 1.286), (0.4, 1.615), (0.5, 2.274)])
def test_the_unitary_and_analytic_model_is_near_below_the_resonances(m, unitary):
    """|F1| of Foroughi-Abari, Reimitz and Ritz (2409.09123)."""
    assert float(np.sqrt(dirac_form_factor_squared(m))) == pytest.approx(unitary, rel=0.12)


@pytest.mark.parametrize(("m", "unitary"), [(0.775, 95.0), (0.7827, 172.0)])
def test_at_the_resonances_it_is_half_of_that_model(m, unitary):
    assert 0.45 < float(np.sqrt(dirac_form_factor_squared(m))) / unitary < 0.6
