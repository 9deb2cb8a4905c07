"""Phase space of l N -> l N A' in the rest frame of the nucleus, free of cancellations.

Variables: the lepton's energy share y = 1 - E_A'/E, the virtuality U = -u = m_l^2 - (p - k)^2, the momentum
transfer t = -q^2 and the azimuth phi of the recoil around V = p - k. With W = E - E_A' and T = t/(2M),

    d sigma / (dy dU dt dphi) = eps^2 alpha^3 E / (32 pi M^2 p^2 |V|) * G2(t)/t^2 * f

with f of `matrix_element`; no approximation (Liu and Miller, arXiv:1705.02016, in other variables). At 100 GeV
and m_A' = 10 MeV t_min is 2.5e-13 GeV^2: every combination is built from small quantities.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.constants import ALPHA, HBARC2_GEV2_PB, M_ELECTRON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.production.bremsstrahlung.azimuth import Azimuth

__all__ = ["Kinematics", "Reaction", "threshold_energy"]


def threshold_energy(m_aprime: float, nucleus_mass: ArrayLike, lepton_mass: float = M_ELECTRON) -> FloatArray:
    """Smallest beam energy for l N -> l N A'.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].
    nucleus_mass : array_like
        Mass of the nucleus at rest [GeV].
    lepton_mass : float
        Mass of the beam particle [GeV].

    Returns
    -------
    ndarray
        [(m_l + M + m)^2 - m_l^2 - M^2] / (2 M) [GeV].
    """
    return np.asarray(m_aprime + lepton_mass + m_aprime * (m_aprime + 2 * lepton_mass) / (2 * np.asarray(nucleus_mass)))


@dataclass(frozen=True, slots=True, eq=False)
class Kinematics:
    """All that is needed of the points of one (y, U), arrays that broadcast."""

    e_aprime: FloatArray
    """Energy of A' [GeV]."""
    k: FloatArray
    """Momentum of A' [GeV]."""
    excess: FloatArray
    """p k (1 - cos(theta)) of A' [GeV^2]."""
    v: FloatArray
    """|p - k| [GeV]."""
    w: FloatArray
    """E - E_A' [GeV]."""
    virtuality: FloatArray
    """U = m_l^2 - (p - k)^2 > 0 [GeV^2]."""
    t_min: FloatArray
    """Smallest t [GeV^2]."""
    t_max: FloatArray
    """Largest t [GeV^2]; zero outside phase space."""
    quadratic: FloatArray
    """Leading coefficient of the quadratic in t whose roots are t_min and t_max: (P_i + p - k)^2 / M^2."""

    def take(self, index: IndexArray) -> Kinematics:
        """Points at given positions."""
        return Kinematics(*(getattr(self, name)[index] for name in Kinematics.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class Reaction:
    """One reaction l N -> l N A', or many that differ in energy and nucleus.

    Raises
    ------
    ParameterError, KinematicsError
        Where a value is not positive or the energy lies below threshold.
    """

    energy: float | FloatArray
    """Energy of the incoming lepton [GeV]; an array where every point has its own."""
    m: float
    """Mass of A' [GeV]."""
    nucleus_mass: float | FloatArray
    """Mass of the nucleus [GeV]; an array where every point has its own."""
    lepton_mass: float = M_ELECTRON
    """Mass of the lepton [GeV]."""

    def __post_init__(self) -> None:
        lowest, lightest = float(np.min(self.energy)), float(np.min(self.nucleus_mass))
        numbers = {"beam energy": lowest, "m_A'": self.m, "nucleus mass": lightest, "lepton mass": self.lepton_mass}
        for name, value in numbers.items():
            if not (math.isfinite(value) and value > 0):
                msg = f"{name} = {value} GeV must be a positive finite number"
                raise ParameterError(msg)
        threshold = threshold_energy(self.m, self.nucleus_mass, self.lepton_mass)
        if np.any(self.energy <= threshold):
            msg = (
                f"l N -> l N A' is closed: E = {lowest:g} GeV <= {float(np.max(threshold)):.6g} GeV "
                f"for m_A' = {self.m:g} GeV and m_l = {self.lepton_mass:g} GeV; take a higher energy or a lighter A'"
            )
            raise KinematicsError(msg)

    @property
    def p(self) -> FloatArray:
        """Momentum of the incoming lepton [GeV]."""
        return np.asarray(np.sqrt((self.energy - self.lepton_mass) * (self.energy + self.lepton_mass)))

    def y_range(self) -> tuple[FloatArray, FloatArray]:
        """Range of y = 1 - E_A'/E.

        Returns
        -------
        low, high : ndarray
            For the hardest A', which goes forward, and the softest, at rest where that is possible.
        """
        e, p, mass, m, m_l = self.energy, self.p, self.nucleus_mass, self.m, self.lepton_mass
        root_s = np.sqrt(mass * (mass + 2 * e) + m_l**2)
        # energy of A' against l N of least mass, in the centre-of-mass frame
        cm = (2 * mass * (e - m_l) + m * m) / (2 * root_s)
        momentum = np.sqrt(np.maximum((cm - m) * (cm + m), 0.0))
        hard, soft = ((e + mass) * cm + p * momentum) / root_s, ((e + mass) * cm - p * momentum) / root_s
        at_rest = momentum * (e + mass) >= p * cm  # A' may be slower than the centre of mass
        return np.asarray(1 - hard / e), np.asarray(1 - np.where(at_rest, m, soft) / e)

    def virtuality_range(self, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Range of U at given y.

        Parameters
        ----------
        y : ndarray
            1 - E_A'/E.

        Returns
        -------
        low, high : ndarray
            At theta = 0, m^2 (1 - x)/x + m_l^2 x at high energy, and where recoil energy or theta = pi end it
            [GeV^2]; high = low outside phase space.
        """
        e, p, m2, m_l2 = self.energy, self.p, self.m**2, self.lepton_mass**2
        e_k = e * (1 - y)
        k2 = np.maximum((e_k - self.m) * (e_k + self.m), 0.0)
        k = np.sqrt(k2)
        product = p * k
        # 2 (E E_k - p k) - m^2 over the common denominator: 2 E^2 m^2 - m^2 (E E_k + p k) has positive terms only,
        # with E - k = E y + (E_k - k) and E - p = m_l^2 / (E + p)
        rest = 2 * e * e * y + e * m2 / (e_k + k) + k * m_l2 / (e + p)
        low = (m2 * rest + 2 * m_l2 * k2) / (e * e_k + product)
        high = np.minimum(2 * self.nucleus_mass * (e * y - self.lepton_mass), low + 4 * product)
        return np.asarray(low), np.maximum(high, low)

    def kinematics(self, y: FloatArray, virtuality: FloatArray, lowest: FloatArray) -> Kinematics:
        """Kinematics at (y, U).

        Parameters
        ----------
        y, virtuality, lowest : ndarray
            y, U and its smallest value at this y; they broadcast.

        Returns
        -------
        Kinematics
            Derived quantities.
        """
        e, p, mass, m_l = self.energy, self.p, self.nucleus_mass, self.lepton_mass
        e_k = e * (1 - y)
        k = np.sqrt(np.maximum((e_k - self.m) * (e_k + self.m), 0.0))
        w = e * y
        v2 = np.maximum((w - m_l) * (w + m_l) + virtuality, 1e-300)
        excess = np.maximum(0.5 * (virtuality - lowest), 0.0)
        # |cos| <= 1 of the recoil angle: quadratic t^2 - 2 half t + U^2 <= 0
        quadratic = 1 + (2 * w + (m_l**2 - virtuality) / mass) / mass
        half = 2 * v2 - (1 + w / mass) * virtuality
        root = half * half - quadratic * virtuality * virtuality
        valid = (root >= 0) & (half > 0) & (quadratic > 0) & (excess <= 2 * p * k)
        spread = half + np.sqrt(np.where(valid, root, 0.0))
        t_min = np.where(valid, virtuality * virtuality / np.where(valid, spread, 1.0), 1.0)
        t_max = np.where(valid, spread / np.where(valid, quadratic, 1.0), 0.0)
        return Kinematics(e_k, k, excess, np.sqrt(v2), w, virtuality, t_min, t_max, quadratic)

    def recoil(self, kin: Kinematics, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Momentum of the recoil along V = p - k and across it.

        Parameters
        ----------
        kin : Kinematics
            From `kinematics`; broadcasts with t.
        t : ndarray
            Momentum transfer [GeV^2].

        Returns
        -------
        along, across : ndarray
            [GeV].
        """
        along = (t * (1 + kin.w / self.nucleus_mass) + kin.virtuality) / (2 * kin.v)
        room = np.maximum((t - kin.t_min) * (kin.t_max - t), 0.0)
        return np.asarray(along), np.asarray(np.sqrt(kin.quadratic * room) / (2 * kin.v))

    def azimuth(self, kin: Kinematics, t: FloatArray) -> Azimuth:
        """Reduced amplitude f at a point, as a function of phi.

        Parameters
        ----------
        kin : Kinematics
            From `kinematics`; broadcasts with t.
        t : ndarray
            Momentum transfer [GeV^2].

        Returns
        -------
        Azimuth
            Its mean over phi and its values.
        """
        mass, m2, w, e_k = self.nucleus_mass, self.m**2, kin.w, kin.e_aprime
        virtuality, v2 = kin.virtuality, kin.v * kin.v
        along, across = self.recoil(kin, t)
        # components of k along V and across it, exact
        k_along = (w * e_k + 0.5 * (m2 - virtuality)) / kin.v
        k_across = np.sqrt(np.maximum(kin.excess * (2 * self.p * kin.k - kin.excess), 0.0)) / kin.v
        sigma0 = 2 * k_along * along - e_k / mass * t
        b = 2 * k_across * across
        # u P.p + s P.p' = 2 M (W sigma - U E_A') - t sigma / 2 + ...: the large terms have been cancelled by hand
        e, g, flow = self.lepton_mass**2 - virtuality, m2 - virtuality, w / mass * t
        large = 2 * e_k * (w * w * t + e * (virtuality + flow)) + w * g * (t + virtuality + flow)
        balance0 = mass * large / v2 - 0.5 * t * sigma0
        big_p2 = 4 * mass * mass + t
        p_dot, q_dot = 2 * mass * self.energy - 0.5 * t, 2 * mass * w - 0.5 * (t + virtuality)
        n0 = 2 * virtuality * virtuality * big_p2 - 8 * t * (
            p_dot * p_dot + q_dot * q_dot + (m2 + 0.5 * (virtuality - t)) * big_p2
        )
        return Azimuth(
            u=-virtuality,
            t_big_p2=t * big_p2,
            s0=sigma0 + virtuality,
            b=b,
            sigma0=sigma0,
            balance0=balance0,
            slope=2 * mass * w - 0.5 * t,
            n0=n0,
            n1=8 * t * p_dot + 4 * t * big_p2,
            n2=2 * big_p2 - 2 * t,
            m2=m2,
            lepton_mass=self.lepton_mass,
        )

    def flux(self, kin: Kinematics) -> FloatArray:
        """Factor of G2(t)/t^2 f in d sigma / (dy dU dt dphi) at epsilon = 1.

        Parameters
        ----------
        kin : Kinematics
            Point.

        Returns
        -------
        ndarray
            [pb / GeV^4].
        """
        # dcos(theta) = dU / (2 p k); k cancels against d^3k/(2 E_k) = pi k dE_k dcos
        constant = ALPHA**3 * HBARC2_GEV2_PB / (32 * math.pi)
        return np.asarray(constant * self.energy / ((self.nucleus_mass * self.p) ** 2 * kin.v))
