"""R of pi0 gamma, three pions and kaons in e+ e- annihilation: rho, omega and phi as mediators.

Masses, widths and branching fractions are those of the Particle Data Group, PTEP 2022, 083C01. At its peak a vector
meson gives R = 9 B(e+ e-) B(final state) / alpha^2; the phases are those of the quark model, rho and omega alike, phi
opposite, as found in e+ e- -> pi0 gamma and pi+ pi- pi0 (SND, CMD-2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, M_KAON, M_KAON0, M_PION, M_PION0

__all__ = ["kaon_ratio", "pi0_gamma_ratio", "rho_propagator", "three_pion_ratio"]

ComplexArray = NDArray[np.complex128]
# mass [GeV], width [GeV], branching fraction to e+ e-
RHO = (0.77526, 0.1474, 4.72e-5)
OMEGA = (0.78266, 0.00868, 7.38e-5)
PHI = (1.019461, 0.004249, 2.979e-4)
PI0_GAMMA = {RHO: 4.7e-4, OMEGA: 0.0835, PHI: 1.32e-3}
THREE_PIONS = {OMEGA: 0.892, PHI: 0.154}  # phi: with rho pi
LAST_THREE_PIONS = 2.0  # [GeV]; what omega and phi would still give beyond is below 1e-3 of R
GAMMA_PI0 = 7.802e-9  # Gamma(pi0 -> gamma gamma) [GeV], PrimEx-II, Science 368 (2020) 506


def pi0_gamma_ratio(s: FloatArray) -> FloatArray:
    """R of pi0 gamma: 2 s Gamma(pi0 -> 2 gamma) / (alpha m_pi0^3) (1 - m_pi0^2/s)^3 |F(s)|^2.

    Parameters
    ----------
    s : ndarray
        Squared mass [GeV^2].

    Returns
    -------
    ndarray
        R, zero below threshold.

    Notes
    -----
    F is a sum of the three mesons, each as strong as its branching fractions make it at its peak. Nothing fixes
    F(0) = 1, the width of the pi0: that the sum gives 1.01 there shows that the model holds down to threshold.
    """
    amplitude = sum(sign * _pi0_gamma_strength(meson) * _propagator(meson, s) for meson, sign in _SIGNS.items())
    return np.asarray(_pi0_gamma_point(s) * np.abs(amplitude) ** 2)


def _pi0_gamma_strength(meson: tuple[float, float, float]) -> float:
    mass, width, electrons = meson
    peak = 9 * electrons * PI0_GAMMA[meson] / ALPHA**2
    return float(np.sqrt(peak / _pi0_gamma_point(np.asarray(mass**2))) * width / mass)


def _pi0_gamma_point(s: FloatArray) -> FloatArray:
    """R for a form factor 1."""
    room = np.maximum(1 - M_PION0**2 / np.maximum(s, 1e-12), 0.0)
    return np.asarray(2 * s * GAMMA_PI0 / (ALPHA * M_PION0**3) * room**3)


def three_pion_ratio(s: FloatArray) -> FloatArray:
    """R of pi+ pi- pi0 from omega and phi; (sqrt(s) - 3 m_pi)^4 is what phase space and the rho pi amplitude give.

    Parameters
    ----------
    s : ndarray
        Squared mass [GeV^2].

    Returns
    -------
    ndarray
        R, zero below threshold and above 2 GeV. Excited omegas, above 1.1 GeV, are not in it.
    """
    s = np.asarray(s, dtype=float)
    root, least = np.sqrt(s), 2 * M_PION + M_PION0
    amplitude: ComplexArray = np.zeros(s.shape, dtype=complex)
    for meson, branching in THREE_PIONS.items():
        mass, width, electrons = meson
        peak = np.sqrt(9 * electrons * branching) / ALPHA * width / mass
        room = np.maximum(root - least, 0.0) / (mass - least)
        amplitude = amplitude + _SIGNS[meson] * peak * room**2 * mass / root * _propagator(meson, s)
    return np.where(root < LAST_THREE_PIONS, np.abs(amplitude) ** 2, 0.0)


def kaon_ratio(s: FloatArray, *, charged: bool) -> FloatArray:
    """R of K+ K- or K0 anti-K0: beta^3 |F|^2 / 4 with F = +-rho/2 + omega/6 + phi/3.

    Parameters
    ----------
    s : ndarray
        Squared mass [GeV^2].
    charged : bool
        K+ K- (upper sign) or neutral kaons.

    Returns
    -------
    ndarray
        R, zero below threshold.

    Notes
    -----
    The weights are those of the quark model, F(0) = 1 and 0. They give the branching fractions of the phi to 1 % and
    5 %, and the measured cross-sections up to 1.3 GeV to some 20 %.
    """
    s, mass = np.asarray(s, dtype=float), M_KAON if charged else M_KAON0
    open_ = s > 4 * mass**2
    safe = np.where(open_, s, 1.0)
    rho = 0.5 if charged else -0.5
    factor = rho * _propagator(RHO, safe) + _propagator(OMEGA, safe) / 6 + _propagator(PHI, safe) / 3
    return np.where(open_, (1 - 4 * mass**2 / safe) ** 1.5 / 4 * np.abs(factor) ** 2, 0.0)


def rho_propagator(s: FloatArray) -> ComplexArray:
    """Propagator of the rho with its running width, 1 at s = 0.

    Parameters
    ----------
    s : ndarray
        Squared mass of two pions [GeV^2].

    Returns
    -------
    ndarray of complex
        m^2 / (m^2 - s - i sqrt(s) Gamma(s)).
    """
    return _propagator(RHO, s)


_SIGNS = {RHO: 1, OMEGA: 1, PHI: -1}


def _propagator(meson: tuple[float, float, float], s: FloatArray) -> ComplexArray:
    """m^2 / (m^2 - s - i sqrt(s) Gamma), 1 at s = 0; the width of the rho grows with the phase space of two pions."""
    mass, width, _ = meson
    running = np.full(s.shape, width)
    if meson is RHO:
        room = np.maximum(1 - 4 * M_PION**2 / np.maximum(s, 1e-12), 0.0) / (1 - 4 * M_PION**2 / mass**2)
        running = width * np.sqrt(s) / mass * room**1.5
    return np.asarray(mass**2 / (mass**2 - s - 1j * np.sqrt(s) * running))
