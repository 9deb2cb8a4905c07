"""Ways to treat the width of chi2 and what of its decays is seen: the exact one, and those to compare with it."""

from __future__ import annotations

import numpy as np

from postprocess.acceptance import Chi2Width
from semivis_gen.arrays import FloatArray
from semivis_gen.model import DarkMasses, gamma_chi2_lepton, gamma_chi2_massless, gamma_chi2_total

__all__ = ["Chi2Width", "constant_k", "exact_width", "muons_counted", "without_muons"]


def exact_width(masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Exact width with all leptons; pairs of electrons are seen, of muons not."""
    width = gamma_chi2_total(masses, alpha_d, epsilon)
    electrons = gamma_chi2_lepton(masses, alpha_d, epsilon)
    return width, np.divide(electrons, width, out=np.ones_like(epsilon), where=width > 0)


def without_muons(masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Exact width to electrons, as if chi2 had no other decay."""
    return gamma_chi2_lepton(masses, alpha_d, epsilon), np.ones_like(epsilon)


def muons_counted(masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Exact width with all leptons; pairs of muons are seen as well as pairs of electrons: a bound from above."""
    return gamma_chi2_total(masses, alpha_d, epsilon), np.ones_like(epsilon)


def constant_k(k_factor: float) -> Chi2Width:
    """Width as a constant times the usual approximation, decays to electrons alone.

    Parameters
    ----------
    k_factor : float
        K of Gamma = K Gamma_0, Gamma_0 = 4 epsilon^2 alpha alpha_D Delta^5 / (15 pi m_A'^4).

    Returns
    -------
    Chi2Width
        For `yields.expected_yields`.
    """

    def width(masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray) -> tuple[FloatArray, FloatArray]:
        return np.asarray(k_factor * gamma_chi2_massless(masses, alpha_d, epsilon)), np.ones_like(epsilon)

    return width
