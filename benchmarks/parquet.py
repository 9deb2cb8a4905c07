"""Parquet files against semivis's own LHE files: the fast lane, and how fast."""

from __future__ import annotations

from benchmarks.measure import Result, compare, interleave
from benchmarks.point import bytes_per_event, chain_events, consume, write
from benchmarks.settings import Settings

__all__ = ["run"]


def run(settings: Settings) -> list[Result]:
    """Measure reading and writing."""
    n = settings.size(200_000, 20_000)
    events = chain_events(n)
    files = {suffix: settings.work / f"lane.{suffix}" for suffix in ("parquet", "lhe")}
    writing = interleave({s: lambda p=path: write(events, p) for s, path in files.items()}, repeats=settings.rounds())  # type: ignore[misc]
    reading = interleave({s: lambda p=path: consume(p) for s, path in files.items()}, repeats=settings.rounds())  # type: ignore[misc]
    sizes = ", ".join(f"{bytes_per_event(path, n)} bytes an event in .{s}" for s, path in files.items())
    return [
        compare(
            f"{what} .parquet",
            times["parquet"],
            work=n,
            unit="events/s",
            peer="semivis, .lhe",
            peer_times=times["lhe"],
            note=sizes,
        )
        for what, times in (("reading", reading), ("writing", writing))
    ]
