"""`semivis export darkcast`: the invisible-like edge of an exclusion as a limit of Darkcast."""

from __future__ import annotations

import re
from pathlib import Path

import click

from postprocess.cli.options import echo_json, json_option, require_different_files
from postprocess.experiment import load_experiment
from postprocess.limits import Contour
from postprocess.output import PRODUCTIONS, require_invisible_like, write_darkcast
from semivis_gen.errors import EventFileError

QUESTION = re.compile(r"# (?P<name>\S+), (?P<mode>\S+), (?P<fixed>R = .*)")
CARD = re.compile(r"# semivis .*, card (?P<card>[0-9a-f]{16}), ")


@click.command()
@click.argument("limit", type=click.Path(path_type=Path))
@click.option("--experiment", required=True, help="Card name or file of the limit.")
@click.option(
    "--production",
    required=True,
    type=click.Choice(list(PRODUCTIONS)),
    help="What makes A', in Darkcast's words: it decides how other models scale.",
)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="NAME.lmt; NAME.py comes beside it.")
@json_option
def darkcast(limit: Path, experiment: str, production: str, output: Path, as_json: bool) -> None:
    """Lower edge of LIMIT, a CSV file of `semivis limit`, for Darkcast, with its note."""
    card = load_experiment(experiment)
    contour = Contour.from_csv(limit)
    lines = [line.rstrip("\n") for line in limit.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    asked = next((found for line in lines if (found := QUESTION.fullmatch(line))), None)
    digest = next((found["card"] for line in lines if (found := CARD.match(line))), "")
    if asked is None or asked["name"] != card.name or digest != card.digest[:16]:
        made = f"{asked['name']} (card {digest})" if asked else "no experiment that it names"
        msg = f"{limit} is of {made}, not of {card.name} (card {card.digest[:16]}): give the card it was made with"
        raise EventFileError(msg)
    require_invisible_like(card, asked["mode"])
    require_different_files({"--output": output, "the note of --output": output.with_suffix(".py")}, [str(limit)])
    note, masses = write_darkcast(contour, output, production=production, made=asked[0].removeprefix("# "))
    if as_json:
        echo_json({"file": str(output), "note": str(note), "masses": masses})
    else:
        click.echo(f"{output}: lower edge at {masses} masses; {note}: its note; put both into Darkcast's folder limits")
