"""Track of electrons and positrons: Tsai's formula, its thin limit, and single particles that radiate."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammainc
from scipy.stats import kstest

from semivis_gen.target.shower import DEEPEST_X0, electromagnetic_shower
from semivis_gen.target.tracks import primary_depths, primary_spectrum, primary_track_length, track_length


def gamma_function(x):
    from scipy.special import gamma

    return gamma(x)


def test_primary_track_length_is_tsais_integral():
    track = primary_track_length(100.0, 10.0, 40.0)
    for energy in (100 * (1 - 1e-9), 99.9, 90.0, 50.0, 10.0):
        big_l = -np.log1p((energy - 100) / 100)
        exact = sum(
            quad(lambda t, x=big_l: gammainc(4 / 3 * t, x), a, b, limit=300)[0] for a, b in ((0, 0.5), (0.5, 40))
        )
        assert float(track.above(energy)) == pytest.approx(exact, rel=1e-4)
    assert float(track.energy_at(track.above(50.0))) == pytest.approx(50.0, rel=1e-4)


def test_the_integrable_end_at_the_beam_energy_is_kept():
    # dT/dE is singular there; cutting the integral at 1 - E/E0 = 1e-7 loses 0.048 X0 of 0.870 above 50 GeV
    track = primary_track_length(100.0, 50.0, 40.0)
    assert float(track.above(100.0 * (1 - 1e-7))) == pytest.approx(0.048, abs=0.001)
    assert track.total == pytest.approx(0.8700, abs=2e-4)


def test_depths_follow_the_shower_of_the_primary():
    track, rng = primary_track_length(100.0, 10.0, 40.0), np.random.default_rng(2)
    depth, opposite = track.sample_depth_row(track.depth_row(np.full(20000, 50.0)), rng)
    assert not opposite.any()
    norm = quad(lambda t: np.log(2) ** (4 / 3 * t) / gamma_function(4 / 3 * t), 0, 40)[0]

    def cumulative(x):
        grid = np.linspace(0, 40, 4001)[1:]
        density = np.log(2) ** (4 / 3 * grid) / gamma_function(4 / 3 * grid)
        return np.interp(x, grid, np.cumsum(density) * 0.01 / norm)

    assert kstest(depth, cumulative).pvalue > 1e-3
    ours = primary_depths(100.0, 50.0, 40.0)
    assert np.interp(np.linspace(0, 40, 50), *ours) == pytest.approx(cumulative(np.linspace(0, 40, 50)), abs=0.01)


@pytest.mark.parametrize("energy", [99.99, 99.0, 90.0, 50.0, 10.0])
def test_depths_reach_as_far_as_the_particle_and_no_further(energy):
    """Mean and tail of the depths drawn: the table once ended at the end of the target, 1 % of all A' lay there."""
    log_l = math.log(math.log(100.0 / energy))

    def moment(power, *edges):
        def density(t):
            return t**power * math.exp(4 / 3 * t * log_l - math.lgamma(4 / 3 * t))

        return sum(quad(density, a, b)[0] for a, b in pairwise(edges))

    all_of_it = moment(0, 1e-14, 0.3, 1, 3, 8, 20, 40)
    mean = moment(1, 1e-14, 0.3, 1, 3, 8, 20, 40) / all_of_it
    spread = math.sqrt(moment(2, 1e-14, 0.3, 1, 3, 8, 20, 40) / all_of_it - mean**2)
    track, n = primary_track_length(100.0, 5.0, 40.0), 1_000_000
    depth, _ = track.sample_depth_row(track.depth_row(np.full(n, energy)), np.random.default_rng(1))
    assert depth.mean() == pytest.approx(mean, abs=4 * spread / math.sqrt(n) + 5e-4 * mean)
    assert depth.std() == pytest.approx(spread, rel=0.01)
    tail = moment(0, 6, 8, 20, 40) / all_of_it
    assert (depth > 6).mean() == pytest.approx(tail, rel=0.05, abs=4 * math.sqrt(tail / n) + 1e-6)


@pytest.mark.parametrize("secondaries", [False, True])
def test_a_target_may_be_as_deep_as_one_likes(secondaries):
    """No particle reaches 100 X0, so that a mile of lead is no other target than 200 X0."""
    deep = track_length(100.0, 5.0, 200.0, secondaries=secondaries)
    for thickness in (1e3, 1e5, 1e300):
        endless = track_length(100.0, 5.0, thickness, secondaries=secondaries)
        assert endless.total == deep.total
        assert np.array_equal(endless.depth_quantile, deep.depth_quantile)
    usual = track_length(100.0, 5.0, 40.0, secondaries=secondaries)
    assert deep.total == pytest.approx(usual.total, rel=1e-7)
    assert deep.depth_quantile == pytest.approx(usual.depth_quantile, rel=2e-3, abs=2e-4)


def test_what_is_left_behind_the_deepest_point():
    for beam, cut in ((1e9, 1e-9), (100.0, 1e-3)):
        assert gammainc(4 / 3 * DEEPEST_X0, math.log(beam / cut)) < 1e-12
    track = electromagnetic_shower(1e9, 1e-2, DEEPEST_X0, bins_per_e_fold=6)
    by_depth = (track.electrons + track.photons).sum(axis=0)
    assert by_depth[-1] < 1e-12 * by_depth.sum()


def test_secondaries_only_add():
    alone = track_length(100.0, 20.0, 40.0)
    shower = track_length(100.0, 20.0, 40.0, secondaries=True)
    energies = np.array([90.0, 60.0, 40.0, 25.0])
    gain = shower.above(energies) - alone.above(energies)
    assert np.all(gain >= 0)
    assert np.all(np.diff(gain) > 0)
    assert float(shower.above(50.0) - alone.above(50.0)) == pytest.approx(0.081, abs=0.003)
    assert 0 <= shower.opposite_share.min() < shower.opposite_share.max() <= 0.5


@pytest.mark.parametrize("thickness", [0.01, 1.0, 40.0])
def test_spectrum_is_tsais(thickness):
    track = primary_track_length(100.0, 10.0, thickness)
    for energy in (12.0, 30.0, 60.0, 90.0, 99.9):
        big_l = np.log(100.0 / energy)
        parts = [
            quad(lambda t, x=big_l: x ** (4 / 3 * t - 1) / gamma_function(4 / 3 * t), a, b)[0]
            for a, b in ((0, min(1.0, thickness)), (min(1.0, thickness), thickness))
        ]
        found = primary_spectrum(100.0, energy, thickness)
        assert found == pytest.approx(sum(parts) / 100.0, rel=1e-6)
        # the derivative of the table that bremsstrahlung samples from
        step = 1e-3 * min(energy, 100 - energy)
        slope = (track.above(energy - step) - track.above(energy + step)) / (2 * step)
        assert float(slope) == pytest.approx(found, rel=5e-3)


def test_thin_targets_have_a_closed_form():
    # one soft photon: b t^2/(2 E0 L), with relative corrections of order t ln(1/L)
    for energy in (30.0, 80.0):
        found = primary_spectrum(100.0, energy, 1e-4)
        assert found == pytest.approx(4 / 3 * 1e-8 / (200.0 * math.log(100.0 / energy)), rel=3e-4)


def spectrum_of_single_particles(edges, thickness, n, rng, *, soft=1e-3):
    """Track length per energy [X0/GeV] of particles of 100 GeV that radiate by complete screening, one by one.

    Losses below a share `soft` are continuous.
    """
    rate = 4 / 3 * math.log(1 / soft) - 4 / 3 * (1 - soft) + 0.5 * (1 - soft**2)
    slope = 4 / 3 * soft
    energy, left = np.full(n, 100.0), np.full(n, thickness)
    track = np.zeros((n, len(edges) - 1))
    alive = np.arange(n)
    while len(alive):
        step = np.minimum(rng.exponential(1 / rate, len(alive)), left[alive])
        top = energy[alive]
        bottom = top * np.exp(-slope * step)
        for column, (low, high) in enumerate(pairwise(edges)):
            share = np.minimum(top, high) / np.maximum(bottom, low)
            track[alive, column] += np.log(np.maximum(share, 1.0)) / slope
        y = np.empty(len(alive))
        todo = np.arange(len(alive))
        while len(todo):
            y[todo] = soft ** rng.random(len(todo))
            refused = rng.random(len(todo)) > 1 - y[todo] + 0.75 * y[todo] ** 2
            todo = todo[refused]
        left[alive] -= step
        energy[alive] = bottom * (1 - y)
        alive = alive[(left[alive] > 0) & (energy[alive] > edges[0])]
    width = np.diff(edges)
    return track.mean(axis=0) / width, track.std(axis=0) / math.sqrt(n) / width


def test_tsai_and_shower_against_single_particles():
    """Tsai's form of straggling is 0 to 16 % above complete screening between 95 and 50 % of the beam energy."""
    centres = np.array([52.0, 65.0, 80.0, 95.0])
    edges = np.sort(np.r_[centres - 1.0, centres + 1.0])
    found, error = (x[::2] for x in spectrum_of_single_particles(edges, 40.0, 40_000, np.random.default_rng(3)))
    tsai = np.array([primary_spectrum(100.0, e, 40.0) for e in centres])
    expected = np.array([1.145, 1.10, 1.03, 0.99])
    assert np.abs(tsai / found - expected).max() < 0.015 + 4 * (error / found).max()
    shower = electromagnetic_shower(100.0, 40.0, 40.0)
    binned = shower.primary.sum(axis=1) / np.diff(shower.energy_edges)
    ratio = np.interp(np.log(centres), np.log(shower.energies), binned) / found
    assert np.abs(ratio - 1).max() < 0.01 + 4 * (error / found).max()


def test_charge_of_secondaries():
    track = track_length(100.0, 5.0, 40.0, secondaries=True)
    shower = electromagnetic_shower(100.0, 5.0, 40.0)
    positrons = np.interp(20.0, shower.energies, shower.positrons.sum(axis=1) / np.diff(shower.energy_edges))
    primary = primary_spectrum(100.0, 20.0, 40.0)
    expected = positrons / (2 * positrons + primary)
    row = track.depth_row(np.full(100_000, 20.0))
    depth, opposite = track.sample_depth_row(row, np.random.default_rng(1))
    assert opposite.mean() == pytest.approx(expected, abs=0.01 * expected + 4 * np.sqrt(expected / 100_000))
    # by depth: of the shower's particles half have the other charge, of the primary none
    edges = np.array([0.0, 1.0, 2.0, 4.0, 7.0])
    second = np.interp(edges, shower.depth_edges, np.r_[0.0, np.cumsum(shower.positrons[_row(shower, 20.0)])])
    first = np.interp(edges, *primary_depths(100.0, 20.0, 40.0))
    share = np.diff(second) / second[-1] * positrons
    share = share / (2 * share + np.diff(first) * primary)
    for low, high, value in zip(edges[:-1], edges[1:], share, strict=True):
        inside = (depth > low) & (depth < high)
        assert opposite[inside].mean() == pytest.approx(value, abs=0.02 + 4 * 0.5 / np.sqrt(inside.sum()))


def test_deep_in_a_shower_half_of_the_track_is_of_the_other_charge():
    track = track_length(100.0, 0.5, 40.0, secondaries=True)
    shower = electromagnetic_shower(100.0, 0.5, 40.0)
    row = _row(shower, 0.6)
    primary, positrons = shower.primary[row].sum(), shower.positrons[row].sum()
    n, rng = 100_000, np.random.default_rng(7)
    depth, opposite = track.sample_depth_row(track.depth_row(np.full(n, 0.6)), rng)
    expected = positrons / (2 * positrons + primary)
    assert 0.48 < expected < 0.5
    assert opposite.mean() == pytest.approx(expected, abs=0.003 + 4 * 0.5 / np.sqrt(n))
    deep = opposite[(depth > 5) & (depth < 8)]
    assert deep.mean() == pytest.approx(0.5, abs=0.005 + 4 * 0.5 / np.sqrt(len(deep)))


def _row(shower, energy):
    return int(np.searchsorted(shower.energy_edges, energy) - 1)


def test_the_number_left_from_rounding_is_uniform():
    """Charges do not depend on which of the two neighbouring rows is taken."""
    track = track_length(100.0, 5.0, 40.0, secondaries=True)
    middle = np.full(100_000, 80.3)
    _, mixed = track.sample_depth_row(middle, np.random.default_rng(1))
    ends = [track.sample_depth_row(np.floor(middle) + x, np.random.default_rng(2))[1].mean() for x in (0.0, 1.0)]
    assert mixed.mean() == pytest.approx(0.7 * ends[0] + 0.3 * ends[1], abs=4 * 0.7 * np.sqrt(0.25 / 100_000))
