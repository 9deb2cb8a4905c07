"""Lists of particles for BdNMC (arXiv:1609.01770), its `production_distribution particle_list`.

A line is `px py pz E x y z t`, GeV, metres and seconds, one kind of particle a file, unweighted: BdNMC goes through the
list again and again. Particles with weights are written as often as these say, in whole numbers at random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, Events
from semivis_gen.io import atomic_path, production_points
from semivis_gen.model import label
from semivis_gen.numerics import energy_of

__all__ = ["Particles", "particles_of", "write_particle_list"]

MM = 1e-3  # in metres
LIGHT_MM_S = 2.99792458e11  # speed of light [mm/s]


@dataclass(frozen=True, slots=True, eq=False)
class Particles:
    """Particles of one kind, n of them."""

    momentum: FloatArray
    """Momenta [GeV], shape (n, 3)."""
    mass: FloatArray
    """Masses [GeV], shape (n,)."""
    point: FloatArray
    """Where they are made (x, y, z, c t) [mm], shape (n, 4)."""
    weight: FloatArray
    """Weights, shape (n,)."""


def particles_of(chunks: Iterable[Events], pdg: int) -> Iterator[Particles]:
    """Final and decayed particles of one kind.

    Parameters
    ----------
    chunks : iterable of Events
        From any source.
    pdg : int
        PDG id; antiparticles do not count.

    Yields
    ------
    Particles
        Those of each chunk.
    """
    for events in chunks:
        rows = np.flatnonzero((events.pdg == pdg) & np.isin(events.status, (STATUS_FINAL, STATUS_DECAYED)))
        point, weight = production_points(events)[rows], events.weight[events.event_of_particle[rows]]
        yield Particles(events.momentum[rows], events.mass[rows], point, weight)


def write_particle_list(
    source: Callable[[], Iterable[Particles]], path: str | Path, *, pdg: int, seed: int = 1, positions: bool = False
) -> tuple[int, float]:
    """Write a list; it appears whole or not at all.

    Parameters
    ----------
    source : callable
        Gives the particles, twice the same: their mean weight is found first.
    path : str or Path
        The file.
    pdg : int
        What they are, for messages.
    seed : int
        Of the numbers of copies of weighted particles.
    positions : bool
        Whether to write where and when they are made, too.

    Returns
    -------
    int, float
        Lines written, and the sum of all weights: what the list stands for.

    Raises
    ------
    EventFileError
        Where there are no such particles, or a weight is negative.
    OutputError
        Where the file cannot be written.
    """
    number, total = 0, 0.0
    for part in source():
        if np.any(part.weight < 0):
            msg = (
                f"a {label(pdg)} has the weight {part.weight.min():g}: an unweighted list has no room for negative ones"
            )
            raise EventFileError(msg)
        number, total = number + len(part.weight), total + float(part.weight.sum())
    if not total > 0:
        msg = f"no {label(pdg)} with a weight is among the events: nothing to list"
        raise EventFileError(msg)
    rng, lines = np.random.default_rng(seed), 0
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        stream.write(f"# {label(pdg)}: px py pz E [GeV]{' x y z [m] t [s]' if positions else ''}\n")
        for part in source():
            copies = np.floor(part.weight * (number / total) + rng.random(len(part.weight))).astype(np.int64)
            rows = np.column_stack([part.momentum, energy_of(part.momentum, part.mass)])
            if positions:
                rows = np.column_stack([rows, part.point[:, :3] * MM, part.point[:, 3] / LIGHT_MM_S])
            # its reader splits at single blanks
            stream.writelines(" ".join(map(repr, row)) + "\n" for row in np.repeat(rows, copies, axis=0).tolist())
            lines += int(copies.sum())
    return lines, total
