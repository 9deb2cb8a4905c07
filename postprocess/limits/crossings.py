"""Where a function on a grid changes sign: brackets, and their refinement by vectorised section."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from semivis_gen.arrays import FloatArray

__all__ = ["interpolate_zero", "refine"]


def interpolate_zero(x0: FloatArray, x1: FloatArray, f0: FloatArray, f1: FloatArray) -> FloatArray:
    """Zero of the straight line through (ln x0, f0) and (ln x1, f1).

    Parameters
    ----------
    x0, x1 : ndarray
        Ends of the bracket, positive, any unit.
    f0, f1 : ndarray
        Function there, of opposite sign (or one of them zero).

    Returns
    -------
    ndarray
        The crossing, inside the bracket, in the unit of x0.
    """
    span = f1 - f0
    fraction = np.where(span == 0, 0.5, -f0 / np.where(span == 0, 1.0, span))
    crossing: FloatArray = x0 * (x1 / x0) ** np.clip(fraction, 0.0, 1.0)
    return crossing


def refine(
    function: Callable[[FloatArray], FloatArray],
    low: FloatArray,
    high: FloatArray,
    *,
    rounds: int = 3,
    points: int = 10,
) -> FloatArray:
    """Narrow many brackets at once: each round cuts every bracket by `points` - 1.

    A bracket is cut in equal steps of ln x, because couplings and masses are scanned over decades. Where a
    bracket holds several sign changes the last is kept; where the function jumps, the jump is found.
    (`scipy.optimize.elementwise.find_root` brackets many roots at once as well, but takes any of several.)

    Parameters
    ----------
    function : callable
        Takes x of shape (k, points), row i belonging to bracket i, and returns an array of that shape.
    low, high : ndarray (k,)
        Ends of the brackets, positive; the function has opposite signs there.
    rounds, points : int
        The width falls by (points - 1)^rounds before the final linear interpolation.

    Returns
    -------
    ndarray (k,)
        The crossings.
    """
    if low.size == 0:
        return low.astype(np.float64)
    steps = np.linspace(0.0, 1.0, points)
    row = np.arange(low.size)
    x = f = np.empty(0)
    left = np.zeros(low.size, dtype=np.intp)
    for _ in range(rounds):
        x = low[:, None] * (high / low)[:, None] ** steps
        f = function(x)
        change = np.signbit(f[:, 1:]) != np.signbit(f[:, :-1])
        # the bracket's ends differ in sign, so there is a change unless rounding moved an end
        left = points - 2 - np.argmax(change[:, ::-1], axis=1)
        low, high = x[row, left], x[row, left + 1]
    return interpolate_zero(low, high, f[row, left], f[row, left + 1])
