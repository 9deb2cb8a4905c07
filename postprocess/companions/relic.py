"""The thermal-relic line: couplings, or the splitting, at which chi1 is all of the dark matter.

Omega is close to 1/<sigma v>, hence to 1/(alpha_D epsilon^2) away from the A' resonance, so that a bracketed search in
the logarithm of the coupling needs few solutions of the Boltzmann equation; all points of a line share them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from postprocess.companions.cosmology import OMEGA_DM_H2
from postprocess.companions.freezeout import FreezeOut
from semivis_gen.arrays import BoolArray, FloatArray, IndexArray
from semivis_gen.errors import ParameterError
from semivis_gen.model import DarkMasses

__all__ = ["relic_alpha_d", "relic_epsilon", "relic_line", "relic_splitting", "y_parameter"]


EPSILON_RANGE = (1e-9, 1.0)
ALPHA_D_RANGE = (1e-8, 1.0)  # beyond, the width is no small correction to the propagator
SMALLEST_SPLITTING = 1e-4
TOLERANCE = 1e-5  # of ln Omega
CLOSE = 0.2  # of a value, or of its logarithm: how far from what is expected the search begins
MAX_ITERATIONS = 40


def relic_line(
    m_aprime: ArrayLike,
    *,
    ratio: ArrayLike = 3.0,
    splitting: ArrayLike = 0.4,
    alpha_d: ArrayLike = 0.1,
    omega: float = OMEGA_DM_H2,
    near: ArrayLike | None = None,
) -> FloatArray:
    """Mixing that leaves the observed dark matter, along a line or over a plane.

    Parameters
    ----------
    m_aprime : array_like
        Mass of A' [GeV].
    ratio, splitting, alpha_d : array_like
        R, f and alpha_D; all four broadcast.
    omega : float
        Omega h^2 to be reached.
    near : array_like, optional
        What is expected: the search begins within 20 % of it, which takes half the time; NaN where nothing is known.

    Returns
    -------
    ndarray
        epsilon, of the common shape; more mixing leaves less dark matter. inf where even epsilon = 1 leaves too much.

    Raises
    ------
    ParameterError, KinematicsError
        Where a value makes no sense or A' -> chi1 chi2 is closed.
    """
    m, r, f, a = _points(m_aprime, ratio, splitting, alpha_d)
    _require_range("alpha_D", a, 4 * math.pi)
    _require_range("omega", np.asarray([omega]), math.inf)
    problem = FreezeOut.at(_masses(m, r, f), a.ravel()) if m.size else None

    def excess(u: FloatArray, i: IndexArray) -> FloatArray:
        return np.asarray(np.log(problem.take(i).omega_h2(np.exp(u)) / omega)) if problem else u

    u, too_much, too_little = _search(excess, m, EPSILON_RANGE, near)
    return np.where(too_much, math.inf, np.where(too_little, 0.0, np.exp(u))).reshape(m.shape)


def relic_epsilon(masses: DarkMasses, alpha_d: float, *, omega: float = OMEGA_DM_H2) -> float:
    """Mixing that leaves the observed dark matter at one point.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    alpha_d : float
        Dark coupling.
    omega : float
        Omega h^2 to be reached.

    Returns
    -------
    float
        epsilon; inf where even epsilon = 1 leaves too much.
    """
    shape = {"ratio": masses.ratio, "splitting": masses.splitting}
    return float(relic_line(masses.m_aprime, **shape, alpha_d=alpha_d, omega=omega))


def relic_alpha_d(
    m_aprime: ArrayLike,
    *,
    epsilon: ArrayLike,
    ratio: ArrayLike = 3.0,
    splitting: ArrayLike = 0.4,
    omega: float = OMEGA_DM_H2,
    near: ArrayLike | None = None,
) -> FloatArray:
    """Dark coupling that leaves the observed dark matter at given mixing.

    Parameters
    ----------
    m_aprime : array_like
        Mass of A' [GeV].
    epsilon, ratio, splitting : array_like
        Mixing, R and f; all four broadcast.
    omega : float
        Omega h^2 to be reached.
    near : array_like, optional
        What is expected: the search begins within 20 % of it, which takes half the time; NaN where nothing is known.

    Returns
    -------
    ndarray
        alpha_D, of the common shape: inf where alpha_D = 1 leaves too much, 0 where alpha_D = 1e-8 leaves too little.

    Raises
    ------
    ParameterError, KinematicsError
        Where a value makes no sense or A' -> chi1 chi2 is closed.
    """
    m, r, f, e = _points(m_aprime, ratio, splitting, epsilon)
    _require_range("epsilon", e, 1.0)
    _require_range("omega", np.asarray([omega]), math.inf)
    problem = FreezeOut.at(_masses(m, r, f), np.full(m.size, ALPHA_D_RANGE[0])) if m.size else None

    def excess(u: FloatArray, i: IndexArray) -> FloatArray:
        if problem is None:
            return u
        return np.asarray(np.log(problem.take(i).with_alpha_d(np.exp(u)).omega_h2(e.ravel()[i]) / omega))

    u, too_much, too_little = _search(excess, m, ALPHA_D_RANGE, near)
    return np.where(too_much, math.inf, np.where(too_little, 0.0, np.exp(u))).reshape(m.shape)


def relic_splitting(
    m_aprime: ArrayLike,
    *,
    epsilon: ArrayLike,
    ratio: ArrayLike = 3.0,
    alpha_d: ArrayLike = 0.1,
    omega: float = OMEGA_DM_H2,
    near: ArrayLike | None = None,
) -> FloatArray:
    """Splitting f that leaves the observed dark matter at given couplings.

    A larger splitting leaves fewer chi2 to annihilate with, hence more dark matter.

    Parameters
    ----------
    m_aprime : array_like
        Mass of A' [GeV].
    epsilon, ratio, alpha_d : array_like
        Mixing, R and alpha_D; all four broadcast.
    omega : float
        Omega h^2 to be reached.
    near : array_like, optional
        What is expected: the search begins within 20 % of it, which takes half the time; NaN where nothing is known.

    Returns
    -------
    ndarray
        f, of the common shape: 0 where any splitting leaves too much, inf where the largest, f = R - 2, leaves too
        little.

    Raises
    ------
    ParameterError, KinematicsError
        Where a value makes no sense or A' -> chi1 chi2 is closed.
    """
    m, r, a, e = _points(m_aprime, ratio, alpha_d, epsilon)
    _require_range("epsilon", e, 1.0)
    _require_range("omega", np.asarray([omega]), math.inf)
    _require_range("alpha_D", a, 4 * math.pi)
    largest = (r - 2).ravel() * (1 - 1e-6)
    _masses(m, r, np.full(m.shape, SMALLEST_SPLITTING))  # raises where R <= 2

    def excess(minus_f: FloatArray, i: IndexArray) -> FloatArray:
        masses = _masses(m.ravel()[i], r.ravel()[i], -minus_f)
        return np.asarray(np.log(FreezeOut.at(masses, a.ravel()[i]).omega_h2(e.ravel()[i]) / omega))

    ends = (-largest, np.full(m.size, -SMALLEST_SPLITTING))
    expected = None if near is None else -np.broadcast_to(np.asarray(near, dtype=float), m.shape).ravel()
    first = ends if expected is None else (expected * (1 + CLOSE), expected * (1 - CLOSE))
    found, too_much, too_little = _falling_zero(excess, *ends, first)
    return np.where(too_much, 0.0, np.where(too_little, math.inf, -found)).reshape(m.shape)


def y_parameter(masses: DarkMasses, *, alpha_d: ArrayLike, epsilon: ArrayLike) -> FloatArray:
    """Parameter y = epsilon^2 alpha_D (m_chi1/m_A')^4, which fixes the rate far from the resonance.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    alpha_d, epsilon : array_like
        Couplings; they broadcast.

    Returns
    -------
    ndarray
        y, Izaguirre, Krnjaic, Schuster and Toro, arXiv:1505.00011.
    """
    return np.asarray(np.asarray(alpha_d, dtype=float) * np.square(np.asarray(epsilon, dtype=float)) / masses.ratio**4)


def _points(*values: ArrayLike) -> tuple[FloatArray, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in values)))


def _masses(m: FloatArray, r: FloatArray, f: FloatArray) -> list[DarkMasses]:
    return [DarkMasses(float(a), float(b), float(c)) for a, b, c in zip(m.flat, r.flat, f.flat, strict=True)]


def _require_range(name: str, values: FloatArray, upper: float) -> None:
    wrong = values[~((values > 0) & (values < upper))]
    if wrong.size:
        msg = f"{name} = {wrong.flat[0]:g} must lie in (0, {upper:g}) for a relic density"
        raise ParameterError(msg)


def _search(
    excess: Callable[[FloatArray, IndexArray], FloatArray],
    m: FloatArray,
    bounds: tuple[float, float],
    near: ArrayLike | None,
) -> tuple[FloatArray, BoolArray, BoolArray]:
    """As `_falling_zero`, for the logarithm of a coupling."""
    low, high = (np.full(m.size, math.log(bound)) for bound in bounds)
    if near is None:
        return _falling_zero(excess, low, high, (low, high))
    expected = np.log(np.broadcast_to(np.asarray(near, dtype=float), m.shape).ravel())
    return _falling_zero(excess, low, high, (expected - CLOSE, expected + CLOSE))


def _falling_zero(
    excess: Callable[[FloatArray, IndexArray], FloatArray],
    low: FloatArray,
    high: FloatArray,
    first: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Where falling functions pass through zero, those not found yet at once.

    `excess` takes values and the numbers of the functions. `first` are the ends to begin with; those that do not hold
    the zero, or are NaN, give way to `low` and `high`. Also returned: where the function is still positive at the
    upper end, and where it is negative at the lower one.
    """
    ends = [np.where(np.isnan(f), e, np.clip(f, low, high)) for f, e in zip(first, (low, high), strict=True)]
    x, above, below = _zeros(excess, np.arange(low.size), *ends)
    missed = np.flatnonzero((above & (ends[1] < high)) | (below & (ends[0] > low)))
    x[missed], above[missed], below[missed] = _zeros(excess, missed, low[missed], high[missed])
    return x, above, below


def _zeros(
    excess: Callable[[FloatArray, IndexArray], FloatArray], which: IndexArray, low: FloatArray, high: FloatArray
) -> tuple[FloatArray, BoolArray, BoolArray]:
    from scipy.optimize.elementwise import find_root

    if not which.size:
        return low, np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)

    def left(x: FloatArray, /, *numbers: Any) -> FloatArray:
        return excess(x, numbers[0].astype(int))

    stop: Any = {"fatol": TOLERANCE, "frtol": 0.0, "xatol": 0.0, "xrtol": 0.0}
    found = find_root(left, (low, high), args=(which,), tolerances=stop, maxiter=MAX_ITERATIONS)
    return found.x, found.f_bracket[1] > 0, found.f_bracket[0] < 0
