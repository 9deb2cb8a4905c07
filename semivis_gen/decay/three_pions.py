"""Decay of a virtual A' to pi+ pi- pi0 by way of rho pi, as omega and phi decay.

The current is the normal of the plane of the pions, |p+ x p-| long, times a factor that is the same for all of its
components, so that

    dN / (dE+ dE-) ~ |p+ x p-|^2 |B(s+-) + B(s+0) + B(s-0)|^2,     B the propagator of the rho,

in the frame of the three, whatever the direction of the normal (M. Gell-Mann, D. Sharp and W. G. Wagner, Phys. Rev.
Lett. 8 (1962) 261).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import M_PION, M_PION0
from semivis_gen.model import DarkMasses, rho_propagator

__all__ = ["dalitz_density", "pions_at_rest", "sample_dalitz", "three_pions"]

THRESHOLD = 2 * M_PION + M_PION0
MARGIN = 1.3  # of the bound for rejection over the largest value on a grid
GRID = 100
# [GeV] q above threshold for which the bound is tabulated, up to 2 GeV; it has a kink where the rho enters the plot
ROOM = np.r_[np.geomspace(1e-4, 0.4, 20), np.linspace(0.42, 1.7, 65)]


def dalitz_density(q: FloatArray, e_plus: FloatArray, e_minus: FloatArray) -> FloatArray:
    """Density of the energies of pi+ and pi- in the frame of the three pions, up to a factor.

    Parameters
    ----------
    q : ndarray
        Mass of the three [GeV].
    e_plus, e_minus : ndarray
        Energies [GeV]; all three broadcast.

    Returns
    -------
    ndarray
        |p+ x p-|^2 times the square of the amplitude, zero where momentum cannot be conserved.
    """
    e_zero = q - e_plus - e_minus
    plus2, minus2, zero2 = e_plus**2 - M_PION**2, e_minus**2 - M_PION**2, e_zero**2 - M_PION0**2
    area = 4 * plus2 * minus2 - (zero2 - plus2 - minus2) ** 2  # 4 |p+ x p-|^2
    inside = (area > 0) & (e_zero > M_PION0)
    pairs = (
        np.where(inside, q * q + m * m - 2 * q * e, 0.5)
        for m, e in ((M_PION0, e_zero), (M_PION, e_plus), (M_PION, e_minus))
    )
    amplitude = sum(rho_propagator(s) for s in pairs)
    return np.where(inside, area * np.abs(amplitude) ** 2, 0.0)


def sample_dalitz(q: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Energies of pi+ and pi- by rejection, which keeps about one try in four.

    Parameters
    ----------
    q : ndarray
        Masses of the three pions [GeV], shape (n,).
    rng : Generator
        Source of randomness.

    Returns
    -------
    e_plus, e_minus : ndarray
        Energies [GeV], shape (n,).
    """
    out = np.empty((2, len(q)))
    left = np.arange(len(q))
    bound = np.exp(np.interp(np.log(q - THRESHOLD), np.log(ROOM), np.log(_bounds())))
    while len(left):
        mass = q[left]
        u, v, w = rng.random((3, len(left)))
        plus, minus = (M_PION + (_largest_energy(mass) - M_PION) * x for x in (u, v))
        keep = w * bound[left] < dalitz_density(mass, plus, minus)
        out[:, left[keep]] = plus[keep], minus[keep]
        left = left[~keep]
    return out[0], out[1]


def pions_at_rest(q: FloatArray, cosine: FloatArray, rng: np.random.Generator) -> list[tuple[FloatArray, FloatArray]]:
    """Momenta and energies of pi+, pi- and pi0 in their rest frame.

    Parameters
    ----------
    q : ndarray
        Masses of the three [GeV], shape (n,).
    cosine : ndarray
        Cosines between the normal of their plane and the z axis, shape (n,).
    rng : Generator
        Source of randomness; all azimuths are alike.

    Returns
    -------
    list of (ndarray, ndarray)
        Momenta [GeV], shape (n, 3), and energies [GeV], shape (n,).
    """
    e_plus, e_minus = sample_dalitz(q, rng)
    e_zero = q - e_plus - e_minus
    p_plus, p_minus = np.sqrt(e_plus**2 - M_PION**2), np.sqrt(e_minus**2 - M_PION**2)
    between = np.clip((e_zero**2 - M_PION0**2 - p_plus**2 - p_minus**2) / (2 * p_plus * p_minus), -1.0, 1.0)
    around, turn = 2 * math.pi * rng.random((2, len(q)))
    # axes in the plane: a points down along z, b is horizontal; the normal is their product
    sine = np.sqrt((1 - cosine) * (1 + cosine))
    a = np.stack([cosine * np.cos(around), cosine * np.sin(around), -sine], axis=1)
    b = np.stack([-np.sin(around), np.cos(around), np.zeros_like(q)], axis=1)
    u = np.cos(turn)[:, None] * a + np.sin(turn)[:, None] * b
    v = np.cos(turn)[:, None] * b - np.sin(turn)[:, None] * a
    plus = p_plus[:, None] * u
    minus = p_minus[:, None] * (between[:, None] * u + np.sqrt(1 - between**2)[:, None] * v)
    return [(plus, e_plus), (minus, e_minus), (-plus - minus, e_zero)]


def three_pions(
    masses: DarkMasses, q2: FloatArray, cosine: FloatArray, rng: np.random.Generator
) -> list[tuple[FloatArray, FloatArray]]:
    """Momenta and energies of pi+, pi- and pi0 in the rest frame of chi2.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    q2 : ndarray
        Squared masses of the three [GeV^2], shape (n,).
    cosine : ndarray
        Cosines between the normal of the plane and the flight of the three, shape (n,).
    rng : Generator
        Source of randomness.

    Returns
    -------
    list of (ndarray, ndarray)
        Momenta [GeV], shape (n, 3), and energies [GeV], shape (n,).
    """
    q = np.sqrt(q2)
    pions = pions_at_rest(q, cosine, rng)
    azimuth = 2 * math.pi * rng.random(len(q))
    # to the frame of chi2, along z, then all directions alike
    flight = np.sqrt(np.maximum(masses.delta**2 - q2, 0.0) * (masses.sigma**2 - q2)) / (2 * masses.m_chi2)
    energy = (masses.delta * masses.sigma + q2) / (2 * masses.m_chi2)
    cos_flight = 2 * rng.random(len(q)) - 1
    sin_flight = np.sqrt((1 - cos_flight) * (1 + cos_flight))
    out = []
    for p, e in pions:
        z = (energy * p[:, 2] + flight * e) / q
        radius, side = z * sin_flight + p[:, 0] * cos_flight, p[:, 1]
        turned = np.stack([
            radius * np.cos(azimuth) - side * np.sin(azimuth),
            radius * np.sin(azimuth) + side * np.cos(azimuth),
            z * cos_flight - p[:, 0] * sin_flight,
        ], axis=1)  # fmt: skip
        out.append((turned, (energy * e + flight * p[:, 2]) / q))
    return out


def _largest_energy(q: FloatArray) -> FloatArray:
    """Energy of a charged pion that the other two recoil against as one."""
    return np.asarray((q * q + M_PION**2 - (M_PION + M_PION0) ** 2) / (2 * q))


@cache
def _bounds() -> FloatArray:
    """Upper bound of the density for the q of `ROOM`."""
    q = THRESHOLD + ROOM[:, None, None]
    x = (np.arange(GRID) + 0.5) / GRID
    plus, minus = (M_PION + (_largest_energy(q) - M_PION) * y for y in (x[:, None], x))
    return np.asarray(MARGIN * dalitz_density(q, plus, minus).max(axis=(1, 2)))
