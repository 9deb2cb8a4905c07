"""Values of the scanned coupling: from where nothing can be excluded to where the theory ends.

epsilon: the kinetic terms -F^2/4 - F'^2/4 - epsilon F F'/2 are positive for epsilon < 1; at 1 one combination of the
two fields has no kinetic energy and beyond it a negative one. alpha_D: g_D^2 = (4 pi)^2 at alpha_D = 4 pi, where an
expansion in g_D^2 / (4 pi)^2 means nothing. An interval that is still excluded at such an end stays open.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from postprocess.experiment import Experiment
from postprocess.scan.samples import MassPoint
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError

__all__ = ["ALPHA_D_SCAN", "EPSILON_SCAN", "LARGEST_EPSILON", "LEAST_EVENTS", "alpha_d_scan", "epsilon_scan"]

LARGEST_EPSILON = 1.0
LARGEST_ALPHA_D = 4 * math.pi
EPSILON_SCAN = np.r_[np.geomspace(1e-6, 0.5, 160), np.geomspace(0.5, LARGEST_EPSILON, 10)[1:]]
ALPHA_D_SCAN = np.r_[np.geomspace(1e-5, 4.0, 140), np.geomspace(4.0, LARGEST_ALPHA_D, 14)[1:]]
LEAST_EVENTS = 0.01  # fewer exclude nothing: where a scan may begin
STEP = math.log(0.5 / 1e-6) / 159  # of ln epsilon
DECADES = 25  # below the usual scan of alpha_D in which its lower end is looked for


def epsilon_scan(
    point: MassPoint, experiment: Experiment, *, smallest: float | None = None, largest: float | None = None
) -> FloatArray:
    """Values of epsilon that hold every exclusion of a point: from where too few A' are made for any, to 1.

    Parameters
    ----------
    point : MassPoint
        Its rate counts.
    experiment : Experiment
        Its exposure counts.
    smallest, largest : float, optional
        Ends wanted instead.

    Returns
    -------
    ndarray
        Ascending, in steps of 8 %; they begin at 1e-6, or below it where exposure x rate x epsilon^2 is still
        `LEAST_EVENTS`, all of which would have to be seen.

    Raises
    ------
    ParameterError
        Where the ends wanted are not 0 < smallest < largest <= 1.
    """
    made = experiment.exposure.per_rate * point.rate.value
    excess = made * EPSILON_SCAN[0] ** 2 / LEAST_EVENTS
    below = math.ceil(0.5 * math.log(excess) / STEP) if excess > 1 else 0
    scan = np.r_[EPSILON_SCAN[0] * np.exp(-STEP * np.arange(below, 0, -1)), EPSILON_SCAN]
    return _between(scan, smallest, largest)


def check_epsilon_range(smallest: float | None, largest: float | None) -> None:
    """Refuse ends of a scan of epsilon that are none."""
    low, high = smallest or 0.0, LARGEST_EPSILON if largest is None else largest
    if not ((smallest is None or 0 < smallest < math.inf) and 0 <= low < high <= LARGEST_EPSILON):
        given = [f"{name} = {v:g}" for name, v in (("eps_min", smallest), ("eps_max", largest)) if v is not None]
        msg = f"{' and '.join(given)}: take 0 < eps_min < eps_max <= 1; beyond 1 A' has negative kinetic energy"
        raise ParameterError(msg)


def _between(scan: FloatArray, smallest: float | None, largest: float | None) -> FloatArray:
    if smallest is None and largest is None:
        return np.asarray(scan)
    high = float(scan[-1]) if largest is None else largest
    low = min(float(scan[0]), high / 2) if smallest is None else smallest
    return np.geomspace(low, high, max(math.ceil(math.log(high / low) / STEP), 1) + 1)


def alpha_d_scan(events: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Values of alpha_D that hold every exclusion: from where too few A' decay to chi1 chi2 for any, to 4 pi.

    Parameters
    ----------
    events : callable
        Expected events at alpha_D, shape (k,).

    Returns
    -------
    ndarray
        Ascending, in steps of 10 %; they begin at 1e-5, or at the first decade below it at which fewer than
        `LEAST_EVENTS` are expected; at 1e-30 where there is no such decade.
    """
    decades = np.geomspace(ALPHA_D_SCAN[0] * 10.0**-DECADES, ALPHA_D_SCAN[0], DECADES + 1)
    enough = np.flatnonzero(events(decades) >= LEAST_EVENTS)
    if not enough.size:
        return np.asarray(ALPHA_D_SCAN)
    begin = decades[max(enough[0] - 1, 0)]
    steps = math.ceil(math.log(ALPHA_D_SCAN[0] / begin) / math.log(ALPHA_D_SCAN[1] / ALPHA_D_SCAN[0]))
    return np.asarray(np.r_[np.geomspace(begin, ALPHA_D_SCAN[0], steps + 1)[:-1], ALPHA_D_SCAN])
