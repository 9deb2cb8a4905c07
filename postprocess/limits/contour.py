"""Exclusion contours: for every value of x the excluded interval of y, observed and expected.

x and y are whatever the plane is made of: (m_A', epsilon), (m_A', alpha_D), (m_chi1, f). The edges at each x
come from `postprocess.limits.edges.excluded_edges`, computed anywhere and in any order; `Contour.build` joins them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from postprocess.limits.crossings import interpolate_zero
from postprocess.limits.edges import Edges
from postprocess.tables import read_table, write_table
from semivis_gen.arrays import BoolArray, FloatArray, IndexArray
from semivis_gen.errors import EventFileError, ParameterError

__all__ = ["BAND_NAMES", "Contour", "Crossing"]


BAND_NAMES = ("minus_2_sigma", "minus_1_sigma", "median", "plus_1_sigma", "plus_2_sigma")
TITLE = "semivis exclusion contour"
LAST = ("intervals", "open_end", "doubt")  # columns


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where an edge of the exclusion crosses a line y(x)."""

    x: float
    """Position; for `tip` the last x at which the line is known to be excluded."""
    edge: str
    """"low", "high", or "tip" where the excluded interval ends without crossing the line."""
    leaving: bool
    """True where the line leaves the excluded region towards larger x."""


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """The excluded region of a plane."""

    x_name: str
    """Name and unit of x, such as m_aprime_GeV."""
    y_name: str
    """Name of y, such as epsilon."""
    x: FloatArray
    """Scan, ascending, shape (n,)."""
    low: FloatArray
    """Lower edges (curves, n): observed, then expected at the bands; NaN where nothing is excluded."""
    high: FloatArray
    """Upper edges, same shape."""
    intervals: IndexArray
    """Number of excluded intervals of the observation, shape (n,)."""
    open_end: tuple[str, ...]
    """Where the scan ends inside the observed interval, see `Edges`."""
    low_error: FloatArray
    """Standard deviation of the observed lower edges from the samples, shape (n,); NaN where there is none or it is not
    known."""
    high_error: FloatArray
    """That of the upper edges."""
    doubt: tuple[str, ...]
    """Where the samples do not tell whether anything is excluded, see `Edges`."""

    @classmethod
    def build(cls, x: ArrayLike, edges: Sequence[Edges], *, x_name: str, y_name: str) -> Contour:
        """Join the edges found at all x.

        Parameters
        ----------
        x : array_like (n,)
            Positions, in any order.
        edges : sequence of Edges
            One a position.
        x_name, y_name : str
            Column names with units.

        Returns
        -------
        Contour
            Sorted in x.

        Raises
        ------
        ParameterError
            Where lengths differ or there is none.
        """
        position = np.asarray(x, dtype=np.float64)
        if position.size != len(edges) or position.size == 0:
            msg = f"{position.size} positions but {len(edges)} results: a contour needs one each"
            raise ParameterError(msg)
        order = np.argsort(position, kind="stable")
        return cls(
            x_name,
            y_name,
            position[order],
            np.array([edges[i].low for i in order]).T,
            np.array([edges[i].high for i in order]).T,
            np.array([edges[i].intervals for i in order], dtype=np.int64),
            tuple(edges[i].open_end for i in order),
            np.array([edges[i].low_error for i in order]),
            np.array([edges[i].high_error for i in order]),
            tuple(edges[i].doubt for i in order),
        )

    @property
    def excluded(self) -> BoolArray:
        """Whether anything is excluded at each x."""
        known: BoolArray = ~np.isnan(self.low[0])
        return known

    def extremes(self, *, curve: int = 0, where: BoolArray | None = None) -> tuple[float, float]:
        """Smallest and largest excluded y; NaN where nothing is excluded.

        Parameters
        ----------
        curve : int
            0 is the observation, 1 + i the band i.
        where : ndarray, optional
            Which x count, shape (n,); all where absent.

        Returns
        -------
        tuple of float
            Lower, upper.
        """
        chosen = slice(None) if where is None else where
        low, high = self.low[curve][chosen], self.high[curve][chosen]
        if np.isnan(low).all():
            return math.nan, math.nan
        return float(np.nanmin(low)), float(np.nanmax(high))

    def is_open(self, end: Literal["low", "high"]) -> bool:
        """Whether the outermost excluded y of that side, see `extremes`, is the end of a scan and no edge."""
        y = self.low[0] if end == "low" else self.high[0]
        outermost = self.extremes()[0 if end == "low" else 1]
        return any(o in (end, "both") and v == outermost for o, v in zip(self.open_end, y, strict=True))

    def crossing_with(self, line: Callable[[FloatArray], ArrayLike], *, curve: int = 0) -> list[Crossing]:
        """Find where the exclusion crosses a line such as the central (g-2) one.

        Parameters
        ----------
        line : callable
            y as a function of x (k,); NaN where it has no value.
        curve : int
            0 is the observation, 1 + i the band i.

        Returns
        -------
        list of Crossing
            In ascending x, interpolated between scan points in (ln x, ln y). Where the region ends between
            two scan points without a crossing, the last excluded point is given as `tip`: a safe bound.
        """
        x, y = self.x, np.asarray(line(self.x), dtype=np.float64)
        result: list[Crossing] = []
        with np.errstate(invalid="ignore"):
            to_low, to_high = np.log(y / self.low[curve]), np.log(self.high[curve] / y)
        inside = (to_low >= 0) & (to_high >= 0)  # False where NaN
        for i in np.flatnonzero(inside[1:] != inside[:-1]):
            leaving = bool(inside[i])
            found = [
                Crossing(float(interpolate_zero(x[i], x[i + 1], d[i], d[i + 1])), name, leaving)
                for name, d in (("low", to_low), ("high", to_high))
                if (d[i] < 0) != (d[i + 1] < 0) and not np.isnan(d[i : i + 2]).any()
            ]
            if found:  # the first edge met on the way out, the last on the way in
                result.append(min(found, key=_position) if leaving else max(found, key=_position))
            else:
                result.append(Crossing(float(x[i] if leaving else x[i + 1]), "tip", leaving))
        return result

    def columns(self) -> dict[str, list[float | int | str | None]]:
        """Return the table, column by column; None where nothing is excluded."""

        def cells(values: FloatArray) -> list[float | int | str | None]:
            return [None if math.isnan(v) else float(v) for v in values]

        table: dict[str, list[float | int | str | None]] = {
            self.x_name: cells(self.x),
            f"{self.y_name}_low": cells(self.low[0]),
            f"{self.y_name}_high": cells(self.high[0]),
            f"{self.y_name}_low_error": cells(self.low_error),
            f"{self.y_name}_high_error": cells(self.high_error),
        }
        for i, name in enumerate(BAND_NAMES[: len(self.low) - 1], start=1):
            table[f"expected_low_{name}"] = cells(self.low[i])
            table[f"expected_high_{name}"] = cells(self.high[i])
        table["intervals"] = [int(n) for n in self.intervals]
        table["open_end"] = list(self.open_end)
        table["doubt"] = list(self.doubt)
        return table

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
        notes = (
            "90 % CL, CLs; an empty cell: nothing is excluded; expected bands from background alone",
            "errors: one standard deviation of the samples; an empty cell: no edge, an open end or not known",
            "intervals: number of excluded intervals (outermost edges given)",
            "open_end: the scan ends inside the excluded interval there, the edge lies beyond",
            "doubt: excluded or allowed, but a sample two standard deviations off says the opposite",
            *comments,
        )
        columns, header = self.columns(), {"rows": str(self.x.size)}
        formats = {name: ".3g" for name in columns if name.endswith("_error")}
        write_table(columns, path, title=TITLE, remarks=notes, header=header, floats=".8g", formats=formats)

    @classmethod
    def from_csv(cls, path: str | Path) -> Contour:
        """Read a table back.

        Raises
        ------
        EventFileError
            Where the file is not such a table; the message names file and line.
        """
        table = read_table(path, title=TITLE, kind="a contour", with_header=True)
        *names, counts, opened, doubt = table.names if len(table.names) > 3 else ("",) * 4
        if (counts, opened, doubt) != LAST or len(names) < 5 or not len(names) % 2 or not table.rows:
            msg = f"{path}: no table of edges follows its header; write it anew"
            raise EventFileError(msg)
        data = table.numbers([*names, counts], empty=True)
        for row, (x, count) in enumerate(data[:, [0, -1]]):
            if math.isnan(x) or not float(count).is_integer():
                raise table.damaged(row, f"a number in {names[0]} and a count in {counts}")
        edges = data.T[[1, 2, *range(5, len(names))]]
        return cls(
            names[0],
            names[1].removesuffix("_low"),
            data[:, 0],
            edges[0::2],
            edges[1::2],
            data[:, -1].astype(np.int64),
            tuple(cells[-2] for cells in table.rows),
            data[:, 3],
            data[:, 4],
            tuple(cells[-1] for cells in table.rows),
        )


def _position(crossing: Crossing) -> float:
    return crossing.x
