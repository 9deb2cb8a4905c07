"""`semivis experiments`: list, show, check and begin experiment cards."""

from __future__ import annotations

import os
from pathlib import Path

import click

from postprocess.cli.options import echo_json, json_option
from postprocess.experiment import card_file, list_experiments, load_experiment, new_card
from semivis_gen.errors import OutputError
from semivis_gen.io import atomic_path


@click.command(name="experiments")
@click.argument("name", required=False)
@click.option("--show", metavar="NAME", help="Print the card itself: YAML to copy from.")
@click.option("--new", metavar="NAME", help="Print a commented card to start from: every key with unit and meaning.")
@click.option("--output", type=click.Path(path_type=Path), help="With --new: a file to write, which must not exist.")
@json_option
def command(name: str | None, show: str | None, new: str | None, output: Path | None, as_json: bool) -> None:
    """List the experiment cards, or check one and show its numbers: NAME or a path to your own YAML file.

    Your own card: `semivis experiments --show na64-2018 > mine.yaml`, edit it, `semivis experiments ./mine.yaml`.
    """
    if sum(choice is not None for choice in (name, show, new)) > 1 or (as_json and (show or new)):
        msg = "take one of NAME, --show NAME and --new NAME; --json goes with NAME or alone"
        raise click.UsageError(msg)
    if output is not None and new is None:
        msg = "--output goes with --new NAME; `--show NAME > FILE` copies a card"
        raise click.UsageError(msg)
    if show is not None:
        path, text = card_file(show)
        click.echo(f"# {path}\n{text}", nl=not text.endswith("\n"))
    elif new is not None:
        _begin(new, output)
    elif name is not None:
        card = load_experiment(name)
        click.echo(card.model_dump_json(indent=2) if as_json else card.describe())
    else:
        _list(as_json=as_json)


def _list(*, as_json: bool) -> None:
    cards = {key: (load_experiment(key).title, card_file(key)[0]) for key in list_experiments()}
    if as_json:
        echo_json({key: {"title": title, "file": str(path)} for key, (title, path) in cards.items()})
        return
    for key, (title, _) in cards.items():
        click.echo(f"{key:<24} {title}")
    folders = ", ".join(sorted({str(path.parent) for _, path in cards.values()}))
    click.echo(
        f"\nThey lie in {folders}. Your own: `semivis experiments --show NAME > mine.yaml`, then ./mine.yaml as name."
    )


def _begin(name: str, output: Path | None) -> None:
    text = new_card(name)
    if output is None:
        click.echo(text, nl=False)
        return
    if os.path.lexists(output):  # False also where no such path can be: the writer says so
        msg = f"{output} exists already and is not overwritten; choose another --output"
        raise OutputError(msg)
    with atomic_path(output) as temporary:
        temporary.write_text(text, encoding="utf-8")
    click.echo(f"{output}: a card to start from; `semivis experiments {output}` checks it")
