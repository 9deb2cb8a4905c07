"""Native generation against MadGraph: the same process at the same point, unweighted events with both decays."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.measure import Result, Target, Unavailable, compare, interleave, timed
from benchmarks.point import lead, point, write
from benchmarks.settings import Settings
from semivis_gen.engines.madgraph import fixed_target_process, locate, madgraph_generate
from semivis_gen.engines.madgraph.cards import set_run_card
from semivis_gen.engines.madgraph.production import count_events
from semivis_gen.engines.madgraph.program import madevent
from semivis_gen.errors import EngineError
from semivis_gen.events import concatenate
from semivis_gen.generator import generate

__all__ = ["run"]

EVENTS, NATIVE_EVENTS = 2_000, 1_000_000
THOUSAND_TIMES = Target(1000.0, ratio=True)


def run(settings: Settings) -> list[Result]:
    """Measure MadGraph from scratch, and its event generation alone with everything compiled."""
    if settings.quick:
        msg = "takes minutes, left out by --quick"
        raise Unavailable(msg)
    if not os.environ.get("MG5_DIR"):
        msg = "MG5_DIR is not set"
        raise Unavailable(msg)
    try:
        version = ".".join(map(str, locate().version))
    except EngineError as error:
        raise Unavailable(str(error)) from error
    return [_from_scratch(settings, version), *_compiled(settings, version)]


def _from_scratch(settings: Settings, version: str) -> Result:
    """As a user asks for a file of events: one call each."""
    n = EVENTS

    def own() -> None:
        write(concatenate(list(generate(point().masses, lead(), n_events=n, seed=1))), settings.work / "own.lhe.gz")

    def theirs() -> None:
        madgraph_generate(point(), lead(), events=n, seed=1, output=settings.work / "madgraph.lhe.gz")

    times = [(timed(own), timed(theirs)) for _ in range(settings.rounds(2))]
    return compare(
        f"file of {n} events from nothing",
        [a for a, _ in times],
        work=n,
        unit="events/s",
        peer=f"MadGraph {version}",
        peer_times=[b for _, b in times],
        note="both from the physics point to .lhe.gz; MadGraph makes, compiles and surveys the process, on all cores",
    )


def _compiled(settings: Settings, version: str) -> list[Result]:
    """Event generation with the process made and compiled before."""
    asked = EVENTS
    process = fixed_target_process(settings.work / "process", point(), lead(), seed=1, events=asked)
    madevent(process, ["generate_events warm_up -f"], timeout=3600, name="warm_up")
    made: list[int] = []

    def theirs() -> None:
        name = f"run_{len(made)}"
        _set_seed(process, 100 + len(made))
        madevent(process, [f"generate_events {name} -f"], timeout=3600, name=name)
        made.append(count_events(process / f"Events/{name}/unweighted_events.lhe.gz"))

    n = NATIVE_EVENTS

    def own() -> None:
        for _ in generate(point().masses, lead(), n_events=n, seed=1):
            pass

    rounds = settings.rounds(3)
    times = interleave({"own": own, "madgraph": theirs}, repeats=rounds, warm_up=False)
    return [
        compare(
            "unweighted full chain, compiled",
            times["own"],
            work=n,
            unit="events/s",
            peer=f"MadGraph {version}",
            peer_times=times["madgraph"],
            peer_work=sum(made) / len(made),
            target=THOUSAND_TIMES,
            note=f"wall time; semivis {n} events in memory on one core, MadGraph {round(sum(made) / len(made))} events "
            "a run: survey, refinement, unweighting and file, on all cores, without making and compiling the process",
        )
    ]


def _set_seed(process: Path, seed: int) -> None:
    card = process / "Cards/run_card.dat"
    card.write_text(set_run_card(card.read_text(encoding="utf-8"), {"iseed": seed}), encoding="utf-8")
