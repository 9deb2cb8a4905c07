"""Spot and divergence of a beam: events of a beam along the axis, moved and turned as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from semivis_gen.arrays import FloatArray

if TYPE_CHECKING:
    from postprocess.acceptance.candidates import Candidates
    from postprocess.experiment import Beam

__all__ = ["in_beam"]


def in_beam(sample: Candidates, beam: Beam, rng: np.random.Generator) -> Candidates:
    """Give events the spot and the divergence of a beam.

    Parameters
    ----------
    sample : Candidates
        Events of a beam along the axis.
    beam : Beam
        Of the card; without spot and divergence nothing changes and no random number is drawn.
    rng : Generator
        Source of randomness.

    Returns
    -------
    Candidates
        Moved and turned; all momenta of an event turn together.
    """
    if beam.spot_mm is None and beam.divergence_mrad is None:
        return sample
    n = len(sample)
    spot = beam.spot_mm.value if beam.spot_mm else 0.0
    angle = 1e-3 * beam.divergence_mrad.value if beam.divergence_mrad else 0.0
    drawn = rng.standard_normal((n, 4))  # event by event: chunks of a sample make no difference
    shift, slope = spot * drawn[:, :2], angle * drawn[:, 2:]
    origin = sample.origin.copy()
    origin[:, :2] += shift
    momentum, products = (_turned(p, slope) for p in (sample.momentum, sample.product_momentum))
    return replace(sample, origin=origin, momentum=momentum, product_momentum=products)


def _turned(momentum: FloatArray, slope: FloatArray) -> FloatArray:
    """Momenta with their z axis turned to (slope_x, slope_y, 1), Rodrigues' formula."""
    size = np.hypot.reduce(slope, axis=1)
    axis = np.zeros((len(slope), 3))
    axis[:, 0], axis[:, 1] = -slope[:, 1], slope[:, 0]
    axis /= np.where(size > 0, size, 1.0)[:, None]
    theta = np.arctan(size)
    shape = (len(slope), *[1] * (momentum.ndim - 1))
    cos, sin, u = np.cos(theta).reshape(shape), np.sin(theta).reshape(shape), axis
    if momentum.ndim > 2:
        u = axis[:, None, :]
    along = (u * momentum).sum(axis=-1, keepdims=True)
    return np.asarray(
        momentum * cos + np.cross(np.broadcast_to(u, momentum.shape), momentum) * sin + u * along * (1 - cos)
    )
