"""A' -> chi1 chi2 at once, chi2 -> chi1 and leptons or hadrons in flight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from postprocess.acceptance.aprimes import find_aprimes
from postprocess.acceptance.candidates import Candidates, known_masses
from postprocess.acceptance.decays import decays_to_make
from postprocess.acceptance.products import decay_here, no_products, products_of
from postprocess.acceptance.scenarios.protocol import Chi2Width, Flight
from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_FINAL, Events
from semivis_gen.model import DarkMasses, gamma_aprime_chi, gamma_aprime_total, labels

__all__ = ["SEMIVISIBLE", "Semivisible", "dark_branching"]

MASS_TOLERANCE = 1e-3  # generators smear chi2 by up to 1e-5; a larger difference is another mass point


def dark_branching(masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray) -> FloatArray:
    """Branching of A' -> chi1 chi2, of the couplings' shape."""
    return gamma_aprime_chi(masses, alpha_d) / gamma_aprime_total(masses, alpha_d, epsilon)


class Semivisible:
    """chi2 flies and decays to chi1 with leptons or hadrons."""

    name = "semivisible"
    flyer = "chi2"
    decays = True
    chain = True

    def flyer_mass(self, masses: DarkMasses) -> float:
        """Mass of chi2 [GeV]."""
        return masses.m_chi2

    def shares(self, masses: DarkMasses) -> Mapping[str, float]:
        """Branching fractions of chi2, chi1 not named."""
        from semivis_gen.decay import chi2_shares

        return chi2_shares(masses)

    def candidates(
        self,
        events: Events,
        masses: DarkMasses | None,
        rng: np.random.Generator,
        channels: Sequence[str] = ("e+ e-",),
    ) -> Candidates:
        """Take chi2 and what it decays to from the events; what they leave undecayed is decayed here."""
        from semivis_gen.decay import chi2_decay, two_body

        found = find_aprimes(events)
        whole = found.chi2 < 0  # A' is to be decayed here
        rows = np.where(whole, found.row, found.chi2)
        _check_whole(events, rows[whole])
        momentum, mass = events.momentum[rows], events.mass[rows]
        if np.any(whole):
            known = known_masses(masses, "A' is not decayed")
            _, momentum[whole] = two_body(momentum[whole], mass[whole], known.m_chi1, known.m_chi2, rng)
            mass[whole] = known.m_chi2
        left = whole | (events.status[rows] == STATUS_FINAL)
        _check_mass(mass, masses)
        if masses is not None and not masses.chi2_decays:  # nothing to see, nothing to decay
            products = no_products(len(found))
        elif np.any(left):
            known = known_masses(masses, "chi2 is not decayed")
            made = decays_to_make(self.shares(known), channels)
            products = decay_here(
                left, made, lambda n, name: chi2_decay(momentum[n], known, rng, channel=name)[1:], rng
            )
        else:
            products = no_products(len(found))
        if not np.all(whole):
            products = products_of(events, rows, products)
        weight, origin = events.weight[found.event], events.vertex[found.event, :3]
        return Candidates.of(weight, origin, found.energy, momentum, mass, products)

    def flight(self, masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray, chi2_width: Chi2Width) -> Flight:
        """Width of chi2 and shares of its decays as `chi2_width` has them, branching of A' -> chi1 chi2."""
        return Flight(*chi2_width(masses, alpha_d, epsilon), dark_branching(masses, alpha_d, epsilon))


def _check_whole(events: Events, rows: IndexArray) -> None:
    """Refuse A' that decay to something else than chi1 chi2."""
    decayed = rows[events.status[rows] != STATUS_FINAL]
    if len(decayed):
        child, _ = events.children(decayed[:1])
        ids = labels(events.pdg[child]) or "nothing"
        event = int(events.event_of_particle[decayed[0]])
        msg = f"{events.place(event)}: A' decays to {ids}, not to chi1 chi2; map foreign ids with --pdg NAME=ID"
        raise EventFileError(msg)


def _check_mass(mass: FloatArray, masses: DarkMasses | None) -> None:
    if masses is not None and len(mass) and abs(np.median(mass) / masses.m_chi2 - 1) > MASS_TOLERANCE:
        msg = (
            f"chi2 weighs {np.median(mass):.6g} GeV in the events but {masses.m_chi2:.6g} GeV at m_A' = "
            f"{masses.m_aprime:g} GeV, R = {masses.ratio:g}, f = {masses.splitting:g}; give the events' masses"
        )
        raise EventFileError(msg)


SEMIVISIBLE = Semivisible()
