"""`semivis limit`: the 90 % CL exclusion of an experiment in a plane."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from postprocess.cli.options import (
    alpha_d_option,
    backend_from,
    echo_json,
    is_given,
    json_option,
    mode_option,
    scheduler_option,
    shape_options,
    workers_option,
)
from postprocess.cli.progress import progress
from postprocess.experiment import load_experiment
from postprocess.scan import PlaneName, PointStore, ScanSettings, question, scan_plane
from postprocess.tables import known
from semivis_gen.errors import OutputError, ParameterError
from semivis_gen.model import MassShape

DEFAULTS = ScanSettings()
SCANNED = {PlaneName.M_ALPHA_D: "alpha_d", PlaneName.M1_F: "splitting"}  # by a plane, hence no option of it


def output_folder(path: Path) -> Path:
    """Make a folder for results.

    Raises
    ------
    OutputError
        Where it cannot be made or written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        msg = f"cannot write into {path}: {error.strerror}; choose another --output"
        raise OutputError(msg) from error
    return path


def require_same_question(path: Path, wanted: str, card: str) -> None:
    """Refuse to replace the limit of another card, mode or point by this one.

    Parameters
    ----------
    path : Path
        The file to be written.
    wanted : str
        What it is going to hold, as its header says.
    card : str
        Digest of the card, as the header has it.

    Raises
    ------
    OutputError
        Where it holds something else.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            header = [line[2:].strip() for line in stream if line.startswith("#")]
    except (FileNotFoundError, UnicodeDecodeError):
        return
    made = next((line for line in header if ", card " in line), "")
    if wanted in header and f"card {card}," not in made:
        msg = f"{path} holds a limit of another card of the same name ({made}): choose another --output or name"
        raise OutputError(msg)
    if wanted not in header:
        held = next((line for line in header if ", R = " in line), "something else")
        msg = f"{path} holds {held}, not {wanted}: choose another --output, or remove the file first"
        raise OutputError(msg)


@click.command(name="limit")
@click.option("--experiment", required=True, help="Card name or file.")
@click.option("--plane", type=click.Choice([p.value for p in PlaneName]), default="m-eps", show_default=True)
@mode_option
@shape_options
@alpha_d_option
@click.option("--m-min", type=float, default=DEFAULTS.m_min, show_default=True, help="Smallest A' mass [GeV].")
@click.option("--m-max", type=float, default=DEFAULTS.m_max, show_default=True, help="Largest A' mass [GeV].")
@click.option(
    "--masses", type=click.IntRange(min=2), default=DEFAULTS.masses, show_default=True, help="Number of masses."
)
@click.option(
    "--events", type=click.IntRange(min=100), default=DEFAULTS.events, show_default=True, help="Events a mass."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@workers_option
@scheduler_option
@click.option(
    "--output", type=click.Path(path_type=Path), required=True, help="Folder for results; resumes what is there."
)
@json_option
def command(
    experiment: str,
    plane: str,
    mode: str,
    ratio: float,
    splitting: float,
    alpha_d: float,
    m_min: float,
    m_max: float,
    masses: int,
    events: int,
    seed: int,
    workers: int | None,
    scheduler: str | None,
    output: Path,
    as_json: bool,
) -> None:
    """Exclusion at 90 % CL (CLs), observed and expected, as CSV.

    Finished masses are kept in OUTPUT/points: an interrupted scan goes on where it stopped.
    """
    name = PlaneName(plane)
    if name in SCANNED and is_given(SCANNED[name]):
        option = SCANNED[name].replace("_", "-")
        msg = f"--plane {plane} scans what --{option} would fix: leave --{option} out or take another plane"
        raise ParameterError(msg)
    shape = MassShape.halfway(ratio) if name is PlaneName.M1_F else MassShape(ratio, splitting)
    settings = ScanSettings(shape, alpha_d, masses, m_min, m_max, events=events, seed=seed)
    card = load_experiment(experiment)
    card.signatures_of(mode)  # an unknown mode is an error before anything is written
    backend = backend_from(workers, scheduler)
    path = output_folder(output) / f"{name.file_stem}.csv"
    require_same_question(path, question(card, mode, name, settings), card.digest[:16])
    store = PointStore(output / "points")
    with progress("masses", masses) as advance:
        found = scan_plane(card, settings, plane=name, mode=mode, backend=backend, store=store, advance=advance)
    contour = found.contour
    contour.to_csv(path, comments=found.remarks)
    low, high = contour.extremes()
    record: dict[str, Any] = {"file": str(path), "lowest": low, "highest": high, "points": len(found.points)}
    if as_json:
        echo_json({k: known(v) for k, v in record.items()})
    elif contour.excluded.any():
        click.echo(f"{path}: {contour.y_name} excluded between {low:.3g} and {high:.3g}")
    else:
        click.echo(f"{path}: nothing is excluded")
