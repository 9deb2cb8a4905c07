"""What the detector needs of an event: A' energy, the particle that flies, and its decay products.

The same record comes from every source. Decays that the events hold are used (their position is drawn anew
later); particles they leave undecayed are decayed here with the exact matrix element.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from postprocess.acceptance.containment import move_beam
from postprocess.experiment import Beam, Mode
from semivis_gen.arrays import BoolArray, FloatArray, IndexArray
from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2, ID_ELECTRON, ID_MUON, M_ELECTRON
from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_FINAL, Events
from semivis_gen.model import CHANNELS, DarkMasses

__all__ = ["Candidates", "candidates_from", "in_beam"]

MASS_TOLERANCE = 1e-3  # generators smear chi2 by up to 1e-5; a larger difference is another mass point


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Arrays of n events."""

    weight: FloatArray
    """Event weights, shape (n,)."""
    origin: FloatArray
    """Production points [mm], shape (n, 3)."""
    e_aprime: FloatArray
    """A' energies [GeV], shape (n,)."""
    momentum: FloatArray
    """Momentum of the particle that flies, chi2 or A' [GeV], shape (n, 3)."""
    mass: FloatArray
    """Its mass [GeV], shape (n,)."""
    lepton_momentum: FloatArray
    """Momenta of its two leptons [GeV], shape (n, 2, 3); zero where it decays to hadrons or taus."""
    lepton_energy: FloatArray
    """Their energies [GeV], shape (n, 2)."""
    electrons: BoolArray
    """Whether they are e+ e-, not mu+ mu- or anything else, shape (n,)."""

    def __len__(self) -> int:
        """Count the events."""
        return len(self.weight)

    def select(self, keep: BoolArray | slice) -> Candidates:
        """Keep some of the events."""
        return Candidates(*(getattr(self, name)[keep] for name in self.__slots__))


def candidates_from(events: Events, *, mode: Mode, masses: DarkMasses | None, rng: np.random.Generator) -> Candidates:
    """Reduce events to what the detector needs.

    Parameters
    ----------
    events : Events
        One chunk, from any generator, with chi2 or A' decayed or not.
    mode : Mode
        Which particle flies: chi2 (semivisible), A' (visible), none (invisible).
    masses : DarkMasses or None
        Needed where something is left to decay; checked against the events.
    rng : Generator
        For decays done here.

    Returns
    -------
    Candidates
        One entry an event.

    Raises
    ------
    EventFileError
        Where A' or chi2 is missing or ambiguous, decays to something else, or has another mass.
    """
    n = len(events)
    aprime = events.only(ID_APRIME, name="A'")
    if mode is Mode.INVISIBLE:
        momentum, mass = events.momentum[aprime], events.mass[aprime]
        leptons = np.zeros((n, 2, 3)), np.zeros((n, 2)), np.zeros(n, dtype=bool)
    elif mode is Mode.VISIBLE:
        momentum, mass = events.momentum[aprime], events.mass[aprime]
        leptons = _leptons(events, aprime, _decay_aprime_visibly(events, aprime, rng))
    else:
        momentum, mass, leptons = _semivisible(events, aprime, masses, rng)
    return Candidates(events.weight, events.vertex[:, :3], events.energy[aprime], momentum, mass, *leptons)


def in_beam(sample: Candidates, beam: Beam, rng: np.random.Generator) -> Candidates:
    """Events with the spot and the divergence of a beam; the same events where the card gives none.

    Parameters
    ----------
    sample : Candidates
        Events of a beam along the axis.
    beam : Beam
        Of the card.
    rng : Generator
        Source of randomness.

    Returns
    -------
    Candidates
        Moved and turned as a whole.
    """
    origin, (momentum, leptons) = move_beam(sample.origin, [sample.momentum, sample.lepton_momentum], beam, rng)
    return replace(sample, origin=origin, momentum=momentum, lepton_momentum=leptons)


Leptons = tuple[FloatArray, FloatArray, BoolArray]


def _semivisible(
    events: Events, aprime: IndexArray, masses: DarkMasses | None, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, Leptons]:
    from semivis_gen.decay import chi2_decay, two_body

    has_chi2 = bool(np.any(np.abs(events.pdg) == ID_CHI2))
    if has_chi2 or not np.all(events.status[aprime] == STATUS_FINAL):
        chi2 = events.only(ID_CHI2, name="chi2")
        momentum, mass = events.momentum[chi2], events.mass[chi2]
        left = events.status[chi2] == STATUS_FINAL
    else:
        chi2 = aprime  # a placeholder: nothing decayed, all of it is done here
        known = _require(masses, "A' is not decayed")
        _, momentum = two_body(events.momentum[aprime], events.mass[aprime], known.m_chi1, known.m_chi2, rng)
        mass, left = np.full(len(events), known.m_chi2), np.ones(len(events), dtype=bool)
    if masses is not None and len(mass) and abs(np.median(mass) / masses.m_chi2 - 1) > MASS_TOLERANCE:
        msg = (
            f"chi2 weighs {np.median(mass):.6g} GeV in the events but {masses.m_chi2:.6g} GeV at m_A' = "
            f"{masses.m_aprime:g} GeV, R = {masses.ratio:g}, f = {masses.splitting:g}; give the events' masses"
        )
        raise EventFileError(msg)
    stable = masses is not None and not masses.chi2_decays
    if stable:  # nothing to see, nothing to decay
        native = np.zeros((len(events), 2, 3)), np.zeros((len(events), 2)), np.ones(len(events), dtype=bool)
    elif np.any(left):
        known = _require(masses, "chi2 is not decayed")
        _, minus, plus = chi2_decay(momentum[left], known, rng)
        native = _spread(left, minus, plus)
    else:
        native = _spread(left, np.zeros((0, 3)), np.zeros((0, 3)))
    return momentum, mass, _leptons(events, chi2, native) if has_chi2 else native


def _require(masses: DarkMasses | None, why: str) -> DarkMasses:
    if masses is None:
        msg = f"{why} in these events and they do not say the masses: give m_A', R and f"
        raise EventFileError(msg)
    return masses


def _decay_aprime_visibly(events: Events, aprime: IndexArray, rng: np.random.Generator) -> Leptons:
    from semivis_gen.decay import two_body

    left = events.status[aprime] == STATUS_FINAL
    rows = aprime[left]
    minus, plus = two_body(events.momentum[rows], events.mass[rows], M_ELECTRON, M_ELECTRON, rng)
    return _spread(left, minus, plus)


def _spread(where: BoolArray, minus: FloatArray, plus: FloatArray) -> Leptons:
    """Lay e- and e+ momenta of some events into arrays of all events."""
    momentum = np.zeros((len(where), 2, 3))
    momentum[where] = np.stack([minus, plus], axis=1)
    energy = np.sqrt(np.einsum("ijk,ijk->ij", momentum, momentum) + M_ELECTRON**2)
    return momentum, energy, where.copy()


def _leptons(events: Events, parents: IndexArray, native: Leptons) -> Leptons:
    """Leptons that the events hold where they hold them, else those of `native`."""
    momentum, energy, electrons = native
    child, parent = events.children(parents)
    ids = np.abs(events.pdg[child])
    charged, unseen = np.isin(ids, (ID_ELECTRON, ID_MUON)), np.isin(ids, _unseen_ids())
    n = len(parents)
    count, hadrons = (np.bincount(parent[kind], minlength=n) for kind in (charged, unseen))
    unknown = np.bincount(parent[~charged & ~unseen & (ids != ID_CHI1)], minlength=n) > 0
    charge = np.bincount(parent[charged], weights=np.sign(events.pdg[child[charged]]), minlength=n)
    decayed = events.status[parents] != STATUS_FINAL
    pair, lost = (count == 2) & (charge == 0) & (hadrons == 0), (count == 0) & (hadrons > 1)
    wrong = decayed & (unknown | ~(pair | lost))
    if np.any(wrong):
        bad = int(np.flatnonzero(wrong)[0])
        listed = ", ".join(str(i) for i in events.pdg[child[parent == bad]]) or "nothing"
        msg = (
            f"event {bad + 1}: {events.pdg[parents[bad]]} decays to {listed}, not to a pair of leptons, "
            "pi0 gamma, pions or kaons"
        )
        raise EventFileError(msg)
    rows, owner = child[charged], parent[charged]
    order = np.argsort(owner, kind="stable").reshape(-1, 2)
    seen = decayed & pair
    momentum[seen], momentum[decayed & lost] = events.momentum[rows][order], 0.0
    energy[seen], energy[decayed & lost] = events.energy[rows][order], 0.0
    electrons[decayed] = False
    electrons[seen] = np.abs(events.pdg[rows])[order[:, 0]] == ID_ELECTRON
    return momentum, energy, electrons


def _unseen_ids() -> list[int]:
    """Ids, without sign, of what stands in decays without electrons and muons: taus, mesons and the photon of pi0."""
    return sorted({abs(i) for channel in CHANNELS.values() for i in channel.pdg} - {ID_ELECTRON, ID_MUON})
