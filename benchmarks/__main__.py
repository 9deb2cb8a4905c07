"""`python -m benchmarks`: all measurements in one run."""

from __future__ import annotations

import importlib
import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from benchmarks.machine import machine, versions
from benchmarks.measure import Result, Unavailable
from benchmarks.report import as_json, print_table
from benchmarks.settings import Settings

# the long ones last: what is done by then is in the file
SUBJECTS = ("generation", "lhe", "hepmc", "parquet", "crosssection", "grid", "petite", "memory", "madgraph")


@click.command(name="benchmarks", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", type=click.Choice(SUBJECTS), multiple=True, help="Measure this alone; repeat for several.")
@click.option("--quick", is_flag=True, help="Small sizes, few repeats: under a minute, rough numbers.")
@click.option("--large", is_flag=True, help="Memory with 10^7 events as well: minutes, and gigabytes of disk.")
@click.option("--repeats", type=click.IntRange(min=1), help="Rounds of each comparison.")
@click.option(
    "--petite", type=click.Path(path_type=Path), envvar="PETITE_DIR", help="Folder of PETITE; else PETITE_DIR."
)
@click.option("--work", type=click.Path(path_type=Path), help="Where files go while it runs; else the system's place.")
@click.option("--output", type=click.Path(path_type=Path), help="Write results as JSON.")
def command(
    only: tuple[str, ...],
    quick: bool,
    large: bool,
    repeats: int | None,
    petite: Path | None,
    work: Path | None,
    output: Path | None,
) -> None:
    """Measure semivis against its peers. What is not there (MG5_DIR, PETITE, vegas) is skipped, with the reason."""
    results: dict[str, list[Result]] = {}
    skipped: dict[str, str] = {}
    failed: dict[str, str] = {}
    document = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine(),
        "versions": versions(),
        "settings": {"quick": quick, "large": large, "repeats": repeats},
    }
    with tempfile.TemporaryDirectory(prefix="semivis-benchmarks-", dir=work) as folder:
        settings = Settings(Path(folder), quick=quick, large=large, repeats=repeats, petite=petite)
        for name in only or SUBJECTS:
            click.echo(f"{name} ...", err=True)
            try:
                results[name] = importlib.import_module(f"benchmarks.{name}").run(settings)
            except Unavailable as reason:
                skipped[name] = str(reason)
            except Exception as error:  # the others are measured all the same
                failed[name] = f"{type(error).__name__}: {error}"
            if output is not None:
                found = {"results": as_json(results), "skipped": skipped, "failed": failed}
                output.write_text(json.dumps(document | found, indent=1) + "\n", encoding="utf-8")
    print_table(results, skipped | {name: f"FAILED: {why}" for name, why in failed.items()})
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # numpy's linear algebra stays on one core
    command()
