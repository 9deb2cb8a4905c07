"""Options of `semivis limit` for events of a user's own, and what they mean beside those of native events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from postprocess.cli.accept import allow_option
from postprocess.cli.options import event_number, id_option, refuse_given, weight_option
from semivis_gen.errors import ParameterError

__all__ = ["EventsOrFile", "own_events_options", "own_files"]

LEAST = 100  # native events a mass
Command = Callable[..., Any]


class EventsOrFile(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic since click 8.4
    """A number of native events, or the name of an event file."""

    name = "number or file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """Tell them apart: names of event files end with a suffix, numbers are no such name."""
        try:
            float(value)
        except ValueError:
            return str(value)
        number: int = event_number(LEAST).convert(value, param, ctx)
        return number


def own_events_options(function: Command) -> Command:
    """Add what may be said of event files."""
    options = (
        click.option(
            "--rate",
            "rates",
            multiple=True,
            metavar="MASS=VALUE|FILE.csv",
            help="Rate of a mass at epsilon = 1: A' per beam particle, or pb at a luminosity; that of its files else.",
        ),
        click.option("--events-epsilon", type=float, help="Epsilon of the cross-sections in files that do not say it."),
        allow_option,
        weight_option,
        id_option,
    )
    for option in reversed(options):
        function = option(function)
    return function


def own_files(files: Sequence[str], given: Sequence[int | str], default: int) -> tuple[tuple[str, ...], int]:
    """Event files, if any, and the number of native events a mass.

    Parameters
    ----------
    files : sequence of str
        Arguments of the command.
    given : sequence of int or str
        Values of --events.
    default : int
        Native events where nothing is said.

    Returns
    -------
    tuple of str, int
        Files, and a number that means nothing beside them.

    Raises
    ------
    ParameterError
        Where options of native events stand beside files, or the other way round.
    """
    numbers = [value for value in given if isinstance(value, int)]
    own = (*(value for value in given if isinstance(value, str)), *files)
    if len(numbers) > 1 or (numbers and own):
        beside = f"event file {own[0]}" if own else f"--events {numbers[0]}"
        msg = f"--events {numbers[-1]} beside {beside}: give a number of native events once, or files"
        raise ParameterError(msg)
    if own:
        refuse_given(
            "goes with native events; the masses of event files are their own: leave it out",
            "m_min", "m_max", "masses", "mass_list", "refine", "precision",
        )  # fmt: skip
    else:
        refuse_given(
            "goes with event files: give them with --events FILE", "rates", "events_epsilon", "allow", "weight", "pdg"
        )
    return own, numbers[0] if numbers else default
