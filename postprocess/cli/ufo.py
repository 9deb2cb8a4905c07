"""`semivis ufo`: where the UFO model is, and its installation into MadGraph."""

from __future__ import annotations

from pathlib import Path

import click

from semivis_gen.resources import ufo_dir


@click.command(name="ufo")
@click.option(
    "--install", "mg5_dir", type=click.Path(path_type=Path), help="MadGraph folder: copy model and plugin there."
)
@click.option("--force", is_flag=True, help="Replace an earlier or foreign copy.")
def command(mg5_dir: Path | None, force: bool) -> None:
    """Print where the UFO model is, or copy it (and the fixed-target plugin) into a MadGraph installation."""
    if mg5_dir is None:
        click.echo(str(ufo_dir()))
        return
    from semivis_gen.engines.madgraph import install_ufo

    for path in install_ufo(mg5_dir, force=force):
        click.echo(f"installed {path}")
    click.echo("in MadGraph:  import model semivis")
