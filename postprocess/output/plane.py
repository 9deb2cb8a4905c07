"""Axes of the exclusion figures: labels, and ranges that fit what is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from postprocess.output.style import M_APRIME
from semivis_gen.errors import ParameterError

if TYPE_CHECKING:
    from postprocess.limits import Contour

__all__ = ["Plane", "fitted", "plane_of"]

ROUND = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Plane:
    """Axes of an exclusion figure."""

    x_label: str
    """With unit."""
    y_label: str
    """With unit."""
    x_range: tuple[float, float]
    """Range; that of a known plane is what a figure shows at most."""
    y_range: tuple[float, float]
    """Likewise."""
    x_log: bool = True
    """Whether logarithmic."""
    y_log: bool = True
    """Likewise."""


PLANES = {
    "m-eps": Plane(rf"${M_APRIME}$ [GeV]", r"kinetic mixing $\epsilon$", (1e-4, 1e2), (1e-9, 1e-1)),
    "m-alphaD": Plane(rf"${M_APRIME}$ [GeV]", r"dark coupling $\alpha_D$", (1e-4, 1e2), (1e-4, 1.0)),
    "m1-f": Plane(
        r"$m_{\chi_1}$ [GeV]", r"mass splitting $f = \Delta / m_{\chi_1}$", (1e-4, 1e2), (0.0, 10.0), y_log=False
    ),
}
AXES = {
    ("m_aprime_GeV", "epsilon"): "m-eps",
    ("m_aprime_GeV", "alpha_d"): "m-alphaD",
    ("m_chi1_GeV", "splitting"): "m1-f",
}


def plane_of(contour: Contour) -> Plane:
    """Axes of the plane of a contour.

    Raises
    ------
    ParameterError
        Where the contour is of no such plane.
    """
    axes = contour.x_name, contour.y_name
    if axes not in AXES:
        msg = f"a contour of {axes[1]} against {axes[0]} is of no known plane: give `plane` with labels and ranges"
        raise ParameterError(msg)
    return PLANES[AXES[axes]]


def fitted(contours: Sequence[Contour]) -> Plane:
    """Axes of the plane of contours, as wide as their scans and what they exclude, on round numbers.

    Parameters
    ----------
    contours : sequence of Contour
        At least one, all of one plane.

    Returns
    -------
    Plane
        All of it where nothing is excluded.
    """
    plane = plane_of(contours[0])
    x = np.concatenate([contour.x for contour in contours])
    low, high = (np.concatenate([getattr(contour, end)[0] for contour in contours]) for end in ("low", "high"))
    x_range = _rounded(float(x.min()), float(x.max()), plane.x_range)
    if np.isnan(low).all():
        return replace(plane, x_range=x_range)
    lowest, highest = float(np.nanmin(low)), float(np.nanmax(high))
    if plane.y_log:
        return replace(plane, x_range=x_range, y_range=_rounded(lowest / 2, 2 * highest, plane.y_range))
    return replace(plane, x_range=x_range, y_range=(0.0, min(0.1 * math.ceil(10.5 * highest), plane.y_range[1])))


def _rounded(low: float, high: float, within: tuple[float, float]) -> tuple[float, float]:
    """Round outward to 1, 2 or 5 times a power of ten, inside what is shown at most, at least a decade apart."""
    low, high = max(low, within[0]), min(high, within[1])
    a, b = _down(low), 1 / _down(1 / high)
    return max(min(a, b / 10), within[0]), min(b, within[1])


def _down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return max(factor for factor in ROUND if factor <= value / power * (1 + 1e-6)) * power
