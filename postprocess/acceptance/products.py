"""What the particle that flies decays to: read from events, or decayed here by branching.

The same record serves leptons and hadrons: momenta and energies of the products, padded with zeros where other events
have more of them, and the final state. pi0 and other unstable hadrons are products as they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from semivis_gen.arrays import BoolArray, FloatArray, IndexArray
from semivis_gen.constants import ID_CHI1
from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_FINAL, Events
from semivis_gen.model import CHANNELS, DECAYS, channel_of, label, labels
from semivis_gen.numerics import energy_of

__all__ = ["ELECTRONS", "NOTHING", "Products", "decay_here", "no_products", "products_of"]

ELECTRONS = DECAYS.index("e+ e-")
NOTHING = -1
"""Final state of a particle that does not decay."""


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """Decay products of n events, at most k each."""

    momentum: FloatArray
    """Momenta [GeV], shape (n, k, 3); zero behind the last product."""
    energy: FloatArray
    """Energies [GeV], shape (n, k); zero behind the last product."""
    channel: IndexArray
    """Final state: its number in `model.DECAYS`, `NOTHING` where there is no decay, shape (n,)."""


def no_products(n: int) -> Products:
    """Events without decay."""
    return Products(np.zeros((n, 2, 3)), np.zeros((n, 2)), np.full(n, NOTHING))


def decay_here(
    where: BoolArray,
    shares: Mapping[str, float],
    decay: Callable[[IndexArray, str], Sequence[FloatArray]],
    rng: np.random.Generator,
) -> Products:
    """Decay the particle of some events.

    Parameters
    ----------
    where : ndarray
        The events in which it decays here, shape (n,).
    shares : mapping
        Final states to draw from, in proportion to these shares; names of `model.CHANNELS`.
    decay : callable
        Takes numbers of events and a final state; gives the momenta of its particles in their order [GeV].
    rng : Generator
        Draws the final states.

    Returns
    -------
    Products
        Of all n events.
    """
    from semivis_gen.decay import draw_channels

    rows, size = np.flatnonzero(where), max(len(CHANNELS[name].masses) for name in shares)
    choice = draw_channels(shares, len(rows), rng)
    found = Products(np.zeros((len(where), size, 3)), np.zeros((len(where), size)), np.full(len(where), NOTHING))
    for number, name in enumerate(shares):
        mine = rows[choice == number]
        if not len(mine):
            continue
        found.channel[mine] = DECAYS.index(name)
        for place, (momentum, mass) in enumerate(zip(decay(mine, name), CHANNELS[name].masses, strict=True)):
            found.momentum[mine, place], found.energy[mine, place] = momentum, energy_of(momentum, mass)
    return found


def products_of(events: Events, parents: IndexArray, here: Products) -> Products:
    """Products that the events hold where they hold them, else those of `here`.

    Parameters
    ----------
    events : Events
        The events.
    parents : ndarray
        Rows of the particle that flies, shape (n,).
    here : Products
        Of the events in which it is not decayed.

    Returns
    -------
    Products
        Of all events.

    Raises
    ------
    EventFileError
        Where the particle decays to what is neither a pair of leptons nor hadrons.
    """
    decayed = events.status[parents] != STATUS_FINAL
    if not np.any(decayed):
        return here
    child, owner = events.children(parents)
    visible = np.abs(events.pdg[child]) != ID_CHI1
    child, owner = child[visible], owner[visible]
    order = np.argsort(owner, kind="stable")
    child, owner = child[order], owner[order]
    count = np.bincount(owner, minlength=len(parents))
    place = np.arange(len(child)) - (np.cumsum(count) - count)[owner]
    size = max(here.energy.shape[1], int(count.max(initial=0)))
    ids = np.zeros((len(parents), size), dtype=np.int64)
    ids[owner, place] = events.pdg[child]
    more = size - here.energy.shape[1]
    momentum, energy = np.pad(here.momentum, [(0, 0), (0, more), (0, 0)]), np.pad(here.energy, [(0, 0), (0, more)])
    momentum[decayed], energy[decayed] = 0.0, 0.0
    momentum[owner, place] = events.momentum[child]
    energy[owner, place] = energy_of(events.momentum[child], events.mass[child])
    channel = here.channel.copy()
    channel[decayed] = _channels(events, parents[decayed], ids[decayed])
    return Products(momentum, energy, channel)


def _channels(events: Events, parents: IndexArray, ids: IndexArray) -> IndexArray:
    """Final states of decays, from the ids of their products, shape (n, k), padded with zeros."""
    if (ids == ids[0]).all():  # the usual case
        kinds, which = ids[:1], np.zeros(len(ids), dtype=np.int64)
    else:
        kinds, which = np.unique(np.sort(ids, axis=1), axis=0, return_inverse=True)
    names = [channel_of(kind[kind != 0].tolist()) for kind in kinds]
    if None in names:
        bad = int(np.flatnonzero(np.isin(which, [i for i, name in enumerate(names) if name is None]))[0])
        child, _ = events.children(parents[bad : bad + 1])
        products = labels(events.pdg[child]) or "nothing"
        event = events.place(events.event_at(int(parents[bad])))
        msg = (
            f"{event}: {label(events.pdg[parents[bad]])} decays to {products}, neither to a pair of leptons nor to "
            "hadrons of no charge"
        )
        raise EventFileError(msg)
    return np.array([DECAYS.index(name) for name in names if name], dtype=np.int64)[which.reshape(-1)]
