import math

import pytest

from semivis_gen.constants import M_ELECTRON
from semivis_gen.errors import KinematicsError, ParameterError, SemivisWarning
from semivis_gen.model.point import DarkMasses, DarkSector, landau_pole


def test_the_benchmark_masses():
    masses = DarkMasses(0.3)
    assert masses.m_chi1 == pytest.approx(0.1)
    assert masses.m_chi2 == pytest.approx(0.14)
    assert masses.delta == pytest.approx(0.04)
    assert masses.sigma == pytest.approx(0.24)


@pytest.mark.parametrize("values", [(0.3, 2.4, 0.4), (0.3, 2.0, 0.1), (0.3, 1.0, 0.4)])
def test_a_closed_dark_decay_of_aprime_is_refused(values):
    with pytest.raises(KinematicsError, match="take R > 2"):
        DarkMasses(*values)


@pytest.mark.parametrize("values", [(0.0, 3, 0.4), (-1, 3, 0.4), (math.nan, 3, 0.4), (0.3, math.inf, 0.4), (0.3, 3, 0)])
def test_a_mass_that_is_no_positive_number_is_refused(values):
    with pytest.raises(ParameterError, match="positive finite"):
        DarkMasses(*values)


def test_a_stable_chi2_is_a_mass_point_but_no_physics_point():
    masses = DarkMasses(0.005)
    assert not masses.chi2_decays
    with pytest.raises(KinematicsError, match=r"take m_A' > 0\.00766"):
        DarkSector(masses)
    assert DarkMasses(2 * M_ELECTRON * 3 / 0.4 * 1.0001).chi2_decays


@pytest.mark.parametrize(("name", "value"), [("alpha_d", 0.0), ("alpha_d", 13.0), ("epsilon", 0.0), ("epsilon", 1.0)])
def test_couplings_out_of_range_are_refused(name, value):
    with pytest.raises(ParameterError, match="must lie in"):
        DarkSector.at(0.3, **{name: value})


def test_a_low_landau_pole_warns():
    with pytest.warns(SemivisWarning, match="Landau pole"):
        DarkSector.at(0.3, alpha_d=0.9)


def test_the_landau_pole_is_where_the_running_coupling_diverges():
    masses = DarkMasses(0.3)
    pole = landau_pole(masses, 0.6)
    assert 1 / 0.6 - 2 / (3 * math.pi) * math.log(pole / 0.3) == pytest.approx(0.0, abs=1e-12)
    assert landau_pole(masses, 1e-3) == math.inf
