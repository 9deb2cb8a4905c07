"""A' -> e+ e- in flight; there are no dark states."""

from __future__ import annotations

import numpy as np

from postprocess.acceptance.aprimes import find_aprimes
from postprocess.acceptance.candidates import Candidates, lay_out, pairs_of
from postprocess.acceptance.scenarios.protocol import Chi2Width, Flight
from semivis_gen.arrays import FloatArray
from semivis_gen.constants import M_ELECTRON, M_MUON, M_TAU
from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_FINAL, Events
from semivis_gen.model import DarkMasses, gamma_aprime_hadrons, gamma_aprime_lepton

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

    def candidates(self, events: Events, masses: DarkMasses | None, rng: np.random.Generator) -> Candidates:
        """Take A' and its pair from the events; A' that they leave undecayed goes to e+ e- here."""
        from semivis_gen.decay import two_body

        found = find_aprimes(events)
        aprime = found.row
        if np.any(aprime < 0):
            event = int(found.event[np.argmin(aprime)])
            what = "A' is not recorded: in the visible mode its decay to e+ e- is looked at; record A'"
            msg = f"{events.place(event)}: {what}"
            raise EventFileError(msg)
        left = events.status[aprime] == STATUS_FINAL
        rows = aprime[left]
        minus, plus = two_body(events.momentum[rows], events.mass[rows], M_ELECTRON, M_ELECTRON, rng)
        pairs = pairs_of(events, aprime, lay_out(left, minus, plus))
        momentum, mass = events.momentum[aprime], events.mass[aprime]
        return Candidates(
            events.weight[found.event], events.vertex[found.event, :3], found.energy, momentum, mass, *pairs
        )

    def flight(self, masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray, chi2_width: Chi2Width) -> Flight:
        """Width of A' to leptons and hadrons, its branching to e+ e-; every A' flies."""
        electrons = gamma_aprime_lepton(masses.m_aprime, epsilon, M_ELECTRON)
        others = sum(gamma_aprime_lepton(masses.m_aprime, epsilon, m) for m in (M_MUON, M_TAU))
        width = electrons + others + gamma_aprime_hadrons(masses.m_aprime, epsilon)
        seen = np.divide(electrons, width, out=np.ones_like(epsilon), where=width > 0)
        return Flight(width, seen, np.ones_like(epsilon))


VISIBLE = Visible()
