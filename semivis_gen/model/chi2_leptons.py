"""Width of chi2 -> chi1 l+ l-: exact at leading order.

The integral runs over q^2 = m^2(l+ l-) with the A' propagator 1/(q^2 - m_A'^2) and the lepton mass; it was checked
against CalcHEP and MadGraph (tests/reference). No A' width belongs in it: q^2 < Delta^2 lies below the threshold
(m_chi1 + m_chi2)^2 of the loop that makes the width, where the self-energy is real. A fixed Breit-Wigner width there
would lower the result by (Gamma_A'/m_A')^2, 7e-4 at alpha_D = 0.1, R = 3.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, M_ELECTRON
from semivis_gen.model.point import DarkMasses
from semivis_gen.numerics import gauss

__all__ = ["chi2_rate_dq2", "gamma_chi2_lepton"]

QUADRATURE_NODES = 200  # the integrand is smooth in the variable used: 1e-12 is reached with 60


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
