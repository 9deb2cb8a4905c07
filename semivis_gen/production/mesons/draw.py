"""Mesons in proportion to the A' above an energy that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.numerics import CellTable
from semivis_gen.production.mesons.spectrum import Mesons

__all__ = ["MesonDraw"]


@dataclass(frozen=True, slots=True, eq=False)
class MesonDraw:
    """Draws mesons in proportion to the A' that each makes."""

    mesons: Mesons
    """Where they come from."""
    table: CellTable
    """Entries by their A', as many as there could be at most."""
    bound: FloatArray
    """Largest share of A' kept in each entry, shape (k,)."""
    share: Callable[[IndexArray, FloatArray], FloatArray]
    """Share kept of mesons of given entries (n,) and momenta (n, 3)."""

    @classmethod
    def of(
        cls, mesons: Mesons, made: FloatArray, bound: FloatArray, share: Callable[[IndexArray, FloatArray], FloatArray]
    ) -> MesonDraw:
        """Prepare the draw.

        Parameters
        ----------
        mesons : Mesons
            k entries.
        made : ndarray
            A' per meson of each entry, shape (k,).
        bound : ndarray
            Largest share of them that is kept, shape (k,).
        share : callable
            Share kept of a meson.

        Returns
        -------
        MesonDraw
            The draw.
        """
        return cls(mesons, CellTable.of(mesons.weight * made * bound), bound, share)

    def sample(self, n: int, rng: np.random.Generator) -> tuple[IndexArray, FloatArray]:
        """Draw mesons.

        Parameters
        ----------
        n : int
            How many.
        rng : Generator
            Source of randomness.

        Returns
        -------
        entry, momentum : ndarray
            Entries, shape (n,), and momenta [GeV], shape (n, 3).
        """
        entry, momentum, left = np.empty(n, dtype=np.int64), np.empty((n, 3)), np.arange(n)
        while len(left):
            tried = self.table.draw(rng.random(len(left)))
            p = self.mesons.momenta(tried, rng)
            entry[left], momentum[left] = tried, p
            left = left[rng.random(len(left)) * self.bound[tried] >= self.share(tried, p)]
        return entry, momentum
