"""All registered studies: what they need, and their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from postprocess.experiment import Experiment
from postprocess.scan import Done, ScanSettings, Work
from postprocess.studies.registry import STUDIES, Study, StudyContext
from postprocess.tables import flat_rows

__all__ = ["StudyTable", "run_studies", "study_work"]


@dataclass(frozen=True, slots=True, eq=False)
class StudyTable:
    """The answer of a study."""

    study: Study
    """The question."""
    title: str
    """What the table holds."""
    rows: Sequence[Any]
    """At least one dataclass."""

    def columns(self) -> dict[str, list[Any]]:
        """Cells by column; None where a number is not known."""
        flat = flat_rows(self.rows)
        return {name: [row[name] for row in flat] for name in flat[0]}


def study_work(card: Experiment, settings: ScanSettings) -> Work:
    """Samples and jobs that the studies need beside the main scan.

    Parameters
    ----------
    card : Experiment
        The card of the search.
    settings : ScanSettings
        Parameters of the main scan.

    Returns
    -------
    Work
        For `run_studies`, by study.
    """
    work = Work()
    for one in STUDIES.values():
        work |= one.needs(card, settings).owned_by(one.name)
    return work


def run_studies(context: StudyContext, done: Done) -> Mapping[str, StudyTable]:
    """Tables of all studies.

    Parameters
    ----------
    context : StudyContext
        The main scan.
    done : Done
        What `study_work` asked for.

    Returns
    -------
    mapping
        By name, in the order of the registry; studies without rows are left out.
    """
    tables = {}
    for one in STUDIES.values():
        rows = one.rows(replace(context, done=done.part(one.name)))
        if rows:
            tables[one.name] = StudyTable(one, one.heading(context.card), rows)
    return tables
