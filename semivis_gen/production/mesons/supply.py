"""Where the mesons of a process come from: the fit or a file, in numbers per proton that a card may set."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.production.mesons.files import mesons_from_file
from semivis_gen.production.mesons.meson_list import MesonList
from semivis_gen.production.mesons.multiplicity import mesons_per_proton
from semivis_gen.production.mesons.species import Meson, meson
from semivis_gen.production.mesons.spectrum import FittedMesons, Mesons
from semivis_gen.target import ProtonDump

__all__ = ["FIT", "MesonSettings", "check_kinds", "mesons_of"]

FIT = "bmpt"


class MesonSettings(Protocol):
    """Settings that processes with mesons share; beside them `NAME_per_proton` for each meson."""

    @property
    def name(self) -> str:
        """Name of the process."""

    @property
    def mesons(self) -> tuple[str, ...]:
        """Names of the mesons it uses."""

    @property
    def spectrum(self) -> str:
        """`bmpt` or a file of mesons."""


def check_kinds(process: MesonSettings, known: tuple[str, ...]) -> None:
    """Check which mesons a process uses, and their numbers per proton.

    Parameters
    ----------
    process : MesonSettings
        The process.
    known : tuple of str
        Mesons that it can use.

    Raises
    ------
    ParameterError
        Where a name is unknown, stands twice or there is none; where a number is negative, not finite or of no use.
    """
    if not process.mesons:
        msg = f"{process.name}: mesons = () names none: take some of {', '.join(known)}"
        raise ParameterError(msg)
    for name in process.mesons:
        if name not in known:
            msg = f"{process.name}: meson {name!r} makes no A' this way: take some of {', '.join(known)}"
            raise ParameterError(msg)
    used = ", ".join(process.mesons)
    if len(set(process.mesons)) < len(process.mesons):
        msg = f"{process.name}: mesons = {used}: name each once"
        raise ParameterError(msg)
    for kind in map(meson, known):
        number = getattr(process, kind.field)
        if number is not None and not 0 <= number < np.inf:
            msg = f"{process.name}: {kind.field} = {number} must be finite and not negative"
            raise ParameterError(msg)
        if number is not None and kind.name not in process.mesons:
            msg = f"{process.name}: {kind.field} = {number:g} is of no use: add {kind.name} to mesons = {used}"
            raise ParameterError(msg)


def mesons_of(dump: ProtonDump, process: MesonSettings, kinds: list[Meson]) -> Mesons:
    """Mesons of a dump, in the numbers per proton of a process, of the file, or by beam energy.

    Parameters
    ----------
    dump : ProtonDump
        The dump.
    process : MesonSettings
        Its settings say where they come from.
    kinds : list of Meson
        Which.

    Returns
    -------
    Mesons
        Of these kinds.

    Raises
    ------
    ParameterError, EventFileError
        Where the fit or the table do not hold, or the file lacks a kind.
    """
    spectrum, numbers = process.spectrum, {kind: getattr(process, kind.field) for kind in kinds}
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
