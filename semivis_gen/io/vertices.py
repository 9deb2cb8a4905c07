"""Production and decay points of particles: straight flight from the event's vertex down the decay chain."""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import OutputError
from semivis_gen.events import STATUS_INCOMING, Events

__all__ = ["production_points", "proper_length"]


def production_points(events: Events) -> FloatArray:
    """Where each particle is made.

    A mother decays at its own production point plus c tau p / m in space and c tau E / m in time; incoming
    particles and those that live no time do not move.

    Parameters
    ----------
    events : Events
        Events with N particles.

    Returns
    -------
    ndarray
        (x, y, z, c t) [mm], shape (N, 4).

    Raises
    ------
    OutputError
        Where particles are each other's mothers.
    """
    flies = (events.status != STATUS_INCOMING) & (events.ctau > 0) & (events.mass > 0)
    step = np.zeros((len(events.pdg), 4))
    length = events.ctau[flies] / events.mass[flies]
    step[flies, :3] = events.momentum[flies] * length[:, None]
    step[flies, 3] = events.energy[flies] * length
    first = events.mothers[:, 0]
    mother = np.where(first >= 0, events.start_of_particle + first, -1)
    point = np.repeat(events.vertex, np.diff(events.offsets), axis=0)
    waiting = np.flatnonzero((mother >= 0) & (events.status[mother] != STATUS_INCOMING))
    ready = np.ones(len(events.pdg), dtype=bool)
    ready[waiting] = False
    while len(waiting):  # one generation a turn
        now = ready[mother[waiting]]
        rows = waiting[now]
        if not len(rows):
            event = events.event_at(waiting[0])
            msg = f"{events.place(event)}: particles are each other's mothers; there is no decay chain to write"
            raise OutputError(msg)
        point[rows] = point[mother[rows]] + step[mother[rows]]
        ready[rows] = True
        waiting = waiting[~now]
    return point


def proper_length(path: FloatArray, momentum: FloatArray, mass: FloatArray) -> FloatArray:
    """Proper decay length from the path between production and decay.

    Parameters
    ----------
    path : ndarray
        (x, y, z, c t) of the decay minus production [mm], shape (n, 4).
    momentum, mass : ndarray
        Momenta [GeV], shape (n, 3), and masses [GeV], shape (n,).

    Returns
    -------
    ndarray
        c tau [mm] = |d| m / |p|, or c t m / E for slow particles, where time tells more, shape (n,).
    """
    size2 = np.einsum("ij,ij->i", momentum, momentum)
    distance = np.sqrt(np.einsum("ij,ij->i", path[:, :3], path[:, :3]))
    slow = path[:, 3] > 2 * distance  # false in files that hold no times
    length = np.where(slow, path[:, 3], distance)
    scale = np.sqrt(size2 + np.where(slow, mass**2, 0.0))
    return np.asarray(length * mass / np.where(scale > 0, scale, np.inf))
