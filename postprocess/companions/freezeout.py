"""Freeze-out of chi1 and chi2: the Boltzmann equation from equilibrium to today.

With chi1 and chi2 in chemical equilibrium (chi2 f <-> chi1 f, decays and inverse decays, all much faster than the
expansion around freeze-out) only n = n_chi1 + n_chi2 is left to solve for, Griest and Seckel, Phys. Rev. D 43 (1991)
3191:

    dY/d ln x = -Lambda(x) (Y^2 - Y_eq^2),      Lambda = sqrt(pi/45) M_Planck g_*^(1/2) T <sigma_eff v>,
    <sigma_eff v> = 2 r/(1 + r)^2 <sigma v>,    x = m_chi1/T,    r = n_chi2/n_chi1 in equilibrium.

Every chi2 ends as a chi1, so that Omega h^2 follows from m_chi1 Y(infinity).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from postprocess.companions.coannihilation import ThermalAverage, population_ratio
from postprocess.companions.cosmology import PLANCK_MASS, entropy_density, omega_h2, sqrt_g_star
from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.model import DarkMasses

__all__ = ["FreezeOut", "annihilation_rate", "equilibrium_abundance", "freeze_out", "relic_density"]


X_START, X_END = 5.0, 2.0e4  # m_chi1/T; Y = Y_eq at the start, the s-wave tail is closed analytically at the end
STEPS = 1200  # of ln x: Omega to 1e-4, and to 3e-4 where epsilon = 0.1
AVERAGES = 80  # values of x at which <sigma v> is integrated; a spline joins them
SMALLEST = 1e-300  # of <sigma v>, where annihilation is closed but for the thermal tail


def freeze_out(ln_x: FloatArray, rate: FloatArray, y_eq: FloatArray) -> FloatArray:
    """Abundance left of dY/d ln x = -rate (Y^2 - Y_eq^2), starting from equilibrium.

    Backward differences of fourth order on a uniform grid: stable however stiff (the stiffness is real), and every step
    is a quadratic equation. The rate is continued as 1/x (constant <sigma v>) beyond the last point.

    Parameters
    ----------
    ln_x : ndarray
        Uniform grid, shape (n,).
    rate, y_eq : ndarray
        Lambda and equilibrium abundance, shape (n,) or (n, k) for k problems at once.

    Returns
    -------
    ndarray
        Y at x -> infinity, shape () or (k,).
    """
    a = (ln_x[1] - ln_x[0]) * rate
    source = a * y_eq**2
    y = y1 = y2 = y3 = y_eq[0]  # forgotten at once where annihilation is fast
    for i in range(1, ln_x.size):
        known = 4 * y - 3 * y1 + 4 / 3 * y2 - y3 / 4 + source[i]
        y, y1, y2, y3 = _positive_root(a[i], 25 / 12, known), y, y1, y2
    return np.asarray(y / (1 + y * rate[-1]))


def _positive_root(a: FloatArray, b: float, c: FloatArray) -> FloatArray:
    """Root of a y^2 + b y = c, in the form that does not cancel."""
    return np.asarray(2 * c / (b + np.sqrt(b * b + 4 * a * c)))


def annihilation_rate(temperature: ArrayLike, sigma_v: ArrayLike) -> FloatArray:
    """Rate Lambda of the Boltzmann equation in ln x.

    Parameters
    ----------
    temperature : array_like
        Photon temperature [GeV].
    sigma_v : array_like
        <sigma_eff v> [GeV^-2]; broadcasts.

    Returns
    -------
    ndarray
        sqrt(pi/45) M_Planck g_*^(1/2) T <sigma_eff v>: s <sigma_eff v>/H but for the change of g_s.
    """
    t = np.asarray(temperature, dtype=float)
    return np.asarray(math.sqrt(math.pi / 45) * PLANCK_MASS * sqrt_g_star(t) * t * np.asarray(sigma_v, dtype=float))


def equilibrium_abundance(mass: ArrayLike, temperature: ArrayLike) -> FloatArray:
    """Y_eq of one Majorana fermion, Maxwell-Boltzmann statistics.

    Parameters
    ----------
    mass, temperature : array_like
        Both [GeV]; they broadcast.

    Returns
    -------
    ndarray
        n/s with n = m^2 T K2(m/T) / pi^2, two spin states.
    """
    from scipy.special import kve

    m, t = np.asarray(mass, dtype=float), np.asarray(temperature, dtype=float)
    return np.asarray(m**2 * t / math.pi**2 * kve(2, m / t) * np.exp(-m / t) / entropy_density(t))


@dataclass(frozen=True, slots=True)
class FreezeOut:
    """Relic density of several points (masses, alpha_D) at once, as a function of epsilon."""

    mass: FloatArray
    """m_chi1 of the points [GeV], shape (k,)."""
    ln_x: FloatArray
    """Uniform grid of ln(m_chi1/T), shape (n,)."""
    rate: FloatArray
    """Lambda for <sigma v> = 1 GeV^-2, shape (n, k)."""
    y_eq: FloatArray
    """Equilibrium abundance of chi1 and chi2, shape (n, k)."""
    averages: tuple[ThermalAverage, ...]
    """Thermal averages on a coarse grid of x, one for each point."""

    @classmethod
    def at(cls, masses: Sequence[DarkMasses], alpha_d: ArrayLike) -> FreezeOut:
        """Prepare everything that does not depend on epsilon.

        Parameters
        ----------
        masses : sequence of DarkMasses
            Masses of the k points.
        alpha_d : array_like
            Dark couplings, shape (k,).

        Returns
        -------
        FreezeOut
            The problem, about 1 ms for each point.
        """
        ln_x = np.linspace(math.log(X_START), math.log(X_END), STEPS)
        x = np.exp(ln_x)
        mass = np.array([m.m_chi1 for m in masses])
        t = mass / x[:, None]
        r = np.array([population_ratio(m, x) for m in masses]).T
        y_eq = equilibrium_abundance(mass, t) * (1 + r)
        rate = annihilation_rate(t, 2 * r / (1 + r) ** 2)
        return cls(mass, ln_x, rate, y_eq, _averages(masses, alpha_d))

    def take(self, which: IndexArray) -> FreezeOut:
        """Some of the points.

        Parameters
        ----------
        which : ndarray
            Their numbers.

        Returns
        -------
        FreezeOut
            The smaller problem.
        """
        averages = tuple(self.averages[i] for i in which)
        return FreezeOut(self.mass[which], self.ln_x, self.rate[:, which], self.y_eq[:, which], averages)

    def with_alpha_d(self, alpha_d: ArrayLike) -> FreezeOut:
        """Prepare the same masses with other dark couplings.

        Parameters
        ----------
        alpha_d : array_like
            Dark couplings, shape (k,), not below those of this problem.

        Returns
        -------
        FreezeOut
            The problem.
        """
        pairs = zip(self.averages, np.asarray(alpha_d, dtype=float), strict=True)
        return replace(self, averages=tuple(average.with_alpha_d(float(a)) for average, a in pairs))

    def omega_h2(self, epsilon: ArrayLike) -> FloatArray:
        """Relic density.

        Parameters
        ----------
        epsilon : array_like
            Mixing of each point, shape (k,).

        Returns
        -------
        ndarray
            Omega h^2, shape (k,).
        """
        from scipy.interpolate import CubicSpline

        pairs = zip(self.averages, np.asarray(epsilon, dtype=float), strict=True)
        logs = np.log(np.maximum([average.sigma_v(float(e)) for average, e in pairs], SMALLEST))
        sigma_v = np.exp(CubicSpline(np.log(self.averages[0].x), logs, axis=1)(self.ln_x)).T
        return omega_h2(self.mass, freeze_out(self.ln_x, self.rate * sigma_v, self.y_eq))


def _averages(masses: Sequence[DarkMasses], alpha_d: ArrayLike) -> tuple[ThermalAverage, ...]:
    coarse = np.geomspace(X_START, X_END, AVERAGES)
    return tuple(ThermalAverage.at(m, float(a), coarse) for m, a in zip(masses, np.asarray(alpha_d), strict=True))


def relic_density(masses: DarkMasses, *, alpha_d: float, epsilon: float) -> float:
    """Relic density of chi1 at one point.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    alpha_d, epsilon : float
        Couplings.

    Returns
    -------
    float
        Omega h^2.
    """
    return float(FreezeOut.at([masses], [alpha_d]).omega_h2([epsilon])[0])
