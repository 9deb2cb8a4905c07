"""Polar angles of particles in a detector around a collision, and windows of them."""

from __future__ import annotations

import math

import numpy as np

from semivis_gen.arrays import BoolArray, FloatArray
from semivis_gen.errors import ParameterError

__all__ = ["in_window", "require_angles"]


def in_window(vector: FloatArray, smallest: float, largest: float) -> BoolArray:
    """Whether the angle of vectors, shape (..., 3), to the first beam lies between two, in degrees; shape (...)."""
    theta = np.degrees(np.arctan2(np.hypot(vector[..., 0], vector[..., 1]), vector[..., 2]))
    return np.asarray((theta >= smallest) & (theta <= largest))


def require_angles(key: str, smallest: float, largest: float) -> None:
    """Refuse polar angles [degrees] that do not rise between 0 and 180.

    Raises
    ------
    ParameterError
        With both.
    """
    if not (math.isfinite(smallest) and 0 <= smallest < largest <= 180):
        msg = f"{key}: theta_min_deg = {smallest} and theta_max_deg = {largest} must rise between 0 and 180"
        raise ParameterError(msg)
