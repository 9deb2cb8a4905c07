"""What two colliding beams leave besides A': the photon, and the frame in which they collide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from postprocess.acceptance.beside import hardest_beside
from postprocess.acceptance.candidates import Candidates
from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_PHOTON
from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_INCOMING, Events
from semivis_gen.numerics import boost

__all__ = ["in_frame", "with_collision"]


def with_collision(sample: Candidates, events: Events) -> Candidates:
    """Add photon and beams to candidates.

    Parameters
    ----------
    sample : Candidates
        Of a scenario, one an event.
    events : Events
        The events they come from.

    Returns
    -------
    Candidates
        With `photon`, the one of the highest energy that no decay of chi2 made, zero where there is none, and
        `beams`, the sum of the incoming particles.

    Raises
    ------
    EventFileError
        Where an event has several A', or no incoming particles.
    """
    if len(sample) != len(events):
        msg = f"{len(sample)} A' in {len(events)} events: at a collider each event has one"
        raise EventFileError(msg)
    return replace(sample, photon=hardest_beside(events, ID_PHOTON), beams=_beams(events))


def _beams(events: Events) -> FloatArray:
    rows = np.flatnonzero(events.status == STATUS_INCOMING)
    mine = events.event_of_particle[rows]
    number = np.bincount(mine, minlength=len(events))
    if np.any(number < 2):
        event = int(np.argmin(number))
        msg = (
            f"{events.place(event)} has {int(number[event])} incoming particles: at a collider both beams are needed, "
            "as photons are looked at in the frame of the collision; record them with status -1 (LHE) or 4 (HepMC)"
        )
        raise EventFileError(msg)
    momentum = events.momentum[rows]
    energy = np.sqrt(np.einsum("ij,ij->i", momentum, momentum) + events.mass[rows] ** 2)
    columns = [np.bincount(mine, weights=w, minlength=len(events)) for w in (energy, *momentum.T)]
    return np.stack(columns, axis=1)


def in_frame(photon: FloatArray, beams: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Photons in the centre-of-mass frame of the beams.

    Parameters
    ----------
    photon : ndarray
        Momenta in the lab [GeV], shape (n, 3).
    beams : ndarray
        Energy and momentum of both beams together [GeV], shape (n, 4).

    Returns
    -------
    momentum, energy, root : ndarray
        Momentum and energy of the photon there, and the energy of the collision [GeV], shapes (n, 3), (n,), (n,).
    """
    total, along = beams[:, 0], beams[:, 1:]
    size = np.sqrt(np.einsum("ij,ij->i", along, along))
    root = np.sqrt((total - size) * (total + size))
    momentum = boost(photon, np.sqrt(np.einsum("ij,ij->i", photon, photon)), -along, total, root)
    return momentum, np.sqrt(np.einsum("ij,ij->i", momentum, momentum)), root
