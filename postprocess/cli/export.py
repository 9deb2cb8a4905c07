"""`semivis export`: files in which other programs take what semivis computes."""

from __future__ import annotations

from pathlib import Path

import click

from postprocess.cli.export_events import particle_list, root
from postprocess.cli.export_limit import darkcast
from postprocess.cli.export_map import acceptance_map
from postprocess.cli.options import beam_option, echo_json, json_option, m_aprime_option, require_different_files
from postprocess.cli.progress import progress
from postprocess.tables import EXACT, write_table
from semivis_gen.constants import ID_ELECTRON
from semivis_gen.engines.g4darkbrem import library_energies, write_library
from semivis_gen.target import material

TITLE = "semivis cross-sections of a library for G4DarkBreM"


@click.group(name="export")
def command() -> None:
    """Write what other programs take."""


for other in (acceptance_map, root, particle_list, darkcast):
    command.add_command(other)


@command.command()
@m_aprime_option
@click.option("--energy", type=float, required=True, help="Largest energy of the lepton [GeV].")
@click.option("--energy-min", type=float, help="Smallest energy [GeV]; half of the largest where not given.")
@beam_option
@click.option("--material", "name", default="W", show_default=True, help="Target; every element gets its events.")
@click.option("--events", type=click.IntRange(min=1), default=20_000, show_default=True, help="At each energy.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="Library, .csv or .csv.gz.")
@click.option("--cross-section", "table", type=click.Path(path_type=Path), help="Exact sigma(E) as CSV.")
@json_option
def g4darkbrem(
    m_aprime: float,
    energy: float,
    energy_min: float | None,
    beam: int | None,
    name: str,
    events: int,
    seed: int,
    output: Path,
    table: Path | None,
    as_json: bool,
) -> None:
    """Library of l N -> l N A' for G4DarkBreM, LDMX's process for Geant4, with the exact cross-sections it lacks."""
    require_different_files({"--output": output, "--cross-section": table})
    energies, target, beam_id = library_energies(energy, smallest=energy_min), material(name), beam or ID_ELECTRON
    total = len(energies) * len(target.elements) * events
    with progress("events", total) as advance:
        made = write_library(
            output, m_aprime, target, energies, events=events, seed=seed, beam_id=beam_id, advance=advance
        )
    rows: dict[str, list[float]] = {
        "target_Z": [library.nucleus.z for library in made],
        "energy_GeV": [library.energy for library in made],
        "sigma_pb": [library.cross_section.value for library in made],
        "sigma_error_pb": [library.cross_section.error for library in made],
    }
    if table is not None:
        remarks = (f"l N -> l N A', m_A' = {m_aprime:g} GeV, {name}, exact tree level, epsilon = 1, per atom",)
        write_table(rows, table, title=TITLE, remarks=remarks, floats=EXACT)
    if as_json:
        echo_json({"file": str(output), "events": total, "cross_sections": rows})
    else:
        click.echo(f"{output}: {events} events at each of {len(energies)} energies, {energies[0]:g} to {energy:g} GeV")
