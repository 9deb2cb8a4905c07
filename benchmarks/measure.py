"""Timing of actions in turns, and the numbers that come of it.

Whoever is compared runs alternately, so that whatever else the machine does hits all alike; ratios are taken round by
round before their median. Spreads are quartiles: one disturbed round does not move them.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Result", "Spread", "Target", "Timing", "Unavailable", "compare", "interleave", "timed"]


class Unavailable(Exception):  # noqa: N818  (a reason to skip, not an error)
    """What is to be measured is not there; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One run of an action."""

    wall: float
    """Wall time [s]."""
    cpu: float
    """Processor time of all threads of this process [s]."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and quartiles of repeats."""

    median: float
    """Median."""
    low: float
    """Lower quartile."""
    high: float
    """Upper quartile."""
    repeats: int
    """How many values."""

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Summarise values."""
        low, median, high = np.quantile(np.asarray(values, dtype=float), [0.25, 0.5, 0.75])
        return cls(float(median), float(low), float(high), len(values))


@dataclass(frozen=True, slots=True)
class Target:
    """What a result should reach."""

    bound: float
    """The number."""
    ratio: bool = False
    """Whether it is about the ratio to the peer, or the value itself."""
    at_most: bool = False
    """Whether the number is an upper bound."""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table."""

    name: str
    """What was measured."""
    unit: str
    """Unit of the value."""
    value: Spread
    """Semivis."""
    peer: str = ""
    """Whom it is compared with."""
    peer_value: Spread | None = None
    """The same for the peer."""
    ratio: Spread | None = None
    """How many times better semivis is: above one is better, whatever the unit."""
    target: Target | None = None
    """What it should reach."""
    note: str = ""
    """What a reader must know to take it for what it is."""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.target is None:
            return None
        spread = self.ratio if self.target.ratio else self.value
        if spread is None:
            return None
        return spread.median <= self.target.bound if self.target.at_most else spread.median >= self.target.bound


def timed(action: Callable[[], object]) -> Timing:
    """Run an action once."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return Timing(time.perf_counter() - wall, time.process_time() - cpu)


def interleave(
    actions: Mapping[str, Callable[[], object]], *, repeats: int, warm_up: bool = True
) -> dict[str, list[Timing]]:
    """Run actions in turns, forwards and backwards.

    Parameters
    ----------
    actions : mapping
        What to run, by name.
    repeats : int
        Rounds.
    warm_up : bool
        Whether to run each once before, untimed.

    Returns
    -------
    dict
        Timings of each, one a round.
    """
    if warm_up:
        for action in actions.values():
            action()
    times: dict[str, list[Timing]] = {name: [] for name in actions}
    for turn in range(repeats):
        for name in list(actions)[:: -1 if turn % 2 else 1]:
            times[name].append(timed(actions[name]))
    return times


def compare(
    name: str,
    own: Sequence[Timing],
    *,
    work: float,
    unit: str,
    peer: str = "",
    peer_times: Sequence[Timing] = (),
    peer_work: float | None = None,
    target: Target | None = None,
    note: str = "",
    cpu: bool = False,
) -> Result:
    """Rates from timings, with the ratio to a peer.

    Parameters
    ----------
    name, unit, peer, target, note
        See `Result`.
    own, peer_times : sequence of Timing
        Rounds of semivis and of the peer.
    work, peer_work : float
        Units of work a run; the peer's is the same where not given.
    cpu : bool
        Take processor time, for rates a core, instead of wall time.

    Returns
    -------
    Result
        Rates [unit] and their ratio.
    """
    mine = np.array([work / (t.cpu if cpu else t.wall) for t in own])
    if not peer_times:
        return Result(name, unit, Spread.of(mine.tolist()), target=target, note=note)
    theirs = np.array([(peer_work or work) / (t.cpu if cpu else t.wall) for t in peer_times])
    rounds = (mine / theirs).tolist()
    return Result(
        name, unit, Spread.of(mine.tolist()), peer, Spread.of(theirs.tolist()), Spread.of(rounds), target, note
    )
