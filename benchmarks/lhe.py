"""LHE files: reading against pylhe's loop over events and its to_awkward, writing against its writer."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pylhe

from benchmarks.measure import Result, Target, compare, interleave
from benchmarks.point import bytes_per_event, chain_events, consume, write
from benchmarks.settings import Settings
from semivis_gen.events import concatenate
from semivis_gen.io import read_events

__all__ = ["run"]

TEN_TIMES = Target(10.0, ratio=True)
SUFFIXES = ("lhe", "lhe.gz")
GZIP_LEVEL = 1  # semivis's
NO_DEARER = Target(1.0, ratio=True)
PARTICLES = ("px", "py", "pz", "e", "m", "lifetime")


def run(settings: Settings) -> list[Result]:
    """Measure reading and writing, plain and gzipped."""
    n_own, n_peer = settings.size(200_000, 5_000), settings.size(20_000, 500)
    for suffix in SUFFIXES:
        write(chain_events(n_own), settings.work / f"many.{suffix}")
        write(chain_events(n_peer), settings.work / f"few.{suffix}")
    results = [result for suffix in SUFFIXES for result in _reading(settings, suffix)]
    results += [_writing(settings, suffix) for suffix in SUFFIXES]
    return [*results, _gzip_reading(settings, n_own), _gzip_writing(settings, n_own)]


def _reading(settings: Settings, suffix: str) -> list[Result]:
    """Against what gives arrays, as semivis does, and against pylhe's bare loop, which leaves objects."""
    n = settings.size(20_000, 500)
    few = settings.work / f"few.{suffix}"
    times = interleave(
        {
            "own": lambda: consume(few),
            "to_awkward": lambda: pylhe.to_awkward(pylhe.LHEFile.fromfile(few)),
            "loop over events": lambda: sum(len(event.particles) for event in pylhe.LHEFile.fromfile(few).events),
        },
        repeats=settings.rounds(),
    )
    note = f"the same file for both, 10 particles an event, {_agreement(few)}"
    return [
        compare(
            f"reading .{suffix}",
            times["own"],
            work=n,
            unit="events/s",
            peer=f"pylhe, {what}",
            peer_times=times[what],
            target=target,
            note=note,
        )
        for what, target in (("to_awkward", TEN_TIMES), ("loop over events", None))
    ]


def _agreement(path: Path) -> str:
    """Whether both readers find the same momenta, masses and lifetimes."""
    own = concatenate(list(read_events(path)))
    theirs = [[getattr(p, k) for k in PARTICLES] for e in pylhe.LHEFile.fromfile(path).events for p in e.particles]
    ours = np.column_stack([own.momentum, own.energy, own.mass, own.ctau])
    # the energy is not read but follows from (p, m)
    close = np.allclose(ours, theirs, rtol=1e-14, atol=0) and np.array_equal(ours[:, 4:], np.array(theirs)[:, 4:])
    return "both find the same numbers" if close else "THE READERS DISAGREE"


def _writing(settings: Settings, suffix: str) -> Result:
    n_own, n_peer = settings.size(200_000, 5_000), settings.size(20_000, 500)
    events = chain_events(n_own)
    records = pylhe.LHEFile.fromfile(settings.work / "few.lhe", generator=False)
    layout = pylhe.GZ_FORMAT if suffix.endswith("gz") else pylhe.DEFAULT_FORMAT
    own, theirs = settings.work / f"own.{suffix}", settings.work / f"pylhe.{suffix}"
    times = interleave(
        {"own": lambda: write(events, own), "pylhe": lambda: records.tofile(theirs, layout)},
        repeats=settings.rounds(),
    )
    sizes = f"{bytes_per_event(own, n_own)} bytes an event from semivis, {bytes_per_event(theirs, n_peer)} from pylhe"
    return compare(
        f"writing .{suffix}",
        times["own"],
        work=n_own,
        unit="events/s",
        peer="pylhe's writer",
        peer_times=times["pylhe"],
        peer_work=n_peer,
        target=TEN_TIMES,
        note=f"from records in memory; every digit kept by semivis, 9 by pylhe; {sizes}",
    )


def _gzip_reading(settings: Settings, n: int) -> Result:
    plain, packed = (settings.work / f"many.{suffix}" for suffix in SUFFIXES)
    data = packed.read_bytes()

    def apart() -> None:
        gzip.decompress(data)
        consume(plain)

    times = interleave({"own": lambda: consume(packed), "apart": apart}, repeats=settings.rounds())
    return compare(
        "reading .lhe.gz, own cost",
        times["own"],
        work=n,
        unit="events/s",
        peer="plain file, and bare gunzip",
        peer_times=times["apart"],
        target=NO_DEARER,
    )


def _gzip_writing(settings: Settings, n: int) -> Result:
    events, plain, packed = chain_events(n), settings.work / "own.lhe", settings.work / "own.lhe.gz"
    data = plain.read_bytes()

    def apart() -> None:
        gzip.compress(data, GZIP_LEVEL)
        write(events, plain)

    times = interleave({"own": lambda: write(events, packed), "apart": apart}, repeats=settings.rounds())
    return compare(
        "writing .lhe.gz, own cost",
        times["own"],
        work=n,
        unit="events/s",
        peer="plain file, and bare gzip",
        peer_times=times["apart"],
        target=NO_DEARER,
    )
