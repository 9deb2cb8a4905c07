import math

import numpy as np
import pytest
from scipy import stats

from postprocess.acceptance.shower_profile import Medium, quadrant_share, radial_shape, rectangle_share

LEAD = Medium(z=82, critical_energy=7.4e-3, moliere_mm=16.0)
IRON = Medium(z=26, critical_energy=21e-3, moliere_mm=17.2)


def in_square(x, y, energy, half_width, medium):
    edge = np.full(2, half_width)
    return rectangle_share(x, y, energy, -edge, edge, medium)


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
    weight, core, tail = radial_shape([energy], medium)
    r2 = medium.moliere_mm**2
    inside = np.mean(weight * r2 / (r2 + core**2) + (1 - weight) * r2 / (r2 + tail**2))
    assert inside == pytest.approx(0.90, abs=0.07)


@pytest.mark.parametrize(("medium", "energy"), [(LEAD, 1.0), (LEAD, 100.0), (IRON, 3.0), (IRON, 40.0)])
def test_radii_and_weights_are_those_of_grindhammer_and_peters(medium, energy):
    """Homogeneous media, hep-ex/0001020, in the middle of eighths of the energy."""
    z, log_e, log_y = medium.z, math.log(energy), math.log(energy / medium.critical_energy)
    alpha = 0.21 + (0.492 + 2.38 / z) * log_y
    for i, (weight, core, tail) in enumerate(zip(*(x[0] for x in radial_shape([energy], medium)), strict=True)):
        tau = stats.gamma.ppf((i + 0.5) / 8, alpha, scale=1 / (alpha - 1))  # depth over maximum: (alpha - 1) / beta
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
