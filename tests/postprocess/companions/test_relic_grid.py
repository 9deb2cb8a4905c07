"""Grids that follow a line: narrow structure is found, ends are found, straight parts cost nothing."""

from functools import partial

import numpy as np
import pytest

from postprocess.companions.relic_grid import first_grid, refine_line, structures
from semivis_gen.constants import M_MUON
from semivis_gen.model.point import MassShape

SHAPE = MassShape(3.0, 0.4)


def bent(m, _near=None, width=0.01):
    """A power with a dip of a per cent's width where m_chi1 + m_chi2 is the omega."""
    u = np.log(m / structures(SHAPE)[3])
    return m**1.7 * (1 - 0.4 / (1 + (u / width) ** 2))


def off_by(x, y, m, exact):
    return np.abs(np.exp(np.interp(np.log(m), np.log(x), np.log(y))) / exact - 1).max()


def test_structures_are_where_the_pair_meets_them():
    electrons, muons, rho, omega, phi = structures(SHAPE)
    assert muons * (2 + 0.4) / 3 == pytest.approx(2 * M_MUON)
    assert electrons < muons < rho < omega < phi
    assert np.array([rho, omega, phi]) * 0.8 == pytest.approx([0.77526, 0.78266, 1.019461], rel=1e-3)


def test_narrow_structure_is_resolved_where_a_coarse_grid_misses_it():
    m = np.geomspace(0.002, 1.2, 4001)
    x, y = refine_line(bent, first_grid(0.002, 1.2, SHAPE))
    assert off_by(x, y, m, bent(m)) < 0.01
    assert len(x) < 130
    coarse = np.geomspace(0.002, 1.2, len(x))
    assert off_by(coarse, bent(coarse), m, bent(m)) > 0.1


def test_a_smaller_tolerance_is_kept():
    m = np.geomspace(0.5, 1.2, 4001)
    x, y = refine_line(partial(bent, width=0.04), first_grid(0.5, 1.2, SHAPE), tolerance=0.003)
    assert off_by(x, y, m, bent(m, width=0.04)) < 0.003


def test_a_straight_line_is_halved_once():
    start = first_grid(0.01, 1.0, SHAPE)
    x, y = refine_line(lambda m, _: m**2, start)
    assert len(x) == 2 * len(start) - 1
    assert y == pytest.approx(x**2)


def test_a_steep_line_is_good_in_the_mass():
    def step(m, _near):
        return 10 ** (4 * np.tanh(np.log(m / 0.3) / 0.01))

    x, y = refine_line(step, np.geomspace(0.1, 1.0, 40))
    levels = np.linspace(-8, 8, 50)  # of ln y
    place = np.exp(np.interp(levels, np.log(y), np.log(x)))
    exact = 0.3 * np.exp(0.01 * np.arctanh(levels / (4 * np.log(10))))
    np.testing.assert_allclose(place, exact, rtol=5e-4)
    assert len(x) < 150


@pytest.mark.parametrize("nothing", [0.0, np.inf, np.nan])
def test_ends_of_a_line_are_found(nothing):
    x, y = refine_line(lambda m, _: np.where(m < 0.25, m, nothing), np.geomspace(0.1, 1.0, 5))
    known = np.isfinite(y)
    assert x[known].max() == pytest.approx(0.25, rel=0.005)
    assert x[~known].min() == pytest.approx(0.25, rel=0.005)
    assert np.isnan(y[~known]).all()
    assert len(x) < 30


def test_a_line_without_values_stays_empty():
    x, y = refine_line(lambda m, _: np.full_like(m, np.inf), np.geomspace(0.1, 1.0, 5))
    assert len(x) == 9
    assert np.isnan(y).all()
