"""Flat phase space against closed forms: massless products, three products, slow products; and its bound."""

import numpy as np
import pytest

from semivis_gen.constants import M_KAON, M_PION, M_PION0
from semivis_gen.decay.phase_space import _log_bound, many_body, weights
from semivis_gen.errors import KinematicsError

N = 40_000


def energies(products, masses):
    return np.stack([np.sqrt((p**2).sum(axis=1) + m * m) for p, m in zip(products, masses, strict=True)], axis=1)


@pytest.mark.parametrize("masses", [(M_PION, M_PION), (M_PION, M_KAON, M_PION0), (M_PION,) * 4, (M_PION,) * 6])
@pytest.mark.parametrize("speed", [0.0, 50.0])
def test_four_momentum_is_conserved(masses, speed):
    rng = np.random.default_rng(1)
    parent = speed * rng.normal(size=(2000, 3))
    mass = sum(masses) + rng.uniform(1e-3, 3.0, 2000)
    products = many_body(parent, mass, masses, rng)
    assert len(products) == len(masses)
    assert sum(products) == pytest.approx(parent, abs=1e-11)
    total = energies(products, masses).sum(axis=1)
    assert total == pytest.approx(np.sqrt((parent**2).sum(axis=1) + mass**2), rel=1e-10)


@pytest.mark.parametrize("n", [3, 4, 5, 6])
def test_massless_products_share_the_energy_as_a_beta_function(n):
    # dN/dx ~ x (1 - x)^(n - 3) of x = 2 E/m: mean 2/n, variance 2 (n - 2) / (n^2 (n + 1))
    products = many_body(np.zeros((N, 3)), 1.0, [1e-9] * n, np.random.default_rng(n))
    x = 2 * energies(products, [1e-9] * n)
    variance = 2 * (n - 2) / (n**2 * (n + 1))
    assert np.all(np.abs(x.mean(axis=0) - 2 / n) < 4 * np.sqrt(variance / N))
    spread = ((x - 2 / n) ** 2).mean(axis=0)
    error = ((x - 2 / n) ** 2).std(axis=0) / np.sqrt(N)
    assert np.all(np.abs(spread - variance) < 4 * error)


def test_three_products_fill_the_dalitz_plot_evenly():
    masses = (M_PION, M_PION, M_PION0)
    e = energies(many_body(np.zeros((N, 3)), 1.0, masses, np.random.default_rng(5)), masses)
    inner = [(0.25, 0.3), (0.35, 0.35), (0.3, 0.4), (0.4, 0.3)]  # energies of two, all inside
    cells = [((e[:, 0] > a) & (e[:, 0] < a + 0.03) & (e[:, 1] > b) & (e[:, 1] < b + 0.03)).sum() for a, b in inner]
    assert min(cells) > 300
    mean = np.mean(cells)
    assert ((np.array(cells) - mean) ** 2 / mean).sum() < 16  # chi^2 of 3 degrees of freedom: 0.1 %


def test_slow_products_share_the_energy_by_their_number():
    # where all is slow the kinetic energies of n alike have the mean room / n each
    room, n = 1e-5, 5
    masses = [M_PION] * n
    products = many_body(np.zeros((N, 3)), sum(masses) + room, masses, np.random.default_rng(6))
    kinetic = np.stack([(p**2).sum(axis=1) / (2 * M_PION) for p in products], axis=1) / room
    assert np.all(np.abs(kinetic.mean(axis=0) - 1 / n) < 4 * kinetic.std(axis=0) / np.sqrt(N))


def test_all_directions_alike():
    products = many_body(np.zeros((N, 3)), 2.0, [M_PION] * 4, np.random.default_rng(7))
    for p in products:
        unit = p / np.linalg.norm(p, axis=1, keepdims=True)
        assert np.all(np.abs(unit.mean(axis=0)) < 4 / np.sqrt(3 * N))
        assert np.all(np.abs((unit**2).mean(axis=0) - 1 / 3) < 4 * np.sqrt(4 / 45 / N))


@pytest.mark.parametrize(
    "masses", [(M_PION,) * 4, (M_PION,) * 6, (M_KAON, M_KAON, M_PION, M_PION), (M_KAON, M_PION, M_PION0)]
)
def test_no_weight_is_above_the_bound(masses):
    rng = np.random.default_rng(8)
    m, room = np.array(masses), 10 ** rng.uniform(-8, 4, 60)
    sums = np.cumsum(m)
    for kinetic in room:
        inner = sums[1:-1] + np.sort(rng.random((4000, len(m) - 2)), axis=1) * kinetic
        ends = np.broadcast_to([m[0], sums[-1] + kinetic], (4000, 2))
        together = np.maximum.accumulate(np.column_stack([ends[:, :1], inner, ends[:, 1:]]) - sums, axis=1) + sums
        share = weights(together, m) / np.exp(_log_bound(np.array([kinetic]), masses))
        assert share.max() <= 1
        assert share.max() > 0.5


def test_a_closed_decay_is_refused():
    with pytest.raises(KinematicsError, match=r"decay closed: 0\.5 GeV <= 0\.558"):
        many_body(np.zeros((2, 3)), 0.5, [M_PION] * 4, np.random.default_rng(1))
