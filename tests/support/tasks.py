"""Jobs for worker processes: functions of a module that they can import."""

import os
import signal
import sys
import time
from pathlib import Path


def look(*, number):
    """What a worker sees of the main program."""
    return {
        "square": number**2,
        "pid": os.getpid(),
        "main": sorted(set(vars(sys.modules["__main__"])) & {"jobs", "run_jobs", "tasks"}),
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "interrupts": signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()),
    }


def sleep(*, seconds, folder):
    """Say that it runs, and go on for a while."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(seconds)
    return {}
