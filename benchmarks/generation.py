"""Native generation in memory: the whole chain, production alone, weighted; how soon the first event is there."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

from benchmarks.measure import Result, Spread, Target, Timing, compare, interleave
from benchmarks.point import M_APRIME, lead, point
from benchmarks.settings import Settings
from postprocess.experiment import load_experiment
from semivis_gen.generator import generate
from semivis_gen.production import ProductionSampler
from semivis_gen.target import ThickTarget, ThinTarget

__all__ = ["first_event", "run"]

EXPERIMENT = "na64-2018"
CHUNK = 50_000
ONE_THICK = """
from postprocess.experiment import load_experiment
from semivis_gen.generator import generate
from semivis_gen.model import DarkSector
target = load_experiment({experiment!r}).source()
next(generate(DarkSector.at({mass}).masses, target, n_events=1, seed=1))
"""
ONE_THIN = """
from semivis_gen.generator import generate
from semivis_gen.model import DarkSector
from semivis_gen.production.materials import material
from semivis_gen.production.target import ThinTarget
next(generate(DarkSector.at({mass}).masses, ThinTarget(100.0, material("Pb")), n_events=1, seed=1))
"""


def run(settings: Settings) -> list[Result]:
    """Measure all of it."""
    dump = load_experiment(EXPERIMENT).source()
    assert isinstance(dump, ThickTarget)
    targets: dict[str, ThinTarget | ThickTarget] = {"lead, 100 GeV": lead(), f"{EXPERIMENT}'s dump": dump}
    results = []
    for name, target in targets.items():
        results += _rates(name, target, settings)
    return results + first_event(settings)


def _rates(name: str, target: ThinTarget | ThickTarget, settings: Settings) -> list[Result]:
    n = settings.size(500_000, 50_000)
    sampler = ProductionSampler(M_APRIME, target)
    rng = np.random.default_rng(1)
    # chunk by chunk from one generator, which the untimed round sets up
    rounds = settings.rounds()
    stream = generate(point().masses, target, n_events=n * (rounds + 1), chunk=CHUNK, seed=1)

    def chain() -> None:
        for _ in range(n // CHUNK):
            next(stream)

    times = interleave(
        {
            "chain": chain,
            "unweighted": lambda: sampler.sample(n, rng),
            "weighted": lambda: sampler.sample(n, rng, weighted=True),
        },
        repeats=rounds,
    )
    efficiency = Spread(sampler.efficiency, sampler.efficiency, sampler.efficiency, 1)
    return [
        compare(
            f"unweighted full chain, {name}",
            times["chain"],
            work=n,
            unit="events/s/core",
            cpu=True,
            target=Target(1e6),
            note="in memory, steady state; setting up is part of the first event below",
        ),
        compare(f"unweighted production, {name}", times["unweighted"], work=n, unit="events/s/core", cpu=True),
        compare(
            f"weighted production, {name}",
            times["weighted"],
            work=n,
            unit="events/s/core",
            cpu=True,
            peer="unweighted production",
            peer_times=times["unweighted"],
            target=Target(1.0, ratio=True),
        ),
        Result(f"unweighting efficiency, {name}", "share", efficiency, target=Target(0.5)),
    ]


def first_event(settings: Settings) -> list[Result]:
    """Time from the start of a new interpreter to its end after one event, at several points."""
    scripts = {"lead, 0.3 GeV": ONE_THIN.format(mass=0.3)}
    for mass in (0.01, 0.3, 3.0) if not settings.quick else (0.3,):
        scripts[f"{EXPERIMENT}'s dump, {mass:g} GeV"] = ONE_THICK.format(mass=mass, experiment=EXPERIMENT)
    times: dict[str, list[Timing]] = {name: [] for name in scripts}
    for _ in range(settings.rounds()):
        for name, script in scripts.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", script], check=True)
            times[name].append(Timing(time.perf_counter() - start, 0.0))
    return [
        Result(
            f"first event after start, {name}",
            "s",
            Spread.of([t.wall for t in rounds]),
            target=Target(1.0, at_most=True),
            note="new interpreter, imports and setting up included",
        )
        for name, rounds in times.items()
    ]
