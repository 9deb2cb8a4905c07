"""Requirements on the photon beside A' at a collider: where it flies, and the mass that recoils against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from postprocess.acceptance.angles import in_window, require_angles
from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.collision import in_frame
from postprocess.acceptance.decay_points import DecayPoints
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError

__all__ = ["Photon", "RecoilMass"]

MARGIN = 1e-9  # of a cosine or an energy: native samples may be made up to the very cut


@dataclass(frozen=True, slots=True)
class Photon:
    """A photon of some energy flies into the detector."""

    key: ClassVar[str] = "photon"
    products: ClassVar[bool] = False
    colliding: ClassVar[bool] = True

    energy_min_GeV: float = 0.0  # noqa: N815
    """Its smallest energy in the centre-of-mass frame [GeV]."""
    cos_theta_max: float = 1.0
    """Its largest |cos theta| against the beams in that frame."""
    theta_min_deg: float = 0.0
    """Its smallest angle to the first beam in the lab [degrees]."""
    theta_max_deg: float = 180.0
    """Its largest angle to the first beam in the lab [degrees]."""

    def __post_init__(self) -> None:
        if not (self.energy_min_GeV >= 0 and 0 < self.cos_theta_max <= 1):
            msg = (
                f"photon: energy_min_GeV = {self.energy_min_GeV} must not be negative and cos_theta_max = "
                f"{self.cos_theta_max} lie in (0, 1]"
            )
            raise ParameterError(msg)
        require_angles(self.key, self.theta_min_deg, self.theta_max_deg)

    @property
    def title(self) -> str:
        """Its text in cut flows."""
        return f"photon, E* > {self.energy_min_GeV:g} GeV, |cos theta*| < {self.cos_theta_max:g}"

    def factor(self, sample: Candidates, at: DecayPoints) -> FloatArray:
        """One or zero."""
        photon, beams = collision_of(sample, self.key)
        momentum, energy, _ = in_frame(photon, beams)
        passed = (energy > 0) & (energy >= self.energy_min_GeV * (1 - MARGIN))
        passed &= np.abs(momentum[:, 2]) <= (self.cos_theta_max + MARGIN) * energy
        passed &= in_window(photon, self.theta_min_deg, self.theta_max_deg)
        return passed.astype(float)


@dataclass(frozen=True, slots=True)
class RecoilMass:
    """Efficiency by the mass that recoils against the photon, M^2 = s - 2 sqrt(s) E*."""

    key: ClassVar[str] = "recoil_mass"
    products: ClassVar[bool] = False
    colliding: ClassVar[bool] = True

    up_to_GeV: tuple[float, ...]  # noqa: N815
    """Upper ends of the mass regions [GeV], ascending; nothing is found above the last."""
    efficiency: tuple[float, ...]
    """Efficiency in each region."""

    def __post_init__(self) -> None:
        ends, values = self.up_to_GeV, self.efficiency
        rising = all(a < b for a, b in zip((0.0, *ends), ends, strict=False))
        if not ends or len(ends) != len(values) or not rising:
            msg = (
                f"recoil_mass: {len(ends)} ends of regions, up_to_GeV, and {len(values)} efficiencies: as many of "
                "both, the ends positive and ascending"
            )
            raise ParameterError(msg)
        for value in values:
            if not 0 <= value <= 1:
                msg = f"recoil_mass: efficiency = {value} must lie in [0, 1]"
                raise ParameterError(msg)

    @property
    def title(self) -> str:
        """Its text in cut flows."""
        return f"efficiency by recoil mass, up to {self.up_to_GeV[-1]:g} GeV"

    def factor(self, sample: Candidates, at: DecayPoints) -> FloatArray:
        """That of the region; zero without a photon."""
        photon, beams = collision_of(sample, self.key)
        _, energy, root = in_frame(photon, beams)
        mass = np.sqrt(np.maximum(root * (root - 2 * energy), 0.0))
        found = np.r_[self.efficiency, 0.0][np.searchsorted(self.up_to_GeV, mass, side="left")]
        return np.where(energy > 0, found, 0.0)


def collision_of(sample: Candidates, key: str) -> tuple[FloatArray, FloatArray]:
    """Photon and beams of candidates.

    Raises
    ------
    ParameterError
        Where the card is not one of a collider.
    """
    if sample.photon is None or sample.beams is None:
        msg = f"requirement {key!r} looks at the photon of a collision of two beams: the card has none, drop it"
        raise ParameterError(msg)
    return sample.photon, sample.beams
