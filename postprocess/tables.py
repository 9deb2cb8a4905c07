"""Rows of tables as flat dictionaries: for JSON and for CSV."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semivis_gen.io import atomic_path
from semivis_gen.numerics import Estimate

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["flat_rows", "write_rows"]


def flat_rows(rows: Sequence[DataclassInstance]) -> list[dict[str, Any]]:
    """Flatten dataclass rows.

    Parameters
    ----------
    rows : sequence of dataclass
        Fields are numbers, strings, None or Estimate. A field that is an Estimate in any of the rows becomes two
        entries in all of them, the second with the name and `_error`.

    Returns
    -------
    list of dict
        With equal keys; None where a number is not known or not finite.
    """
    with_error = {f.name for row in rows for f in fields(row) if isinstance(getattr(row, f.name), Estimate)}
    result = []
    for row in rows:
        cells: dict[str, Any] = {}
        for field in fields(row):
            value = getattr(row, field.name)
            if field.name in with_error:
                cells[field.name] = _known(value.value) if value else None
                cells[f"{field.name}_error"] = _known(value.error) if value else None
            else:
                cells[field.name] = _known(value)
        result.append(cells)
    return result


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_rows(rows: Sequence[Mapping[str, Any]], path: Path, *, title: str) -> None:
    """Write rows as CSV; the file appears whole or not at all.

    Parameters
    ----------
    rows : sequence of mapping
        With equal keys; None is an empty cell.
    path : Path
        The file.
    title : str
        First line, as a comment.

    Raises
    ------
    OutputError
        Where it cannot be written.
    """
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        stream.write(f"# {title}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow([f"{v:.6g}" if isinstance(v, float) else "" if v is None else v for v in row.values()])
