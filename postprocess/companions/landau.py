"""Largest alpha_D without a Landau pole below a scale.

    d alpha_D / d ln mu = b1 alpha_D^2 + b2 alpha_D^3,
    b1 = (2 / 3 pi) [1 + sum_s Q_s^2 / 4],   b2 = (1 / 2 pi^2) [1 + sum_s Q_s^4]

chi1 and chi2 make one Dirac fermion of unit charge; complex scalars of charge Q_s, such as a dark Higgs field
of charge 2 that splits the masses, are optional. Coefficients: QED and scalar QED, M. E. Machacek and
M. T. Vaughn, Nucl. Phys. B 222 (1983) 83.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError

__all__ = ["landau_bound"]

BISECTIONS = 60


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
    # ln(scale / m) = int_alpha^inf dalpha / (b1 alpha^2 + b2 alpha^3) falls with alpha, more steeply than at one loop
    low, high = one_loop * 1e-3, one_loop
    for _ in range(BISECTIONS):
        middle = np.sqrt(low * high)
        above = (1 / middle - c * np.log1p(1 / (c * middle))) / b1 > running
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    bound: FloatArray = np.sqrt(low * high)
    return bound
