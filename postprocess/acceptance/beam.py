"""Spot and divergence of a beam: events of a beam along the axis, moved and turned as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from semivis_gen.numerics import tilted

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
    momentum, products = (tilted(p, slope) for p in (sample.momentum, sample.product_momentum))
    return replace(sample, origin=origin, momentum=momentum, product_momentum=products)
