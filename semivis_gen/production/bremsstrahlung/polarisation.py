"""Polarisation of A' in l(p) N(P_i) -> l(p') N(P_f) A'(k), and how it turns the decay A' -> chi1 chi2.

For a linear polarisation N (N.k = 0, N^2 = -1) the amplitude is ubar(p') [J P + N k P / s - P k N / u] u(p), all
vectors slashed, with J = 2 (N.p'/s + N.p/u) and s, u, t, P as in `matrix_element`. Its square, summed over lepton
spins, is written out below in the gauge of `invariants`; the sum over three polarisations is the amplitude of
`matrix_element`.

The decay of A' with density matrix rho (trace one, in its rest frame) into chi1 chi2 along the unit vector n goes as

    dN/dOmega ~ 1 - kappa n.rho.n,    kappa = 1 - Sigma^2/m_A'^2,

from the trace (p1 + m1) gamma^i (p2 - m2) gamma^j. The polarisation of chi2 plays no part: interactions conserve
parity and are real at tree level, so the decay of a spin-1/2 chi2 into unpolarised particles cannot depend on it. The
unpolarised chi2 decay after the turned A' decay is therefore the exact full chain for a narrow A'.
"""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.production.bremsstrahlung.invariants import LabInvariants, LabVector

__all__ = ["linear_polarisation", "polarisation_vector", "polarised_amplitude"]


def polarisation_vector(n: FloatArray, aprime: LabVector, m_aprime: float) -> LabVector:
    """Four-vectors N in the lab of directions in the A' rest frame.

    Parameters
    ----------
    n : ndarray
        Unit vectors in the A' rest frame, axes parallel to those of the lab, shape (n, 3).
    aprime : LabVector
        Momenta of A' [GeV].
    m_aprime : float
        Mass of A' [GeV].

    Returns
    -------
    LabVector
        N with N.k = 0 and N^2 = -1.
    """
    time = np.einsum("ij,ij->i", n, aprime.space) / m_aprime
    share = time / (aprime.time + m_aprime)
    return LabVector(time, n + share[:, None] * aprime.space, share * (aprime.minus + m_aprime) - n[:, 2])


def polarised_amplitude(polarisation: LabVector, production: LabInvariants) -> FloatArray:
    """Amplitude squared for linear polarisations, in the normalisation of `matrix_element.reduced_amplitude`.

    Parameters
    ----------
    polarisation : LabVector
        N, from `polarisation_vector` or from the momenta of the decay.
    production : LabInvariants
        Momenta of production.

    Returns
    -------
    ndarray
        [GeV^2], shape (n,); its sum over three orthogonal N is `LabInvariants.reduced`.
    """
    m2, ml2, gap, p2 = production.m2, production.lepton_mass**2, production.gap, production.big2
    kp, kq, s, u = production.kp, production.kq, production.s, production.u
    k_big, b = production.big_times(production.aprime), production.big_times(production.lepton)  # k.P', p'.P'
    x, z = production.p_times(polarisation), production.big_times(polarisation)  # N.p, N.P'
    y = x + production.q_times(polarisation)  # N.p'
    j = 2 * (y / s + x / u)
    across = y * kp - kq * x
    c1 = -p2 * across
    c2 = 2 * b * (x * k_big - kp * z) + p2 * across
    a1 = p2 * (2 * m2 * x * y - 2 * kp * kq + m2 * gap)
    tilt = 2 * b * z - p2 * y
    fall = 2 * b * k_big - p2 * kq
    a2 = -2 * m2 * x * tilt + 2 * fall * kp + m2 * p2 * gap
    w, pq = kq * z - y * k_big, gap + ml2
    t1 = 2 * x * w - pq * k_big - b * kp
    t2 = 2 * z * w - fall
    t3 = 2 * z * (pq * z + b * x) - 2 * x * tilt + p2 * pq
    a3 = -(2 * k_big * t1 - 2 * kp * t2 + m2 * t3) - ml2 * (2 * k_big * k_big - 2 * m2 * z * z - m2 * p2)
    return np.asarray(
        2 * (-j * j * p2 * gap + 2 * j * (c1 / s - c2 / u) + a1 / (s * s) + a2 / (u * u) - 2 * a3 / (s * u))
    )


def linear_polarisation(n: FloatArray, production: LabInvariants, m_aprime: float) -> FloatArray:
    """Element n.rho.n of the density matrix of A'.

    Parameters
    ----------
    n : ndarray
        Unit vectors in the A' rest frame, axes parallel to those of the lab, shape (n, 3).
    production : LabInvariants
        Momenta of production.
    m_aprime : float
        Mass of A' [GeV].

    Returns
    -------
    ndarray
        Between 0 and 1, shape (n,); 1/3 for an unpolarised A'.
    """
    polarisation = polarisation_vector(n, production.aprime, m_aprime)
    return np.clip(polarised_amplitude(polarisation, production) / production.reduced(), 0.0, 1.0)
