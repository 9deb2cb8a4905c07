"""The A' of events, however they are recorded: one or several an event, decayed or not, or only chi1 and chi2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2
from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, Events
from semivis_gen.numerics import energy_of

__all__ = ["Aprimes", "find_aprimes"]


@dataclass(frozen=True, slots=True, eq=False)
class Aprimes:
    """All A' of a chunk, in the order of the record, arrays of n of them."""

    event: IndexArray
    """Event of each, shape (n,)."""
    row: IndexArray
    """Row in the record; -1 where A' is not recorded and follows from chi1 and chi2, shape (n,)."""
    chi2: IndexArray
    """Row of its chi2; -1 where A' is not decayed, shape (n,)."""
    momentum: FloatArray
    """Momenta [GeV], shape (n, 3)."""
    energy: FloatArray
    """Energies [GeV], shape (n,)."""

    def __len__(self) -> int:
        """Count them."""
        return len(self.event)


def find_aprimes(events: Events) -> Aprimes:
    """Find every A'.

    Parameters
    ----------
    events : Events
        From any generator. Final and decayed particles count, not the copies that showers keep.

    Returns
    -------
    Aprimes
        At least one an event. A chi2 whose mother is no A' makes one together with the chi1 that has the same mothers.

    Raises
    ------
    EventFileError
        Where an event has none, or a chi2 has no single chi1 beside it.
    """
    real = (events.status == STATUS_FINAL) | (events.status == STATUS_DECAYED)
    ids = np.abs(events.pdg)
    of_event = events.event_of_particle
    recorded, chi2 = (np.flatnonzero((ids == pdg) & real) for pdg in (ID_APRIME, ID_CHI2))
    mother = events.mothers[chi2, 0].astype(np.int64)
    mother = np.where(mother >= 0, events.offsets[:-1][of_event[chi2]] + mother, -1)
    position = np.full(len(events.pdg) + 1, -1, dtype=np.int64)  # the last entry serves mother = -1
    position[recorded] = np.arange(len(recorded))
    owner = position[mother]
    child = np.full(len(recorded), -1, dtype=np.int64)
    child[owner[owner >= 0]] = chi2[owner >= 0]
    momentum, energy = events.momentum[recorded], _energy(events, recorded)
    orphans = chi2[owner < 0]
    if not len(orphans):
        found = Aprimes(of_event[recorded], recorded, child, momentum, energy)
    else:
        partner = _partners(events, of_event, orphans, np.flatnonzero(real & (ids == ID_CHI1)))
        rows = np.r_[recorded, np.full(len(orphans), -1)]
        event = np.r_[of_event[recorded], of_event[orphans]]
        order = np.argsort(event, kind="stable")
        found = Aprimes(
            event[order],
            rows[order],
            np.r_[child, orphans][order],
            np.r_[momentum, events.momentum[orphans] + events.momentum[partner]][order],
            np.r_[energy, _energy(events, orphans) + _energy(events, partner)][order],
        )
    number = np.bincount(found.event, minlength=len(events))
    if np.any(number == 0):
        msg = (
            f"{events.place(int(np.argmin(number)))} has no A' (id {ID_APRIME}) and no chi1 chi2 that it would follow "
            "from; map foreign ids with --pdg NAME=ID"
        )
        raise EventFileError(msg)
    return found


def _energy(events: Events, rows: IndexArray) -> FloatArray:
    """Energies of some particles [GeV]."""
    return energy_of(events.momentum[rows], events.mass[rows])


def _partners(events: Events, of_event: IndexArray, orphans: IndexArray, chi1: IndexArray) -> IndexArray:
    """Row of the chi1 with the same mothers as each chi2."""
    mine, theirs = _family(events, of_event, orphans), _family(events, of_event, chi1)
    order = np.argsort(theirs, kind="stable")
    begin, end = (np.searchsorted(theirs[order], mine, side=side) for side in ("left", "right"))
    twins = np.searchsorted(np.sort(mine), mine, side="right") - np.searchsorted(np.sort(mine), mine) > 1
    unclear = (end - begin != 1) | twins
    if np.any(unclear):
        bad = int(np.flatnonzero(unclear)[0])
        event = int(of_event[orphans[bad]])
        msg = (
            f"{events.place(event)}: a chi2 without A' has {int(end[bad] - begin[bad])} "
            f"chi1 and {'other chi2' if twins[bad] else 'no other chi2'} of the same mothers: A' follows from one chi1 "
            "and one chi2 alone; record A'"
        )
        raise EventFileError(msg)
    return np.asarray(chi1[order[begin]])


def _family(events: Events, of_event: IndexArray, rows: IndexArray) -> IndexArray:
    """Number that particles of the same event and the same mothers share."""
    size = int(np.diff(events.offsets).max()) + 2
    first, last = (events.mothers[rows, column].astype(np.int64) + 1 for column in (0, 1))
    return np.asarray((of_event[rows] * size + first) * size + last)
