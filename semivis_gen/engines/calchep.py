"""Widths from a user's CalcHEP installation, with the project's model cards/calchep/*1.mdl.

A temporary work folder made by the installation's own `mkWORKdir` runs its blind-mode scripts one by one: symbolic
calculation, compilation, parameters, Vegas. `calchep_batch` is not used: on errors it calls `pkill` with a number,
which is a pattern there and ends foreign processes.

The sign trap of the model: chi1 and chi2 are Majorana, and in CalcHEP the vertex chi2 chi1 A' must be one line with
the imaginary coupling i*gD and G(m3). With a real gD every width comes out negative; G(m3)*G5 gives a width 2.93
times too large at the benchmark and no message at all. Both are caught here.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from semivis_gen.constants import ALPHA, M_ELECTRON, M_MUON
from semivis_gen.engines.external import CompletedRun, find_installation, require_no_blanks, run, work_folder
from semivis_gen.errors import EngineError, KinematicsError, ParameterError, SemivisWarning
from semivis_gen.model import LEPTON_MASSES, DarkSector, gamma_aprime_chi, gamma_aprime_lepton, gamma_chi2_lepton
from semivis_gen.numerics import Estimate
from semivis_gen.resources import cards_dir

__all__ = ["calchep_aprime_width", "calchep_version", "calchep_width", "find_calchep"]

MODEL_FILES = tuple(f"{name}1.mdl" for name in ("vars", "func", "prtcls", "lgrng", "extlib"))
LEPTON_PAIRS = {"e": "e,E", "mu": "m,M"}
OLDEST = (3, 6)
ITERATIONS = 5
DEFAULT_CALLS = 100_000  # 5 iterations reach 1e-4
AGREE_RELATIVE, AGREE_SIGMA = 0.01, 5.0
# what the menu entry "C-compiler" does, but without waiting for a key after an error
COMPILE = (
    '. "$CALCHEP/FlagsForSh"; "$CALCHEP/bin/make_VandP" ../models 1 2; . ./EXTLIBsh; '
    '"$CALCHEP/sbin/nCompil"; "$CALCHEP/sbin/ld_n"'
)


def find_calchep(calchep_dir: str | os.PathLike[str] | None = None) -> Path:
    """Folder of a compiled CalcHEP, from the argument, CALCHEP_DIR or PATH.

    Parameters
    ----------
    calchep_dir : path, optional
        The user's choice.

    Returns
    -------
    Path
        Absolute folder.

    Raises
    ------
    EngineError
        Where it is absent, not compiled, older than 3.6, or lies in a folder with blanks.
    """
    root = find_installation(calchep_dir, program="CalcHEP", variable="CALCHEP_DIR", marker="mkWORKdir")
    require_no_blanks(root, "move it and run make again")
    for needed in ("FlagsForSh", "bin/s_calchep"):
        if not (root / needed).exists():
            msg = f"CalcHEP in {root} is not compiled: {needed} is missing; run make in that folder"
            raise EngineError(msg)
    version = calchep_version(root)
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
        msg = f"CalcHEP {version} in {root} is too old: 3.6 or newer is needed; point to one with CALCHEP_DIR"
        raise EngineError(msg)
    return root


def calchep_version(root: Path) -> str:
    """Version of an installation, from its include/version.h.

    Parameters
    ----------
    root : Path
        Folder of the installation.

    Returns
    -------
    str
        For example `3.6.30`.

    Raises
    ------
    EngineError
        Where the file is absent or says nothing.
    """
    header = root / "include" / "version.h"
    text = header.read_text(encoding="utf-8", errors="replace") if header.is_file() else ""
    found = re.search(r'VERSION\s+"(\d+\.\d+[.\d]*)"', text)
    if found is None:
        msg = f"{header} names no CalcHEP version: {root} is not CalcHEP 3.6 or newer; point to one with CALCHEP_DIR"
        raise EngineError(msg)
    return found[1]


@dataclass(slots=True)
class _Session:
    """One work folder and the time left for it."""

    root: Path
    folder: Path
    deadline: float
    steps: int = field(default=0)

    def step(self, name: str, script: str, *arguments: str, cwd: str) -> CompletedRun:
        """Run shell lines, ended by the first error (the scripts of CalcHEP have no #! line); the log is numbered."""
        self.steps += 1
        return run(
            ("sh", "-ec", script, "sh", *arguments),
            cwd=self.folder / cwd,
            timeout=max(0.1, self.deadline - time.monotonic()),
            log=self.folder / f"{self.steps}-{name}.log",
            env={"CALCHEP": str(self.root), "LANG": "C", "LC_ALL": "C"},
            name=f"CalcHEP ({name})",
        )


def _parameters(point: DarkSector) -> dict[str, float]:
    masses = point.masses
    return {
        "aEWM1": 1 / ALPHA,
        "eps": point.epsilon,
        "alphad": point.alpha_d,
        "delta": masses.delta,
        "Me": M_ELECTRON,
        "MMU": M_MUON,
        "MX1": masses.m_chi1,
        "MAP": masses.m_aprime,
        "WAP": 0.0,  # chi2 decays below the threshold of A', where no width belongs in its propagator
    }


def _check_session(path: Path, wanted: dict[str, float]) -> None:
    """Make sure that CalcHEP took the parameters: its menus are steered blindly."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    took = dict(re.findall(r"^\s*(\w+) = ([-+.\dEe]+)$", text, re.MULTILINE))
    for name, value in wanted.items():
        if not math.isclose(float(took.get(name, "nan")), value, rel_tol=1e-9, abs_tol=0.0):
            msg = (
                f"CalcHEP did not take {name} = {value:.11g} (its session has {took.get(name, 'none')}); "
                f"session: {path}; check the .mdl files and the version"
            )
            raise EngineError(msg)


def _parse(done: CompletedRun, process: str) -> Estimate:
    """Value [GeV] and error [per cent] on the last line that run_vegas prints."""
    found = re.findall(r"^\s*(\S+)\s+(\S+)\s*$", done.output, re.MULTILINE)
    try:
        value, percent = (float(word) for word in found[-1])
    except (IndexError, ValueError):
        msg = f"CalcHEP printed no width for {process}: {done.output.strip()[-200:]!r}; log: {done.log}"
        raise EngineError(msg) from None
    if not math.isfinite(value) or value == 0:
        msg = f"CalcHEP gives the width {value} for {process}: check masses and couplings; log: {done.log}"
        raise EngineError(msg)
    if value < 0:
        msg = (
            f"CalcHEP gives a negative width {value:g} GeV for {process}: the chi2 chi1 A' coupling of its model is "
            f"real; between Majorana fermions it must be i*gD in lgrng1.mdl; log: {done.log}"
        )
        raise EngineError(msg)
    last_digit = 10.0 ** (math.floor(math.log10(value)) - 4)  # five digits are printed
    return Estimate(value, math.hypot(value * percent / 100, last_digit / math.sqrt(12)))


def _run_width(
    point: DarkSector,
    process: str,
    *,
    calchep_dir: str | os.PathLike[str] | None,
    timeout: float,
    calls: int,
    model: str | os.PathLike[str] | None,
) -> Estimate:
    if calls < 1000:
        msg = f"calls = {calls} must be at least 1000 for Vegas to have a grid"
        raise ParameterError(msg)
    root = find_calchep(calchep_dir)
    cards = Path(model) if model is not None else cards_dir() / "calchep"
    with work_folder("calchep") as folder:
        session = _Session(root, folder, time.monotonic() + timeout)
        session.step("mkworkdir", '"$CALCHEP/mkWORKdir" work', cwd=".")
        for old in (folder / "work" / "models").glob("*.mdl"):
            old.unlink()
        for name in MODEL_FILES:
            if not (cards / name).is_file():
                msg = f"CalcHEP model file {cards / name} is missing; reinstall semivis or give a folder with all five"
                raise EngineError(msg)
            shutil.copy(cards / name, folder / "work" / "models")
        results = "work/results"
        session.step("symbolic", '"$CALCHEP/bin/s_blind" 1 "$1" C', process, cwd="work")
        session.step("compile", COMPILE, cwd=results)
        parameters = _parameters(point)
        words = [word for name, value in parameters.items() for word in (name, f"{value:.11g}")]
        session.step("parameters", './n_calchep -blind 0; "$CALCHEP/bin/set_param" "$@"', *words, cwd=results)
        _check_session(folder / results / "session.dat", parameters)
        vegas = [str(n) for n in (ITERATIONS, calls // 2, ITERATIONS, calls, 1000)]
        session.step("vegas-setup", '"$CALCHEP/bin/set_vegas" "$@"', *vegas, cwd=results)
        return _parse(session.step("vegas", '"$CALCHEP/bin/run_vegas"', cwd=results), process)


def _compare(found: Estimate, exact: float, process: str) -> Estimate:
    off = abs(found.value - exact)
    if off > AGREE_RELATIVE * exact and off > AGREE_SIGMA * found.error:
        warnings.warn(
            f"CalcHEP gives {found.value:.5g} +- {found.error:.1g} GeV for {process}, the exact formula {exact:.5g} "
            f"(ratio {found.value / exact:.4f}): a gamma5 in the chi2 chi1 A' vertex does this silently; it must be "
            "i*gD with G(m3), on one line",
            SemivisWarning,
            stacklevel=3,
        )
    return found


def calchep_width(
    point: DarkSector,
    *,
    calchep_dir: str | os.PathLike[str] | None = None,
    lepton: str = "e",
    timeout: float = 600.0,
    calls: int = DEFAULT_CALLS,
    model: str | os.PathLike[str] | None = None,
) -> Estimate:
    """Width of chi2 -> chi1 l+ l- from CalcHEP.

    Parameters
    ----------
    point : DarkSector
        The physics point.
    calchep_dir : path, optional
        CalcHEP's folder; else CALCHEP_DIR, else PATH.
    lepton : str
        `e` or `mu`.
    timeout : float
        Longest time for everything [s].
    calls : int
        Vegas calls an iteration, five iterations.
    model : path, optional
        Folder with other .mdl files of the same names.

    Returns
    -------
    Estimate
        Width [GeV] with Vegas's error and that of the printed digits.

    Raises
    ------
    EngineError
        Where CalcHEP is absent, too old, fails, takes too long or gives a negative width; the work folder with all
        logs then stays and is named.
    KinematicsError, ParameterError
        Where the decay is closed, or the options make no sense.

    Warns
    -----
    SemivisWarning
        Where it is off the exact integral by more than 1 % and 5 sigma.
    """
    if lepton not in LEPTON_PAIRS:
        msg = f"lepton = {lepton!r} must be one of {', '.join(LEPTON_PAIRS)}"
        raise ParameterError(msg)
    exact = float(gamma_chi2_lepton(point.masses, point.alpha_d, point.epsilon, LEPTON_MASSES[lepton]))
    process = f"x2->x1,{LEPTON_PAIRS[lepton]}"
    if exact == 0:
        msg = f"chi2 -> chi1 {lepton}+ {lepton}- is closed: Delta = {point.masses.delta:g} GeV; take a larger splitting"
        raise KinematicsError(msg)
    found = _run_width(point, process, calchep_dir=calchep_dir, timeout=timeout, calls=calls, model=model)
    return _compare(found, exact, process)


def calchep_aprime_width(
    point: DarkSector,
    *,
    final: str = "chi",
    calchep_dir: str | os.PathLike[str] | None = None,
    timeout: float = 600.0,
    calls: int = DEFAULT_CALLS,
    model: str | os.PathLike[str] | None = None,
) -> Estimate:
    """Width of A' -> chi1 chi2 or A' -> l+ l- from CalcHEP.

    Parameters
    ----------
    point : DarkSector
        The physics point.
    final : str
        `chi`, `e` or `mu`.
    calchep_dir, timeout, calls, model
        As for `calchep_width`.

    Returns
    -------
    Estimate
        Width [GeV].

    Raises
    ------
    EngineError, KinematicsError, ParameterError
        As for `calchep_width`.
    """
    if final != "chi" and final not in LEPTON_PAIRS:
        msg = f"final = {final!r} must be one of chi, {', '.join(LEPTON_PAIRS)}"
        raise ParameterError(msg)
    if final == "chi":
        process, exact = "Ap->x1,x2", float(gamma_aprime_chi(point.masses, point.alpha_d))
    else:
        process = f"Ap->{LEPTON_PAIRS[final]}"
        exact = float(gamma_aprime_lepton(point.masses.m_aprime, point.epsilon, LEPTON_MASSES[final]))
    if exact == 0:
        msg = f"A' -> {final}+ {final}- is closed: m_A' = {point.masses.m_aprime:g} GeV; take a heavier A'"
        raise KinematicsError(msg)
    found = _run_width(point, process, calchep_dir=calchep_dir, timeout=timeout, calls=calls, model=model)
    return _compare(found, exact, process)
