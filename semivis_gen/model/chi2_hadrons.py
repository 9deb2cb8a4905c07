"""Width of chi2 -> chi1 hadrons: the formula of the lepton pair with R(q^2) in place of the leptons' factor.

    dGamma/dq^2 = (alpha alpha_D eps^2) / (12 pi m2^3) R(q^2) (Sigma^2 + 2 q^2) (Delta^2 - q^2)^(3/2)
                  (Sigma^2 - q^2)^(1/2) / (q^2 - m_A'^2)^2

The integral depends on the masses alone. R is tabulated once at Gauss-Legendre points of intervals that resolve every
resonance; only the interval that Delta cuts is worked out for each point.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, M_PION, M_PION0
from semivis_gen.errors import ParameterError
from semivis_gen.model.channels import HADRONS
from semivis_gen.model.chi2_leptons import chi2_rate_dq2
from semivis_gen.model.hadrons import (
    FIRST_ROOT_S,
    NARROW_ERROR,
    NARROW_STATES,
    hadron_ratios,
    measured_energies,
    narrow_strength,
    r_ratio_error,
)
from semivis_gen.model.many_hadrons import MANY, many_hadron_shares
from semivis_gen.model.point import DarkMasses
from semivis_gen.numerics import panels

__all__ = [
    "chi2_hadron_rate_dq2",
    "chi2_narrow_states",
    "gamma_chi2_hadrons",
    "gamma_chi2_hadrons_by_state",
    "gamma_chi2_hadrons_error",
]

NODES, LAST_NODES = 4, 24  # of an interval; of the part below Delta of the last one, where the rate ends as a power 3/2
HIGHEST = 1e6  # [GeV] end of the table: the largest mass that a point may have


def chi2_hadron_rate_dq2(masses: DarkMasses, q2: ArrayLike, name: str) -> FloatArray:
    """Shape of dGamma(chi2 -> chi1 hadrons)/dq^2 of one final state, in the unit of `chi2_rate_dq2`.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    q2 : array_like
        Squared mass of the hadrons [GeV^2].
    name : str
        One of `channels.HADRONS`; the narrow states are left out, see `chi2_narrow_states`.

    Returns
    -------
    ndarray
        Rate [GeV^2], zero where it is closed.

    Raises
    ------
    ParameterError
        For another name.
    """
    if name not in HADRONS:
        msg = f"{name!r} is no hadronic final state: take one of {', '.join(HADRONS)}"
        raise ParameterError(msg)
    q2 = np.asarray(q2, dtype=float)
    return np.asarray(hadron_ratios(q2)[HADRONS.index(name)] * chi2_rate_dq2(masses, q2, 0.0))


def gamma_chi2_hadrons_by_state(masses: DarkMasses, alpha_d: ArrayLike, epsilon: ArrayLike) -> dict[str, FloatArray]:
    """Widths of chi2 -> chi1 hadrons by final state.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    alpha_d, epsilon : array_like
        Couplings; they broadcast.

    Returns
    -------
    dict
        Width [GeV] of each of `channels.HADRONS`.

    Examples
    --------
    >>> widths = gamma_chi2_hadrons_by_state(DarkMasses(3.0, 3.0, 0.5), 0.1, 1e-3)
    >>> max(widths, key=widths.get)
    'pi+ pi-'
    """
    scale = _scale(masses, alpha_d, epsilon)
    return {name: np.asarray(scale * value) for name, value in zip(HADRONS, _integrals(masses)[:-1], strict=True)}


def gamma_chi2_hadrons(masses: DarkMasses, alpha_d: ArrayLike, epsilon: ArrayLike) -> FloatArray:
    """Width of chi2 -> chi1 hadrons, of all final states; parameters and unit as above."""
    return np.asarray(_scale(masses, alpha_d, epsilon) * sum(_integrals(masses)[:-1]))


def gamma_chi2_hadrons_error(masses: DarkMasses, alpha_d: ArrayLike, epsilon: ArrayLike) -> FloatArray:
    """One-sigma error [GeV] of `gamma_chi2_hadrons` from R(s), all of its errors moving together."""
    return np.asarray(_scale(masses, alpha_d, epsilon) * _integrals(masses)[-1])


def _scale(masses: DarkMasses, alpha_d: ArrayLike, epsilon: ArrayLike) -> FloatArray:
    couplings = np.asarray(alpha_d, dtype=float) * np.square(np.asarray(epsilon, dtype=float))
    return np.asarray(couplings * (ALPHA / (12 * math.pi * masses.m_chi2**3)))


@lru_cache(maxsize=4096)
def _integrals(masses: DarkMasses) -> tuple[float, ...]:
    """Integrals over q^2 [GeV^4] of each final state and, at the end, of the error of R."""
    if masses.delta <= M_PION0:
        return (0.0,) * (len(HADRONS) + 1)
    edges, q, weight, ratios = _nodes()
    cut = min(int(np.searchsorted(edges, masses.delta)), len(edges) - 1) - 1  # edges[cut] < Delta
    whole, last = slice(cut * NODES), slice(cut * NODES, (cut + 1) * NODES)
    total = ratios[:, whole] @ _rate(masses, q[whole], weight[whole])
    # R in the interval that Delta cuts: the polynomial through its points
    part, part_weight = panels(LAST_NODES, [edges[cut], min(masses.delta, HIGHEST)])
    total = total + ratios[:, last] @ _lagrange(q[last], part) @ _rate(masses, part, part_weight)
    for mass, narrow in _narrow(masses):
        total[-1] += NARROW_ERROR * narrow
        total[HADRONS.index(MANY[0]) : -1] += narrow * many_hadron_shares(mass)
    return tuple(map(float, total))


def chi2_narrow_states(masses: DarkMasses, name: str) -> list[tuple[float, float]]:
    """J/psi, psi(2S) and Upsilon in a final state of chi2.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    name : str
        A final state.

    Returns
    -------
    list of (float, float)
        Mass [GeV] of each that is open, and the integral of the rate over it in this final state [GeV^4].
    """
    if name not in MANY:
        return []
    return [(m, narrow * float(many_hadron_shares(m)[MANY.index(name)])) for m, narrow in _narrow(masses)]


def _narrow(masses: DarkMasses) -> list[tuple[float, float]]:
    """Mass of each narrow state that is open and its integral in all final states, which `MANY` share [GeV^4]."""
    return [
        (mass, narrow_strength(mass, electrons) * float(chi2_rate_dq2(masses, mass**2, 0.0)))
        for mass, electrons in NARROW_STATES
        if mass < masses.delta
    ]


def _rate(masses: DarkMasses, q: FloatArray, weight: FloatArray) -> FloatArray:
    return np.asarray(weight * 2 * q * chi2_rate_dq2(masses, q * q, 0.0))


@cache
def _nodes() -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Edges of intervals in q [GeV], Gauss-Legendre points and weights in them, R and its error at these."""
    measured = measured_energies()
    edges = np.r_[
        M_PION0 + (2 * M_PION - M_PION0) * np.linspace(0, 1, 12)[:-1] ** 2,
        2 * M_PION + (FIRST_ROOT_S - 2 * M_PION) * np.linspace(0, 1, 25)[:-1] ** 2,
        measured,
        np.geomspace(measured[-1], HIGHEST, 130)[1:],
    ]
    q, weight = panels(NODES, edges)
    return edges, q, weight, np.vstack([hadron_ratios(q * q), r_ratio_error(q * q)])


def _lagrange(nodes: FloatArray, at: FloatArray) -> FloatArray:
    """Values at other points of the polynomials that are 1 at one node and 0 at the others, shape (nodes, points)."""
    middle, half = 0.5 * (nodes[0] + nodes[-1]), 0.5 * (nodes[-1] - nodes[0])
    powers, wanted = (np.vander((x - middle) / half, len(nodes)).T for x in (nodes, at))
    return np.asarray(np.linalg.solve(powers, wanted))
