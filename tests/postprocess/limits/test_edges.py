"""Edges of the excluded interval: closed forms, none, several and open intervals."""

import math

import numpy as np
import pytest

from postprocess.limits.edges import Edges, excluded_edges
from postprocess.limits.exact import cls_with_bands
from postprocess.limits.model import LimitModel
from semivis_gen.errors import ParameterError

SCAN = np.geomspace(1e-6, 1e-1, 120)
LOW, HIGH = 3e-5, 2e-2


def dump_like(eps):
    """Signal eps^2 exp(-eps^2): a power law with an exponential cut-off, as a beam dump gives."""
    return 5e9 * eps**2 * np.exp(-((eps / 5e-3) ** 2))


def test_edges_of_a_closed_form():
    edges = excluded_edges(lambda eps: np.exp(-dump_like(eps)), SCAN)
    s_up = math.log(10)
    assert edges.low == pytest.approx([math.sqrt(s_up / 5e9)], rel=1e-5)
    assert dump_like(np.array(edges.high)) == pytest.approx([s_up], rel=1e-3)
    assert edges.high[0] > 10 * edges.low[0]
    assert (edges.intervals, edges.open_end) == (1, "")


def test_a_step_is_found_at_its_place():
    edges = excluded_edges(lambda y: np.where((y > LOW) & (y < HIGH), 0.0, 1.0), SCAN)
    step = SCAN[1] / SCAN[0]
    assert edges.low[0] == pytest.approx(LOW, rel=(step - 1) / 40)
    assert edges.high[0] == pytest.approx(HIGH, rel=(step - 1) / 40)


def test_every_curve_has_its_own_edges():
    scale = np.array([1.0, 0.5, 1e-9])
    edges = excluded_edges(lambda eps: np.exp(-scale[:, None] * dump_like(eps)), SCAN)
    assert edges.low[1] == pytest.approx(edges.low[0] * math.sqrt(2), rel=1e-5)
    assert edges.high[1] < edges.high[0]
    assert math.isnan(edges.low[2])
    assert math.isnan(edges.high[2])


def test_nothing_excluded():
    edges = excluded_edges(np.ones_like, SCAN)
    assert math.isnan(edges.low[0])
    assert (edges.intervals, edges.open_end) == (0, "")


def test_several_intervals_give_the_outermost_edges_and_their_number():
    edges = excluded_edges(lambda y: np.where((y < 1e-4) | (y > 1e-3), 0.01, 0.5), SCAN)
    assert (edges.low, edges.high) == ((SCAN[0],), (SCAN[-1],))
    assert (edges.intervals, edges.open_end) == (2, "both")
    two = excluded_edges(lambda y: np.where(((y > 1e-5) & (y < 1e-4)) | ((y > 1e-3) & (y < 1e-2)), 0.01, 0.5), SCAN)
    assert two.intervals == 2
    assert two.low[0] == pytest.approx(1e-5, rel=0.01)
    assert two.high[0] == pytest.approx(1e-2, rel=0.01)


@pytest.mark.parametrize(("end", "cls"), [("low", lambda y: y / 1e-3), ("high", lambda y: 1e-5 / y)])
def test_an_interval_open_at_the_end_of_the_scan_is_flagged(end, cls):
    assert excluded_edges(cls, SCAN).open_end == end


def shifted(relative):
    """CLs of signals lower and higher by a share of themselves."""
    return lambda y: np.exp(-np.stack([dump_like(y) * (1 - relative), dump_like(y) * (1 + relative)]))


def test_the_error_of_an_edge_is_that_of_the_signal_over_its_slope():
    edges = excluded_edges(lambda y: np.exp(-dump_like(y)), SCAN, shifted=shifted(0.02))
    for edge, error in ((edges.low[0], edges.low_error), (edges.high[0], edges.high_error)):
        around = np.array([0.999, 1.001]) * edge
        slope = np.diff(np.log(dump_like(around))) / np.diff(np.log(around))
        assert error / edge == pytest.approx(0.02 / abs(slope[0]), rel=0.02)
    assert edges.relative_error == max(edges.low_error / edges.low[0], edges.high_error / edges.high[0])
    assert edges.doubt == ""
    assert edges.strength == pytest.approx(12.0)  # CLs below 1e-12 is not looked at


@pytest.mark.parametrize(
    ("height", "error", "doubt"),
    [(1.05, 0.1, "excluded"), (0.95, 0.1, "allowed"), (1.05, 0.01, ""), (0.95, 0.01, ""), (0.0, 0.0, "")],
)
def test_exclusions_that_a_fluctuation_makes_or_takes_are_in_doubt(height, error, doubt):
    """A hill of the signal, at its top `height` times what is needed; an error of 10 % is not enough for two sigma."""

    def hill(y):
        return height * math.log(10) * np.exp(-(np.log(y / 1e-3) ** 2))

    edges = excluded_edges(
        lambda y: np.exp(-hill(y)),
        SCAN,
        shifted=lambda y: np.exp(-np.stack([hill(y) * (1 - error), hill(y) * (1 + error)])),
    )
    assert edges.doubt == doubt
    assert edges.strength == pytest.approx(height, abs=0.01)
    assert math.isnan(edges.low[0]) == (height < 1)
    if height > 1:
        assert 0 < edges.low_error < edges.low[0]


def test_the_edges_of_samples_that_fluctuate_spread_as_their_errors_say():
    """Two hundred Poisson samples of 400 events each: pulls of the edge have mean 0 and width 1."""
    rng = np.random.default_rng(3)
    exact = excluded_edges(lambda y: np.exp(-dump_like(y)), SCAN).low[0]
    pulls = []
    for n in rng.poisson(400, 200):
        edges = excluded_edges(
            lambda y, s=n / 400: np.exp(-s * dump_like(y)),
            SCAN,
            shifted=lambda y, s=n / 400, e=n**-0.5: np.exp(
                -s * np.stack([dump_like(y) * (1 - e), dump_like(y) * (1 + e)])
            ),
        )
        pulls.append((edges.low[0] - exact) / edges.low_error)
    assert np.mean(pulls) == pytest.approx(0, abs=4 / np.sqrt(200))
    assert np.std(pulls) == pytest.approx(1, abs=4 / np.sqrt(400))


def test_open_edges_have_no_error():
    edges = excluded_edges(lambda y: y / 1e-3, SCAN, shifted=lambda y: np.stack([1.1 * y, 0.9 * y]) / 1e-3)
    assert edges.open_end == "low"
    assert math.isnan(edges.low_error)
    assert edges.high_error == pytest.approx(0.1 * edges.high[0], rel=0.03)
    assert edges.relative_error == pytest.approx(0.1, rel=0.03)
    assert Edges((math.nan,), (math.nan,), 0).relative_error == 0
    assert Edges((1.0,), (2.0,), 1, "", 0.1, math.nan).relative_error == math.inf


def test_real_model_agrees_with_its_limit():
    model = LimitModel((0.19, 0.53), (0.07, 0.17), (0, 0))
    share = np.array([0.3, 0.7])
    edges = excluded_edges(lambda eps: cls_with_bands(model, dump_like(eps)[:, None] * share), SCAN)
    assert len(edges.low) == 6
    assert dump_like(np.array(edges.low[0])) == pytest.approx(math.log(10), rel=1e-5)
    assert (np.diff(edges.low[1:]) >= 0).all()
    assert (np.diff(edges.high[1:]) <= 0).all()


@pytest.mark.parametrize("scan", [[1e-3], [1e-3, 1e-4], [0.0, 1.0], [[1.0, 2.0]]])
def test_bad_scans(scan):
    with pytest.raises(ParameterError, match="ascending and positive"):
        excluded_edges(np.ones_like, scan)


def test_cls_must_be_a_number():
    with pytest.raises(ParameterError, match="not a number at 1e-06"):
        excluded_edges(lambda y: np.where(y < 1e-5, np.nan, 1.0), SCAN)
