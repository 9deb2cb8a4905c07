"""Peak memory of the commands `semivis generate` and `semivis accept`, each in a process of its own, over sizes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Result, Spread, Target, Unavailable
from benchmarks.settings import Settings

__all__ = ["peak_memory", "run"]

EXPERIMENT = "na64-2018"
COMMAND = (sys.executable, "-c", "from postprocess.cli.main import main; main()")
LARGEST_MB = 1000.0
FLAT = 1.5
STEPS = ("generate", "accept")
SIZES, QUICK, LARGE = (100_000, 1_000_000), (10_000, 50_000), 10_000_000
# a new process inherits the peak of the one that starts it: a small one stands between
LAUNCHER = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""
KILOBYTE = 1 if sys.platform == "darwin" else 1024  # unit of ru_maxrss [bytes]


def run(settings: Settings) -> list[Result]:
    """Measure parquet and LHE at growing sizes; the largest through parquet."""
    if not hasattr(os, "wait4"):
        msg = "this system does not tell the memory of a process that ended (os.wait4)"
        raise Unavailable(msg)
    sizes = QUICK if settings.quick else SIZES
    results = []
    for suffix in ("parquet", "lhe.gz"):
        these = (*sizes, LARGE) if settings.large and suffix == "parquet" else sizes
        peaks = [_chain(settings.work / f"memory.{suffix}", n) for n in these]
        results += [result for pair in peaks for result in pair]
        results += [_growth(step, suffix, these, peaks) for step in range(2)]
    return results


def _growth(step: int, suffix: str, sizes: Sequence[int], peaks: list[list[Result]]) -> Result:
    share = peaks[-1][step].value.median / peaks[0][step].value.median
    return Result(
        f"{STEPS[step]}, {sizes[-1]:.0e} over {sizes[0]:.0e} events, .{suffix}".replace("e+0", "e"),
        "x",
        Spread(share, share, share, 1),
        target=Target(FLAT, at_most=True),
        note="peak memory: 1 is flat",
    )


def _chain(path: Path, n: int) -> list[Result]:
    """Generate a file, accept it, remove it."""
    generate = ["generate", "--m-aprime", "0.3", "--experiment", EXPERIMENT, "--events", str(n), "--output", str(path)]
    accept = ["accept", str(path), "--experiment", EXPERIMENT, "--output", str(path.with_suffix(".csv"))]
    results = []
    for step in (generate, accept):
        start = time.perf_counter()
        peak = peak_memory([*COMMAND, *step])
        seconds = time.perf_counter() - start
        name = "".join(path.suffixes)
        results.append(
            Result(
                f"{step[0]}, {n:.0e} events, {name}".replace("e+0", "e"),
                "MB",
                Spread(peak, peak, peak, 1),
                target=Target(LARGEST_MB, at_most=True),
                note=f"{seconds:.1f} s",
            )
        )
    path.unlink()
    return results


def peak_memory(command: list[str]) -> float:
    """Run a command and return its largest resident memory [MB]."""
    done = subprocess.run([sys.executable, "-S", "-c", LAUNCHER, *command], capture_output=True, text=True, check=True)
    code, peak = map(int, done.stdout.split())
    if code:
        raise subprocess.CalledProcessError(code, command)
    return peak * KILOBYTE / 1e6
