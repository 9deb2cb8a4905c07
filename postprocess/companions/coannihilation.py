"""Coannihilation chi1 chi2 -> A'* -> e, mu, tau pairs and hadrons: cross-section and its thermal average.

All of it follows from off-shell widths. With Gamma(s) the width of an A' of mass sqrt(s),

    sigma(s) = 3 pi s Gamma_chi(s) Gamma_SM(s) / { p^2 [(s - m_A'^2)^2 + s Gamma(s)^2] },

the Breit-Wigner formula with its spin factor 3/4 for any s: the standard-model current is conserved, so that the
q_mu q_nu terms of the propagator drop out. chi1 and chi2 are distinct Majorana particles with two spin states each:
one diagram, no symmetry factor. The average over Maxwell-Boltzmann distributions is the relativistic single
integral of Gondolo and Gelmini, Nucl. Phys. B 360 (1991) 145, in the form of Edsjo and Gondolo, Phys. Rev. D 56
(1997) 1879, for different masses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, M_ELECTRON, M_MUON, M_TAU
from semivis_gen.model import DarkMasses, off_shell_chi, r_ratio
from semivis_gen.numerics import panels

__all__ = ["ThermalAverage", "coannihilation_cross_section", "population_ratio", "width_visible"]


PANEL_NODES = 6  # Gauss-Legendre points a panel
REACH = 30.0  # integrate sqrt(s) up to threshold + 30 m_chi1: exp(-150) at T = m_chi1/5
# panel edges [GeV] where R(s) has structure: rho-omega, phi, the rest
_HADRON_EDGES = (
    (0.30, 0.70, 8), (0.70, 0.85, 15), (0.85, 1.00, 3), (1.00, 1.04, 20), (1.04, 2.30, 25), (2.30, 11.1, 30),
)  # fmt: skip


def width_visible(root_s: ArrayLike) -> FloatArray:
    """Gamma(A'* -> e, mu, tau pairs and hadrons) / epsilon^2 of an A' of mass sqrt(s).

    Parameters
    ----------
    root_s : array_like
        sqrt(s) [GeV].

    Returns
    -------
    ndarray
        Width [GeV] at epsilon = 1.
    """
    w = np.asarray(root_s, dtype=float)
    r = r_ratio(w**2)
    for mass in (M_ELECTRON, M_MUON, M_TAU):
        x = (mass / np.maximum(w, 2 * mass)) ** 2
        r = r + np.sqrt(1 - 4 * x) * (1 + 2 * x)
    return np.asarray(ALPHA / 3 * w * r)


def coannihilation_cross_section(masses: DarkMasses, s: ArrayLike, *, alpha_d: float, epsilon: float) -> FloatArray:
    """Cross-section of chi1 chi2 -> standard model, averaged over initial spins.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    s : array_like
        Squared centre-of-mass energy [GeV^2], above (m_chi1 + m_chi2)^2.
    alpha_d, epsilon : float
        Couplings.

    Returns
    -------
    ndarray
        sigma [GeV^-2]; zero at and below threshold.
    """
    s = np.asarray(s, dtype=float)
    open_ = s > masses.sigma**2
    safe = np.where(open_, s, 2 * masses.sigma**2)
    w = np.sqrt(safe)
    p2 = (safe - masses.sigma**2) * (safe - masses.delta**2) / (4 * safe)
    rate = _propagated(masses.m_aprime, w, alpha_d * off_shell_chi(masses, w), epsilon**2 * width_visible(w))
    return np.where(open_, 3 * math.pi * safe * rate / p2, 0.0)


def _propagated(m_aprime: float, w: FloatArray, dark: FloatArray, visible: FloatArray) -> FloatArray:
    """Gamma_chi Gamma_SM / |propagator|^2 [GeV^-2]; the width runs with s, as the self-energy does."""
    return np.asarray(dark * visible / ((w**2 - m_aprime**2) ** 2 + (w * (dark + visible)) ** 2))


def population_ratio(masses: DarkMasses, x: ArrayLike) -> FloatArray:
    """n_chi2 / n_chi1 in chemical equilibrium.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    x : array_like
        m_chi1 / T.

    Returns
    -------
    ndarray
        (m_chi2/m_chi1)^2 K2(m_chi2/T) / K2(m_chi1/T).
    """
    from scipy.special import kve

    x = np.asarray(x, dtype=float)
    f = masses.splitting
    return np.asarray((1 + f) ** 2 * kve(2, (1 + f) * x) / kve(2, x) * np.exp(-f * x))


@dataclass(frozen=True, slots=True)
class ThermalAverage:
    """<sigma v> of chi1 chi2 at fixed masses and alpha_D, ready for any epsilon."""

    masses: DarkMasses
    alpha_d: float
    x: FloatArray
    """m_chi1 / T, shape (k,)."""
    root_s: FloatArray
    """Quadrature nodes in sqrt(s) [GeV], shape (n,)."""
    kernel: FloatArray
    """Quadrature weights times the thermal distribution of sqrt(s), shape (k, n)."""
    dark: FloatArray
    """Gamma_chi at the nodes [GeV]."""
    visible: FloatArray
    """Gamma_SM / epsilon^2 at the nodes [GeV]."""

    @classmethod
    def at(cls, masses: DarkMasses, alpha_d: float, x: ArrayLike) -> ThermalAverage:
        """Prepare the integral.

        Parameters
        ----------
        masses : DarkMasses
            Masses of the point.
        alpha_d : float
            Dark coupling.
        x : array_like
            m_chi1 / T, shape (k,), at least about 3.

        Returns
        -------
        ThermalAverage
            Nodes and weights for all x.
        """
        from scipy.special import k1e, kve

        x = np.atleast_1d(np.asarray(x, dtype=float))
        w, weight = _nodes(masses, alpha_d)
        t = masses.m_chi1 / x[:, None]
        norm = 3 * math.pi / (t * (masses.m_chi1 * masses.m_chi2) ** 2)
        norm = norm / (kve(2, masses.m_chi1 / t) * kve(2, masses.m_chi2 / t))
        kernel = norm * weight * w**4 * k1e(w / t) * np.exp(-(w - masses.sigma) / t)
        return cls(masses, alpha_d, x, w, kernel, alpha_d * off_shell_chi(masses, w), width_visible(w))

    def with_alpha_d(self, alpha_d: float) -> ThermalAverage:
        """Prepare the same masses with another dark coupling.

        Parameters
        ----------
        alpha_d : float
            Dark coupling, not below the one of this average: nodes that resolve a narrow resonance serve a wide one.

        Returns
        -------
        ThermalAverage
            With the same nodes and weights.
        """
        return replace(self, alpha_d=alpha_d, dark=self.dark * (alpha_d / self.alpha_d))

    def sigma_v(self, epsilon: float) -> FloatArray:
        """Thermal average for one annihilating pair.

        Parameters
        ----------
        epsilon : float
            Kinetic mixing; it enters the A' width too.

        Returns
        -------
        ndarray
            <sigma v> of chi1 chi2 [GeV^-2], shape (k,).
        """
        visible = epsilon**2 * self.visible
        return np.asarray(self.kernel @ _propagated(self.masses.m_aprime, self.root_s, self.dark, visible))


def _nodes(masses: DarkMasses, alpha_d: float) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights in sqrt(s), dense at threshold, on the A' resonance and where R(s) has structure."""
    low = max(masses.sigma, 2 * M_ELECTRON)
    high = low + REACH * masses.m_chi1
    gamma = float(alpha_d * off_shell_chi(masses, masses.m_aprime))
    offsets = gamma * np.geomspace(0.25, max(4 * (high - low) / gamma, 1.0), 40)
    edges: Sequence[ArrayLike] = [
        low + masses.m_chi1 * np.geomspace(1e-5, REACH, 22),
        masses.m_aprime + offsets,
        masses.m_aprime - offsets,
        [masses.m_aprime, 2 * M_MUON, 2 * M_TAU],
        *(np.linspace(a, b, n, endpoint=False) for a, b, n in _HADRON_EDGES),
    ]
    inner = np.unique(np.concatenate([np.asarray(e, dtype=float) for e in edges]))
    return panels(PANEL_NODES, np.concatenate([[low], inner[(inner > low) & (inner < high)], [high]]))
