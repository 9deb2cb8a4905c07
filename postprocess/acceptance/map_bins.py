"""Edges of the cells of an acceptance map: fine where decays are selected, and wide where they are not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from postprocess.acceptance.requirements import Requirement, VisibleEnergy
from postprocess.experiment import Experiment
from semivis_gen.arrays import FloatArray

__all__ = ["AXES", "edges_of_cells", "one_cell"]

AXES = ("energy_GeV", "position_mm", "angle_rad", "visible_GeV", "spread_rad")
"""Energy of the flyer; z of its decay, or where on the way between the region's edges it is; its angle to the beam;
energy of the products besides chi1; their mean angle to the flyer's direction, by energy."""
LEVELS = {
    "energy_GeV": (0.0, 0.1, 0.4, 0.7, 0.9, 0.98, 1.0),
    "angle_rad": (0.0, 0.2, 0.5, 0.8, 1.0),
    "visible_GeV": (0.3, 0.6, 0.9),
    "spread_rad": (0.0, 0.33, 0.67, 1.0),
}
"""Quantiles of selected decays at which edges lie; beyond the first and the last (hardly) any is selected."""
POSITIONS = 6  # pieces of a decay region, at least
FEW = 100  # selected decays: quantiles of all are taken where there are fewer
DIGITS = 3  # of edges
RESOLUTIONS = (-3.0, -1.0, 0.0, 1.0, 3.0)  # edges around a threshold, in standard deviations
SIDES = ("begin", "end")


def bounds(beam: float, region: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    """Ends of the axes: the beam's energy [GeV], the region [mm], all angles."""
    return (0.0, beam), region, (0.0, math.pi), (0.0, beam), (0.0, math.pi)


def one_cell(beam: float, region: tuple[float, float]) -> tuple[FloatArray, ...]:
    """Edges of one cell that holds all decays of a region."""
    return tuple(np.array(ends) for ends in bounds(beam, region))


def edges_of_cells(
    values: Sequence[FloatArray],
    weight: FloatArray,
    passed: FloatArray,
    experiment: Experiment,
    region: tuple[float, float],
    requirements: Sequence[Requirement],
) -> tuple[FloatArray, ...]:
    """Choose edges by a first sample.

    Parameters
    ----------
    values : sequence of ndarray
        Variables of n decays, in the order of `AXES`.
    weight, passed : ndarray
        Their weights and probabilities to be selected, shape (n,).
    experiment : Experiment
        The card: edges of stations are edges of cells.
    region : tuple of float
        The decay region [mm], finite.
    requirements : sequence of Requirement
        Those of the signature: cells are fine around the threshold of visible energy.

    Returns
    -------
    tuple of ndarray
        Ascending edges along each axis, to the ends of what is possible.
    """
    share = np.abs(weight) * passed
    if np.count_nonzero(passed > 0.5 * passed.max(initial=0.0)) < FEW:
        share = np.abs(weight)
    thresholds = _thresholds(experiment, requirements)
    made = []
    for axis, value, (low, high) in zip(AXES, values, bounds(experiment.beam_energy, region), strict=True):
        if axis == "position_mm":
            made.append(_positions(experiment, low, high))
            continue
        inner = _quantiles(value, share, LEVELS[axis])
        if axis == "visible_GeV" and len(thresholds):
            inner = np.r_[inner[inner > thresholds[-1]], thresholds]
        rounded = np.unique([float(f"{edge:.{DIGITS}g}") for edge in inner])
        made.append(np.r_[low, rounded[(rounded > low) & (rounded < high)], high])
    return tuple(made)


def _quantiles(value: FloatArray, share: FloatArray, levels: Sequence[float]) -> FloatArray:
    used = np.flatnonzero(share > 0)
    order = used[np.argsort(value[used])]
    reached = np.cumsum(share[order]) / share[order].sum()
    place = np.searchsorted(reached, np.array(levels) * (1 - 1e-12))
    return np.asarray(value[order][np.minimum(place, len(order) - 1)])


def _positions(experiment: Experiment, begin: float, end: float) -> FloatArray:
    """Edges of stations in the region, and equal steps between them."""
    planes = [experiment.plane(f"{name}.{side}") for name in experiment.stations for side in SIDES]
    inner = np.unique(np.r_[begin, [plane for plane in planes if begin < plane < end], end])
    parts = np.maximum(np.ceil(np.diff(inner) * POSITIONS / (end - begin) - 1e-9).astype(int), 1)
    pieces = [np.linspace(a, b, n + 1)[1:] for (a, b), n in zip(pairwise(inner), parts.tolist(), strict=True)]
    return np.concatenate([[begin], *pieces])


def _thresholds(experiment: Experiment, requirements: Sequence[Requirement]) -> FloatArray:
    """Energies around the threshold of visible energy [GeV]; none where there is none."""
    asked = next((r for r in requirements if isinstance(r, VisibleEnergy)), None)
    if asked is None:
        return np.empty(0)
    sigma = float(experiment.stations[asked.stations[0]].sigma(asked.energy_min))
    return np.unique(asked.energy_min + sigma * np.array(RESOLUTIONS))
