"""What an event holds beside A': the hardest particle of a kind that no dark particle decayed to."""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_APRIME, ID_CHI2
from semivis_gen.events import STATUS_FINAL, Events

__all__ = ["hardest_beside"]


def hardest_beside(events: Events, pdg_id: int) -> FloatArray:
    """Momentum of the hardest final particle of a kind that neither A' nor chi2 decayed to.

    Parameters
    ----------
    events : Events
        n events.
    pdg_id : int
        PDG id; its antiparticle counts as well.

    Returns
    -------
    ndarray
        [GeV], zero where an event has none, shape (n, 3).
    """
    first = events.mothers[:, 0]
    mother = np.where(first >= 0, events.start_of_particle + first, 0)
    decay = (first >= 0) & np.isin(np.abs(events.pdg[mother]), (ID_APRIME, ID_CHI2))
    rows = np.flatnonzero((np.abs(events.pdg) == abs(pdg_id)) & (events.status == STATUS_FINAL) & ~decay)
    event = events.event_of_particle[rows]
    if np.any(event[1:] == event[:-1]):  # some have several
        size = np.einsum("ij,ij->i", events.momentum[rows], events.momentum[rows])
        rows = rows[np.argsort(size, kind="stable")]
    found = np.zeros((len(events), 3))
    found[events.event_of_particle[rows]] = events.momentum[rows]  # the last one, the hardest, stays
    return found
