"""The seam of geometries: where a straight path lies in a decay region, and which calorimeter a product enters.

A geometry is a frozen dataclass in `GEOMETRIES`. It gives the edges of a card's stations a meaning (here planes of
constant z; radii for a barrel) and has whatever else it needs as fields: strings, flags and whole numbers stand in a
card as they are, every `float` with its source. One that differs from another in a single point is a subclass:

    @dataclass(frozen=True)
    class Aside(Planes):
        name: ClassVar[str] = "aside"
        x_mm: float = 0.0
        def impact(self, point, momentum, stations):
            return super().impact(point - [self.x_mm, 0.0, 0.0], momentum, stations)

    GEOMETRIES.register("aside", Aside)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from postprocess.experiment import GEOMETRIES as NAMES
from semivis_gen.arrays import BoolArray, FloatArray, IndexArray
from semivis_gen.registry import Registry

if TYPE_CHECKING:
    from postprocess.experiment import Experiment, Station

__all__ = ["GEOMETRIES", "Geometry", "Impact", "Planes", "geometry_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Impact:
    """Where k products of n decays enter a calorimeter."""

    index: IndexArray
    """Calorimeter, by its number among those asked for, shape (n,); any where there is none."""
    transverse: FloatArray
    """Coordinates across it where it is entered, or of the decay if that is inside [mm], shape (n, k, 2)."""
    inside: BoolArray
    """Whether the product reaches it within its transverse size, shape (n, k)."""
    depth: FloatArray
    """How deep inside it the decay is [mm], 0 where it is entered from outside, shape (n,)."""

    def of(self, rows: IndexArray) -> Impact:
        """Return that of some decays."""
        return Impact(self.index[rows], self.transverse[rows], self.inside[rows], self.depth[rows])


class Geometry(Protocol):
    """Shape of a detector."""

    @property
    def name(self) -> str:
        """Name in cards."""

    def path(
        self, origin: FloatArray, momentum: FloatArray, region: tuple[float, float]
    ) -> tuple[FloatArray, FloatArray]:
        """Part of each straight path that lies in a decay region.

        Parameters
        ----------
        origin : ndarray
            Production points [mm], shape (n, 3).
        momentum : ndarray
            Momenta, shape (n, 3); only their directions count.
        region : tuple of float
            Positions of its two edges as the card has them [mm]; the second may be infinite.

        Returns
        -------
        first, last : ndarray
            Distances from the origin at which the path enters and leaves the region [mm], shape (n,), first < last;
            both infinite where it misses the region. `last` is infinite elsewhere only in a region without end.
        """

    def impact(self, point: FloatArray, momentum: FloatArray, stations: Sequence[Station]) -> Impact:
        """Where decay products enter a calorimeter.

        Parameters
        ----------
        point : ndarray
            Decay points [mm], shape (n, 3).
        momentum : ndarray
            Momenta of k products [GeV], shape (n, k, 3).
        stations : sequence of Station
            The calorimeters that count, in any order.

        Returns
        -------
        Impact
            On the first of them at or behind the decay point.
        """


@dataclass(frozen=True, slots=True)
class Planes:
    """Square pieces one behind the other along z."""

    name: ClassVar[str] = "planes"

    def path(
        self, origin: FloatArray, momentum: FloatArray, region: tuple[float, float]
    ) -> tuple[FloatArray, FloatArray]:
        """Between two planes of constant z, without limit across."""
        first, last = (_to_plane(origin, momentum, z) for z in region)
        missed = first >= last
        first[missed] = last[missed] = np.inf
        return first, last

    def impact(self, point: FloatArray, momentum: FloatArray, stations: Sequence[Station]) -> Impact:
        """Where the decay happens if that is inside a piece, else at the front of the next one."""
        order = np.argsort([s.begin_mm.value for s in stations])
        ordered = [stations[i] for i in order]
        begins, ends, widths = np.array([(s.begin_mm.value, s.end_mm.value, s.half_width) for s in ordered]).T
        place = np.searchsorted(ends, point[:, 2], side="right")
        ahead = place < len(ends)
        place = np.minimum(place, len(ends) - 1)
        gap = np.maximum(begins[place] - point[:, 2], 0.0)[:, None]
        forward = (momentum[..., 2] > 0) | (gap == 0)
        slope = np.divide(
            momentum[..., :2], momentum[..., 2:], out=np.zeros(momentum[..., :2].shape), where=momentum[..., 2:] > 0
        )
        transverse = point[:, None, :2] + gap[..., None] * slope
        centre = np.array([[stations[i].offset(axis) for axis in "xy"] for i in order])[place][:, None]
        inside = ahead[:, None] & forward & self.within(transverse - centre, widths[place][:, None])
        return Impact(order[place], transverse, inside, np.maximum(point[:, 2] - begins[place], 0.0))

    def within(self, transverse: FloatArray, half_width: FloatArray) -> BoolArray:
        """Whether points lie within a piece of a half width [mm]; any shape, two coordinates [mm] on the last axis."""
        return np.asarray(np.abs(transverse).max(axis=-1) < half_width)


def _to_plane(origin: FloatArray, momentum: FloatArray, z: float) -> FloatArray:
    """Length of the path to a plane [mm]: 0 from behind it, inf where the particle never gets there."""
    gap = np.maximum(z - origin[:, 2], 0.0)
    total = np.sqrt(np.einsum("ij,ij->i", momentum, momentum))
    forward = momentum[:, 2] > 0
    slope = np.divide(total, momentum[:, 2], out=np.full(len(total), np.inf), where=forward)
    return np.where(gap > 0, np.where(forward, np.maximum(gap, np.finfo(float).tiny) * slope, np.inf), 0.0)


GEOMETRIES: Registry[type[Geometry]] = NAMES


def geometry_of(experiment: Experiment) -> Geometry:
    """Geometry of a card; planes where it names none."""
    geometry: Geometry = Planes() if experiment.geometry is None else experiment.geometry.build()
    return geometry
