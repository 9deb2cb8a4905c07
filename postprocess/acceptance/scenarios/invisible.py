"""A' -> chi1 chi2 with chi2 taken as stable: missing energy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from postprocess.acceptance.aprimes import find_aprimes
from postprocess.acceptance.candidates import Candidates, require_mass
from postprocess.acceptance.products import no_products
from postprocess.acceptance.scenarios.protocol import Chance, Chi2Width, Flight
from postprocess.acceptance.scenarios.semivisible import dark_branching
from semivis_gen.arrays import FloatArray
from semivis_gen.events import STATUS_FINAL, Events
from semivis_gen.model import DarkMasses

__all__ = ["INVISIBLE", "Invisible"]


class Invisible:
    """Nothing decays."""

    name = "invisible"
    flyer = "chi2"
    decays = False
    chain = False

    def flyer_mass(self, masses: DarkMasses) -> float:
        """Mass of chi2 [GeV]."""
        return masses.m_chi2

    def shares(self, masses: DarkMasses) -> Mapping[str, float]:
        """Return nothing: there is no decay."""
        return {}

    def candidates(
        self,
        events: Events,
        masses: DarkMasses | None,
        rng: np.random.Generator,
        channels: Sequence[str] = (),
        *,
        chance: Chance | None = None,
    ) -> Candidates:
        """Take A'; what comes of it does not matter."""
        found = find_aprimes(events)
        recorded = found.row[found.row >= 0]
        require_mass(events, recorded[events.status[recorded] == STATUS_FINAL], masses, "A'")
        squares = np.einsum("ij,ij->i", found.momentum, found.momentum)
        mass = np.sqrt(np.maximum(found.energy**2 - squares, 0.0))
        origin = events.vertex[found.event, :3]
        weight, nothing = events.weight[found.event], no_products(len(found))
        return Candidates.of(weight, origin, found.energy, found.momentum, mass, nothing)

    def flight(self, masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray, chi2_width: Chi2Width) -> Flight:
        """No width; branching of A' -> chi1 chi2."""
        return Flight(np.zeros_like(epsilon), {}, dark_branching(masses, alpha_d, epsilon))


INVISIBLE = Invisible()
