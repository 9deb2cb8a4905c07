"""What the detector needs of an event: A' energy, the particle that flies, and its decay products.

The same record comes from every source and every scenario. Decays that the events hold are used (their position is
drawn anew later); particles they leave undecayed are decayed by the scenario with the exact matrix element.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semivis_gen.arrays import BoolArray, FloatArray, IndexArray
from semivis_gen.constants import ID_CHI1, ID_ELECTRON, ID_MUON, M_ELECTRON
from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_FINAL, Events
from semivis_gen.model import CHANNELS, DarkMasses, label, labels
from semivis_gen.numerics import energy_of

__all__ = ["Candidates", "Pairs", "known_masses", "lay_out", "no_pairs", "pairs_of"]

Pairs = tuple[FloatArray, FloatArray, BoolArray]
"""Momenta of the leptons [GeV], shape (n, 2, 3), energies [GeV], shape (n, 2), whether they are e+ e-, shape (n,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Arrays of n A', one or more an event."""

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


def known_masses(masses: DarkMasses | None, why: str) -> DarkMasses:
    """Masses, where they are needed for a decay.

    Raises
    ------
    EventFileError
        Where they are not known; `why` says what is not decayed.
    """
    if masses is None:
        msg = f"{why} in these events and they do not say the masses: give m_A', R and f"
        raise EventFileError(msg)
    return masses


def no_pairs(n: int, *, electrons: bool) -> Pairs:
    """Pairs of n events without energy; `electrons` says what they count as."""
    return np.zeros((n, 2, 3)), np.zeros((n, 2)), np.full(n, electrons)


def lay_out(where: BoolArray, minus: FloatArray, plus: FloatArray) -> Pairs:
    """Lay e- and e+ momenta of some events into arrays of all events.

    Parameters
    ----------
    where : ndarray
        The events that have them, shape (n,).
    minus, plus : ndarray
        Momenta [GeV], shape (events that have them, 3).

    Returns
    -------
    Pairs
        Of n events.
    """
    momentum = np.zeros((len(where), 2, 3))
    momentum[where] = np.stack([minus, plus], axis=1)
    energy = np.sqrt(np.einsum("ijk,ijk->ij", momentum, momentum) + M_ELECTRON**2)
    return momentum, energy, where.copy()


def pairs_of(events: Events, parents: IndexArray, native: Pairs) -> Pairs:
    """Leptons that the events hold where they hold them, else those of `native`.

    Parameters
    ----------
    events : Events
        The events.
    parents : ndarray
        Rows of the particle that flies, shape (n,).
    native : Pairs
        Of the events in which it is not decayed; written to.

    Returns
    -------
    Pairs
        Of all events.

    Raises
    ------
    EventFileError
        Where the particle decays to something else.
    """
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
        products = labels(events.pdg[child[parent == bad]]) or "nothing"
        event = events.place(events.event_at(parents[bad]))
        msg = (
            f"{event}: {label(events.pdg[parents[bad]])} decays to {products}, not to a pair of leptons, "
            "pi0 gamma, pions or kaons"
        )
        raise EventFileError(msg)
    rows, owner = child[charged], parent[charged]
    order = np.argsort(owner, kind="stable").reshape(-1, 2)
    seen = decayed & pair
    momentum[seen], momentum[decayed & lost] = events.momentum[rows][order], 0.0
    energy[seen], energy[decayed & lost] = energy_of(events.momentum[rows], events.mass[rows])[order], 0.0
    electrons[decayed] = False
    electrons[seen] = np.abs(events.pdg[rows])[order[:, 0]] == ID_ELECTRON
    return momentum, energy, electrons


def _unseen_ids() -> list[int]:
    """Ids, without sign, of what stands in decays without electrons and muons: taus, mesons and the photon of pi0."""
    return sorted({abs(i) for channel in CHANNELS.values() for i in channel.pdg} - {ID_ELECTRON, ID_MUON})
