"""Meson lists in files: text of this project or of BdNMC, and the event files that semivis reads.

    # pdg px py pz weight: momenta in GeV, mesons per proton
    111 0.12 -0.03 14.2 2.4e-05

BdNMC's lists (arXiv:1609.01770) have `px py pz E [x y z t]` in a line, one kind of meson a file and no weights: kind
and number per proton are given beside. Lines that begin with # are comments.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL
from semivis_gen.io import atomic_path, read_events
from semivis_gen.model import MESONS, labels
from semivis_gen.production.mesons.meson_list import MesonList
from semivis_gen.production.mesons.species import Meson, meson, meson_of_id

__all__ = ["mesons_from_file", "write_mesons"]

TEXT = (".txt", ".dat", ".list")
OWN, BDNMC = (5,), (4, 7, 8)  # columns
MASS_TOLERANCE = 0.05  # of generators' own masses
MEDIAN_TOLERANCE = 0.2  # of squared masses from rounded energies


def mesons_from_file(
    path: str | Path, *, pdg: int | None = None, per_proton: float | None = None, symmetric: bool = False
) -> MesonList:
    """Read mesons.

    Parameters
    ----------
    path : str or Path
        Text (.txt, .dat, .list) with the columns `pdg px py pz weight`, or BdNMC's; LHE, HepMC3 or parquet, one event
        a proton's collision: every meson of it counts with the weight of the event over the sum of all.
    pdg : int, optional
        PDG id of the mesons in a list of BdNMC.
    per_proton : float, optional
        How many there are per proton in a list of BdNMC.
    symmetric : bool
        See `MesonList.of`.

    Returns
    -------
    MesonList
        The mesons.

    Raises
    ------
    EventFileError
        Where the file is missing, damaged, not in GeV, without weights or without mesons; one line with the place.
    ParameterError
        Where options do not fit.
    """
    text = Path(path).suffix.lower() in TEXT
    if not text and not (pdg is None and per_proton is None):
        msg = f"{path}: pdg and per_proton belong to BdNMC's lists ({', '.join(TEXT)}); event files say both themselves"
        raise ParameterError(msg)
    ids, momentum, weight = _from_text(Path(path), pdg, per_proton) if text else _from_events(path)
    try:
        return MesonList.of(ids, momentum, weight, symmetric=symmetric)
    except ParameterError as error:
        msg = f"{path}: {error}"
        raise EventFileError(msg) from error


def write_mesons(mesons: MesonList, path: str | Path) -> None:
    """Write a list as text that `mesons_from_file` reads back exactly.

    Parameters
    ----------
    mesons : MesonList
        The mesons.
    path : str or Path
        File name that ends with .txt, .dat or .list.

    Raises
    ------
    ParameterError
        For another suffix.
    OutputError
        Where the file cannot be written.
    """
    if Path(path).suffix.lower() not in TEXT:
        msg = f"{path}: meson lists are text, use a name that ends with {', '.join(TEXT)}"
        raise ParameterError(msg)
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        stream.write("# pdg px py pz weight: momenta in GeV, mesons per proton\n")
        for i, p, w in zip(mesons.pdg.tolist(), mesons.momentum.tolist(), mesons.weight.tolist(), strict=True):
            stream.write(f"{i} {p[0]!r} {p[1]!r} {p[2]!r} {w!r}\n")


def _fail(path: str | Path, line: int | None, what: str) -> EventFileError:
    return EventFileError(f"{path}{f', line {line}' if line else ''}: {what}")


def _from_text(path: Path, pdg: int | None, per_proton: float | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _fail(path, None, f"cannot be read as text: {getattr(error, 'strerror', None) or error}") from error
    numbered = [(n, line.split()) for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    if not numbered:
        raise _fail(path, None, "holds no mesons: write a line `pdg px py pz weight` for each")
    columns = len(numbered[0][1])
    for number, words in numbered:
        if len(words) != columns:
            raise _fail(path, number, f"{len(words)} columns after {columns} before: every line has the same")
    try:
        table = np.array([[float(word) for word in words] for _, words in numbered])
    except ValueError as error:
        raise _fail(path, _bad_line(numbered), f"{error}: write numbers only") from error
    if columns in OWN and pdg is None and per_proton is None:
        return table[:, 0], table[:, 1:4], table[:, 4]
    if columns not in BDNMC:
        what = f"{columns} columns: write `pdg px py pz weight`, or give BdNMC's `px py pz E` with pdg and per_proton"
        raise _fail(path, numbered[0][0], what)
    if pdg is None or pdg not in MESONS.values() or per_proton is None or not 0 < per_proton < np.inf:
        known = labels(MESONS.values())
        what = (
            f"{columns} columns are BdNMC's `px py pz E`, which say neither kind nor weight: give pdg (one of {known}) "
            f"and per_proton (mesons per proton, above zero), not {pdg} and {per_proton}"
        )
        raise _fail(path, numbered[0][0], what)
    _check_masses(path, table, meson_of_id(pdg))
    count = len(table)
    return np.full(count, float(pdg)), table[:, :3], np.full(count, per_proton / count)


def _bad_line(numbered: list[tuple[int, list[str]]]) -> int:
    for number, words in numbered:
        try:
            [float(word) for word in words]
        except ValueError:
            return number
    return 0


def _check_masses(path: Path, table: FloatArray, kind: Meson) -> None:
    """Refuse energies that belong to another mass, or another unit; single lines may have few digits."""
    p = np.sqrt(np.einsum("ij,ij->i", table[:, :3], table[:, :3]))
    mass2 = float(np.median((table[:, 3] - p) * (table[:, 3] + p)))
    if not abs(mass2 - kind.mass**2) < MEDIAN_TOLERANCE * kind.mass**2 + 10 * kind.width * kind.mass:
        what = (
            f"E^2 - p^2 = {mass2:.3g} (median) is not the {kind.mass**2:.3g} GeV^2 of a {kind.name}: give the list in "
            "GeV, and the right pdg"
        )
        raise _fail(path, None, what)


def _from_events(path: str | Path) -> tuple[FloatArray, FloatArray, FloatArray]:
    ids, momenta, weights, total, done = [], [], [], 0.0, 0
    for events in read_events(path):
        real = np.isin(events.status, (STATUS_FINAL, STATUS_DECAYED)) & np.isin(events.pdg, list(MESONS.values()))
        rows = np.flatnonzero(real)
        for kind in map(meson, MESONS):
            mine = rows[events.pdg[rows] == kind.pdg]
            wrong = np.abs(events.mass[mine] - kind.mass) > MASS_TOLERANCE * kind.mass + 10 * kind.width
            if wrong.any():
                row = mine[int(np.argmax(wrong))]
                what = (
                    f"event {done + int(events.event_of_particle[row]) + 1}: a {kind.name} of mass "
                    f"{events.mass[row]:g}, not {kind.mass:g} GeV: give the file in GeV"
                )
                raise _fail(path, None, what)
        ids.append(events.pdg[rows].astype(float))
        momenta.append(events.momentum[rows])
        weights.append(events.weight[events.event_of_particle[rows]])
        total += float(events.weight.sum())
        done += len(events)
    if not total > 0:
        raise _fail(path, None, f"the weights of {done} events sum to {total:g}: they must be above zero")
    return np.concatenate(ids), np.concatenate(momenta), np.concatenate(weights) / total
