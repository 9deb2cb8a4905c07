"""Decays A' -> chi1 chi2 and chi2 -> chi1 with a pair of leptons or hadrons, with their exact matrix elements.

The Majorana coupling i g_D A'_mu chi2bar gamma^mu chi1 acts as a vector current between chi2 and chi1 with masses
of equal sign. In the frame of q, the momentum of the pair, with z along the flight of chi1, its square for unpolarised
chi2 is diagonal: q^2 for either transverse component, Sigma^2 for the longitudinal one. The square of the pair's
current is delta_ij - beta^2 k_i k_j for fermions, delta_ij - k_i k_j for pi0 gamma, k_i k_j for two mesons of spin 0,
with k the direction of the first particle and beta^2 = 1 - rho, rho = 4 m^2/q^2. So with theta between k and z

    dGamma / (dq^2 dcos) ~ rate(q^2) * (1 - eta cos^2 theta),
    eta = (1 - rho) (Sigma^2 - q^2) / [Sigma^2 + (1 + rho) q^2]     fermions; rho = 0 for pi0 gamma,
    eta = -(Sigma^2 - q^2) / q^2                                    mesons of spin 0,

with rate(q^2) of `chi2_rate_dq2` and `chi2_hadron_rate_dq2`. The current of three pions is along the normal of their
plane, which then takes the place of k. Four mesons and more, and kaons with pions, fill their phase space evenly: what
their current is like, and with it their angles to chi1, is left out. All sampling is by inversion but that of three
mesons and more.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.decay.pairs import two_body
from semivis_gen.decay.phase_space import many_body
from semivis_gen.decay.three_pions import three_pions
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.model import (
    CHANNELS,
    Channel,
    Current,
    DarkMasses,
    chi2_hadron_rate_dq2,
    chi2_narrow_states,
    chi2_rate_dq2,
)
from semivis_gen.numerics import CellTable, boost, energy_of, gauss

__all__ = [
    "angular_asymmetry",
    "channel_named",
    "chi2_decay",
    "sample_polar_angle",
    "sample_q2",
]

TABLE_NODES = 4000  # the interpolated spectrum is then exact to 1e-6


@lru_cache(maxsize=64)
def _q2_table(masses: DarkMasses, channel: Channel) -> tuple[CellTable, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Steps of the cumulative probability, that and ln q^2 where they begin, its slope in each; narrow states."""
    if masses.delta <= channel.threshold:
        msg = (
            f"chi2 -> chi1 {channel.name} is closed: Delta = {masses.delta:g} GeV <= {channel.threshold:g} GeV; "
            "take a larger splitting f or m_A'"
        )
        raise KinematicsError(msg)
    v = np.linspace(0.0, 1.0, TABLE_NODES + 1)
    low, high = 2 * math.log(channel.threshold), 2 * math.log(masses.delta)
    node, weight = gauss(4)

    def log_q2(v: FloatArray) -> FloatArray:
        return np.asarray(low + (high - low) * v * v * (3 - 2 * v))  # flat at both square-root ends

    inner = v[:-1, None] + node / TABLE_NODES
    q2 = np.exp(log_q2(inner))
    if channel.current is Current.FERMIONS:
        rate = chi2_rate_dq2(masses, q2, channel.masses[0])
    else:
        rate = chi2_hadron_rate_dq2(masses, q2, channel.name)
    mass = (rate * q2 * 6 * inner * (1 - inner)) @ weight
    if not mass.any():
        rule = f"below Delta = {masses.delta:g} GeV it has not been seen; take a larger splitting f or m_A'"
        msg = f"chi2 -> chi1 {channel.name} is closed: {rule}"
        raise KinematicsError(msg)
    cumulative = np.r_[0.0, np.cumsum(mass)]
    cumulative /= cumulative[-1]
    begin = log_q2(v)
    slope = np.diff(begin) / np.maximum(np.diff(cumulative), 1e-300)
    continuum = mass.sum() * (high - low) / TABLE_NODES
    narrow = chi2_narrow_states(masses, channel.name)
    whole = continuum + sum(strength for _, strength in narrow)
    peaks = np.array([(q * q, strength / whole) for q, strength in narrow]).reshape(-1, 2)
    return CellTable.of(mass), cumulative, begin, slope, peaks


def channel_named(name: str) -> Channel:
    """Find the final state of a name.

    Raises
    ------
    ParameterError
        Where it is unknown or has no list of particles.
    """
    if name not in CHANNELS:
        msg = f"decays to {name} cannot be generated: take one of {', '.join(CHANNELS)}"
        raise ParameterError(msg)
    return CHANNELS[name]


def sample_q2(masses: DarkMasses, n: int, rng: np.random.Generator, *, channel: str = "e+ e-") -> FloatArray:
    """Squared masses of what chi2 decays to besides chi1.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    n : int
        How many.
    rng : Generator
        Source of randomness.
    channel : str
        A name of `model.CHANNELS`.

    Returns
    -------
    ndarray
        q^2 [GeV^2], shape (n,).

    Raises
    ------
    KinematicsError, ParameterError
        Where the channel is closed or unknown.
    """
    table, cumulative, begin, slope, peaks = _q2_table(masses, channel_named(channel))
    u = rng.random(n)
    step = table.draw(u)
    q2 = np.asarray(np.exp(begin[step] + (u - cumulative[step]) * slope[step]))
    if len(peaks):  # J/psi and the like stand beside R(s)
        state = np.searchsorted(np.cumsum(peaks[:, 1]), rng.random(n), side="right")
        q2 = np.where(state < len(peaks), peaks[np.minimum(state, len(peaks) - 1), 0], q2)
    return q2


def angular_asymmetry(masses: DarkMasses, q2: FloatArray, *, channel: str = "e+ e-") -> FloatArray:
    """Coefficient eta of the distribution 1 - eta cos^2 theta of the module's formula.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    q2 : ndarray
        Squared mass of the pair [GeV^2].
    channel : str
        A name of `model.CHANNELS`.

    Returns
    -------
    ndarray
        eta: between 0 and 1 for leptons and pi0 gamma, negative for mesons of spin 0; zero where phase space is flat.
    """
    made, sigma2 = channel_named(channel), masses.sigma**2
    if made.current is Current.FLAT:
        return np.zeros_like(q2)
    if made.current in (Current.SCALARS, Current.THREE_PIONS):
        return np.asarray((q2 - sigma2) / q2)
    rho = 4 * made.masses[0] ** 2 / q2 if made.current is Current.FERMIONS else 0.0
    return np.asarray((1 - rho) * (sigma2 - q2) / (sigma2 + (1 + rho) * q2))


def sample_polar_angle(eta: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Cosines distributed as 1 - eta cos^2, by the trigonometric and the hyperbolic solution of the cubic.

    Parameters
    ----------
    eta : ndarray
        At most 1, all of one sign, shape (n,).
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Cosines, shape (n,).
    """
    falling = not (len(eta) and eta.min() < 0)
    safe = np.maximum(np.abs(eta), 1e-12)
    root = np.sqrt(safe)
    target = 1.5 * (2 * rng.random(len(eta)) - 1) * (1 - safe / 3 if falling else 1 + safe / 3) * root
    third = np.sin(np.arcsin(np.clip(target, -1, 1)) / 3) if falling else np.sinh(np.arcsinh(target) / 3)
    return np.asarray(np.clip(2 / root * third, -1.0, 1.0))


def chi2_decay(
    chi2: FloatArray, masses: DarkMasses, rng: np.random.Generator, *, channel: str = "e+ e-"
) -> tuple[FloatArray, ...]:
    """Decay of unpolarised chi2.

    Parameters
    ----------
    chi2 : ndarray
        Momenta of chi2 [GeV], shape (n, 3).
    masses : DarkMasses
        Masses of the point.
    rng : Generator
        Source of randomness.
    channel : str
        A name of `model.CHANNELS`.

    Returns
    -------
    tuple of ndarray
        Momenta [GeV] of chi1 and of the particles of the channel in their order, each of shape (n, 3).

    Raises
    ------
    KinematicsError, ParameterError
        Where the channel is closed or unknown.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> chi1, plus, minus = chi2_decay(np.zeros((5, 3)), DarkMasses(3.0, 3.0, 0.5), rng, channel="pi+ pi-")
    >>> bool(np.allclose(chi1 + plus + minus, 0))
    True
    """
    made = channel_named(channel)
    q2 = sample_q2(masses, len(chi2), rng, channel=channel)
    if made.current is Current.FLAT:
        q = np.sqrt(q2)
        hadrons, chi1 = two_body(chi2, masses.m_chi2, q, masses.m_chi1, rng)
        return chi1, *many_body(hadrons, q, made.masses, rng)
    cosine = sample_polar_angle(angular_asymmetry(masses, q2, channel=channel), rng)
    if made.current is Current.THREE_PIONS:
        at_rest = three_pions(masses, q2, cosine, rng)
    else:
        at_rest = _pair_at_rest(masses, q2, cosine, rng, made.masses)
    energy = energy_of(chi2, masses.m_chi2)
    products = [boost(p, e, chi2, energy, masses.m_chi2) for p, e in at_rest]
    chi1 = chi2 - products[0]
    for product in products[1:]:
        chi1 = chi1 - product
    return chi1, *products


def _pair_at_rest(
    masses: DarkMasses, q2: FloatArray, cosine: FloatArray, rng: np.random.Generator, pair_masses: tuple[float, ...]
) -> list[tuple[FloatArray, FloatArray]]:
    """Momenta and energies of two particles in the rest frame of chi2, all directions of the pair alike."""
    u, v, w = rng.random((3, len(q2)))
    first, second = pair_masses
    # the pair in the frame of chi2; differences of squares keep both ends of the spectrum inside
    room = np.maximum(masses.delta**2 - q2, 0.0) * (masses.sigma**2 - q2)
    pair, energy = np.sqrt(room) / (2 * masses.m_chi2), (masses.delta * masses.sigma + q2) / (2 * masses.m_chi2)
    beta = np.sqrt(np.maximum(1 - (first + second) ** 2 / q2, 0.0) * (1 - (first - second) ** 2 / q2))
    more = (first - second) * (first + second) / q2  # twice the first one's share of the energy at rest, less 1
    # the first one along and across the flight of the pair, boosted from the frame of the pair
    slant = beta * cosine
    along = 0.5 * (energy * slant + pair * (1 + more))
    across = 0.5 * beta * np.sqrt(q2 * (1 - cosine) * (1 + cosine))
    turn, around, cos_pair = 2 * math.pi * u, 2 * math.pi * v, 2 * w - 1
    sin_pair = np.sqrt((1 - cos_pair) * (1 + cos_pair))
    inside, side = across * np.cos(turn), across * np.sin(turn)
    cos_around, sin_around = np.cos(around), np.sin(around)
    radius, z = along * sin_pair + inside * cos_pair, along * cos_pair - inside * sin_pair
    one, other = np.empty((2, len(q2), 3))
    one[:, 0] = radius * cos_around - side * sin_around
    one[:, 1] = radius * sin_around + side * cos_around
    one[:, 2] = z
    across_pair = pair * sin_pair
    other[:, 0] = across_pair * cos_around - one[:, 0]
    other[:, 1] = across_pair * sin_around - one[:, 1]
    other[:, 2] = pair * cos_pair - z
    spread, more = pair * slant, energy * more
    return [(one, 0.5 * (energy + more + spread)), (other, 0.5 * (energy - more - spread))]
