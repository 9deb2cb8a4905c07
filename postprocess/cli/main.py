"""`semivis`: the command line. Each command is one file, imported only when it is called."""

from __future__ import annotations

import importlib
import logging
import signal
import sys
import warnings
from typing import TYPE_CHECKING

import click

from semivis_gen.errors import SemivisError, SemivisWarning
from semivis_gen.version import __version__

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["cli", "main"]

COMMANDS = {
    "width": "Widths, lifetimes and K of a physics point.",
    "xsec": "Cross-section of e- N -> e- N A'.",
    "generate": "Generate events into an LHE, HepMC3 or parquet file.",
    "accept": "S1/S2 acceptance tables from events of any generator.",
    "limit": "90 % CL exclusion of an experiment in a plane of parameters.",
    "reproduce": "The paper's exclusion, figures and numbers, in one go.",
    "experiments": "List, show, begin and check experiment cards.",
    "ufo": "Where the UFO model is; install it into MadGraph.",
}


class LazyGroup(click.Group):
    """Group whose commands are imported on use: `semivis --help` needs no physics."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order of work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return one command."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"postprocess.cli.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="semivis")
@click.option("-v", "--verbose", is_flag=True, help="Log what is done, on stderr.")
def cli(verbose: bool) -> None:
    """Semi-visible dark photons at fixed targets: widths, events, acceptance, limits.

    Exit code 0: done; 2: bad input or usage, with one line that says what and the way out.
    """
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s: %(message)s")


def _one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    kind = "warning" if issubclass(category, SemivisWarning) else category.__name__
    click.echo(f"{kind}: {message}", err=True)


def main() -> None:
    """Run the command line; every expected failure is one line on stderr and exit code 2."""
    warnings.showwarning = _one_line
    warnings.filterwarnings("once", category=SemivisWarning)
    # SIGTERM is how batch systems end a job: as Ctrl-C does. SIGINT stays as it was inherited: shells start background
    # jobs with it ignored, so that a Ctrl-C for the foreground does not end them
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = cli(prog_name="semivis", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except SemivisError as error:
        click.echo(f"error: {' '.join(str(error).split())}", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, click.exceptions.Abort):  # Abort is click's name for Ctrl-C
        click.echo("interrupted: finished files and points are kept, nothing is half-written", err=True)
        sys.exit(130)
    except BrokenPipeError:  # `semivis ... | head`
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
