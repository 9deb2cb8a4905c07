"""Streams of events: chunks of a given size, and the checks that hold for every format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from semivis_gen.errors import ParameterError
from semivis_gen.events import Events, concatenate, slice_events

__all__ = ["complaint", "pieces", "rechunk"]


def rechunk(parts: Iterable[Events], size: int) -> Iterator[Events]:
    """Regroup a stream into chunks of exactly `size` events; the last may be smaller.

    Parameters
    ----------
    parts : iterable of Events
        Pieces of any size.
    size : int
        Events a chunk.

    Yields
    ------
    Events
        Chunks, in order.

    Raises
    ------
    ParameterError
        Where `size` is below 1.
    """
    if size < 1:
        msg = f"chunk = {size} events: must be at least 1"
        raise ParameterError(msg)
    waiting: list[Events] = []
    count = 0
    for part in parts:
        waiting.append(part)
        count += len(part)
        if count < size:
            continue
        joined = concatenate(waiting) if len(waiting) > 1 else part
        whole = count // size * size
        for start in range(0, whole, size):
            yield slice_events(joined, start, start + size)
        waiting = [slice_events(joined, whole, count)] if whole < count else []
        count -= whole
    if waiting:
        yield concatenate(waiting)


def pieces(events: Events, size: int) -> Iterator[Events]:
    """Cut events into pieces of `size` events, the last one of what is left."""
    for start in range(0, len(events), size):
        yield slice_events(events, start, min(start + size, len(events)))


def complaint(events: Events) -> tuple[int, int, str] | None:
    """First thing that is wrong with events, whatever file they come from.

    Parameters
    ----------
    events : Events
        Events as read.

    Returns
    -------
    tuple or None
        Row of the event, row of the particle (-1 where the event itself is meant) and the complaint; None where
        all is well.
    """
    whole: list[tuple[Any, str]] = [
        (~np.isfinite(events.weight), "the weight is not a finite number"),
        (~np.isfinite(events.vertex).all(axis=1), "the vertex is not made of finite numbers"),
    ]
    for bad, what in whole:
        if bad.any():
            return int(np.argmax(bad)), -1, what
    number = np.diff(events.offsets)
    limit = np.repeat(number, number)[:, None]
    own = np.arange(len(events.pdg)) - events.start_of_particle
    checks: list[tuple[Any, str]] = [
        (~np.isfinite(events.momentum).all(axis=1), "the momentum is not made of finite numbers"),
        (~np.isfinite(events.mass), "the mass is not a finite number"),
        (~(np.isfinite(events.ctau) & (events.ctau >= 0)), "the lifetime is not a finite number >= 0"),
        (events.pdg == 0, "there is no particle with id 0"),
        (((events.mothers < -1) | (events.mothers >= limit)).any(axis=1), "a mother lies outside the event"),
        ((events.mothers == own[:, None]).any(axis=1), "the particle is its own mother"),
    ]
    for bad, what in checks:
        if bad.any():
            row = int(np.argmax(bad))
            return events.event_at(row), row, what
    return None
