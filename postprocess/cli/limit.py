"""`semivis limit`: the 90 % CL exclusion of an experiment in a plane."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from postprocess.cli.options import alpha_d_option, echo_json, json_option, shape_options
from postprocess.cli.progress import progress
from postprocess.experiment import load_experiment
from postprocess.scan import (
    Backend,
    PlaneName,
    PointStore,
    SampleRequest,
    ScanSettings,
    contour_of,
    default_workers,
    digest,
    mass_grid,
)
from semivis_gen.errors import OutputError, ParameterError
from semivis_gen.model import DarkMasses, DarkSector
from semivis_gen.version import __version__

DEFAULTS = ScanSettings()


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


@click.command(name="limit")
@click.option("--experiment", required=True, help="Card name or file.")
@click.option("--plane", type=click.Choice([p.value for p in PlaneName]), default="m-eps", show_default=True)
@click.option(
    "--mode", type=click.Choice(["semivisible", "invisible", "visible"]), default="semivisible", show_default=True
)
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
@click.option("--workers", type=int, default=None, help="Local processes; all cores where not given.")
@click.option("--scheduler", help="Address of a Dask scheduler instead, such as tcp://host:8786.")
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
    """Exclusion at 90 % CL (CLs), observed and expected, as CSV and figure.

    Finished masses are kept in OUTPUT/points: an interrupted scan goes on where it stopped.
    """
    if not 0 < m_min < m_max:
        msg = f"--m-min {m_min:g} and --m-max {m_max:g}: take 0 < m-min < m-max"
        raise ParameterError(msg)
    DarkSector(DarkMasses(1.0, ratio, splitting), alpha_d)  # validates R, f and alpha_D
    card = load_experiment(experiment)
    name = PlaneName(plane)
    settings = ScanSettings(ratio, splitting, alpha_d, masses, m_min, m_max, events=events, seed=seed)
    backend = Backend(default_workers() if workers is None else workers, scheduler)
    card.signatures_of(mode)  # an unknown mode is an error before anything is written
    store = PointStore(output_folder(output) / "points")
    grid = mass_grid(name, settings)
    with progress("masses", len(grid)) as advance:
        request = SampleRequest.of_splittings(grid, card, ratio=ratio, mode=mode, events=events, seed=seed)
        points = request.run(backend=backend, store=store, advance=advance)
    contour = contour_of(name, points, card, settings, mode=mode)
    path = output / f"{name.file_stem}.csv"
    made = (
        f"semivis {__version__}, card {digest(card.model_dump(mode='json'))[:16]}, {events} events a mass, seed {seed}"
    )
    what = f"{card.name}, {mode}, R = {ratio:g}, f = {splitting:g}, alpha_D = {alpha_d:g}"
    contour.to_csv(path, comments=(what, made))
    low, high = contour.extremes()
    record: dict[str, Any] = {"file": str(path), "lowest": low, "highest": high, "points": len(points)}
    if as_json:
        echo_json({k: None if v != v else v for k, v in record.items()})
    elif contour.excluded.any():
        click.echo(f"{path}: {contour.y_name} excluded between {low:.3g} and {high:.3g}")
    else:
        click.echo(f"{path}: nothing is excluded")
