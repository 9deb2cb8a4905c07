"""HepMC3 files against bare loops of pyhepmc, which fill no arrays."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pyhepmc

from benchmarks.measure import Result, Target, compare, interleave
from benchmarks.point import chain_events, consume, write
from benchmarks.settings import Settings

__all__ = ["run"]

NO_SLOWER = Target(1.0, ratio=True)
PRECISION = 16  # as semivis writes


def run(settings: Settings) -> list[Result]:
    """Measure reading and writing."""
    n = settings.size(20_000, 2_000)
    events = chain_events(n)
    path, other = write(events, settings.work / "events.hepmc3"), settings.work / "pyhepmc.hepmc3"
    readers = {"own": consume, "pyhepmc": _read, "arrays": _arrays}
    actions = {name: partial(reader, path) for name, reader in readers.items()}
    reading = interleave(actions, repeats=settings.rounds())
    with pyhepmc.open(path) as stream:
        records = list(stream)
    writing = interleave(
        {"own": lambda: write(events, path), "pyhepmc": lambda: _write(records, other)}, repeats=settings.rounds()
    )
    return [
        compare(
            "reading .hepmc3",
            reading["own"],
            work=n,
            unit="events/s",
            peer="pyhepmc, bare loop",
            peer_times=reading["pyhepmc"],
            target=NO_SLOWER,
            note="semivis into arrays; pyhepmc into its own records, of which nothing is taken",
        ),
        compare(
            "reading .hepmc3 into arrays",
            reading["own"],
            work=n,
            unit="events/s",
            peer="pyhepmc, arrays of each event",
            peer_times=reading["arrays"],
            target=NO_SLOWER,
            note="pyhepmc: ids, states, momenta and masses through its numpy interface, event by event",
        ),
        compare(
            "writing .hepmc3",
            writing["own"],
            work=n,
            unit="events/s",
            peer="pyhepmc, bare loop",
            peer_times=writing["pyhepmc"],
            note="semivis from arrays: it builds each record and writes it with pyhepmc; the bare loop writes finished "
            "records, which is a bound and no target",
        ),
    ]


def _read(path: Path) -> int:
    with pyhepmc.open(path) as stream:
        return sum(1 for _ in stream)


def _arrays(path: Path) -> int:
    """Read and take what a user takes, without joining it."""
    taken = []
    with pyhepmc.open(path) as stream:
        for event in stream:
            rows = event.numpy.particles
            taken.append((rows.pid, rows.status, rows.px, rows.py, rows.pz, rows.generated_mass))
    return len(taken)


def _write(records: list[pyhepmc.GenEvent], path: Path) -> None:
    with pyhepmc.open(path, "w", precision=PRECISION) as stream:
        for record in records:
            stream.write(record)
