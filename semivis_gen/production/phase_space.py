"""Phase space of e- N -> e- N A' in the rest frame of the nucleus, free of cancellations.

Variables: the electron's energy share y = 1 - E_A'/E, the virtuality U = -u = m_e^2 - (p - k)^2, the momentum
transfer t = -q^2 and the azimuth phi of the recoil around V = p - k. With W = E - E_A' and T = t/(2M),

    d sigma / (dy dU dt dphi) = eps^2 alpha^3 E / (32 pi M^2 p^2 |V|) * G2(t)/t^2 * f

with f of `matrix_element`; no approximation (Liu and Miller, arXiv:1705.02016, in other variables). At 100 GeV
and m_A' = 10 MeV t_min is 2.5e-13 GeV^2: nothing here subtracts large numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivis_gen.constants import ALPHA, HBARC2_GEV2_PB, M_ELECTRON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.production.matrix_element import reduced_amplitude

__all__ = ["Kinematics", "Reaction"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kinematics:
    """All that is needed of a phase-space point, arrays of one shape."""

    e_aprime: FloatArray
    """Energy of A' [GeV]."""
    k: FloatArray
    """Momentum of A' [GeV]."""
    one_minus_cos: FloatArray
    """1 - cos(theta) of A'."""
    v: FloatArray
    """|p - k| [GeV]."""
    w: FloatArray
    """E - E_A' [GeV]."""
    u: FloatArray
    """(p - k)^2 - m_e^2 < 0 [GeV^2]."""
    t_min: FloatArray
    """Smallest t [GeV^2]."""
    t_max: FloatArray
    """Largest t [GeV^2]."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """One reaction e- N -> e- N A'.

    Raises
    ------
    ParameterError, KinematicsError
        Where a value is not positive or the energy lies below threshold.
    """

    energy: float | FloatArray
    """Energy of the incoming electron [GeV]; an array where every point has its own."""
    m: float
    """Mass of A' [GeV]."""
    nucleus_mass: float
    """Mass of the nucleus [GeV]."""

    def __post_init__(self) -> None:
        lowest = float(np.min(self.energy))
        for name, value in (("electron energy", lowest), ("m_A'", self.m), ("nucleus mass", self.nucleus_mass)):
            if not (math.isfinite(value) and value > 0):
                msg = f"{name} = {value} GeV must be a positive finite number"
                raise ParameterError(msg)
        if lowest <= self.threshold:
            msg = (
                f"e- N -> e- N A' is closed: E = {lowest:g} GeV <= {self.threshold:.6g} GeV "
                f"for m_A' = {self.m:g} GeV; take a higher energy or a lighter A'"
            )
            raise KinematicsError(msg)

    @property
    def threshold(self) -> float:
        """Smallest electron energy [GeV]."""
        final, target = M_ELECTRON + self.nucleus_mass + self.m, self.nucleus_mass
        return (final**2 - M_ELECTRON**2 - target**2) / (2 * target)

    @property
    def p(self) -> FloatArray:
        """Momentum of the incoming electron [GeV]."""
        return np.asarray(np.sqrt((self.energy - M_ELECTRON) * (self.energy + M_ELECTRON)))

    def forward_virtuality(self, y: FloatArray) -> FloatArray:
        """U at theta = 0: m^2 (...) with positive terms only; -> m^2 (1 - x)/x + m_e^2 x.

        Parameters
        ----------
        y : ndarray
            1 - E_A'/E.

        Returns
        -------
        ndarray
            U0 [GeV^2].
        """
        e, p, m2 = self.energy, self.p, self.m**2
        e_k = e * (1 - y)
        k = np.sqrt(np.maximum(e_k**2 - m2, 0.0))
        ek_minus_k = m2 / (e_k + k)
        # 2 (E E_k - p k) - m^2 over the common denominator E E_k + p k
        numerator = m2 * (2 * e * e * y + e * ek_minus_k + k * M_ELECTRON**2 / (e + p)) + 2 * (M_ELECTRON * k) ** 2
        # 2 E^2 m^2 - m^2 (E E_k + p k) = m^2 [E (E - E_k) + E (E - k) + k (E - p)], E - k = E y + (E_k - k)
        return np.asarray(numerator / (e * e_k + p * k))

    def virtuality_end(self, y: FloatArray) -> FloatArray:
        """Largest U at given y: 2 M (W - m_e).

        Parameters
        ----------
        y : ndarray
            1 - E_A'/E.

        Returns
        -------
        ndarray
            Largest U [GeV^2].
        """
        return np.asarray(2 * self.nucleus_mass * (self.energy * y - M_ELECTRON))

    def y_range(self) -> tuple[float, float]:
        """Range of y = 1 - E_A'/E for one energy: from the hardest forward A' to A' at rest.

        Returns
        -------
        (float, float)
            The smallest and largest y.
        """
        from scipy.optimize import brentq

        def room(log_y: Any) -> Any:
            y = np.exp(log_y)
            return self.virtuality_end(y) - self.forward_virtuality(y)

        energy = float(self.energy)
        high = 1 - self.m / energy
        low = math.log(M_ELECTRON / energy)
        probe = np.linspace(low, math.log(high), 400)
        values = room(probe)
        above = np.flatnonzero(values > 0)
        if len(above) == 0:  # within rounding of the threshold
            return high, high
        first, last = int(above[0]), int(above[-1])
        y_low = math.exp(low) if first == 0 else math.exp(brentq(room, probe[first - 1], probe[first], xtol=1e-14))
        y_high = high if last == len(probe) - 1 else math.exp(brentq(room, probe[last], probe[last + 1], xtol=1e-14))
        return y_low, y_high

    def kinematics(self, y: FloatArray, virtuality: FloatArray, forward: FloatArray) -> Kinematics:
        """Kinematics at (y, U).

        Parameters
        ----------
        y, virtuality, forward : ndarray
            y, U and U0 = `forward_virtuality(y)`, one shape.

        Returns
        -------
        Kinematics
            Derived quantities; t_max < t_min marks points outside phase space.
        """
        e, p, mass = self.energy, self.p, self.nucleus_mass
        e_k = e * (1 - y)
        k = np.sqrt(np.maximum((e_k - self.m) * (e_k + self.m), 0.0))
        w = e * y
        v = np.sqrt(np.maximum((w - M_ELECTRON) * (w + M_ELECTRON) + virtuality, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            one_minus_cos = np.maximum(virtuality - forward, 0.0) / (2 * p * k)
        a = 1 + w / mass
        # |cos| <= 1 of the recoil angle is a quadratic in t; A^2 - V^2/M^2 written without cancellation
        quadratic = 1 + 2 * w / mass + (M_ELECTRON**2 - virtuality) / mass**2
        half = 2 * v * v - a * virtuality
        root = half * half - quadratic * virtuality**2
        valid = (root >= 0) & (half > 0) & (one_minus_cos <= 2)
        spread = half + np.sqrt(np.where(valid, root, 0.0))
        t_min = np.where(valid, virtuality**2 / np.where(valid, spread, 1.0), 1.0)
        t_max = np.where(valid, spread / quadratic, 0.0)
        return Kinematics(e_k, k, one_minus_cos, v, w, -virtuality, t_min, t_max)

    def amplitude(self, kin: Kinematics, t: FloatArray, cos_phi: FloatArray) -> FloatArray:
        """Reduced amplitude f at a point.

        Parameters
        ----------
        kin : Kinematics
            From `kinematics`; broadcasts with the rest.
        t, cos_phi : ndarray
            Momentum transfer [GeV^2] and cosine of the recoil's azimuth around V.

        Returns
        -------
        ndarray
            f [GeV^2], not negative.
        """
        e, mass, m2 = self.energy, self.nucleus_mass, self.m**2
        big_t = t / (2 * mass)
        q_mag = np.sqrt(t + big_t * big_t)
        # direction of the recoil around V; k.Q = k Q [cos(kV) cos_q + sin(kV) sin_q cos_phi]
        along = (t - kin.u + 2 * kin.w * big_t) / (2 * kin.v)  # Q cos_q
        across = np.sqrt(np.maximum((q_mag - along) * (q_mag + along), 0.0))
        sin_theta = np.sqrt(np.maximum(kin.one_minus_cos * (2 - kin.one_minus_cos), 0.0))
        # k.V/|V| = (k p cos(theta) - k^2)/V and the component of k across V
        k_along = kin.k * (self.p * (1 - kin.one_minus_cos) - kin.k) / kin.v
        k_across = kin.k * self.p * sin_theta / kin.v
        s_plus_u = 2 * (k_along * along + k_across * across * cos_phi - kin.e_aprime * big_t)
        s = s_plus_u - kin.u
        p_dot = 2 * mass * e - 0.5 * (s + t)
        q_dot = 2 * mass * (kin.w - big_t) + 0.5 * (kin.u + t)
        t2 = m2 - t - s_plus_u  # (p - p')^2 = (k - q)^2
        balance = 2 * mass * (s_plus_u * e - s * (kin.e_aprime + big_t)) + 0.5 * t * (s - kin.u)
        f = reduced_amplitude(s, kin.u, t, t2, p_dot, q_dot, balance, 4 * mass * mass + t, s_plus_u, m2)
        return np.maximum(f, 0.0)

    def differential(self, kin: Kinematics, f: FloatArray, t: FloatArray, form_factor: FloatArray) -> FloatArray:
        """Differential cross-section d sigma / (dy dU dt dphi) at epsilon = 1.

        Parameters
        ----------
        kin, f, t : Kinematics, ndarray, ndarray
            Point and `amplitude` there.
        form_factor : ndarray
            G2(t).

        Returns
        -------
        ndarray
            [pb / GeV^4].
        """
        # dcos(theta) = dU / (2 p k); k cancels against d^3k/(2 E_k) = pi k dE_k dcos
        constant = ALPHA**3 * self.energy / (32 * math.pi * self.nucleus_mass**2 * self.p**2) * HBARC2_GEV2_PB
        return np.asarray(constant / kin.v * form_factor / (t * t) * f)
