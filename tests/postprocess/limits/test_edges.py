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
    assert edges == Edges((SCAN[0],), (SCAN[-1],), 2, "both")
    two = excluded_edges(lambda y: np.where(((y > 1e-5) & (y < 1e-4)) | ((y > 1e-3) & (y < 1e-2)), 0.01, 0.5), SCAN)
    assert two.intervals == 2
    assert two.low[0] == pytest.approx(1e-5, rel=0.01)
    assert two.high[0] == pytest.approx(1e-2, rel=0.01)


@pytest.mark.parametrize(("end", "cls"), [("low", lambda y: y / 1e-3), ("high", lambda y: 1e-5 / y)])
def test_an_interval_open_at_the_end_of_the_scan_is_flagged(end, cls):
    assert excluded_edges(cls, SCAN).open_end == end


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
