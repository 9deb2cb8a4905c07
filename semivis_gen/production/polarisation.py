"""Polarisation of A' in e-(p) N(P_i) -> e-(p') N(P_f) A'(k), and how it turns the decay A' -> chi1 chi2.

For a linear polarisation N (N.k = 0, N^2 = -1) the amplitude is ubar(p') [J P + N k P / s - P k N / u] u(p), all
vectors slashed, with J = 2 (N.p'/s + N.p/u) and s, u, t, P as in `matrix_element`. Its square, summed over electron
spins, is written out below; the sum over three polarisations is the amplitude of `matrix_element`.

The decay of A' with density matrix rho (trace one, in its rest frame) into chi1 chi2 along the unit vector n goes as

    dN/dOmega ~ 1 - kappa n.rho.n,    kappa = 1 - Sigma^2/m_A'^2,

from the trace (p1 + m1) gamma^i (p2 - m2) gamma^j. The polarisation of chi2 plays no part: interactions conserve
parity and are real at tree level, so the decay of a spin-1/2 chi2 into unpolarised particles cannot depend on it. The
unpolarised chi2 decay after the turned A' decay is therefore the exact full chain for a narrow A'.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from semivis_gen.constants import M_ELECTRON
from semivis_gen.kinematics import boost_to_rest, energy_of

__all__ = ["linear_polarisation", "polarised_amplitude", "production_invariants"]

FloatArray = NDArray[np.float64]


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(a[:, 0] * b[:, 0] - np.einsum("ij,ij->i", a[:, 1:], b[:, 1:]))


def production_invariants(
    beam: FloatArray, electron: FloatArray, recoil: FloatArray, aprime: FloatArray, *, mass: FloatArray, m_aprime: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Four-momenta p, p' and P = P_i + P_f in the rest frame of A', with axes parallel to those of the lab.

    Parameters
    ----------
    beam, electron, recoil, aprime : ndarray
        Lab momenta [GeV], shape (n, 3); the nucleus rests before.
    mass : ndarray
        Masses of the nuclei [GeV], shape (n,).
    m_aprime : float
        Mass of A' [GeV].

    Returns
    -------
    p, p_out, big_p : ndarray
        Four-momenta [GeV], shape (n, 4). P is shifted by a multiple of q = p' + k - p such that P.p = 0: the
        current is conserved, and the huge terms that would cancel (P^2 is 1e9 m^2 and more) never appear.
    """

    def at_rest(momentum: FloatArray, m: FloatArray | float) -> FloatArray:
        moved = boost_to_rest(momentum, m, aprime, m_aprime)
        return np.asarray(np.c_[energy_of(moved, m), moved])

    p, p_out = at_rest(beam, M_ELECTRON), at_rest(electron, M_ELECTRON)
    big_p = at_rest(np.zeros_like(beam), mass) + at_rest(recoil, mass)
    q = p_out - p
    q[:, 0] += m_aprime
    return p, p_out, big_p - (_dot(big_p, p) / _dot(q, p))[:, None] * q


def polarised_amplitude(
    n: FloatArray, p: FloatArray, p_out: FloatArray, big_p: FloatArray, m_aprime: float
) -> FloatArray:
    """Amplitude squared for the linear polarisation n, in the normalisation of `matrix_element.reduced_amplitude`.

    Parameters
    ----------
    n : ndarray
        Unit vectors in the A' rest frame, shape (events, 3).
    p, p_out, big_p : ndarray
        From `production_invariants`.
    m_aprime : float
        Mass of A' [GeV].

    Returns
    -------
    ndarray
        [GeV^2]; its sum over three orthogonal n is f.
    """
    m2, me2 = m_aprime**2, M_ELECTRON**2
    x, y, z = (-np.einsum("ij,ij->i", n, v[:, 1:]) for v in (p, p_out, big_p))  # N.p, N.p', N.P
    kp, kq, k_big = (m_aprime * v[:, 0] for v in (p, p_out, big_p))  # k.p, k.p', k.P
    s, u = 2 * kq + m2, m2 - 2 * kp
    a, b, pq, p2 = _dot(big_p, p), _dot(big_p, p_out), _dot(p, p_out), _dot(big_p, big_p)
    j = 2 * (y / s + x / u)
    square = 4 * j * j * (2 * a * b - p2 * (pq - me2))
    c1 = 4 * (2 * a * (y * k_big - kq * z) - p2 * (y * kp - kq * x))
    c2 = 4 * (2 * b * (x * k_big - kp * z) - p2 * (x * kq - kp * y))
    cross = 2 * j * (c1 / s - c2 / u)
    common = m2 * (2 * a * b - p2 * pq) + me2 * p2 * m2
    a1 = 4 * (-2 * m2 * y * (2 * a * z - p2 * x) + 2 * (2 * a * k_big - p2 * kp) * kq - common)
    a2 = 4 * (-2 * m2 * x * (2 * b * z - p2 * y) + 2 * (2 * b * k_big - p2 * kq) * kp - common)
    w = kq * z - y * k_big
    t1 = 8 * x * w - 4 * (pq * k_big - kq * a + b * kp)
    t2 = 8 * z * w - 4 * (2 * b * k_big - p2 * kq)
    t3 = 8 * z * (pq * z - y * a + b * x) - 8 * x * (2 * b * z - y * p2) - 4 * (2 * a * b - p2 * pq)
    a3 = -(2 * k_big * t1 - 2 * kp * t2 + m2 * t3) - me2 * (-8 * m2 * z * z + 8 * k_big * k_big - 4 * m2 * p2)
    return np.asarray(0.5 * (square + cross + a1 / s**2 + a2 / u**2 - 2 * a3 / (s * u)))


def linear_polarisation(
    n: FloatArray, p: FloatArray, p_out: FloatArray, big_p: FloatArray, m_aprime: float
) -> FloatArray:
    """Element n.rho.n of the density matrix of A'.

    Parameters
    ----------
    n, p, p_out, big_p, m_aprime
        As for `polarised_amplitude`.

    Returns
    -------
    ndarray
        Between 0 and 1; 1/3 for an unpolarised A'.
    """
    # two further axes complete n to the trace
    helper = np.where(np.abs(n[:, :1]) < 0.6, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]])
    first = np.cross(n, helper)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(n, first)
    along, *others = (polarised_amplitude(v, p, p_out, big_p, m_aprime) for v in (n, first, second))
    total = along + others[0] + others[1]
    # cancellation leaves noise where the amplitude all but vanishes
    return np.asarray(np.clip(np.divide(along, total, out=np.full(len(n), 1 / 3), where=total > 0), 0.0, 1.0))
