"""What collides: single particles on thin material, or a beam that stops in a block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_ELECTRON, ID_MUON, ID_POSITRON, M_ELECTRON, M_MUON
from semivis_gen.errors import ParameterError
from semivis_gen.events import RunInfo
from semivis_gen.numerics import energy_of, tilted
from semivis_gen.target.materials import Material
from semivis_gen.target.muons import muon_track
from semivis_gen.target.run_info import run_info_of
from semivis_gen.target.scattering import shower_angles
from semivis_gen.target.tracks import Track, track_length

LARGEST_ENERGY = 1e9  # [GeV]; the formulas keep their digits far beyond, but no beam has it

__all__ = ["LEPTONS", "Lepton", "Source", "ThickTarget", "ThinTarget"]


@dataclass(frozen=True, slots=True)
class Lepton:
    """A beam particle."""

    symbol: str
    """As in cards: e-."""
    name: str
    """Word."""
    mass: float
    """Mass [GeV]."""


LEPTONS = {
    ID_ELECTRON: Lepton("e-", "electron", M_ELECTRON),
    ID_POSITRON: Lepton("e+", "positron", M_ELECTRON),
    ID_MUON: Lepton("mu-", "muon", M_MUON),
    -ID_MUON: Lepton("mu+", "antimuon", M_MUON),
}
"""Leptons that a beam may consist of, by PDG id."""


class Source(Protocol):
    """What collides; the rest of a source is between it and the processes that use it."""

    @property
    def beam_id(self) -> int:
        """PDG id of the beam particle."""

    @property
    def beam_energy(self) -> float:
        """Its energy [GeV]."""

    @property
    def per(self) -> str:
        """What a rate is quoted in: `pb`, or `A' per electron` and the like."""

    def run_info(self) -> RunInfo:
        """What file headers say of beam and target."""


@dataclass(frozen=True, slots=True)
class ThinTarget:
    """Single leptons of one energy on a thin layer: cross-sections, nothing else."""

    beam_energy: float
    """Energy of the beam particles [GeV]."""
    material: Material
    """What they hit."""
    beam_id: int = ID_ELECTRON
    """PDG id of the beam particles."""

    def __post_init__(self) -> None:
        _require_beam(self.beam_id, self.beam_energy)

    @property
    def lepton(self) -> Lepton:
        """The beam particle."""
        return LEPTONS[self.beam_id]

    @property
    def per(self) -> str:
        """Rates are cross-sections per atom."""
        return "pb"

    def run_info(self) -> RunInfo:
        """What file headers say of beam and target."""
        return run_info_of(self)

    def scattered(self, momentum: FloatArray, *_: object, **__: object) -> FloatArray:
        """See `ThickTarget.scattered`: a thin layer turns nothing."""
        return momentum

    def vertices(self, depth_x0: FloatArray, momentum: FloatArray) -> FloatArray:
        """Production points (x, y, z, ct) [mm] of incoming particles, shape (n, 4): all at the origin."""
        return np.zeros((len(momentum), 4))


@dataclass(frozen=True, slots=True)
class ThickTarget:
    """A beam that stops in a block of material."""

    beam_energy: float
    """Energy of the beam [GeV]."""
    material: Material
    """The block."""
    thickness_x0: float
    """Its thickness [X0]."""
    energy_cut: float
    """Particles are followed down to this energy [GeV]."""
    beam_id: int = ID_ELECTRON
    """PDG id of the beam particles."""
    scattering: bool = False
    """Whether electrons and positrons leave the beam's direction by multiple scattering, see `target.scattering`."""

    def __post_init__(self) -> None:
        _require_beam(self.beam_id, self.beam_energy)
        if self.scattering and abs(self.beam_id) == ID_MUON:
            msg = f"scattering of a beam of {self.lepton.symbol} is not known here: take scattering = False"
            raise ParameterError(msg)
        if not (0 < self.energy_cut < self.beam_energy and self.thickness_x0 > 0):
            msg = (
                f"thick target: energy cut {self.energy_cut:g} GeV must lie between 0 and the beam energy "
                f"{self.beam_energy:g} GeV, and the thickness {self.thickness_x0:g} X0 be positive"
            )
            raise ParameterError(msg)

    @property
    def lepton(self) -> Lepton:
        """The beam particle."""
        return LEPTONS[self.beam_id]

    @property
    def per(self) -> str:
        """Rates are numbers of A' per beam particle."""
        return f"A' per {self.lepton.name}"

    def track_length(self, *, secondaries: bool = False) -> Track:
        """Track length above the cut.

        Parameters
        ----------
        secondaries : bool
            With electrons and positrons of the shower, or the beam particle alone.

        Returns
        -------
        Track
            In radiation lengths.

        Raises
        ------
        ParameterError
            For the shower of a muon.
        """
        if abs(self.beam_id) == ID_MUON:
            if secondaries:
                msg = f"a beam of {self.lepton.symbol} has no shower here: take particles = primary"
                raise ParameterError(msg)
            return muon_track(self.beam_energy, self.energy_cut, self.thickness_x0, self.material)
        return track_length(self.beam_energy, self.energy_cut, self.thickness_x0, secondaries=secondaries)

    def scattered(
        self,
        momentum: FloatArray,
        depth_x0: FloatArray,
        rng: np.random.Generator,
        *,
        primary: float = 1.0,
        shower: float = 1.0,
    ) -> FloatArray:
        """Events of incoming particles along z, turned to the directions that these have in the target.

        Parameters
        ----------
        momentum : ndarray
            Of all particles of the events, the incoming lepton first [GeV], shape (n, k, 3).
        depth_x0 : ndarray
            Of production [X0], shape (n,).
        rng : Generator
            A stream of its own is split off it.
        primary, shower : float
            Shares that count of the beam particle's track and of its shower's.

        Returns
        -------
        ndarray
            Shape (n, k, 3); as they are where there is no scattering.
        """
        if not self.scattering or not len(momentum):
            return momentum
        angles = shower_angles(self.beam_energy, self.energy_cut, self.thickness_x0)
        energy = energy_of(momentum[:, 0], self.lepton.mass)
        return tilted(momentum, angles.sample(energy, depth_x0, rng.spawn(1)[0], primary=primary, shower=shower))

    def run_info(self) -> RunInfo:
        """What file headers say of beam and target."""
        return run_info_of(self)

    def vertices(self, depth_x0: FloatArray, momentum: FloatArray) -> FloatArray:
        """Production points of incoming particles.

        Parameters
        ----------
        depth_x0 : ndarray
            Depths [X0], shape (n,).
        momentum : ndarray
            Momenta of the incoming particles [GeV], shape (n, 3).

        Returns
        -------
        ndarray
            (x, y, z, ct) [mm], shape (n, 4): on the axis, at the time of the incoming particle.
        """
        vertex = np.zeros((len(momentum), 4))
        vertex[:, 2] = depth_x0 * self.material.radiation_length_mm
        vertex[:, 3] = vertex[:, 2] * energy_of(momentum, self.lepton.mass) / momentum[:, 2]
        return vertex


def _require_beam(beam_id: int, energy: float) -> None:
    if not 0 < energy <= LARGEST_ENERGY:
        msg = f"beam energy = {energy:g} GeV must be positive and at most {LARGEST_ENERGY:g} GeV"
        raise ParameterError(msg)
    if beam_id not in LEPTONS:
        known = ", ".join(f"{pdg} ({lepton.symbol})" for pdg, lepton in LEPTONS.items())
        msg = f"beam particle {beam_id} on a target: take the PDG id of a lepton, {known}"
        raise ParameterError(msg)
