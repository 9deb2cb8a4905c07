"""Gauss-Legendre rules: exact for polynomials, square-root ends, pieces."""

import numpy as np
import pytest

from semivis_gen.numerics.quadrature import gauss, panels


@pytest.mark.parametrize("n", [1, 4, 20])
def test_powers_up_to_twice_the_nodes_are_exact(n):
    x, weight = gauss(n)
    for power in range(2 * n):
        assert x**power @ weight == pytest.approx(1 / (power + 1), rel=1e-13)
    assert abs(x ** (2 * n) @ weight * (2 * n + 1) - 1) > 1e-14  # and no further


def test_clustered_nodes_take_square_roots_at_both_ends():
    def error(*, clustered):
        x, weight = gauss(16, clustered=clustered)
        return abs(np.sqrt(x * (1 - x)) @ weight / (np.pi / 8) - 1)

    assert error(clustered=True) < 1e-7 < 1e-5 < error(clustered=False)


def test_a_rule_is_shared_and_cannot_be_spoilt():
    x, weight = gauss(5)
    assert gauss(5)[0] is x
    for array in (x, weight):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


def test_pieces_add_up_and_lie_in_their_order():
    edges = [-1.0, 0.5, 0.5 + 1e-6, 4.0]
    x, weight = panels(3, edges)
    assert (np.diff(x) > 0).all()
    assert weight.reshape(3, 3).sum(axis=1) == pytest.approx(np.diff(edges), rel=1e-9)
    assert x**5 @ weight == pytest.approx((4.0**6 - 1) / 6, rel=1e-13)


def test_a_narrow_piece_far_from_zero_keeps_its_symmetry():
    x, weight = panels(4, [1e3, 1e3 + 1e-9])
    assert x - x[0] == pytest.approx((x[-1] - x)[::-1], abs=2.5e-13)  # two units in the last place of 1000
    assert weight == pytest.approx(weight[::-1], rel=1e-14)
