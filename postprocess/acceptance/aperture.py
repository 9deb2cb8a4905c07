"""Planes with an aperture of another shape or place: round, rectangular, beside the beam."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from postprocess.acceptance.geometry import Planes
from semivis_gen.arrays import BoolArray, FloatArray
from semivis_gen.errors import ParameterError

__all__ = ["Aperture"]


@dataclass(frozen=True, slots=True)
class Aperture(Planes):
    """Pieces one behind the other along z; their half width is that in x, or the radius of round ones.

    Examples
    --------
    >>> aside = Aperture(x_mm=5000.0)  # 5 m beside the beam
    >>> aside.within(np.array([[3600.0, 0.0], [3400.0, 0.0]]), np.array(1500.0)).tolist()
    [True, False]
    """

    name: ClassVar[str] = "aperture"

    x_mm: float = 0.0
    """Position of their common axis in x [mm]; the beam is at 0."""
    y_mm: float = 0.0
    """The same in y [mm]."""
    height_over_width: float = 1.0
    """Size in y over size in x."""
    round: bool = False
    """Discs instead of rectangles."""

    def __post_init__(self) -> None:
        if not (np.isfinite([self.x_mm, self.y_mm]).all() and 0 < self.height_over_width < np.inf):
            msg = (
                f"aperture at ({self.x_mm}, {self.y_mm}) mm with height_over_width = {self.height_over_width}: its "
                "position must be finite, the ratio positive"
            )
            raise ParameterError(msg)

    def within(self, transverse: FloatArray, half_width: FloatArray) -> BoolArray:
        """See `Planes.within`."""
        x = transverse[..., 0] - self.x_mm
        y = (transverse[..., 1] - self.y_mm) / self.height_over_width
        distance = np.hypot(x, y) if self.round else np.maximum(np.abs(x), np.abs(y))
        return np.asarray(distance < half_width)
