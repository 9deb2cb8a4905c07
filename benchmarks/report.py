"""Results as a table and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Result, Spread, Target

__all__ = ["as_json", "number", "print_table"]

WIDTH = 180


def as_json(results: Mapping[str, Sequence[Result]]) -> list[dict[str, object]]:
    """Plain values, one dict a result."""
    return [
        {"subject": subject, **asdict(result), "met": result.met}
        for subject, rows in results.items()
        for result in rows
    ]


def number(value: float) -> str:
    """Three digits, large numbers with a power of ten."""
    return f"{value:.3g}"


def print_table(results: Mapping[str, Sequence[Result]], skipped: Mapping[str, str]) -> None:
    """Write the table to stdout."""
    table = Table(title="Benchmarks: median (quartiles)")
    for heading in ("what", "semivis", "unit", "peer", "of the peer", "ratio", "target"):
        table.add_column(heading, overflow="fold")
    for subject, rows in results.items():
        table.add_section()
        for row in rows:
            table.add_row(
                f"{subject}: {row.name}",
                _spread(row.value),
                row.unit,
                row.peer,
                _spread(row.peer_value),
                _spread(row.ratio),
                _target(row.target, met=row.met),
            )
    console = Console()
    if not console.is_terminal:  # a file or a pipe has no width of its own
        console = Console(width=WIDTH)
    console.print(table)
    for subject, rows in results.items():
        for row in rows:
            if row.note:
                console.print(f"{subject}: {row.name}: {row.note}", highlight=False)
    for subject, reason in skipped.items():
        console.print(f"{subject}: not measured: {reason}", highlight=False)


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return ""
    if spread.repeats == 1 or spread.low == spread.high:
        return number(spread.median)
    return f"{number(spread.median)} ({number(spread.low)} .. {number(spread.high)})"


def _target(target: Target | None, *, met: bool | None) -> str:
    if target is None:
        return ""
    bound = f"{'<=' if target.at_most else '>='} {number(target.bound)}{' x' if target.ratio else ''}"
    return f"{bound} {'yes' if met else 'NO'}"
