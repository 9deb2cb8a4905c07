"""Squared amplitudes of A' -> chi1 chi2, chi2 -> chi1 l- l+ and of the whole chain, from momenta.

The Majorana coupling i g_D A'_mu chi2bar gamma^mu chi1 gives vertices +-g_D gamma^mu between fields of positive mass.
All are summed over final and averaged over initial spins. They normalise to the widths of `widths`, their shapes are
what `decay` samples; MadGraph finds the same numbers (tests/reference/madgraph_matrix_elements.npz).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, M_ELECTRON
from semivis_gen.model import DarkMasses, DarkSector
from semivis_gen.numerics import invariant_product
from semivis_gen.production import LabInvariants, LabVector, polarised_amplitude

__all__ = ["aprime_decay_amplitude", "chain_amplitude", "chi2_decay_amplitude", "production_amplitude"]

E2 = 4 * math.pi * ALPHA


def production_amplitude(
    beam: FloatArray,
    electron: FloatArray,
    recoil: FloatArray,
    aprime: FloatArray,
    *,
    m_aprime: ArrayLike,
    nucleus_mass: ArrayLike,
    epsilon: float,
    g2: ArrayLike,
) -> FloatArray:
    """|M|^2 of e- N -> e- N A' from lab momenta: (e^6 eps^2 G2 / t^2) f of `production.matrix_element`.

    Parameters
    ----------
    beam, electron, recoil, aprime : ndarray
        Momenta [GeV], shape (n, 3); the beam along z, the nucleus at rest before.
    m_aprime, nucleus_mass : array_like
        Masses [GeV].
    epsilon : float
        Kinetic mixing.
    g2 : array_like
        Form factor G2(t), Z^2 for a point nucleus.

    Returns
    -------
    ndarray
        [GeV^-2], shape (n,).
    """
    production = _production(beam, electron, recoil, aprime, nucleus_mass, np.square(m_aprime))
    return np.asarray(E2**3 * epsilon**2 * np.asarray(g2) / production.t**2 * production.reduced())


def aprime_decay_amplitude(masses: DarkMasses, alpha_d: ArrayLike) -> FloatArray:
    """|M|^2 of A' -> chi1 chi2, the same at all of its momenta.

    (2 g_D^2 / 3) (m^2 - Delta^2)(2 + Sigma^2/m^2), from
    -g_{mu nu} Tr[(p1 + m1) gamma^mu (p2 - m2) gamma^nu] and the term k k/m^2.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    alpha_d : array_like
        Dark coupling.

    Returns
    -------
    ndarray
        [GeV^2], shape of `alpha_d`.
    """
    m2 = masses.m_aprime**2
    shape = (masses.m_aprime - masses.delta) * (masses.m_aprime + masses.delta) * (2 + masses.sigma**2 / m2)
    return np.asarray(4 * math.pi * np.asarray(alpha_d, dtype=float) * (2 / 3 * shape))


def chi2_decay_amplitude(
    chi1: FloatArray,
    minus: FloatArray,
    plus: FloatArray,
    masses: DarkMasses,
    *,
    alpha_d: float,
    epsilon: float,
    m_lepton: float = M_ELECTRON,
    gamma_aprime: float = 0.0,
) -> FloatArray:
    """|M|^2 of chi2 -> chi1 l- l+ from the momenta of its products, in any frame.

    (g_D e eps)^2 16 [(p1.l-)(p2.l+) + (p1.l+)(p2.l-) + m_l^2 p1.p2 - m1 m2 (l-.l+ + 2 m_l^2)]
    / [(q^2 - m^2)^2 + m^2 Gamma^2],    p2 = p1 + q,  q = l- + l+

    Parameters
    ----------
    chi1, minus, plus : ndarray
        Momenta [GeV], shape (n, 3).
    masses : DarkMasses
        Masses of the point.
    alpha_d, epsilon : float
        Couplings.
    m_lepton : float
        Lepton mass [GeV].
    gamma_aprime : float
        A' width in the propagator [GeV]. None belongs there, see `widths`; other programs keep it.

    Returns
    -------
    ndarray
        Dimensionless, shape (n,).
    """
    m1, ml2 = masses.m_chi1, m_lepton**2
    a = invariant_product(chi1, m1, minus, m_lepton)
    b = invariant_product(chi1, m1, plus, m_lepton)
    pair = invariant_product(minus, m_lepton, plus, m_lepton)
    trace = a * (b + pair + ml2) + b * (a + pair + ml2) + ml2 * (m1**2 + a + b) - m1 * masses.m_chi2 * (pair + 2 * ml2)
    m2 = masses.m_aprime**2
    propagator = (2 * (pair + ml2) - m2) ** 2 + m2 * gamma_aprime**2
    return np.asarray(16 * 4 * math.pi * alpha_d * E2 * epsilon**2 * trace / propagator)


def chain_amplitude(
    beam: FloatArray,
    electron: FloatArray,
    recoil: FloatArray,
    first: FloatArray,
    second: FloatArray,
    minus: FloatArray,
    plus: FloatArray,
    point: DarkSector,
    *,
    nucleus_mass: ArrayLike,
    g2: ArrayLike,
    gamma_aprime: float,
    gamma_chi2: float,
    m_lepton: float = M_ELECTRON,
    virtual_width: float = 0.0,
) -> FloatArray:
    """|M|^2 of e- N -> e- N A', A' -> chi1 chi2, chi2 -> chi1 l- l+ with all spin correlations.

    A' may be off its mass shell, chi2 is on it. The second chi1 is the one from chi2: exchange with the first, of the
    order of Gamma/m, is left out, as in any chain of decays.

    Parameters
    ----------
    beam, electron, recoil, first, second, minus, plus : ndarray
        Momenta of e-, e-, N, chi1 (from A'), chi1 (from chi2), l-, l+ [GeV], shape (n, 3), the beam along z and the
        nucleus at rest before.
    point : DarkSector
        The physics point.
    nucleus_mass : array_like
        Mass of the nucleus [GeV].
    g2 : array_like
        Form factor G2(t), Z^2 for a point nucleus.
    gamma_aprime, gamma_chi2 : float
        Widths in the propagators [GeV].
    m_lepton : float
        Mass of the leptons from chi2 [GeV].
    virtual_width : float
        A' width in the propagator of the chi2 decay [GeV], see `chi2_decay_amplitude`.

    Returns
    -------
    ndarray
        [GeV^-8], shape (n,).
    """
    masses = point.masses
    m1, m2 = masses.m_chi1, masses.m_chi2
    chi2 = second + minus + plus
    product = invariant_product(first, m1, chi2, m2)
    virtuality = m1**2 + m2**2 + 2 * product  # k^2
    production = _production(beam, electron, recoil, first + chi2, nucleus_mass, virtuality)
    # N: the direction of chi1 in the frame of A'
    along = LabVector.on_shell(first, m1**2).minus_multiple((m1**2 + product) / virtuality, production.aprime)
    room = (virtuality - masses.sigma**2) * (virtuality - masses.delta**2)
    polarised = polarised_amplitude(along.over(np.sqrt(room / (4 * virtuality))), production)
    kappa = 1 - masses.sigma**2 / virtuality
    dark = 8 * math.pi * point.alpha_d * (virtuality - masses.delta**2)
    decay = chi2_decay_amplitude(
        second, minus, plus, masses,
        alpha_d=point.alpha_d, epsilon=point.epsilon, m_lepton=m_lepton, gamma_aprime=virtual_width,
    )  # fmt: skip
    nuclear = E2**3 * point.epsilon**2 * np.asarray(g2) / production.t**2
    aprime_line = (virtuality - masses.m_aprime**2) ** 2 + (masses.m_aprime * gamma_aprime) ** 2
    chain = nuclear * (production.reduced() - kappa * polarised) * dark * decay
    return np.asarray(chain / aprime_line / (m2 * gamma_chi2) ** 2)


def _production(
    beam: FloatArray,
    electron: FloatArray,
    recoil: FloatArray,
    aprime: FloatArray,
    nucleus_mass: ArrayLike,
    m2: ArrayLike,
) -> LabInvariants:
    n = len(beam)
    mass, squared = (np.broadcast_to(np.asarray(v, dtype=float), (n,)) for v in (nucleus_mass, m2))
    return LabInvariants.from_momenta(beam, electron, recoil, aprime, mass=mass, m2=squared)
