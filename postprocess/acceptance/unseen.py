"""Decays in front of the region that a signature's veto does not notice: they count like those that leave."""

from __future__ import annotations

import numpy as np

from postprocess.acceptance.calorimeter import pass_probability
from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.decay_points import decays_in_region
from postprocess.acceptance.geometry import Geometry
from postprocess.experiment import Experiment, Veto
from semivis_gen.arrays import FloatArray

__all__ = ["unseen_decays"]


def unseen_decays(
    sample: Candidates,
    experiment: Experiment,
    geometry: Geometry,
    veto: Veto,
    begin: float,
    ctau_mm: FloatArray,
    *,
    rng: np.random.Generator,
) -> FloatArray:
    """Probability to decay in front of a region with nothing noticed.

    Decays at the very origin are counted exactly and the drawn point tells what is different there, so that short
    lifetimes need no point close to the origin.

    Parameters
    ----------
    sample : Candidates
        n events.
    experiment, geometry
        The card and its geometry.
    veto : Veto
        What notices products.
    begin : float
        Where the region begins [mm].
    ctau_mm : ndarray
        Proper decay lengths [mm], shape (k,).
    rng : Generator
        Draws one decay point an event.

    Returns
    -------
    ndarray
        Its estimate an event, of the right mean and of either sign, shape (n, k).
    """
    region = (0.0, begin)
    exact = decays_in_region(sample, experiment, geometry, region, ctau_mm, rng=None).probability
    drawn = decays_in_region(sample, experiment, geometry, region, ctau_mm, rng=rng)
    at_once = _unseen(sample, experiment, geometry, veto, sample.origin)[:, None]
    later = _unseen(sample, experiment, geometry, veto, drawn.point)[:, None]
    return exact * at_once + drawn.probability * (later - at_once)


def _unseen(
    sample: Candidates, experiment: Experiment, geometry: Geometry, veto: Veto, point: FloatArray
) -> FloatArray:
    """Probability that nothing is noticed of decays at points [mm], shape (n,)."""
    stations = [experiment.stations[name] for name in veto.stations]
    reached = geometry.impact(point, sample.product_momentum, stations).inside
    hardest = (sample.product_energy * reached).max(axis=1, initial=0.0)
    seen = pass_probability(hardest, veto.energy_min_GeV.value, stations[0].sigma(hardest))
    return np.where(hardest > 0, 1 - seen, 1.0)
