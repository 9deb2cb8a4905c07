"""Mesons of a user's own: a simulation of the target, another generator, a measurement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray, IndexArray, IntArray
from semivis_gen.errors import ParameterError
from semivis_gen.model import MESONS, labels
from semivis_gen.numerics import Estimate
from semivis_gen.production.mesons.species import per_kind
from semivis_gen.production.mesons.spectrum import PerMeson

__all__ = ["MesonList"]

ENERGY_MARGIN = 1.01  # beam energies are rounded, nucleons in nuclei move


@dataclass(frozen=True, slots=True, eq=False)
class MesonList:
    """Single mesons with weights; a `Mesons`.

    Examples
    --------
    >>> mesons = MesonList.of([111, 221], [[0.1, 0.0, 20.0], [0.0, 0.3, 50.0]], [2.4, 0.26])
    >>> mesons.per_proton(111)
    2.4
    """

    pdg: IntArray
    """PDG ids, shape (k,)."""
    momentum: FloatArray
    """Momenta [GeV], z along the beam, shape (k, 3)."""
    weight: FloatArray
    """Mesons per proton that each stands for, shape (k,)."""
    energy: FloatArray
    """Energies [GeV], shape (k,)."""
    symmetric: bool = False
    """Whether each use of a meson turns it about the beam by a random angle."""

    @classmethod
    def of(cls, pdg: ArrayLike, momentum: ArrayLike, weight: ArrayLike, *, symmetric: bool = False) -> MesonList:
        """List from arrays; kinds that make no A' are dropped.

        Parameters
        ----------
        pdg : array_like
            PDG ids, shape (k,).
        momentum : array_like
            Momenta [GeV], z along the beam, shape (k, 3).
        weight : array_like
            Mesons per proton that each stands for, shape (k,).
        symmetric : bool
            Whether each use of a meson turns it about the beam by a random angle, so that few mesons fill all
            directions: right for a round beam on target.

        Returns
        -------
        MesonList
            The list.

        Raises
        ------
        ParameterError
            Where shapes differ, a number is not finite, a weight negative, or nothing is left.
        """
        ids = np.asarray(pdg, dtype=np.int32)
        p, w = np.asarray(momentum, dtype=float), np.asarray(weight, dtype=float)
        if not (ids.ndim == 1 and p.shape == (len(ids), 3) and w.shape == ids.shape):
            msg = (
                f"meson list: ids {ids.shape}, momenta {p.shape}, weights {w.shape} must have shapes (k,), (k, 3), (k,)"
            )
            raise ParameterError(msg)
        bad = np.flatnonzero(~(np.isfinite(p).all(axis=1) & np.isfinite(w) & (w >= 0)))
        if len(bad):
            row = int(bad[0])
            msg = f"meson {row + 1}: momentum {p[row]} and weight {w[row]} must be finite, weights not negative"
            raise ParameterError(msg)
        used = np.isin(ids, list(MESONS.values())) & (w > 0)
        if not used.any():
            known = labels(MESONS.values())
            msg = f"meson list: none of {len(ids)} particles makes A'; give some of {known}, with weights above zero"
            raise ParameterError(msg)
        ids, p, w = ids[used], np.ascontiguousarray(p[used]), w[used]
        mass = per_kind(ids, lambda kind: kind.mass)
        return cls(ids, p, w, np.sqrt(np.einsum("ij,ij->i", p, p) + mass**2), symmetric)

    @property
    def low(self) -> FloatArray:
        """See `Mesons`."""
        return self.energy

    @property
    def top(self) -> FloatArray:
        """See `Mesons`."""
        return self.energy

    def per_proton(self, pdg: int) -> float:
        """Mesons of one kind per proton."""
        return float(self.weight[self.pdg == pdg].sum())

    def scaled(self, factors: dict[int, float]) -> MesonList:
        """List of these kinds alone, their weights multiplied.

        Parameters
        ----------
        factors : dict
            Factor by PDG id.

        Returns
        -------
        MesonList
            The mesons of these ids.
        """
        keep = np.isin(self.pdg, list(factors))
        ids = self.pdg[keep]
        factor = np.select([ids == pdg for pdg in factors], list(factors.values())) if factors else np.ones(0)
        return MesonList(ids, self.momentum[keep], self.weight[keep] * factor, self.energy[keep], self.symmetric)

    def require_beam(self, beam_energy: float) -> None:
        """Refuse mesons that no proton of the beam can make.

        Parameters
        ----------
        beam_energy : float
            Energy of the protons [GeV].

        Raises
        ------
        ParameterError
            Where a meson has more energy than the beam: a list in MeV, or of another beam.
        """
        highest = float(self.energy.max())
        if highest > ENERGY_MARGIN * beam_energy:
            msg = (
                f"a meson of {highest:g} GeV cannot come from a proton of {beam_energy:g} GeV: give the list in GeV, "
                "or that of this beam"
            )
            raise ParameterError(msg)

    def momenta(self, entry: IndexArray, rng: np.random.Generator) -> FloatArray:
        """See `Mesons.momenta`."""
        p = self.momentum[entry]
        if not self.symmetric:
            return p
        angle = 2 * np.pi * rng.random(len(entry))
        cosine, sine = np.cos(angle), np.sin(angle)
        return np.stack([cosine * p[:, 0] - sine * p[:, 1], sine * p[:, 0] + cosine * p[:, 1], p[:, 2]], axis=1)

    def total(self, per_meson: PerMeson) -> Estimate:
        """See `Mesons.total`: the error is that of a sample of so many mesons."""
        each = self.weight * per_meson(self.pdg, self.momentum)
        return Estimate(float(each.sum()), float(np.sqrt(np.square(each).sum())))
