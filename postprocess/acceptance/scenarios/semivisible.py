"""A' -> chi1 chi2 at once, chi2 -> chi1 and leptons or hadrons in flight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from postprocess.acceptance.aprimes import Aprimes, find_aprimes
from postprocess.acceptance.candidates import Candidates, known_masses, require_mass
from postprocess.acceptance.decays import decays_to_make
from postprocess.acceptance.products import decay_here, no_products, products_of
from postprocess.acceptance.scenarios.protocol import Chance, Chi2Width, Flight
from semivis_gen.arrays import BoolArray, FloatArray, IndexArray
from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_FINAL, Events
from semivis_gen.model import DarkMasses, gamma_aprime_chi, gamma_aprime_total, labels

__all__ = ["SEMIVISIBLE", "Semivisible", "dark_branching"]

TRIES, EVEN = 16, 0.2  # directions of chi2 tried toward a far front; share in which any of them is kept


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
        *,
        chance: Chance | None = None,
    ) -> Candidates:
        """Take chi2 and what it decays to from the events; what they leave undecayed is decayed here."""
        from semivis_gen.decay import chi2_decay

        found = find_aprimes(events)
        whole = found.chi2 < 0  # A' is to be decayed here
        rows = np.where(whole, found.row, found.chi2)
        _check_whole(events, rows[whole])
        require_mass(events, rows[whole], masses, "A'")
        require_mass(events, rows[~whole], masses, "chi2")
        momentum, mass, tries = events.momentum[rows], events.mass[rows], None
        if np.any(whole):
            known = known_masses(masses, "A' is not decayed")
            made_here, kept = _flyers(events, found, whole, known, rng, chance)
            momentum[whole], mass[whole] = made_here, known.m_chi2
            if kept is not None:
                tries = np.ones(len(found))
                tries[whole] = kept
        left = whole | (events.status[rows] == STATUS_FINAL)
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
        return Candidates.of(weight, origin, found.energy, momentum, mass, products, free=left, tries=tries)

    def flight(self, masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray, chi2_width: Chi2Width) -> Flight:
        """Width of chi2 and shares of its decays as `chi2_width` has them, branching of A' -> chi1 chi2."""
        return Flight(*chi2_width(masses, alpha_d, epsilon), dark_branching(masses, alpha_d, epsilon))


def _flyers(
    events: Events,
    found: Aprimes,
    whole: BoolArray,
    masses: DarkMasses,
    rng: np.random.Generator,
    chance: Chance | None,
) -> tuple[FloatArray, FloatArray | None]:
    """Momenta of chi2 of undecayed A' [GeV] and, where one of several tries is kept, its weight.

    Try k of K is kept with the probability p_k = (1 - EVEN) s_k / sum(s) + EVEN / K for its chance s_k, and weighs
    1 / (K p_k): any mean over tries stays what it is. Tries have the polarisation that a process named in the events
    gives A', where each event has one; other decays are isotropic.
    """
    from semivis_gen.decay import directions, two_body

    parent, mass, origin = found.momentum[whole], events.mass[found.row[whole]], events.vertex[found.event[whole], :3]
    if chance is None or not masses.chi2_decays:
        return two_body(parent, mass, masses.m_chi1, masses.m_chi2, rng)[1], None
    alone = bool(whole.all()) and len(found) == len(events)

    def draw() -> FloatArray:
        direction = directions(events, masses, rng) if alone else None
        return two_body(parent, mass, masses.m_chi1, masses.m_chi2, rng, direction=direction)[1]

    tries = np.stack([draw() for _ in range(TRIES)])
    flyer_mass = np.full(len(parent), masses.m_chi2)
    energy = masses.delta * masses.sigma / (2 * masses.m_chi2)
    score = np.stack([chance(origin, momentum, flyer_mass, energy) for momentum in tries])
    total = score.sum(axis=0)
    even = np.full(score.shape, 1 / TRIES)
    share = EVEN * even + (1 - EVEN) * np.divide(score, total, out=even.copy(), where=total > 0)
    kept = np.minimum((np.cumsum(share, axis=0) <= rng.random(len(parent))).sum(axis=0), TRIES - 1)
    each = np.arange(len(parent))
    return tries[kept, each], 1 / (TRIES * share[kept, each])


def _check_whole(events: Events, rows: IndexArray) -> None:
    """Refuse A' that decay to something else than chi1 chi2."""
    decayed = rows[events.status[rows] != STATUS_FINAL]
    if len(decayed):
        child, _ = events.children(decayed[:1])
        ids = labels(events.pdg[child]) or "nothing"
        event = int(events.event_of_particle[decayed[0]])
        msg = f"{events.place(event)}: A' decays to {ids}, not to chi1 chi2; map foreign ids with --pdg NAME=ID"
        raise EventFileError(msg)


SEMIVISIBLE = Semivisible()
