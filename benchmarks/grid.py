"""The limit grid: 100 x 200 points (m_A', epsilon) with the acceptance tables at hand, and how its cost grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.measure import Result, Spread, Target, Timing, interleave
from benchmarks.settings import Settings
from postprocess.experiment import Experiment, load_experiment
from postprocess.limits import LimitModel, cls_with_bands, excluded_edges
from postprocess.scan import Backend, MassPoint, SampleRequest, signal
from postprocess.signal import limit_model
from semivis_gen.arrays import FloatArray
from semivis_gen.model import MassShape

__all__ = ["run"]

EXPERIMENT = "na64-2018"
MASSES, EPSILONS = 100, 200
SHAPE, ALPHA_D = MassShape(3.0, 0.4), 0.1
RANGE_GEV = (0.01, 1.0)


def run(settings: Settings) -> list[Result]:
    """Measure the whole grid, and parts of it."""
    experiment = load_experiment(EXPERIMENT)
    points = _points(experiment, sampled=settings.size(10, 3), events=settings.size(10_000, 1_000))
    model = limit_model(experiment)
    epsilon = np.geomspace(1e-6, 0.5, EPSILONS)

    def contour(masses: int, epsilons: int) -> None:
        _contour(points[:: MASSES // masses], experiment, model, epsilon[:: EPSILONS // epsilons])

    def values() -> None:
        for point in points:
            cls_with_bands(model, signal(point, experiment, model, alpha_d=ALPHA_D, epsilon=epsilon))

    times = interleave(
        {
            "whole": lambda: contour(MASSES, EPSILONS),
            "values": values,
            "half the masses": lambda: contour(MASSES // 2, EPSILONS),
            "half the epsilons": lambda: contour(MASSES, EPSILONS // 2),
        },
        repeats=settings.rounds(),
    )
    return [
        _seconds("contours with bands, 100 x 200", times["whole"], "edges refined to 1e-4 of a step"),
        _seconds("CLs with bands alone, 100 x 200", times["values"], "every point of the grid"),
        _growth("half the masses", times),
        _growth("half the epsilons", times),
    ]


def _points(experiment: Experiment, *, sampled: int, events: int) -> list[MassPoint]:
    """Tables at all masses; the few that are sampled stand for their neighbours, which costs the same to evaluate."""
    masses = np.geomspace(*RANGE_GEV, sampled)
    request = SampleRequest([SHAPE.at(m) for m in masses], experiment, events=events)
    found = request.run(backend=Backend(workers=1))
    points = []
    for m in np.geomspace(*RANGE_GEV, MASSES):
        nearest = found[int(np.argmin(np.abs(np.log(masses / m))))]
        own = SHAPE.at(m)
        points.append(MassPoint(own, replace(nearest.table, masses=own), nearest.rate))
    return points


def _contour(points: Sequence[MassPoint], experiment: Experiment, model: LimitModel, epsilon: FloatArray) -> None:
    for point in points:
        excluded_edges(
            lambda e, p=point: cls_with_bands(model, signal(p, experiment, model, alpha_d=ALPHA_D, epsilon=e)),  # type: ignore[misc]
            epsilon,
        )


def _seconds(name: str, times: Sequence[Timing], note: str) -> Result:
    return Result(name, "s", Spread.of([t.wall for t in times]), target=Target(2.0, at_most=True), note=note)


def _growth(part: str, times: dict[str, list[Timing]]) -> Result:
    shares = [a.wall / b.wall for a, b in zip(times["whole"], times[part], strict=True)]
    return Result(
        f"whole grid over {part}",
        "x",
        Spread.of(shares),
        target=Target(2.2, at_most=True),
        note="2 is linear, less is a constant part",
    )
