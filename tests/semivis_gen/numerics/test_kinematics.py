import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from semivis_gen.errors import KinematicsError
from semivis_gen.numerics.kinematics import boost_from_rest, boost_to_rest, breakup_momentum, energy_of, isotropic

vectors = arrays(float, (4, 3), elements=st.floats(-50, 50).filter(lambda x: x == 0 or abs(x) > 1e-3))


@given(vectors, vectors, st.floats(0.01, 5), st.floats(0.01, 5))
def test_boosts_there_and_back(momentum, parent, mass, parent_mass):
    moved = boost_from_rest(momentum, mass, parent, parent_mass)
    gamma = energy_of(parent, parent_mass).max() / parent_mass
    scale = gamma**2 * (np.abs(momentum).max() + mass)  # digits are lost with each factor gamma
    assert np.abs(boost_to_rest(moved, mass, parent, parent_mass) - momentum).max() < 1e-12 * scale


@given(vectors, vectors, st.floats(0.01, 5), st.floats(0.01, 5))
def test_boosts_conserve_invariants(first, parent, mass, parent_mass):
    # a particle and its opposite, at rest together, get the parent's direction
    second = -first
    total = boost_from_rest(first, mass, parent, parent_mass) + boost_from_rest(second, mass, parent, parent_mass)
    factor = 2 * energy_of(first, mass) / parent_mass
    assert total == pytest.approx(factor[:, None] * parent, rel=1e-9, abs=1e-9)


def test_a_very_fast_parent_keeps_its_digits():
    parent = np.array([[0.0, 0.0, 1e5]])
    moved = boost_from_rest(np.array([[0.1, 0.0, 0.0]]), 0.0, parent, 1.0)
    assert moved[0, 0] == 0.1
    assert moved[0, 2] == pytest.approx(0.1 * 1e5, rel=1e-14)


def test_breakup_momentum_closed_forms_and_threshold():
    assert float(breakup_momentum(2.0, 0.0, 0.0)) == 1.0
    assert float(breakup_momentum(2.0, 0.5, 0.5)) == pytest.approx(np.sqrt(0.75))
    assert float(breakup_momentum(1.0, 0.4, 0.6)) == 0.0
    with pytest.raises(KinematicsError, match="decay closed"):
        breakup_momentum(1.0, 0.5, 0.6)


def test_isotropic_directions():
    n = isotropic(40_000, np.random.default_rng(1))
    assert np.einsum("ij,ij->i", n, n) == pytest.approx(1.0)
    assert np.abs(n.mean(axis=0)).max() < 4 / np.sqrt(3 * 40_000)
    assert np.abs((n**2).mean(axis=0) - 1 / 3).max() < 4 * np.sqrt(4 / 45 / 40_000)
