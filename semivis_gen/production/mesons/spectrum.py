"""Momenta of mesons of proton collisions: what processes ask of them, and those of the BMPT fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from semivis_gen.arrays import FloatArray, IndexArray, IntArray
from semivis_gen.errors import ParameterError
from semivis_gen.numerics import Estimate
from semivis_gen.production.mesons.bmpt import Collision, invariant_cross_section
from semivis_gen.production.mesons.species import Meson

__all__ = ["FIT_ENERGIES", "FittedMesons", "MesonSpectrum", "Mesons", "PerMeson", "fitted_spectrum"]

FIT_ENERGIES = (60.0, 800.0)  # [GeV]: where the fit has been compared
CELLS = (256, 128)  # in rapidity and transverse momentum
PT_MAX = 5.0  # [GeV]; beyond it lie less than 1e-8 of all mesons

PerMeson = Callable[[IntArray, FloatArray], FloatArray]
"""A' from one meson each, of PDG ids (k,) and momenta (k, 3) [GeV]."""


class Mesons(Protocol):
    """Mesons of one proton, as entries of known energy range: cells of a spectrum, or lines of a list."""

    @property
    def pdg(self) -> IntArray:
        """PDG ids, shape (k,)."""

    @property
    def weight(self) -> FloatArray:
        """Mesons per proton, shape (k,)."""

    @property
    def low(self) -> FloatArray:
        """Smallest energy [GeV], shape (k,)."""

    @property
    def top(self) -> FloatArray:
        """Largest energy [GeV], shape (k,)."""

    def momenta(self, entry: IndexArray, rng: np.random.Generator) -> FloatArray:
        """Momenta of mesons of given entries [GeV], shape (n, 3)."""

    def total(self, per_meson: PerMeson) -> Estimate:
        """Sum over all mesons of a proton, with its numerical or statistical error."""


@dataclass(frozen=True, slots=True, eq=False)
class MesonSpectrum:
    """One kind of meson in cells of rapidity and pT = PT_MAX u^2; k cells, flat inside of each."""

    meson: Meson
    """Which."""
    cross_section: float
    """Its integral [mb per nucleus], up to a factor for all but pi0."""
    share: FloatArray
    """Share of the mesons in each cell, shape (k,)."""
    rapidity: FloatArray
    """Lower edge in lab rapidity, shape (k,)."""
    root_pt: FloatArray
    """Lower edge in u, shape (k,)."""
    steps: tuple[float, float]
    """Widths of a cell in rapidity and u."""

    def at(self, entry: IndexArray, across: FloatArray, up: FloatArray, azimuth: FloatArray) -> FloatArray:
        """Momenta at places 0 .. 1 within cells, at azimuths [rad], shape (n, 3)."""
        y = self.rapidity[entry] + self.steps[0] * across
        pt = PT_MAX * np.square(self.root_pt[entry] + self.steps[1] * up)
        out = np.empty((len(entry), 3))
        out[:, 0], out[:, 1] = pt * np.cos(azimuth), pt * np.sin(azimuth)
        out[:, 2] = np.hypot(pt, self.meson.mass) * np.sinh(y)
        return out

    def energy_range(self) -> tuple[FloatArray, FloatArray]:
        """Smallest and largest energy of each cell [GeV], shapes (k,)."""
        y = np.stack([self.rapidity, self.rapidity + self.steps[0]])
        low_y = np.where(y[0] * y[1] < 0, 0.0, np.abs(y).min(axis=0))
        root = np.stack([self.root_pt, self.root_pt + self.steps[1]])
        low, top = np.hypot(PT_MAX * root**2, self.meson.mass)
        return low * np.cosh(low_y), top * np.cosh(np.abs(y).max(axis=0))


@lru_cache(maxsize=64)
def fitted_spectrum(
    meson: Meson, beam_energy: float, mass_number: float, *, cells: tuple[int, int] = CELLS
) -> MesonSpectrum:
    """Spectrum of a meson by the fit, see `bmpt`.

    Parameters
    ----------
    meson : Meson
        Which.
    beam_energy : float
        Energy of the protons [GeV].
    mass_number : float
        Mass number of the nuclei.
    cells : tuple of int
        Numbers of cells in rapidity and transverse momentum.

    Returns
    -------
    MesonSpectrum
        Cells of positive share.

    Raises
    ------
    ParameterError
        Where the fit does not hold.
    """
    if not FIT_ENERGIES[0] <= beam_energy <= FIT_ENERGIES[1]:
        msg = (
            f"beam energy = {beam_energy:g} GeV: the meson spectra of the BMPT fit hold from {FIT_ENERGIES[0]:g} to "
            f"{FIT_ENERGIES[1]:g} GeV; give a list of mesons instead (spectrum = FILE)"
        )
        raise ParameterError(msg)
    collision = Collision(beam_energy)
    y_max = math.acosh(collision.energy_max(meson.mass) / meson.mass)
    steps = (2 * y_max / cells[0], 1.0 / cells[1])
    y = -y_max + steps[0] * np.arange(cells[0], dtype=float)
    u = steps[1] * np.arange(cells[1], dtype=float)
    middle_u = u + 0.5 * steps[1]
    pt = PT_MAX * middle_u**2
    density = invariant_cross_section(y[:, None] + 0.5 * steps[0], pt, meson.mass, collision, mass_number)
    # d3p/E = 2 pi pT dpT dy and dpT = 2 PT_MAX u du
    mass = (density * (2 * math.pi * pt * 2 * PT_MAX * middle_u * steps[0] * steps[1])).ravel()
    used = np.flatnonzero(mass > 0)
    total = float(mass.sum())
    row, column = np.divmod(used, cells[1])
    return MesonSpectrum(meson, total, mass[used] / total, y[row] + collision.rapidity, u[column], steps)


@dataclass(frozen=True, slots=True, eq=False)
class FittedMesons:
    """Mesons with the spectra of the fit."""

    beam_energy: float
    """Energy of the protons [GeV]."""
    mass_number: float
    """Mass number of the nuclei."""
    kinds: tuple[Meson, ...]
    """Which."""
    per_proton: tuple[float, ...]
    """How many of each kind per proton."""
    pdg: IntArray
    """See `Mesons`."""
    weight: FloatArray
    """See `Mesons`."""
    low: FloatArray
    """See `Mesons`."""
    top: FloatArray
    """See `Mesons`."""

    @classmethod
    def of(cls, beam_energy: float, mass_number: float, per_proton: dict[Meson, float]) -> FittedMesons:
        """Mesons of given numbers per proton.

        Parameters
        ----------
        beam_energy : float
            Energy of the protons [GeV].
        mass_number : float
            Mass number of the nuclei.
        per_proton : dict
            How many of each kind.

        Returns
        -------
        FittedMesons
            The mesons.
        """
        spectra = [fitted_spectrum(kind, beam_energy, mass_number) for kind in per_proton]
        ranges = [s.energy_range() for s in spectra]
        return cls(
            beam_energy, mass_number, tuple(per_proton), tuple(per_proton.values()),
            pdg=np.concatenate([np.full(len(s.share), s.meson.pdg, dtype=np.int32) for s in spectra]),
            weight=np.concatenate([s.share * n for s, n in zip(spectra, per_proton.values(), strict=True)]),
            low=np.concatenate([low for low, _ in ranges]),
            top=np.concatenate([top for _, top in ranges]),
        )  # fmt: skip

    def momenta(self, entry: IndexArray, rng: np.random.Generator) -> FloatArray:
        """See `Mesons.momenta`: uniform in a cell and in azimuth."""
        across, up, turn = rng.random((3, len(entry)))
        azimuth = 2 * math.pi * turn
        out, start = np.empty((len(entry), 3)), 0
        for kind in self.kinds:
            spectrum = fitted_spectrum(kind, self.beam_energy, self.mass_number)
            stop = start + len(spectrum.share)
            mine = slice(None) if len(self.kinds) == 1 else np.flatnonzero((entry >= start) & (entry < stop))
            out[mine] = spectrum.at(entry[mine] - start, across[mine], up[mine], azimuth[mine])
            start = stop
        return out

    def total(self, per_meson: PerMeson) -> Estimate:
        """See `Mesons.total`: by the middles of the cells; the error is the difference to half as many each way."""
        fine = self._sum(per_meson, CELLS)
        coarse = self._sum(per_meson, (CELLS[0] // 2, CELLS[1] // 2))
        return Estimate(fine, abs(fine - coarse))

    def _sum(self, per_meson: PerMeson, cells: tuple[int, int]) -> float:
        total = 0.0
        for kind, number in zip(self.kinds, self.per_proton, strict=True):
            spectrum = fitted_spectrum(kind, self.beam_energy, self.mass_number, cells=cells)
            k = len(spectrum.share)
            half = np.full(k, 0.5)
            middle = spectrum.at(np.arange(k), half, half, np.zeros(k))
            total += number * float(spectrum.share @ per_meson(np.full(k, kind.pdg, dtype=np.int32), middle))
        return total
