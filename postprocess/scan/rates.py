"""Rates that a user gives for samples of his own, by mass: MASS=VALUE, or a table."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from semivis_gen.errors import ParameterError
from semivis_gen.numerics import Estimate

__all__ = ["COLUMNS", "SAME_MASS", "GivenRates", "given_rates"]

COLUMNS = ("m_aprime_GeV", "rate", "rate_error")
"""Names of the columns of a table; the last one may be missing."""
SAME_MASS = 1e-3  # relative: masses of files may be rounded


@dataclass(frozen=True, slots=True)
class GivenRates:
    """Rates by mass, with the place where each was given."""

    entries: tuple[tuple[float, Estimate, str], ...] = ()
    """m_A' [GeV], rate at epsilon = 1, place."""

    def at(self, m_aprime: float) -> Estimate | None:
        """Rate of a mass [GeV]; None where none is given."""
        return next((rate for m, rate, _ in self.entries if _same(m, m_aprime)), None)

    def require_used(self, masses: Iterable[float]) -> None:
        """Refuse rates of masses of which there are no events.

        Raises
        ------
        ParameterError
            With the first.
        """
        known = list(masses)
        for m, _, place in self.entries:
            if not any(_same(m, other) for other in known):
                there = ", ".join(f"{other:g}" for other in known)
                msg = (
                    f"{place}: no events of m_A' = {m:g} GeV are among the files, which have {there} GeV: leave it out"
                )
                raise ParameterError(msg)


def given_rates(entries: Sequence[str]) -> GivenRates:
    """Read rates.

    Parameters
    ----------
    entries : sequence of str
        Each is MASS=VALUE or the name of a CSV file with the columns `COLUMNS`; masses in GeV, rates at epsilon = 1.

    Returns
    -------
    GivenRates
        All of them.

    Raises
    ------
    ParameterError
        Where one is no number, not positive, or given twice; one line with its place.

    Examples
    --------
    >>> given_rates(["0.1=3.2e-5", "0.3=1e-6"]).at(0.3).value
    1e-06
    """
    found: list[tuple[float, Estimate, str]] = []
    for mass, rate, place in (triple for entry in entries for triple in _read(entry)):
        before = next((other for m, _, other in found if _same(m, mass)), None)
        if before is not None:
            msg = f"{place}: the rate of m_A' = {mass:g} GeV is given twice, before by {before}: give each once"
            raise ParameterError(msg)
        found.append((mass, rate, place))
    return GivenRates(tuple(found))


def _same(one: float, other: float) -> bool:
    return abs(one / other - 1) < SAME_MASS


def _read(entry: str) -> Iterator[tuple[float, Estimate, str]]:
    mass, equals, rate = entry.partition("=")
    if equals and not entry.lower().endswith(".csv"):
        yield _checked([mass, rate], f"--rate {entry}")
        return
    if not entry.lower().endswith(".csv"):
        msg = f"--rate {entry}: write MASS=VALUE, such as 0.3=1.2e-5, or name a .csv file of {', '.join(COLUMNS)}"
        raise ParameterError(msg)
    try:
        lines = Path(entry).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"--rate {entry}: cannot be read ({getattr(error, 'strerror', None) or error}); name a CSV file"
        raise ParameterError(msg) from error
    rows = [(n, next(csv.reader([line]))) for n, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    names = tuple(cell.strip() for cell in rows[0][1]) if rows else ()
    if names not in (COLUMNS, COLUMNS[:2]):
        line = rows[0][0] if rows else 1
        msg = f"{entry}, line {line}: the columns are {', '.join(names) or 'none'}: name them {','.join(COLUMNS)}"
        raise ParameterError(msg)
    if len(rows) == 1:
        msg = f"{entry}, line {rows[0][0]}: no rates follow: write a line for each mass"
        raise ParameterError(msg)
    for number, cells in rows[1:]:
        place = f"{entry}, line {number}"
        if len(cells) != len(names):
            msg = f"{place}: {len(cells)} cells under {len(names)} columns: write {','.join(names)}"
            raise ParameterError(msg)
        yield _checked(cells, place)


def _checked(cells: Sequence[str], place: str) -> tuple[float, Estimate, str]:
    try:
        mass, rate, error = [*map(float, cells), 0.0][:3]
    except ValueError as wrong:
        msg = f"{place}: {wrong}: write numbers, mass in GeV and rate at epsilon = 1"
        raise ParameterError(msg) from wrong
    if not (0 < mass < math.inf and 0 < rate < math.inf and 0 <= error < math.inf):
        msg = f"{place}: {', '.join(cells)}: mass and rate must be positive and finite, an error not negative"
        raise ParameterError(msg)
    return mass, Estimate(rate, error), place
