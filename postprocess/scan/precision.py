"""More events where edges are uncertain: samples of a mass in independent parts, pooled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from postprocess.limits import SURE, Edges
from postprocess.scan.samples import MassPoint, SampleRequest
from semivis_gen.arrays import FloatArray

__all__ = ["LARGEST_FACTOR", "first_parts", "more_events", "parts", "pooled"]

LARGEST_FACTOR = 64  # times as many events as at the beginning
IN_DOUBT = 8  # times as many events where it is not known whether anything is excluded
TINY = 1e-300  # an acceptance
ROUNDING = 1e-9  # of a power of two
LARGEST_PART = 200_000  # events of a job: bounds its memory


def more_events(edges: Edges, *, have: int, start: int, precision: float) -> int:
    """Events that bring the edges of a mass to a precision.

    Parameters
    ----------
    edges : Edges
        As found with the events that there are.
    have, start : int
        Events that there are, and those of the beginning.
    precision : float
        Relative error wanted.

    Returns
    -------
    int
        How many to add: errors fall with the root of the number; in all a power of two times those of the beginning,
        at most `LARGEST_FACTOR`.
    """
    if not math.isfinite(precision):
        return 0
    factor = (edges.relative_error / precision) ** 2
    if edges.doubt != SURE or math.isinf(factor):
        factor = max(IN_DOUBT, factor if math.isfinite(factor) else 0.0)
    if factor <= 1:
        return 0
    total = start << math.ceil(math.log2(factor * have / start) - ROUNDING)
    return max(min(total, start * LARGEST_FACTOR) - have, 0)


def parts(request: SampleRequest, events: int, *, done: int) -> list[SampleRequest]:
    """Split a sample into parts with random numbers of their own.

    Parameters
    ----------
    request : SampleRequest
        What is sampled; its seed is that of the first part, whatever its number of events.
    events : int
        Events in all parts.
    done : int
        Parts that there are.

    Returns
    -------
    list of SampleRequest
        The same for any number of workers.
    """
    sizes = [LARGEST_PART] * (events // LARGEST_PART)
    sizes += [events % LARGEST_PART] if events % LARGEST_PART else []
    return [replace(request, events=size, seed=_seed(request.seed, done + i)) for i, size in enumerate(sizes)]


def first_parts(request: SampleRequest) -> list[SampleRequest]:
    """Parts to begin with: the request itself, unless it is too large for a job."""
    first = min(request.events, LARGEST_PART)
    return [replace(request, events=first), *parts(request, request.events - first, done=1)]


def _seed(seed: int, part: int) -> int:
    return int(np.random.SeedSequence([seed, part]).generate_state(1, np.uint64)[0] >> np.uint64(1))


def pooled(samples: Sequence[MassPoint]) -> MassPoint:
    """One point from independent samples of it.

    Parameters
    ----------
    samples : sequence of MassPoint
        Of the same masses and experiment; the rate is that of the first.

    Returns
    -------
    MassPoint
        Acceptances averaged with the numbers of events, which do not depend on what came out, as errors would.
    """
    first = samples[0]
    if len(samples) == 1:
        return first
    events = np.array([point.table.events for point in samples], dtype=float)
    share = events / events.sum()
    tables = np.stack([point.table.acceptance for point in samples])
    acceptance = np.tensordot(share, tables, axes=1)
    error = np.sqrt(np.tensordot(share**2, [point.table.error**2 for point in samples], axes=1))
    bounds = [point.table.upper for point in samples if point.table.upper is not None]
    upper = _pooled_bound(acceptance, share, np.stack(bounds), tables) if len(bounds) == len(samples) else None
    table = replace(first.table, acceptance=acceptance, error=error, upper=upper, events=int(events.sum()))
    return replace(first, table=table)


def _pooled_bound(mean: FloatArray, share: FloatArray, bounds: FloatArray, each: FloatArray) -> FloatArray:
    """Upper bounds of a mean of samples, from those of each (samples, c tau, signatures).

    Where none accepted anything the inverse bounds add up, as the numbers of events do that they are inverse to;
    elsewhere what bounds are above their samples adds in squares, as errors do.
    """
    above = np.sqrt(np.tensordot(share**2, (bounds - each) ** 2, axes=1))
    unseen = 1 / np.sum(1 / np.maximum(bounds, TINY), axis=0)
    return np.where(mean > 0, mean + above, unseen)
