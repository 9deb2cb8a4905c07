"""Detectors around the point where two beams collide: cylinders with ends, one inside the other.

A surface of radius r is the cylinder of that radius closed at the two ends of the detector. Edges of stations are
radii, so that "from EMC.end to infinity" is everything that leaves the calorimeter, through its side or an end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from postprocess.acceptance.angles import in_window, require_angles
from postprocess.acceptance.geometry import Impact
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError

if TYPE_CHECKING:
    from postprocess.experiment import Station

__all__ = ["Barrel"]


@dataclass(frozen=True, slots=True)
class Barrel:
    """Cylinders around the beams, of one length and closed by endcaps; edges of stations are radii."""

    name: ClassVar[str] = "barrel"
    flat: ClassVar[bool] = False

    z_min_mm: float
    """Where they end behind the collision [mm]; negative."""
    z_max_mm: float
    """Where they end before it, along the first beam [mm]."""
    theta_min_deg: float = 0.0
    """Smallest angle to the first beam, seen from the collision, at which a calorimeter sees something [degrees]."""
    theta_max_deg: float = 180.0
    """Largest such angle [degrees]."""

    def __post_init__(self) -> None:
        if not -math.inf < self.z_min_mm < 0 < self.z_max_mm < math.inf:
            msg = (
                f"barrel from z_min_mm = {self.z_min_mm} to z_max_mm = {self.z_max_mm}: it holds the collision at z = 0"
            )
            raise ParameterError(msg)
        require_angles(self.name, self.theta_min_deg, self.theta_max_deg)

    def path(
        self, origin: FloatArray, momentum: FloatArray, region: tuple[float, float]
    ) -> tuple[FloatArray, FloatArray]:
        """Inside the outer surface and outside the inner one; see `Geometry.path`.

        A path from outside the inner cylinder that crosses it counts up to there, and not behind it.
        """
        unit = momentum / np.sqrt(np.einsum("ij,ij->i", momentum, momentum))[:, None]
        enter, leave = self._inside(origin, unit, region[0])
        first, last = self._inside(origin, unit, region[1])
        from_within = (enter <= 0) & (leave > 0)
        first = np.where(from_within, np.maximum(first, leave), first)
        last = np.where(~from_within & (enter < leave), np.minimum(last, enter), last)
        missed = ~(first < last)
        first[missed] = last[missed] = np.inf
        return first, last

    def _inside(self, origin: FloatArray, unit: FloatArray, radius: float) -> tuple[FloatArray, FloatArray]:
        """Distances between which paths lie inside a closed cylinder [mm], not before 0; both 0 where they never do."""
        if math.isinf(radius):
            return np.zeros(len(origin)), np.full(len(origin), np.inf)
        near, far = _in_circle(origin[:, :2], unit[:, :2], radius)
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = np.sort(
                [(self.z_min_mm - origin[:, 2]) / unit[:, 2], (self.z_max_mm - origin[:, 2]) / unit[:, 2]], axis=0
            )
        across = unit[:, 2] == 0
        between = (origin[:, 2] > self.z_min_mm) & (origin[:, 2] < self.z_max_mm)
        ends[:, across] = np.where(between[across], [[-np.inf], [np.inf]], np.inf)
        near, far = np.maximum.reduce([near, ends[0], np.zeros(len(near))]), np.minimum(far, ends[1])
        empty = ~(near < far)
        return np.where(empty, 0.0, near), np.where(empty, 0.0, far)

    def impact(self, point: FloatArray, momentum: FloatArray, stations: Sequence[Station]) -> Impact:
        """Where the decay happens if that is inside a shell, else on the inner surface of the next.

        See `Geometry.impact`; coordinates across are the arc along the cylinder from azimuth zero and z [mm].
        """
        order = np.argsort([s.begin_mm.value for s in stations])
        begins, ends = (np.array([getattr(stations[i], key).value for i in order]) for key in ("begin_mm", "end_mm"))
        radius = np.hypot(point[:, 0], point[:, 1])
        place = np.searchsorted(ends, radius, side="right")
        ahead = (place < len(ends)) & (point[:, 2] > self.z_min_mm) & (point[:, 2] < self.z_max_mm)
        place = np.minimum(place, len(ends) - 1)
        k = momentum.shape[1]
        goal = np.repeat(begins[place], k)
        size = np.sqrt(np.einsum("ijk,ijk->ij", momentum, momentum)).reshape(-1)
        moving = size > 0
        unit = momentum.reshape(-1, 3) / np.where(moving, size, 1.0)[:, None]
        start = np.repeat(point, k, axis=0)
        outside = np.repeat(radius, k) >= goal  # in the shell: seen where it is
        _, out = _in_circle(start[:, :2], unit[:, :2], np.maximum(goal, 1e-300))
        with np.errstate(divide="ignore", invalid="ignore"):
            end = np.where(unit[:, 2] > 0, self.z_max_mm - start[:, 2], self.z_min_mm - start[:, 2]) / unit[:, 2]
        step = np.where(outside, 0.0, np.minimum(out, np.where(unit[:, 2] == 0, np.inf, end)))
        step = np.where(np.isfinite(step), step, 0.0)
        where = start + step[:, None] * unit
        rho = np.hypot(where[:, 0], where[:, 1])
        seen = in_window(where, self.theta_min_deg, self.theta_max_deg) & moving
        across = np.stack([rho * np.arctan2(where[:, 1], where[:, 0]), where[:, 2]], axis=1)
        return Impact(
            order[place],
            across.reshape(-1, k, 2),
            ahead[:, None] & seen.reshape(-1, k),
            np.maximum(radius - begins[place], 0.0),
        )


def _in_circle(start: FloatArray, step: FloatArray, radius: FloatArray | float) -> tuple[FloatArray, FloatArray]:
    """Distances between which lines lie within a circle around the axis; (inf, -inf) where they never do."""
    a, b = np.einsum("ij,ij->i", step, step), np.einsum("ij,ij->i", start, step)
    inside = np.square(radius) - np.einsum("ij,ij->i", start, start)
    room = b * b + a * inside
    root = np.sqrt(np.maximum(room, 0.0))
    parallel = a == 0
    safe = np.where(parallel, 1.0, a)
    # the larger root without cancellation, the other by Vieta: product of both = -inside/a
    large = -(b + np.copysign(root, b))
    other = np.divide(-inside, large, out=np.zeros_like(large), where=large != 0)
    first, last = np.minimum(large / safe, other), np.maximum(large / safe, other)
    never = np.where(parallel, inside <= 0, room <= 0)
    first = np.where(never, np.inf, np.where(parallel, -np.inf, first))
    return first, np.where(never, -np.inf, np.where(parallel, np.inf, last))
