"""Nuclear form factors G2(t) = G2el + G2inel of dark bremsstrahlung, with atomic screening.

Tsai, Rev. Mod. Phys. 46 (1974) 815; Bjorken, Essig, Schuster and Toro, Phys. Rev. D 80 (2009) 075018.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ATOMIC_MASS_UNIT, ID_PROTON, M_ELECTRON, M_PROTON, nucleus_id
from semivis_gen.errors import ParameterError

__all__ = ["Nucleus", "g2", "g2_elastic", "g2_inelastic"]

MU_PROTON = 2.79  # magnetic moment of the proton in nuclear magnetons, as in the references
DIPOLE_GEV2 = 0.71  # nucleon dipole form factor


@dataclass(frozen=True, slots=True)
class Nucleus:
    """A nucleus of charge z and mass number a; a may be the average of the natural isotopes."""

    z: int
    """Charge number."""
    a: float
    """Mass number."""
    mass: float = 0.0
    """Mass [GeV]; a atomic mass units less z electrons where not given."""

    def __post_init__(self) -> None:
        if not (self.z >= 1 and self.a >= 1 and self.mass >= 0):
            msg = (
                f"nucleus z = {self.z}, a = {self.a}, mass = {self.mass} GeV: take z >= 1, a >= 1 and no negative mass"
            )
            raise ParameterError(msg)
        if self.mass == 0.0:
            object.__setattr__(self, "mass", self.a * ATOMIC_MASS_UNIT - self.z * M_ELECTRON)

    @property
    def pdg_id(self) -> int:
        """PDG id 100ZZZAAA0; the proton is 2212."""
        return ID_PROTON if self.z == 1 and round(self.a) == 1 else nucleus_id(self.z, round(self.a))


def g2_elastic(t: ArrayLike, nucleus: Nucleus) -> FloatArray:
    """Elastic form factor: [a^2 t / (1 + a^2 t)]^2 [1 / (1 + t/d)]^2 Z^2.

    Parameters
    ----------
    t : array_like
        Momentum transfer -q^2 > 0 [GeV^2].
    nucleus : Nucleus
        a = 111 Z^(-1/3) / m_e, d = 0.164 A^(-2/3) GeV^2.

    Returns
    -------
    ndarray
        G2el, Z^2 between the scales of atom and nucleus.
    """
    t = np.asarray(t, dtype=float)
    screening = (111 * nucleus.z ** (-1 / 3) / M_ELECTRON) ** 2 * t
    size = t / (0.164 * nucleus.a ** (-2 / 3))
    return np.asarray((nucleus.z * screening / ((1 + screening) * (1 + size))) ** 2)


def g2_inelastic(t: ArrayLike, nucleus: Nucleus) -> FloatArray:
    """Inelastic form factor: [a'^2 t / (1 + a'^2 t)]^2 [1 + t (mu_p^2 - 1)/(4 m_p^2)] / (1 + t/0.71)^4 Z.

    The magnetic factor and the dipole stand as in the nucleon's (G_E^2 + tau G_M^2)/(1 + tau), with the former
    to the first power (arXiv:2401.06843, app. B); several tools square them.

    Parameters
    ----------
    t : array_like
        Momentum transfer -q^2 > 0 [GeV^2].
    nucleus : Nucleus
        a' = 773 Z^(-2/3) / m_e.

    Returns
    -------
    ndarray
        G2inel.
    """
    t = np.asarray(t, dtype=float)
    screening = (773 * nucleus.z ** (-2 / 3) / M_ELECTRON) ** 2 * t
    magnetic = 1 + t * ((MU_PROTON**2 - 1) / (4 * M_PROTON**2))
    # squares: a fourth power takes ten times as long
    root = screening / ((1 + screening) * np.square(1 + t / DIPOLE_GEV2))
    return np.asarray(root * root * magnetic * nucleus.z)


def g2(t: ArrayLike, nucleus: Nucleus) -> FloatArray:
    """Full form factor G2el + G2inel.

    Parameters
    ----------
    t : array_like
        Momentum transfer -q^2 > 0 [GeV^2].
    nucleus : Nucleus
        The nucleus.

    Returns
    -------
    ndarray
        G2.
    """
    return np.asarray(g2_elastic(t, nucleus) + g2_inelastic(t, nucleus))
