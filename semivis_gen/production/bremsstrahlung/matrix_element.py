"""Squared tree-level amplitude of l(p) N(P_i) -> l(p') N(P_f) A'(k).

The nucleus is a scalar current Z e (P_i + P_f)^mu (Liu and Miller, arXiv:1705.02016). With
s = (p' + k)^2 - m_l^2, u = (p - k)^2 - m_l^2, t = -(P_i - P_f)^2, t2 = (p - p')^2 and P = P_i + P_f the sum over
all spins, averaged over those of the incoming lepton, is

    |M|^2 = (e^6 eps^2 G2(t) / t^2) f,
    f = 2 (s^2 + u^2) P^2 / (s u) - (8 t / s u) [(P.p)^2 + (P.p')^2 + (t2 + m^2) P^2 / 2]
        - 2 (m^2 + 2 m_l^2) [4 (u P.p + s P.p')^2 - (s + u)^2 t P^2] / (s u)^2.
"""

from __future__ import annotations

import math

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, M_ELECTRON
from semivis_gen.numerics import invariant_product

__all__ = ["reduced_amplitude", "squared_amplitude"]


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
    m2: FloatArray | float,
    lepton_mass: float = M_ELECTRON,
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
    m2 : ndarray or float
        Squared A' mass [GeV^2].
    lepton_mass : float
        m_l [GeV].

    Returns
    -------
    ndarray
        f [GeV^2].
    """
    su = s * u
    charge = 2 * (s * s + u * u) * big_p2
    recoil = 8 * t * (p_dot * p_dot + q_dot * q_dot + 0.5 * (t2 + m2) * big_p2)
    mass = 2 * (m2 + 2 * lepton_mass**2) * (4 * balance * balance - s_plus_u * s_plus_u * t * big_p2)
    return np.asarray((charge - recoil - mass / su) / su)


def squared_amplitude(
    p: FloatArray,
    p_i: FloatArray,
    p_out: FloatArray,
    p_f: FloatArray,
    k: FloatArray,
    *,
    m_aprime: float,
    epsilon: float,
    g2: FloatArray | float,
    lepton_mass: float = M_ELECTRON,
) -> FloatArray:
    """|M|^2 from four-momenta in any frame, averaged over the incoming and summed over the outgoing spins.

    Parameters
    ----------
    p, p_i, p_out, p_f, k : ndarray
        Momenta (E, px, py, pz) of l, N, l, N and A' [GeV], shapes (n, 4).
    m_aprime : float
        Mass of A' [GeV]; light ones cannot be told from energy and momentum.
    epsilon : float
        Kinetic mixing.
    g2 : ndarray or float
        Form factor G2(t), Z^2 for a point nucleus, shape (n,).
    lepton_mass : float
        m_l [GeV].

    Returns
    -------
    ndarray
        (e^6 eps^2 G2 / t^2) f [GeV^-2], shape (n,).
    """
    m2, big_p = m_aprime**2, p_i + p_f
    u = m2 - 2 * invariant_product(p[:, 1:], lepton_mass, k[:, 1:], m_aprime)
    s = m2 + 2 * invariant_product(p_out[:, 1:], lepton_mass, k[:, 1:], m_aprime)
    t, t2 = _gap(p_i, p_f), -_gap(p, p_out)
    p_dot, q_dot = _dot(big_p, p), _dot(big_p, p_out)
    f = reduced_amplitude(s, u, t, t2, p_dot, q_dot, u * p_dot + s * q_dot, _dot(big_p, big_p), s + u, m2, lepton_mass)
    return np.asarray((4 * math.pi * ALPHA) ** 3 * epsilon**2 * g2 / t**2 * f)


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(a[:, 0] * b[:, 0] - np.einsum("ij,ij->i", a[:, 1:], b[:, 1:]))


def _gap(a: FloatArray, b: FloatArray) -> FloatArray:
    """-(a - b)^2 of two momenta of equal mass."""
    difference, total = a[:, 1:] - b[:, 1:], a[:, 1:] + b[:, 1:]
    energy = np.einsum("ij,ij->i", difference, total) / (a[:, 0] + b[:, 0])
    return np.asarray(np.einsum("ij,ij->i", difference, difference) - energy**2)
