"""What the detector needs of an event: A' energy, the particle that flies, and its decay products.

The same record comes from every source and every scenario. Decays that the events hold are used (their position is
drawn anew later); particles they leave undecayed are decayed by the scenario with the exact matrix element.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from postprocess.acceptance.products import Products
from semivis_gen.arrays import BoolArray, FloatArray, IndexArray
from semivis_gen.errors import EventFileError
from semivis_gen.events import Events
from semivis_gen.model import DarkMasses

__all__ = ["MASS_TOLERANCE", "Candidates", "known_masses", "require_mass"]

MASS_TOLERANCE = 1e-3  # generators smear chi2 by up to 1e-5; a larger difference is another mass point


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Arrays of n A', one or more an event."""

    weight: FloatArray
    """Event weights, shape (n,)."""
    origin: FloatArray
    """Production points [mm], shape (n, 3)."""
    e_aprime: FloatArray
    """A' energies [GeV], shape (n,)."""
    momentum: FloatArray
    """Momentum of the particle that flies, chi2 or A' [GeV], shape (n, 3)."""
    mass: FloatArray
    """Its mass [GeV], shape (n,)."""
    product_momentum: FloatArray
    """Momenta of its products besides chi1 [GeV], shape (n, k, 3); zero behind the last one."""
    product_energy: FloatArray
    """Their energies [GeV], shape (n, k)."""
    channel: IndexArray
    """Final state that they make, see `Products`, shape (n,)."""
    free: BoolArray | None = None
    """Whether it decays here and is not polarised, so that any orientation of its products in its rest frame is as
    good, shape (n,); None: none."""
    tries: FloatArray | None = None
    """Weight of the momentum, where it is one kept of several tries, shape (n,); None: there were none."""
    photon: FloatArray | None = None
    """Momentum of the photon beside A' at a collider [GeV], zero where there is none, shape (n, 3); else None."""
    beams: FloatArray | None = None
    """Energy and momentum of both beams together at a collider [GeV], shape (n, 4); else None."""
    lepton: FloatArray | None = None
    """Momentum of the beam particle behind the production of A', in the frame of the incoming one along z [GeV], zero
    where there is none, shape (n, 3); None where no signature looks at it."""

    @classmethod
    def of(
        cls,
        weight: FloatArray,
        origin: FloatArray,
        e_aprime: FloatArray,
        momentum: FloatArray,
        mass: FloatArray,
        products: Products,
        *,
        free: BoolArray | None = None,
        tries: FloatArray | None = None,
    ) -> Candidates:
        """Candidates with these products."""
        made = products.momentum, products.energy, products.channel
        return cls(weight, origin, e_aprime, momentum, mass, *made, free=free, tries=tries)

    def __len__(self) -> int:
        """Count the events."""
        return len(self.weight)

    def select(self, keep: BoolArray | slice) -> Candidates:
        """Keep some of the events."""
        values: Iterator[Any] = (getattr(self, name) for name in self.__slots__)
        kept: Iterator[Any] = (None if value is None else value[keep] for value in values)
        return Candidates(*kept)


def known_masses(masses: DarkMasses | None, why: str) -> DarkMasses:
    """Masses, where they are needed for a decay.

    Raises
    ------
    EventFileError
        Where they are not known; `why` says what is not decayed.
    """
    if masses is None:
        msg = f"{why} in these events and they do not say the masses: give m_A', R and f"
        raise EventFileError(msg)
    return masses


def require_mass(events: Events, rows: IndexArray, masses: DarkMasses | None, name: str) -> None:
    """Refuse particles of another mass point, also where it is a single one: a sample is of one.

    Parameters
    ----------
    events : Events
        They hold the particles.
    rows : ndarray
        Rows of chi2, or of A' that are not decayed; decayed ones have a line shape.
    masses : DarkMasses or None
        The sample's; None: nothing to compare with.
    name : str
        "chi2" or "A'".

    Raises
    ------
    EventFileError
        At the first that weighs something else.
    """
    if masses is None:
        return
    wanted = masses.m_chi2 if name == "chi2" else masses.m_aprime
    other = np.flatnonzero(np.abs(events.mass[rows] / wanted - 1) > MASS_TOLERANCE)
    if len(other):
        row = int(rows[other[0]])
        msg = (
            f"{events.place(events.event_at(row))}: {name} weighs {events.mass[row]:.6g} GeV in the events but "
            f"{wanted:.6g} GeV at m_A' = {masses.m_aprime:g} GeV, {masses.shape}; give theirs, one point a file"
        )
        raise EventFileError(msg)
