"""Studies: questions around a result. Each makes rows; CSV files, report and HEPData tables come from the registry.

    @study("heaviest", "Heaviest mass in reach of the beam", independent=("card",))
    def heaviest(context):
        return [HeaviestRow(context.card.name, max(p.masses.m_aprime for p in context.points))]

A study that needs samples or jobs beside the main scan declares them with `needs`, so that they are computed with
everything else, and finds them in `context.done` under the names that it gave.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from postprocess.experiment import Experiment
from postprocess.limits import Contour
from postprocess.scan import Done, MassPoint, ScanSettings, Work
from semivis_gen.errors import ParameterError
from semivis_gen.registry import Registry

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["STUDIES", "Study", "StudyContext", "study"]


@dataclass(frozen=True, slots=True, eq=False)
class StudyContext:
    """What a study has before it."""

    card: Experiment
    """The card of the search."""
    settings: ScanSettings
    """Parameters of the main scan."""
    points: Sequence[MassPoint]
    """The main scan, one point a mass."""
    contour: Contour
    """Its exclusion in (m_A', epsilon), with the errors of the samples."""
    done: Done = field(default_factory=Done)
    """Samples and results that the study asked for."""


Rows = Callable[[StudyContext], "Sequence[DataclassInstance]"]
Needs = Callable[[Experiment, ScanSettings], Work]


def _nothing(_card: Experiment, _settings: ScanSettings) -> Work:
    return Work()


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """A question and how it is answered; made by `study`."""

    name: str
    """Stem of the CSV file."""
    title: str | Callable[[Experiment], str]
    """What the table holds; a function where it depends on the card."""
    rows: Rows
    """Makes the rows: dataclasses, see `tables.flat_rows`; without rows there is no table."""
    independent: tuple[str, ...]
    """Columns that say where a row is; the others are results."""
    needs: Needs = _nothing
    """Samples and jobs beside the main scan."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """Column with the error of another one, where it is not called X_error."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Units of columns whose names do not say them."""
    observables: tuple[str, ...] = ("CLS",)
    """HEPData's keywords of what is measured."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\w[\w-]{0,59}", self.name, flags=re.ASCII):
            msg = f"study {self.name!r}: its name becomes that of a file: take up to 60 letters, digits, _ or -"
            raise ParameterError(msg)

    def heading(self, card: Experiment) -> str:
        """Title for a card."""
        return self.title if isinstance(self.title, str) else self.title(card)


STUDIES: Registry[Study] = Registry(
    "study",
    "semivis.studies",
    {
        "impact": "postprocess.studies.impact:impact",
        "answer_width": "postprocess.studies.width:width",
        "answer_shape": "postprocess.studies.shape:shape",
        "answer_muons": "postprocess.studies.muons:muons",
    },
)
"""All studies, in the order of their tables."""


def study(
    name: str,
    title: str | Callable[[Experiment], str],
    *,
    independent: tuple[str, ...],
    needs: Needs = _nothing,
    errors: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    observables: tuple[str, ...] = ("CLS",),
) -> Callable[[Rows], Study]:
    """Register a function that makes the rows of a study.

    Parameters
    ----------
    name, title, independent, needs, errors, units, observables
        As for `Study`.

    Returns
    -------
    callable
        Decorator of the function; its name then means the `Study`.

    Raises
    ------
    ParameterError
        Where there is another study of this name, or it cannot be that of a file.
    """

    def register(rows: Rows) -> Study:
        made = Study(name, title, rows, independent, needs, errors or {}, units or {}, observables)
        return STUDIES.register(name, made, place=f"{rows.__module__}:{rows.__qualname__}")

    return register
