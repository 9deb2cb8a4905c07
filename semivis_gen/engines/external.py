"""Run a user's external program: find it, time it, stop it with its own children, quote its log when it fails.

    run(command, *, cwd, timeout, log, stdin=None, env=None, name=None) -> CompletedRun

starts `command` in a process group of its own with all output in the file `log`. Exit code 0 returns a
`CompletedRun`; anything else is an `EngineError` with the last lines of the log and its path. Past `timeout`
seconds, or on Ctrl-C, the group (the program and what it started) ends and nothing else does.

`find_installation` looks a program up in an option, an environment variable and PATH, in this order;
`work_folder` gives a temporary folder that disappears on success; on failure its logs stay, and nothing else.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from semivis_gen.errors import EngineError
from semivis_gen.io import is_gone, mark

__all__ = ["CompletedRun", "find_installation", "log_tail", "require_no_blanks", "run", "work_folder"]

logger = logging.getLogger(__name__)
GRACE_SECONDS = 5.0  # between the polite and the final signal
TAIL_LINES = 12
TAIL_BYTES = 16_384
OWNER = ".owner"  # file of a work folder in use: the mark of its process


@dataclass(frozen=True, slots=True)
class CompletedRun:
    """A program that ended with exit code 0."""

    command: tuple[str, ...]
    """What ran."""
    log: Path
    """File with its standard output and error."""
    seconds: float
    """Wall time [s]."""

    @property
    def output(self) -> str:
        """All that it printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def find_installation(
    given: str | os.PathLike[str] | None, *, program: str, variable: str, marker: str, option: str = "--program"
) -> Path:
    """Folder of a program that the user installed.

    Parameters
    ----------
    given : path, optional
        What the user said; wins over the rest.
    program : str
        Its name, for messages.
    variable : str
        Environment variable that may hold the folder.
    marker : str
        File that the folder must hold, for example `bin/mg5_aMC`. Where neither `given` nor `variable` is set,
        an executable of this file's name on PATH tells the folder.
    option : str
        Option that sets `given`, for messages.

    Returns
    -------
    Path
        Absolute folder.

    Raises
    ------
    EngineError
        Where no folder is known or the marker is not in it.
    """
    way_out = f"install {program} and point to its folder with {option} FOLDER or {variable}=FOLDER"
    source, folder = ("argument", given) if given else (variable, os.environ.get(variable))
    if not folder:
        found = shutil.which(Path(marker).name)
        if found is None:
            msg = f"{program} not found: neither {option} nor {variable} is set; {way_out}"
            raise EngineError(msg)
        path = Path(found).resolve()
        for _ in Path(marker).parts:
            path = path.parent
        source, folder = "PATH", path
    try:
        path = Path(folder).expanduser().resolve()
        there = (path / marker).is_file()
    except (OSError, RuntimeError, ValueError) as error:  # no such user, a circle of links, too long, a null
        msg = f"{program} not found: {source} {folder} cannot be used ({error}); {way_out}"
        raise EngineError(msg) from error
    if not there:
        msg = f"{program} not found: {path} (from {source}) has no file {marker}; {way_out}"
        raise EngineError(msg)
    return path


def log_tail(log: Path, lines: int = TAIL_LINES) -> str:
    """Last lines of a log, indented; empty for an empty or absent one.

    Parameters
    ----------
    log : Path
        The file; only its end is read.
    lines : int
        How many lines.

    Returns
    -------
    str
        The lines, joined.
    """
    with suppress(OSError), log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - TAIL_BYTES))
        text = stream.read().decode("utf-8", errors="replace")
        kept = [line.rstrip() for line in text.splitlines() if line.strip()][-lines:]
        return "\n".join(f"    {line}" for line in kept)
    return ""


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    """End the process group that `process` leads."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
    # children that ignored the first signal; their group keeps the leader's id as long as one lives
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _failure(name: str, what: str, log: Path) -> EngineError:
    tail = log_tail(log)
    return EngineError(f"{name} {what}; log: {log}" + (f", last lines:\n{tail}" if tail else " (empty)"))


def run(
    command: Sequence[str | os.PathLike[str]],
    *,
    cwd: str | os.PathLike[str],
    timeout: float,
    log: str | os.PathLike[str],
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    name: str | None = None,
) -> CompletedRun:
    """Run a program to its end.

    Parameters
    ----------
    command : sequence of str or path
        Program and arguments; no shell is involved.
    cwd : path
        Folder to run in.
    timeout : float
        Longest wall time [s].
    log : path
        File that receives standard output and error; overwritten.
    stdin : str, optional
        Text for its standard input; empty where absent, so that a program that asks does not hang.
    env : mapping, optional
        Variables to add to the environment.
    name : str, optional
        What to call the program in errors; the file name of its command where absent.

    Returns
    -------
    CompletedRun
        Command, log and wall time.

    Raises
    ------
    EngineError
        Where the program cannot start, exits with another code than 0, or takes longer than `timeout`.
    """
    words = tuple(os.fspath(word) for word in command)
    name, log_path = name or Path(words[0]).name, Path(log).resolve()
    started = time.monotonic()
    with log_path.open("wb") as sink:
        try:
            process = subprocess.Popen(
                words,
                cwd=cwd,
                stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
        except OSError as error:
            msg = f"{name} cannot start: {error}; check that {words[0]} and the folder {cwd} exist and may be used"
            raise EngineError(msg) from error
        try:
            process.communicate(None if stdin is None else stdin.encode(), timeout=timeout)
        except subprocess.TimeoutExpired:
            _stop_group(process)
            raise _failure(name, f"took longer than {timeout:g} s and was stopped; allow more time", log_path) from None
        except BaseException:  # Ctrl-C does not reach another process group
            _stop_group(process)
            raise
    code, seconds = process.returncode, time.monotonic() - started
    logger.info("%s in %s: exit code %d after %.1f s", name, cwd, code, seconds)
    if code < 0:
        raise _failure(name, f"was ended by signal {-code} ({signal.strsignal(-code)})", log_path)
    if code > 0:
        raise _failure(name, f"failed with exit code {code}", log_path)
    return CompletedRun(words, log_path, seconds)


def require_no_blanks(folder: Path, way_out: str) -> None:
    """Refuse a folder with blanks in its path, which programs with makefiles and shell scripts do not survive.

    Parameters
    ----------
    folder : Path
        Installation or temporary folder.
    way_out : str
        What to do.

    Raises
    ------
    EngineError
        Where there is a blank.
    """
    if any(character.isspace() for character in str(folder)):
        msg = f"{str(folder)!r} has a blank in it, which MadGraph's and CalcHEP's scripts do not survive: {way_out}"
        raise EngineError(msg)


@contextmanager
def work_folder(name: str) -> Iterator[Path]:
    """Temporary folder: removed at the end, but for its logs on an `EngineError` that names one.

    What killed processes of this machine left behind is removed first.

    Parameters
    ----------
    name : str
        Start of its name.

    Yields
    ------
    Path
        The folder, under TMPDIR.

    Raises
    ------
    EngineError
        Where there is no place for it, or blanks are in its path.
    """
    try:
        parent = Path(tempfile.gettempdir()).resolve()
        require_no_blanks(parent, "set TMPDIR to another folder")
        _sweep(parent)
        folder = Path(tempfile.mkdtemp(prefix=f"semivis-{name}-", dir=parent))
        (folder / OWNER).write_text(mark(os.getpid()), encoding="utf-8")
    except OSError as error:
        msg = f"no temporary folder: {error.strerror or error}; set TMPDIR to a folder with room"
        raise EngineError(msg) from error
    keep = False
    try:
        yield folder
    except EngineError as error:
        keep = str(folder) in str(error)
        raise
    finally:
        if keep:
            _keep_logs(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _keep_logs(folder: Path) -> None:
    """Remove all but the files at the top: logs and scripts."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
    (folder / OWNER).unlink(missing_ok=True)


def _sweep(parent: Path) -> None:
    """Remove work folders of this user whose process is gone."""
    for owner in parent.glob(f"semivis-*/{OWNER}"):
        with suppress(OSError, UnicodeDecodeError):
            if owner.stat().st_uid == os.getuid() and is_gone(owner.read_text(encoding="utf-8")):
                shutil.rmtree(owner.parent, ignore_errors=True)
