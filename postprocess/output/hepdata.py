"""HEPData submission: contours, acceptances and any other table, with their figures.

Tables are written by hepdata-lib and checked by hepdata-validator. Thumbnails are made here with Pillow, which
matplotlib brings along, because hepdata-lib wants ImageMagick for them.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from postprocess.output.attachments import Resource, attach
from postprocess.output.folders import whole_folder
from postprocess.tables import known
from semivis_gen.errors import ParameterError
from semivis_gen.version import __version__

if TYPE_CHECKING:
    from postprocess.acceptance import AcceptanceTable
    from postprocess.limits import Contour

__all__ = [
    "Column",
    "DataTable",
    "acceptance_table",
    "contour_table",
    "rows_table",
    "validate_submission",
    "write_submission",
]

Cell = float | int | str | tuple[float, float] | None
MISSING = "-"  # HEPData's own sign for an empty cell
DIGITS = 6
THUMBNAIL_PIXELS = 240
MAX_NAME = 64
FLAGS = {"open_end": "edge that is the end of the scan", "doubt": "in doubt by the samples"}  # columns of a contour
LICENSE = {
    "name": "CC0",
    "url": "https://creativecommons.org/publicdomain/zero/1.0/",
    "description": "No conditions on reuse",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers; None where there is no value."""

    name: str
    """Quantity."""
    values: Sequence[Cell]
    """One a row; pairs are the edges of bins."""
    unit: str = ""
    """Unit."""
    errors: Sequence[float | None] = ()
    """Symmetric errors, one a row; empty where there are none."""
    qualifiers: dict[str, str | float] = field(default_factory=dict)
    """What the whole column depends on, such as a confidence level."""


@dataclass(frozen=True, slots=True)
class DataTable:
    """One table of a submission."""

    name: str
    """Short title, unique in the submission, at most 64 characters."""
    description: str
    """What it holds."""
    location: str
    """Where it belongs, such as "Figure 4"."""
    independent: tuple[Column, ...]
    """Columns that say where a row is."""
    dependent: tuple[Column, ...]
    """Columns with results."""
    figure: Path | None = None
    """PNG that shows the table."""
    observables: tuple[str, ...] = ("CLS",)
    """HEPData keywords."""

    def __post_init__(self) -> None:
        if not self.name or len(self.name) > MAX_NAME:
            msg = f"table name {self.name!r} must have 1 to {MAX_NAME} characters: HEPData cannot show more"
            raise ParameterError(msg)
        rows = {len(c.values) for c in (*self.independent, *self.dependent)}
        rows |= {len(c.errors) for c in self.dependent if c.errors}
        if len(rows) != 1 or 0 in rows:
            msg = f"table {self.name!r} has columns of {sorted(rows)} rows: all need the same number, at least one"
            raise ParameterError(msg)


def contour_table(
    contour: Contour,
    *,
    name: str,
    description: str,
    location: str,
    qualifiers: dict[str, str | float] | None = None,
    figure: Path | None = None,
) -> DataTable:
    """Table of an exclusion contour.

    Parameters
    ----------
    contour : Contour
        Observed and expected edges.
    name, description, location : str
        See `DataTable`.
    qualifiers : dict
        What the plane holds fixed, such as alpha_D.
    figure : Path, optional
        PNG.

    Returns
    -------
    DataTable
        One row an x, two columns a curve; the observed edges with the errors of the samples. Where an edge is the end
        of the scan or an exclusion is in doubt there is a column more that says so.
    """
    columns = contour.columns()
    x_name, unit = _split_unit(contour.x_name)
    extra: dict[str, str | float] = {"Confidence level": "90 % CLs", **(qualifiers or {})}
    dependent = []
    for key, values in columns.items():
        if key == contour.x_name or key.endswith("_error") or key in (*FLAGS, "intervals"):
            continue
        edge = "upper" if "_high" in key else "lower"
        kind = key.split("_", 2)[2].replace("_", " ") if key.startswith("expected") else "observed"
        label = f"{contour.y_name}, {edge} edge, {'expected ' if key.startswith('expected') else ''}{kind}"
        errors = [e if isinstance(e, float) else None for e in columns.get(f"{key}_error", ())]
        dependent.append(Column(label, values, errors=errors, qualifiers=extra))
    dependent += [Column(label, columns[key], qualifiers=extra) for key, label in FLAGS.items() if any(columns[key])]
    return DataTable(
        name, description, location, (Column(x_name, columns[contour.x_name], unit),), tuple(dependent), figure
    )


def acceptance_table(
    table: AcceptanceTable, *, name: str, description: str, location: str, figure: Path | None = None
) -> DataTable:
    """Table of an acceptance with statistical errors.

    Parameters
    ----------
    table : AcceptanceTable
        Of one mass point.
    name, description, location, figure
        See `DataTable`.

    Returns
    -------
    DataTable
        One row a c tau, one column a signature.
    """
    qualifiers: dict[str, str | float] = {"Experiment": table.experiment, "Smallest E(A') [GeV]": table.e_min}
    if table.masses is not None:
        qualifiers |= {"m(A') [GeV]": table.masses.m_aprime, "R": table.masses.ratio, "f": table.masses.splitting}
    dependent = tuple(
        Column(
            f"Acceptance {signature}",
            [float(v) for v in table.acceptance[:, i]],
            errors=[float(e) for e in table.error[:, i]],
            qualifiers=qualifiers,
        )
        for i, signature in enumerate(table.signatures)
    )
    ctau = Column("c tau", [float(v) for v in table.ctau_mm], "mm")
    return DataTable(name, description, location, (ctau,), dependent, figure, ("ACC",))


def rows_table(
    columns: Mapping[str, Sequence[Cell]],
    *,
    name: str,
    description: str,
    location: str,
    independent: Sequence[str],
    errors: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    observables: tuple[str, ...] = ("CLS",),
) -> DataTable:
    """Table of any rows.

    Parameters
    ----------
    columns : mapping
        Cells by column; None where there is no value.
    name, description, location, observables
        See `DataTable`.
    independent : sequence of str
        Columns that say where a row is.
    errors : mapping, optional
        Column with the error of another one; X_error is that of X in any case.
    units : mapping, optional
        Units of columns whose names do not say them.

    Returns
    -------
    DataTable
        One column each; those with errors are joined to their numbers.

    Raises
    ------
    ParameterError
        Where a column is named that there is not.
    """
    of = {key: f"{key}_error" for key in columns if f"{key}_error" in columns} | dict(errors or {})
    for key in (*independent, *of, *of.values(), *(units or {})):
        if key not in columns:
            msg = f"table {name!r} has no column {key!r}; it has {', '.join(columns)}"
            raise ParameterError(msg)

    def column(key: str) -> Column:
        quantity, unit = _split_unit(key)
        spread = [e if isinstance(e, int | float) else None for e in columns[of[key]]] if key in of else []
        return Column(quantity.replace("_", " "), columns[key], (units or {}).get(key, unit), spread)

    results = [key for key in columns if key not in independent and key not in of.values()]
    return DataTable(
        name,
        description,
        location,
        tuple(column(key) for key in independent),
        tuple(column(key) for key in results),
        observables=observables,
    )


def write_submission(
    tables: Sequence[DataTable], folder: str | Path, *, comment: str, resources: Sequence[Resource] = ()
) -> Path:
    """Write the submission folder: submission.yaml, a YAML file a table, figures with thumbnails, other files.

    Parameters
    ----------
    tables : sequence of DataTable
        In the order of the submission.
    folder : str or Path
        Where; an earlier submission there is replaced once the new one is complete and valid.
    comment : str
        Abstract of the submission.
    resources : sequence of Resource
        Files that come with the submission as a whole.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ParameterError
        Where there is no table or two have the same name, or HEPData's validator finds a fault.
    OutputError
        Where the folder cannot be written, or holds something else than a submission.
    """
    names = [t.name for t in tables]
    if not names or len({_file_stem(n) for n in names}) != len(names):
        msg = f"table names {names}: give at least one table, all with different names"
        raise ParameterError(msg)
    otherwise = "a HEPData submission; choose another folder"
    with whole_folder(folder, marker="submission.yaml", otherwise=otherwise) as draft:
        _write(tables, draft, comment, resources)
        validate_submission(draft)
    return Path(folder)


def validate_submission(folder: str | Path) -> None:
    """Check a submission folder with HEPData's own validator.

    Raises
    ------
    ParameterError
        With the validator's first message.
    """
    _library()
    from hepdata_validator.full_submission_validator import FullSubmissionValidator  # type: ignore[import-untyped]

    validator = FullSubmissionValidator()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the validator leaves its files to the garbage collector
        valid = validator.validate(directory=str(folder))
    if not valid:
        messages = validator.get_messages()
        name = next(iter(messages))
        first = messages[name][0]
        msg = f"HEPData's validator on {name}: {' '.join(str(getattr(first, 'message', first)).split())}"
        raise ParameterError(msg)


def _write(tables: Sequence[DataTable], folder: Path, comment: str, resources: Sequence[Resource]) -> None:
    import yaml

    made_with = {
        "description": f"Created with semivis {__version__} and hepdata-lib",
        "location": "https://www.hepdata.net",
    }
    header = {
        "comment": " ".join(comment.split()),
        "data_license": LICENSE,
        "additional_resources": [made_with, *attach(resources, folder)],
    }
    with (folder / "submission.yaml").open("w", encoding="utf-8") as stream:
        yaml.safe_dump(header, stream, default_flow_style=False, explicit_start=True)
    for table in tables:
        _hepdata_table(table, folder).write_yaml(str(folder))


def _hepdata_table(table: DataTable, folder: Path) -> Any:
    library = _library()
    result = library.Table(table.name)
    result.description = table.description
    result.location = table.location
    result.keywords = {"observables": list(table.observables), "phrases": ["Dark photon", "Inelastic dark matter"]}
    for column in table.independent:
        result.add_variable(_variable(library, column, independent=True))
    for column in table.dependent:
        result.add_variable(_variable(library, column, independent=False))
    if table.figure is not None:
        for description, name in zip(
            ("Image file", "Thumbnail image file"),
            _copy_figure(table.figure, _file_stem(table.name), folder),
            strict=True,
        ):
            result.add_additional_resource(description, name)
    return result


def _variable(library: Any, column: Column, *, independent: bool) -> Any:
    variable = library.Variable(
        column.name,
        is_independent=independent,
        is_binned=all(isinstance(value, tuple) for value in column.values),
        units=column.unit,
        zero_uncertainties_warning=False,
    )
    variable.values = [MISSING if known(v) in (None, "") else v for v in column.values]
    variable.digits = DIGITS
    for key, value in column.qualifiers.items():
        variable.add_qualifier(key, value)
    if column.errors:
        uncertainty = library.Uncertainty("stat", is_symmetric=True)
        uncertainty.values = [known(error) for error in column.errors]  # None leaves the error of a row out
        variable.add_uncertainty(uncertainty)
    return variable


def _copy_figure(source: Path, stem: str, folder: Path) -> tuple[str, str]:
    from PIL import Image

    full, thumbnail = f"{stem}.png", f"thumb_{stem}.png"
    shutil.copyfile(source, folder / full)
    with Image.open(source) as image:
        small = image.convert("RGB")
        small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
        small.save(folder / thumbnail)
    return full, thumbnail


def _file_stem(name: str) -> str:
    return name.lower().replace(" ", "_")


def _split_unit(name: str) -> tuple[str, str]:
    """`m_aprime_GeV` is m_aprime in GeV."""
    for unit in ("GeV", "mm"):
        if name.endswith(f"_{unit}"):
            return name.removesuffix(f"_{unit}"), unit
    return name, ""


def _library() -> Any:
    """hepdata-lib, imported late: it is slow, and it deprecates its own optional parts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import hepdata_lib

    return hepdata_lib
