"""Squared tree-level amplitude of e-(p) N(P_i) -> e-(p') N(P_f) A'(k).

The nucleus is a scalar current Z e (P_i + P_f)^mu (Liu and Miller, arXiv:1705.02016). With
s = (p' + k)^2 - m_e^2, u = (p - k)^2 - m_e^2, t = -(P_i - P_f)^2, t2 = (p - p')^2 and P = P_i + P_f the sum over
all spins, averaged over those of the incoming electron, is

    |M|^2 = (e^6 eps^2 G2(t) / t^2) f,
    f = 2 (s^2 + u^2) P^2 / (s u) - (8 t / s u) [(P.p)^2 + (P.p')^2 + (t2 + m^2) P^2 / 2]
        - 2 (m^2 + 2 m_e^2) [4 (u P.p + s P.p')^2 - (s + u)^2 t P^2] / (s u)^2.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from semivis_gen.constants import ALPHA, M_ELECTRON

__all__ = ["reduced_amplitude", "squared_amplitude"]

FloatArray = NDArray[np.float64]


def reduced_amplitude(
    s: FloatArray,
    u: FloatArray,
    t: FloatArray,
    t2: FloatArray,
    p_dot: FloatArray,
    q_dot: FloatArray,
    balance: FloatArray,
    big_p2: FloatArray,
    s_plus_u: FloatArray,
    m2: float,
) -> FloatArray:
    """Reduced amplitude f of the module's formula, from invariants that the caller computes without cancellation.

    Parameters
    ----------
    s, u, t, t2 : ndarray
        Invariants of the module's formula [GeV^2]; s > 0, u < 0, t > 0, t2 < 0.
    p_dot, q_dot : ndarray
        P.p and P.p' [GeV^2].
    balance : ndarray
        u P.p + s P.p' [GeV^4], which nearly cancels.
    big_p2 : ndarray
        P^2 = 4 M^2 + t [GeV^2].
    s_plus_u : ndarray
        s + u = 2 k.q [GeV^2].
    m2 : float
        Squared A' mass [GeV^2].

    Returns
    -------
    ndarray
        f [GeV^2].
    """
    su = s * u
    charge = 2 * (s * s + u * u) * big_p2
    recoil = 8 * t * (p_dot * p_dot + q_dot * q_dot + 0.5 * (t2 + m2) * big_p2)
    mass = 2 * (m2 + 2 * M_ELECTRON**2) * (4 * balance * balance - s_plus_u * s_plus_u * t * big_p2)
    return np.asarray((charge - recoil - mass / su) / su)


def squared_amplitude(
    p: FloatArray, p_i: FloatArray, p_out: FloatArray, p_f: FloatArray, k: FloatArray, *, epsilon: float, g2: FloatArray
) -> FloatArray:
    """|M|^2 from four-momenta, averaged over the incoming and summed over the outgoing spins.

    Parameters
    ----------
    p, p_i, p_out, p_f, k : ndarray
        Momenta (E, px, py, pz) of e-, N, e-, N and A' [GeV], shapes (n, 4).
    epsilon : float
        Kinetic mixing.
    g2 : ndarray
        Form factor G2(t), Z^2 for a point nucleus, shape (n,).

    Returns
    -------
    ndarray
        |M|^2 [GeV^-2], shape (n,).
    """

    def dot(a: FloatArray, b: FloatArray) -> FloatArray:
        return np.asarray(a[:, 0] * b[:, 0] - np.einsum("ij,ij->i", a[:, 1:], b[:, 1:]))

    q, big_p = p_i - p_f, p_i + p_f
    m2 = dot(k, k)
    s = 2 * dot(p_out, k) + m2
    u = -2 * dot(p, k) + m2
    t = -dot(q, q)
    t2 = 2 * M_ELECTRON**2 - 2 * dot(p, p_out)
    a, b = dot(big_p, p), dot(big_p, p_out)
    f = reduced_amplitude(s, u, t, t2, a, b, u * a + s * b, dot(big_p, big_p), s + u, m2)  # type: ignore[arg-type]
    return np.asarray((4 * math.pi * ALPHA) ** 3 * epsilon**2 * g2 / t**2 * f)
