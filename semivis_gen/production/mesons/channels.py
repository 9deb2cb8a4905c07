"""Decays of mesons to A': branchings at epsilon = 1 and energies.

    P -> gamma A' (pi0, eta, eta')     BR = 2 (1 - m^2/M^2)^3 BR(gamma gamma) |F(m^2)|^2
    omega -> pi0 A'                    BR = (p_A'/p_gamma)^3 BR(pi0 gamma) |F(m^2)|^2

(Batell, Pospelov, Ritz, 0906.5614; the P wave of V -> P gamma* gives the momenta of the second.) F is one in all
recasts; with `FormFactor.RHO` it is the rho of vector meson dominance, m_rho^2 / (m_rho^2 - m^2 - i m Gamma_rho). This
rises 15 % slower than measured in eta -> gamma mu mu, and far slower than in omega -> pi0 mu mu (NA60, 1608.07898); it
gives 80 % more A' from eta at 0.4 GeV, and the peak of the rho in eta'.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.numerics import breakup_momentum
from semivis_gen.production.mesons.species import Meson, meson

__all__ = ["Channel", "FormFactor"]


class FormFactor(StrEnum):
    """Transition form factor of mesons to a photon or pi0 and A'."""

    POINT = "point"
    """One, as in all recasts."""
    RHO = "rho"
    """Vector meson dominance with the rho alone."""

    def squared(self, m_aprime: float) -> float:
        """|F(m^2)|^2."""
        if self is FormFactor.POINT:
            return 1.0
        rho = meson("rho")
        return rho.mass**4 / ((rho.mass**2 - m_aprime**2) ** 2 + (m_aprime * rho.width) ** 2)


@dataclass(frozen=True, slots=True)
class Channel:
    """M -> A' + photon or pi0 at one A' mass."""

    meson: Meson
    """M."""
    m_aprime: float
    """Mass of A' [GeV]."""
    form_factor: FormFactor = FormFactor.POINT
    """Of the transition."""

    @property
    def open(self) -> bool:
        """Whether the decay is possible."""
        return self.m_aprime < self.meson.mass - self.meson.partner

    @property
    def momentum(self) -> float:
        """Momentum of A' in the rest frame of M [GeV]."""
        return float(breakup_momentum(self.meson.mass, self.m_aprime, self.meson.partner))

    @property
    def branching(self) -> float:
        """BR(M -> A' ...) at epsilon = 1; zero where closed."""
        if not self.open:
            return 0.0
        massless = float(breakup_momentum(self.meson.mass, 0.0, self.meson.partner))
        photons = 1.0 if self.meson.partner else 2.0  # either photon may be the A'
        # for a photon beside A', p_A'/p_gamma is 1 - m^2/M^2
        phase_space = (self.momentum / massless) ** 3
        return photons * phase_space * self.meson.photon_branching * self.form_factor.squared(self.m_aprime)

    def lowest_cosine(self, energy: FloatArray, e_min: float) -> FloatArray:
        """Cosine in the rest frame of M, against its flight, from which on A' has the energy.

        Parameters
        ----------
        energy : ndarray
            Energies of M [GeV].
        e_min : float
            Smallest energy of A' [GeV].

        Returns
        -------
        ndarray
            Between -1 (all A' have it) and 1 (none); the share of A' above `e_min` is (1 - cos) / 2, for their
            energies are flat between the limits.
        """
        star = self.momentum
        fixed = energy * np.hypot(star, self.m_aprime)
        spread = np.sqrt(np.maximum(energy**2 - self.meson.mass**2, 0.0)) * star
        missing = e_min * self.meson.mass - fixed
        with np.errstate(divide="ignore", invalid="ignore"):
            cosine = np.where(spread > 0, missing / spread, np.where(missing > 0, 1.0, -1.0))
        return np.asarray(np.clip(cosine, -1.0, 1.0))
