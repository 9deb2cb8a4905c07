"""Statements: errors that are none stay away, every number says what its error is of."""

import math

import pytest

from postprocess.paper.statement import SAMPLES, Statement, flat


def test_keys_of_a_statement():
    assert flat({"x": Statement(0.39, 0.01), "y": Statement(2.0, None, "none: a count", "seen", comparable=False)}) == {
        "x": 0.39,
        "x_error": 0.01,
        "x_error_of": SAMPLES,
        "y": 2.0,
        "y_error": None,
        "y_error_of": "none: a count",
        "y_note": "seen",
        "y_comparable": False,
    }


@pytest.mark.parametrize("error", [math.nan, math.inf, 0.0, 1e-16, 1.5e-8, -1.0])
def test_arithmetic_is_no_uncertainty(error):
    found = flat({"x": Statement(0.5, error)})
    assert found["x_error"] is None
    assert found["x_error_of"].startswith("none: ")


def test_the_end_of_a_scan_is_a_bound():
    assert flat({"x": Statement(1.0, 2e-16)})["x_error_of"] == "none: at least this, the scan or its samples end there"
    assert "rounding" in flat({"x": Statement(1.0, 2e-16, "higher orders")})["x_error_of"]


def test_no_value_has_no_error():
    assert flat({"x": Statement(None, 0.1)})["x_error"] is None


def test_away_from_the_published_point_nothing_is_said_of_published_numbers():
    one = Statement(1.0, 0.1, note="here", published="the paper has another mass", comparable=False)
    assert flat({"x": one})["x_note"] == "here; the paper has another mass"
    assert flat({"x": one})["x_comparable"] is False
    elsewhere = flat({"x": one}, compared=False)
    assert elsewhere["x_note"] == "here"
    assert "x_comparable" not in elsewhere
