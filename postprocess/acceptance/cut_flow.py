"""Cut flows as rows: what each requirement of a signature leaves of the produced A', with errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from postprocess.acceptance.table import AcceptanceTable
from postprocess.tables import flat_rows, write_rows

__all__ = ["CutFlowRow", "cut_flow_rows", "write_cut_flows"]


@dataclass(frozen=True, slots=True)
class CutFlowRow:
    """One requirement at one lifetime."""

    signature: str
    """Name of the signature."""
    ctau_mm: float
    """Proper decay length [mm]."""
    step: str
    """The requirement."""
    share: float
    """Share of all produced A' that is left."""
    error: float
    """Its statistical error."""
    efficiency: float | None
    """Share of what the step before left; None for the first step or where nothing was left."""


def cut_flow_rows(table: AcceptanceTable, *, best: bool = False) -> Iterator[CutFlowRow]:
    """Cut flows of all signatures.

    Parameters
    ----------
    table : AcceptanceTable
        From `accept`; one read back from CSV has no cut flows.
    best : bool
        Only the lifetime at which the signature's acceptance is largest, instead of all.

    Yields
    ------
    CutFlowRow
        In the order of signatures, lifetimes and requirements.
    """
    for index, flow in enumerate(table.cut_flows):
        for row in [int(np.argmax(table.acceptance[:, index]))] if best else range(len(table.ctau_mm)):
            before: float | None = None
            for step, share, error in zip(flow.steps, flow.fraction[:, row], flow.error[:, row], strict=True):
                efficiency = float(share) / before if before else None
                yield CutFlowRow(
                    flow.signature, float(table.ctau_mm[row]), step, float(share), float(error), efficiency
                )
                before = float(share)


def write_cut_flows(table: AcceptanceTable, path: Path) -> None:
    """Write the cut flows of all lifetimes as CSV; the file appears whole or not at all.

    Parameters
    ----------
    table : AcceptanceTable
        From `accept`.
    path : Path
        The file.

    Raises
    ------
    OutputError
        Where it cannot be written.
    """
    title = f"semivis cut flow, {table.experiment}, {table.mode}"
    write_rows(flat_rows(list(cut_flow_rows(table))), path, title=title)
