"""Expected events in the bins of a limit model, with the error of the sample."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from postprocess.acceptance import AcceptanceTable
from postprocess.experiment import Experiment
from postprocess.limits import LimitModel
from postprocess.scan.samples import MassPoint
from postprocess.signal import Chi2Width, ExpectedSignal, exact_width, expected_yields
from semivis_gen.arrays import FloatArray

__all__ = ["LARGEST_SHIFT", "Signal", "in_bins", "signal", "signal_with_error"]

LARGEST_SHIFT = 0.9  # of a signal in units of itself
DEVIATIONS = 2.0  # of a signal that nothing was seen of, at its upper bound


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """Events and their error."""

    expected: FloatArray
    """Events, shape (..., bins)."""
    error: FloatArray
    """Its standard deviation, same shape."""

    def __mul__(self, factor: ArrayLike) -> Signal:
        """Scale it, as a whole or bin by bin."""
        scale = np.asarray(factor, dtype=np.float64)
        return Signal(self.expected * scale, self.error * scale)

    def shifted(self) -> tuple[FloatArray, FloatArray]:
        """Events lower and higher by one standard deviation of their sum, all bins in the same direction.

        Returns
        -------
        ndarray, ndarray
            At least 1 - `LARGEST_SHIFT` of what is expected is left.
        """
        total = self.error.sum(axis=-1, keepdims=True)
        spread = np.sqrt((self.error**2).sum(axis=-1, keepdims=True))  # bins are independent
        shift = self.error * np.divide(spread, total, out=np.zeros_like(total), where=total > 0)
        return np.maximum(self.expected - shift, (1 - LARGEST_SHIFT) * self.expected), self.expected + shift


def signal_with_error(
    point: MassPoint,
    experiment: Experiment,
    model: LimitModel,
    *,
    alpha_d: ArrayLike,
    epsilon: ArrayLike,
    chi2_width: Chi2Width = exact_width,
) -> Signal:
    """Expected signal in the bins of a limit model, with its error.

    Parameters
    ----------
    point : MassPoint
        Acceptance and rate.
    experiment : Experiment
        The card.
    model : LimitModel
        Its `names` order the bins; a signature the point cannot have gets no signal.
    alpha_d, epsilon : array_like
        Couplings; they broadcast.
    chi2_width : Chi2Width
        See `postprocess.signal.chi2_width`.

    Returns
    -------
    Signal
        Expected events, shape (..., bins). Where a signature accepted no event at any lifetime, twice its error is the
        upper bound at 90 % CL, as far as the table has one.
    """

    def events(table: AcceptanceTable) -> Signal:
        found = expected_yields(table, experiment, point.rate, alpha_d=alpha_d, epsilon=epsilon, chi2_width=chi2_width)
        return in_bins(found, model)

    made, table = events(point.table), point.table
    unseen = ~np.any(table.acceptance > 0, axis=0)
    if table.upper is None or not unseen.any():
        return made
    bound = events(replace(table, acceptance=np.where(unseen, table.upper, 0.0), error=np.zeros_like(table.error)))
    return Signal(made.expected, np.hypot(made.error, bound.expected / DEVIATIONS))


def signal(
    point: MassPoint,
    experiment: Experiment,
    model: LimitModel,
    *,
    alpha_d: ArrayLike,
    epsilon: ArrayLike,
    chi2_width: Chi2Width = exact_width,
) -> FloatArray:
    """Expected events in the bins of a limit model, shape (..., bins); parameters as for `signal_with_error`."""
    found = expected_yields(
        point.table, experiment, point.rate, alpha_d=alpha_d, epsilon=epsilon, chi2_width=chi2_width
    )
    return in_bins(found, model).expected


def in_bins(found: ExpectedSignal, model: LimitModel) -> Signal:
    """Expected events in the order of a model's `names`; none where a signature is missing."""

    def ordered(values: FloatArray) -> FloatArray:
        columns = dict(zip(found.signatures, np.moveaxis(values, -1, 0), strict=True))
        nothing = np.zeros(values.shape[:-1])
        return np.stack([columns.get(name, nothing) for name in model.names], axis=-1)

    return Signal(ordered(found.expected), ordered(found.error))
