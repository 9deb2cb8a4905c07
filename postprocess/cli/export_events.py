"""`semivis export root` and `particle-list`: events in forms that other programs read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from postprocess.cli.accept import counted, read_files
from postprocess.cli.options import (
    LARGEST_ID,
    echo_json,
    id_option,
    json_option,
    require_different_files,
    weight_option,
)
from postprocess.cli.progress import progress
from postprocess.scan import require_different_samples
from semivis_gen.engines.particle_list import Particles, particles_of, write_particle_list
from semivis_gen.engines.root_tree import TREE, write_tree
from semivis_gen.errors import ParameterError
from semivis_gen.io import STDIN


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="A name that ends in .root.")
@weight_option
@id_option
@json_option
def root(files: tuple[str, ...], output: Path, weight: str | None, pdg: tuple[str, ...], as_json: bool) -> None:
    """Events of FILES as a ROOT tree, through uproot: pip install 'semivis[root]'."""
    require_different_files({"--output": output}, files)
    require_different_samples(files)
    with progress("events", 0) as advance:
        number = write_tree(counted(read_files(files, pdg, weight), advance), output)
    if as_json:
        echo_json({"file": str(output), "tree": TREE, "events": number})
    else:
        click.echo(f"{output}: {number} events in the tree {TREE!r}")


@click.command(name="particle-list")
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--particle",
    type=click.IntRange(-LARGEST_ID, LARGEST_ID),
    required=True,
    help="PDG id of what is listed: 111, 221, 55 for A', 58 for chi2.",
)
@click.option("--positions", is_flag=True, help="With x y z [m] and t [s] behind the momenta.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of copies of weighted particles."
)
@click.option("--output", type=click.Path(path_type=Path), required=True)
@weight_option
@id_option
@json_option
def particle_list(
    files: tuple[str, ...],
    particle: int,
    positions: bool,
    seed: int,
    output: Path,
    weight: str | None,
    pdg: tuple[str, ...],
    as_json: bool,
) -> None:
    """Particles of one kind in events of FILES as a list for BdNMC: px py pz E, in GeV."""
    if STDIN in files:
        msg = "standard input is read once, and a list needs the mean weight first: give names of files"
        raise ParameterError(msg)
    require_different_files({"--output": output}, files)
    require_different_samples(files)

    def source() -> Iterator[Particles]:
        return particles_of(read_files(files, pdg, weight), particle)

    lines, total = write_particle_list(source, output, pdg=particle, seed=seed, positions=positions)
    if as_json:
        echo_json({"file": str(output), "particles": lines, "sum_of_weights": total})
    else:
        click.echo(f"{output}: {lines} particles, which stand for a sum of weights of {total:.6g}")
