"""Decays toward a calorimeter far behind the decay region: drawn where they count, with exact weights.

Where products must cross empty space to a calorimeter most decays miss it. Three choices are then biased, each by a
density that is nowhere zero, and the ratio of densities is the weight: the direction of the flyer (one of several
tries is kept), the decay point (half of all near the end, in `sample_distance`) and the orientation of the products.

In the flyer's rest frame the products of an unpolarised flyer have no preferred orientation. Directions that a massless
product needs to enter a cone in the lab fill a circle on the sphere there, as aberration maps circles to circles: with
S = (cos alpha, c), alpha half the opening and c the axis of the cone, k.S <= 0 is the cone in any frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from postprocess.acceptance.aperture import Aperture
from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.geometry import Geometry, Planes, geometry_of
from postprocess.acceptance.scenarios.protocol import SCENARIOS, Chance, Scenario
from postprocess.experiment import Experiment, Signature
from semivis_gen.arrays import FloatArray
from semivis_gen.numerics import boost, energy_of

__all__ = ["Front", "chance_of", "front_of"]

ISOTROPIC = 0.2  # share of decays that keep their orientation, the rest is aimed: no weight is above 1 / 0.2
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Front:
    """Front of a calorimeter behind a decay region."""

    region: tuple[float, float]
    """Decay region along z [mm]."""
    middle: tuple[float, float, float]
    """Middle of the front [mm]."""
    reach_mm: float
    """From the middle to the farthest point."""
    area_mm2: float
    """Its area."""
    energy_min: float
    """Energy asked of the products [GeV]."""

    def chance(self, origin: FloatArray, momentum: FloatArray, mass: FloatArray, energy: float) -> FloatArray:
        """Estimate, up to a factor, how probably a long-lived flyer is seen; good for choosing, not a probability.

        A massless product has the angular density (g^2/pi) / (1 + g^2 theta^2)^2 around a flyer of gamma = g. A
        circle of radius R is entered from the distance x, with the flyer's path ending at r from its middle, with

            g^2 R^2 (x^2 + g^2 R^2) / [x^2 + g^2 (R^2 + r^2)]^2

        which is exact for r = 0 and for r >> R, and is integrated over the decay region.

        Parameters
        ----------
        origin, momentum : ndarray
            Of flyers [mm] and [GeV], shape (n, 3).
        mass : ndarray
            Their masses [GeV], shape (n,).
        energy : float
            Largest energy of a product in the flyer's rest frame [GeV].

        Returns
        -------
        ndarray
            Not negative, shape (n,).
        """
        gamma, offset, slope = self._approach(origin, momentum, mass)
        radius2 = self.area_mm2 / math.pi
        core, wide = gamma**2 * radius2, gamma**2 * (radius2 + offset**2)
        root = np.sqrt(wide)

        def integral(z: FloatArray | float) -> FloatArray:
            x = np.maximum(self.middle[2] - z, 0.0) * slope
            turn = np.arctan(x / root) / root
            return np.asarray(core * (turn - (wide - core) / (2 * wide) * (x / (x * x + wide) + turn)))

        begin = np.clip(origin[:, 2], *self.region)
        seen = np.maximum(integral(begin) - integral(self.region[1]), 0.0)
        size = np.sqrt(np.einsum("ij,ij->i", momentum, momentum))
        room = np.maximum(1 - self.energy_min / (2 * gamma * energy), 0.0)
        rate = np.divide(mass, size, out=np.zeros(len(mass)), where=size > 0)
        return np.where(momentum[:, 2] > 0, seen * rate * room**2, 0.0)

    def toward(self, sample: Candidates) -> tuple[FloatArray, FloatArray]:
        """Distances from the origin at which paths reach the front, and from it up to which most decays count [mm]."""
        gamma, offset, slope = self._approach(sample.origin, sample.momentum, sample.mass)
        plane = (self.middle[2] - sample.origin[:, 2]) * slope
        return plane, gamma * np.hypot(math.sqrt(self.area_mm2) / 2, offset)

    def aim(self, sample: Candidates, point: FloatArray, rng: np.random.Generator) -> tuple[Candidates, FloatArray]:
        """Turn decays whose orientation is free so that one of the products flies toward the front.

        Parameters
        ----------
        sample : Candidates
            n events.
        point : ndarray
            Their decay points [mm], shape (n, 3).
        rng : Generator
            Source of randomness.

        Returns
        -------
        sample, weight
            With products turned, and the natural over the drawn density of their orientation, shape (n,).
        """
        weight = np.ones(len(sample))
        if sample.free is None:
            return sample, weight
        rows = np.flatnonzero(sample.free & (sample.product_energy.sum(axis=1) > 0) & (point[:, 2] < self.middle[2]))
        flyer, mass = sample.momentum[rows], sample.mass[rows]
        total, energy = energy_of(flyer, mass), sample.product_energy[rows]
        at_rest = [boost(p, e, -flyer, total, mass) for p, e in _each(sample.product_momentum[rows], energy)]
        rest = np.stack(at_rest, axis=1)
        own2 = np.maximum(
            energy**2 - np.einsum("ijk,ijk->ij", sample.product_momentum[rows], sample.product_momentum[rows]), 0
        )
        size2 = np.einsum("ijk,ijk->ij", rest, rest)
        size = np.sqrt(size2)
        axis, share = self._cap(point[rows], flyer, mass)
        part = (1 - ISOTROPIC) * size2 / size2.sum(axis=1, keepdims=True)  # the hardest one passes most easily
        chosen = (rng.random((len(rows), 1)) >= np.cumsum(part, axis=1)).sum(axis=1)
        aimed = np.flatnonzero((chosen < size.shape[1]) & (size[np.arange(len(rows)), chosen % size.shape[1]] > 0))
        first = rest[aimed, chosen[aimed]] / size[aimed, chosen[aimed], None]
        rest[aimed] = _turned(rest[aimed], first, axis[aimed], share[aimed], rng)
        unit = np.divide(rest, size[..., None], out=np.zeros_like(rest), where=size[..., None] > 0)
        chord = unit - axis[:, None]
        inside = (np.einsum("ijk,ijk->ij", chord, chord) <= 4 * share[:, None] * (1 + ROUNDING)) & (size > 0)
        weight[rows] = 1 / (ISOTROPIC + (part * inside).sum(axis=1) / share)
        momentum, new_energy = sample.product_momentum.copy(), sample.product_energy.copy()
        moved = [boost(p, e, flyer, total, mass) for p, e in _each(rest, np.sqrt(size2 + own2))]
        momentum[rows] = np.stack(moved, axis=1) * (size > 0)[..., None]
        new_energy[rows] = np.sqrt(np.einsum("ijk,ijk->ij", momentum[rows], momentum[rows]) + own2)
        return replace(sample, product_momentum=momentum, product_energy=new_energy), weight

    def _approach(
        self, origin: FloatArray, momentum: FloatArray, mass: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """gamma, distance from the middle at the front [mm], path per length along z; the latter two 0, 1 backward."""
        size2 = np.einsum("ij,ij->i", momentum, momentum)
        forward = momentum[:, 2] > 0
        z = np.where(forward, momentum[:, 2], 1.0)[:, None]
        across = origin[:, :2] + (self.middle[2] - origin[:, 2:]) * momentum[:, :2] / z - self.middle[:2]
        offset = np.where(forward, np.hypot(across[:, 0], across[:, 1]), 0.0)
        slope = np.where(forward, np.sqrt(size2) / z[:, 0], 1.0)
        return np.sqrt(1 + size2 / mass**2), offset, slope

    def _cap(self, point: FloatArray, flyer: FloatArray, mass: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Directions in the rest frame that lead into the front: axis of their cone, share of all directions."""
        line = self.middle - point
        length = np.sqrt(np.einsum("ij,ij->i", line, line))
        line /= length[:, None]
        tangent = self.reach_mm / length  # of the cone around the middle of the front that holds a front across it
        sine2 = tangent**2 / (1 + tangent**2)
        cone = np.sqrt(1 - sine2)
        energy = energy_of(flyer, mass)
        inner = np.einsum("ij,ij->i", flyer, line)
        time = (cone * energy - inner) / mass
        axis = line - flyer * ((cone - inner / (energy + mass)) / mass)[:, None]
        size = np.sqrt(time**2 + sine2)
        axis /= np.sqrt(np.einsum("ij,ij->i", axis, axis))[:, None]
        gap = np.where(time > 0, sine2 / (size * (size + np.maximum(time, 0.0))), 1 - time / size)  # 1 - cosine
        return axis, gap / 2


def _each(momentum: FloatArray, energy: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    """Momenta and energies, product by product."""
    return [(momentum[:, i], energy[:, i]) for i in range(energy.shape[1])]


def _turned(
    momentum: FloatArray, first: FloatArray, axis: FloatArray, share: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Momenta turned together so that the direction `first` is uniform in a cap, and any angle around it is alike."""
    u, v, w = rng.random((3, len(first)))
    gap, (one, _) = 2 * share * u, _across(axis, v)
    new = (1 - gap)[:, None] * axis + np.sqrt(gap * (2 - gap))[:, None] * one
    old_one, old_two = _across(first, np.zeros(len(first)))
    one, two = _across(new, w)
    return np.asarray(
        sum(
            np.einsum("ijk,ik->ij", momentum, old)[..., None] * to[:, None]
            for old, to in ((first, new), (old_one, one), (old_two, two))
        )
    )


def _across(axis: FloatArray, turn: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two unit vectors at right angles to axes and each other, `turn` of a full circle around them, right-handed."""
    one = np.cross(axis, np.where(np.abs(axis[:, 2:]) < 0.6, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]))
    one /= np.sqrt(np.einsum("ij,ij->i", one, one))[:, None]
    two = np.cross(axis, one)
    cosine, sine = np.cos(2 * math.pi * turn)[:, None], np.sin(2 * math.pi * turn)[:, None]
    return cosine * one + sine * two, cosine * two - sine * one


def front_of(experiment: Experiment, signature: Signature, scenario: Scenario, geometry: Geometry) -> Front | None:
    """Front of the calorimeter of a signature, where all of it stands behind the decay region.

    Parameters
    ----------
    experiment : Experiment
        The card.
    signature : Signature
        One of its signatures.
    scenario : Scenario
        What A' does.
    geometry : Geometry
        Of the card.

    Returns
    -------
    Front or None
        None where decays may lie in a calorimeter, no products are looked at, or the geometry has no known front.
    """
    if signature.visible is None or not scenario.decays or type(geometry) not in (Planes, Aperture):
        return None
    region = experiment.region(signature)
    stations = [experiment.stations[name] for name in signature.visible.stations]
    station = min(stations, key=lambda found: found.begin_mm.value)
    z, half = station.begin_mm.value, station.half_width
    if z < region[1]:
        return None
    hole = geometry if isinstance(geometry, Aperture) else Aperture()
    height = half * hole.height_over_width
    reach, area = (
        (max(half, height), math.pi * half * height) if hole.round else (math.hypot(half, height), 4 * half * height)
    )
    return Front(region, (hole.x_mm, hole.y_mm, z), reach, area, signature.visible.energy_min_GeV.value)


def chance_of(experiment: Experiment, mode: str) -> Chance | None:
    """How probably a flyer is seen by any signature of a mode.

    Parameters
    ----------
    experiment : Experiment
        The card.
    mode : str
        Name of the scenario.

    Returns
    -------
    Chance or None
        None where a signature has no far front: A' are then best decayed as they are.
    """
    scenario, geometry = SCENARIOS[mode], geometry_of(experiment)
    found = [front_of(experiment, signature, scenario, geometry) for signature in experiment.signatures_of(mode)]
    fronts = [front for front in found if front is not None]
    if len(fronts) < len(found):
        return None

    def chance(origin: FloatArray, momentum: FloatArray, mass: FloatArray, energy: float) -> FloatArray:
        return np.asarray(sum(front.chance(origin, momentum, mass, energy) for front in fronts))

    return chance
