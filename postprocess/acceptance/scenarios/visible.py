"""A' -> leptons or hadrons in flight; there are no dark states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from postprocess.acceptance.aprimes import find_aprimes
from postprocess.acceptance.candidates import Candidates, require_mass
from postprocess.acceptance.decays import decays_to_make
from postprocess.acceptance.products import decay_here, products_of
from postprocess.acceptance.scenarios.protocol import Chance, Chi2Width, Flight
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_FINAL, Events
from semivis_gen.model import DarkMasses, aprime_shares, gamma_aprime_visible

__all__ = ["VISIBLE", "Visible"]


class Visible:
    """A' itself flies."""

    name = "visible"
    flyer = "A'"
    decays = True
    chain = False

    def flyer_mass(self, masses: DarkMasses) -> float:
        """Mass of A' [GeV]."""
        return masses.m_aprime

    def shares(self, masses: DarkMasses) -> Mapping[str, float]:
        """Branching fractions of A' without dark states."""
        return aprime_shares(masses.m_aprime)

    def candidates(
        self,
        events: Events,
        masses: DarkMasses | None,
        rng: np.random.Generator,
        channels: Sequence[str] = ("e+ e-",),
        *,
        chance: Chance | None = None,
    ) -> Candidates:
        """Take A' and what it decays to from the events; A' that they leave undecayed are decayed here."""
        from semivis_gen.decay import aprime_decay

        found = find_aprimes(events)
        aprime = found.row
        if np.any(aprime < 0):
            event = int(found.event[np.argmin(aprime)])
            what = "A' is not recorded: in the visible mode its decay is looked at; record A'"
            msg = f"{events.place(event)}: {what}"
            raise EventFileError(msg)
        left = events.status[aprime] == STATUS_FINAL
        require_mass(events, aprime[left], masses, "A'")
        momentum, mass = events.momentum[aprime], events.mass[aprime]
        made = decays_to_make(aprime_shares(float(mass[0])), channels)
        here = decay_here(left, made, lambda n, name: aprime_decay(momentum[n], mass[n], rng, channel=name), rng)
        products = products_of(events, aprime, here)
        weight, origin = events.weight[found.event], events.vertex[found.event, :3]
        return Candidates.of(weight, origin, found.energy, momentum, mass, products, free=left)

    def flight(self, masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray, chi2_width: Chi2Width) -> Flight:
        """Width of A' to leptons and hadrons, its branchings; every A' flies."""
        width = gamma_aprime_visible(masses.m_aprime, epsilon)
        return Flight(width, self.shares(masses), np.ones_like(epsilon))


VISIBLE = Visible()
