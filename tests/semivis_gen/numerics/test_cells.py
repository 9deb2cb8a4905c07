import numpy as np
import pytest

from semivis_gen.numerics.cells import CellTable


@pytest.mark.parametrize("seed", [1, 2])
def test_cells_are_the_ones_a_binary_search_finds(seed):
    rng = np.random.default_rng(seed)
    height = rng.random(5000) ** 20  # most of them tiny: long runs within one step of the guide
    height[rng.random(5000) < 0.3] = 0.0
    table, u = CellTable.of(height), np.r_[0.0, rng.random(20_000), np.nextafter(1.0, 0.0)]
    cumulative = np.cumsum(height) / height.sum()
    found = table.draw(u)
    assert np.all(height[found] > 0)
    # sums differ in their last digits
    assert np.all(cumulative[found] >= u - 1e-12)
    assert np.all(cumulative[found] - height[found] / height.sum() <= u + 1e-12)


def test_one_cell_is_always_drawn():
    assert np.array_equal(CellTable.of(np.array([0.0, 3.0, 0.0])).draw(np.array([0.0, 0.5, 0.999])), [1, 1, 1])
