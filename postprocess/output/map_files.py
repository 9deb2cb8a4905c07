"""Acceptance maps in files: for numpy, as parquet, for HEPData, with a program that reads and folds them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from postprocess.acceptance import AXES, AcceptanceMap, AcceptanceTable
from postprocess.output.folders import whole_folder
from postprocess.output.hepdata import Column, DataTable, write_submission
from semivis_gen.version import __version__

__all__ = ["READER", "MapExport", "write_map"]

NAMES = {
    "energy_GeV": ("Energy of the particle that flies", "GeV"),
    "position_mm": ("Position of its decay", "mm"),
    "angle_rad": ("Its angle to the beam", "rad"),
    "visible_GeV": ("Energy of the visible products", "GeV"),
    "spread_rad": ("Their mean angle to the particle that flies", "rad"),
}
STEP = 10  # of the energies of A' in HEPData
READER = '''"""Folds decays with acceptance_map.npz; needs numpy alone. Units: GeV, mm, rad."""
import numpy as np

AXES = ("energy_GeV", "position_mm", "angle_rad", "visible_GeV", "spread_rad")


def read(path="acceptance_map.npz"):
    with np.load(path) as file:
        return dict(file)


def fold(table, name, weight, e_aprime, *values):
    """Sum of weight x P(selected), its error by the map, and the weight in empty cells; values in the order of AXES."""
    edges = [table[f"{name}/{axis}"] for axis in AXES]
    cells = [np.searchsorted(e, v, side="right") - 1 for e, v in zip(edges, values)]
    inside = np.all([(c >= 0) & (c < len(e) - 1) for c, e in zip(cells, edges)], axis=0)
    chance, error, events = (table[f"{name}/{key}"].ravel() for key in ("selected", "error", "events"))
    at = np.ravel_multi_index([np.where(inside, c, 0) for c in cells], [len(e) - 1 for e in edges])
    ahead = np.interp(e_aprime, table[f"{name}/e_aprime_GeV"], table[f"{name}/ahead"])
    content = np.bincount(at, weight * ahead * inside, len(chance))
    full = events > 0
    return content[full] @ chance[full], np.linalg.norm(content[full] * error[full]), content[~full].sum()
'''


@dataclass(frozen=True, slots=True)
class MapExport:
    """What maps belong to."""

    maps: tuple[AcceptanceMap, ...]
    """Maps of the signatures of a mode."""
    table: AcceptanceTable
    """Acceptance of the same events: experiment, mode, masses."""
    shares: Mapping[str, float]
    """Branching fractions of the particle that flies, by final state."""

    @property
    def description(self) -> str:
        """What the maps are of, in one line."""
        table = self.table
        return f"{table.experiment}, {table.mode}, {table.masses}, {table.events} A' above {table.e_min:g} GeV"

    def branching(self, one: AcceptanceMap) -> float:
        """Share of all decays that a map is of."""
        return sum(self.shares.get(name, 0.0) for name in one.decays) if one.decays else 1.0


def write_map(export: MapExport, folder: str | Path) -> Path:
    """Write maps: acceptance_map.npz and .parquet, read_map.py, hepdata/.

    Parameters
    ----------
    export : MapExport
        The maps.
    folder : str or Path
        Where; maps that are there are replaced, something else is not.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        Where it cannot be written, or holds something else.
    """
    otherwise = "an acceptance map: choose another --output"
    with whole_folder(folder, marker="acceptance_map.npz", otherwise=otherwise) as draft:
        _write_npz(export, draft / "acceptance_map.npz")
        _write_parquet(export, draft / "acceptance_map.parquet")
        (draft / "read_map.py").write_text(READER, encoding="utf-8")
        write_submission(_hepdata(export), draft / "hepdata", comment=f"Acceptance map of {export.description}.")
    return Path(folder)


def _write_npz(export: MapExport, path: Path) -> None:
    arrays: dict[str, np.ndarray] = {
        "names": np.array([one.name for one in export.maps]),
        "description": np.array(f"semivis {__version__}: {export.description}"),
    }
    for one in export.maps:
        own = dict(zip(AXES, one.edges, strict=True)) | {
            "selected": one.selected, "error": one.error, "events": one.events, "e_aprime_GeV": one.e_aprime,
            "ahead": one.ahead, "branching": np.array(export.branching(one)),
        }  # fmt: skip
        arrays |= {f"{one.name}/{key}": value for key, value in own.items()}
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def _write_parquet(export: MapExport, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, list[np.ndarray]] = {}
    for one in export.maps:
        size = one.selected.size
        rows = {"map": np.repeat(one.name, size), **_bins(one, np.arange(size))}
        rows |= {"selected": one.selected.ravel(), "error": one.error.ravel(), "events": one.events.ravel()}
        rows["empty"] = rows["events"] == 0
        for name, values in rows.items():
            columns.setdefault(name, []).append(values)
    about = {
        "semivis": json.dumps({"version": __version__, "description": export.description}),
        "ahead": json.dumps({o.name: [o.e_aprime.tolist(), o.ahead.tolist()] for o in export.maps}),
    }
    table = pa.table({name: np.concatenate(parts) for name, parts in columns.items()})
    pq.write_table(table.replace_schema_metadata(about), path)


def _bins(one: AcceptanceMap, cells: np.ndarray) -> dict[str, np.ndarray]:
    """Edges of cells along each axis, by name."""
    place = np.unravel_index(cells, one.selected.shape)
    return {
        f"{axis}_{end}": edges[where + shift]
        for axis, edges, where in zip(AXES, one.edges, place, strict=True)
        for end, shift in (("low", 0), ("high", 1))
    }


def _hepdata(export: MapExport) -> list[DataTable]:
    tables = [_cells(export, one) for one in export.maps if one.selected.size > 1]
    energies = export.maps[0].e_aprime[::STEP]
    columns = tuple(
        Column(
            f"Passes ahead of the decay, {one.name}", one.ahead[::STEP].tolist(), qualifiers=_qualifiers(export, one)
        )
        for one in export.maps
    )
    about = "Probability of A' to pass what is asked before its decay is looked at, such as missing energy. "
    about += "Qualifiers have what is asked behind it where that is one number."
    independent = (Column("Energy of A'", energies.tolist(), "GeV"),)
    return [*tables, DataTable("Ahead of the decay", about, export.description, independent, columns, None, ("EFF",))]


def _qualifiers(export: MapExport, one: AcceptanceMap) -> dict[str, str | float]:
    masses = export.table.masses
    found: dict[str, str | float] = {"Branching": export.branching(one)}
    if masses is not None:
        found |= {"m(A') [GeV]": masses.m_aprime, "R": masses.ratio, "f": masses.splitting}
    if one.selected.size == 1:
        found["Selected behind the decay"] = float(one.selected.ravel()[0])
        found["Decays from [mm]"] = float(one.edges[1][0])
        if math.isfinite(one.edges[1][1]):
            found["Decays to [mm]"] = float(one.edges[1][1])
    return found


def _cells(export: MapExport, one: AcceptanceMap) -> DataTable:
    filled = np.flatnonzero(one.events.ravel() > 0)
    bins = _bins(one, filled)
    independent = tuple(
        Column(
            NAMES[axis][0],
            list(zip(bins[f"{axis}_low"].tolist(), bins[f"{axis}_high"].tolist(), strict=True)),
            NAMES[axis][1],
        )
        for axis in AXES
    )
    values, errors = one.selected.ravel()[filled].tolist(), one.error.ravel()[filled].tolist()
    about = "Probability to pass what is asked behind the decay; cells without simulated decays are left out. "
    about += "Multiply by the table ahead of the decay."
    chance = Column("Selected", values, errors=errors, qualifiers=_qualifiers(export, one))
    number = Column("Simulated decays", one.events.ravel()[filled].astype(int).tolist())
    name = f"Acceptance map {one.name}"
    return DataTable(name, about, export.description, independent, (chance, number), None, ("ACC",))
