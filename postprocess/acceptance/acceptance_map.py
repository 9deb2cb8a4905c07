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

import numpy as np

from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.decay_points import DecayPoints
from postprocess.acceptance.geometry import Planes
from postprocess.acceptance.map_bins import edges_of_cells, one_cell
from postprocess.acceptance.products import no_products
from postprocess.acceptance.scenarios.protocol import Scenario
from postprocess.acceptance.selection import Selection
from postprocess.experiment import Experiment, Signature
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError
from semivis_gen.numerics import energy_of

__all__ = ["AcceptanceMap", "MapSelection"]

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
        if signature.veto is not None:
            where = f"signature {signature.name} of {experiment.name}"
            msg = f"{where} counts decays in front of its region, too (veto), which a map has no cells for: use accept"
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
            beam = self.experiment.beam_energy
            self.edges = (
                edges_of_cells(values, weight, passed, self.experiment, self.region, self.requirements)
                if self.products
                else one_cell(beam, self.region)  # nothing is asked of a decay but where it is
            )
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
        spread = np.divide(np.sqrt(variance), w, out=np.full_like(w, np.nan), where=filled)
        error = np.maximum(spread, self._one_more(mean))
        energies = np.linspace(0.0, self.experiment.beam_energy, GRID)
        return AcceptanceMap(
            self.signature.name, self.decays or (), self.edges, mean, error, n, energies, self._ahead(energies)
        )

    def _one_more(self, mean: FloatArray) -> FloatArray:
        """By how much one more decay of the other kind would change each mean.

        One that fails weighs as much as decays do, one that passes as much as those that do; where none does in a cell,
        as in all cells together: decays that are drawn toward a detector weigh less.
        """
        w, w2, wp, w2p = (self.sums[name] for name in ("w", "w2", "wp", "w2p"))
        size = np.divide(w2, w, out=np.zeros_like(w), where=w > 0)
        light = (w2p.sum() / wp.sum()) / (w2.sum() / w.sum()) if wp.sum() > 0 else 1.0
        passing = np.divide(w2p, wp, out=size * light, where=wp > 0)
        return np.maximum(mean * size, (1 - mean) * passing) / np.where(w > 0, w + size, np.nan)

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

    def _ahead(self, energies: FloatArray) -> FloatArray:
        """What is asked ahead of the decay, for A' of some energies."""
        n, nothing = len(energies), no_products(len(energies))
        zero = np.zeros((n, 3))
        sample = Candidates.of(np.ones(n), zero, energies, zero, np.ones(n), nothing)
        at = DecayPoints(self.experiment, self.geometry, np.ones((n, 1)), None)
        asked = self.requirements[: self.decay]
        return np.asarray(np.prod([np.ones(n), *(requirement.factor(sample, at) for requirement in asked)], axis=0))
