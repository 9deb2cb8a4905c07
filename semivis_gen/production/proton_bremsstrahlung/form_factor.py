"""Dirac form factor of the proton at time-like momentum transfers below p pbar threshold: vector meson dominance.

    F1(q^2) = sum over V of c_V m_V^2 / (m_V^2 - q^2 - i q^2 Gamma_V / m_V)

with rho, rho', rho'' and omega, omega', omega'' (Faessler, Krivoruchenko, Martemyanov, 0910.5589): their couplings of
rho and omega, PDG masses and widths of these two, 1.25 and 1.45 GeV with widths of 0.3 and 0.5 GeV for the excited
ones, whose couplings follow from charge (isoscalar and isovector parts are 1/2 at q^2 = 0) and from F1 ~ 1/q^4 at
large q^2. There is no phi. |F1| is within 12 % of the unitary and analytic model of Foroughi-Abari, Reimitz and Ritz
(2409.09123) up to 0.5 GeV, half of it at the rho and omega, and a quarter to a twentieth beyond 0.9 GeV, where that
model has a large phi: so far apart are models of the proton below the p pbar threshold (see also 2409.11096).
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.production.mesons.species import meson

__all__ = ["ProtonFormFactor", "dirac_form_factor_squared"]

COUPLING = {"rho": 0.6165, "omega": 1.0118}  # f_1^V / g_V of 0910.5589
EXCITED = ((1.25, 0.3), (1.45, 0.5))  # masses and widths [GeV]


class ProtonFormFactor(StrEnum):
    """What the proton looks like to A'."""

    VECTOR_MESONS = "vector_mesons"
    """Sum of vector mesons."""
    POINT = "point"
    """One: for comparison."""


def _resonances(name: str) -> tuple[tuple[float, float, float], ...]:
    """Couplings, masses and widths of a meson and its two excitations."""
    ground, c = meson(name), COUPLING[name]
    (m1, g1), (m2, g2) = EXCITED
    # c + c1 + c2 = 1/2 and c m^2 + c1 m1^2 + c2 m2^2 = 0
    c1 = ((0.5 - c) * m2**2 + c * ground.mass**2) / (m2**2 - m1**2)
    return (c, ground.mass, ground.width), (c1, m1, g1), (0.5 - c - c1, m2, g2)


def dirac_form_factor_squared(mass: ArrayLike) -> FloatArray:
    """|F1(m^2)|^2 of the proton.

    Parameters
    ----------
    mass : array_like
        Mass of A' [GeV].

    Returns
    -------
    ndarray
        One at zero, 8900 at the omega.

    Examples
    --------
    >>> f"{dirac_form_factor_squared(0.3):.2f}"
    '1.55'
    """
    q2 = np.square(np.asarray(mass, dtype=float))
    total = np.zeros(np.shape(q2), dtype=complex)
    for name in COUPLING:
        for coupling, m, width in _resonances(name):
            total = total + coupling * m**2 / (m**2 - q2 - 1j * q2 * width / m)
    return np.asarray(np.abs(total) ** 2)
