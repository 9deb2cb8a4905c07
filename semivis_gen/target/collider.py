"""Electrons and positrons that collide head on, at one or several energies."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_ELECTRON, ID_POSITRON, M_ELECTRON
from semivis_gen.errors import ParameterError
from semivis_gen.events import RunInfo

__all__ = ["Collider"]

LARGEST_ENERGY = 1e6  # [GeV]


@dataclass(frozen=True, slots=True)
class Collider:
    """A beam along +z and one of its antiparticles along -z.

    In runs at other energies the second beam stays as it is and the first follows from sqrt(s).

    Examples
    --------
    >>> belle2 = Collider(7.007, 4.0)
    >>> f"{belle2.per}, sqrt(s) = {belle2.sqrt_s[0]:.3f} GeV"
    'pb, sqrt(s) = 10.588 GeV'
    """

    first_energy: float
    """Energy of the beam along +z [GeV]."""
    second_energy: float
    """Energy of the beam along -z [GeV]."""
    beam_id: int = ID_ELECTRON
    """PDG id of the beam along +z: electrons or positrons."""
    runs: tuple[tuple[float, float], ...] = ()
    """sqrt(s) [GeV] and luminosity, in any unit, of each run; one at the energies above where empty."""

    def __post_init__(self) -> None:
        if self.beam_id not in (ID_ELECTRON, ID_POSITRON):
            msg = f"beam particle {self.beam_id} of a collider: take {ID_ELECTRON} (e-) or {ID_POSITRON} (e+)"
            raise ParameterError(msg)
        for energy in (self.first_energy, self.second_energy):
            if not M_ELECTRON < energy <= LARGEST_ENERGY:
                msg = (
                    f"beam energy of a collider = {energy:g} GeV must lie above the electron's mass and be at most "
                    f"{LARGEST_ENERGY:g} GeV"
                )
                raise ParameterError(msg)
        for sqrt_s, luminosity in self.runs:
            if not (2 * M_ELECTRON < sqrt_s <= LARGEST_ENERGY and 0 < luminosity < math.inf):
                msg = (
                    f"run at sqrt(s) = {sqrt_s:g} GeV with luminosity {luminosity:g}: both must be positive and finite"
                )
                raise ParameterError(msg)

    @property
    def beam_energy(self) -> float:
        """Largest energy of the first beam in any run [GeV]."""
        return float(np.hypot(self.momenta[:, 0].max(), M_ELECTRON))

    @property
    def other_id(self) -> int:
        """PDG id of the second beam."""
        return -self.beam_id

    @property
    def per(self) -> str:
        """Rates are cross-sections."""
        return "pb"

    @property
    def momenta(self) -> FloatArray:
        """Momenta of both beams along z in each run [GeV], shape (runs, 2)."""
        second = math.acosh(self.second_energy / M_ELECTRON)
        if self.runs:
            s = np.array([sqrt_s for sqrt_s, _ in self.runs]) ** 2
            first = np.arccosh(s / (2 * M_ELECTRON**2) - 1) - second
        else:
            first = np.array([math.acosh(self.first_energy / M_ELECTRON)])
        return np.stack([M_ELECTRON * np.sinh(first), np.full(len(first), -M_ELECTRON * math.sinh(second))], axis=1)

    @property
    def sqrt_s(self) -> FloatArray:
        """Energy in the centre-of-mass frame in each run [GeV], shape (runs,)."""
        momenta = self.momenta
        energy = np.hypot(momenta, M_ELECTRON).sum(axis=1)
        total = momenta.sum(axis=1)
        return np.asarray(np.sqrt((energy - total) * (energy + total)))

    @property
    def luminosity_shares(self) -> FloatArray:
        """Shares of the luminosity, shape (runs,)."""
        luminosity = np.array([luminosity for _, luminosity in self.runs] or [1.0])
        return np.asarray(luminosity / luminosity.sum())

    def run_info(self) -> RunInfo:
        """What file headers say of the beams: the nominal energies, or those of the run at the highest."""
        other = f"{self.other_id} {self.second_energy!r}"
        return RunInfo(
            beam_id=self.beam_id, beam_energy=self.beam_energy, rate_unit=self.per, extra={"second_beam": other}
        )
