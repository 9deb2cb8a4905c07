import numpy as np
import pytest
from hypothesis import given, strategies as st

from postprocess.acceptance.flight import (
    decay_density,
    decay_probability,
    decay_rate,
    sample_distance,
    survival,
)

lengths = st.floats(1e-3, 1e6)
rates = st.floats(1e-12, 1e3)


@given(lengths, lengths, lengths, rates)
def test_probabilities_of_adjoining_regions_add_up(a, b, c, rate):
    d1, d2, d3 = np.cumsum([a, b, c])
    whole = decay_probability(d1, d3, rate)
    parts = decay_probability(d1, d2, rate) + decay_probability(d2, d3, rate)
    assert parts == pytest.approx(whole, rel=1e-9, abs=1e-300)


@given(lengths, rates)
def test_decaying_before_or_after_a_plane_is_certain(d, rate):
    assert decay_probability(0.0, d, rate) + survival(d, rate) == pytest.approx(1.0, rel=1e-12)
    assert decay_probability(d, np.inf, rate) == pytest.approx(survival(d, rate), rel=1e-12)


def test_long_lifetimes_keep_all_digits():
    # closed form: (d2 - d1)/lambda - (d2^2 - d1^2)/(2 lambda^2) + ..., which exp - exp would lose
    for rate in (1e-12, 1e-9, 1e-6):
        d1, d2 = 2875.0, 6000.0
        expansion = (d2 - d1) * rate - (d2**2 - d1**2) * rate**2 / 2 + (d2**3 - d1**3) * rate**3 / 6
        assert decay_probability(d1, d2, rate) == pytest.approx(expansion, rel=1e-6 if rate == 1e-6 else 1e-12)


def test_short_lifetimes_and_stable_particles():
    assert decay_probability(2000.0, 3000.0, 1.0) == 0.0  # exp(-2000) is below the smallest float
    assert decay_probability(2.0, 3000.0, 1e3) == pytest.approx(0.0)
    assert decay_probability(0.0, 3000.0, 1e6) == 1.0
    assert decay_probability(0.0, np.inf, 0.0) == 0.0
    assert survival(np.inf, 0.0) == 1.0
    assert survival(np.inf, 1e-9) == 0.0
    assert decay_probability(np.inf, np.inf, 1e-3) == 0.0


def test_decay_rate_is_mass_over_momentum_and_ctau():
    momentum = np.array([[0.0, 3.0, 4.0], [0.0, 0.0, 50.0]])
    rate = decay_rate(momentum, np.array([0.1, 0.2]), [10.0, np.inf])
    assert rate == pytest.approx(np.array([[0.1 / 5 / 10, 0.0], [0.2 / 50 / 10, 0.0]]))


def test_forced_decay_points_reproduce_the_probability_at_every_lifetime():
    rng = np.random.default_rng(1)
    n, d1, d2 = 200_000, 2875.0, 6000.0
    begin, end = np.full(n, d1), np.full(n, d2)
    distance, density = sample_distance(begin, end, rng)
    assert distance.min() >= d1
    assert distance.max() <= d2
    length = np.geomspace(10.0, 1e8, 15)
    rate = np.broadcast_to(1 / length, (n, 15))
    weight = decay_density(distance, rate) / density[:, None]
    mean, error = weight.mean(axis=0), weight.std(axis=0) / np.sqrt(n)
    exact = decay_probability(d1, d2, 1 / length)
    assert np.all(np.abs(mean - exact) < 4 * error)
    assert np.all(error * np.sqrt(n) < 2.5 * exact)  # bounded weights: no lifetime is left out


def test_points_that_are_never_reached_keep_finite_densities():
    distance, density = sample_distance(np.array([np.inf, 1.0]), np.array([np.inf, 2.0]), np.random.default_rng(1))
    assert np.all(np.isfinite(distance))
    assert np.all(density > 0)


@pytest.mark.parametrize(("plane", "width"), [(6000.0, 300.0), (9000.0, 50.0), (6000.0, 1e9)])
def test_points_before_an_aperture_reproduce_the_probability_too(plane, width):
    rng = np.random.default_rng(4)
    n, d1, d2 = 100_000, 2875.0, 6000.0
    toward = np.full(n, plane), np.full(n, width)
    distance, density = sample_distance(np.full(n, d1), np.full(n, d2), rng, toward=toward)
    assert distance.min() >= d1
    assert distance.max() <= d2
    length = np.geomspace(30.0, 1e8, 8)
    weight = decay_density(distance, np.broadcast_to(1 / length, (n, 8))) / density[:, None]
    mean, error = weight.mean(axis=0), weight.std(axis=0) / np.sqrt(n)
    exact = decay_probability(d1, d2, 1 / length)
    assert np.all(np.abs(mean - exact) < 4 * error)
    assert np.all(error * np.sqrt(n) < 3.5 * exact)
    # the density itself: the mean of 1 / density is the length of the region
    inverse = 1 / density
    assert abs(inverse.mean() - (d2 - d1)) < 4 * inverse.std() / np.sqrt(n)


def test_half_of_the_points_lie_within_the_width_of_an_aperture():
    begin, end, n = 0.0, 1e5, 50_000
    toward = np.full(n, end), np.full(n, 100.0)
    distance, _ = sample_distance(np.full(n, begin), np.full(n, end), np.random.default_rng(5), toward=toward)
    # half of the points, and of these arctan(1) / arctan(1000)
    share = np.mean(end - distance < 100)
    expected = 0.5 * np.arctan(1.0) / np.arctan(1000.0)
    assert share == pytest.approx(expected, abs=4 * np.sqrt(expected / n) + 1e-3)
