"""Decay of A' to leptons or hadrons: isotropic, the polarisation of A' is left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.decay.pairs import two_body
from semivis_gen.decay.phase_space import many_body
from semivis_gen.decay.sampling import channel_named
from semivis_gen.decay.three_pions import pions_at_rest
from semivis_gen.errors import KinematicsError
from semivis_gen.model import Current
from semivis_gen.numerics import boost, energy_of

__all__ = ["aprime_decay"]


def aprime_decay(
    aprime: FloatArray, mass: ArrayLike, rng: np.random.Generator, *, channel: str = "e+ e-"
) -> tuple[FloatArray, ...]:
    """Decay of A' to one final state.

    Parameters
    ----------
    aprime : ndarray
        Momenta of A' [GeV], shape (n, 3).
    mass : array_like
        Their masses [GeV], scalar or shape (n,).
    rng : Generator
        Source of randomness.
    channel : str
        A name of `model.CHANNELS`.

    Returns
    -------
    tuple of ndarray
        Momenta [GeV] of the particles of the channel in their order, each of shape (n, 3).

    Raises
    ------
    KinematicsError, ParameterError
        Where the channel is closed or unknown.

    Examples
    --------
    >>> first, second = aprime_decay(np.ones((5, 3)), 0.5, np.random.default_rng(1), channel="mu+ mu-")
    >>> bool(np.allclose(first + second, 1))
    True
    """
    made = channel_named(channel)
    m = np.broadcast_to(np.asarray(mass, dtype=float), (len(aprime),))
    if len(m) and m.min() <= made.threshold:
        msg = f"A' -> {channel} is closed: m_A' = {m.min():g} GeV <= {made.threshold:g} GeV; take a larger m_A'"
        raise KinematicsError(msg)
    if made.current is Current.FLAT:
        return many_body(aprime, m, made.masses, rng)
    if made.current is not Current.THREE_PIONS:
        first, second = made.masses
        return two_body(aprime, mass, first, second, rng)
    energy = energy_of(aprime, m)
    at_rest = pions_at_rest(m, 2 * rng.random(len(m)) - 1, rng)
    return tuple(boost(p, e, aprime, energy, m) for p, e in at_rest)
