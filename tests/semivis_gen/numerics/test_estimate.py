import math

import pytest

from semivis_gen.numerics.estimate import Estimate


def test_errors_add_in_quadrature_and_scale_with_the_value():
    total = Estimate(1.0, 0.3) + Estimate(2.0, 0.4)
    assert (total.value, total.error) == (3.0, pytest.approx(0.5))
    assert (2 * total).error == pytest.approx(1.0)
    assert (total * -1).error == pytest.approx(0.5)
    assert total.relative_error == pytest.approx(1 / 6)


def test_pulls():
    assert Estimate(1.0, 0.3).pull(Estimate(2.0, 0.4)) == pytest.approx(-2.0)
    assert Estimate(1.0).pull(Estimate(1.0)) == 0.0
    assert Estimate(2.0).pull(Estimate(1.0)) == math.inf
    assert Estimate(0.0, 1.0).relative_error == math.inf
