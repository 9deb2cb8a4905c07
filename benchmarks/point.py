"""The physics point of all benchmarks, and samples at it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from semivis_gen.decay import sample_lifetimes
from semivis_gen.events import Events, concatenate
from semivis_gen.generator import generate
from semivis_gen.io import open_writer, read_events
from semivis_gen.model import DarkSector
from semivis_gen.target import ThinTarget, material

__all__ = ["BEAM_ENERGY", "M_APRIME", "bytes_per_event", "chain_events", "consume", "lead", "point", "write"]

M_APRIME, BEAM_ENERGY = 0.3, 100.0  # [GeV]


def point() -> DarkSector:
    """m_A' = 300 MeV, R = 3, f = 0.4, alpha_D = 0.1, epsilon = 10^-3."""
    return DarkSector.at(M_APRIME)


def lead(energy: float = BEAM_ENERGY) -> ThinTarget:
    """Single electrons on lead."""
    return ThinTarget(energy, material("Pb"))


def chain_events(n: int, *, seed: int = 1) -> Events:
    """The whole chain with lifetimes, in one record."""
    events = concatenate(list(generate(point().masses, lead(), n_events=n, seed=seed)))
    return sample_lifetimes(events, point(), np.random.default_rng([seed, 1]))


def write(events: Events, path: Path) -> Path:
    """Put events into a file."""
    with open_writer(path, events.info) as writer:
        writer.write(events)
    return path


def consume(path: Path) -> int:
    """Read a file to its end."""
    return sum(len(events) for events in read_events(path))


def bytes_per_event(path: Path, events: int) -> int:
    """Size of a file over its events."""
    return round(path.stat().st_size / events)
