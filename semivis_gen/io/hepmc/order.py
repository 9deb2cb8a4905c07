"""Particles in an order in which mothers stand side by side and before their daughters.

A record of first and last mothers then holds any graph of HepMC, and HepMC's own reader takes what is written: it
drops particles whose mother follows them.
"""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import IndexArray

__all__ = ["CircleError", "mothers_first"]


class CircleError(ValueError):
    """Particles are their own ancestors.

    Parameters
    ----------
    vertex : int
        A vertex that no order reaches.
    """

    def __init__(self, vertex: int) -> None:
        super().__init__("particles are each other's mothers: there is no decay chain")
        self.vertex = vertex


def mothers_first(born: IndexArray, ends: IndexArray, event: IndexArray, vertices: int) -> IndexArray | None:
    """Order of particles, as little changed as possible.

    Parameters
    ----------
    born, ends : ndarray
        Vertices in which each particle is made and ends, -1 for none, shape (N,).
    event : ndarray
        Event of each particle, ascending, shape (N,).
    vertices : int
        Number of vertices.

    Returns
    -------
    ndarray or None
        Rows in their new order, shape (N,); None where it is the old one.

    Raises
    ------
    CircleError
        Where there is none.
    """
    rows = np.arange(len(born))
    last = np.full(vertices + 1, -1, dtype=np.int64)  # one more, so that index -1 is valid
    entering = np.flatnonzero(ends >= 0)
    np.maximum.at(last, ends[entering], entering)
    place = np.where(ends >= 0, last[ends], rows)  # that of the last particle of the same end
    # mothers behind daughters: the place of a daughter is not beyond that of her mothers
    behind = (born >= 0) & (last[born] >= place)
    if not behind.any() and (np.diff(place) >= 0).all():
        return None
    level = np.zeros(len(rows), dtype=np.int64)
    if behind.any():
        odd = np.isin(event, np.unique(event[behind]))
        depth = _depths(born, ends, vertices)
        level[odd] = np.where(ends >= 0, depth[ends], np.where(born >= 0, depth[born] + 1, 0))[odd]
    return np.lexsort((rows, place, level, event))


def _depths(born: IndexArray, ends: IndexArray, vertices: int) -> IndexArray:
    """Length of the longest chain of vertices that leads to each one, by generations."""
    linked = (born >= 0) & (ends >= 0)
    order = np.argsort(born[linked], kind="stable")
    source, target = born[linked][order], ends[linked][order]
    count = np.bincount(source, minlength=vertices)
    first = np.cumsum(count) - count
    open_links = np.bincount(target, minlength=vertices)
    depth = np.full(vertices + 1, -1, dtype=np.int64)
    now = np.flatnonzero(open_links == 0)
    generation = 0
    while len(now):
        depth[now] = generation
        of_now = count[now]
        links = np.repeat(first[now] - (np.cumsum(of_now) - of_now), of_now) + np.arange(of_now.sum())
        reached = target[links]
        np.subtract.at(open_links, reached, 1)
        now = np.unique(reached[open_links[reached] == 0])
        generation += 1
    if (depth[:-1] < 0).any():
        raise CircleError(int(np.argmin(depth[:-1])))
    return depth
