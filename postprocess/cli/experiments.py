"""`semivis experiments`: list, show and validate experiment cards."""

from __future__ import annotations

import click

from postprocess.cli.options import echo_json, json_option
from postprocess.experiment import list_experiments, load_experiment


@click.command(name="experiments")
@click.argument("name", required=False)
@json_option
def command(name: str | None, as_json: bool) -> None:
    """List the experiment cards, or show and validate one: NAME or a path to your own YAML file."""
    if name is None:
        cards = {key: load_experiment(key).title for key in list_experiments()}
        if as_json:
            echo_json(cards)
        else:
            for key, title in cards.items():
                click.echo(f"{key:<24} {title}")
        return
    card = load_experiment(name)
    if as_json:
        click.echo(card.model_dump_json(indent=2))
    else:
        click.echo(card.describe())
