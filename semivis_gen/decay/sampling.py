"""Decays A' -> chi1 chi2 and chi2 -> chi1 l+ l- with their exact matrix elements.

The Majorana coupling i g_D A'_mu chi2bar gamma^mu chi1 acts as a vector current between chi2 and chi1 with masses
of equal sign. In the frame of q = l+ + l-, with the polar angle theta of l- against the direction of chi1 and
rho = 4 m_l^2/q^2, the transverse and longitudinal currents carry q^2 each and Sigma^2, so that for unpolarised chi2

    dGamma / (dq^2 dcos) ~ rate(q^2) * (1 - eta cos^2 theta),
    eta = (1 - rho) (Sigma^2 - q^2) / [Sigma^2 + (1 + rho) q^2],

with rate(q^2) of `widths.chi2_rate_dq2`. All sampling is by inversion: no rejection, no weights.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import M_ELECTRON
from semivis_gen.errors import KinematicsError
from semivis_gen.model import DarkMasses, chi2_rate_dq2
from semivis_gen.numerics import CellTable, boost, breakup_momentum, energy_of, gauss, isotropic

__all__ = [
    "angular_asymmetry",
    "chi2_decay",
    "sample_polar_angle",
    "sample_q2",
    "two_body",
]

TABLE_NODES = 4000  # the interpolated spectrum is then exact to 1e-6


def two_body(
    parent: FloatArray,
    parent_mass: ArrayLike,
    m1: ArrayLike,
    m2: ArrayLike,
    rng: np.random.Generator,
    *,
    direction: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Two-body decay, isotropic unless directions are given.

    Parameters
    ----------
    parent : ndarray
        Momentum of the parent [GeV], shape (n, 3).
    parent_mass, m1, m2 : array_like
        Masses [GeV], scalar or shape (n,).
    rng : Generator
        Source of randomness.
    direction : ndarray, optional
        Unit vectors of the first daughter in the rest frame, shape (n, 3).

    Returns
    -------
    p1, p2 : ndarray
        Momenta of the daughters [GeV], shape (n, 3).

    Raises
    ------
    KinematicsError
        Where the decay is closed.
    """
    n = len(parent)
    size = breakup_momentum(parent_mass, m1, m2)
    star = (isotropic(n, rng) if direction is None else direction) * np.broadcast_to(size, (n,))[:, None]
    energy = np.broadcast_to(np.hypot(size, m1), (n,))
    first = boost(star, energy, parent, energy_of(parent, parent_mass), parent_mass)
    return first, parent - first


@lru_cache(maxsize=64)
def _q2_table(masses: DarkMasses, m_lepton: float) -> tuple[CellTable, FloatArray, FloatArray, FloatArray]:
    """Steps of the cumulative probability, that and ln q^2 where they begin, and its slope in each."""
    if masses.delta <= 2 * m_lepton:
        msg = (
            f"chi2 -> chi1 l+ l- is closed: Delta = {masses.delta:g} GeV <= 2 m_l = {2 * m_lepton:g} GeV; "
            "take a larger splitting f or m_A'"
        )
        raise KinematicsError(msg)
    v = np.linspace(0.0, 1.0, TABLE_NODES + 1)
    low, high = 2 * math.log(2 * m_lepton), 2 * math.log(masses.delta)
    node, weight = gauss(4)

    def log_q2(v: FloatArray) -> FloatArray:
        return np.asarray(low + (high - low) * v * v * (3 - 2 * v))  # flat at both square-root ends

    inner = v[:-1, None] + node / TABLE_NODES
    q2 = np.exp(log_q2(inner))
    mass = (chi2_rate_dq2(masses, q2, m_lepton) * q2 * 6 * inner * (1 - inner)) @ weight
    cumulative = np.r_[0.0, np.cumsum(mass)]
    cumulative /= cumulative[-1]
    begin = log_q2(v)
    slope = np.diff(begin) / np.maximum(np.diff(cumulative), 1e-300)
    return CellTable.of(mass), cumulative, begin, slope


def sample_q2(masses: DarkMasses, n: int, rng: np.random.Generator, *, m_lepton: float = M_ELECTRON) -> FloatArray:
    """Squared masses of the lepton pair in chi2 -> chi1 l+ l-.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    n : int
        How many.
    rng : Generator
        Source of randomness.
    m_lepton : float
        Lepton mass [GeV].

    Returns
    -------
    ndarray
        q^2 [GeV^2], shape (n,).
    """
    table, cumulative, begin, slope = _q2_table(masses, m_lepton)
    u = rng.random(n)
    step = table.draw(u)
    return np.asarray(np.exp(begin[step] + (u - cumulative[step]) * slope[step]))


def angular_asymmetry(masses: DarkMasses, q2: FloatArray, *, m_lepton: float = M_ELECTRON) -> FloatArray:
    """Coefficient eta of the distribution 1 - eta cos^2 theta of the module's formula.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    q2 : ndarray
        Squared mass of the pair [GeV^2].
    m_lepton : float
        Lepton mass [GeV].

    Returns
    -------
    ndarray
        eta between 0 and 1.
    """
    rho, sigma2 = 4 * m_lepton**2 / q2, masses.sigma**2
    return np.asarray((1 - rho) * (sigma2 - q2) / (sigma2 + (1 + rho) * q2))


def sample_polar_angle(eta: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Cosines distributed as 1 - eta cos^2, by the trigonometric solution of the cubic.

    Parameters
    ----------
    eta : ndarray
        Between 0 and 1, shape (n,).
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Cosines, shape (n,).
    """
    safe = np.maximum(eta, 1e-12)
    root = np.sqrt(safe)
    target = 1.5 * (2 * rng.random(len(eta)) - 1) * (1 - safe / 3) * root
    return np.asarray(np.clip(2 / root * np.sin(np.arcsin(np.clip(target, -1, 1)) / 3), -1.0, 1.0))


def chi2_decay(
    chi2: FloatArray, masses: DarkMasses, rng: np.random.Generator, *, m_lepton: float = M_ELECTRON
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Decay of unpolarised chi2 -> chi1 l- l+.

    Parameters
    ----------
    chi2 : ndarray
        Momenta of chi2 [GeV], shape (n, 3).
    masses : DarkMasses
        Masses of the point.
    rng : Generator
        Source of randomness.
    m_lepton : float
        Lepton mass [GeV].

    Returns
    -------
    chi1, minus, plus : ndarray
        Momenta [GeV], shape (n, 3).

    Raises
    ------
    KinematicsError
        Where the decay is closed.
    """
    q2 = sample_q2(masses, len(chi2), rng, m_lepton=m_lepton)
    cosine = sample_polar_angle(angular_asymmetry(masses, q2, m_lepton=m_lepton), rng)
    minus, e_minus, plus, e_plus = _pair_at_rest(masses, q2, cosine, rng, m_lepton)
    energy = energy_of(chi2, masses.m_chi2)
    minus = boost(minus, e_minus, chi2, energy, masses.m_chi2)
    plus = boost(plus, e_plus, chi2, energy, masses.m_chi2)
    return chi2 - minus - plus, minus, plus


def _pair_at_rest(
    masses: DarkMasses, q2: FloatArray, cosine: FloatArray, rng: np.random.Generator, m_lepton: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Momenta and energies of l- and l+ in the rest frame of chi2, all directions of the pair alike."""
    u, v, w = rng.random((3, len(q2)))
    # the pair in the frame of chi2; differences of squares keep both ends of the spectrum inside
    room = np.maximum(masses.delta**2 - q2, 0.0) * (masses.sigma**2 - q2)
    pair, energy = np.sqrt(room) / (2 * masses.m_chi2), (masses.delta * masses.sigma + q2) / (2 * masses.m_chi2)
    beta = np.sqrt(np.maximum(1 - 4 * m_lepton**2 / q2, 0.0))
    # l- along and across the flight of the pair, boosted from the frame of the pair
    slant = beta * cosine
    along = 0.5 * (energy * slant + pair)
    across = 0.5 * beta * np.sqrt(q2 * (1 - cosine) * (1 + cosine))
    turn, around, cos_pair = 2 * math.pi * u, 2 * math.pi * v, 2 * w - 1
    sin_pair = np.sqrt((1 - cos_pair) * (1 + cos_pair))
    inside, side = across * np.cos(turn), across * np.sin(turn)
    cos_around, sin_around = np.cos(around), np.sin(around)
    radius, z = along * sin_pair + inside * cos_pair, along * cos_pair - inside * sin_pair
    minus, plus = np.empty((2, len(q2), 3))
    minus[:, 0] = radius * cos_around - side * sin_around
    minus[:, 1] = radius * sin_around + side * cos_around
    minus[:, 2] = z
    across_pair = pair * sin_pair
    plus[:, 0] = across_pair * cos_around - minus[:, 0]
    plus[:, 1] = across_pair * sin_around - minus[:, 1]
    plus[:, 2] = pair * cos_pair - z
    spread = pair * slant
    return minus, 0.5 * (energy + spread), plus, 0.5 * (energy - spread)
