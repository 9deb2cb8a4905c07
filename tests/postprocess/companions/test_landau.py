"""Landau-pole bound: agreement with the pole itself, integration of the running, limits."""

import math

import mpmath
import numpy as np
import pytest
from scipy import integrate

from postprocess.companions.landau import landau_bound
from semivis_gen.errors import ParameterError
from semivis_gen.model.point import DarkMasses, landau_pole


@pytest.mark.parametrize("m", [0.01, 0.3, 1.0])
def test_one_loop_bound_has_its_pole_at_the_scale(m):
    bound = float(landau_bound(m, 1000.0))
    assert landau_pole(DarkMasses(m), bound) == pytest.approx(1000.0, rel=1e-9)


@pytest.mark.parametrize("charges", [(), (2.0,), (1.0, 2.0)])
def test_two_loop_running_diverges_at_the_scale(charges):
    m = 0.3
    bound = float(landau_bound(m, 1000.0, loops=2, scalar_charges=charges))
    b1 = 2 / (3 * math.pi) * (1 + sum(q**2 for q in charges) / 4)
    b2 = (1 + sum(q**4 for q in charges)) / (2 * math.pi**2)
    # in u = 1/alpha the running is du/dlnmu = -(b1 + b2/u): u reaches zero at the pole
    length = integrate.quad(lambda u: u / (b1 * u + b2), 0, 1 / bound)[0]
    assert length == pytest.approx(math.log(1000.0 / m), rel=1e-9)


def test_more_charges_and_loops_lower_the_bound():
    m = np.geomspace(0.01, 1, 5)
    plain = landau_bound(m)
    assert (landau_bound(m, loops=2) < plain).all()
    assert landau_bound(m, scalar_charges=(2.0,)) == pytest.approx(plain / 2)
    assert (np.diff(plain) > 0).all()  # a heavier A' leaves less room to run
    assert (landau_bound(m, 1e16) < plain).all()


def test_bad_values():
    with pytest.raises(ParameterError, match="loops = 3"):
        landau_bound(0.1, loops=3)
    with pytest.raises(ParameterError, match=r"below the scale of 0\.05 GeV"):
        landau_bound(0.1, 0.05)


@pytest.mark.parametrize("distance", [1e-12, 1e-7, 1.1e-6, 1e-3])
def test_two_loops_just_below_the_scale(distance):
    """The equation in fifty digits, on both sides of where the series takes over from Lambert's W."""
    m = 1000.0 * (1 - distance)
    with mpmath.workdps(50):
        b1, b2 = 2 / (3 * mpmath.pi), 1 / (2 * mpmath.pi**2)
        k = b1**2 / b2 * mpmath.log(1000 / mpmath.mpf(m))
        y = mpmath.findroot(lambda y: y - mpmath.log1p(y) - k, mpmath.sqrt(2 * k))
        exact = float(b1 / b2 / y)
    rounding = 2e-16 / distance  # of scale / m
    assert float(landau_bound(m, 1000.0, loops=2)) == pytest.approx(exact, rel=1e-9 + rounding)
