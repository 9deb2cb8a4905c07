"""Dependence of the squared amplitude on the azimuth of the recoil, in closed form.

Around V = p - k the invariant s = (p' + k)^2 - m_l^2 is s0 + b cos(phi) and the only one that depends on phi, apart
from P.p and (p - p')^2 which are linear in it. So

    f(s) = (n0/s + n1 + n2 s)/u - 2 (m^2 + 2 m_l^2)/u^2 [4 balance^2 - sigma^2 t P^2]/s^2,

with balance = u P.p + s P.p' = balance0 + slope (s - s0) and sigma = s + u = sigma0 + (s - s0), and its mean over phi
follows from <1/s>, <1/s^2>, <cos/s^2> and <cos^2/s^2>, written so that a small b costs no digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.constants import M_ELECTRON

__all__ = ["Azimuth"]

CROWD = 1000  # of points below which several angles are tried for each


@dataclass(frozen=True, slots=True, eq=False)
class Azimuth:
    """f as a function of phi at given (y, U, t); arrays of one shape."""

    u: FloatArray
    """(p - k)^2 - m_l^2 < 0 [GeV^2]."""
    t_big_p2: FloatArray
    """t P^2 [GeV^4]."""
    s0: FloatArray
    """Mean of s over phi [GeV^2]."""
    b: FloatArray
    """Amplitude of s in cos(phi), 0 <= b < s0 [GeV^2]."""
    sigma0: FloatArray
    """Mean of sigma = s + u [GeV^2]."""
    balance0: FloatArray
    """Mean of u P.p + s P.p' [GeV^4]."""
    slope: FloatArray
    """Derivative of u P.p + s P.p' in s at fixed u, t [GeV^2]."""
    n0: FloatArray
    """Coefficient of 1/(s u) [GeV^6]."""
    n1: FloatArray
    """Coefficient of 1/u [GeV^4]."""
    n2: FloatArray
    """Coefficient of s/u [GeV^2]."""
    m2: float
    """Squared A' mass [GeV^2]."""
    lepton_mass: float = M_ELECTRON
    """Mass of the lepton [GeV]."""

    @property
    def root(self) -> FloatArray:
        """sqrt(s0^2 - b^2), the inverse of <1/s> [GeV^2]."""
        return np.asarray(np.sqrt((self.s0 - self.b) * (self.s0 + self.b)))

    def mean(self) -> FloatArray:
        """Mean of f over phi.

        Returns
        -------
        ndarray
            [GeV^2], not negative.
        """
        root, b, slope = self.root, self.b, self.slope
        d = root / self.s0
        charge = self.n0 / root + self.n1 + self.n2 * self.s0
        # <(c0 + c1 b cos)^2 / s^2> = [c0^2 - 2 c0 c1 b kappa + (c1 b)^2 (1 + d - d^2)/(1 + d)] s0 / root^3
        flat = 4 * self.balance0 * self.balance0 - self.t_big_p2 * self.sigma0 * self.sigma0
        mixed = 4 * self.balance0 * slope - self.t_big_p2 * self.sigma0
        curved = (4 * slope * slope - self.t_big_p2) * (1 + d * (1 - d)) / (1 + d)
        mass = (flat + b * b * (curved - 2 * mixed / self.s0)) * (self.s0 / (root * root * root))
        return np.maximum((charge - self.mass_factor / self.u * mass) / self.u, 0.0)

    def at(self, cos_phi: FloatArray) -> FloatArray:
        """Reduced amplitude at given azimuths.

        Parameters
        ----------
        cos_phi : ndarray
            cos(phi); broadcasts.

        Returns
        -------
        ndarray
            [GeV^2], not negative.
        """
        step = self.b * cos_phi
        return self._at(self.s0 + step, step)

    def at_anomaly(self, cos_eta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Density in the eccentric anomaly eta, for which d phi / s = d eta / root.

        Parameters
        ----------
        cos_eta : ndarray
            cos(eta), tan(phi/2) = sqrt((s0 + b)/(s0 - b)) tan(eta/2).

        Returns
        -------
        density, step : ndarray
            s f [GeV^4], flat in eta but for the numerator of f, and s - s0 = b cos(phi) [GeV^2].
        """
        # s = root^2 / (s0 - b cos eta) and b cos(phi) = b (s0 cos eta - b) / (s0 - b cos eta)
        inverse = 1 / (self.s0 - self.b * cos_eta)
        step = self.b * (self.s0 * cos_eta - self.b) * inverse
        s = (self.s0 - self.b) * (self.s0 + self.b) * inverse
        return s * self._at(s, step), step

    def take(self, index: IndexArray) -> Azimuth:
        """Points at given positions of one-dimensional arrays."""
        columns = {name: getattr(self, name)[index] for name in Azimuth.__slots__ if name not in ("m2", "lepton_mass")}
        return Azimuth(**columns, m2=self.m2, lepton_mass=self.lepton_mass)

    def sample(self, rng: np.random.Generator) -> FloatArray:
        """Draw cos(phi) from the exact distribution at each point.

        Parameters
        ----------
        rng : Generator
            Source of randomness.

        Returns
        -------
        ndarray
            cos(phi), shape of the (one-dimensional) arrays.
        """
        ceiling = self._ceiling()
        step = np.empty(len(self.s0))
        todo, part = np.arange(len(step)), self
        while n := len(todo):
            tries = min(16, 1 + CROWD // n)  # stragglers get several tries at once: fewer, fuller passes
            density, trial = part.at_anomaly(np.cos(np.pi * rng.random((tries, n))))
            keep = ~(density < ceiling * rng.random((tries, n)))  # ends even where a value is not a number
            first, done = keep.argmax(axis=0), keep.any(axis=0)
            step[todo[done]] = trial[first, np.arange(n)][done]
            again = np.flatnonzero(~done)
            todo, part, ceiling = todo[again], part.take(again), ceiling[again]
        return np.clip(step / np.maximum(self.b, 1e-300), -1.0, 1.0)

    def _ceiling(self) -> FloatArray:
        """Upper bound of s f, mostly its largest value.

        s f = A/s + B + C s + D s^2 with A, D < 0 is concave: each tangent is a bound, and three steps of Newton from
        where the two outer terms balance bring it close to the maximum.
        """
        mass = self.mass_factor / (self.u * self.u)
        offset = self.balance0 - self.slope * self.s0  # at s = 0
        a = mass * (4 * offset * offset - self.t_big_p2 * self.u * self.u)
        c = self.n1 / self.u - mass * (4 * self.slope * self.slope - self.t_big_p2)
        d = 2 * self.n2 / self.u
        low, high = self.s0 - self.b, self.s0 + self.b
        s = np.clip(np.cbrt(-a / d), low, high)
        for _ in range(3):
            ratio = a / (s * s)
            s = np.clip(s + (ratio + c + d * s) / (2 * ratio / s - d), low, high)
        gradient = a / (s * s) + c + d * s
        rise = np.maximum(gradient * (high - s), gradient * (low - s))
        return np.asarray((s * self._at(s, s - self.s0) + rise) * (1 + 1e-9))

    @property
    def mass_factor(self) -> float:
        """2 (m^2 + 2 m_l^2) [GeV^2]."""
        return 2 * (self.m2 + 2 * self.lepton_mass**2)

    def _at(self, s: FloatArray, step: FloatArray) -> FloatArray:
        balance, sigma = self.balance0 + self.slope * step, self.sigma0 + step
        mass = (4 * balance * balance - self.t_big_p2 * sigma * sigma) / (s * self.u)
        return np.maximum((self.n0 / s + self.n1 + self.n2 * s - self.mass_factor * mass / s) / self.u, 0.0)
