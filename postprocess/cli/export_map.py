"""`semivis export acceptance-map`: the probability that a single decay is selected, in cells, for any spectrum."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from postprocess.acceptance import SCENARIOS, MapSelection, sum_up, table_of
from postprocess.cli.accept import allow_option, counted, events_of, refuse_mixed
from postprocess.cli.options import (
    echo_json,
    event_number,
    id_option,
    json_option,
    masses_from,
    mode_option,
    shape_options,
    weight_option,
)
from postprocess.cli.progress import progress
from postprocess.experiment import load_experiment
from postprocess.output import MapExport, write_map
from semivis_gen.errors import EventFileError

NATIVE_EVENTS = 400_000


@click.command(name="acceptance-map")
@click.argument("files", nargs=-1)
@click.option("--experiment", required=True, help="Card name or file.")
@mode_option
@click.option("--m-aprime", type=float, help="Mass of A' [GeV]; needed where no file or no header tells.")
@shape_options
@click.option("--events", type=event_number(), default=NATIVE_EVENTS, show_default=True, help="Native events.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--output", type=click.Path(path_type=Path), required=True, help="Folder; a map that is there is replaced."
)
@allow_option
@weight_option
@id_option
@json_option
def acceptance_map(
    files: tuple[str, ...],
    experiment: str,
    mode: str,
    m_aprime: float | None,
    ratio: float,
    splitting: float,
    events: int,
    seed: int,
    output: Path,
    allow: tuple[str, ...],
    weight: str | None,
    pdg: tuple[str, ...],
    as_json: bool,
) -> None:
    """Chance of a decay to be selected, by energy, place and angles: npz for numpy, parquet, HEPData, and a reader.

    It is filled with events of FILES, or native ones. Decays of any other spectrum at these masses are folded with it.
    """
    card = load_experiment(experiment)
    refuse_mixed(files)
    masses = masses_from(m_aprime, ratio, splitting)
    source = events_of(files, card, mode=mode, masses=masses, events=events, seed=seed, pdg=pdg, weight=weight)
    with progress("events", events if not files else 0) as advance:
        sums = sum_up(
            counted(source, advance), card, ctau_mm=None, seed=[seed], masses=masses, mode=mode, allow=allow,
            selection=MapSelection,
        )  # fmt: skip
    table = table_of(sums, card, mode=mode)
    if sums.masses is None:
        msg = "a map is of one mass point, which these events do not say: give --m-aprime, --ratio and --splitting"
        raise EventFileError(msg)
    made = [one.map() for one in sums.selections if isinstance(one, MapSelection) and one.weight > 0]
    export = MapExport(tuple(made), table, SCENARIOS[mode].shares(sums.masses))
    write_map(export, output)
    cells = {one.name: [one.selected.size, int(np.count_nonzero(one.events))] for one in made}
    if as_json:
        echo_json({"folder": str(output), "events": table.events, "cells": cells, "remarks": list(table.remarks)})
        return
    for name, (size, filled) in cells.items():
        click.echo(f"{output}: {name}, {filled} of {size} cells hold decays")
