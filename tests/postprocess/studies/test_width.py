import pytest

from postprocess.paper.summary import k_factor
from postprocess.scan.exclusion import exclude_epsilon
from postprocess.studies.width import exact_against_constant_k


def test_the_exact_k_as_a_constant_changes_nothing(points, search):
    (point,) = points[2:3]
    exact = exclude_epsilon([point, point], search, alpha_d=0.1)
    k = k_factor(point.masses)
    for row in exact_against_constant_k([point, point], search, exact, alpha_d=0.1, k_factor=k):
        assert row.epsilon_low_k == pytest.approx(row.epsilon_low, rel=1e-9)
        assert row.epsilon_high_k == pytest.approx(row.epsilon_high, rel=1e-9)


def test_edges_have_errors_and_a_wider_chi2_a_lower_upper_edge(points, search):
    exact = exclude_epsilon(points, search, alpha_d=0.1)
    rows = exact_against_constant_k(points, search, exact, alpha_d=0.1, k_factor=0.7)
    assert len(rows) == len(points)
    for row in rows:
        assert row.epsilon_high_error > 0
        assert row.epsilon_high_k < row.epsilon_high
