"""Tables: rows of dataclasses as flat dictionaries, and one CSV format for all of them, written and read here.

A file begins with comment lines: a title, remarks, `key: value` pairs. Names of the columns and the rows follow; an
empty cell is a number that is not known. A `rows` key tells how many rows there are, so that a cut file is noticed
wherever it is cut.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.io import atomic_path
from semivis_gen.model import DarkMasses, MassShape
from semivis_gen.numerics import Estimate

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Row = TypeVar("Row", bound=DataclassInstance)

__all__ = ["CsvTable", "flat_rows", "known", "read_table", "rows_from", "write_rows", "write_table"]

Cell = float | int | str | None
EXACT = ""  # format of a float that reads back as the same number
SHOWN = 60  # characters of a damaged line in a message


def flat_rows(rows: Sequence[DataclassInstance]) -> list[dict[str, Any]]:
    """Flatten dataclass rows.

    Parameters
    ----------
    rows : sequence of dataclass
        Fields are numbers, strings, None, Estimate, or a point: DarkMasses or MassShape. A field that is an Estimate
        in any of the rows becomes two entries in all of them, the second with the name and `_error`; a point becomes
        its columns, such as `ratio` and `splitting`.

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
            if isinstance(value, DarkMasses | MassShape):
                cells |= value.columns()
            elif field.name in with_error:
                cells[field.name] = known(value.value) if value else None
                cells[f"{field.name}_error"] = known(value.error) if value else None
            else:
                cells[field.name] = known(value)
        result.append(cells)
    return result


def rows_from(kind: type[Row], flat: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Rebuild rows from what `flat_rows` made of them, such as the result of a job.

    Parameters
    ----------
    kind : type
        Dataclass of the rows, without points among its fields.
    flat : sequence of mapping
        Flat rows.

    Returns
    -------
    list of dataclass
        The rows; the error of an Estimate that is not known is NaN.
    """
    hints = get_type_hints(kind)
    estimates = {f.name for f in fields(kind) if Estimate in getattr(hints[f.name], "__args__", (hints[f.name],))}

    def value(row: Mapping[str, Any], name: str) -> Any:
        if name not in estimates or row[name] is None:
            return row[name]
        error = row[f"{name}_error"]
        return Estimate(row[name], math.nan if error is None else error)

    return [kind(**{f.name: value(row, f.name) for f in fields(kind)}) for row in flat]


def known(value: Any) -> Any:
    """Return the value; None for a number that is not finite."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_rows(rows: Sequence[Mapping[str, Any]], path: str | Path, *, title: str) -> None:
    """Write flat rows as CSV; the file appears whole or not at all.

    Parameters
    ----------
    rows : sequence of mapping
        With equal keys; None is an empty cell.
    path : str or Path
        The file.
    title : str
        First line, as a comment.

    Raises
    ------
    OutputError
        Where it cannot be written.
    ParameterError
        Where there is no row: the names of the columns are not known.
    """
    if not rows:
        msg = f"{path}: no rows for the table {title!r}: there is nothing to write"
        raise ParameterError(msg)
    write_table({name: [row[name] for row in rows] for name in rows[0]}, path, title=title)


def write_table(
    columns: Mapping[str, Sequence[Cell]],
    path: str | Path,
    *,
    title: str,
    remarks: Sequence[str] = (),
    header: Mapping[str, str] | None = None,
    floats: str = ".6g",
    formats: Mapping[str, str] | None = None,
) -> None:
    """Write a table as CSV; the file appears whole or not at all.

    Parameters
    ----------
    columns : mapping
        Cells by name of the column; None or a number that is not finite is an empty cell.
    path : str or Path
        The file.
    title : str
        First line, as a comment.
    remarks : sequence of str
        Further comment lines, for people.
    header : mapping, optional
        Comment lines `key: value`, for `read_table`.
    floats : str
        Format of floats; `tables.EXACT` keeps every digit.
    formats : mapping, optional
        Formats of floats of single columns.

    Raises
    ------
    OutputError
        Where it cannot be written.
    ParameterError
        Where a name or a value of the header does not fit on a line.
    """
    for text in (*columns, *(header or {}).values()):
        if "\n" in text or "\r" in text:
            msg = f"{text!r} does not fit on one line of a table: use a name without line breaks"
            raise ParameterError(msg)
    comments = [" ".join(line.split()) for line in (title, *remarks)]
    comments += [f"{key}: {value}" for key, value in (header or {}).items()]
    chosen = [(formats or {}).get(name, floats) for name in columns]
    with atomic_path(Path(path)) as temporary, Path(temporary).open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(f"# {comment}\n" for comment in comments)
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            writer.writerow([_cell(value, form) for value, form in zip(row, chosen, strict=True)])


def _cell(value: Cell, form: str) -> str:
    if isinstance(value, float):
        return format(float(value), form) if math.isfinite(value) else ""
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table as `read_table` finds it."""

    path: str
    """The file, for messages."""
    header: dict[str, str]
    """Values of the `key: value` comments, where it has such."""
    names: tuple[str, ...]
    """Names of the columns."""
    rows: tuple[tuple[str, ...], ...]
    """Cells."""
    lines: tuple[int, ...]
    """Line on which each row ends."""

    def numbers(self, columns: Sequence[str] | None = None, *, empty: bool = False) -> FloatArray:
        """Cells of columns as numbers.

        Parameters
        ----------
        columns : sequence of str, optional
            Their names; all where absent.
        empty : bool
            Whether cells may be empty, NaN in the result.

        Returns
        -------
        ndarray (rows, columns)
            The numbers.

        Raises
        ------
        EventFileError
            Where a cell is no finite number; the message names file and line.
        """
        wanted = [self.names.index(name) for name in columns or self.names]
        result = np.empty((len(self.rows), len(wanted)))
        for row, cells in enumerate(self.rows):
            try:
                result[row] = [math.nan if empty and not cells[i] else _finite(cells[i]) for i in wanted]
            except ValueError as error:
                raise self.damaged(row, f"{len(wanted)} numbers") from error
        return result

    def damaged(self, row: int, wanted: str) -> EventFileError:
        """Make the error for a row that does not hold what it must."""
        found = ",".join(self.rows[row])[:SHOWN]
        return EventFileError(f"{self.path}, line {self.lines[row]}: expected {wanted}, found {found!r}")


def _finite(cell: str) -> float:
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(cell)
    return value


def read_table(path: str | Path, *, title: str, kind: str, with_header: bool = False) -> CsvTable:
    """Read a table that `write_table` wrote.

    Parameters
    ----------
    path : str or Path
        The file.
    title : str
        The title it must have.
    kind : str
        What it is, for messages: "an acceptance table".
    with_header : bool
        Whether its comments are `key: value` pairs; where they have `rows`, these are counted.

    Returns
    -------
    CsvTable
        Names, cells and header.

    Raises
    ------
    EventFileError
        Where the file is not such a table, or damaged; the message names file and line.

    Examples
    --------
    >>> write_table({"m_GeV": [0.1], "note": ["a, b"]}, "t.csv", title="masses")  # doctest: +SKIP
    >>> read_table("t.csv", title="masses", kind="a list of masses").rows  # doctest: +SKIP
    (('0.1', 'a, b'),)
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read as {kind} ({error})"
        raise EventFileError(msg) from error
    lines = text.split("\n")
    if lines[0] != f"# {title}":
        msg = f"{path}, line 1: not {kind}; its first line must be {f'# {title}'!r}"
        raise EventFileError(msg)
    if lines.pop():
        msg = f"{path}, line {len(lines) + 1}: the file ends within a line, it is truncated; write it anew"
        raise EventFileError(msg)
    comments = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    pairs = (line[2:].partition(": ") for line in lines[1 : comments if with_header else 1])
    header = {key: value for key, _, value in pairs}
    found = list(_records(lines[comments:], path, comments))
    if not found:
        msg = f"{path}, line {len(lines)}: no table follows; write it anew"
        raise EventFileError(msg)
    (_, names), records = found[0], found[1:]
    for number, cells in records:
        if len(cells) != len(names):
            line = ",".join(cells)[:SHOWN]
            msg = f"{path}, line {number}: expected {len(names)} cells, found {len(cells)}: {line!r}"
            raise EventFileError(msg)
    if header.get("rows", str(len(records))) != str(len(records)):
        msg = f"{path}, line {len(lines)}: {len(records)} rows, not {header['rows']}: truncated; write it anew"
        raise EventFileError(msg)
    return CsvTable(
        str(path), header, names, tuple(cells for _, cells in records), tuple(number for number, _ in records)
    )


def _records(lines: Sequence[str], path: str | Path, before: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line numbers and cells, the names first; quoted cells may hold commas, quotes and line breaks."""
    reader = csv.reader(StringIO("".join(f"{line}\n" for line in lines), newline=""), strict=True)
    try:
        for cells in reader:
            yield before + reader.line_num, tuple(cells)
    except csv.Error as error:
        msg = f"{path}, line {before + reader.line_num}: not comma-separated cells ({error}); write it anew"
        raise EventFileError(msg) from error
