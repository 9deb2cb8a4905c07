"""Decays in front of the region that a signature's veto does not notice: they count like those that leave."""

from __future__ import annotations

import numpy as np

from postprocess.acceptance.calorimeter import pass_probability
from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.flight import decay_density, decay_probability, decay_rate, sample_distance
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
    first, last = geometry.path(sample.origin, sample.momentum, (0.0, begin))
    distance, density = sample_distance(first, last, rng)
    size = np.sqrt(np.einsum("ij,ij->i", sample.momentum, sample.momentum))
    point = sample.origin + (distance / size)[:, None] * sample.momentum
    at_once = _unseen(sample, experiment, geometry, veto, sample.origin)
    change = np.where(np.isfinite(first), _unseen(sample, experiment, geometry, veto, point) - at_once, 0.0) / density
    rate = decay_rate(sample.momentum, sample.mass, ctau_mm)
    found = np.zeros((len(sample), len(ctau_mm)))
    some = np.flatnonzero(at_once)  # most decays are noticed: few events have either part
    found[some] = decay_probability(first[some, None], last[some, None], rate[some]) * at_once[some, None]
    some = np.flatnonzero(change)
    found[some] += decay_density(distance[some], rate[some]) * change[some, None]
    return found


def _unseen(
    sample: Candidates, experiment: Experiment, geometry: Geometry, veto: Veto, point: FloatArray
) -> FloatArray:
    """Probability that nothing is noticed of decays at points [mm], shape (n,)."""
    stations = [experiment.stations[name] for name in veto.stations]
    reached = geometry.impact(point, sample.product_momentum, stations).inside
    hardest = (sample.product_energy * reached).max(axis=1, initial=0.0)
    seen = pass_probability(hardest, veto.energy_min_GeV.value, stations[0].sigma(hardest))
    return np.where(hardest > 0, 1 - seen, 1.0)
