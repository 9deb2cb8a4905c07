"""How much of a decay showers outside the central cells of a calorimeter: the variable R of NA64.

    R = (E - E_c) / E,    E_c in the central cells

e+ and e- shower where the decay happens, or at the front of the next module; the profile of `lateral` gives the
share in the central cells. Fluctuations of both parts and the noise of the cells outside are Gaussian, so that the
requirement is a probability and no random numbers are drawn, as for the other thresholds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from postprocess.acceptance.calorimeter import impact_points
from postprocess.acceptance.shower_profile import Medium, rectangle_share
from semivis_gen.arrays import FloatArray, IndexArray

if TYPE_CHECKING:
    from postprocess.experiment import Beam, Station

__all__ = ["containment_probability", "move_beam"]


def containment_probability(
    point: FloatArray, momentum: FloatArray, energy: FloatArray, stations: list[Station], outside_max: float
) -> FloatArray:
    """Probability that the measured share outside the central cells is below a cut.

    Parameters
    ----------
    point : ndarray
        Decay points [mm], shape (n, 3).
    momentum, energy : ndarray
        Momenta and energies of k products [GeV], shapes (n, k, 3) and (n, k).
    stations : list of Station
        Calorimeters with central cells.
    outside_max : float
        The cut on R.

    Returns
    -------
    ndarray
        Shape (n,); zero where nothing is seen.
    """
    ordered = sorted(stations, key=lambda s: s.begin_mm.value)
    index, transverse, inside = impact_points(point, momentum, ordered)
    outside, centre = np.zeros(len(point)), np.zeros(len(point))
    for number, station in enumerate(ordered):
        assert station.central is not None  # noqa: S101  (the card is validated)
        rows = np.flatnonzero(index == number)
        cells = station.central
        medium = Medium(cells.z.value, cells.critical_energy_GeV.value, cells.moliere_mm.value)
        middle = np.array([cells.offset_x_mm.value, cells.offset_y_mm.value])
        half = np.array([cells.half_width_x_mm.value, cells.half_width_y_mm.value])
        for product in range(energy.shape[1]):
            seen = rows[inside[rows, product]]
            x, y = transverse[seen, product].T
            share = rectangle_share(x, y, energy[seen, product], middle - half, middle + half, medium)
            outside[seen] += energy[seen, product] * (1 - share)
            centre[seen] += energy[seen, product] * share
    return _below(outside, centre, index, ordered, outside_max)


def _below(
    outside: FloatArray, centre: FloatArray, index: IndexArray, stations: list[Station], cut: float
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


def move_beam(
    origin: FloatArray, momenta: list[FloatArray], beam: Beam, rng: np.random.Generator
) -> tuple[FloatArray, list[FloatArray]]:
    """Give events the spot and the divergence of a beam.

    Parameters
    ----------
    origin : ndarray
        Production points [mm], shape (n, 3).
    momenta : list of ndarray
        Momenta [GeV], shapes (n, 3) or (n, k, 3); all of an event turn together.
    beam : Beam
        Of the card; without spot and divergence nothing changes and no random number is drawn.
    rng : Generator
        Source of randomness.

    Returns
    -------
    origin, momenta
        Moved and turned.
    """
    if beam.spot_mm is None and beam.divergence_mrad is None:
        return origin, momenta
    n = len(origin)
    spot = beam.spot_mm.value if beam.spot_mm else 0.0
    angle = 1e-3 * beam.divergence_mrad.value if beam.divergence_mrad else 0.0
    shift, slope = spot * rng.standard_normal((n, 2)), angle * rng.standard_normal((n, 2))
    moved = origin.copy()
    moved[:, :2] += shift
    return moved, [_turned(momentum, slope) for momentum in momenta]


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
