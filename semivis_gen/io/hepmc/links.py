"""Mothers of an event record as vertices of HepMC, checked: each particle ends in one vertex, and none is its own ancestor."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import numpy as np

from semivis_gen.arrays import IntArray
from semivis_gen.errors import OutputError
from semivis_gen.events import Events

__all__ = ["mother_ranges"]

WAY_OUT = "HepMC cannot hold it, write .lhe or .parquet"


def mother_ranges(events: Events) -> IntArray:
    """First and last mother of each particle, as HepMC takes them.

    Parameters
    ----------
    events : Events
        Events with N particles.

    Returns
    -------
    ndarray
        Within the event, counted from 0; (-1, -1) for none, shape (N, 2).

    Raises
    ------
    OutputError
        Where mothers are no range, ranges overlap without being the same, or particles are their own ancestors.
    """
    given = events.mothers
    low, high = given.min(axis=1), given.max(axis=1)
    low = np.where(low < 0, high, low)
    count = np.diff(events.offsets)
    start = np.repeat(events.offsets[:-1], count)
    turned = (given[:, 0] > given[:, 1]) & (given[:, 1] >= 0) & (high - low > 1)
    if turned.any():
        row = int(np.argmax(turned))
        _fail(events, row, start, f"the mothers {high[row] + 1} and {low[row] + 1} of particle %d are no range")
    made = low >= 0
    # the vertex of each particle that goes on: a particle between the first and last mother of another one
    total = len(low)
    keys = np.unique((start + low)[made] * (total + 1) + (start + high)[made])
    first, last = np.divmod(keys, total + 1)
    crossing = np.flatnonzero(first[1:] <= last[:-1])
    if len(crossing):
        row = int(first[crossing[0] + 1])
        _fail(events, row, start, "particle %d belongs to two different groups of mothers")
    own = np.arange(total) - start
    if not (high < own).all():  # else mothers stand before their daughters, as everywhere but in odd files
        _check_circles(events, low, high)
    return np.stack([low, high], axis=1).astype(np.int32)


def _fail(events: Events, row: int, start: np.ndarray, what: str) -> None:
    event = int(np.searchsorted(events.offsets, row, side="right")) - 1
    msg = f"{events.place(event)}: {what % (row - int(start[row]) + 1)}; {WAY_OUT}"
    raise OutputError(msg)


def _check_circles(events: Events, low: IntArray, high: IntArray) -> None:
    count = np.diff(events.offsets)
    odd = high >= np.arange(len(low)) - np.repeat(events.offsets[:-1], count)
    for event in np.unique(np.searchsorted(events.offsets, np.flatnonzero(odd), side="right") - 1).tolist():
        rows = range(int(events.offsets[event]), int(events.offsets[event + 1]))
        mothers = {row - rows.start: range(int(low[row]), int(high[row]) + 1) for row in rows if low[row] >= 0}
        try:
            TopologicalSorter(mothers).prepare()
        except CycleError:
            msg = f"{events.place(event)}: particles are each other's mothers; there is no decay chain to write"
            raise OutputError(msg) from None
