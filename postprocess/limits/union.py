"""Union of the exclusions of several experiments: for every x the intervals of y that at least one excludes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from postprocess.limits.contour import Contour
from postprocess.limits.edges import COMPLETE, SURE
from postprocess.tables import known, write_table
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError

__all__ = ["Edge", "Interval", "Union", "union_of"]

TITLE = "semivis union of exclusions"
Cell = float | int | str | None


@dataclass(frozen=True, slots=True)
class Edge:
    """One end of an excluded interval."""

    value: float
    """Where it is."""
    error: float
    """Standard deviation from the samples; NaN where it is open or not known."""
    experiment: str
    """Which one makes it."""
    is_open: bool = False
    """Whether the scan ends there, excluded still: the edge lies beyond."""
    doubt: bool = False
    """Whether the samples do not tell that this experiment excludes anything there."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An excluded interval of y at one x."""

    low: Edge
    """Lower end."""
    high: Edge
    """Upper end."""

    @property
    def open_end(self) -> str:
        """Which ends are open, as in `Edges`."""
        names = {(True, True): "both", (True, False): "low", (False, True): "high"}
        return names.get((self.low.is_open, self.high.is_open), COMPLETE)

    @property
    def doubt(self) -> str:
        """Experiments among those that make the ends that may exclude nothing there."""
        return " ".join(dict.fromkeys(edge.experiment for edge in (self.low, self.high) if edge.doubt))


@dataclass(frozen=True, slots=True, eq=False)
class Union:
    """What at least one of several experiments excludes."""

    x_name: str
    """Name and unit of x, such as m_aprime_GeV."""
    y_name: str
    """Name of y, such as epsilon."""
    experiments: tuple[str, ...]
    """Their names."""
    x: FloatArray
    """All positions of all scans, ascending, shape (n,)."""
    intervals: tuple[tuple[Interval, ...], ...]
    """Separate intervals at each x, ascending; none where nothing is excluded."""

    def columns(self) -> dict[str, list[Cell]]:
        """Return the table: a row for each interval, and one with empty cells where nothing is excluded."""
        table: dict[str, list[Cell]] = {name: [] for name in self._names()}
        for x, group in zip(self.x.tolist(), self.intervals, strict=True):
            for number, one in enumerate(group, start=1):
                low, high = one.low, one.high
                row = (x, number, low.value, high.value, known(low.error), known(high.error))
                self._append(table, (*row, low.experiment, high.experiment, one.open_end, one.doubt))
            if not group:
                self._append(table, (x, 0, None, None, None, None, "", "", COMPLETE, ""))
        return table

    def _names(self) -> tuple[str, ...]:
        y = self.y_name
        edges = (f"{y}_low", f"{y}_high", f"{y}_low_error", f"{y}_high_error")
        return (self.x_name, "interval", *edges, "low_from", "high_from", "open_end", "doubt")

    @staticmethod
    def _append(table: dict[str, list[Cell]], row: Iterable[Cell]) -> None:
        for column, cell in zip(table.values(), row, strict=True):
            column.append(cell)

    def to_csv(self, path: str | Path, *, comments: Sequence[str] = ()) -> None:
        """Write the table; the file appears whole or not at all.

        Parameters
        ----------
        path : str or Path
            The file.
        comments : sequence of str
            Lines for the header: what was computed, with which settings.

        Raises
        ------
        OutputError
            Where it cannot be written.
        """
        columns = self.columns()
        notes = (
            f"excluded at 90 % CL (CLs) by at least one, each alone: {', '.join(self.experiments)}",
            "interval: number of the interval at this x, upwards; 0 and empty cells: nothing is excluded",
            "errors: one standard deviation of the samples; an empty cell: no edge, an open end or not known",
            "low_from, high_from: the experiment that makes the edge",
            "open_end: the scan ends inside the excluded interval there, the edge lies beyond",
            "doubt: experiments that make an edge, but a sample two standard deviations off excludes nothing there",
            "between positions of one experiment its edges are straight in logarithms",
            *comments,
        )
        formats = {name: ".3g" for name in columns if name.endswith("_error")}
        header = {"rows": str(len(columns[self.x_name]))}
        write_table(columns, path, title=TITLE, remarks=notes, header=header, floats=".8g", formats=formats)


def union_of(contours: Mapping[str, Contour]) -> Union:
    """Join the observed exclusions of several experiments.

    Parameters
    ----------
    contours : mapping
        Contours of one plane by the name of the experiment; their positions may differ.

    Returns
    -------
    Union
        At all positions of all contours. Between two positions at which an experiment excludes something its edges are
        straight in (ln x, ln y), with relative errors in between; between one where it does and one where it does not,
        and beyond its ends, it excludes nothing. Of two equal edges the first experiment makes it.

    Raises
    ------
    ParameterError
        Where there is no contour, or they are of different planes.
    """
    planes = {(contour.x_name, contour.y_name) for contour in contours.values()}
    if len(planes) != 1:
        msg = f"a union of contours of {len(planes)} planes: give one or more of the same x and y"
        raise ParameterError(msg)
    ((x_name, y_name),) = planes
    x = np.unique(np.concatenate([contour.x for contour in contours.values()]))
    found = [_of_one(name, contour, x) for name, contour in contours.items()]
    joined = tuple(_joined(group) for group in zip(*found, strict=True))
    return Union(x_name, y_name, tuple(contours), x, joined)


def _of_one(name: str, contour: Contour, x: FloatArray) -> list[Interval | None]:
    """Interval of one experiment at each x."""
    after = np.clip(np.searchsorted(contour.x, x), 0, contour.x.size - 1)
    before = np.where(contour.x[after] == x, after, np.maximum(after - 1, 0))
    inside = (x >= contour.x[0]) & (x <= contour.x[-1]) & contour.excluded[before] & contour.excluded[after]
    span = np.log(contour.x[after] / contour.x[before])
    weight = np.divide(np.log(x / contour.x[before]), span, out=np.zeros_like(x), where=span > 0)
    doubt = np.array([flag != SURE for flag in contour.doubt])

    def edges(end: Literal["low", "high"]) -> list[Edge]:
        values, errors = (contour.low, contour.low_error) if end == "low" else (contour.high, contour.high_error)
        relative = errors / values[0]
        middle = np.exp((1 - weight) * np.log(values[0][before]) + weight * np.log(values[0][after]))
        value = np.where(before == after, values[0][after], middle)
        error = value * ((1 - weight) * relative[before] + weight * relative[after])
        opened = np.array([flag in (end, "both") for flag in contour.open_end])
        flags = (opened[before] & opened[after]).tolist(), (doubt[before] | doubt[after]).tolist()
        return [Edge(v, e, name, *f) for v, e, *f in zip(value.tolist(), error.tolist(), *flags, strict=True)]

    pairs = zip(inside.tolist(), edges("low"), edges("high"), strict=True)
    return [Interval(low, high) if here else None for here, low, high in pairs]


def _joined(group: Iterable[Interval | None]) -> tuple[Interval, ...]:
    """Separate intervals of what every experiment excludes at one x."""
    result: list[Interval] = []
    for one in sorted((i for i in group if i is not None), key=_begin):
        last = result[-1] if result else None
        if last is None or one.low.value > last.high.value:
            result.append(one)
        elif one.high.value > last.high.value:
            result[-1] = Interval(last.low, one.high)
    return tuple(result)


def _begin(one: Interval) -> float:
    return one.low.value
