import math
import warnings
from dataclasses import asdict

import pytest

from semivis_gen.constants import M_ELECTRON, M_MUON
from semivis_gen.errors import KinematicsError, ParameterError, SemivisWarning
from semivis_gen.model.point import DarkMasses, DarkSector, MassShape, check_couplings, landau_pole


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
    with pytest.raises(ParameterError, match=r"must be a positive finite number|must lie between 1e-09 and 1e\+06 GeV"):
        DarkMasses(*values)


def test_a_stable_chi2_is_a_mass_point_but_no_physics_point():
    masses = DarkMasses(0.005)
    assert not masses.chi2_decays
    with pytest.raises(KinematicsError, match=r"take m_A' > 0\.00766"):
        DarkSector(masses)
    assert DarkMasses(2 * M_ELECTRON * 3 / 0.4 * 1.0001).chi2_decays


@pytest.mark.parametrize(("name", "value"), [("alpha_d", 0.0), ("alpha_d", 13.0), ("epsilon", 0.0), ("epsilon", 1.0)])
def test_couplings_out_of_range_are_refused(name, value):
    with pytest.raises(ParameterError, match="must lie between 1e-30 and"):
        DarkSector.at(0.3, **{name: value})


@pytest.mark.filterwarnings("ignore:alpha_D = .* reaches its Landau pole")
@pytest.mark.parametrize(("alpha_d", "epsilon"), [(12.5, 1e-3), (2.0, 1e-3), (1e-30, 1e-30), (0.1, 0.999)])
def test_couplings_up_to_their_bounds_are_taken(alpha_d, epsilon):
    point = DarkSector.at(0.3, alpha_d=alpha_d, epsilon=epsilon)
    assert point.g_d == pytest.approx(math.sqrt(4 * math.pi * alpha_d), rel=1e-14)


def test_a_low_landau_pole_warns():
    with pytest.warns(SemivisWarning, match="Landau pole"):
        DarkSector.at(0.3, alpha_d=0.9)


def test_the_landau_pole_is_where_the_running_coupling_diverges():
    masses = DarkMasses(0.3)
    pole = landau_pole(masses, 0.6)
    assert 1 / 0.6 - 2 / (3 * math.pi) * math.log(pole / 0.3) == pytest.approx(0.0, abs=1e-12)
    assert landau_pole(masses, 1e-3) == math.inf


def test_a_shape_at_a_mass_and_back():
    shape = MassShape(4.0, 1.9)
    masses = shape.at(0.7)
    assert masses == DarkMasses(0.7, 4.0, 1.9)
    assert masses.shape == shape
    assert str(masses) == "m_A' = 0.7 GeV, R = 4, f = 1.9"
    assert shape.with_splitting(1).at(2) == DarkMasses(2.0, 4.0, 1.0)
    assert DarkMasses.from_columns({k: repr(v) for k, v in masses.columns().items()} | {"other": "x"}) == masses
    assert DarkMasses(**asdict(masses)) == masses
    with pytest.raises(KeyError):
        DarkMasses.from_columns({"m_aprime_GeV": 0.7, "ratio": 3.0})


def test_aprime_closes_at_the_largest_splitting_at_every_mass():
    for ratio in (2.1, 3.0, 17.0):
        largest = MassShape(ratio, 0.01).largest_splitting
        edge = MassShape(ratio, largest * (1 - 1e-9)).at(1e-3)
        assert 0 < edge.m_aprime - edge.sigma < 1e-11
        with pytest.raises(KinematicsError, match=r"take R > 2 \+ f"):
            MassShape(ratio, largest)
        assert MassShape.halfway(ratio).splitting == pytest.approx(largest / 2)
    with pytest.raises(KinematicsError, match="closed for every splitting: R = 2; take R > 2"):
        MassShape.halfway(2.0)


def test_a_decay_opens_at_the_threshold_of_the_shape():
    shape = MassShape(5.0, 2.9)
    for lepton in (M_ELECTRON, M_MUON):
        assert shape.at(shape.decay_threshold(lepton)).delta == pytest.approx(2 * lepton, rel=1e-12)


def test_couplings_of_a_scan_are_checked_as_those_of_a_point():
    lightest = MassShape(3.0, 0.002).at(0.01)  # chi2 is stable: a mass point of a scan
    with pytest.warns(SemivisWarning, match=r"alpha_D = 0.5 at m_A' = 0.01 GeV reaches its Landau pole at 124 GeV"):
        check_couplings(lightest, 0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_couplings(lightest, 0.1)
    with pytest.raises(ParameterError, match="alpha_D = nan"):
        check_couplings(lightest, math.nan)
    with pytest.raises(ParameterError, match="epsilon = 1"):
        check_couplings(lightest, 0.1, 1.0)
