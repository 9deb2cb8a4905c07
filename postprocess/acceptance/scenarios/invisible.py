"""A' -> chi1 chi2 with chi2 taken as stable: missing energy only."""

from __future__ import annotations

import numpy as np

from postprocess.acceptance.aprimes import find_aprimes
from postprocess.acceptance.candidates import Candidates, no_pairs
from postprocess.acceptance.scenarios.protocol import Chi2Width, Flight
from postprocess.acceptance.scenarios.semivisible import dark_branching
from semivis_gen.arrays import FloatArray
from semivis_gen.events import Events
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

    def candidates(self, events: Events, masses: DarkMasses | None, rng: np.random.Generator) -> Candidates:
        """Take A'; what comes of it does not matter."""
        found = find_aprimes(events)
        pairs = no_pairs(len(found), electrons=False)
        squares = np.einsum("ij,ij->i", found.momentum, found.momentum)
        mass = np.sqrt(np.maximum(found.energy**2 - squares, 0.0))
        origin = events.vertex[found.event, :3]
        return Candidates(events.weight[found.event], origin, found.energy, found.momentum, mass, *pairs)

    def flight(self, masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray, chi2_width: Chi2Width) -> Flight:
        """No width; branching of A' -> chi1 chi2."""
        return Flight(np.zeros_like(epsilon), np.ones_like(epsilon), dark_branching(masses, alpha_d, epsilon))


INVISIBLE = Invisible()
