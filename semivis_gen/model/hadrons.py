"""Hadrons in A' decay and in annihilation: everything through the measured ratio R(s).

R(s) = sigma(e+ e- -> hadrons) / sigma_0, sigma_0 = 4 pi alpha^2 / (3 s) that of massless muons. An A' couples to the
electromagnetic current, so that a virtual A' of mass sqrt(s) has Gamma(hadrons) = R(s) Gamma(massless muons).
The data are cards/data/r_ratio_pdg2020.csv. J/psi, psi(2S) and Upsilon are not in it: R is too small within a few
MeV of 3.097, 3.686 and 9.46 GeV.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA
from semivis_gen.errors import CardError
from semivis_gen.resources import cards_dir

__all__ = ["gamma_aprime_hadrons", "r_ratio"]


M_PION = 0.13957039  # charged pion [GeV], PDG 2022
M_RHO = 0.77526  # rho(770) [GeV], PDG 2022
LAST_ROOT_S = 11.1  # [GeV]; R = 3.85 there, as in QCD with five flavours; points beyond are few, or contain the Z


def r_ratio(s: ArrayLike) -> FloatArray:
    """R(s) = sigma(e+ e- -> hadrons) / sigma(e+ e- -> mu+ mu-, massless).

    Parameters
    ----------
    s : array_like
        Squared mass of the virtual photon or A' [GeV^2].

    Returns
    -------
    ndarray
        R, same shape: measured points joined by straight lines in sqrt(s); zero below the pi+ pi- threshold, the
        P-wave form of `_threshold` between it and the first point (0.3 GeV), constant (3.85) above 11.1 GeV.

    Raises
    ------
    CardError
        Where the data file is missing or malformed.
    """
    root_s, r = _table()
    energy = np.sqrt(np.maximum(np.asarray(s, dtype=float), 0.0))
    below = (r[0] / _threshold(root_s[0])) * _threshold(energy)
    return np.asarray(np.where(energy < root_s[0], below, np.interp(energy, root_s, r)))


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
        Width [GeV]; zero below 2 m_pi (pi0 gamma and three photons are neglected: R < 0.01 there).
    """
    m = np.asarray(m_aprime, dtype=float)
    return np.asarray(r_ratio(m**2) * (ALPHA / 3) * m * np.square(np.asarray(epsilon, dtype=float)))


def _threshold(energy: FloatArray | float) -> FloatArray:
    """R of pi+ pi- up to its norm: beta^3 |F|^2 with the rho pole F = 1 / (1 - s / m_rho^2), for s << m_rho^2."""
    open_ = np.asarray(energy) > 2 * M_PION
    s = np.square(np.where(open_, energy, 2 * M_PION))
    return np.where(open_, (1 - 4 * M_PION**2 / s) ** 1.5 / (1 - s / M_RHO**2) ** 2, 0.0)


@cache
def _table() -> tuple[FloatArray, FloatArray]:
    """Distinct sqrt(s) [GeV] in rising order and R; points at one energy averaged with weights 1 / error^2."""
    path = cards_dir() / "data" / "r_ratio_pdg2020.csv"
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[:1].isdigit()]
        rows = np.array([[float(cell) for cell in line.split(",")] for line in lines]).reshape(-1, 4)
    except (OSError, ValueError) as error:
        msg = f"{path}: not a readable table of R(s) ({error}); reinstall semivis"
        raise CardError(msg) from error
    rows = rows[rows[:, 0] <= LAST_ROOT_S]
    weight = 4 / (rows[:, 2] + rows[:, 3]) ** 2
    root_s, index = np.unique(rows[:, 0], return_inverse=True)
    total = np.bincount(index, weights=weight)
    return root_s, np.asarray(np.bincount(index, weights=weight * rows[:, 1]) / total)
