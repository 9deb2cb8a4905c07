"""A proton beam that ends in a thick block: every proton collides, A' are made where it does.

Only the first collision of a proton makes A'. What its secondaries make deeper in the dump is left out: such A' are
soft and lie far from the axis; an experiment's card may count them in its multiplicities.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.constants import ID_PROTON, M_PROTON
from semivis_gen.errors import ParameterError
from semivis_gen.events import RunInfo
from semivis_gen.target.form_factors import Nucleus
from semivis_gen.target.interaction_length import interaction_shares, nuclear_interaction_length
from semivis_gen.target.materials import Material
from semivis_gen.target.run_info import run_info_of

__all__ = ["ProtonDump"]


@dataclass(frozen=True, slots=True)
class ProtonDump:
    """Protons that stop in a block of material, thick against its nuclear interaction length.

    Examples
    --------
    >>> from semivis_gen.target import material
    >>> dump = ProtonDump(400.0, material("Cu"))
    >>> dump.per, f"{dump.depth_mm:.0f} mm"
    ("A' per proton", '153 mm')
    """

    beam_energy: float
    """Energy of the protons [GeV]."""
    material: Material
    """What they hit."""
    interaction_length_mm: float | None = None
    """Mean depth of their first inelastic collision [mm]; nuclear interaction length of the material where absent."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.beam_energy) and self.beam_energy > M_PROTON):
            msg = f"proton beam energy = {self.beam_energy} GeV must be finite and above the proton's mass"
            raise ParameterError(msg)
        length = self.interaction_length_mm
        if length is not None and not (math.isfinite(length) and length > 0):
            msg = (
                f"interaction length = {length} mm must be positive and finite; leave it away for that of the material"
            )
            raise ParameterError(msg)

    @property
    def beam_id(self) -> int:
        """Protons."""
        return ID_PROTON

    @property
    def per(self) -> str:
        """Rates are numbers of A' per proton on target."""
        return "A' per proton"

    @property
    def beam_momentum(self) -> float:
        """Momentum of the protons [GeV]."""
        return math.sqrt((self.beam_energy - M_PROTON) * (self.beam_energy + M_PROTON))

    @property
    def depth_mm(self) -> float:
        """Mean depth of the first collision [mm]."""
        return self.interaction_length_mm or nuclear_interaction_length(self.material)

    @property
    def mass_number(self) -> float:
        """Mass number of the nuclei, averaged over the collisions."""
        return sum(nucleus.a * share for nucleus, share in interaction_shares(self.material))

    def run_info(self) -> RunInfo:
        """What file headers say of beam and target."""
        return run_info_of(self)

    def nuclei(self, n: int, rng: np.random.Generator) -> tuple[tuple[Nucleus, ...], IndexArray]:
        """Nuclei that n protons collide with.

        Parameters
        ----------
        n : int
            How many.
        rng : Generator
            Source of randomness; not used where there is one kind.

        Returns
        -------
        tuple of Nucleus, ndarray
            Kinds, and which of them each proton meets, shape (n,).
        """
        kinds, shares = zip(*interaction_shares(self.material), strict=True)
        if len(kinds) == 1:
            return kinds, np.zeros(n, dtype=np.int64)
        which = np.searchsorted(np.cumsum(shares)[:-1], rng.random(n), side="right")
        return kinds, which.astype(np.int64)

    def vertices(self, n: int, rng: np.random.Generator) -> FloatArray:
        """Points of the first collision.

        Parameters
        ----------
        n : int
            How many.
        rng : Generator
            Source of randomness.

        Returns
        -------
        ndarray
            (x, y, z, ct) [mm], shape (n, 4): on the axis, exponential in depth, at the time of the proton.
        """
        vertex = np.zeros((n, 4))
        vertex[:, 2] = self.depth_mm * rng.standard_exponential(n)
        vertex[:, 3] = vertex[:, 2] * (self.beam_energy / self.beam_momentum)
        return vertex
