"""`semivis accept`: acceptance tables from events of any generator, or of the native one where no file is given."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from postprocess.acceptance import (
    CHECKS,
    SCENARIOS,
    AcceptanceTable,
    accept,
    chance_of,
    channels_open,
    cut_flow_rows,
    write_cut_flows,
)
from postprocess.cli.options import (
    backend_from,
    echo_json,
    event_number,
    id_option,
    json_option,
    masses_from,
    mode_option,
    parse_ids,
    refuse_given,
    require_different_files,
    scheduler_option,
    shape_options,
    weight_option,
    workers_option,
)
from postprocess.cli.progress import progress
from postprocess.experiment import Experiment, load_experiment
from postprocess.scan import accept_files, require_different_samples
from semivis_gen.errors import ParameterError, SemivisWarning
from semivis_gen.events import Events
from semivis_gen.generator import generate
from semivis_gen.io import read_events
from semivis_gen.model import DarkMasses

NATIVE_EVENTS = 100_000
allow_option = click.option(
    "--allow",
    multiple=True,
    metavar="DIFFERENCE",
    help=f"Accept events in spite of a difference to the card: {', '.join(CHECKS)}; repeat.",
)
GAUSSIAN_90 = 1.2816  # 90 % of a Gaussian lie below so many standard deviations above its mean


def events_of(
    files: Sequence[str],
    card: Experiment,
    *,
    mode: str,
    masses: DarkMasses | None,
    events: int,
    seed: int,
    pdg: tuple[str, ...],
    weight: str | None,
) -> Iterator[Events]:
    """Events of files, or native ones where there are none.

    Raises
    ------
    ParameterError
        Where neither files nor masses are given.
    """
    if files:
        require_different_samples(files)
        return read_files(files, pdg, weight)
    if masses is None:
        msg = "nothing to accept: give event files, or --m-aprime for native events"
        raise ParameterError(msg)
    return generate(
        masses,
        card.source(mode),
        processes=card.processes,
        n_events=events,
        seed=seed,
        chunk=20_000,
        e_min_aprime=card.e_min(mode),
        chain=SCENARIOS[mode].chain and chance_of(card, mode) is None,
        channels=channels_open(card, mode, masses),
    )


def refuse_mixed(files: Sequence[str]) -> None:
    """Refuse options of native events beside files, and those of files without any."""
    if files:
        refuse_given("is the number of native events, which are not made beside event files: leave it out", "events")
    else:
        refuse_given("goes with event files: native events have the card's beam and ids", "pdg", "allow", "weight")


def read_files(files: Sequence[str], pdg: tuple[str, ...], weight: str | None) -> Iterator[Events]:
    """Events of files, one after the other."""
    for name in files:
        yield from read_events(name, ids=parse_ids(pdg), weight=weight)


def _table_record(table: AcceptanceTable, experiment: Experiment) -> dict[str, Any]:
    masses = table.masses
    record: dict[str, Any] = {
        "experiment": experiment.name,
        "mode": table.mode,
        "events": table.events,
        "e_min_GeV": table.e_min,
        "produced": table.produced,
        "share_above_e_min": table.share_above,
        "remarks": list(table.remarks),
        "decays": dict(zip(table.signatures, table.decays, strict=True)),
        "branching": dict(zip(table.signatures, table.branching, strict=True)),
        "ctau_mm": table.ctau_mm.tolist(),
        "acceptance": {s: table.acceptance[:, i].tolist() for i, s in enumerate(table.signatures)},
        "error": {s: table.error[:, i].tolist() for i, s in enumerate(table.signatures)},
    }
    if table.upper is not None:
        record["upper"] = {s: table.upper[:, i].tolist() for i, s in enumerate(table.signatures)}
    record["warnings"] = list(table.imprecise())
    record["cut_flow"] = [asdict(row) for row in cut_flow_rows(table, best=True)]
    if masses is not None:
        record["masses"] = masses.columns()
    return record


def _cell(table: AcceptanceTable, row: int, column: int) -> str:
    """An acceptance with its error, or its upper bound where zero lies within the latter's confidence."""
    value, error = table.acceptance[row, column], table.error[row, column]
    if table.upper is not None and value <= GAUSSIAN_90 * error and table.upper[row, column] > 0:
        return f"< {table.upper[row, column]:.1e} (90 % CL)"
    return f"{value:.4e} +- {error:.1e}"


def _show(table: AcceptanceTable) -> None:
    share = "" if table.share_above is None else f", {table.share_above:.4g} of all {table.produced} by weight"
    click.echo(f"{table.events} A' above {table.e_min:g} GeV{share}; acceptances are shares of these")
    for name, decays, branching in zip(table.signatures, table.decays, table.branching, strict=True):
        if decays:
            click.echo(f"{name}: of those that decay to {decays}, {branching:.4g} of all decays at these masses")
    for remark in table.remarks:
        click.echo(f"note: {remark}")
    click.echo("c tau [mm]   " + "".join(f"{s:<26}" for s in table.signatures))
    step = max(1, len(table.ctau_mm) // 20)
    for index in range(0, len(table.ctau_mm), step):
        cells = (_cell(table, index, column) for column in range(len(table.signatures)))
        click.echo(f"{table.ctau_mm[index]:<12.4g} " + "".join(f"{c:<26}" for c in cells))
    last = None
    for row in cut_flow_rows(table, best=True):
        if (row.signature, row.ctau_mm) != last:
            click.echo(
                f"\n{row.signature} at c tau = {row.ctau_mm:.4g} mm".ljust(46)
                + "share of A'             of the step before"
            )
            last = (row.signature, row.ctau_mm)
        efficiency = "" if row.efficiency is None else f"{row.efficiency:.4f}"
        share = f"{row.share:.4e} +- {row.error:.1e}" if row.share else "none"
        click.echo(f"  {row.step:<43}" + share.ljust(24) + efficiency)


@click.command(name="accept")
@click.argument("files", nargs=-1)
@click.option("--experiment", required=True, help="Card name or file.")
@mode_option
@click.option("--m-aprime", type=float, help="Mass of A' [GeV]; needed where no file or no header tells.")
@shape_options
@click.option("--ctau", "ctau", type=float, multiple=True, help="c tau of chi2 [mm]; repeat; a grid where not given.")
@click.option("--events", type=event_number(), default=NATIVE_EVENTS, show_default=True, help="Native events.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@workers_option
@scheduler_option
@click.option("--output", type=click.Path(path_type=Path), help="Write the table as CSV.")
@click.option("--cut-flow", type=click.Path(path_type=Path), help="Write what each requirement leaves as CSV.")
@allow_option
@weight_option
@id_option
@json_option
def command(
    files: tuple[str, ...],
    experiment: str,
    mode: str,
    m_aprime: float | None,
    ratio: float,
    splitting: float,
    ctau: tuple[float, ...],
    events: int,
    seed: int,
    workers: int | None,
    scheduler: str | None,
    output: Path | None,
    cut_flow: Path | None,
    allow: tuple[str, ...],
    weight: str | None,
    pdg: tuple[str, ...],
    as_json: bool,
) -> None:
    """Acceptance of every signature against the lifetime of chi2, from FILES (LHE, HepMC3, parquet; - for stdin).

    Without a file, native events in the experiment's own target are used. The lifetimes in the files do not matter:
    chi2 is forced to decay where the detector looks, and weighted.
    """
    card = load_experiment(experiment)
    require_different_files({"--output": output, "--cut-flow": cut_flow}, files)
    refuse_mixed(files)
    if len(files) < 2:
        backend_from(workers, None)  # a number of workers that is none is an error of its own
        refuse_given("serves several event files, one a task: leave it out", "workers", "scheduler")
    masses = masses_from(m_aprime, ratio, splitting)
    if len(files) > 1 and "-" not in files:
        backend = backend_from(workers, scheduler)
        with progress("files", len(files)) as advance:
            table = accept_files(
                files, card, ids=parse_ids(pdg), ctau_mm=ctau or None, seed=seed, masses=masses, mode=mode,
                allow=allow, weight=weight, backend=backend, advance=advance,
            )  # fmt: skip
        _write(table, card, output=output, cut_flow=cut_flow, as_json=as_json)
        return
    source = events_of(files, card, mode=mode, masses=masses, events=events, seed=seed, pdg=pdg, weight=weight)
    with progress("events", events if not files else 0) as advance:
        table = accept(
            counted(source, advance), card, ctau_mm=ctau or None, seed=seed, masses=masses, mode=mode, allow=allow
        )
    _write(table, card, output=output, cut_flow=cut_flow, as_json=as_json)


def _write(
    table: AcceptanceTable, card: Experiment, *, output: Path | None, cut_flow: Path | None, as_json: bool
) -> None:
    """Write and print what was asked for."""
    for message in table.imprecise():
        warnings.warn(message, SemivisWarning, stacklevel=2)
    if output is not None:
        table.to_csv(output)
    if cut_flow is not None:
        write_cut_flows(table, cut_flow)
    if as_json:
        echo_json(_table_record(table, card))
    elif output is not None:
        click.echo(f"{output}: {table.events} events, {len(table.ctau_mm)} lifetimes")
    else:
        _show(table)


def counted(source: Iterator[Events], advance: Any) -> Iterator[Events]:
    """Events, told to a progress bar."""
    for chunk in source:
        yield chunk
        advance(len(chunk))
