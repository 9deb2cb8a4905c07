"""Widths, lifetimes and branchings of A' and chi2: exact at leading order.

The chi2 integral runs over q^2 = m^2(l+ l-) with the A' propagator 1/(q^2 - m_A'^2) and the lepton mass; it
was checked against CalcHEP and MadGraph (tests/reference). No A' width belongs in it: q^2 < Delta^2 lies
below the threshold (m_chi1 + m_chi2)^2 of the loop that makes the width, where the self-energy is real. A
fixed Breit-Wigner width there would lower the result by (Gamma_A'/m_A')^2, 7e-4 at alpha_D = 0.1, R = 3.
So Gamma(chi2) is epsilon^2 alpha_D times a function of the masses. Couplings may be arrays: they broadcast.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, HBARC_GEV_MM, M_ELECTRON, M_MUON
from semivis_gen.model.point import DarkMasses, DarkSector
from semivis_gen.numerics import gauss

__all__ = [
    "Widths",
    "chi2_rate_dq2",
    "compute_widths",
    "ctau_mm",
    "gamma_aprime_chi",
    "gamma_aprime_lepton",
    "gamma_aprime_total",
    "gamma_chi2_lepton",
    "gamma_chi2_massless",
    "gamma_chi2_total",
]

LEPTON_MASSES = {"e": M_ELECTRON, "mu": M_MUON}
QUADRATURE_NODES = 200  # the integrand is smooth in the variable used: 1e-12 is reached with 60


def gamma_aprime_chi(masses: DarkMasses, alpha_d: ArrayLike) -> FloatArray:
    """Width of A' -> chi1 chi2, one Majorana final state.

    Gamma = (alpha_D m / 3) sqrt[(1 - Sigma^2/m^2)(1 - Delta^2/m^2)] [1 + Sigma^2/(2 m^2)] (1 - Delta^2/m^2)

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    alpha_d : array_like
        Dark coupling, any shape.

    Returns
    -------
    ndarray
        Width [GeV], shape of `alpha_d`.
    """
    m2 = masses.m_aprime**2
    s, d = masses.sigma**2 / m2, masses.delta**2 / m2
    shape = math.sqrt((1 - s) * (1 - d)) * (1 + s / 2) * (1 - d)
    return np.asarray(np.asarray(alpha_d, dtype=float) * (masses.m_aprime / 3 * shape))


def gamma_aprime_lepton(m_aprime: float, epsilon: ArrayLike, m_lepton: float) -> FloatArray:
    """Width of A' -> l+ l-: (alpha eps^2 m / 3) sqrt(1 - 4 r)(1 + 2 r), r = m_l^2/m^2.

    Parameters
    ----------
    m_aprime, m_lepton : float
        Masses [GeV].
    epsilon : array_like
        Kinetic mixing, any shape.

    Returns
    -------
    ndarray
        Width [GeV], zero below threshold.
    """
    eps2 = np.square(np.asarray(epsilon, dtype=float))
    if m_aprime <= 2 * m_lepton:
        return np.zeros_like(eps2)
    r = (m_lepton / m_aprime) ** 2
    return np.asarray(eps2 * (ALPHA * m_aprime / 3 * math.sqrt(1 - 4 * r) * (1 + 2 * r)))


def gamma_aprime_total(masses: DarkMasses, alpha_d: ArrayLike, epsilon: ArrayLike) -> FloatArray:
    """Total A' width: chi1 chi2, e+ e- and mu+ mu-.

    Hadrons are left out: like the leptons they are suppressed by alpha eps^2 / alpha_D < 1e-4.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    alpha_d, epsilon : array_like
        Couplings; they broadcast.

    Returns
    -------
    ndarray
        Width [GeV].
    """
    leptonic = sum(gamma_aprime_lepton(masses.m_aprime, epsilon, m) for m in LEPTON_MASSES.values())
    return np.asarray(gamma_aprime_chi(masses, alpha_d) + leptonic)


def chi2_rate_dq2(masses: DarkMasses, q2: ArrayLike, m_lepton: float = M_ELECTRON) -> FloatArray:
    """Shape of dGamma(chi2 -> chi1 l+ l-)/dq^2 without the couplings.

    (1 + 2 m_l^2/q^2) sqrt(1 - 4 m_l^2/q^2) (Sigma^2 + 2 q^2)
        (Delta^2 - q^2)^(3/2) (Sigma^2 - q^2)^(1/2) / (q^2 - m_A'^2)^2

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    q2 : array_like
        Squared mass of the lepton pair [GeV^2].
    m_lepton : float
        Lepton mass [GeV].

    Returns
    -------
    ndarray
        Rate [GeV^2], zero outside 4 m_l^2 < q^2 < Delta^2. Multiply by
        alpha alpha_D eps^2 / (12 pi m_chi2^3) to get dGamma/dq^2.
    """
    q2 = np.asarray(q2, dtype=float)
    delta2, sigma2 = masses.delta**2, masses.sigma**2
    open_ = (q2 > 4 * m_lepton**2) & (q2 < delta2)
    s = np.where(open_, q2, 0.5 * (4 * m_lepton**2 + delta2))
    r = m_lepton**2 / s
    with np.errstate(invalid="ignore"):
        lepton = (1 + 2 * r) * np.sqrt(1 - 4 * r)
        dark = (sigma2 + 2 * s) * (delta2 - s) ** 1.5 * np.sqrt(sigma2 - s)
    return np.where(open_, lepton * dark / (s - masses.m_aprime**2) ** 2, 0.0)


def gamma_chi2_lepton(
    masses: DarkMasses,
    alpha_d: ArrayLike,
    epsilon: ArrayLike,
    m_lepton: float = M_ELECTRON,
    *,
    nodes: int = QUADRATURE_NODES,
) -> FloatArray:
    """Exact leading-order width of chi2 -> chi1 l+ l-.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    alpha_d, epsilon : array_like
        Couplings; they broadcast.
    m_lepton : float
        Lepton mass [GeV].
    nodes : int
        Quadrature nodes; fewer of them give the numerical error.

    Returns
    -------
    ndarray
        Width [GeV], zero below threshold.

    Notes
    -----
    ln q^2 is integrated by Gauss-Legendre with both square-root ends mapped away.
    """
    couplings = np.asarray(alpha_d, dtype=float) * np.square(np.asarray(epsilon, dtype=float))
    return np.asarray(couplings * (ALPHA / (12 * math.pi * masses.m_chi2**3) * _q2_integral(masses, m_lepton, nodes)))


def _q2_integral(masses: DarkMasses, m_lepton: float, nodes: int) -> float:
    if masses.delta <= 2 * m_lepton:
        return 0.0
    step, weight = gauss(nodes, clustered=True)  # removes the square roots of threshold and end point
    log_low, log_high = 2 * math.log(2 * m_lepton), 2 * math.log(masses.delta)
    q2 = np.exp(log_low + (log_high - log_low) * step)
    measure = weight * (log_high - log_low) * q2
    return float(np.sum(measure * chi2_rate_dq2(masses, q2, m_lepton)))


def gamma_chi2_total(masses: DarkMasses, alpha_d: ArrayLike, epsilon: ArrayLike) -> FloatArray:
    """Total chi2 width: e+ e- and, where open, mu+ mu-.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    alpha_d, epsilon : array_like
        Couplings; they broadcast.

    Returns
    -------
    ndarray
        Width [GeV].
    """
    return np.asarray(sum(gamma_chi2_lepton(masses, alpha_d, epsilon, m) for m in LEPTON_MASSES.values()))


def gamma_chi2_massless(masses: DarkMasses, alpha_d: ArrayLike, epsilon: ArrayLike) -> FloatArray:
    """Literature's approximation Gamma_0 = 4 eps^2 alpha alpha_D Delta^5 / (15 pi m_A'^4).

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    alpha_d, epsilon : array_like
        Couplings; they broadcast.

    Returns
    -------
    ndarray
        Width [GeV] for Delta << m_chi1, m_e = 0 and a heavy A'; K = Gamma / Gamma_0.
    """
    couplings = np.asarray(alpha_d, dtype=float) * np.square(np.asarray(epsilon, dtype=float))
    return np.asarray(couplings * (4 * ALPHA * masses.delta**5 / (15 * math.pi * masses.m_aprime**4)))


def ctau_mm(gamma: ArrayLike) -> FloatArray:
    """Proper decay length c tau = hbar c / Gamma.

    Parameters
    ----------
    gamma : array_like
        Width [GeV].

    Returns
    -------
    ndarray
        c tau [mm].
    """
    return np.asarray(HBARC_GEV_MM / np.asarray(gamma, dtype=float))


@dataclass(frozen=True, slots=True)
class Widths:
    """All widths of one physics point."""

    gamma_aprime: float
    """Total A' width [GeV]."""
    gamma_chi2: float
    """Total chi2 width [GeV]."""
    k_factor: float
    """K = Gamma(chi2 -> chi1 e+ e-) / Gamma_0."""
    branching_aprime: dict[str, float]
    """Branching fractions of A', by final state."""
    branching_chi2: dict[str, float]
    """Branching fractions of chi2, by final state."""

    @property
    def ctau_chi2(self) -> float:
        """Proper decay length of chi2 [mm]."""
        return float(ctau_mm(self.gamma_chi2))

    @property
    def ctau_aprime(self) -> float:
        """Proper decay length of A' [mm]."""
        return float(ctau_mm(self.gamma_aprime))


def compute_widths(point: DarkSector) -> Widths:
    """All widths, branchings and K of one physics point.

    Parameters
    ----------
    point : DarkSector
        The physics point.

    Returns
    -------
    Widths
        Exact leading-order values (relative numerical error below 1e-9).
    """
    masses, couplings = point.masses, (point.alpha_d, point.epsilon)
    aprime = {"chi1 chi2": float(gamma_aprime_chi(masses, point.alpha_d))}
    chi2 = {}
    for name, m_lepton in LEPTON_MASSES.items():
        aprime[f"{name}+ {name}-"] = float(gamma_aprime_lepton(masses.m_aprime, point.epsilon, m_lepton))
        chi2[f"chi1 {name}+ {name}-"] = float(gamma_chi2_lepton(masses, *couplings, m_lepton))
    total_aprime, total_chi2 = sum(aprime.values()), sum(chi2.values())
    return Widths(
        gamma_aprime=total_aprime,
        gamma_chi2=total_chi2,
        k_factor=chi2["chi1 e+ e-"] / float(gamma_chi2_massless(masses, *couplings)),
        branching_aprime={k: v / total_aprime for k, v in aprime.items()},
        branching_chi2={k: v / total_chi2 for k, v in chi2.items()},
    )
