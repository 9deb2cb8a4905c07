"""How many mesons a proton makes: cards/data/meson_multiplicities.csv, between its beam energies by ln E."""

from __future__ import annotations

from functools import cache

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import CardError, ParameterError
from semivis_gen.numerics import Estimate
from semivis_gen.production.mesons.species import Meson
from semivis_gen.resources import cards_dir

__all__ = ["mesons_per_proton"]


def mesons_per_proton(kind: Meson, beam_energy: float) -> Estimate:
    """Mean number of mesons in an inelastic collision of a proton.

    Parameters
    ----------
    kind : Meson
        Which.
    beam_energy : float
        Energy of the protons [GeV].

    Returns
    -------
    Estimate
        Number, with its statistical error. The spread between generators, recasts and measurements is far larger:
        a factor 1.7 for pi0 and eta at 400 GeV.

    Raises
    ------
    ParameterError
        Outside of the table.

    Examples
    --------
    >>> from semivis_gen.production.mesons.species import meson
    >>> f"{mesons_per_proton(meson('pi0'), 400.0).value:.1f}"
    '3.7'
    """
    energy, number, error = _table()[kind.name]
    if not energy[0] <= beam_energy <= energy[-1]:
        msg = (
            f"beam energy = {beam_energy:g} GeV: {kind.name} per proton are known from {energy[0]:g} to "
            f"{energy[-1]:g} GeV; give {kind.field}"
        )
        raise ParameterError(msg)
    x, nodes = np.log(beam_energy), np.log(energy)
    return Estimate(float(np.interp(x, nodes, number)), float(np.interp(x, nodes, error)))


@cache
def _table() -> dict[str, tuple[FloatArray, FloatArray, FloatArray]]:
    """Beam energies in rising order, numbers and errors, by name of the meson."""
    path = cards_dir() / "data" / "meson_multiplicities.csv"
    try:
        rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines() if line[:1].isdigit()]
        names = dict.fromkeys(row[1] for row in rows)
        found = {n: np.array([[float(row[i]) for i in (0, 2, 3)] for row in rows if row[1] == n]) for n in names}
        return {name: (table[:, 0], table[:, 1], table[:, 2]) for name, table in found.items()}
    except (OSError, ValueError, IndexError) as error:
        msg = f"{path}: not a readable table of mesons per proton ({error}); reinstall semivis"
        raise CardError(msg) from error
