"""Contours: joining, crossings with a line, the table and its file."""

import math

import numpy as np
import pytest

from postprocess.limits.contour import Contour
from postprocess.limits.edges import Edges
from semivis_gen.errors import EventFileError, ParameterError

NAN = math.nan


def wedge(x):
    """Excluded between x^2 and 1/x: both edges meet at x = 1."""
    edges = [Edges((v**2,) * 6, (1 / v,) * 6, 1) if v < 1 else Edges((NAN,) * 6, (NAN,) * 6, 0) for v in np.asarray(x)]
    return Contour.build(x, edges, x_name="m_aprime_GeV", y_name="epsilon")


X = np.geomspace(0.01, 2.0, 40)


def test_build_sorts():
    contour = wedge(X[::-1])
    assert (contour.x == X).all()
    assert contour.low[0, 0] == pytest.approx(X[0] ** 2)
    assert contour.excluded.sum() == (X < 1).sum()
    inside = X[X < 1]
    assert contour.extremes() == pytest.approx((inside[0] ** 2, 1 / inside[0]))


def test_extremes_of_a_part_and_of_the_bands():
    contour = wedge(X)
    part = (X > 0.1) & (X < 0.5)
    assert contour.extremes(where=part) == pytest.approx((X[part][0] ** 2, 1 / X[part][0]))
    assert all(math.isnan(v) for v in contour.extremes(where=X > 1))
    contour.low[3] *= 2
    contour.high[3] *= 3
    assert contour.extremes(curve=3, where=part) == pytest.approx((2 * X[part][0] ** 2, 3 / X[part][0]))


# power laws are straight lines in (ln x, ln y): the interpolation is exact for them
@pytest.mark.parametrize(
    ("line", "x", "edge", "leaving"),
    [
        (lambda x: 0.05 + 0 * x, math.sqrt(0.05), "low", True),
        (lambda x: 3.0 + 0 * x, 1 / 3, "high", True),
        (lambda x: 50 * x**0.5, 50 ** (-2 / 3), "high", True),
        (lambda x: 1e3 * x**4, 10**-1.5, "low", False),
    ],
)
def test_crossings_of_power_laws(line, x, edge, leaving):
    found = [c for c in wedge(X).crossing_with(line) if c.edge != "tip"]
    assert found[0].x == pytest.approx(x, rel=1e-6)
    assert (found[0].edge, found[0].leaving) == (edge, leaving)


def test_a_line_in_and_out_gives_both_crossings():
    enters, leaves = wedge(X).crossing_with(lambda x: 1e3 * x**4)
    assert (enters.edge, enters.leaving, leaves.edge, leaves.leaving) == ("low", False, "high", True)
    assert leaves.x == pytest.approx(1e3**-0.2, rel=1e-6)


def test_a_line_through_the_tip_gives_the_last_excluded_point():
    (crossing,) = wedge(X).crossing_with(np.ones_like)
    assert (crossing.edge, crossing.leaving) == ("tip", True)
    assert crossing.x == X[X < 1][-1]


def test_lines_that_miss_or_have_no_value():
    assert wedge(X).crossing_with(lambda x: 1e9 + 0 * x) == []
    assert wedge(X).crossing_with(lambda x: np.full_like(x, NAN)) == []


def test_file_round_trip(tmp_path):
    contour = wedge(X)
    path = tmp_path / "limit_m_eps.csv"
    contour.to_csv(path, comments=("alpha_D = 0.1,\nR = 3",))
    lines = path.read_text().splitlines()
    names = next(line for line in lines if not line.startswith("#")).split(",")
    assert names[:3] == ["m_aprime_GeV", "epsilon_low", "epsilon_high"]
    assert names[3:6] == ["epsilon_low_error", "epsilon_high_error", "expected_low_minus_2_sigma"]
    bands = ("minus_2_sigma", "minus_1_sigma", "median", "plus_1_sigma", "plus_2_sigma")
    assert {f"expected_{side}_{band}" for side in ("low", "high") for band in bands} < set(names)
    assert "# alpha_D = 0.1, R = 3" in lines
    assert lines[-1].split(",")[1] == ""  # nothing excluded there
    back = Contour.from_csv(path)
    assert (back.x_name, back.y_name) == ("m_aprime_GeV", "epsilon")
    for name in ("x", "low", "high"):
        assert getattr(back, name) == pytest.approx(getattr(contour, name), rel=1e-7, nan_ok=True)
    assert (back.intervals == contour.intervals).all()
    assert back.open_end == contour.open_end


def test_errors_and_doubts_are_kept_and_a_cut_file_is_refused(tmp_path):
    edges = [
        Edges((1e-4,) * 6, (1e-2,) * 6, 1, "high", 2e-6, NAN, "excluded"),
        Edges((2e-4,) * 6, (5e-3,) * 6, 1, "", 3e-6, 1e-4),
        Edges((NAN,) * 6, (NAN,) * 6, 0, doubt="allowed"),
    ]
    contour = Contour.build([0.1, 0.2, 0.3], edges, x_name="m_aprime_GeV", y_name="epsilon")
    path = tmp_path / "limit.csv"
    contour.to_csv(path)
    back = Contour.from_csv(path)
    assert back.low_error == pytest.approx([2e-6, 3e-6, NAN], nan_ok=True)
    assert back.high_error == pytest.approx([NAN, 1e-4, NAN], nan_ok=True)
    assert back.doubt == ("excluded", "", "allowed")
    assert back.open_end == ("high", "", "")
    assert (contour.is_open("low"), contour.is_open("high")) == (False, True)
    assert back.low == pytest.approx(contour.low, nan_ok=True)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    with pytest.raises(EventFileError, match="2 rows, not 3: truncated"):
        Contour.from_csv(path)


def test_damaged_files(tmp_path):
    path = tmp_path / "limit.csv"
    with pytest.raises(EventFileError, match="cannot be read"):
        Contour.from_csv(path)
    path.write_text("x,y\n1,2\n")
    with pytest.raises(EventFileError, match="line 1: not a contour"):
        Contour.from_csv(path)
    wedge(X).to_csv(path)
    text = path.read_text()
    path.write_text(text[: len(text) // 2])
    with pytest.raises(EventFileError, match="line 2"):
        Contour.from_csv(path)
    path.write_text("# semivis exclusion contour\n")
    with pytest.raises(EventFileError, match="no table"):
        Contour.from_csv(path)


def test_lengths_must_match():
    with pytest.raises(ParameterError, match="2 positions but 1 results"):
        Contour.build([1.0, 2.0], [Edges((1.0,), (2.0,), 1)], x_name="x", y_name="y")
