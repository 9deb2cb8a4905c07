import numpy as np
import pytest
from scipy.stats import norm

from postprocess.acceptance.calorimeter import pass_probability, visible_energy
from postprocess.experiment.cards import Number
from postprocess.experiment.schema import Station


def number(value):
    return Number(value=value, status="assumed", note="a test")


def station(begin, end, half_width=300.0):
    edges = {"begin_mm": number(begin), "end_mm": number(end), "half_width_mm": number(half_width)}
    return Station(kind="calorimeter", **edges)


MODULES = [station(4500, 6000), station(2875, 4375)]  # out of order on purpose


def test_pass_probability_is_that_of_random_smearing():
    assert pass_probability([14.9, 15.0, 15.1], 15.0, 0.0) == pytest.approx([0, 1, 1])
    energy, sigma = np.array([13.0, 15.0, 16.5]), np.array([1.0, 2.0, 1.0])
    assert pass_probability(energy, 15.0, sigma) == pytest.approx(norm.sf(15.0, energy, sigma))
    smeared = np.random.default_rng(1).normal(energy, sigma, (100_000, 3)) > 15
    expected = pass_probability(energy, 15.0, sigma)
    assert np.all(np.abs(smeared.mean(axis=0) - expected) < 4 * np.sqrt(expected * (1 - expected) / 1e5))


def energies(point, direction):
    momentum = np.broadcast_to(np.asarray(direction, dtype=float), (1, 1, 3))
    return float(visible_energy(np.array([point], dtype=float), momentum, np.array([[7.0]]), MODULES)[0])


def test_decay_inside_a_module_counts_where_it_happens():
    assert energies([0, 0, 3000], [0, 0, 1]) == 7
    assert energies([299, -299, 3000], [1, 0, 1]) == 7  # the shower begins at once: its direction does not matter
    assert energies([301, 0, 3000], [0, 0, 1]) == 0


def test_decay_between_modules_flies_to_the_next_front():
    assert energies([0, 0, 4400], [2.9, 0, 1]) == 7  # 100 mm to go: arrives at 290 mm
    assert energies([0, 0, 4400], [0, -3.1, 1]) == 0
    assert energies([0, 0, 4400], [0, 0, -1]) == 0
    assert energies([0, 0, 100], [0.1, 0, 1]) == 7  # before the first module


def test_decay_behind_the_last_module_is_not_seen():
    assert energies([0, 0, 6000], [0, 0, 1]) == 0


def test_only_products_that_arrive_add_up():
    momentum = np.array([[[0, 0, 10.0], [3.5, 0, 1.0]]])
    seen = visible_energy(np.array([[0, 0, 4400.0]]), momentum, np.array([[10.0, 4.0]]), MODULES)
    assert seen == pytest.approx([10.0])
