"""Resonant annihilation of shower positrons on atomic electrons: e+ e- -> A' -> chi1 chi2.

NA64, Phys. Rev. D 104 (2021) L091701 (arXiv:2108.04195): not part of the semi-visible paper, an option.
At rest, s = 2 m_e^2 + 2 m_e E, so that A' is on shell at E = m_A'^2/(2 m_e) - m_e and carries the energy of both.
The width matters only through the shape of the positron spectrum under the resonance; rates and event samples
use the narrow limit, which needs no coupling, and `rate_ratio_finite_width` tells how good that is.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, HBARC2_GEV2_PB, M_ELECTRON
from semivis_gen.model import DarkMasses, gamma_aprime_chi, gamma_aprime_lepton, off_shell_chi

__all__ = [
    "annihilation_cross_section",
    "narrow_cross_section_integral",
    "rate_ratio_finite_width",
    "resonance_energy",
]


def resonance_energy(m_aprime: float) -> float:
    """Positron energy at which e+ e- at rest makes an A' on shell.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].

    Returns
    -------
    float
        Energy [GeV]; below m_e where m_A' < 2 m_e, that is, unphysical.
    """
    return m_aprime**2 / (2 * M_ELECTRON) - M_ELECTRON


def annihilation_cross_section(masses: DarkMasses, energy: ArrayLike, *, alpha_d: float) -> FloatArray:
    """Cross-section of e+ e- -> A'* -> chi1 chi2 on an electron at rest, at epsilon = 1.

    sigma = 12 pi s / (s - 4 m_e^2) / s * [sqrt(s) Gamma_ee(s)] [sqrt(s) Gamma_chi(s)] / [(s - m^2)^2 + m^2 Gamma^2],
    the Breit-Wigner formula with 3/4 for the spins and both partial widths taken at s.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    energy : array_like
        Positron energy [GeV].
    alpha_d : float
        Dark coupling.

    Returns
    -------
    ndarray
        Cross-section [pb] for epsilon = 1 in Gamma_ee; the total width is that of A' -> chi1 chi2.
    """
    s = 2 * M_ELECTRON**2 + 2 * M_ELECTRON * np.asarray(energy, dtype=float)
    open_ = (s > masses.sigma**2) & (s > 4 * M_ELECTRON**2)
    safe = np.where(open_, s, masses.m_aprime**2)
    total = float(gamma_aprime_chi(masses, alpha_d))
    electrons = _lepton_width_times_root_s(safe)
    dark = alpha_d * np.sqrt(safe) * off_shell_chi(masses, np.sqrt(safe))
    denominator = (safe - masses.m_aprime**2) ** 2 + (masses.m_aprime * total) ** 2
    sigma = 12 * math.pi / (safe - 4 * M_ELECTRON**2) * electrons * dark / denominator * HBARC2_GEV2_PB
    return np.where(open_, sigma, 0.0)


def _lepton_width_times_root_s(s: FloatArray) -> FloatArray:
    r = M_ELECTRON**2 / s
    return np.asarray(ALPHA * s / 3 * np.sqrt(1 - 4 * r) * (1 + 2 * r))


def narrow_cross_section_integral(m_aprime: float) -> float:
    """Integral of the cross-section over the positron energy for a narrow A', at epsilon = 1.

    int sigma dE = 12 pi^2 Gamma_ee / (2 m_e m_A') * m^2/(m^2 - 4 m_e^2) -> 2 pi^2 alpha / m_e.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].

    Returns
    -------
    float
        Integral [pb GeV], for BR(A' -> chi1 chi2) = 1; it depends on no dark coupling.
    """
    if m_aprime <= 2 * M_ELECTRON:
        return 0.0
    width = float(gamma_aprime_lepton(m_aprime, 1.0, M_ELECTRON))
    flux = 1 - 4 * M_ELECTRON**2 / m_aprime**2
    return 12 * math.pi**2 * width / (2 * M_ELECTRON * m_aprime) / flux * HBARC2_GEV2_PB


def rate_ratio_finite_width(
    masses: DarkMasses, energies: FloatArray, spectrum: FloatArray, *, alpha_d: float, e_min: float = 0.0
) -> float:
    """Rate with the full line shape over the rate in the narrow limit, for a given positron spectrum.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    energies, spectrum : ndarray
        Rising positron energies [GeV] and track length per energy [X0/GeV], shapes (n,).
    alpha_d : float
        Dark coupling, which sets the width.
    e_min : float
        Smallest A' energy that counts [GeV].

    Returns
    -------
    float
        The ratio; inf where the narrow resonance lies outside the spectrum but its tail does not.
    """
    from scipy.integrate import trapezoid  # np.trapezoid needs numpy 2

    centre = resonance_energy(masses.m_aprime)
    inside = energies[0] < centre < energies[-1] and centre >= e_min
    narrow = (
        narrow_cross_section_integral(masses.m_aprime) * float(np.interp(centre, energies, spectrum)) if inside else 0.0
    )
    # the substitution E = centre + w tan u makes the Breit-Wigner flat
    half_width = masses.m_aprime * float(gamma_aprime_chi(masses, alpha_d)) / (2 * M_ELECTRON)
    low, high = max(float(energies[0]), e_min), float(energies[-1])
    u = np.linspace(math.atan((low - centre) / half_width), math.atan((high - centre) / half_width), 4001)
    energy = centre + half_width * np.tan(u)
    jacobian = half_width / np.cos(u) ** 2
    track = np.interp(energy, energies, spectrum)
    full = float(trapezoid(annihilation_cross_section(masses, energy, alpha_d=alpha_d) * track * jacobian, u))
    return full / narrow if narrow else (math.inf if full else 1.0)
