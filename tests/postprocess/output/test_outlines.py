"""Smooth outlines: through all points, round tips by closed form, no line along ends of a scan."""

import math

import numpy as np
import pytest

from postprocess.limits.contour import Contour
from postprocess.limits.edges import Edges
from postprocess.output.outlines import STEPS, regions

NOTHING = Edges((math.nan,), (math.nan,), 0)


def contour(x, function):
    return Contour.build(x, [function(v) for v in x], x_name="m_aprime_GeV", y_name="epsilon")


def ellipse(x):
    """(ln x)^2 + (ln y - ln x)^2 = 1: the square of the width is a parabola in ln x."""
    inside = 1 - math.log(x) ** 2
    if inside <= 0:
        return NOTHING
    half = math.sqrt(inside)
    return Edges((x * math.exp(-half),), (x * math.exp(half),), 1)


def parabola(x):
    """ln(high / low)^2 = 4 (1 - ln x): closes at x = e, exactly as the tip is looked for."""
    if math.log(x) >= 1:
        return NOTHING
    half = math.sqrt(1 - math.log(x))
    return Edges((math.exp(-half),), (math.exp(half),), 1)


def test_a_parabola_is_drawn_to_its_tip():
    (region,) = regions(contour(np.exp([-1.0, -0.3, 0.1, 0.4, 0.7, 1.2]), parabola))
    assert region.ends == (False, True)
    assert (region.x[-1], region.low[-1], region.high[-1]) == pytest.approx((math.e, 1.0, 1.0))
    half = np.sqrt(1 - np.log(region.x))
    assert np.log(region.high) == pytest.approx(half, abs=1e-6)  # linear in the root of the distance
    assert np.log(region.low) == pytest.approx(-half, abs=1e-6)


def test_an_ellipse_is_round_at_both_ends():
    x = np.exp(np.linspace(-1.1, 1.1, 23))
    (region,) = regions(contour(x, ellipse))
    assert region.ends == (True, True)
    assert np.log(region.x[[0, -1]]) == pytest.approx([-1, 1], abs=0.02)
    inside = np.abs(np.log(region.x)) < 1
    half = np.sqrt(1 - np.log(region.x[inside]) ** 2)
    assert np.abs(np.log(region.high[inside] / region.x[inside]) - half).max() < 0.02
    corner = np.diff(np.log(region.outline), axis=0)
    corner = corner[np.hypot(*corner.T) > 0]  # both edges have the tip
    turn = np.abs(np.diff(np.unwrap(np.arctan2(corner[:, 1], corner[:, 0]))))
    assert turn.max() < 0.3  # no kink anywhere, also at the tips


def test_all_points_lie_on_the_outline():
    x = np.exp(np.linspace(-1.1, 1.1, 12))
    made = contour(x, ellipse)
    (region,) = regions(made)
    for position, low, high in zip(made.x, made.low[0], made.high[0], strict=True):
        if not math.isnan(low):
            i = int(np.argmin(np.abs(np.log(region.x / position))))
            assert (region.x[i], region.low[i], region.high[i]) == pytest.approx((position, low, high))


def test_a_tip_stays_before_the_first_point_that_is_allowed():
    (region,) = regions(contour(np.exp([0.0, 0.5, 0.8, 0.85]), lambda x: parabola(x) if x < 2.3 else NOTHING))
    assert region.x[-1] == pytest.approx(math.exp(0.85))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: Edges((1.0,), (1.0 + x,), 1) if x < 2.5 else NOTHING,  # it widens to its end
        lambda x: Edges((1.0,), (9.0,), 1, "high") if x < 2.5 else NOTHING,  # it is open there
        lambda x: Edges((1.0,), (9.0,), 1) if x == 2.0 else NOTHING,  # a single point
    ],
)
def test_where_the_width_does_not_tell_it_ends_upright_at_the_last_point(function):
    (region,) = regions(contour(np.array([1.0, 1.5, 2.0, 3.0]), function))
    assert region.x[-1] == 2.0
    assert region.high[-1] > region.low[-1]


def shown(opened, curve=0):
    """Intervals of x = 1 to 5 in which the upper edge is drawn, where some are the end of the scan at 1."""
    flags = ["high" if i in opened else "" for i in range(5)]
    made = [Edges((0.1,) * 6, (1.0 if f else 0.5,) * 6, 1, f) for f in flags]
    (region,) = regions(Contour.build(np.arange(1.0, 6.0), made, x_name="x", y_name="y"), curve)
    assert not region.low_hidden.any()
    assert region.ends == (False, False)
    assert np.isnan(region.outline[[len(region.x), -1]]).all()  # no line at the ends of the scan of x
    return [i for i in range(4) if not region.high_hidden[i * STEPS + 1 : (i + 1) * STEPS].any()]


@pytest.mark.parametrize("curve", [0, 3])
@pytest.mark.parametrize("opened", [(), (0,), (2,), (4,), (1, 2), (0, 1, 2, 3, 4), (1, 3)])
def test_no_line_joins_ends_of_the_scan(opened, curve):
    assert shown(opened, curve) == [i for i in range(4) if not {i, i + 1} <= set(opened)]


def test_parts_are_regions_of_their_own():
    gone = contour(np.geomspace(1, 100, 21), lambda x: NOTHING if 5 < x < 20 else Edges((1.0,), (2.0,), 1))
    first, second = regions(gone)
    assert first.ends == (False, True)
    assert second.ends == (True, False)
    assert regions(contour(np.array([1.0, 2.0]), lambda _: NOTHING)) == []


def test_a_region_that_is_open_above_has_an_upright_end_all_the_same():
    opened = contour(np.arange(1.0, 6.0), lambda x: NOTHING if x < 2 else Edges((0.1,), (1.0,), 1, "high"))
    (region,) = regions(opened)
    assert region.outline[-2:].tolist() == pytest.approx(np.array([[2.0, 1.0], [2.0, 0.1]]))
    assert region.high_hidden[1:].all()
