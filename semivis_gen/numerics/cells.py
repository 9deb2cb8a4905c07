"""Drawing of cells with given probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semivis_gen.arrays import FloatArray, IndexArray

__all__ = ["CellTable"]

STEPS = 4  # of one cell each from where the guide points to; then a binary search


@dataclass(frozen=True, slots=True, eq=False)
class CellTable:
    """Cells to be drawn in proportion to their heights, by a guide into the cumulative distribution."""

    cell: IndexArray
    """Cells of positive height, shape (n,)."""
    cumulative: FloatArray
    """Probability up to and including each of them, shape (n,)."""
    guide: IndexArray
    """Position in `cell` at evenly spaced probabilities, shape (k,)."""

    @classmethod
    def of(cls, height: FloatArray) -> CellTable:
        """Build the table.

        Parameters
        ----------
        height : ndarray
            Heights, not negative, not all zero; flat.

        Returns
        -------
        CellTable
            The table.
        """
        cell = np.flatnonzero(height > 0)
        cumulative = np.cumsum(height[cell])
        cumulative /= cumulative[-1]
        size = 4 * len(cell)
        guide = np.searchsorted(cumulative, np.arange(size) / size, side="right")
        return cls(cell, cumulative, np.minimum(guide, len(cell) - 1))

    def draw(self, uniform: FloatArray) -> IndexArray:
        """Cells for uniform random numbers.

        Parameters
        ----------
        uniform : ndarray
            In [0, 1), shape (n,).

        Returns
        -------
        ndarray
            Cells, shape (n,).
        """
        index = self.guide[(uniform * len(self.guide)).astype(np.int64)]
        below = np.flatnonzero(self.cumulative[index] <= uniform)
        for _ in range(STEPS):
            if len(below) == 0:
                break
            index[below] += 1
            below = below[self.cumulative[index[below]] <= uniform[below]]
        if len(below):
            index[below] = np.searchsorted(self.cumulative, uniform[below], side="right")
        return self.cell[index]
