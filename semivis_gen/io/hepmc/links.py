"""Mothers of an event record as vertices of HepMC: each particle ends in one vertex, mothers come before daughters."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

import numpy as np

from semivis_gen.arrays import IndexArray, IntArray
from semivis_gen.errors import OutputError
from semivis_gen.events import PARTICLE_COLUMNS, Events, slice_events
from semivis_gen.io.hepmc.order import CircleError, mothers_first

__all__ = ["linked"]

WAY_OUT = "HepMC cannot hold it, write .lhe or .parquet"


def linked(events: Events) -> Events:
    """The same events as HepMC takes them.

    Parameters
    ----------
    events : Events
        Events with N particles.

    Returns
    -------
    Events
        First and last mother in ascending order and both given, or -1 and -1; particles in another order where
        mothers stood behind their daughters.

    Raises
    ------
    OutputError
        Where mothers are no range, ranges overlap without being the same, or particles are their own ancestors.
    """
    if len(events) > 1 and events.alike:  # one event tells of all
        mothers, order = _checked(slice_events(events, 0, 1))
        if order is None:
            return replace(events, mothers=np.tile(mothers, (len(events), 1)))
    mothers, order = _checked(events)
    whole = replace(events, mothers=mothers)
    return whole if order is None else _in_order(whole, order)


def _checked(events: Events) -> tuple[IntArray, IndexArray | None]:
    """First and last mother in ascending order, and the order in which they stand before their daughters."""
    one, other = events.mothers.T.astype(np.int64)
    low, high = np.minimum(one, other), np.maximum(one, other)
    low = np.where(low < 0, high, low)
    start = events.start_of_particle
    turned = (one == high) & (high - low > 1)
    if turned.any():
        row = int(np.argmax(turned))
        what = f"its mothers {high[row] + 1} and {low[row] + 1} are no range, first to last"
        _fail(events, row, f"particle {row - start[row] + 1}: {what}; {WAY_OUT}")
    made = np.flatnonzero(low >= 0)
    total = len(low) + 1
    keys = (start + low)[made] * total + (start + high)[made]
    groups = np.unique(keys)
    first, last = np.divmod(groups, total)
    crossing = np.flatnonzero(first[1:] <= last[:-1])
    if len(crossing):
        row = int(first[crossing[0] + 1])
        _fail(events, row, f"particle {row - start[row] + 1} belongs to two different groups of mothers; {WAY_OUT}")
    mothers = np.stack([low, high], axis=1).astype(np.int32)
    if (high < np.arange(len(low)) - start).all():
        return mothers, None
    born, ends = np.full(len(low), -1, dtype=np.int64), np.full(len(low), -1, dtype=np.int64)
    born[made] = np.searchsorted(groups, keys)
    size = last - first + 1
    rows = np.repeat(first - (np.cumsum(size) - size), size) + np.arange(size.sum())
    ends[rows] = np.repeat(np.arange(len(size)), size)
    try:
        return mothers, mothers_first(born, ends, events.event_of_particle, len(groups))
    except CircleError as error:
        _fail(events, int(first[error.vertex]), str(error))


def _in_order(events: Events, order: IndexArray) -> Events:
    start = events.start_of_particle
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    known = events.mothers >= 0
    moved = np.where(known, place[np.where(known, events.mothers + start[:, None], 0)] - start[:, None], -1)
    # mothers stay side by side, in another order at most
    columns = {name: getattr(events, name)[order] for name in PARTICLE_COLUMNS}
    columns["mothers"] = np.sort(moved, axis=1).astype(np.int32)[order]
    return replace(events, **columns)


def _fail(events: Events, row: int, what: str) -> NoReturn:
    event = events.event_at(row)
    msg = f"{events.place(event)}: {what}"
    raise OutputError(msg)
