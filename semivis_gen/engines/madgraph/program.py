"""A user's MadGraph5_aMC@NLO: find it, check its version, run scripts in it and tell failure from success.

MadGraph ends with exit code 0 whatever happened, so its output is read for the words it uses when it fails.
Nothing is written into the installation: model and plugin stand in the work folder, where MadGraph finds them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from semivis_gen.engines.external import CompletedRun, find_installation, log_tail, require_no_blanks, run
from semivis_gen.errors import EngineError

__all__ = ["VALIDATED_VERSION", "MadGraph", "locate", "madevent"]

MARKER = "bin/mg5_aMC"
VARIABLE = "MG5_DIR"
OPTION = "--program"
OLDEST, NEWEST = (3, 5, 0), (4, 0, 0)  # the run interface and the Fortran that the plugin changes are those of 3.5
VALIDATED_VERSION = (3, 5, 7)
FAILED = re.compile(
    r"Error detected|command not executed|Traceback \(most recent call last\)|interrupted (?:with|in sub-command)"
    r"|Command \".*\" interrupted|InvalidCmd|Fortran runtime error|Survey return zero cross section",
)
# one core, no browser; the settings hold for the session alone
SESSION = ("set automatic_html_opening False", "set run_mode 0", "set nb_core 1", "set notification_center False")


@dataclass(frozen=True, slots=True)
class MadGraph:
    """An installation that can be used."""

    folder: Path
    """Where it is."""
    version: tuple[int, ...]
    """Its version, (3, 5, 7)."""

    @property
    def name(self) -> str:
        """Name and version, as in `MadGraph5_aMC@NLO 3.5.7`."""
        return "MadGraph5_aMC@NLO " + ".".join(map(str, self.version))

    def script(
        self, lines: Sequence[str], *, work: Path, timeout: float, makes: Path, name: str = "mg5"
    ) -> CompletedRun:
        """Run commands of MadGraph's main program.

        Parameters
        ----------
        lines : sequence of str
            The commands.
        work : Path
            Folder to run in; its `MG5aMC_PLUGIN` is looked into for plugins.
        timeout : float
            Longest wall time [s].
        makes : Path
            File that the commands must leave: MadGraph may stop without a word of it.
        name : str
            Name of the script and its log in `work`.

        Returns
        -------
        CompletedRun
            The run.

        Raises
        ------
        EngineError
            Where the program fails in any way.
        """
        script = work / f"{name}.mg5"
        env = {"PYTHONPATH": _python_path(work)}
        done = _run(self.folder / MARKER, script, lines, cwd=work, timeout=timeout, env=env)
        if not makes.is_file():
            msg = f"{self.name} ended without {makes.name}; log: {done.log}, last lines:\n{log_tail(done.log)}"
            raise EngineError(msg)
        return done


def _python_path(work: Path) -> str:
    return os.pathsep.join([str(work), *filter(None, [os.environ.get("PYTHONPATH")])])


def _run(
    program: Path,
    script: Path,
    lines: Sequence[str],
    *,
    cwd: Path,
    timeout: float,
    env: Mapping[str, str] | None = None,
) -> CompletedRun:
    """Write a script and run it; the log stands beside it."""
    script.write_text("\n".join([*SESSION, *lines, ""]), encoding="utf-8")
    done = run([program, script], cwd=cwd, timeout=timeout, log=script.with_suffix(".log"), env=env)
    if FAILED.search(done.output):
        msg = f"{program.name} reports an error; log: {done.log}, last lines:\n{log_tail(done.log)}"
        raise EngineError(msg)
    return done


def locate(mg5_dir: str | os.PathLike[str] | None = None) -> MadGraph:
    """Find the user's MadGraph.

    Parameters
    ----------
    mg5_dir : path, optional
        Its folder; MG5_DIR or the PATH tell otherwise.

    Returns
    -------
    MadGraph
        The installation.

    Raises
    ------
    EngineError
        Where there is none, its version is not supported, or blanks in its path would end it half way.
    """
    folder = find_installation(mg5_dir, program="MadGraph5_aMC@NLO", variable=VARIABLE, marker=MARKER, option=OPTION)
    require_no_blanks(folder, "move it")
    try:
        text = (folder / "VERSION").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    found = re.search(r"^\s*version\s*=\s*(\d+)\.(\d+)\.(\d+)", text, re.MULTILINE)
    if found is None:
        msg = (
            f"{folder} does not tell its version (file VERSION); point {OPTION} or {VARIABLE} to MadGraph5_aMC@NLO 3.5"
        )
        raise EngineError(msg)
    version = tuple(map(int, found.groups()))
    if not OLDEST <= version < NEWEST:
        msg = (
            f"MadGraph5_aMC@NLO {'.'.join(map(str, version))} in {folder} is not supported: take 3.5.0 or a later 3.x "
            f"(validated with {'.'.join(map(str, VALIDATED_VERSION))})"
        )
        raise EngineError(msg)
    return MadGraph(folder, version)


def madevent(process: Path, lines: Sequence[str], *, timeout: float, name: str = "madevent") -> CompletedRun:
    """Run commands of a MadEvent process folder.

    Parameters
    ----------
    process : Path
        The folder that `output` made.
    lines : sequence of str
        The commands.
    timeout : float
        Longest wall time [s].
    name : str
        Name of the script and its log, which stand beside the folder.

    Returns
    -------
    CompletedRun
        The run.

    Raises
    ------
    EngineError
        Where the program fails in any way.
    """
    return _run(process / "bin/madevent", process.parent / f"{name}.me5", lines, cwd=process, timeout=timeout)
