"""Requirement on a pair of tracks from a displaced vertex."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from postprocess.acceptance.angles import in_window, require_angles
from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.decay_points import DecayPoints
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError

__all__ = ["DisplacedPair"]


@dataclass(frozen=True, slots=True)
class DisplacedPair:
    """Two tracks from a vertex in a tracker; its radii are those of the decay region."""

    key: ClassVar[str] = "displaced_pair"
    products: ClassVar[bool] = True

    momentum_min_GeV: float = 0.0  # noqa: N815
    """Smallest momentum of each track [GeV]."""
    opening_min_rad: float = 0.0
    """Smallest angle between them [rad]."""
    mass_min_GeV: float = 0.0  # noqa: N815
    """Smallest invariant mass of the pair [GeV]."""
    theta_min_deg: float = 0.0
    """Smallest angle of each track to the first beam [degrees]."""
    theta_max_deg: float = 180.0
    """Largest such angle [degrees]."""
    z_min_mm: float = -1e9
    """Smallest z of the vertex [mm]."""
    z_max_mm: float = 1e9
    """Largest z of the vertex [mm]."""

    def __post_init__(self) -> None:
        for name in ("momentum_min_GeV", "opening_min_rad", "mass_min_GeV"):
            if not 0 <= getattr(self, name) < math.inf:
                msg = f"displaced_pair: {name} = {getattr(self, name)} must be zero or positive, and finite"
                raise ParameterError(msg)
        if not self.z_min_mm < self.z_max_mm:
            msg = f"displaced_pair: z_min_mm = {self.z_min_mm} and z_max_mm = {self.z_max_mm} must rise"
            raise ParameterError(msg)
        require_angles(self.key, self.theta_min_deg, self.theta_max_deg)

    @property
    def title(self) -> str:
        """Its text in cut flows."""
        return f"two tracks of a vertex, p > {self.momentum_min_GeV:g} GeV, {self.opening_min_rad:g} rad apart"

    def factor(self, sample: Candidates, at: DecayPoints) -> FloatArray:
        """One or zero: the first two products, of decays to a pair, count."""
        momentum, energy = sample.product_momentum[:, :2], sample.product_energy[:, :2].sum(axis=1)
        size = np.sqrt(np.einsum("ijk,ijk->ij", momentum, momentum))
        # of small angles, too: atan2 of the cross product
        across = np.sqrt(np.square(np.cross(momentum[:, 0], momentum[:, 1])).sum(axis=1))
        opening = np.arctan2(across, np.einsum("ij,ij->i", momentum[:, 0], momentum[:, 1]))
        total = momentum.sum(axis=1)
        mass2 = energy**2 - np.einsum("ij,ij->i", total, total)
        z = at.point[:, 2]
        passed = (size > 0).all(axis=1) & (size >= self.momentum_min_GeV).all(axis=1)
        passed &= (opening >= self.opening_min_rad) & (mass2 >= self.mass_min_GeV**2)
        passed &= in_window(momentum, self.theta_min_deg, self.theta_max_deg).all(axis=1)
        return np.asarray(passed & (z > self.z_min_mm) & (z < self.z_max_mm), dtype=float)
