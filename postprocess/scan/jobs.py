"""Run independent points of a scan: here, on local processes or on a Dask cluster, resumable.

A job is a pure module-level function with JSON-able keyword arguments; it returns a JSON-able dictionary, and its
random seed is one of its arguments. The result therefore depends neither on the number of workers nor on the backend
nor on the order in which jobs finish.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from postprocess.scan.store import PointStore, digest
from semivis_gen.errors import ParameterError, SemivisError
from semivis_gen.version import __version__

__all__ = ["Backend", "Job", "default_workers", "run_jobs"]

Result = dict[str, Any]
Task = Callable[..., Result]
Job = tuple[Task, dict[str, Any]]
"""A module-level function and its JSON-able keyword arguments."""
Advance = Callable[[int], None]
MAX_ATTEMPTS = 3  # a job whose worker dies is tried again; a job that kills three workers is an error


@dataclass(frozen=True, slots=True)
class Backend:
    """Where jobs are computed."""

    workers: int = field(default_factory=lambda: default_workers())
    """Local processes; 1 computes in this process."""
    scheduler: str | None = None
    """Address of a Dask scheduler, such as tcp://host:8786; it overrides `workers`."""

    def __post_init__(self) -> None:
        if self.workers < 1:
            msg = f"--workers {self.workers}: take at least one worker"
            raise ParameterError(msg)


def default_workers() -> int:
    """Count the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_jobs(
    jobs: Sequence[Job],
    *,
    backend: Backend,
    store: PointStore | None = None,
    advance: Advance = lambda _: None,
) -> list[Result]:
    """Compute all jobs, taking those from the store that are there already.

    Parameters
    ----------
    jobs : sequence of Job
        They start in this order: the longest first keeps all workers busy to the end.
    backend : Backend
        Where to compute.
    store : PointStore, optional
        Finished jobs; each new one is written as soon as it is there.
    advance : callable
        Told how many more jobs are finished.

    Returns
    -------
    list of dict
        Results in the order of `jobs`.
    """
    keys = [digest([task.__module__, task.__qualname__, __version__, arguments]) for task, arguments in jobs]
    results: dict[int, Result] = {}
    if store is not None:
        for index, key in enumerate(keys):
            found = store.load(key)
            if found is not None:
                results[index] = found
        advance(len(results))
    missing = [index for index in range(len(jobs)) if index not in results]
    for index, result in _compute(jobs, missing, backend):
        if store is not None:
            store.save(keys[index], result)
        results[index] = result
        advance(1)
    return [results[index] for index in range(len(jobs))]


def _compute(jobs: Sequence[Job], missing: list[int], backend: Backend) -> Iterator[tuple[int, Result]]:
    if backend.scheduler is not None:
        yield from _on_dask(jobs, missing, backend.scheduler)
    elif backend.workers == 1 or len(missing) <= 1:
        for index in missing:
            task, arguments = jobs[index]
            yield index, task(**arguments)
    else:
        yield from _on_processes(jobs, missing, backend.workers)


def _on_processes(jobs: Sequence[Job], missing: list[int], workers: int) -> Iterator[tuple[int, Result]]:
    left = dict.fromkeys(missing, MAX_ATTEMPTS)
    while left:
        # spawn: a forked child would inherit locks of numerical libraries
        with _pool(min(workers, len(left))) as pool:
            futures: dict[Future[Result], int] = {pool.submit(jobs[i][0], **jobs[i][1]): i for i in left}
            try:
                for future in as_completed(futures):
                    index = futures[future]
                    result = future.result()
                    del left[index]
                    yield index, result
            except BrokenProcessPool as error:
                left = {index: attempts - 1 for index, attempts in left.items()}
                if min(left.values()) == 0:
                    msg = (
                        f"worker processes died {MAX_ATTEMPTS} times (out of memory?); take fewer with --workers. "
                        'A script that calls this must start it under if __name__ == "__main__":'
                    )
                    raise SemivisError(msg) from error


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    # one thread a worker: BLAS would start as many as there are cores in each, and sum in another order
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_ignore_interrupt)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _ignore_interrupt() -> None:
    """Leave Ctrl-C to the parent: workers finish their point and stop without a traceback."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _on_dask(jobs: Sequence[Job], missing: list[int], scheduler: str) -> Iterator[tuple[int, Result]]:
    try:
        from concurrent.futures import CancelledError

        from distributed import Client, KilledWorker, as_completed as completed
    except ImportError as error:
        msg = f"--scheduler {scheduler} needs Dask: pip install 'semivis[dask]'"
        raise SemivisError(msg) from error
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters becomes one line below
    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        msg = f"no Dask scheduler answers at {scheduler}: {error}; start one or use --workers"
        raise SemivisError(msg) from error
    with client:
        futures = {
            client.submit(_on_worker, __version__, *jobs[i], pure=False, retries=MAX_ATTEMPTS - 1): i for i in missing
        }
        try:
            for future in completed(list(futures), loop=client.loop):
                yield futures[future], future.result()
        except SemivisError:
            raise
        except (KilledWorker, CancelledError, OSError, TimeoutError) as error:
            msg = (
                f"the Dask cluster at {scheduler} was lost ({type(error).__name__}); finished points are kept: "
                "start it again, or go on with --workers"
            )
            raise SemivisError(msg) from error


def _on_worker(version: str, task: Task, arguments: dict[str, Any]) -> Result:
    """Run a job on a cluster's worker, which must have the same program."""
    if version != __version__:
        msg = (
            f"a Dask worker runs semivis {__version__} and this is {version}: results would mix; "
            "install the same version on all workers"
        )
        raise ParameterError(msg)
    return task(**arguments)
