"""The seam of scenarios: what happens to A', which particle flies, and what of its decays is seen.

A scenario is an object in `SCENARIOS` under its name, the key of a card's `modes`. One that differs from another in
a single point is a subclass:

    class HalfSeen(Semivisible):
        name = "half_seen"
        def flight(self, masses, alpha_d, epsilon, chi2_width): ...

    SCENARIOS.register("half_seen", HalfSeen())
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from postprocess.acceptance.candidates import Candidates
from postprocess.experiment import SCENARIOS as NAMES
from semivis_gen.arrays import FloatArray
from semivis_gen.events import Events
from semivis_gen.model import DarkMasses
from semivis_gen.registry import Registry

__all__ = ["SCENARIOS", "Chance", "Chi2Width", "Flight", "Scenario"]

Chance = Callable[[FloatArray, FloatArray, FloatArray, float], FloatArray]
"""Takes origins [mm], momenta and masses [GeV] of flyers and the largest energy of a product in their rest frame [GeV];
returns how probably each is seen, up to a factor: see `far.Front.chance`."""

Chi2Width = Callable[[DarkMasses, FloatArray, FloatArray], tuple[FloatArray, Mapping[str, float]]]
"""Takes masses, alpha_D and epsilon; returns the width of chi2 [GeV], which sets its flight, of the couplings' shape,
and the share of its decays that counts as each final state."""


@dataclass(frozen=True, slots=True, eq=False)
class Flight:
    """What the couplings decide; arrays have their shape."""

    width: FloatArray
    """Width of the particle that flies [GeV]; zero where it is stable."""
    shares: Mapping[str, float]
    """Shares of its decays by final state, names of `model.DECAYS`: a signature takes those that it sees."""
    branching: FloatArray
    """Share of A' that makes it."""


class Scenario(Protocol):
    """What happens to A'."""

    @property
    def name(self) -> str:
        """Key of a card's `modes`."""

    @property
    def flyer(self) -> str:
        """The particle that flies, for people: "chi2"."""

    @property
    def decays(self) -> bool:
        """Whether it decays; where not, only missing energy is left and no lifetime enters."""

    @property
    def chain(self) -> bool:
        """Whether A' decays to chi1 chi2 and chi2 in turn: native samples then hold the decays, with their spins."""

    def flyer_mass(self, masses: DarkMasses) -> float:
        """Mass of the particle that flies [GeV]."""

    def shares(self, masses: DarkMasses) -> Mapping[str, float]:
        """Branching fractions of the particle that flies by final state, names of `model.DECAYS`, chi1 not named."""

    def candidates(
        self,
        events: Events,
        masses: DarkMasses | None,
        rng: np.random.Generator,
        channels: Sequence[str],
        *,
        chance: Chance | None = None,
    ) -> Candidates:
        """Reduce one chunk of events to what the detector needs.

        Parameters
        ----------
        events : Events
            From any generator, with decays or without.
        masses : DarkMasses or None
            Needed where something is left to decay; checked against the events.
        rng : Generator
            For decays done here.
        channels : sequence of str
            Final states that signatures see: what decays here decays to these, by branching.
        chance : Chance, optional
            Where given, one of several tries is kept of each flyer that is made here, by chance and with a weight.

        Returns
        -------
        Candidates
            One entry an event.

        Raises
        ------
        EventFileError
            Where a particle is missing or ambiguous, decays to something else, or has another mass.
        """

    def flight(self, masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray, chi2_width: Chi2Width) -> Flight:
        """Width, shares of decays and branching at couplings.

        Parameters
        ----------
        masses : DarkMasses
            Masses.
        alpha_d, epsilon : ndarray
            Couplings, of one shape.
        chi2_width : Chi2Width
            Width of chi2, for scenarios in which it flies.

        Returns
        -------
        Flight
            Arrays of the couplings' shape.
        """


SCENARIOS: Registry[Scenario] = NAMES
