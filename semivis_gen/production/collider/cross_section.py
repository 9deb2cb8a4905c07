"""Cross-section of e+ e- -> gamma A' at tree level, in closed form, with the electron's mass.

With X = p1.k and Y = p2.k, p1 and p2 the beams, k the photon, m the mass of A' and X + Y = (s - m^2)/2 the trace gives,
averaged over the spins of the beams and summed over those of photon and A',

    |M|^2 = 2 e^4 eps^2 f,
    f = X/Y + Y/X + [s m^2/2 + m_e^2 (s - m^2) - 2 m_e^4]/(X Y) - m_e^2 (m^2/2 + m_e^2) (1/X^2 + 1/Y^2).

For m = 0 it is that of e+ e- -> gamma gamma. In the centre-of-mass frame X, Y = (s - m^2)/4 (1 -+ b c), c = cos theta*
of the photon against the first beam, b the velocity of the beams, so that

    dsigma/dc = pi alpha^2 eps^2/s (s - m^2)/(s b) [A + B/(1 - b^2 c^2) + C (1 + b^2 c^2)/(1 - b^2 c^2)^2]

with A = -2. In eta, b c = tanh eta, the bracket times 1 - b^2 c^2 is A/cosh^2 eta + B + C cosh 2 eta, never above B.
Radiation of further photons by the beams is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, HBARC2_GEV2_PB, M_ELECTRON
from semivis_gen.errors import KinematicsError

__all__ = ["PhotonAprime", "photon_aprime"]


@dataclass(frozen=True, slots=True)
class PhotonAprime:
    """e+ e- -> gamma A' at one energy."""

    s: float
    """Energy in the centre-of-mass frame, squared [GeV^2]."""
    m_aprime: float
    """Mass of A' [GeV]."""
    flat: float
    """A."""
    peak: float
    """B."""
    flip: float
    """C, which is not positive."""

    @property
    def photon_energy(self) -> float:
        """Energy of the photon in the centre-of-mass frame [GeV]."""
        return (self.s - self.m_aprime**2) / (2 * math.sqrt(self.s))

    @property
    def gap(self) -> float:
        """1 - b^2 of the beams."""
        return 4 * M_ELECTRON**2 / self.s

    @property
    def velocity(self) -> float:
        """Velocity b of the beams."""
        return math.sqrt(1 - self.gap)

    @property
    def scale(self) -> float:
        """Factor before the bracket of dsigma/dc at epsilon = 1 [pb]."""
        share = (self.s - self.m_aprime**2) / (self.s * self.velocity)
        return math.pi * ALPHA**2 * HBARC2_GEV2_PB / self.s * share

    def eta(self, cosine: float) -> float:
        """Variable eta of a cosine, artanh(b c), with all digits at c = 1."""
        b, size = self.velocity, abs(cosine)
        short = (1 - size) + size * self.gap / (1 + b)  # 1 - b c
        return math.copysign(0.5 * math.log((1 + b * size) / short), cosine)

    def density(self, cosine: FloatArray) -> FloatArray:
        """Differential cross-section in cos theta* at epsilon = 1 [pb], shape of the cosines."""
        u2 = (self.velocity * np.asarray(cosine, dtype=float)) ** 2
        return self.scale * (self.flat + self.peak / (1 - u2) + self.flip * (1 + u2) / (1 - u2) ** 2)

    def integral(self, low: float, high: float) -> float:
        """Cross-section between two cosines at epsilon = 1 [pb]."""
        return max(self._primitive(high) - self._primitive(low), 0.0)

    def _primitive(self, cosine: float) -> float:
        eta = self.eta(cosine)
        flip = self.flip * cosine * math.cosh(eta) ** 2
        return self.scale * (self.flat * cosine + self.peak * eta / self.velocity + flip)


def photon_aprime(sqrt_s: float, m_aprime: float) -> PhotonAprime:
    """Cross-section at an energy.

    Parameters
    ----------
    sqrt_s : float
        Energy in the centre-of-mass frame [GeV].
    m_aprime : float
        Mass of A' [GeV].

    Returns
    -------
    PhotonAprime
        Its coefficients.

    Raises
    ------
    KinematicsError
        Where A' is too heavy.

    Examples
    --------
    >>> sigma = photon_aprime(10.58, 0.3).integral(-0.6, 0.6)
    >>> f"{1e-6 * sigma:.5f} pb at epsilon = 1e-3"
    '0.00183 pb at epsilon = 1e-3'
    """
    s, m2, me2 = sqrt_s**2, m_aprime**2, M_ELECTRON**2
    if m_aprime >= sqrt_s:
        msg = f"A' of {m_aprime:g} GeV cannot be made at sqrt(s) = {sqrt_s:g} GeV: lower its mass or raise the energy"
        raise KinematicsError(msg)
    kappa2 = ((s - m2) / 4) ** 2
    peak = 4 + (s * m2 / 2 + me2 * (s - m2) - 2 * me2**2) / kappa2
    return PhotonAprime(s, m_aprime, -2.0, peak, -2 * me2 * (m2 / 2 + me2) / kappa2)
