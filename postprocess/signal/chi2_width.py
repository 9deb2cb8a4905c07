"""Ways to treat the width of chi2 and the shares of its decays: the exact one, and those to compare with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from postprocess.acceptance import Chi2Width
from semivis_gen.arrays import FloatArray
from semivis_gen.decay import chi2_shares
from semivis_gen.model import DarkMasses, channel_names, gamma_chi2_lepton, gamma_chi2_massless, gamma_chi2_total

__all__ = ["Chi2Width", "constant_k", "exact_width", "muons_counted", "visible_share", "width_seeing", "without_muons"]


def visible_share(masses: DarkMasses, channels: Iterable[str]) -> float:
    """Share of the decays of chi2 that belong to a set of channels, whatever the couplings.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.
    channels : iterable of str
        Final states besides chi1, names as in `semivis_gen.model.channel_names`: `e+ e-`, `mu+ mu-`, `pi+ pi-` ...,
        `leptons`, `hadrons`.

    Returns
    -------
    float
        Between 0 and 1; 1 where chi2 is stable, since it then loses no decay to others.

    Raises
    ------
    ParameterError
        Where a name is unknown or there is none.

    Examples
    --------
    >>> visible_share(DarkMasses(0.3), ["e+ e-"])
    1.0
    """
    names = channel_names(channels)
    if not masses.chi2_decays:
        return 1.0
    shares = chi2_shares(masses)
    return sum(shares.get(name, 0.0) for name in names)


def width_seeing(channels: Iterable[str]) -> Chi2Width:
    """Exact width with all decays, of which those of some channels count as if they were e+ e-.

    Parameters
    ----------
    channels : iterable of str
        Names as for `visible_share`. The acceptance is that of e+ e-: what a signature sees of others, and how well,
        says the card (`sees`).

    Returns
    -------
    Chi2Width
        For `yields.expected_yields`.

    Raises
    ------
    ParameterError
        Where a name is unknown or there is none.
    """
    names = channel_names(channels)

    def width(masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray) -> tuple[FloatArray, Mapping[str, float]]:
        return gamma_chi2_total(masses, alpha_d, epsilon), {"e+ e-": visible_share(masses, names)}

    return width


def exact_width(masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray) -> tuple[FloatArray, Mapping[str, float]]:
    """Exact width with all decays, each with its share."""
    return gamma_chi2_total(masses, alpha_d, epsilon), chi2_shares(masses)


def muons_counted(
    masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray
) -> tuple[FloatArray, Mapping[str, float]]:
    """Exact width with all decays; pairs of muons are seen as well as pairs of electrons: a bound from above."""
    return width_seeing(("e+ e-", "mu+ mu-"))(masses, alpha_d, epsilon)


def without_muons(
    masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray
) -> tuple[FloatArray, Mapping[str, float]]:
    """Exact width to electrons, as if chi2 had no other decay."""
    return gamma_chi2_lepton(masses, alpha_d, epsilon), {"e+ e-": 1.0}


def constant_k(k_factor: float) -> Chi2Width:
    """Width as a constant times the usual approximation, decays to electrons alone.

    Parameters
    ----------
    k_factor : float
        K of Gamma = K Gamma_0, Gamma_0 = 4 epsilon^2 alpha alpha_D Delta^5 / (15 pi m_A'^4).

    Returns
    -------
    Chi2Width
        For `yields.expected_yields`.
    """

    def width(masses: DarkMasses, alpha_d: FloatArray, epsilon: FloatArray) -> tuple[FloatArray, Mapping[str, float]]:
        return np.asarray(k_factor * gamma_chi2_massless(masses, alpha_d, epsilon)), {"e+ e-": 1.0}

    return width
