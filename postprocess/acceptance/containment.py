"""How much of a decay showers outside the central cells of calorimeters: the variable R of NA64.

    R = (E - E_c) / E,    E_c in the central cells

Energies are those of the cells of all calorimeters together, without noise. e+ and e- shower where the decay
happens, or at the front of the next calorimeter; what the end of a calorimeter cuts off goes on in the next
one, and behind the last it is lost. Each deposits its mean profile (`shower_profile`): no random numbers are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from postprocess.acceptance.geometry import Impact
from postprocess.acceptance.shower_profile import (
    SLICES,
    Medium,
    Slices,
    deposited_share,
    outside_bounds,
    rectangle_share,
    slices,
)
from semivis_gen.arrays import BoolArray, FloatArray, IndexArray

if TYPE_CHECKING:
    from postprocess.experiment import CentralCells, Station

__all__ = ["is_contained"]

LOST = 1e-4
"""Share of a shower that is not followed into the next calorimeter."""


@dataclass(frozen=True, slots=True, eq=False)
class _Deposit:
    """What n showers leave in one calorimeter."""

    rows: IndexArray
    """Their events."""
    energy: FloatArray
    """Energy of each slice in it [GeV], shape (n, SLICES)."""
    x: FloatArray
    y: FloatArray
    """Axes against the middle of the central cells [mm]."""
    half: tuple[float, float]
    """Half of the size of the central cells [mm]."""
    shape: Slices
    """Lateral shape."""

    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Bounds on the energy outside the central cells [GeV], shape (n,)."""
        least, most = outside_bounds(self.x[:, None], self.y[:, None], self.half, self.shape)
        return (self.energy * least).sum(axis=1), (self.energy * most).sum(axis=1)

    def outside(self, chosen: BoolArray) -> tuple[IndexArray, FloatArray]:
        """Those of its events that are chosen, and their energy outside the central cells [GeV]."""
        own = np.flatnonzero(chosen[self.rows])
        energy = self.energy[own]
        shower, part = np.nonzero(energy)  # most slices lie in one calorimeter
        some = own[shower]
        inside = rectangle_share(self.x[some], self.y[some], self.half, self.shape.of((some, part)))
        energy[shower, part] *= 1 - inside
        return self.rows[own], energy.sum(axis=1)


def is_contained(impact: Impact, energy: FloatArray, stations: Sequence[Station], outside_max: float) -> BoolArray:
    """Whether the share of the energy outside the central cells is below a cut.

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
        Shape (n,); False where nothing is seen.
    """
    deposits = _deposits(impact, energy, stations)
    total, least, most, outside = (np.zeros(len(energy)) for _ in range(4))
    for deposit in deposits:
        low, high = deposit.bounds()
        total[deposit.rows] += deposit.energy.sum(axis=1)
        least[deposit.rows] += low
        most[deposit.rows] += high
    cut = outside_max * total
    open_ = (least < cut) & (most >= cut)  # else the bounds decide
    for deposit in deposits:
        rows, value = deposit.outside(open_)
        outside[rows] += value
    return np.where(open_, outside < cut, most < cut)


def _deposits(impact: Impact, energy: FloatArray, stations: Sequence[Station]) -> list[_Deposit]:
    order = sorted(range(len(stations)), key=lambda number: stations[number].begin_mm.value)
    found = []
    for product in range(energy.shape[1]):
        for place, first in enumerate(order):
            rows = np.flatnonzero((impact.index == first) & impact.inside[:, product])
            medium = _medium(_cells(stations[first]))
            shape = slices(energy[rows, product], medium)
            where = impact.transverse[rows, product]
            done, depth = np.zeros(len(rows)), -impact.depth[rows]  # share deposited so far; depth of the shower
            for number in order[place:]:
                station = stations[number]
                depth = depth + station.end_mm.value - station.begin_mm.value
                upto = deposited_share(energy[rows, product], depth, medium)
                here = energy[rows, product][:, None] * (_filled(upto) - _filled(done))
                found.append(_deposit(station, rows, here, where, shape))
                some = np.flatnonzero(upto < 1 - LOST)
                rows, shape, where, depth, done = rows[some], shape.of(some), where[some], depth[some], upto[some]
    return found


def _filled(share: FloatArray) -> FloatArray:
    """Share of every slice, of the whole shower, that lies within the first part of it, shape (n, SLICES)."""
    return np.clip(SLICES * share[:, None] - np.arange(SLICES), 0.0, 1.0) / SLICES


def _deposit(station: Station, rows: IndexArray, energy: FloatArray, where: FloatArray, shape: Slices) -> _Deposit:
    cells = _cells(station)
    shift = [station.offset(axis) + getattr(cells, f"offset_{axis}_mm").value for axis in "xy"]
    x, y = (where - shift).T
    return _Deposit(rows, energy, x, y, (cells.half_width_x_mm.value, cells.half_width_y_mm.value), shape)


def _cells(station: Station) -> CentralCells:
    assert station.central is not None  # noqa: S101  (the card is validated)
    return station.central


def _medium(cells: CentralCells) -> Medium:
    keys = (cells.z, cells.critical_energy_GeV, cells.moliere_mm, cells.radiation_length_mm)
    return Medium(*(number.value for number in keys))
