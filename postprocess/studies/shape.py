"""Reach over R and f: what another shape of the mass spectrum changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from postprocess.experiment import Experiment
from postprocess.scan import MassPoint, SampleRequest, ScanSettings, Work, by_shape, reach
from postprocess.studies.registry import StudyContext, study
from semivis_gen.model import MassShape

__all__ = ["MASSES", "SHAPES", "SHAPE_EVENTS", "ShapeRow", "shape", "shape_rows", "shape_work"]

SHAPE_EVENTS = 4_000
MASSES = np.geomspace(0.08, 1.3, 26)  # [GeV]
BENCHMARK = MassShape(3.0, 0.4)
SHAPES = (
    *(MassShape(ratio, BENCHMARK.splitting) for ratio in (2.5, 3.0, 3.5, 4.0, 5.0)),
    *(BENCHMARK.with_splitting(f) for f in (0.05, 0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 0.95)),  # A' closes at f = 1
)
"""R at the benchmark's f, f at the benchmark's R."""


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """Reach on the central (g-2)_mu line of one choice of R and f."""

    shape: MassShape
    """R and f."""
    reach_GeV: float | None  # noqa: N815
    """Largest excluded m_A' [GeV]; None where the line is not excluded."""
    error_GeV: float | None  # noqa: N815
    """Error of the samples; None where the scan of the mass ends there."""
    note: str
    """Whether the reach is at least this."""


def shape_rows(points: Sequence[MassPoint], card: Experiment, *, alpha_d: float) -> list[ShapeRow]:
    """Reach for every R and f among the points.

    Parameters
    ----------
    points : sequence of MassPoint
        Several masses of each shape, such as those of `SHAPES`.
    card : Experiment
        The card.
    alpha_d : float
        Dark coupling.

    Returns
    -------
    list of ShapeRow
        In the order in which shapes first occur.
    """
    rows = []
    for of, group in by_shape(points).items():
        found = reach(group, card, alpha_d=alpha_d)
        if found is None:
            rows.append(ShapeRow(of, None, None, ""))
        elif found.value >= max(point.masses.m_aprime for point in group):
            rows.append(ShapeRow(of, found.value, None, "at least: the scan ends there"))
        else:
            rows.append(ShapeRow(of, found.value, found.error, ""))
    return rows


def shape_work(shapes: Sequence[MassShape], card: Experiment, settings: ScanSettings) -> Work:
    """Samples `shapes` of several shapes at all `MASSES`."""
    points = [of.at(m) for m in MASSES for of in shapes]
    events = min(SHAPE_EVENTS, settings.events)
    return Work({"shapes": SampleRequest(points, card, events=events, seed=settings.seed)})


@study(
    "answer_shape",
    "Reach on the (g-2) line over R and f",
    independent=("ratio", "splitting"),
    needs=partial(shape_work, SHAPES),
    errors={"reach_GeV": "error_GeV"},
)
def shape(context: StudyContext) -> list[ShapeRow]:
    """Reach of the search over R and f."""
    return shape_rows(context.done.samples["shapes"], context.card, alpha_d=context.settings.alpha_d)
