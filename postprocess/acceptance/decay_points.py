"""Decays of a block of events in a signature's region: their probability for every c tau and, where wanted, a place.

Where the decay's products matter each event is forced to decay at one point, good for every c tau at once, and
weighted; else the probability is exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.flight import decay_density, decay_probability, decay_rate, sample_distance, survival
from postprocess.acceptance.geometry import Geometry, Impact
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError

if TYPE_CHECKING:
    from postprocess.acceptance.far import Front
    from postprocess.experiment import Experiment

__all__ = ["DecayPoints", "decays_in_region", "no_decays"]


@dataclass(frozen=True, slots=True, eq=False)
class DecayPoints:
    """What requirements may ask about the decays of n events."""

    experiment: Experiment
    """The card."""
    geometry: Geometry
    """Of the card."""
    probability: FloatArray
    """To decay in the region; where points are drawn, weight of the point. Shape (n, c tau)."""
    drawn: FloatArray | None
    """Decay points [mm], shape (n, 3); None where no requirement looks at products."""
    uniform: FloatArray | None = None
    """Weights with which the points are uniform along the paths in the region, 0 where it is missed, shape (n,)."""
    position: FloatArray | None = None
    """Where the points are between the edges of the region, as the card has these [mm], shape (n,)."""
    known: dict[tuple[str, ...], tuple[FloatArray, Impact]] = field(default_factory=dict)
    """Impacts that were asked for, with the momenta of the products, by stations."""

    @property
    def point(self) -> FloatArray:
        """Decay points [mm], shape (n, 3).

        Raises
        ------
        ParameterError
            Where none were drawn.
        """
        if self.drawn is None:
            msg = "a requirement asks where the decays are, but none of the signature has products = True: set it there"
            raise ParameterError(msg)
        return self.drawn

    def impact(self, momentum: FloatArray, stations: Sequence[str]) -> Impact:
        """Where products enter the stations of these names, in their order; see `Geometry.impact`."""
        of, impact = self.known.get(tuple(stations), (None, None))
        if impact is None or of is not momentum:
            impact = self.geometry.impact(self.point, momentum, [self.experiment.stations[name] for name in stations])
            self.known[tuple(stations)] = momentum, impact
        return impact


def no_decays(sample: Candidates, experiment: Experiment, geometry: Geometry, ctau_mm: FloatArray) -> DecayPoints:
    """Events whose flying particle is stable: all of them are left, whatever c tau."""
    return DecayPoints(experiment, geometry, np.ones((len(sample), len(ctau_mm))), None)


def decays_in_region(
    sample: Candidates,
    experiment: Experiment,
    geometry: Geometry,
    region: tuple[float, float],
    ctau_mm: FloatArray,
    *,
    rng: np.random.Generator | None,
    front: Front | None = None,
) -> DecayPoints:
    """Decays in a region.

    Parameters
    ----------
    sample : Candidates
        n events.
    experiment, geometry
        As the fields of `DecayPoints`.
    region : tuple of float
        Edges of the region [mm]; the second may be infinite.
    ctau_mm : ndarray
        Proper decay lengths [mm], shape (k,).
    rng : Generator or None
        Draws one point an event; None for exact probabilities without points.
    front : Front, optional
        Of a calorimeter behind the region; points are then drawn more densely before it.

    Returns
    -------
    DecayPoints
        Zero probability for events that miss the region.

    Raises
    ------
    ParameterError
        Where the geometry gives no path, see `Geometry.path`.
    """
    unlimited = math.isinf(region[1])
    rate = decay_rate(sample.momentum, sample.mass, ctau_mm)
    first, last = geometry.path(sample.origin, sample.momentum, region)
    missed = np.isinf(first)
    if not np.all(np.where(missed, np.isinf(last), (first < last) & (np.isfinite(last) | unlimited))):
        msg = (
            f"geometry {geometry.name!r} gives a path that neither enters and leaves the region {region} mm nor misses "
            "it: first < last, both infinite where it is missed"
        )
        raise ParameterError(msg)
    if rng is None:  # a region without end is left by those that never decay, too
        first, last = first[:, None], last[:, None]
        probability = survival(first, rate) if unlimited else decay_probability(first, last, rate)
        return DecayPoints(experiment, geometry, probability, None, np.where(missed, 0.0, 1.0))
    toward = None if front is None else front.toward(sample)
    distance, density = sample_distance(first, last, rng, toward=toward)
    weight = decay_density(distance, rate) / density[:, None]
    weight[missed] = 0.0
    direction = sample.momentum / np.linalg.norm(sample.momentum, axis=1, keepdims=True)
    length = np.where(missed, 1.0, last - np.where(missed, 0.0, first))
    uniform = np.where(missed, 0.0, 1 / (density * length))
    position = region[0] + (region[1] - region[0]) * (distance - np.where(missed, 0.0, first)) / length
    return DecayPoints(experiment, geometry, weight, sample.origin + distance[:, None] * direction, uniform, position)
