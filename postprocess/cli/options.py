"""Options that several commands share: the physics point is written once, the same everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from semivis_gen.constants import NUCLEUS_IDS
from semivis_gen.errors import OutputError, ParameterError
from semivis_gen.events import IdMap
from semivis_gen.model import DarkMasses, DarkSector, MassShape

if TYPE_CHECKING:
    from postprocess.scan import Backend

__all__ = [
    "backend_from",
    "beam_option",
    "coupling_options",
    "echo_json",
    "event_number",
    "id_option",
    "is_given",
    "json_option",
    "mass_options",
    "masses_from",
    "mode_option",
    "parse_ids",
    "point_from",
    "refuse_given",
    "require_different_files",
    "scheduler_option",
    "shape_from",
    "shape_options",
    "weight_option",
    "workers_option",
]

SM_IDS = frozenset(
    [*range(1, 7), *range(11, 19), *range(21, 26), 111, 113, 130, 211, 221, 223, 310, 321, 331, 333, 2112, 2212]
)
LARGEST_ID = 2**31 - 1  # ids of event files are 32-bit numbers

Command = Callable[..., Any]


def _apply(options: list[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    def decorate(function: Command) -> Command:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


m_aprime_option = click.option("--m-aprime", type=float, required=True, help="Mass of A' [GeV].")
shape_options = _apply(
    [
        click.option("--ratio", type=float, default=3.0, show_default=True, help="R = m_A'/m_chi1."),
        click.option("--splitting", type=float, default=0.4, show_default=True, help="f = (m_chi2 - m_chi1)/m_chi1."),
    ]
)
mass_options = _apply([m_aprime_option, shape_options])
alpha_d_option = click.option("--alpha-d", type=float, default=0.1, show_default=True, help="alpha_D = g_D^2/4pi.")
epsilon_option = click.option("--epsilon", type=float, default=1e-3, show_default=True, help="Kinetic mixing.")
coupling_options = _apply([alpha_d_option, epsilon_option])
beam_option = click.option(
    "--beam",
    type=click.Choice(["e-", "e+", "mu-", "mu+"]),
    help="Beam particle; e- where not given.",
    callback=lambda _context, _option, symbol: None if symbol is None else lepton_id(symbol),
)
mode_option = click.option(
    "--mode", default="semivisible", show_default=True, help="One of the card's modes, such as invisible or visible."
)
workers_option = click.option("--workers", type=int, default=None, help="Local processes; all cores where not given.")
scheduler_option = click.option(
    "--scheduler", help="Address of a Dask scheduler instead of local processes, such as tcp://host:8786."
)
MOST_EVENTS = 10**12  # a file of 400 TB


def event_number(least: int = 1) -> click.IntRange:
    """Type of an option that says how many events."""
    return click.IntRange(min=least, max=MOST_EVENTS)


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
weight_option = click.option(
    "--weight", help="Name of the weight that counts, where files hold several; the first where not given."
)
id_option = click.option(
    "--pdg",
    "pdg",
    multiple=True,
    metavar="NAME=ID",
    help="Id of aprime, chi1 or chi2 in the file, where it is not 55, 52, 58; repeat for each.",
)


def lepton_id(symbol: str) -> int:
    """PDG id of a beam particle by its symbol."""
    from semivis_gen.target import LEPTONS

    return next(pdg for pdg, lepton in LEPTONS.items() if lepton.symbol == symbol)


def backend_from(workers: int | None, scheduler: str | None) -> Backend:
    """Where jobs are computed, from the options; all cores where no number of workers is given."""
    from postprocess.scan import Backend, default_workers

    return Backend(default_workers() if workers is None else workers, scheduler)


def point_from(m_aprime: float, ratio: float, splitting: float, alpha_d: float, epsilon: float) -> DarkSector:
    """Physics point from the options."""
    return DarkSector(DarkMasses(m_aprime, ratio, splitting), alpha_d, epsilon)


def masses_from(m_aprime: float | None, ratio: float, splitting: float) -> DarkMasses | None:
    """Masses from the options; None where m_A' is not given.

    Raises
    ------
    ParameterError
        Where R or f is given without it.
    """
    if m_aprime is not None:
        return DarkMasses(m_aprime, ratio, splitting)
    for name in ("ratio", "splitting"):
        if is_given(name):
            msg = f"--{name} says nothing without --m-aprime: give both, or none where the file tells the masses"
            raise ParameterError(msg)
    return None


def shape_from(ratio: float, splitting: float) -> MassShape | None:
    """R and f where one of the options is given; None where the files tell."""
    return MassShape(ratio, splitting) if is_given("ratio") or is_given("splitting") else None


def is_given(parameter: str) -> bool:
    """Whether the running command was given a parameter, rather than left its default."""
    return click.get_current_context().get_parameter_source(parameter) is not ParameterSource.DEFAULT


def refuse_given(reason: str, *parameters: str) -> None:
    """Refuse options that would be ignored.

    Parameters
    ----------
    reason : str
        Why they mean nothing here and what to do.
    *parameters : str
        Names of parameters of the running command.

    Raises
    ------
    ParameterError
        Where one of them was given.
    """
    context = click.get_current_context()
    for parameter in context.command.params:
        if parameter.name in parameters and is_given(parameter.name):
            msg = f"{parameter.opts[0]} {reason}"
            raise ParameterError(msg)


def require_different_files(written: Mapping[str, Path | None], read: Sequence[str] = ()) -> None:
    """Refuse to write two things into one file, or over what is read.

    Parameters
    ----------
    written : mapping
        Files to be written, by option; None where it is not given.
    read : sequence of str
        Files to be read.

    Raises
    ------
    OutputError
        With the option and the file.
    """
    taken = {Path(name).resolve(): "an input" for name in read if name != "-"}
    for option, path in written.items():
        if path is None:
            continue
        if path.resolve() in taken:
            msg = f"{option} {path} is {taken[path.resolve()]} as well: it would be overwritten; choose another name"
            raise OutputError(msg)
        taken[path.resolve()] = option


def parse_ids(entries: tuple[str, ...]) -> IdMap:
    """Id map from `--pdg NAME=ID` options.

    Raises
    ------
    ParameterError
        Where an entry is not of that form.
    """
    chosen: dict[str, int] = {}
    for entry in entries:
        name, _, number = entry.partition("=")
        digits = number.removeprefix("-")
        whole = digits.isascii() and digits.isdigit() and len(digits) <= len(str(LARGEST_ID))
        if name not in ("aprime", "chi1", "chi2") or not whole or not 0 < int(digits) <= LARGEST_ID:
            msg = f"--pdg {entry}: write aprime=ID, chi1=ID or chi2=ID with a whole number, such as chi2=1000023"
            raise ParameterError(msg)
        if name in chosen:
            msg = f"--pdg {entry}: {name} has the id {chosen[name]} already; give each once"
            raise ParameterError(msg)
        chosen[name] = abs(int(number))
    ids = IdMap(**chosen)
    used = (ids.aprime, ids.chi1, ids.chi2)
    for name, number_of in zip(("aprime", "chi1", "chi2"), used, strict=True):
        if used.count(number_of) > 1 or number_of > NUCLEUS_IDS or number_of in SM_IDS:
            msg = (
                f"--pdg {name}={number_of}: is the id of another particle in events; aprime, chi1 and chi2 need ids of "
                "their own, such as 1023, 1000022 and 1000023"
            )
            raise ParameterError(msg)
    return ids


def echo_json(payload: dict[str, Any]) -> None:
    """Print one JSON object on stdout."""
    click.echo(json.dumps(payload, indent=2))
