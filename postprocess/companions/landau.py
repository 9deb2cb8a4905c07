"""Largest alpha_D without a Landau pole below a scale.

    d alpha_D / d ln mu = b1 alpha_D^2 + b2 alpha_D^3,
    b1 = (2 / 3 pi) [1 + sum_s Q_s^2 / 4],   b2 = (1 / 2 pi^2) [1 + sum_s Q_s^4]

chi1 and chi2 make one Dirac fermion of unit charge; complex scalars of charge Q_s, such as a dark Higgs field
of charge 2 that splits the masses, are optional. Coefficients: QED and scalar QED, M. E. Machacek and
M. T. Vaughn, Nucl. Phys. B 222 (1983) 83. The pole lies where, with c = b2 / b1 and y = 1 / (c alpha_D),

    y - ln(1 + y) = (b1 / c) ln(scale / m_A')      so that      y = -1 - W_-1(-exp(-1 - (b1 / c) ln(scale / m_A')))

with the lower branch of Lambert's W (R. M. Corless et al., Adv. Comput. Math. 5 (1996) 329).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError

__all__ = ["landau_bound"]

NEAR_BRANCH_POINT = 1e-6  # the argument of W loses all digits; its series there is good to 1e-9


def landau_bound(
    m_aprime: ArrayLike,
    scale: float = 1000.0,
    *,
    loops: int = 1,
    scalar_charges: Sequence[float] = (),
) -> FloatArray:
    """Largest alpha_D(m_A') whose Landau pole lies above the scale.

    Parameters
    ----------
    m_aprime : array_like
        Mass [GeV] at which alpha_D is given.
    scale : float
        Scale [GeV] below which no pole may lie.
    loops : int
        1 or 2.
    scalar_charges : sequence of float
        Dark charges of complex scalars lighter than A' to run with.

    Returns
    -------
    ndarray
        alpha_D; with one loop and no scalar 3 pi / (2 ln(scale / m_A')), as `semivis_gen.model.point.landau_pole`.

    Raises
    ------
    ParameterError
        Where the mass is not positive and below the scale, or loops is neither 1 nor 2.
    """
    from scipy.special import lambertw

    m = np.asarray(m_aprime, dtype=np.float64)
    if loops not in (1, 2):
        msg = f"loops = {loops} must be 1 or 2"
        raise ParameterError(msg)
    if not ((m > 0) & (m < scale)).all():
        msg = f"m_A' must be positive and below the scale of {scale:g} GeV for alpha_D to run between them"
        raise ParameterError(msg)
    b1 = 2 / (3 * math.pi) * (1 + sum(q**2 for q in scalar_charges) / 4)
    b2 = 1 / (2 * math.pi**2) * (1 + sum(q**4 for q in scalar_charges))
    running = np.log(scale / m)
    one_loop: FloatArray = 1 / (b1 * running)
    if loops == 1:
        return one_loop
    c = b2 / b1
    k = running * b1 / c
    p = np.sqrt(2 * k)
    near = k < NEAR_BRANCH_POINT
    y = np.where(near, p * (1 + p / 3 + p**2 / 36), -1 - lambertw(-np.exp(-1 - k), k=-1).real)
    return np.asarray(1 / (c * y))
