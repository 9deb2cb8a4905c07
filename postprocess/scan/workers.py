"""Worker processes that do not care what the main program is.

New interpreters are started, because a forked child would inherit locks of numerical libraries. Python lets a new
worker run the main program again, up to `if __name__ == "__main__":`, so that functions of it can be called. Jobs are
functions of modules and do not need that; a notebook or a program on standard input cannot be run again, and a script
without that line would start itself endlessly. These workers see an empty main program.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection, parent_process
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType

__all__ = ["worker_pool"]

STARTING = threading.Lock()  # what a worker takes over is changed for a moment: by one thread at a time
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@contextmanager
def worker_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes; at the end waiting jobs are dropped and running ones finish, also after Ctrl-C.

    Parameters
    ----------
    workers : int
        Their number.

    Yields
    ------
    ProcessPoolExecutor
        The pool.
    """
    pool = ProcessPoolExecutor(workers, mp_context=_Context(), initializer=_prepare)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Process(SpawnProcess):
    """A new interpreter with an empty main program."""

    def start(self) -> None:
        """Start it: what it takes over is the state of this moment."""
        with STARTING, _no_main_program(), _one_thread(), _no_interrupt():
            super().start()


@contextmanager
def _no_main_program() -> Iterator[None]:
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread a worker: BLAS would start as many as there are cores in each, and sum in another order."""
    missing = [name for name in ONE_THREAD if name not in os.environ]
    os.environ.update(dict.fromkeys(missing, "1"))
    try:
        yield
    finally:
        for name in missing:
            os.environ.pop(name, None)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Ctrl-C is the parent's from the worker's first moment on: it takes over which signals are blocked."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Context(SpawnContext):
    """Makes such workers."""

    Process = _Process


def _prepare() -> None:
    """Leave Ctrl-C and the end of a terminal to the parent, and end with it, however it ends."""
    for name in ("SIGINT", "SIGHUP"):  # Windows has no SIGHUP
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
