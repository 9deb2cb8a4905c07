"""Where the mesons of a process come from: the fit or a file, in numbers per proton that a card may set."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.production.mesons.files import mesons_from_file
from semivis_gen.production.mesons.meson_list import MesonList
from semivis_gen.production.mesons.multiplicity import mesons_per_proton
from semivis_gen.production.mesons.species import Meson
from semivis_gen.production.mesons.spectrum import FittedMesons, Mesons
from semivis_gen.target import ProtonDump

__all__ = ["FIT", "check_kinds", "mesons_of"]

FIT = "bmpt"


def check_kinds(process: str, names: tuple[str, ...], known: tuple[str, ...], numbers: dict[str, float | None]) -> None:
    """Check which mesons a process uses.

    Parameters
    ----------
    process : str
        Its name.
    names : tuple of str
        Mesons that it is to use.
    known : tuple of str
        Mesons that it can use.
    numbers : dict
        Mesons per proton by name, None where not set.

    Raises
    ------
    ParameterError
        Where a name is unknown, stands twice or there is none; where a number is negative or not finite.
    """
    if not names:
        msg = f"{process}: mesons = () names none: take some of {', '.join(known)}"
        raise ParameterError(msg)
    for name in names:
        if name not in known:
            msg = f"{process}: meson {name!r} makes no A' this way: take some of {', '.join(known)}"
            raise ParameterError(msg)
    if len(set(names)) < len(names):
        msg = f"{process}: mesons = {', '.join(names)}: name each once"
        raise ParameterError(msg)
    for name, number in numbers.items():
        if number is not None and not 0 <= number < np.inf:
            msg = f"{process}: {name}_per_proton = {number} must be finite and not negative"
            raise ParameterError(msg)
        if number is not None and name not in names:
            msg = f"{process}: {name}_per_proton = {number:g} is of no use: add {name} to mesons = {', '.join(names)}"
            raise ParameterError(msg)


def mesons_of(dump: ProtonDump, spectrum: str, numbers: dict[Meson, float | None]) -> Mesons:
    """Mesons of a dump.

    Parameters
    ----------
    dump : ProtonDump
        The dump.
    spectrum : str
        `bmpt` or a file of mesons.
    numbers : dict
        How many of each kind per proton; None for those of the file, or by beam energy.

    Returns
    -------
    Mesons
        Of these kinds.

    Raises
    ------
    ParameterError, EventFileError
        Where the fit or the table do not hold, or the file lacks a kind.
    """
    if spectrum == FIT:
        known = {k: mesons_per_proton(k, dump.beam_energy).value if n is None else n for k, n in numbers.items()}
        return FittedMesons.of(dump.beam_energy, dump.mass_number, known)
    path = Path(spectrum)
    if not path.is_file():
        msg = f"spectrum = {spectrum!r} is neither {FIT} nor a file of mesons that is there"
        raise ParameterError(msg)
    stat = path.stat()
    listed = _read(str(path.resolve()), stat.st_mtime_ns, stat.st_size)
    listed.require_beam(dump.beam_energy)
    factors = {}
    for kind, number in numbers.items():
        there = listed.per_proton(kind.pdg)
        if there == 0:
            msg = f"{spectrum}: holds no {kind.name} ({kind.pdg}): take it out of the process, or add it to the file"
            raise EventFileError(msg)
        factors[kind.pdg] = 1.0 if number is None else number / there
    return listed.scaled(factors)


@lru_cache(maxsize=8)
def _read(path: str, changed: int, size: int) -> MesonList:
    return mesons_from_file(path)
