"""Acceptance map: the probability that a single decay is selected, in cells of what decides it.

A table against c tau belongs to one spectrum of flyers. The map is the same selection before any spectrum, lifetime or
coupling: P(selected | energy of the flyer, place of the decay, angles, visible energy), the mean of all requirements
behind the decay over the events of a cell. What is ahead of it, missing energy, depends on the energy of A' alone and
stands beside it as a function. With both, decays of any spectrum at these masses are folded by looking up cells.

A cell without decays has no value. The error of a mean is that of the weighted sample, and not less than what one more
decay of the other kind, passed or failed, would change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.decay_points import DecayPoints
from postprocess.acceptance.geometry import Planes
from postprocess.acceptance.products import no_products
from postprocess.acceptance.requirements import VisibleEnergy
from postprocess.acceptance.scenarios.protocol import Scenario
from postprocess.acceptance.selection import Selection
from postprocess.experiment import Experiment, Signature
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError
from semivis_gen.numerics import energy_of

__all__ = ["AXES", "AcceptanceMap", "MapSelection"]

AXES = ("energy_GeV", "position_mm", "angle_rad", "visible_GeV", "spread_rad")
"""Energy of the flyer; z of its decay, or where on the way between the region's edges it is; its angle to the beam;
energy of the products besides chi1; their mean angle to the flyer's direction, by energy."""
BINS = {"energy_GeV": 6, "position_mm": 6, "angle_rad": 4, "visible_GeV": 4, "spread_rad": 4}
DIGITS = 3  # of edges
RESOLUTIONS = (-3.0, -1.0, 0.0, 1.0, 3.0)  # edges around a threshold, in standard deviations
SIDES = ("begin", "end")
GRID = 1001  # energies of A' at which the requirements ahead of the decay are tabled


@dataclass(frozen=True, slots=True, eq=False)
class AcceptanceMap:
    """Map of one signature and the final states that it looks at together."""

    signature: str
    """Name of the signature."""
    decays: tuple[str, ...]
    """Final states, names of `model.DECAYS`; empty where it does not look."""
    edges: tuple[FloatArray, ...]
    """Edges of the cells along each of `AXES`, ascending; the position may end at infinity."""
    selected: FloatArray
    """Mean probability to pass all that is asked behind the decay, one axis for each of `AXES`; NaN in empty cells."""
    error: FloatArray
    """Its statistical error."""
    events: FloatArray
    """Decays in each cell; 0 flags an empty one."""
    e_aprime: FloatArray
    """Energies of A' [GeV]."""
    ahead: FloatArray
    """Probability to pass what is asked ahead of the decay at these energies."""

    @property
    def name(self) -> str:
        """Signature and final states."""
        return f"{self.signature} {'/'.join(self.decays)}".strip()


class MapSelection(Selection):
    """Selection that fills a map beside its sums; parameters as for `Selection`."""

    def __init__(
        self,
        experiment: Experiment,
        signature: Signature,
        scenario: Scenario,
        ctau_mm: FloatArray,
        decays: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__(experiment, signature, scenario, ctau_mm, decays)
        if not scenario.decays:
            msg = f"the {scenario.name} mode of {experiment.name} has no decays to map: `semivis accept` has all of it"
            raise ParameterError(msg)
        self.edges: tuple[FloatArray, ...] = ()
        self.sums: dict[str, FloatArray] = {}

    def take(self, sample: Candidates, at: DecayPoints, factors: Sequence[FloatArray]) -> None:
        """Fill the map with the decays of a block, uniform along their paths in the region."""
        assert at.uniform is not None  # noqa: S101  (the scenario decays)
        inside = at.uniform > 0
        if not inside.any():
            return
        weight = (sample.weight * at.uniform)[inside]
        passed = np.prod([np.ones(len(sample)), *factors[self.decay + 1 :]], axis=0)[inside]
        values = [value[inside] for value in self._values(sample, at)]
        if not self.edges:
            self.edges = self._edges(values, np.abs(weight))
            shape = tuple(len(edges) - 1 for edges in self.edges)
            self.sums = {name: np.zeros(shape) for name in ("n", "w", "w2", "wp", "w2p", "w2p2")}
        shape = self.sums["n"].shape
        cells = [
            np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(edges) - 2)
            for edges, value in zip(self.edges, values, strict=True)
        ]
        flat = np.ravel_multi_index(cells, shape)
        for name, what in (
            ("n", np.ones_like(weight)), ("w", weight), ("w2", weight**2), ("wp", weight * passed),
            ("w2p", weight**2 * passed), ("w2p2", (weight * passed) ** 2),
        ):  # fmt: skip
            self.sums[name] += np.bincount(flat, what, math.prod(shape)).reshape(shape)

    def map(self) -> AcceptanceMap:
        """Map of what was taken.

        Raises
        ------
        ParameterError
            Where no decay was in the region.
        """
        if not self.edges:
            msg = f"no decay of these events lies in the region of {self.signature.name}: there is nothing to map"
            raise ParameterError(msg)
        n, w, w2, wp, w2p, w2p2 = (self.sums[name] for name in ("n", "w", "w2", "wp", "w2p", "w2p2"))
        filled = w > 0
        mean = np.divide(wp, w, out=np.full_like(w, np.nan), where=filled)
        variance = np.maximum(w2p2 - 2 * mean * w2p + mean**2 * w2, 0.0)
        effective = np.divide(w**2, w2, out=np.zeros_like(w), where=filled)
        one_more = np.maximum(mean, 1 - mean) / (effective + 1)
        error = np.maximum(np.divide(np.sqrt(variance), w, out=np.full_like(w, np.nan), where=filled), one_more)
        energies = np.linspace(0.0, self.experiment.beam_energy, GRID)
        return AcceptanceMap(
            self.signature.name, self.decays or (), self.edges, mean, error, n, energies, self._ahead(energies)
        )

    def _values(self, sample: Candidates, at: DecayPoints) -> list[FloatArray]:
        size = np.linalg.norm(sample.momentum, axis=1)
        unit = sample.momentum / size[:, None]
        transverse = np.hypot(unit[:, 0], unit[:, 1])
        visible = sample.product_energy.sum(axis=1)
        along = np.einsum("ijk,ik->ij", sample.product_momentum, unit)
        across = np.linalg.norm(sample.product_momentum - along[..., None] * unit[:, None], axis=2)
        spread = (np.arctan2(across, along) * sample.product_energy).sum(axis=1)
        if at.drawn is None or at.position is None:  # nothing is asked of a decay but to be in the region
            position = np.full(len(sample), self.region[0])
        else:
            position = at.point[:, 2] if isinstance(self.geometry, Planes) else at.position
        return [
            energy_of(sample.momentum, sample.mass),
            position,
            np.arctan2(transverse, unit[:, 2]),
            visible,
            np.divide(spread, visible, out=np.zeros_like(visible), where=visible > 0),
        ]

    def _edges(self, values: Sequence[FloatArray], weight: FloatArray) -> tuple[FloatArray, ...]:
        """Edges of cells of about equal content, that hold all there can be."""
        beam, (begin, end) = self.experiment.beam_energy, self.region
        if not self.products:  # nothing is asked of a decay but where it is
            return tuple(map(np.array, ([0.0, beam], [begin, end], [0.0, math.pi], [0.0, beam], [0.0, math.pi])))
        bounds = ((0.0, beam), (begin, end), (0.0, math.pi), (0.0, beam), (0.0, math.pi))
        made = []
        for axis, value, (low, high) in zip(AXES, values, bounds, strict=True):
            if axis == "position_mm":
                planes = [
                    self.experiment.plane(f"{name}.{side}") for name in self.experiment.stations for side in SIDES
                ]
                inner = np.unique(np.r_[begin, [plane for plane in planes if begin < plane < end], end])
                step = (end - begin) / BINS[axis]
                parts = np.maximum(np.ceil(np.diff(inner) / step - 1e-9).astype(int), 1)
                made.append(
                    np.r_[
                        begin, *(np.linspace(a, b, n + 1)[1:] for (a, b), n in zip(pairwise(inner), parts, strict=True))
                    ]
                )
                continue
            order = np.argsort(value)
            levels = np.cumsum(weight[order]) / weight.sum()
            places = np.searchsorted(levels, np.arange(1, BINS[axis]) / BINS[axis])
            inner = value[order][np.minimum(places, len(order) - 1)]
            if axis == "visible_GeV":
                inner = np.r_[inner[inner > self._threshold(3.0)], [self._threshold(n) for n in RESOLUTIONS]]
            rounded = np.unique([float(f"{edge:.{DIGITS}g}") for edge in inner])
            made.append(np.r_[low, rounded[(rounded > low) & (rounded < high)], high])
        return tuple(made)

    def _threshold(self, deviations: float) -> float:
        """Threshold of visible energy, shifted by some resolutions [GeV]."""
        asked = next((r for r in self.requirements if isinstance(r, VisibleEnergy)), None)
        if asked is None:
            return 0.0
        sigma = float(self.experiment.stations[asked.stations[0]].sigma(asked.energy_min))
        return asked.energy_min + deviations * sigma

    def _ahead(self, energies: FloatArray) -> FloatArray:
        """What is asked ahead of the decay, for A' of some energies."""
        n, nothing = len(energies), no_products(len(energies))
        zero = np.zeros((n, 3))
        sample = Candidates.of(np.ones(n), zero, energies, zero, np.ones(n), nothing)
        at = DecayPoints(self.experiment, self.geometry, np.ones((n, 1)), None)
        asked = self.requirements[: self.decay]
        return np.asarray(np.prod([np.ones(n), *(requirement.factor(sample, at) for requirement in asked)], axis=0))
