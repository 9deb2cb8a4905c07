"""`semivis reproduce`: the main job."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import click

from postprocess.cli.limit import output_folder
from postprocess.cli.options import (
    alpha_d_option,
    backend_from,
    echo_json,
    event_number,
    json_option,
    scheduler_option,
    shape_options,
    workers_option,
)
from postprocess.cli.progress import progress
from postprocess.paper import benchmark_settings, deliver, reproduce, steps_of
from postprocess.scan import PointStore, ScanSettings
from semivis_gen.model import MassShape, check_couplings

DEFAULTS = ScanSettings()


@click.command(name="reproduce")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="Folder for all results; resumes.")
@click.option("--events", type=event_number(100), default=DEFAULTS.events, show_default=True, help="Events a mass.")
@click.option("--seed", type=click.IntRange(min=0), default=DEFAULTS.seed, show_default=True)
@shape_options
@alpha_d_option
@click.option("--companions/--no-companions", default=True, show_default=True, help="Other experiments in the figures.")
@workers_option
@scheduler_option
@json_option
def command(
    output: Path,
    events: int,
    seed: int,
    ratio: float,
    splitting: float,
    alpha_d: float,
    companions: bool,
    workers: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Reproduce NA64's semi-visible result: limits, figures, tables, report.html and summary.json.

    The same at any other R, f and alpha_D: the paper's numbers are then left out.
    """
    started = time.monotonic()
    backend = backend_from(workers, scheduler)
    settings = replace(
        benchmark_settings(), shape=MassShape(ratio, splitting), alpha_d=alpha_d, events=events, seed=seed
    )
    check_couplings(settings.shape.at(settings.m_min), alpha_d)  # nothing is written for a point that cannot be
    with output_folder(output) as folder:
        with progress("jobs", steps_of(settings, companions=companions)) as advance:
            result = reproduce(
                settings, backend=backend, store=PointStore(folder / "points"), advance=advance, companions=companions
            )
        files = deliver(replace(result, summary=result.summary | {"wall_time_s": time.monotonic() - started}), folder)
    if as_json:
        echo_json(result.summary)
        return
    for key in ("K_benchmark", "epsilon_excluded_min", "epsilon_excluded_max", "m_aprime_max_gminus2_GeV"):
        value = result.summary[key]
        click.echo(f"{key:<28} {'none' if value is None else f'{value:.4g}'}")
    click.echo(f"report: {files['report']}   figure: {files['figure']}")
