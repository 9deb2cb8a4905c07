"""Weizsaecker-Williams approximations of dark bremsstrahlung, for comparison with the literature.

Bjorken, Essig, Schuster and Toro, Phys. Rev. D 80 (2009) 075018, eqs. A10 - A16: the nucleus acts as a flux of photons,

    chi = int_{t_min}^{t_max} dt (t - t_min)/t^2 G2(t),    t_max = max(m, m_l)^2,

with t_min = [U / 2E(1 - x)]^2 (WW) or (m^2 / 2E)^2 for all x and theta (IWW), and scatters them off the lepton;
WW keeps the lepton mass there (Liu and Miller, Phys. Rev. D 96 (2017) 016004, arXiv:1705.02016). IWW drops it from the
numerator and from t_min: where m_l^2 rules the denominator, at x -> 1, it has 1/3 in place of 1/2. For electrons that
is a narrow region, for muons it is all or most of the spectrum: IWW is refused for them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, HBARC2_GEV2_PB, M_ELECTRON
from semivis_gen.errors import ParameterError
from semivis_gen.numerics import gauss
from semivis_gen.target import Nucleus

__all__ = ["iww_density", "photon_flux", "ww_density"]

FormFactor = Callable[[FloatArray, Nucleus], FloatArray]


def photon_flux(
    t_min: FloatArray, t_max: float, nucleus: Nucleus, form_factor: FormFactor, *, nodes: int = 48
) -> FloatArray:
    """Photon flux chi.

    Parameters
    ----------
    t_min : ndarray
        Lower ends of the integral [GeV^2].
    t_max : float
        Upper end [GeV^2].
    nucleus : Nucleus
        The nucleus.
    form_factor : callable
        G2(t, nucleus).
    nodes : int
        Quadrature nodes.

    Returns
    -------
    ndarray
        chi, zero where t_min > t_max.
    """
    c, weight = gauss(nodes)
    span = np.log(np.maximum(t_max / t_min, 1.0))
    t = t_min[..., None] * np.exp(span[..., None] * c)
    return np.asarray(span * (((1 - t_min[..., None] / t) * form_factor(t, nucleus)) @ weight))


def iww_density(
    energy: float | FloatArray,
    m: float,
    nucleus: Nucleus,
    y: FloatArray,
    form_factor: FormFactor,
    *,
    lepton_mass: float = M_ELECTRON,
) -> FloatArray:
    """IWW d sigma/dx at epsilon = 1.

    Parameters
    ----------
    energy : float or ndarray
        Beam energy [GeV]; it broadcasts with y.
    m : float
        A' mass [GeV].
    nucleus : Nucleus
        The nucleus.
    y : ndarray
        1 - x = 1 - E_A'/E.
    form_factor : callable
        G2(t, nucleus).
    lepton_mass : float
        Mass of the lepton [GeV].

    Returns
    -------
    ndarray
        4 alpha^3 beta chi (1 - x + x^2/3) / [m^2 (1 - x)/x + m_e^2 x] [pb].

    Raises
    ------
    ParameterError
        For a lepton heavier than the electron.
    """
    if lepton_mass > M_ELECTRON:
        msg = f"iww leaves out the lepton mass, here {lepton_mass:g} GeV, and holds for electrons only: take etl or ww"
        raise ParameterError(msg)
    x = 1 - y
    flux = photon_flux(np.atleast_1d((m * m / (2 * energy)) ** 2), m * m, nucleus, form_factor)
    beta = np.sqrt((1 - m / energy) * (1 + m / energy))
    scale = 4 * ALPHA**3 * HBARC2_GEV2_PB * beta
    return np.asarray(scale * flux * (y + x * x / 3) / (m * m * y / x + M_ELECTRON**2 * x))


def ww_density(
    energy: float,
    m: float,
    nucleus: Nucleus,
    y: FloatArray,
    form_factor: FormFactor,
    *,
    nodes: int = 32,
    lepton_mass: float = M_ELECTRON,
) -> FloatArray:
    """WW d sigma/dx at epsilon = 1, integrated over theta.

    Parameters
    ----------
    energy, m, nucleus, y, form_factor, lepton_mass
        As for `iww_density`.
    nodes : int
        Quadrature nodes in theta; twice as many in t.

    Returns
    -------
    ndarray
        [pb].
    """
    x = 1 - y
    z, weight = gauss(nodes, clustered=True)
    ml2 = lepton_mass**2
    lowest = (m * m * y / x + ml2 * x)[:, None]
    u = lowest / (1 - z)  # uniform in 1/U; dU = E^2 x d(theta^2) = U^2/lowest dz
    y, x = y[:, None], x[:, None]
    flux = photon_flux((u / (2 * energy * y)) ** 2, max(m * m, ml2), nucleus, form_factor, nodes=2 * nodes)
    # Liu and Miller's amplitude for gamma e -> e A', which keeps the lepton mass that Bjorken et al. drop
    virtual = m * m * y + ml2 * x * x - x * u
    shape = y + x * x / 2 + y * (m * m + 2 * ml2) * virtual / u**2
    beta = np.sqrt((1 - m / energy) * (1 + m / energy))
    return np.asarray(4 * ALPHA**3 * HBARC2_GEV2_PB * beta * ((shape / lowest * flux) @ weight))
