"""Hadrons from a virtual or real A': everything through R(s), and its division into final states.

R(s) = sigma(e+ e- -> hadrons) / sigma_0, sigma_0 = 4 pi alpha^2 / (3 s) that of massless muons. An A' couples to the
electromagnetic current, so that a virtual A' of mass sqrt(s) has Gamma(hadrons) = R(s) Gamma(massless muons).

* Below 0.6 GeV R is the sum of what there is, pi+ pi- and a little pi0 gamma: the data have errors of 3 to 26 % there.
* Above it R is the measured one, cards/data/r_ratio_pdg2020.csv, whose points resolve rho, omega and phi. Up to 1.04
  GeV it is divided as `pion` and `vector_mesons` say, beyond it what these do not explain as `many_hadrons` says.
* J/psi, psi(2S) and Upsilon are not in the data; `NARROW_STATES` adds them where R is integrated.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA
from semivis_gen.errors import CardError
from semivis_gen.model.many_hadrons import many_hadron_shares
from semivis_gen.model.pion import pion_ratio
from semivis_gen.model.vector_mesons import kaon_ratio, pi0_gamma_ratio, three_pion_ratio
from semivis_gen.resources import cards_dir

__all__ = [
    "NARROW_STATES",
    "gamma_aprime_hadrons",
    "hadron_ratios",
    "measured_energies",
    "narrow_strength",
    "r_ratio",
    "r_ratio_error",
    "ratios_at",
]

FIRST_ROOT_S = 0.6  # [GeV]; data from here on
EXCLUSIVE_ROOT_S = 1.04  # [GeV]; the final states known by name are all of R up to here
LAST_ROOT_S = 11.1  # [GeV]; R = 3.85 there, as in QCD with five flavours; points beyond are few, or contain the Z
MODEL_ERROR = 0.03  # of the sum of final states: its largest mean deviation from the data below 0.7 GeV
# mass and width to e+ e- [GeV], PDG 2022 (PTEP 2022, 083C01); widths are known to 2 %
NARROW_STATES: Final = (
    (3.0969, 5.53e-6),
    (3.6861, 2.33e-6),
    (9.4603, 1.34e-6),
    (10.0233, 0.612e-6),
    (10.3552, 0.443e-6),
)
NARROW_ERROR = 0.02


def r_ratio(s: ArrayLike) -> FloatArray:
    """R(s) = sigma(e+ e- -> hadrons) / sigma(e+ e- -> mu+ mu-, massless).

    Parameters
    ----------
    s : array_like
        Squared mass of the virtual photon or A' [GeV^2].

    Returns
    -------
    ndarray
        R, same shape: the sum of final states up to 0.6 GeV, measured points joined by straight lines in sqrt(s)
        from there, constant (3.85) above 11.1 GeV.

    Raises
    ------
    CardError
        Where the data file is missing or malformed.
    """
    s = np.maximum(np.asarray(s, dtype=float), 0.0)
    root_s, r, _ = _table()
    energy = np.sqrt(s)
    out = np.asarray(np.interp(energy, root_s, r))
    modelled = energy < FIRST_ROOT_S
    if np.any(modelled):
        out = np.where(modelled, hadron_ratios(np.where(modelled, s, 0.0)).sum(axis=0), out)
    return out


def hadron_ratios(s: ArrayLike) -> FloatArray:
    """R of every hadronic final state.

    Parameters
    ----------
    s : array_like
        Squared mass [GeV^2], not negative.

    Returns
    -------
    ndarray
        R of each of `channels.HADRONS`, shape (states, ...).
    """
    s = np.asarray(s, dtype=float)
    root_s, r, _ = _table()
    energy, safe = np.sqrt(s), np.maximum(s, 1e-6)
    parts = np.stack([
        pion_ratio(safe), pi0_gamma_ratio(safe), three_pion_ratio(safe),
        kaon_ratio(safe, charged=True), kaon_ratio(safe, charged=False),
    ])  # fmt: skip
    model, measured = parts.sum(axis=0), np.interp(energy, root_s, r)
    scale = measured / np.maximum(model, 1e-300)
    scale = np.where(energy > EXCLUSIVE_ROOT_S, np.minimum(scale, 1.0), scale)
    data = energy >= FIRST_ROOT_S
    parts *= np.where(data, scale, 1.0)
    left = np.where(energy > EXCLUSIVE_ROOT_S, np.maximum(measured - parts.sum(axis=0), 0.0), 0.0)
    return np.concatenate([parts, left * many_hadron_shares(energy)])


def r_ratio_error(s: ArrayLike) -> FloatArray:
    """One-sigma error of `r_ratio`, to be taken as fully correlated over s: chiefly norms of experiments.

    Parameters
    ----------
    s : array_like
        Squared mass [GeV^2], not negative.

    Returns
    -------
    ndarray
        Error, same shape: that of the data, and 3 % below 0.6 GeV.
    """
    s = np.maximum(np.asarray(s, dtype=float), 0.0)
    root_s, _, error = _table()
    energy = np.sqrt(s)
    return np.where(energy < FIRST_ROOT_S, MODEL_ERROR * r_ratio(s), np.interp(energy, root_s, error))


def gamma_aprime_hadrons(m_aprime: ArrayLike, epsilon: ArrayLike) -> FloatArray:
    """Width of A' -> hadrons: R(m^2) alpha eps^2 m / 3.

    Parameters
    ----------
    m_aprime : array_like
        Mass of A' [GeV].
    epsilon : array_like
        Kinetic mixing; broadcasts with the mass.

    Returns
    -------
    ndarray
        Width [GeV]; zero below m_pi0. The narrow states are not in it: an A' of their mass mixes with them.
    """
    m = np.asarray(m_aprime, dtype=float)
    r = sum(ratios_at(float(m))) if m.ndim == 0 else r_ratio(m**2)
    return np.asarray(r * (ALPHA / 3) * m * np.square(np.asarray(epsilon, dtype=float)))


@lru_cache(maxsize=4096)
def ratios_at(root_s: float) -> tuple[float, ...]:
    """`hadron_ratios` at one energy [GeV], remembered: limits ask for one A' mass a thousand times."""
    return tuple(map(float, hadron_ratios(root_s**2)))


def narrow_strength(mass: float, electrons: float) -> float:
    """Integral of R(s) ds over a narrow state of spin 1: 9 pi m Gamma(e+ e-) / alpha^2, with all of its decays.

    Parameters
    ----------
    mass, electrons : float
        Mass and width to e+ e- [GeV].

    Returns
    -------
    float
        [GeV^2].
    """
    return 9 * math.pi * mass * electrons / ALPHA**2


def measured_energies() -> FloatArray:
    """Energies [GeV] between which R is a straight line, from 0.6 GeV on."""
    root_s = _table()[0]
    return np.asarray(np.r_[FIRST_ROOT_S, root_s[root_s > FIRST_ROOT_S]])


@cache
def _table() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Distinct sqrt(s) [GeV] in rising order, R and error; points at one energy averaged, weights 1 / error^2."""
    path = cards_dir() / "data" / "r_ratio_pdg2020.csv"
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[:1].isdigit()]
        rows = np.array([[float(cell) for cell in line.split(",")] for line in lines]).reshape(-1, 4)
    except (OSError, ValueError) as error:
        msg = f"{path}: not a readable table of R(s) ({error}); reinstall semivis"
        raise CardError(msg) from error
    rows = rows[rows[:, 0] <= LAST_ROOT_S]
    sigma = 0.5 * (rows[:, 2] + rows[:, 3])
    root_s, index = np.unique(rows[:, 0], return_inverse=True)
    total = np.bincount(index, weights=sigma**-2.0)
    r, mean_sigma = (np.bincount(index, weights=values / sigma**2) / total for values in (rows[:, 1], sigma))
    return root_s, np.asarray(r), np.asarray(mean_sigma)
