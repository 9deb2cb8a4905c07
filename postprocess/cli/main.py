"""`semivis`: the command line. Each command is one file, imported only when it is called."""

from __future__ import annotations

import importlib
import logging
import re
import signal
import sys
import time
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from semivis_gen.errors import SemivisError, SemivisWarning
from semivis_gen.version import __version__

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["cli", "main"]

log = logging.getLogger(__name__)

NO_ARGUMENTS = getattr(click.exceptions, "NoArgsIsHelpError", ())  # since click 8.2: the help alone
SHOWN = 60  # characters of a word that is longer than any name of a file
LONG = re.compile(r"\S{1000,}")
COMMANDS = {
    "width": "Widths, lifetimes and K of a physics point.",
    "xsec": "Cross-section of e- N -> e- N A'.",
    "generate": "Generate events into an LHE, HepMC3 or parquet file.",
    "accept": "S1/S2 acceptance tables from events of any generator.",
    "limit": "90 % CL exclusion of an experiment in a plane of parameters.",
    "reproduce": "The paper's exclusion, figures and numbers, in one go.",
    "export": "Files for other programs, such as G4DarkBreM.",
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
    begin, context = time.monotonic(), click.get_current_context()
    log.info("semivis %s, %s", __version__, context.invoked_subcommand)
    context.call_on_close(lambda: log.info("%s took %.2f s", context.invoked_subcommand, time.monotonic() - begin))


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


def _end_as_ctrl_c_does() -> None:
    """Let SIGTERM, how batch systems end a job, and SIGHUP, the end of a terminal, do what Ctrl-C does.

    SIGINT and an ignored SIGHUP stay as they were inherited: shells start background jobs with the one ignored, so that
    a Ctrl-C for the foreground does not end them, and `nohup` the other.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def _fail(message: str) -> int:
    """Say what is wrong in one line; values as long as books are cut."""
    text = LONG.sub(lambda word: f"{word[0][:SHOWN]}...", " ".join(message.split()))
    click.echo(f"error: {text}", err=True)
    return 2


def main() -> None:
    """Run the command line; every expected failure is one line on stderr and exit code 2."""
    warnings.showwarning = _one_line
    warnings.filterwarnings("once", category=SemivisWarning)
    _end_as_ctrl_c_does()
    if hasattr(sys.stdout, "reconfigure"):  # names of files that are no text, terminals without Greek
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = cli(prog_name="semivis", standalone_mode=False)
    except NO_ARGUMENTS as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        sys.exit(_fail(f"{error.format_message()} See `{context.command_path if context else 'semivis'} --help`"))
    except SemivisError as error:
        sys.exit(_fail(str(error)))
    except (KeyboardInterrupt, click.exceptions.Abort):  # Abort is click's name for Ctrl-C
        click.echo("interrupted: finished files and points are kept, nothing is half-written", err=True)
        sys.exit(130)
    except BrokenPipeError:  # `semivis ... | head`
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:  # what no command expects, such as `semivis ... > FILE` on a full disk
        where = error.filename or "standard output"
        code = _fail(f"{where}: {error.strerror or error}; free space, or choose another place")
        with suppress(OSError):  # else the interpreter tries once more to write what is left
            sys.stdout.close()
        sys.exit(code)
    except MemoryError:
        sys.exit(_fail("out of memory: ask for fewer events or masses at once"))
    sys.exit(code if isinstance(code, int) else 0)
