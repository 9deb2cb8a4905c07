"""Form factor of the charged pion: rho(770) to rho(2250) by Gounaris and Sakurai, with rho-omega mixing.

    F(s) = [GS_rho (1 + c_w BW_w) / (1 + c_w) + c_1 GS_1 + c_2 GS_2 + c_3 GS_3] / (1 + c_1 + c_2 + c_3)

G. J. Gounaris and J. J. Sakurai, Phys. Rev. Lett. 21 (1968) 244, in the form and with the parameters of BaBar's fit to
e+ e- -> pi+ pi- from threshold to 3 GeV, J. P. Lees et al., Phys. Rev. D 86 (2012) 032013 (arXiv:1205.2228). F(0) = 1,
and the charge radius, which is no input, comes out as 0.6595 fm (PDG: 0.659 +- 0.004). The vacuum polarisation of the
photon is in |F|^2 as measured (about +2 %), radiation off the pions is not (-0.8 %): `hadrons` allows for both in its
error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import M_PION

__all__ = ["pion_form_factor", "pion_ratio"]

ComplexArray = NDArray[np.complex128]
# mass and width [GeV], modulus and phase of the amplitude: BaBar's fit
RHO = (0.77502, 0.14959, 1.0, 0.0)
EXCITED_RHO = ((1.493, 0.427, 0.158, 3.76), (1.861, 0.316, 0.068, 1.39), (2.254, 0.109, 0.0051, 0.70))
OMEGA = (0.78191, 0.00813, 1.644e-3, -0.011)


def pion_form_factor(s: ArrayLike) -> ComplexArray:
    """Form factor of the charged pion.

    Parameters
    ----------
    s : array_like
        Squared momentum transfer [GeV^2], positive; below 4 m_pi^2 the analytic continuation, where F is real but
        for the width of the omega.

    Returns
    -------
    ndarray of complex
        F, shape of `s`.
    """
    s = np.asarray(s, dtype=float)
    mass, width, size, phase = OMEGA
    mixing = size * np.exp(1j * phase)
    mixed = (1 + mixing * mass**2 / (mass**2 - s - 1j * mass * width)) / (1 + mixing)
    first, *others = _resonances()
    total = first.amplitude(s) * mixed
    for resonance in others:
        total = total + resonance.strength * resonance.amplitude(s)
    return np.asarray(total / sum(resonance.strength for resonance in (first, *others)))


def pion_ratio(s: ArrayLike) -> FloatArray:
    """R of e+ e- -> pi+ pi-: beta^3 |F|^2 / 4.

    Parameters
    ----------
    s : array_like
        Squared mass of the pair [GeV^2].

    Returns
    -------
    ndarray
        R, zero below threshold.
    """
    s = np.asarray(s, dtype=float)
    open_ = s > 4 * M_PION**2
    safe = np.where(open_, s, 1.0)
    return np.where(open_, (1 - 4 * M_PION**2 / safe) ** 1.5 / 4 * np.abs(pion_form_factor(safe)) ** 2, 0.0)


@dataclass(frozen=True, slots=True)
class _Resonance:
    """One resonance: all that does not depend on s is worked out once."""

    mass: float
    width: float
    strength: complex
    k: float
    """Momentum of the pions at s = m^2."""
    h: float
    """h(m^2)."""
    slope: float
    """dh/ds at m^2."""
    norm: float
    """1 + d Gamma/m, so that the amplitude is 1 at s = 0."""

    @classmethod
    def of(cls, mass: float, width: float, size: float, phase: float) -> _Resonance:
        k = 0.5 * math.sqrt(mass**2 - 4 * M_PION**2)
        log = math.log((mass + 2 * k) / (2 * M_PION))
        h = 2 / math.pi * k / mass * log
        slope = h * (1 / (8 * k**2) - 1 / (2 * mass**2)) + 1 / (2 * math.pi * mass**2)
        d = 3 / math.pi * (M_PION / k) ** 2 * log + mass / (2 * math.pi * k) - M_PION**2 * mass / (math.pi * k**3)
        return cls(mass, width, size * complex(np.exp(1j * phase)), k, h, slope, 1 + d * width / mass)

    def amplitude(self, s: FloatArray) -> ComplexArray:
        """Gounaris and Sakurai's amplitude, 1 at s = 0; the width continues below threshold as beta does."""
        m2 = self.mass**2
        beta = np.sqrt(1 - 4 * M_PION**2 / s + 0j)
        h = beta / math.pi * np.log(np.sqrt(s) * (1 + beta) / (2 * M_PION))
        k2 = s / 4 - M_PION**2
        f = self.width * m2 / self.k**3 * (k2 * (h - self.h) + (m2 - s) * self.k**2 * self.slope)
        running = self.width * s / m2 * (beta / (2 * self.k / self.mass)) ** 3
        return np.asarray(m2 * self.norm / (m2 - s + f - 1j * self.mass * running))


@cache
def _resonances() -> tuple[_Resonance, ...]:
    return tuple(_Resonance.of(*values) for values in (RHO, *EXCITED_RHO))
