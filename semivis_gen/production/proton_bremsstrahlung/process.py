"""Proton bremsstrahlung of A' as a production process: settings, rate, events."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_PROTON, M_PROTON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.events import Events
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import CellTable, Estimate, gauss
from semivis_gen.production.mesons.record import inclusive_events, proton_dump
from semivis_gen.production.process import as_choices
from semivis_gen.production.proton_bremsstrahlung.form_factor import ProtonFormFactor, dirac_form_factor_squared
from semivis_gen.production.proton_bremsstrahlung.splitting import proton_proton_cross_section, splitting
from semivis_gen.target import ProtonDump, Source

__all__ = ["ProtonBremsstrahlung", "ProtonBremsstrahlungSampler"]

NODES = 32  # of each integral; half as many agree to 1e-6 (test)
CELLS = (300, 200)  # in pT and z of the sampler


@dataclass(frozen=True, slots=True)
class ProtonBremsstrahlung:
    """Protons radiate A' as they collide: p N -> p A' ..., see `splitting` and `form_factor`.

    dN = sigma_pp(s')/sigma_pp(s) w(z, pT^2) |F1(m^2)|^2 dz dpT^2 per inelastic collision, s' = 2 M (E - E_A').

    Examples
    --------
    >>> from semivis_gen.target import ProtonDump, material
    >>> rate = ProtonBremsstrahlung().rate(0.3, ProtonDump(400.0, material("Cu")))
    >>> f"{rate.value:.2g} A' per proton at epsilon = 1"
    "0.0094 A' per proton at epsilon = 1"
    """

    name: ClassVar[str] = "proton_bremsstrahlung"
    beams: ClassVar[frozenset[int]] = frozenset({ID_PROTON})
    events_share: ClassVar[float] = 0.4

    z_min: float = 0.1
    """Smallest share of the proton's momentum that A' takes; below, the approximation fails."""
    z_max: float = 0.9
    """Largest share."""
    pt_max_GeV: float = 1.0  # noqa: N815
    """Largest transverse momentum [GeV]."""
    form_factor: ProtonFormFactor = ProtonFormFactor.VECTOR_MESONS
    """Form factor of the proton: sum of vector mesons, or point."""

    def __post_init__(self) -> None:
        if not 0 < self.z_min < self.z_max < 1:
            msg = f"proton_bremsstrahlung: z_min = {self.z_min} and z_max = {self.z_max} must rise between 0 and 1"
            raise ParameterError(msg)
        if not 0 < self.pt_max_GeV < math.inf:
            msg = f"proton_bremsstrahlung: pt_max_GeV = {self.pt_max_GeV} must be positive and finite"
            raise ParameterError(msg)
        as_choices(self, form_factor=ProtonFormFactor)

    def rate(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> Estimate:
        """See `Process.rate`; the error is the difference to an integral with half as many nodes."""
        phase_space = self._phase_space(m_aprime, source, e_min)
        fine, coarse = (phase_space.integral(nodes) for nodes in (NODES, NODES // 2))
        factor = self._form_factor_squared(m_aprime)
        return Estimate(fine * factor, abs(fine - coarse) * factor)

    def sampler(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> ProtonBremsstrahlungSampler:
        """See `Process.sampler`."""
        return ProtonBremsstrahlungSampler.of(self._phase_space(m_aprime, source, e_min))

    def _form_factor_squared(self, m_aprime: float) -> float:
        point = self.form_factor is ProtonFormFactor.POINT
        return 1.0 if point else float(dirac_form_factor_squared(m_aprime))

    def _phase_space(self, m_aprime: float, source: Source, e_min: float) -> _PhaseSpace:
        dump = proton_dump(source, self.name)
        fastest = math.hypot(self.z_max * dump.beam_momentum, m_aprime)
        if fastest > dump.beam_energy - 2 * M_PROTON:  # nothing is left to collide with
            msg = (
                f"proton_bremsstrahlung of A' of {m_aprime:g} GeV is closed at {dump.beam_energy:g} GeV and z_max = "
                f"{self.z_max:g}: raise the beam energy or lower z_max"
            )
            raise KinematicsError(msg)
        return _PhaseSpace(self, dump, m_aprime, e_min)

    @staticmethod
    def direction(events: Events, masses: DarkMasses, rng: np.random.Generator) -> FloatArray | None:
        """See `Process.direction`: the approximation sums over the spin of A'."""
        return None


@dataclass(frozen=True, slots=True)
class _PhaseSpace:
    """The unit square of u and v: pT^2 = s (e^(u L) - 1), s the smallest virtuality, and z between limits at pT."""

    process: ProtonBremsstrahlung
    dump: ProtonDump
    m_aprime: float
    e_min: float

    def at(self, u: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """z, pT [GeV] and A' per du dv at epsilon = 1 and F1 = 1."""
        process, momentum = self.process, self.dump.beam_momentum
        scale = process.z_min**2 * M_PROTON**2 + (1 - process.z_max) * self.m_aprime**2
        length = math.log1p(process.pt_max_GeV**2 / scale)
        pt2 = scale * np.expm1(u * length)
        below = np.maximum(self.e_min**2 - pt2 - self.m_aprime**2, 0.0)
        low = np.maximum(np.sqrt(below) / momentum, process.z_min)
        # even in ln z: w falls like 1/z
        ratio = np.log(np.maximum(process.z_max / low, 1.0))
        z = low * np.exp(v * ratio)
        energy = np.sqrt((z * momentum) ** 2 + pt2 + self.m_aprime**2)
        left = np.maximum(self.dump.beam_energy - energy, 2 * M_PROTON)
        cross_sections = proton_proton_cross_section(2 * M_PROTON * left) / proton_proton_cross_section(
            2 * M_PROTON * self.dump.beam_energy
        )
        jacobian = (pt2 + scale) * length * z * ratio
        return z, np.sqrt(pt2), splitting(z, pt2, self.m_aprime) * cross_sections * jacobian

    def integral(self, nodes: int) -> float:
        """A' per proton at epsilon = 1 and F1 = 1."""
        x, weight = gauss(nodes)
        _, _, density = self.at(x[:, None], x)
        return float(weight @ density @ weight)


@dataclass(frozen=True, slots=True, eq=False)
class ProtonBremsstrahlungSampler:
    """A' of proton bremsstrahlung, in cells of the unit square that are flat inside."""

    phase_space: _PhaseSpace
    """Maps the square."""
    table: CellTable
    """Its cells."""

    @classmethod
    def of(cls, phase_space: _PhaseSpace) -> ProtonBremsstrahlungSampler:
        """Sampler of a phase space.

        Raises
        ------
        KinematicsError
            Where no A' has the energy.
        """
        u, v = ((np.arange(k) + 0.5) / k for k in CELLS)
        _, _, density = phase_space.at(u[:, None], v)
        if not density.any():
            msg = (
                f"no A' of proton bremsstrahlung above {phase_space.e_min:g} GeV from "
                f"{phase_space.dump.beam_energy:g} GeV and z_max = {phase_space.process.z_max:g}: lower the energy"
            )
            raise KinematicsError(msg)
        return cls(phase_space, CellTable.of(density.ravel()))

    def sample(self, n: int, rng: np.random.Generator) -> Events:
        """Draw n events of weight one; see `Sampler.sample`."""
        cell, across, up, turn = rng.random((4, n))
        row, column = np.divmod(self.table.draw(cell), CELLS[1])
        z, pt, _ = self.phase_space.at((row + across) / CELLS[0], (column + up) / CELLS[1])
        aprime = np.empty((n, 3))
        aprime[:, 0], aprime[:, 1] = pt * np.cos(2 * math.pi * turn), pt * np.sin(2 * math.pi * turn)
        aprime[:, 2] = z * self.phase_space.dump.beam_momentum
        return inclusive_events(self.phase_space.dump, aprime, self.phase_space.m_aprime, rng)
