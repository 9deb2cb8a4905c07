"""Division of hadrons above the phi into final states: the ratio of BaBar's cross-sections, R(s) sets their sum.

Four, five and six pions and kaons with pions have been measured one by one from threshold to 4.5 GeV
(cards/data/hadron_channels.csv). What `hadrons` does not explain by two and three mesons is divided in their ratio.
What is not among them is counted with them: eta pi+ pi- with eta -> gamma gamma, neutral kaons with two pions, eight
pions. Above 4.4 GeV the ratio stays as it is, where more particles would come of more energy. KL K pi is taken to be as
frequent as the measured KS K pi.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import CardError
from semivis_gen.model.channels import CHANNELS, Current
from semivis_gen.resources import cards_dir

__all__ = ["MANY", "many_hadron_shares"]

MANY: Final = tuple(name for name, channel in CHANNELS.items() if channel.current is Current.FLAT)
"""Names of the final states, in their order."""
MEASURED: Final = dict.fromkeys(("KS0 K+ pi-", "KS0 K- pi+", "KL0 K+ pi-", "KL0 K- pi+"), ("KS0 K pi", 0.5))
"""Column of the table and its share, where it is not that of the name."""


def many_hadron_shares(root_s: ArrayLike) -> FloatArray:
    """Share of each final state of `MANY` in all of them.

    Parameters
    ----------
    root_s : array_like
        sqrt(s) [GeV], above four pions.

    Returns
    -------
    ndarray
        Shares of sum 1, shape (states, ...); zero below the threshold of a state.

    Raises
    ------
    CardError
        Where the data file is missing or malformed.

    Examples
    --------
    >>> dict(zip(MANY, many_hadron_shares(1.5).round(2).tolist()))["2pi+ 2pi-"]
    0.44
    """
    energy = np.asarray(root_s, dtype=float)
    grid, columns = _table()
    strengths = np.stack([np.interp(energy, grid, column) for column in columns])
    thresholds = np.array([CHANNELS[name].threshold for name in MANY]).reshape(-1, *[1] * energy.ndim)
    strengths = np.where(energy > thresholds, strengths, 0.0)
    total = strengths.sum(axis=0)
    return np.asarray(np.divide(strengths, total, out=np.zeros_like(strengths), where=total > 0))


@cache
def _table() -> tuple[FloatArray, FloatArray]:
    """Energies [GeV] and cross-sections [nb] of the states of `MANY`, shape (states, energies)."""
    path = cards_dir() / "data" / "hadron_channels.csv"
    try:
        head, *lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        rows = np.array([[float(cell) for cell in line.split(",")] for line in lines])
        names = head.split(",")
        used = [MEASURED.get(name, (name, 1.0)) for name in MANY]
        columns = np.stack([part * rows[:, names.index(column)] for column, part in used])
    except (OSError, ValueError, IndexError) as error:
        msg = f"{path}: not a readable table of cross-sections ({error}); reinstall semivis"
        raise CardError(msg) from error
    return rows[:, 0], columns
