"""Invariants of l(p) N(P_i) -> l(p') N(P_f) A'(k) from lab momenta, with all digits at any energy.

The nucleus of mass M rests before, the beam runs along z, r is the momentum of the recoil. Differences of nearly equal
numbers are avoided by light-cone components, a_- = a_0 - a_z = (m^2 + a_T^2)/(a_0 + a_z), and by a choice of gauge:
with q = p' + k - p, P = P_i + P_f is replaced by P' = P - (P.p / q.p) q. The current is conserved, so that amplitudes
do not change, and the terms of P that exceed their sum by 1e9 are gone:

    P'.p = 0,    V.P' = -(2 M / q.p) [E V_T.r_T + r_z (E V_z - V_0 p_z)],
    P'^2 = -(2 M / q.p)^2 (E^2 r_T^2 + m_l^2 r_z^2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.constants import M_ELECTRON
from semivis_gen.production.bremsstrahlung.matrix_element import reduced_amplitude

__all__ = ["LabInvariants", "LabVector"]


@dataclass(frozen=True, slots=True, eq=False)
class LabVector:
    """Four-vectors with their light-cone component."""

    time: FloatArray
    """a_0, shape (n,)."""
    space: FloatArray
    """Three components, shape (n, 3)."""
    minus: FloatArray
    """a_0 - a_z, known better than this difference, shape (n,)."""

    @classmethod
    def on_shell(cls, momentum: FloatArray, mass2: ArrayLike) -> LabVector:
        """Four-momenta from three-momenta [GeV] and squared masses [GeV^2]."""
        x, y, z = momentum.T
        transverse2 = x * x + y * y + mass2
        energy = np.sqrt(transverse2 + z * z)
        return cls(energy, momentum, np.where(z > 0, transverse2 / (energy + np.abs(z)), energy - z))

    def minus_multiple(self, factor: FloatArray, other: LabVector) -> LabVector:
        """Difference to a multiple of other vectors, component by component."""
        return LabVector(
            self.time - factor * other.time,
            self.space - factor[:, None] * other.space,
            self.minus - factor * other.minus,
        )

    def over(self, size: FloatArray) -> LabVector:
        """Vectors divided by numbers."""
        return LabVector(self.time / size, self.space / size[:, None], self.minus / size)

    def take(self, rows: IndexArray) -> LabVector:
        """Some of the vectors."""
        return LabVector(self.time[rows], self.space[rows], self.minus[rows])


@dataclass(frozen=True, slots=True, eq=False)
class LabInvariants:
    """Momenta of production and the products of them that cancel where they are formed naively, shape (n,)."""

    beam: LabVector
    """p [GeV]."""
    lepton: LabVector
    """p' [GeV]."""
    aprime: LabVector
    """k [GeV]."""
    recoil: FloatArray
    """r [GeV], shape (n, 3)."""
    kinetic: FloatArray
    """Kinetic energy of the recoil [GeV]."""
    mass: FloatArray
    """M [GeV]."""
    m2: FloatArray
    """k^2 [GeV^2]."""
    kp: FloatArray
    """k.p [GeV^2]."""
    kq: FloatArray
    """k.p' [GeV^2]."""
    gap: FloatArray
    """p.p' - m_l^2 [GeV^2]."""
    qp: FloatArray
    """q.p [GeV^2]."""
    lepton_mass: float = M_ELECTRON
    """m_l [GeV]."""

    @classmethod
    def from_momenta(
        cls,
        beam: FloatArray,
        lepton: FloatArray,
        recoil: FloatArray,
        aprime: FloatArray,
        *,
        mass: FloatArray,
        m2: FloatArray,
        lepton_mass: float = M_ELECTRON,
    ) -> LabInvariants:
        """Build the invariants.

        Parameters
        ----------
        beam, lepton, recoil, aprime : ndarray
            Lab momenta [GeV], shape (n, 3); the beam along z.
        mass : ndarray
            Masses of the nuclei [GeV], shape (n,).
        m2 : ndarray
            Squared masses of A' [GeV^2], shape (n,), on or off the mass shell.
        lepton_mass : float
            Mass of beam particle and outgoing lepton [GeV].

        Returns
        -------
        LabInvariants
            All of them.
        """
        ml2 = lepton_mass**2
        p, out, k = (LabVector.on_shell(v, x) for v, x in ((beam, ml2), (lepton, ml2), (aprime, m2)))
        kinetic = np.einsum("ij,ij->i", recoil, recoil)
        kinetic = kinetic / (np.sqrt(mass * mass + kinetic) + mass)
        p_plus, out_plus, k_plus = (v.time + v.space[:, 2] for v in (p, out, k))
        # 2 a.b = m_a^2 b+/a+ + m_b^2 a+/b+ + |a_T sqrt(b+/a+) - b_T sqrt(a+/b+)|^2
        ratio, share = out_plus / k_plus, p_plus / out_plus
        root = np.sqrt(ratio)[:, None]
        apart = aprime[:, :2] * root - lepton[:, :2] / root
        out_t2 = np.einsum("ij,ij->i", lepton[:, :2], lepton[:, :2])
        return cls(
            beam=p,
            lepton=out,
            aprime=k,
            recoil=recoil,
            kinetic=kinetic,
            mass=mass,
            m2=m2,
            kp=0.5 * (k.minus * p_plus + k_plus * p.minus),
            kq=0.5 * (m2 * ratio + ml2 / ratio + np.einsum("ij,ij->i", apart, apart)),
            gap=0.5 * (share * out_t2 + ml2 * (share - 1) ** 2 / share),
            qp=beam[:, 2] * recoil[:, 2] - p.time * kinetic,
            lepton_mass=lepton_mass,
        )

    def take(self, rows: IndexArray) -> LabInvariants:
        """Some of the events."""
        columns = ("recoil", "kinetic", "mass", "m2", "kp", "kq", "gap", "qp")
        return replace(
            self,
            beam=self.beam.take(rows),
            lepton=self.lepton.take(rows),
            aprime=self.aprime.take(rows),
            **{name: getattr(self, name)[rows] for name in columns},
        )

    @property
    def s(self) -> FloatArray:
        """(p' + k)^2 - m_l^2 [GeV^2]."""
        return 2 * self.kq + self.m2

    @property
    def u(self) -> FloatArray:
        """(p - k)^2 - m_l^2 [GeV^2]."""
        return self.m2 - 2 * self.kp

    @property
    def t(self) -> FloatArray:
        """-(P_i - P_f)^2 > 0 [GeV^2]."""
        return 2 * self.mass * self.kinetic

    @property
    def big2(self) -> FloatArray:
        """P'^2 [GeV^2]."""
        x, y, z = self.recoil.T
        scale = 2 * self.mass / self.qp
        return np.asarray(-scale * scale * (self.beam.time**2 * (x * x + y * y) + self.lepton_mass**2 * z * z))

    def p_times(self, vector: LabVector) -> FloatArray:
        """p.V for vectors of any kind [GeV^2 for momenta]."""
        return np.asarray(vector.minus * self.beam.time + vector.space[:, 2] * self.beam.minus)

    def q_times(self, vector: LabVector) -> FloatArray:
        """q.V; q = P_i - P_f comes from the recoil."""
        return np.asarray(np.einsum("ij,ij->i", vector.space, self.recoil) - vector.time * self.kinetic)

    def big_times(self, vector: LabVector) -> FloatArray:
        """P'.V."""
        x, y, z = self.recoil.T
        v = vector.space
        # E V_z - V_0 p_z = (E - p_z) V_z - p_z V_-
        along = self.beam.minus * v[:, 2] - self.beam.space[:, 2] * vector.minus
        inner = self.beam.time * (v[:, 0] * x + v[:, 1] * y) + z * along
        return np.asarray(-2 * self.mass / self.qp * inner)

    def reduced(self) -> FloatArray:
        """Reduced amplitude f of `matrix_element` [GeV^2]."""
        t, kq, double = self.t, self.q_times(self.aprime), 2 * self.mass
        # with the true P: u P.p + s P.p' = t P.k - 2 (k.P') (q.p)
        balance = t * (double * self.aprime.time - kq) - 2 * self.big_times(self.aprime) * self.qp
        return reduced_amplitude(
            self.s,
            self.u,
            t,
            -2 * self.gap,
            double * self.beam.time - self.qp,
            double * self.lepton.time - self.q_times(self.lepton),
            balance,
            double * double + t,
            2 * kq,
            self.m2,
            self.lepton_mass,
        )
