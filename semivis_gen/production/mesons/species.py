"""Mesons that make A': masses and widths of the PDG's table, and the branchings that production needs (PDG 2022)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from semivis_gen.arrays import FloatArray, IntArray
from semivis_gen.errors import ParameterError
from semivis_gen.model import MESONS, Particle

__all__ = ["DECAYING", "MIXING", "PHOTON_BRANCHING", "Meson", "meson", "meson_of_id", "per_kind"]

# photons in place of A': pi0, eta, eta' -> two photons, omega -> pi0 and one; PTEP 2022, 083C01
PHOTON_BRANCHING = {"pi0": 0.98823, "eta": 0.3936, "eta'": 0.02307, "omega": 0.0835}
# Gamma(V -> e+ e-) [GeV], likewise
EE_WIDTH = {"rho": 7.04e-6, "omega": 0.60e-6, "phi": 1.27e-6}
PARTNERS = {"omega": "pi0"}  # a photon for all others

DECAYING = tuple(PHOTON_BRANCHING)
"""Names of the mesons that decay to A' and something else."""
MIXING = tuple(EE_WIDTH)
"""Names of the mesons that mix with A'."""


@dataclass(frozen=True, slots=True)
class Meson:
    """A kind of meson."""

    name: str
    """Name in cards."""
    pdg: int
    """PDG id."""
    mass: float
    """Mass [GeV]."""
    width: float
    """Width [GeV]."""
    partner: float
    """Mass of what A' is made with in its decay, photon or pi0 [GeV]."""
    photon_branching: float
    """Branching of that decay with a photon in place of A'; 0 for none."""
    ee_width: float
    """Width of the decay to e+ e- [GeV]; 0 for none that counts."""

    @property
    def field(self) -> str:
        """Setting of a process that holds its number per proton."""
        return f"{self.name.replace(chr(39), '_prime')}_per_proton"


@cache
def meson(name: str) -> Meson:
    """Meson of a name.

    Parameters
    ----------
    name : str
        A name of `semivis_gen.model.MESONS`.

    Returns
    -------
    Meson
        The meson.

    Raises
    ------
    ParameterError
        For any other name.
    """
    if name not in MESONS:
        msg = f"no meson {name!r} makes A': take one of {', '.join(MESONS)}"
        raise ParameterError(msg)
    entry = Particle.of(MESONS[name])
    partner = Particle.of(MESONS[PARTNERS[name]]).mass if name in PARTNERS else 0.0
    branching, ee_width = PHOTON_BRANCHING.get(name, 0.0), EE_WIDTH.get(name, 0.0)
    return Meson(name, entry.pdg, entry.mass, entry.width, partner, branching, ee_width)


def meson_of_id(pdg: int) -> Meson:
    """Meson of a PDG id that stands in `semivis_gen.model.MESONS`."""
    return meson(next(name for name, number in MESONS.items() if number == pdg))


def per_kind(pdg: IntArray, value: Callable[[Meson], float]) -> FloatArray:
    """Give every meson what its kind has.

    Parameters
    ----------
    pdg : ndarray
        Ids of mesons that make A', shape (n,).
    value : callable
        Number of a kind.

    Returns
    -------
    ndarray
        Shape (n,).
    """
    kinds = [meson_of_id(i) for i in np.unique(pdg).tolist()]
    return np.select([pdg == kind.pdg for kind in kinds], [value(kind) for kind in kinds], 0.0)
