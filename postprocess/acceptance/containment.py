"""How much of a decay showers outside the central cells of a calorimeter: the variable R of NA64.

    R = (E - E_c) / E,    E_c in the central cells

e+ and e- shower where the decay happens, or at the front of the next module; `shower_profile` gives the
share in the central cells. Fluctuations of both parts and the noise of the cells outside are Gaussian, so that the
requirement is a probability and no random numbers are drawn, as for the other thresholds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from postprocess.acceptance.geometry import Impact
from postprocess.acceptance.shower_profile import Medium, rectangle_share
from semivis_gen.arrays import FloatArray, IndexArray

if TYPE_CHECKING:
    from postprocess.experiment import Station

__all__ = ["containment_probability"]


def containment_probability(
    impact: Impact, energy: FloatArray, stations: Sequence[Station], outside_max: float
) -> FloatArray:
    """Probability that the measured share outside the central cells is below a cut.

    Parameters
    ----------
    impact : Impact
        Where k products enter the calorimeters.
    energy : ndarray
        Their energies [GeV], shape (n, k).
    stations : sequence of Station
        The calorimeters, with central cells.
    outside_max : float
        The cut on R.

    Returns
    -------
    ndarray
        Shape (n,); zero where nothing is seen.
    """
    outside, centre = np.zeros(len(energy)), np.zeros(len(energy))
    for number, station in enumerate(stations):
        assert station.central is not None  # noqa: S101  (the card is validated)
        rows = np.flatnonzero(impact.index == number)
        cells = station.central
        medium = Medium(cells.z.value, cells.critical_energy_GeV.value, cells.moliere_mm.value)
        middle = np.array([cells.offset_x_mm.value, cells.offset_y_mm.value])
        half = np.array([cells.half_width_x_mm.value, cells.half_width_y_mm.value])
        for product in range(energy.shape[1]):
            seen = rows[impact.inside[rows, product]]
            x, y = impact.transverse[seen, product].T
            share = rectangle_share(x, y, energy[seen, product], middle - half, middle + half, medium)
            outside[seen] += energy[seen, product] * (1 - share)
            centre[seen] += energy[seen, product] * share
    return _below(outside, centre, impact.index, stations, outside_max)


def _below(
    outside: FloatArray, centre: FloatArray, index: IndexArray, stations: Sequence[Station], cut: float
) -> FloatArray:
    """P(E_out < cut (E_out + E_c)): a linear combination of two Gaussian energies below zero."""
    from scipy.special import ndtr

    distance = cut * centre - (1 - cut) * outside
    variance = np.zeros(len(outside))
    for number, station in enumerate(stations):
        rows = np.flatnonzero(index == number)
        noise = station.central.noise_GeV.value if station.central else 0.0
        spread_out = np.hypot(station.sigma(outside[rows]), noise)
        spread_centre = station.sigma(centre[rows])
        variance[rows] = ((1 - cut) * spread_out) ** 2 + (cut * spread_centre) ** 2
    step = np.where(distance > 0, np.inf, -np.inf)
    passed = ndtr(np.divide(distance, np.sqrt(variance), out=step, where=variance > 0))
    return np.where(outside + centre > 0, passed, 0.0)
