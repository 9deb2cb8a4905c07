"""Integration by MadEvent's survey, until it is as precise as asked."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

from semivis_gen.engines.madgraph.program import madevent
from semivis_gen.errors import EngineError, SemivisWarning
from semivis_gen.numerics import Estimate

__all__ = ["read_results", "survey"]

POINTS, ITERATIONS = 5000, 12  # an iteration has twice the points of the one before
ATTEMPTS, MOST = 3, 20  # surveys, and how many times more points the next may have
STOP = 0.5  # MadGraph stops at an estimate of its error that the combined one exceeds


def survey(process: Path, *, relative_error: float, timeout: float, name: str = "survey") -> Estimate:
    """Integrate a process or decay; where MadGraph ends before the precision is there, again with more points.

    Parameters
    ----------
    process : Path
        The process folder, with its cards.
    relative_error : float
        Precision asked for.
    timeout : float
        Longest wall time of each survey [s].
    name : str
        Name of the run and its log.

    Returns
    -------
    Estimate
        Cross-section [pb] or width [GeV] and MadGraph's own error.

    Raises
    ------
    EngineError
        Where MadGraph fails.

    Warns
    -----
    SemivisWarning
        Where the precision is not reached; the error of the result says how precise it is.
    """
    points = POINTS
    for attempt in range(ATTEMPTS):
        run = f"{name}_{attempt}"
        command = f"survey {run} -f --accuracy={STOP * relative_error:g} --points={points} --iterations={ITERATIONS}"
        done = madevent(process, [command], timeout=timeout, name=run)
        found = read_results(process, done.log)
        if found.relative_error <= relative_error:
            return found
        points = math.ceil(points * min(MOST, 1.5 * (found.relative_error / relative_error) ** 2))
    reached = f"a precision of {found.relative_error:.2g}, not the {relative_error:g} asked for"
    msg = f"MadGraph reached {reached}, with {ATTEMPTS} surveys; take another seed or ask for less"
    warnings.warn(msg, SemivisWarning, stacklevel=3)
    return found


def read_results(process: Path, log: Path) -> Estimate:
    """Cross-section [pb] or width [GeV] of the last run of a process folder.

    Parameters
    ----------
    process : Path
        The folder.
    log : Path
        Log to point to.

    Returns
    -------
    Estimate
        Value and MadGraph's error.

    Raises
    ------
    EngineError
        Where there is none, or it is zero or not a number.
    """
    results = process / "SubProcesses/results.dat"
    words = results.read_text(encoding="utf-8").split()[:2] if results.is_file() else []
    try:
        value, error = map(float, words)
    except ValueError:
        msg = f"MadGraph left no result in {results}; log: {log}"
        raise EngineError(msg) from None
    if not (value > 0 and 0 <= error < value):
        msg = f"MadGraph's result {value:g} +- {error:g} makes no sense; log: {log}"
        raise EngineError(msg)
    return Estimate(value, error)
