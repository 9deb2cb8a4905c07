"""Reach of cards that differ in how A' are made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from postprocess.experiment import Experiment
from postprocess.scan import MassPoint, reach

__all__ = ["ProductionRow", "production_rows"]


@dataclass(frozen=True, slots=True)
class ProductionRow:
    """Reach on the central (g-2)_mu line of one card."""

    card: str
    """Its name."""
    reach_GeV: float | None  # noqa: N815
    """Largest excluded m_A' [GeV]; None where the line is not excluded."""
    error_GeV: float | None  # noqa: N815
    """Error of the samples."""


def production_rows(groups: Iterable[tuple[Experiment, Sequence[MassPoint]]], *, alpha_d: float) -> list[ProductionRow]:
    """Reach of several cards.

    Parameters
    ----------
    groups : iterable of (Experiment, sequence of MassPoint)
        Cards, each with one point a mass.
    alpha_d : float
        Dark coupling.

    Returns
    -------
    list of ProductionRow
        In the order of the cards.
    """
    rows = []
    for card, points in groups:
        found = reach(points, card, alpha_d=alpha_d)
        rows.append(ProductionRow(card.name, found.value if found else None, found.error if found else None))
    return rows
