"""Standard cosmology of the radiation era: degrees of freedom, Hubble rate, entropy and today's densities.

g_rho and g_s are the fit formulae of Saikawa and Shirai, JCAP 05 (2018) 035 (arXiv:1803.01038v2), appendix C: the
standard model with neutrino decoupling, hadrons and lattice QCD, valid from 10 keV to 1e16 GeV. Below 10 keV they
are constant.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import HBARC_GEV_MM

__all__ = [
    "OMEGA_DM_H2",
    "PLANCK_MASS",
    "entropy_density",
    "g_energy",
    "g_entropy",
    "hubble_rate",
    "omega_h2",
    "sqrt_g_star",
]


PLANCK_MASS: Final = 1.220890e19  # G^(-1/2) [GeV], CODATA 2018
OMEGA_DM_H2: Final = 0.120  # Planck 2018, A&A 641 (2020) A6 (arXiv:1807.06209): 0.1200 +- 0.0012
T_TODAY: Final = 2.7255 * 8.617333262e-14  # [GeV], Fixsen 2009; Boltzmann constant exact in the SI
HUBBLE_100: Final = 100 / 299792.458 * HBARC_GEV_MM / 3.0856775814913673e25  # 100 km/s/Mpc [GeV]; 1 Mpc in mm
T_QCD: Final = 0.120  # [GeV] where the two forms of the fit meet
T_LOWEST: Final = 1e-5  # [GeV] end of the fit

# arXiv:1803.01038v2, table 1: coefficients of (ln T/GeV)^i
_A = (1, 1.11724, 3.12672e-1, -4.68049e-2, -2.65004e-2, -1.19760e-3,
      1.82812e-4, 1.36436e-4, 8.55051e-5, 1.22840e-5, 3.82259e-7, -6.87035e-9)  # fmt: skip
_B = (1.43382e-2, 1.37559e-2, 2.92108e-3, -5.38533e-4, -1.62496e-4, -2.87906e-5,
      -3.84278e-6, 2.78776e-6, 7.40342e-7, 1.17210e-7, 3.72499e-9, -6.74107e-11)  # fmt: skip
_C = (1, 6.07869e-1, -1.54485e-1, -2.24034e-1, -2.82147e-2, 2.90620e-2,
      6.86778e-3, -1.00005e-3, -1.69104e-4, 1.06301e-5, 1.69528e-6, -9.33311e-8)  # fmt: skip
_D = (7.07388e1, 9.18011e1, 3.31892e1, -1.39779, -1.52558, -1.97857e-2,
      -1.60146e-1, 8.22615e-5, 2.02651e-2, -1.82134e-5, 7.83943e-5, 7.13518e-5)  # fmt: skip
# equations (C.3) to (C.6): exp(-k x) (1 + p x + q x^2 + r x^3), x = m / T
_FERMION_RHO = (1.04855, 1.03757, 0.508630, 0.0893988)
_BOSON_RHO = (1.03149, 1.03317, 0.398264, 0.0648056)
_FERMION_S = (1.04190, 1.03400, 0.456426, 0.0595249)
_BOSON_S = (1.03365, 1.03397, 0.342548, 0.0506182)
_M_E, _M_MU = 511e-6, 0.1056  # the fit's own masses [GeV]
_BOSON_MASSES = (0.135, 0.140, 0.5, 0.77, 1.2, 2.0)
_BOSON_WEIGHTS_RHO = (1.05, 2.08, 4.165, 30.55, 89.4, 8209.0)
_BOSON_WEIGHTS_S = (1.034, 2.068, 4.16, 30.55, 90.0, 6209.0)


def _suppression(mass: float, t: FloatArray, k: tuple[float, float, float, float]) -> FloatArray:
    x = mass / t
    return np.asarray(np.exp(-k[0] * x) * (1 + x * (k[1] + x * (k[2] + x * k[3]))))


def _bosons(t: FloatArray, weights: tuple[float, ...], k: tuple[float, float, float, float]) -> FloatArray:
    return np.asarray(sum(w * _suppression(m, t, k) for w, m in zip(weights, _BOSON_MASSES, strict=True)))


def _series(coefficients: tuple[float, ...], t: FloatArray) -> FloatArray:
    return np.asarray(np.polynomial.polynomial.polyval(np.log(t), coefficients))


def _split(temperature: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    t = np.clip(np.asarray(temperature, dtype=float), T_LOWEST, 1e16)
    return t, np.minimum(t, T_QCD), np.maximum(t, T_QCD)


def g_energy(temperature: ArrayLike) -> FloatArray:
    """Effective degrees of freedom of the energy density, rho = pi^2/30 g T^4.

    Parameters
    ----------
    temperature : array_like
        Photon temperature [GeV].

    Returns
    -------
    ndarray
        g_rho, arXiv:1803.01038v2 equations (C.1) and (C.3).
    """
    t, low, high = _split(temperature)
    neutrinos = 1.353 * (1 + 1.75 * _suppression(_M_E, low, _FERMION_S)) ** (4 / 3)
    leptons = 3.495 * _suppression(_M_E, low, _FERMION_RHO) + 3.446 * _suppression(_M_MU, low, _FERMION_RHO)
    cold = 2.030 + neutrinos + leptons + _bosons(low, _BOSON_WEIGHTS_RHO, _BOSON_RHO)
    return np.where(t < T_QCD, cold, _series(_A, high) / _series(_B, high))


def g_entropy(temperature: ArrayLike) -> FloatArray:
    """Effective degrees of freedom of the entropy density, s = 2 pi^2/45 g T^3.

    Parameters
    ----------
    temperature : array_like
        Photon temperature [GeV].

    Returns
    -------
    ndarray
        g_s, arXiv:1803.01038v2 equations (C.2) and (C.4).
    """
    t, low, high = _split(temperature)
    neutrinos = 1.923 * (1 + 1.75 * _suppression(_M_E, low, _FERMION_S))
    leptons = 3.442 * _suppression(_M_E, low, _FERMION_S) + 3.468 * _suppression(_M_MU, low, _FERMION_S)
    cold = 2.008 + neutrinos + leptons + _bosons(low, _BOSON_WEIGHTS_S, _BOSON_S)
    hot = _series(_A, high) / _series(_B, high) / (1 + _series(_C, high) / _series(_D, high))
    return np.where(t < T_QCD, cold, hot)


def sqrt_g_star(temperature: ArrayLike) -> FloatArray:
    """Combination that enters the Boltzmann equation: g_s / sqrt(g_rho) (1 + d ln g_s / (3 d ln T)).

    Parameters
    ----------
    temperature : array_like
        Photon temperature [GeV].

    Returns
    -------
    ndarray
        g_*^(1/2) of Gondolo and Gelmini, Nucl. Phys. B 360 (1991) 145, equation (3.12).
    """
    t = np.asarray(temperature, dtype=float)
    step = 0.02  # of ln T: wide enough to smooth the seam of the fit at 120 MeV
    slope = np.log(g_entropy(t * math.exp(step)) / g_entropy(t * math.exp(-step))) / (2 * step)
    return np.asarray(g_entropy(t) / np.sqrt(g_energy(t)) * (1 + slope / 3))


def hubble_rate(temperature: ArrayLike) -> FloatArray:
    """Hubble rate of the radiation era.

    Parameters
    ----------
    temperature : array_like
        Photon temperature [GeV].

    Returns
    -------
    ndarray
        H = sqrt(4 pi^3 g_rho / 45) T^2 / M_Planck [GeV].
    """
    t = np.asarray(temperature, dtype=float)
    return np.asarray(np.sqrt(4 * math.pi**3 / 45 * g_energy(t)) * t**2 / PLANCK_MASS)


def entropy_density(temperature: ArrayLike) -> FloatArray:
    """Entropy density.

    Parameters
    ----------
    temperature : array_like
        Photon temperature [GeV].

    Returns
    -------
    ndarray
        s = 2 pi^2/45 g_s T^3 [GeV^3].
    """
    t = np.asarray(temperature, dtype=float)
    return np.asarray(2 * math.pi**2 / 45 * g_entropy(t) * t**3)


def omega_h2(mass: ArrayLike, abundance: ArrayLike) -> FloatArray:
    """Relic density today.

    Parameters
    ----------
    mass : array_like
        Mass of the particle that is left [GeV].
    abundance : array_like
        Y = n/s after freeze-out; broadcasts with the mass.

    Returns
    -------
    ndarray
        Omega h^2 = m Y s_0 / (3 H_100^2 M_Planck^2 / 8 pi).
    """
    critical = 3 * HUBBLE_100**2 * PLANCK_MASS**2 / (8 * math.pi)  # [GeV^4]
    return np.asarray(np.asarray(mass, dtype=float) * np.asarray(abundance, dtype=float)) * (
        entropy_density(T_TODAY) / critical
    )
