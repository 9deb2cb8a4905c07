"""Energies of a file against its momenta and masses: semivis keeps the latter alone, so they must be right."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from semivis_gen.arrays import BoolArray, FloatArray, IndexArray
from semivis_gen.io.formats import fail

__all__ = ["check_energies"]

TOLERANCE = 0.01  # files of few digits are off by 1e-5; masses in MeV, or none, by more than this where they matter


def check_energies(
    path: str | Path, line: IndexArray, energy: FloatArray, momentum: FloatArray, mass: FloatArray, final: BoolArray
) -> None:
    """Refuse files most of whose final particles have another energy than sqrt(p^2 + m^2).

    A single one is a fault of its event (negative energies occur); most of them are other units for masses than for
    momenta, or masses that are not given.

    Parameters
    ----------
    path : str or Path
        File name for errors.
    line : ndarray
        Line of the file of each particle, shape (N,).
    energy, momentum, mass : ndarray
        What the file says [GeV], shapes (N,), (N, 3), (N,).
    final : ndarray
        Which particles are final, shape (N,).

    Raises
    ------
    EventFileError
        At the first such particle.
    """
    own = np.sqrt(np.einsum("ij,ij->i", momentum, momentum) + mass**2)
    off = final & (np.abs(energy - own) > TOLERANCE * own)
    count, total = int(np.count_nonzero(off)), int(np.count_nonzero(final))
    if 2 * count <= total:
        return
    row = int(np.argmax(off))
    fail(
        path,
        int(line[row]),
        f"the energy of this particle is {energy[row]:g} GeV, its momentum and mass give {own[row]:g} GeV, and so for "
        f"{count} of {total} final particles here: masses in other units than momenta, or none; correct the file",
    )
