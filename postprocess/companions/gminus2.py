"""Muon anomalous magnetic moment from a kinetically mixed A': the (g-2)_mu bands of the exclusion plot.

One loop (M. Pospelov, Phys. Rev. D 80 (2009) 095002, eq. 5):

    Delta a = (alpha eps^2 / 2 pi) int_0^1 dz 2 m_mu^2 z (1-z)^2 / [(1-z)^2 m_mu^2 + z m_A'^2]

It does not depend on the decays of A'.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, M_MUON
from semivis_gen.errors import ParameterError

__all__ = ["FERMILAB_2021", "LATTICE_2025", "PRE_FERMILAB", "GMinus2", "delta_a_mu", "epsilon_for"]


NODES = 121  # double-exponential quadrature: exact to 1e-12 for m_A' from 1 keV to 1 TeV
RANGE = 3.4


@dataclass(frozen=True, slots=True)
class GMinus2:
    """A difference between the measured and the calculated a_mu."""

    name: str
    """Label for a plot."""
    central: float
    """a_mu(experiment) - a_mu(Standard Model)."""
    error: float
    """Standard deviation."""
    reference: str
    """Where it comes from."""

    def epsilon(self, m_aprime: ArrayLike, *, n_sigma: float = 0.0) -> FloatArray:
        """Kinetic mixing that explains the difference, shifted by some standard deviations.

        Parameters
        ----------
        m_aprime : array_like
            Mass [GeV].
        n_sigma : float
            Shift; 0 is the central line, -2 and +2 the edges of the usual band.

        Returns
        -------
        ndarray
            epsilon; zero where the shifted difference is negative: the band has no lower edge then.
        """
        return epsilon_for(m_aprime, max(self.central + n_sigma * self.error, 0.0))


FERMILAB_2021 = GMinus2(
    r"$(g-2)_\mu$ 2021",
    251e-11,
    59e-11,
    "BNL E821 and FNAL E989 run 1 against the 2020 white paper; B. Abi et al., Phys. Rev. Lett. 126 (2021) 141801",
)
PRE_FERMILAB = GMinus2(
    r"$(g-2)_\mu$ before Fermilab",
    279e-11,
    76e-11,
    "BNL E821 against the 2020 white paper; T. Aoyama et al., Phys. Rept. 887 (2020) 1",
)
LATTICE_2025 = GMinus2(
    r"$(g-2)_\mu$ lattice 2025",
    26e-11,
    66e-11,
    "BNL E821 and FNAL E989 runs 1-3 against lattice-based vacuum polarisation; R. Aliberti et al., arXiv:2505.21476",
)


def delta_a_mu(m_aprime: ArrayLike, epsilon: ArrayLike) -> FloatArray:
    """Contribution of A' to a_mu = (g-2)_mu / 2.

    Parameters
    ----------
    m_aprime : array_like
        Mass [GeV], zero or more.
    epsilon : array_like
        Kinetic mixing; broadcasts with the mass.

    Returns
    -------
    ndarray
        Delta a; alpha eps^2 / 2 pi for a massless A', alpha eps^2 m_mu^2 / (3 pi m_A'^2) for a heavy one.

    Raises
    ------
    ParameterError
        Where a mass is negative or not finite.
    """
    m = np.asarray(m_aprime, dtype=np.float64)
    if not (np.isfinite(m) & (m >= 0)).all():
        msg = f"m_A' = {m[~(np.isfinite(m) & (m >= 0))].flat[0]} GeV must be zero or a positive finite number"
        raise ParameterError(msg)
    # z and 1 - z both to full relative precision: the integrand changes close to either end
    t, step = np.linspace(-RANGE, RANGE, NODES, retstep=True)
    z, w = 1 / (1 + np.exp(-math.pi * np.sinh(t))), 1 / (1 + np.exp(math.pi * np.sinh(t)))
    weight = step * math.pi * np.cosh(t) * z * w
    ratio = (m[..., None] / M_MUON) ** 2
    integral = (weight * 2 * z * w**2 / (w**2 + z * ratio)).sum(axis=-1)
    result: FloatArray = ALPHA * np.asarray(epsilon, dtype=np.float64) ** 2 / (2 * math.pi) * integral
    return result


def epsilon_for(m_aprime: ArrayLike, delta_a: ArrayLike) -> FloatArray:
    """Kinetic mixing that gives a wanted Delta a.

    Parameters
    ----------
    m_aprime : array_like
        Mass [GeV].
    delta_a : array_like
        Wanted contribution, zero or more; broadcasts with the mass.

    Returns
    -------
    ndarray
        epsilon >= 0.

    Raises
    ------
    ParameterError
        Where the wanted contribution is negative: a kinetically mixed A' only adds to a_mu.
    """
    wanted = np.asarray(delta_a, dtype=np.float64)
    if not (wanted >= 0).all():
        msg = f"Delta a = {wanted.min():g} must not be negative: a kinetically mixed A' only adds to a_mu"
        raise ParameterError(msg)
    result: FloatArray = np.sqrt(wanted / delta_a_mu(m_aprime, 1.0))
    return result
