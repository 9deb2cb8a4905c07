"""Map of (0, 1) to the lepton's energy share y = 1 - x, x = E_A'/E, in which the spectrum of A' is nearly flat.

d sigma/dx goes as 1 / [m^2 (1 - x)/x + m_l^2 x]. A heavy A', m > m_l, takes nearly all of the energy: the peak is at
y -> 0 and ends at y0 = (m_l/m)^2. A light one is soft, as a photon: the peak is at x = m/m_l, with 1/x above it.
"""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.production.bremsstrahlung.phase_space import Reaction

__all__ = ["energy_share", "soft_scale"]


def soft_scale(reaction: Reaction) -> FloatArray:
    """Share y below which the lepton mass ends the rise towards x -> 1: (m_l/m)^2, not above 1, and the edge."""
    m_l = reaction.lepton_mass
    return np.asarray(np.minimum(1.0, (m_l / reaction.m) ** 2) + m_l / reaction.energy)


def energy_share(
    reaction: Reaction, r: FloatArray, low: FloatArray | float, high: FloatArray | float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Energy share at a number in (0, 1), rising with it.

    Parameters
    ----------
    reaction : Reaction
        One reaction or one for each point.
    r : ndarray
        Numbers in [0, 1].
    low, high : ndarray or float
        Range of y; they broadcast with r.

    Returns
    -------
    y, shifted, span : ndarray
        The share, and two factors of the Jacobian: dy = shifted span dr. y is uniform in ln(y + y0) for m >= m_l, and
        x in ln(x + x0) for a lighter A'.
    """
    if reaction.m >= reaction.lepton_mass:
        y0 = soft_scale(reaction)
        span = np.log((high + y0) / (low + y0))
        shifted = (low + y0) * np.exp(span * r)
        y = shifted - y0
    else:
        x0 = np.asarray(reaction.m / reaction.lepton_mass)
        top = 1 - low + x0
        span = np.log(top / (1 - high + x0))
        shifted = top * np.exp(-span * r)
        y = 1 - (shifted - x0)
    return np.clip(y, low, high), shifted, span
