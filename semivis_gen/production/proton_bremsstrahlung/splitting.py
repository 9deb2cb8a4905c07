"""Proton to A' and proton: Bluemlein and Brunner, 1311.3870, after Kim and Tsai.

    w(z, pT^2) = alpha / (2 pi H) { [1 + (1-z)^2]/z - 2 z (1-z) [(2 M^2 + m^2)/H - 2 z^2 M^4/H^2]
                 + 2 z (1-z) [z + (1-z)^2] M^2 m^2/H^2 + 2 z (1-z)^2 m^4/H^2 },   H = pT^2 + (1-z) m^2 + z^2 M^2

at epsilon = 1, and the total cross-section of protons on protons (PDG review "High energy soft QCD", COMPAS fit).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, M_PROTON

__all__ = ["proton_proton_cross_section", "splitting", "virtuality"]

# sigma = H ln^2(s/s_M) + P + R1 (s_M/s)^eta1 - R2 (s_M/s)^eta2 [mb], PDG 2016 and later
H, P, R1, R2 = 0.2720, 34.41, 13.07, 7.394
ETA1, ETA2 = 0.4473, 0.5486
S_M = (2 * M_PROTON + 2.1206) ** 2  # [GeV^2]


def virtuality(z: ArrayLike, m_aprime: float) -> FloatArray:
    """H less pT^2 [GeV^2]: (1 - z) m^2 + z^2 M^2."""
    z = np.asarray(z, dtype=float)
    return np.asarray((1 - z) * m_aprime**2 + z**2 * M_PROTON**2)


def splitting(z: FloatArray, pt2: FloatArray, m_aprime: float) -> FloatArray:
    """A' radiated by a proton, per z and pT^2, at epsilon = 1 and F1 = 1.

    Parameters
    ----------
    z : ndarray
        Longitudinal momentum of A' over that of the proton.
    pt2 : ndarray
        Squared transverse momentum [GeV^2]; broadcasts.
    m_aprime : float
        Mass of A' [GeV].

    Returns
    -------
    ndarray
        w [1/GeV^2].
    """
    m2, M2 = m_aprime**2, M_PROTON**2
    h = pt2 + virtuality(z, m_aprime)
    rest = 1 - z
    bracket = (
        (1 + rest**2) / z
        - 2 * z * rest * ((2 * M2 + m2) / h - 2 * (z * M2 / h) ** 2)
        + 2 * z * rest * (z + rest**2) * M2 * m2 / h**2
        + 2 * z * (rest * m2 / h) ** 2
    )
    return np.asarray(ALPHA / (2 * math.pi) * bracket / h)


def proton_proton_cross_section(s: ArrayLike) -> FloatArray:
    """Total cross-section of protons on protons.

    Parameters
    ----------
    s : array_like
        Squared centre-of-mass energy [GeV^2], above (2 M + a few GeV)^2 for the fit to hold.

    Returns
    -------
    ndarray
        [mb].
    """
    x = np.asarray(s, dtype=float) / S_M
    return np.asarray(H * np.log(x) ** 2 + P + R1 * x**-ETA1 - R2 * x**-ETA2)
