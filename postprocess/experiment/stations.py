"""Stations of an experiment card: pieces along the beam axis, their resolution and central cells."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from postprocess.experiment.cards import CardModel, Number
from semivis_gen.arrays import FloatArray

__all__ = ["CentralCells", "Resolution", "Station", "StationKind"]


class StationKind(StrEnum):
    """What a piece along the beam does."""

    DUMP = "dump"
    """Where the beam stops and A' is made; it measures what does not leave with A'."""
    VETO = "veto"
    """Must stay silent."""
    CALORIMETER = "calorimeter"
    """Measures the decay products."""
    SHIELD = "shield"
    """Absorbs everything else."""
    VOLUME = "volume"
    """Empty: decays in it fly on."""


class Resolution(CardModel):
    """sigma(E) = min(stochastic sqrt(E) (+) constant E, ceiling)."""

    stochastic: Number | None = None
    """Coefficient of sqrt(E / GeV) [GeV]."""
    constant: Number | None = None
    """Relative resolution."""
    ceiling_GeV: Number | None = None  # noqa: N815
    """Largest sigma [GeV]."""

    def sigma(self, energy: ArrayLike) -> FloatArray:
        """Standard deviation of a measured energy.

        Parameters
        ----------
        energy : array_like
            True energies [GeV].

        Returns
        -------
        ndarray
            [GeV], same shape.
        """
        e = np.maximum(np.asarray(energy, dtype=float), 0.0)
        stochastic, constant = (x.value if x else 0.0 for x in (self.stochastic, self.constant))
        ceiling = self.ceiling_GeV.value if self.ceiling_GeV else np.inf
        return np.asarray(np.minimum(np.hypot(stochastic * np.sqrt(e), constant * e), ceiling))


class CentralCells(CardModel):
    """The cells of a calorimeter that count as its middle, and what an electromagnetic shower sees there."""

    half_width_x_mm: Number
    """Half of their size in x [mm]."""
    half_width_y_mm: Number
    """Half of their size in y [mm]."""
    offset_x_mm: Number
    """Position of their centre against that of the calorimeter [mm]."""
    offset_y_mm: Number
    """The same in y [mm]."""
    radiation_length_mm: Number
    """Radiation length along the calorimeter [mm]."""
    moliere_mm: Number
    """Moliere radius [mm]."""
    critical_energy_GeV: Number  # noqa: N815
    """Critical energy [GeV]."""
    z: Number
    """Effective atomic number."""


class Station(CardModel):
    """A piece along the beam axis, centred on it where nothing else is said."""

    kind: StationKind
    """What it does: the beam stops and A' is made (dump), it must stay silent (veto), it measures decay products
    (calorimeter), it absorbs everything else (shield), decays in it fly on (volume)."""
    begin_mm: Number
    """First plane, or inner radius of a barrel [mm]."""
    end_mm: Number
    """Last plane, or outer radius of a barrel [mm]."""
    half_width_mm: Number | None = None
    """Half of its transverse size [mm]; square. Every piece across the beam has it, none of a barrel."""
    offset_x_mm: Number | None = None
    """Position of its centre against the beam axis [mm]."""
    offset_y_mm: Number | None = None
    """The same in y [mm]."""
    resolution: Resolution | None = None
    """Energy resolution of a dump or calorimeter; ideal where absent."""
    central: CentralCells | None = None
    """Its central cells; needed where a signature asks how much lies outside them."""

    @property
    def half_width(self) -> float:
        """Half of its transverse size [mm]; infinite where it has none."""
        return np.inf if self.half_width_mm is None else self.half_width_mm.value

    def offset(self, axis: str) -> float:
        """Position of its centre against the beam axis along x or y [mm]."""
        number: Number | None = getattr(self, f"offset_{axis}_mm")
        return number.value if number else 0.0

    def sigma(self, energy: ArrayLike) -> FloatArray:
        """Resolution at true energies [GeV], zero for an ideal station; as `Resolution.sigma`."""
        if self.resolution is None:
            return np.zeros_like(np.asarray(energy, dtype=float))
        return self.resolution.sigma(energy)
