"""Map of the unit cube to (y, U, t) in which the cross-section is nearly flat: for sampling.

y: as in `energy_share`. U: 1/U = (1 - z)/U_min + z/U_max with 1 - z = v^2, the square of the lepton propagator with
room for its tail. t: uniform in ln[(1 + a^2 t)/(1 + t/d)], the
photon propagator between atomic screening (a of `form_factors`) and a scale d beyond the nucleus.
"""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import M_ELECTRON
from semivis_gen.production.bremsstrahlung.energy_share import energy_share
from semivis_gen.production.bremsstrahlung.phase_space import Kinematics, Reaction
from semivis_gen.target import Nucleus

__all__ = ["screening_gev2", "unit_cube"]

LARGE_T = 0.1  # [GeV^2]; between the nuclear and the nucleon form factor


def screening_gev2(nucleus: Nucleus) -> float:
    """Inverse momentum transfer below which the electrons of the atom screen its nucleus, a^2 [GeV^-2]."""
    return float((111 * nucleus.z ** (-1 / 3) / M_ELECTRON) ** 2)


def unit_cube(
    reaction: Reaction,
    point: tuple[FloatArray, FloatArray, FloatArray],
    *,
    y_range: tuple[FloatArray, FloatArray],
    screening: float,
) -> tuple[Kinematics, FloatArray, FloatArray]:
    """Kinematics and Jacobian at a point of the unit cube.

    Parameters
    ----------
    reaction : Reaction
        One reaction or one for each point.
    point : tuple of three ndarray
        Numbers in [0, 1] that broadcast: for y, U and t.
    y_range : pair of ndarray
        Range of y = 1 - E_A'/E that is mapped.
    screening : float
        a^2 of the map [GeV^-2].

    Returns
    -------
    kinematics, t, jacobian : Kinematics, ndarray, ndarray
        Point, momentum transfer [GeV^2] and |d(y, U, t)| over d(point) [GeV^4], zero outside phase space.
    """
    r, v, c = point
    y, shifted, span = energy_share(reaction, r, *y_range)
    low, high = reaction.virtuality_range(y)
    share = 1 - low / high
    rest = 1 - v
    virtuality = low / (1 - (1 - rest * rest) * share)
    kin = reaction.kinematics(y, virtuality, low)
    t_max = np.maximum(kin.t_max, kin.t_min)
    start = (1 + screening * kin.t_min) / (1 + kin.t_min / LARGE_T)
    end = (1 + screening * t_max) / (1 + t_max / LARGE_T)
    log_span = np.log(end / start)
    # rho - 1 without cancellation where t_min lies far below the screening scale
    rho = np.expm1(np.log1p(screening * kin.t_min) - np.log1p(kin.t_min / LARGE_T) + log_span * c)
    t = np.clip(rho / (screening - (1 + rho) / LARGE_T), kin.t_min, t_max)
    slope = (1 + screening * t) * (1 + t / LARGE_T) / (screening - 1 / LARGE_T)
    jacobian = shifted * span * (2 * rest * share / low) * virtuality * virtuality * (slope * log_span)
    return kin, t, np.where(kin.t_max > kin.t_min, jacobian, 0.0)
