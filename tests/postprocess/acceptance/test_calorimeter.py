import numpy as np
import pytest
from scipy.stats import norm

from postprocess.acceptance.calorimeter import pass_probability, visible_energy
from postprocess.acceptance.geometry import Impact


def test_pass_probability_is_that_of_random_smearing():
    assert pass_probability([14.9, 15.0, 15.1], 15.0, 0.0) == pytest.approx([0, 1, 1])
    energy, sigma = np.array([13.0, 15.0, 16.5]), np.array([1.0, 2.0, 1.0])
    assert pass_probability(energy, 15.0, sigma) == pytest.approx(norm.sf(15.0, energy, sigma))
    smeared = np.random.default_rng(1).normal(energy, sigma, (100_000, 3)) > 15
    expected = pass_probability(energy, 15.0, sigma)
    assert np.all(np.abs(smeared.mean(axis=0) - expected) < 4 * np.sqrt(expected * (1 - expected) / 1e5))


def test_only_products_that_arrive_add_up():
    inside = np.array([[True, False], [True, True], [False, False]])
    impact = Impact(np.zeros(3, dtype=np.int64), np.zeros((3, 2, 2)), inside, np.zeros(3))
    assert visible_energy(impact, np.array([[10.0, 4.0]] * 3)) == pytest.approx([10.0, 14.0, 0.0])
