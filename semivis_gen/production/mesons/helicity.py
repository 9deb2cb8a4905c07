"""Spin of A' from meson decays."""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_APRIME
from semivis_gen.events import STATUS_FINAL, Events
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import boost_to_rest
from semivis_gen.production.mesons.record import DECAY
from semivis_gen.production.transverse import around, transverse_direction

__all__ = ["helicity_direction"]


def helicity_direction(events: Events, masses: DarkMasses, rng: np.random.Generator) -> FloatArray | None:
    """Directions of A' -> chi1 chi2 for A' of meson decays.

    The vertices P gamma A' and omega pi0 A' are epsilon tensors: no A' has helicity zero in the rest frame of the
    meson, and those of helicity +1 and -1 are as many, also for unpolarised omega. In the rest frame of A' the axis is
    the flight of what is made beside it.

    Parameters
    ----------
    events : Events
        Of `decay_events`, before A' decays.
    masses : DarkMasses
        Masses of the point.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray or None
        Unit vectors in the rest frames of A', shape (n, 3); None for records of another form.
    """
    n, k = len(events), len(DECAY.pdg)
    place = DECAY.pdg.index(ID_APRIME)
    if len(events.pdg) != n * k:
        return None
    pdg, status = (column.reshape(n, k)[:, place] for column in (events.pdg, events.status))
    if not ((pdg == ID_APRIME) & (status == STATUS_FINAL)).all():
        return None
    momentum, mass = events.momentum.reshape(n, k, 3), events.mass.reshape(n, k)
    away = boost_to_rest(momentum[:, 4], mass[:, 4], momentum[:, 3], mass[:, 3])
    axis = away / np.sqrt(np.einsum("ij,ij->i", away, away))[:, None]
    return around(axis, transverse_direction(n, masses, rng))
