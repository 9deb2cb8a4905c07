"""Which decays of chi2 are generated, and which of them each event gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from semivis_gen.arrays import IndexArray
from semivis_gen.errors import KinematicsError
from semivis_gen.model import (
    HADRONS,
    LEPTON_MASSES,
    LEPTONS,
    DarkMasses,
    channel_names,
    gamma_chi2_hadrons_by_state,
    gamma_chi2_lepton,
)

__all__ = ["ELECTRONS_ONLY", "chi2_shares", "decay_channels", "draw_channels"]

ELECTRONS_ONLY = ("e+ e-",)
"""What samples for signatures are made of: yields multiply with the branching."""


def chi2_shares(masses: DarkMasses) -> dict[str, float]:
    """Branching fractions of chi2, which do not depend on couplings.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.

    Returns
    -------
    dict
        Share of each final state besides chi1, names as in `model.channel_names`; all zero where chi2 is stable.
    """
    return dict(zip((*LEPTONS, *HADRONS), _shares(masses), strict=True))


@lru_cache(maxsize=4096)
def _shares(masses: DarkMasses) -> tuple[float, ...]:
    widths = [float(gamma_chi2_lepton(masses, 1.0, 1.0, m)) for m in LEPTON_MASSES.values()]
    widths += map(float, gamma_chi2_hadrons_by_state(masses, 1.0, 1.0).values())
    total = sum(widths)
    return tuple(width / total if total else 0.0 for width in widths)


def decay_channels(masses: DarkMasses, channels: Sequence[str] | None = None) -> dict[str, float]:
    """Choose the decays of chi2 to generate.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    channels : sequence of str, optional
        Names of final states, `leptons` or `hadrons`; all that are open where absent.

    Returns
    -------
    dict
        The open ones among them and the share of all decays of chi2 that each has.

    Raises
    ------
    ParameterError
        Where a name is unknown.
    KinematicsError
        Where none of them is open.

    Examples
    --------
    >>> decay_channels(DarkMasses(0.3))
    {'e+ e-': 1.0}
    """
    asked = channel_names(("leptons", "hadrons") if channels is None else channels)
    shares = chi2_shares(masses)
    found = {name: shares[name] for name in asked if shares.get(name, 0.0) > 0}
    if not found:
        msg = f"chi2 -> chi1 {' or '.join(asked)} is closed: Delta = {masses.delta:g} GeV; take a larger f or m_A'"
        raise KinematicsError(msg)
    return found


def draw_channels(shares: Mapping[str, float], n: int, rng: np.random.Generator) -> IndexArray:
    """Draw a channel for each of n decays in proportion to the shares.

    Parameters
    ----------
    shares : mapping
        Of `decay_channels`.
    n : int
        How many.
    rng : Generator
        Source of randomness; not used where there is one channel.

    Returns
    -------
    ndarray
        Position of the channel in `shares`, shape (n,).
    """
    if len(shares) == 1:
        return np.zeros(n, dtype=np.int64)
    ends = np.cumsum(list(shares.values()))
    return np.asarray(np.minimum(np.searchsorted(ends, rng.random(n) * ends[-1], side="right"), len(ends) - 1))
