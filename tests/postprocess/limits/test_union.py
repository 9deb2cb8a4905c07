"""Union of exclusions: overlaps, holes, open ends, grids that differ; by closed form."""

import math

import numpy as np
import pytest

from postprocess.limits.contour import Contour
from postprocess.limits.edges import Edges
from postprocess.limits.union import union_of
from postprocess.tables import read_table
from semivis_gen.errors import ParameterError

NOTHING = Edges((math.nan,), (math.nan,), 0)


def contour(x, low, high, **more):
    """One interval at each x; None where nothing is excluded."""
    made = [
        NOTHING if a is None else Edges((a,), (b,), 1, low_error=0.1 * a, high_error=0.2 * b, **more)
        for a, b in zip(low, high, strict=True)
    ]
    return Contour.build(x, made, x_name="m_aprime_GeV", y_name="epsilon")


def at_one(**intervals):
    """Union at x = 1 of experiments that exclude (low, high) there."""
    made = union_of({name: contour([1.0], [a], [b]) for name, (a, b) in intervals.items()})
    return [(i.low.value, i.high.value, i.low.experiment, i.high.experiment) for i in made.intervals[0]]


@pytest.mark.parametrize(
    ("intervals", "wanted"),
    [
        ({"a": (1, 3), "b": (2, 5)}, [(1, 5, "a", "b")]),  # overlap
        ({"b": (2, 5), "a": (1, 3)}, [(1, 5, "a", "b")]),  # in any order
        ({"a": (1, 9), "b": (2, 5)}, [(1, 9, "a", "a")]),  # one inside the other
        ({"a": (1, 2), "b": (3, 5)}, [(1, 2, "a", "a"), (3, 5, "b", "b")]),  # a hole
        ({"a": (1, 2), "b": (3, 5), "c": (2, 3)}, [(1, 5, "a", "b")]),  # filled by a third, ends touching
        ({"a": (1, 2), "b": (1, 2)}, [(1, 2, "a", "a")]),  # equal: the first
        ({"a": (None, None), "b": (1, 2)}, [(1, 2, "b", "b")]),
        ({"a": (None, None), "b": (None, None)}, []),
    ],
)
def test_overlaps_and_holes(intervals, wanted):
    assert at_one(**intervals) == wanted


def covered(union, x, y):
    place = int(np.flatnonzero(union.x == x)[0])
    return any(i.low.value <= y <= i.high.value for i in union.intervals[place])


def test_a_value_is_in_the_union_exactly_where_an_experiment_excludes_it():
    rng = np.random.default_rng(7)
    x = np.arange(1.0, 41.0)
    made = {}
    for name in "abcd":
        low = rng.uniform(0.1, 9, x.size)
        gone = rng.random(x.size) < 0.3
        made[name] = contour(x, np.where(gone, None, low), np.where(gone, None, low * rng.uniform(1, 2, x.size)))
    union = union_of(made)
    for i, position in enumerate(x):
        for y in rng.uniform(0.05, 12, 50):
            wanted = any(c.low[0, i] <= y <= c.high[0, i] for c in made.values())
            assert covered(union, position, y) == wanted
    for group in union.intervals:  # separate and ascending
        ends = [v for i in group for v in (i.low.value, i.high.value)]
        assert ends == sorted(set(ends))


def test_grids_that_differ_are_joined_by_power_laws():
    """Edges m^2 and 1/m are straight in logarithms: between masses they are exact."""
    fine = np.geomspace(0.1, 0.9, 9)
    coarse = np.array([0.1, 0.5, 0.9, 2.0])
    a = contour(coarse, [*coarse[:3] ** 2, None], [*1 / coarse[:3], None])
    b = contour(fine, [None] * 9, [None] * 9)
    union = union_of({"a": a, "b": b})
    assert union.x == pytest.approx(np.unique(np.r_[fine, coarse]))
    for x, group in zip(union.x[:-1], union.intervals[:-1], strict=True):
        (one,) = group
        assert (one.low.value, one.high.value) == pytest.approx((x**2, 1 / x), rel=1e-12)
        assert (one.low.error, one.high.error) == pytest.approx((0.1 * x**2, 0.2 / x), rel=1e-12)
    assert union.intervals[-1] == ()


def test_nothing_is_claimed_between_a_mass_that_is_excluded_and_one_that_is_not_nor_beyond_a_scan():
    a = contour([1.0, 2.0, 3.0], [0.1, None, 0.1], [1.0, None, 1.0])
    b = contour([0.5, 1.5, 2.5, 3.5], [None] * 4, [None] * 4)
    union = union_of({"a": a, "b": b})
    assert [bool(group) for group in union.intervals] == [False, True, False, False, False, True, False]


def test_open_ends_and_doubts_belong_to_who_makes_the_edge():
    a = contour([1.0], [1.0], [4.0], open_end="high", doubt="excluded")
    b = contour([1.0], [2.0], [9.0], open_end="both")
    c = contour([1.0], [0.5], [3.0])
    ((one,),) = union_of({"a": a, "b": b, "c": c}).intervals
    assert (one.open_end, one.doubt, one.low.experiment, one.high.experiment) == ("high", "", "c", "b")
    ((two,),) = union_of({"a": a, "c": c}).intervals
    assert (two.open_end, two.doubt) == ("high", "a")
    ((three,),) = union_of({"b": b}).intervals
    assert three.open_end == "both"


def test_an_interpolated_edge_is_open_between_two_open_ones_alone():
    made = [Edges((0.1,), (1.0,), 1, "high", 0.01), Edges((0.1,), (1.0,), 1, "high", 0.01), Edges((0.1,), (0.5,), 1)]
    a = Contour.build([1.0, 2.0, 3.0], made, x_name="m_aprime_GeV", y_name="epsilon")
    b = contour([1.5, 2.5], [None] * 2, [None] * 2)
    union = union_of({"a": a, "b": b})
    assert [group[0].open_end for group in union.intervals] == ["high", "high", "high", "", ""]
    assert union.intervals[1][0].low.error == pytest.approx(0.01)


def test_the_file(tmp_path):
    a = contour([1.0, 2.0], [1e-3, None], [2e-3, None], open_end="high", doubt="excluded")
    b = contour([1.0], [5e-3], [7e-3])
    union = union_of({"a": a, "b": b})
    union.to_csv(tmp_path / "u.csv", comments=("R = 3",))
    table = read_table(tmp_path / "u.csv", title="semivis union of exclusions", kind="a union", with_header=True)
    assert table.names == tuple(union.columns())
    assert table.rows == (
        ("1", "1", "0.001", "0.002", "0.0001", "0.0004", "a", "a", "high", "a"),
        ("1", "2", "0.005", "0.007", "0.0005", "0.0014", "b", "b", "", ""),
        ("2", "0", "", "", "", "", "", "", "", ""),
    )
    assert table.header["rows"] == "3"
    assert "# R = 3" in (tmp_path / "u.csv").read_text().splitlines()


def test_planes_do_not_mix():
    other = Contour.build([1.0], [NOTHING], x_name="m_aprime_GeV", y_name="alpha_d")
    with pytest.raises(ParameterError, match="of 2 planes"):
        union_of({"a": contour([1.0], [1.0], [2.0]), "b": other})
    with pytest.raises(ParameterError, match="of 0 planes"):
        union_of({})
