import math

import numpy as np
import pytest
from scipy.stats import gamma

from postprocess.acceptance.shower_profile import (
    SLICES,
    Medium,
    _exact_slices,
    deposited_share,
    outside_bounds,
    quadrant_share,
    rectangle_share,
    slices,
)

LEAD = Medium(z=82, critical_energy=7.4e-3, moliere_mm=16.0, radiation_length_mm=5.6)
IRON = Medium(z=26, critical_energy=21e-3, moliere_mm=17.2, radiation_length_mm=17.57)


def in_square(x, y, energy, half_width, medium):
    x, y = (np.asarray(v, dtype=float)[:, None] for v in (x, y))
    return rectangle_share(x, y, (half_width, half_width), slices(energy, medium)).mean(axis=1)


def test_a_quadrant_holds_a_quarter_and_the_plane_everything():
    assert quadrant_share(1e9, 1e9, 3.0) == pytest.approx(0.25, rel=1e-6)
    assert in_square([5.0], [-3.0], [20.0], 1e9, IRON) == pytest.approx(1.0, rel=1e-6)


def test_quadrant_share_is_the_integral_of_the_density():
    from scipy.integrate import dblquad

    density = lambda y, x: 4.0 / np.pi / (x * x + y * y + 4.0) ** 2  # noqa: E731
    assert quadrant_share(1.5, 7.0, 2.0) == pytest.approx(dblquad(density, 0, 1.5, 0, 7.0)[0], rel=1e-8)
    assert quadrant_share(-1.5, 7.0, 2.0) == pytest.approx(-float(quadrant_share(1.5, 7.0, 2.0)), rel=1e-12)


def test_radial_share_of_a_circle_matches_a_sum_of_small_cells():
    # r^2/(r^2 + R^2) within r: two independent ways to the same density
    radius, r = 10.0, 25.0
    step = np.linspace(-r, r, 801)
    centre = 0.5 * (step[1:] + step[:-1])
    x, y = np.meshgrid(centre, centre)
    h = 0.5 * (step[1] - step[0])
    share = sum(sx * sy * quadrant_share(x + sx * h, y + sy * h, radius) for sx in (-1, 1) for sy in (-1, 1))
    assert share[x**2 + y**2 < r**2].sum() == pytest.approx(r**2 / (r**2 + radius**2), rel=2e-3)


@pytest.mark.parametrize(("medium", "energy"), [(LEAD, 10.0), (IRON, 10.0), (IRON, 50.0)])
def test_about_ninety_per_cent_lie_within_one_moliere_radius(medium, energy):
    # the rule of the PDG review "Passage of particles through matter", itself good to some per cent; the
    # published parametrisation puts 0.84 there in iron and 0.89 in lead
    shape = slices([energy], medium)
    r2 = medium.moliere_mm**2
    inside = np.mean(shape.weight * r2 / (r2 + shape.core**2) + (1 - shape.weight) * r2 / (r2 + shape.tail**2))
    assert inside == pytest.approx(0.90, abs=0.07)


@pytest.mark.parametrize(("medium", "energy"), [(LEAD, 1.0), (LEAD, 100.0), (IRON, 3.0), (IRON, 40.0)])
def test_radii_and_weights_are_those_of_grindhammer_and_peters(medium, energy):
    """Homogeneous media, hep-ex/0001020, in the middle of eighths of the energy."""
    z, log_e, log_y = medium.z, math.log(energy), math.log(energy / medium.critical_energy)
    alpha = 0.21 + (0.492 + 2.38 / z) * log_y
    exact = _exact_slices(np.array([energy]), medium)
    for i, (weight, core, tail) in enumerate(zip(exact.weight[0], exact.core[0], exact.tail[0], strict=True)):
        tau = gamma.ppf((i + 0.5) / 8, alpha, scale=1 / (alpha - 1))  # depth over maximum: (alpha - 1) / beta
        assert core / medium.moliere_mm == pytest.approx(0.0251 + 0.00319 * log_e + (0.1162 - 0.000381 * z) * tau)
        k4 = 0.3585 + 0.0421 * log_e
        wide = (0.659 - 0.00309 * z) * (math.exp(-2.59 * (tau - 0.645)) + math.exp(k4 * (tau - 0.645)))
        assert tail / medium.moliere_mm == pytest.approx(wide)
        x = (0.401 + 0.00187 * z - tau) / (1.313 - 0.0686 * log_e)
        assert weight == pytest.approx(min((2.632 - 0.00094 * z) * math.exp(x - math.exp(x)), 1.0))


def test_the_share_falls_to_one_half_at_the_edge_of_a_large_cell():
    assert in_square([100.0], [0.0], [20.0], 100.0, IRON) == pytest.approx(0.5, abs=0.02)
    shares = in_square(np.linspace(0, 150, 16), np.zeros(16), np.full(16, 20.0), 97.0, IRON)
    assert np.all(np.diff(shares) < 0)


def test_share_of_a_rectangle_against_sampled_showers():
    rng = np.random.default_rng(3)
    shape = slices([20.0], IRON)
    n = 200_000
    node = rng.integers(0, SLICES, n)
    radius = np.where(rng.random(n) < shape.weight[0, node], shape.core[0, node], shape.tail[0, node])
    u = rng.random(n)
    r = radius * np.sqrt(u / (1 - u))  # inverse of r^2 / (r^2 + R^2)
    phi = 2 * np.pi * rng.random(n)
    x, y = 85.0 + r * np.cos(phi), -20.0 + r * np.sin(phi)
    inside = np.mean((abs(x) < 100) & (abs(y) < 90))
    expected = float(rectangle_share(85.0, -20.0, (100.0, 90.0), shape).mean())
    assert abs(inside - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


def test_rectangles_add_up():
    shape = slices([15.0], IRON)
    parts = [rectangle_share(60.0 - centre, 10.0, (40.0, 100.0), shape) for centre in (-60.0, 20.0, 100.0)]
    whole = rectangle_share(60.0 - 20.0, 10.0, (120.0, 100.0), shape)
    assert sum(parts) == pytest.approx(whole, rel=1e-12)


def test_the_share_outside_lies_between_its_bounds():
    rng = np.random.default_rng(2)
    x, y = rng.uniform(-200, 200, (2, 500, 1))
    shape = slices(rng.uniform(1, 80, 500), IRON)
    outside = 1 - rectangle_share(x, y, (97.0, 96.0), shape)
    least, most = outside_bounds(x, y, (97.0, 96.0), shape)
    assert np.all(least <= outside + 1e-12)
    assert np.all(outside <= most + 1e-12)
    central = (np.abs(x[:, 0]) < 30) & (np.abs(y[:, 0]) < 30)
    assert np.all(most[central].mean(axis=1) < 0.15)  # and they are of use


def test_the_table_is_the_parametrisation():
    energy = np.geomspace(0.3, 300, 1000)
    exact, found = _exact_slices(energy, IRON), slices(energy, IRON)
    for key in ("weight", "core", "tail"):
        assert getattr(found, key) == pytest.approx(getattr(exact, key), rel=1e-3, abs=1e-5)
    assert np.isfinite(slices([0.0, 1e5], IRON).core).all()


def test_energy_along_the_shower():
    # maximum of the gamma distribution: ln y - 0.858 radiation lengths (hep-ex/0001020)
    energy, step = 30.0, 0.01
    depth = np.arange(0, 60 * 17.57, step)
    share = deposited_share(energy, depth, IRON)
    assert depth[np.argmax(np.diff(share))] == pytest.approx(17.57 * (np.log(energy / 21e-3) - 0.858), abs=2 * step)
    assert (share[0], float(deposited_share(energy, np.inf, IRON))) == (0.0, 1.0)
    log_y = np.log(energy / 21e-3)
    shape = 0.21 + (0.492 + 2.38 / 26) * log_y
    scale = (log_y - 0.858) / (shape - 1)
    assert share == pytest.approx(gamma.cdf(depth / 17.57, shape, scale=scale), abs=1e-9)


def test_most_of_a_shower_ends_where_the_pdg_review_says():
    # 95 % within t_max + 0.08 Z + 9.6 radiation lengths, t_max = ln y - 0.5: a rule; the parametrisation ends 3 earlier
    for energy in (10.0, 30.0):
        depth = np.linspace(0, 40 * 17.57, 4001)
        within = depth[np.searchsorted(deposited_share(energy, depth, IRON), 0.95)] / 17.57
        assert within == pytest.approx(np.log(energy / 21e-3) - 0.5 + 0.08 * 26 + 9.6, abs=3.5)
