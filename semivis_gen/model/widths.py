"""Widths, lifetimes and branchings of A' and chi2.

Leptons are exact at leading order (`chi2_leptons`), hadrons follow from R(s) (`chi2_hadrons`, `hadrons`).
Gamma(chi2) is epsilon^2 alpha_D times a function of the masses. Couplings may be arrays: they broadcast.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, HBARC_GEV_MM
from semivis_gen.model.channels import HADRONS, LEPTON_MASSES
from semivis_gen.model.chi2_hadrons import (
    gamma_chi2_hadrons,
    gamma_chi2_hadrons_by_state,
    gamma_chi2_hadrons_error,
)
from semivis_gen.model.chi2_leptons import chi2_rate_dq2, gamma_chi2_lepton
from semivis_gen.model.hadrons import gamma_aprime_hadrons, ratios_at
from semivis_gen.model.point import DarkMasses, DarkSector

__all__ = [
    "Widths",
    "aprime_shares",
    "chi2_rate_dq2",
    "compute_widths",
    "ctau_mm",
    "gamma_aprime_chi",
    "gamma_aprime_lepton",
    "gamma_aprime_total",
    "gamma_aprime_visible",
    "gamma_chi2_lepton",
    "gamma_chi2_massless",
    "gamma_chi2_total",
    "off_shell_chi",
]


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
    return np.asarray(np.asarray(alpha_d, dtype=float) * off_shell_chi(masses, masses.m_aprime))


def off_shell_chi(masses: DarkMasses, root_s: ArrayLike) -> FloatArray:
    """Width of a virtual A' to chi1 chi2 at alpha_D = 1: `gamma_aprime_chi` with sqrt(s) for m.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    root_s : array_like
        sqrt(s) [GeV].

    Returns
    -------
    ndarray
        Width [GeV], zero below threshold.
    """
    w = np.asarray(root_s, dtype=float)
    s = np.maximum(w, masses.sigma) ** 2
    a, d = masses.sigma**2 / s, masses.delta**2 / s
    return np.asarray(w / 3 * (np.sqrt((1 - a) * (1 - d)) * (1 + a / 2) * (1 - d)))


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
    """Total A' width: chi1 chi2, lepton pairs and hadrons.

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
    leptons, hadrons = _visible_parts(masses.m_aprime, epsilon)
    return np.asarray(gamma_aprime_chi(masses, alpha_d) + leptons + hadrons)


def gamma_aprime_visible(m_aprime: float, epsilon: ArrayLike) -> FloatArray:
    """Width of A' to lepton pairs and hadrons.

    Parameters
    ----------
    m_aprime : float
        Mass [GeV].
    epsilon : array_like
        Kinetic mixing, any shape.

    Returns
    -------
    ndarray
        Width [GeV].
    """
    leptons, hadrons = _visible_parts(m_aprime, epsilon)
    return np.asarray(leptons + hadrons)


def _visible_parts(m_aprime: float, epsilon: ArrayLike) -> tuple[FloatArray, FloatArray]:
    leptons = [gamma_aprime_lepton(m_aprime, epsilon, m) for m in LEPTON_MASSES.values()]
    return np.asarray(sum(leptons)), gamma_aprime_hadrons(m_aprime, epsilon)


def aprime_shares(m_aprime: float) -> dict[str, float]:
    """Branching fractions of an A' that has no dark states to decay to, whatever the mixing.

    Parameters
    ----------
    m_aprime : float
        Mass [GeV].

    Returns
    -------
    dict
        Share of each final state, names as in `channels.DECAYS`; all zero below two electron masses.

    Examples
    --------
    >>> {name: round(share, 3) for name, share in aprime_shares(0.5).items() if share > 1e-3}
    {'e+ e-': 0.402, 'mu+ mu-': 0.397, 'pi+ pi-': 0.202}
    """
    widths = _aprime_widths(m_aprime, 1.0)
    total = sum(widths.values())
    return {name: width / total if total else 0.0 for name, width in widths.items()}


def _aprime_widths(m_aprime: float, epsilon: float) -> dict[str, float]:
    """Widths [GeV] of A' to what is not dark."""
    massless = ALPHA / 3 * m_aprime * epsilon**2
    leptons = {
        f"{name}+ {name}-": float(gamma_aprime_lepton(m_aprime, epsilon, m)) for name, m in LEPTON_MASSES.items()
    }
    return leptons | {name: massless * r for name, r in zip(HADRONS, ratios_at(m_aprime), strict=True)}


def gamma_chi2_total(masses: DarkMasses, alpha_d: ArrayLike, epsilon: ArrayLike) -> FloatArray:
    """Total chi2 width: lepton pairs and hadrons, where open.

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
    leptons = sum(gamma_chi2_lepton(masses, alpha_d, epsilon, m) for m in LEPTON_MASSES.values())
    return np.asarray(leptons + gamma_chi2_hadrons(masses, alpha_d, epsilon))


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
    gamma_chi2_error: float
    """Error of it [GeV], that of R(s): zero where no hadrons are open."""
    k_factor: float
    """K = Gamma(chi2 -> chi1 e+ e-) / Gamma_0."""
    branching_aprime: dict[str, float]
    """Branching fractions of A', by final state: `chi1 chi2` and the names of `channels`."""
    branching_chi2: dict[str, float]
    """Branching fractions of chi2, by final state: `chi1` and a name of `channels`."""

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
        Leading-order values; leptons have a relative numerical error below 1e-9, hadrons one below 1e-4 besides that
        of R(s), `gamma_chi2_error`.

    Examples
    --------
    >>> widths = compute_widths(DarkSector.at(1.0, splitting=0.8))
    >>> [name for name, share in widths.branching_chi2.items() if share > 1e-3]
    ['chi1 e+ e-', 'chi1 mu+ mu-']
    """
    masses, couplings = point.masses, (point.alpha_d, point.epsilon)
    aprime = {"chi1 chi2": float(gamma_aprime_chi(masses, point.alpha_d))}
    aprime |= _aprime_widths(masses.m_aprime, point.epsilon)
    chi2 = {f"chi1 {k}+ {k}-": float(gamma_chi2_lepton(masses, *couplings, m)) for k, m in LEPTON_MASSES.items()}
    chi2 |= {f"chi1 {k}": float(v) for k, v in gamma_chi2_hadrons_by_state(masses, *couplings).items()}
    total_aprime, total_chi2 = sum(aprime.values()), sum(chi2.values())
    return Widths(
        gamma_aprime=total_aprime,
        gamma_chi2=total_chi2,
        gamma_chi2_error=float(gamma_chi2_hadrons_error(masses, *couplings)),
        k_factor=chi2["chi1 e+ e-"] / float(gamma_chi2_massless(masses, *couplings)),
        branching_aprime={k: v / total_aprime for k, v in aprime.items()},
        branching_chi2={k: v / total_chi2 for k, v in chi2.items()},
    )
