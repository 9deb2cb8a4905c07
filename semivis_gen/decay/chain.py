"""The decay chain A' -> chi1 chi2, chi2 -> chi1 e+ e-, mu+ mu-, pi+ pi- ... behind any events with final A'.

Every final A' of an event decays, however many there are and whatever stands beside them. chi2 follows its A', what it
and A' decay to stands at the end of the event: for bremsstrahlung the order of MadGraph's
e- N > e- N A', (A' > chi1 chi2, chi2 > chi1 e- e+). The channel of each chi2 is drawn by branching.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from semivis_gen.arrays import BoolArray, FloatArray, IndexArray, IntArray
from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2
from semivis_gen.decay.channels import decay_channels, draw_channels
from semivis_gen.decay.pairs import two_body
from semivis_gen.decay.sampling import chi2_decay
from semivis_gen.errors import ParameterError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, Events, slice_events
from semivis_gen.model import CHANNELS, DarkMasses
from semivis_gen.numerics import isotropic
from semivis_gen.production import PROCESSES

__all__ = ["Spin", "decay_chain", "directions"]

T = TypeVar("T", bound=np.generic)
BLOCK = 25_000  # events decayed at once: more leave the cache, fewer cost calls
MASS_TOLERANCE = 1e-9


class Spin(StrEnum):
    """What the decay of A' knows of its production."""

    FULL = "full"
    """All: the exact chain of a narrow A'."""
    NONE = "none"
    """Nothing: isotropic decays."""


def decay_chain(
    events: Events,
    masses: DarkMasses,
    rng: np.random.Generator,
    *,
    spin: Spin = Spin.FULL,
    channels: Sequence[str] | None = None,
) -> Events:
    """Let A' and chi2 decay.

    Parameters
    ----------
    events : Events
        Events with final A', such as those of `generate(..., chain=False)`; others pass unchanged.
    masses : DarkMasses
        Masses of the chain; m_A' must be that of the events, R and f are free.
    rng : Generator
        Source of randomness.
    spin : Spin
        Whether A' decays with the polarisation it is produced with, which the process named in the events' run
        information knows; isotropically where none is named or it knows none.
    channels : sequence of str, optional
        Final states of chi2 to generate, see `decay_channels`; all that are open where absent. The events' run
        information tells them and the share of all decays that they have together.

    Returns
    -------
    Events
        With chi2 and the decay products; chi2 is final where it is stable.

    Raises
    ------
    ParameterError
        Where the events hold another A' mass, mix processes that turn their A' differently, or a channel is unknown.
    KinematicsError
        Where none of the channels is open.
    """
    rows = np.flatnonzero((events.pdg == ID_APRIME) & (events.status == STATUS_FINAL))
    wrong = np.abs(events.mass[rows] - masses.m_aprime) > MASS_TOLERANCE * masses.m_aprime
    if wrong.any():
        msg = (
            f"the decay chain of m_A' = {masses.m_aprime:g} GeV starts from A' of that mass; "
            f"the events hold {events.mass[rows][wrong][0]:g} GeV"
        )
        raise ParameterError(msg)
    names = [name for name in events.info.extra.get("processes", "").split(", ") if name]
    if Spin(spin) is Spin.FULL and not events.info.process and len(names) > 1:
        msg = f"events of {', '.join(names)} are mixed: decay the chunks of the generator, or take spin = none"
        raise ParameterError(msg)
    known = Spin(spin) is Spin.FULL and events.info.process in PROCESSES
    turned = PROCESSES[events.info.process].direction if known else None
    shares = decay_channels(masses, channels) if masses.chi2_decays else {}
    choice = draw_channels(shares, len(rows), rng) if shares else np.zeros(len(rows), dtype=np.int64)
    states = _states(masses, shares)
    layout = _Layout.of(events, rows, products=np.array([len(state) for state in states])[choice])
    momentum, spun = layout.spread(events.momentum), False
    for start in range(0, len(events), BLOCK):
        part = layout.rows_of(start, start + BLOCK)
        if part.start == part.stop:
            continue
        direction = None
        if turned is not None:
            direction = turned(slice_events(events, start, min(start + BLOCK, len(events))), masses, rng)
            spun = spun or direction is not None
        _decay(momentum, layout, part, masses, direction, list(shares), choice, rng)
    mothers, status = layout.mothers(events), layout.spread(events.status)
    pdg, mass = layout.spread(events.pdg), layout.spread(events.mass)
    status[layout.aprime] = STATUS_DECAYED
    status[layout.chi2] = STATUS_DECAYED if shares else STATUS_FINAL
    pdg[layout.chi2], mass[layout.chi2] = ID_CHI2, masses.m_chi2
    for which, state in enumerate(states):
        for index, (particle, m) in enumerate(state):
            place = layout.product(index, None if len(states) == 1 else choice == which)
            pdg[place], mass[place], status[place] = particle, m, STATUS_FINAL
    extra = {"spin": str(Spin.FULL if spun else Spin.NONE)}
    if shares:
        extra |= {"chi2_channels": ", ".join(shares), "chi2_branching": repr(sum(shares.values()))}
    info = replace(events.info, masses=masses, extra=events.info.extra | extra)
    return Events(
        offsets=layout.offsets, pdg=pdg, status=status, mothers=mothers, momentum=momentum, mass=mass,
        ctau=layout.spread(events.ctau), weight=events.weight, vertex=events.vertex, info=info,
    )  # fmt: skip


def directions(events: Events, masses: DarkMasses, rng: np.random.Generator) -> FloatArray | None:
    """Directions of chi1 in the frames of undecayed A', one an event, as their process turns them.

    Parameters
    ----------
    events : Events
        With one final A' each.
    masses : DarkMasses
        Masses of the chain.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray or None
        Unit vectors with the axes of the lab, shape (n, 3); None where no direction is preferred, or no process known.
    """
    name = events.info.process
    return PROCESSES[name].direction(events, masses, rng) if name in PROCESSES else None


def _states(masses: DarkMasses, channels: Iterable[str]) -> list[list[tuple[int, float]]]:
    """Ids and masses of the particles at the end of the event for each channel: chi1 from A', then those of chi2."""
    chi1 = (ID_CHI1, masses.m_chi1)
    found = [CHANNELS[name] for name in channels]
    return [[chi1, chi1, *zip(c.pdg, c.masses, strict=True)] for c in found] or [[chi1]]


def _decay(
    momentum: FloatArray,
    layout: _Layout,
    part: slice,
    masses: DarkMasses,
    direction: FloatArray | None,
    channels: list[str],
    choice: IndexArray,
    rng: np.random.Generator,
) -> None:
    """Fill the momenta of the new particles of some A'."""
    aprime = layout.take(momentum, layout.aprime, part)
    if direction is None:
        direction = isotropic(len(aprime), rng)
    chi1, chi2 = two_body(aprime, masses.m_aprime, masses.m_chi1, masses.m_chi2, rng, direction=direction)
    layout.put(momentum, layout.chi2, part, chi2)
    layout.put(momentum, layout.product(0), part, chi1)
    for which, channel in enumerate(channels):
        if len(channels) == 1:
            for index, product in enumerate(chi2_decay(chi2, masses, rng, channel=channel), 1):
                layout.put(momentum, layout.product(index), part, product)
            continue
        mine = np.flatnonzero(choice[part] == which)
        if len(mine):
            rows = mine + part.start
            for index, product in enumerate(chi2_decay(chi2[mine], masses, rng, channel=channel), 1):
                momentum[layout.product(index, rows)] = product


Rows = slice | IndexArray
"""Rows of the new record, one an A': a slice where all events are alike, which is twice as fast."""


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """Where old and new particles stand in the record with decays."""

    offsets: IndexArray
    """First particle of each event."""
    old: tuple[tuple[slice, slice], ...] | IndexArray
    """New rows of the old particles; where all events are alike pairs of columns, new and old."""
    size: int
    """Particles an event where all are alike, else 0."""
    products: IndexArray
    """Particles at the end for each A': chi1 and what chi2 decays to, shape (A',)."""
    aprime: Rows
    """Rows of A'."""
    chi2: Rows
    """Rows of chi2."""
    first_product: Rows
    """Rows of chi1 from A'."""
    count: IndexArray
    """A' before each event and in all, shape (n + 1,)."""

    @classmethod
    def of(cls, events: Events, rows: IndexArray, *, products: IndexArray) -> _Layout:
        """Layout for A' in given rows, each with chi2 and its number of products at the end."""
        n = len(events)
        column = int(rows[0]) if len(rows) else 0
        same = n > 0 and len(rows) == n and bool((products == products[0]).all())
        if same and (k := events.alike) and (np.diff(rows) == k).all():
            size = k + 1 + int(products[0])
            old = ((slice(0, column + 1), slice(0, column + 1)), (slice(column + 2, k + 1), slice(column + 1, k)))
            aprime, chi2, first = (slice(c, None, size) for c in (column, column + 1, k + 1))
            offsets = np.arange(0, (n + 1) * size, size, dtype=np.int64)
            return cls(offsets, old, size, products, aprime, chi2, first, np.arange(n + 1))
        of_event = events.event_of_particle
        number = np.bincount(of_event[rows], minlength=n)
        count = np.r_[0, np.cumsum(number)].astype(np.int64)
        ends = np.r_[0, np.cumsum(products)].astype(np.int64)  # products of the A' before, in all events
        offsets = events.offsets + count + ends[count]
        is_aprime = np.zeros(len(events.pdg), dtype=np.int64)
        is_aprime[rows] = 1
        before = np.cumsum(is_aprime) - is_aprime  # A' in front of a particle, in all events
        new = np.arange(len(events.pdg)) + before + ends[count[of_event]]
        mine = of_event[rows]
        first = offsets[1:][mine] - ends[count[1:][mine]] + ends[:-1]  # at the event's end, the last A' last
        return cls(offsets, new, 0, products, new[rows], new[rows] + 1, first, count)

    def rows_of(self, start: int, stop: int) -> slice:
        """A' of events `start` to `stop` - 1."""
        last = len(self.count) - 1
        return slice(int(self.count[min(start, last)]), int(self.count[min(stop, last)]))

    def product(self, index: int, which: BoolArray | IndexArray | None = None) -> Rows:
        """Rows of one product of every A', or of those given: chi1 from A' is number 0, then those of chi2."""
        if isinstance(self.first_product, slice):
            if which is None:
                return slice(self.first_product.start + index, None, self.size)
            of = np.flatnonzero(which) if which.dtype == bool else which
            return np.asarray(self.first_product.start + index + self.size * of)
        return np.asarray((self.first_product if which is None else self.first_product[which]) + index)

    def spread(self, values: NDArray[T]) -> NDArray[T]:
        """Values of the old particles in their new rows; zero for the new ones, but momenta, which are set later."""
        shape = (int(self.offsets[-1]), *values.shape[1:])
        out = np.zeros(shape, values.dtype) if values.ndim == 1 else np.empty(shape, values.dtype)
        if isinstance(self.old, tuple):
            n = len(self.offsets) - 1
            new, old = out.reshape(n, self.size, *shape[1:]), values.reshape(n, -1, *shape[1:])
            for to, of in self.old:
                new[:, to] = old[:, of]
        else:
            out[self.old] = values
        return out

    def mothers(self, events: Events) -> IntArray:
        """Mothers within the events, shape (N, 2)."""
        if isinstance(self.old, tuple):
            n, column = len(self.offsets) - 1, self.old[0][0].stop - 1
            first = events.mothers[: len(events.pdg) // n]
            moved = first + (first > column)
            new = np.full((self.size, 2), column + 1, dtype=np.int32)  # those of the products of chi2
            for to, of in self.old:
                new[to] = moved[of]
            new[column + 1] = new[len(first) + 1] = column
            return np.tile(new, (n, 1))
        of_event = events.event_of_particle[:, None]
        known = events.mothers >= 0
        row = np.where(known, events.offsets[:-1][of_event] + events.mothers, 0)
        out = np.empty((int(self.offsets[-1]), 2), dtype=np.int32)
        out[self.old] = np.where(known, self.old[row] - self.offsets[:-1][of_event], -1)
        assert isinstance(self.aprime, np.ndarray)  # noqa: S101  (for the type checker)
        begin = self.offsets[np.searchsorted(self.offsets, self.aprime, side="right") - 1]
        local = (self.aprime - begin).astype(np.int32)[:, None]
        out[self.chi2] = out[self.first_product] = local
        for index in range(1, int(self.products.max(initial=1))):
            longer = self.products > index
            out[self.product(index, longer)] = local[longer] + 1
        return out

    @staticmethod
    def take(values: FloatArray, rows: Rows, part: slice) -> FloatArray:
        """Values of some of the rows."""
        return np.ascontiguousarray(values[rows][part]) if isinstance(rows, slice) else values[rows[part]]

    @staticmethod
    def put(values: FloatArray, rows: Rows, part: slice, new: FloatArray) -> None:
        """Set values of some of the rows."""
        if isinstance(rows, slice):
            values[rows][part] = new
        else:
            values[rows[part]] = new
