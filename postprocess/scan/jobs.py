"""Run independent points of a scan: here, on local processes or on a Dask cluster, resumable.

A job is a pure function of a module with JSON-able keyword arguments; it returns a JSON-able dictionary, and its
random seed is one of its arguments. The result therefore depends neither on the number of workers nor on the backend
nor on the order in which jobs finish. Where the main program is a notebook, standard input or any script makes no
difference either: see `postprocess.scan.workers`.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

from postprocess.experiment import digest
from postprocess.scan.store import PointStore
from postprocess.scan.workers import worker_pool
from semivis_gen.errors import ParameterError, SemivisError
from semivis_gen.version import __version__

__all__ = ["Advance", "Backend", "Job", "default_workers", "job_key", "run_jobs"]

Result = dict[str, Any]
Task = Callable[..., Result]
Job = tuple[Task, dict[str, Any]]
"""A function of a module and its JSON-able keyword arguments."""
Advance = Callable[[int], None]
log = logging.getLogger(__name__)
SCHEMES, ENCRYPTED = ("tcp", "tls", "ws", "wss", "ucx"), ("tls", "wss")
CONNECT_SECONDS = 10.0
MOST_WORKERS = 1024  # beyond the cores of any machine: a thousand processes stop most of them
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
        if self.workers > MOST_WORKERS:
            msg = f"--workers {self.workers}: take at most {MOST_WORKERS} local processes, one a core is best"
            raise ParameterError(msg)


def default_workers() -> int:
    """Count the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def job_key(job: Job) -> str:
    """Digest of everything that the result of a job depends on."""
    task, arguments = job
    return digest([task.__module__, task.__qualname__, __version__, arguments])


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
    keys = [job_key(job) for job in jobs]
    results: dict[int, Result] = {}
    if store is not None:
        for index, key in enumerate(keys):
            found = store.load(key)
            if found is not None:
                results[index] = found
        advance(len(results))
    missing = [index for index in range(len(jobs)) if index not in results]
    where = f"Dask at {backend.scheduler}" if backend.scheduler else f"{backend.workers} local processes"
    stored = f"{len(results)} from {store.folder}, " if store is not None else ""
    log.info("%d jobs: %s%d for %s", len(jobs), stored, len(missing), where)
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
    for task, _ in jobs:
        if task.__module__ == "__main__":
            msg = f"{task.__qualname__} is in the main program, which workers do not run: move it into a module"
            raise ParameterError(msg)
    left = dict.fromkeys(missing, MAX_ATTEMPTS)
    while left:
        with worker_pool(min(workers, len(left))) as pool:
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
                    msg = f"worker processes died {MAX_ATTEMPTS} times (out of memory?); take fewer with --workers"
                    raise SemivisError(msg) from error


def _on_dask(jobs: Sequence[Job], missing: list[int], scheduler: str) -> Iterator[tuple[int, Result]]:
    try:
        from concurrent.futures import CancelledError

        from distributed import Client, KilledWorker, as_completed as completed
    except ImportError as error:
        msg = f"--scheduler {scheduler} needs Dask: pip install 'semivis[dask]'"
        raise SemivisError(msg) from error
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters becomes one line below
    _require_scheduler(scheduler)
    try:
        client = Client(scheduler, timeout=f"{CONNECT_SECONDS:g}s", set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
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


def _require_scheduler(address: str) -> None:
    """Refuse an address that cannot be a scheduler's, or at which nobody listens: Dask's client would hang on it.

    Raises
    ------
    SemivisError
        With the reason.
    """
    from dask import config
    from distributed.comm.addressing import get_address_host_port, parse_address

    try:
        scheme, _ = parse_address(address)
        if scheme not in SCHEMES:
            msg = f"{scheme}:// is none of {', '.join(SCHEMES)}"
            raise ValueError(msg)
        if scheme in ENCRYPTED and not config.get("distributed.comm.tls.ca-file", None):
            msg = "it is encrypted: name the certificates in Dask's configuration, distributed.comm.tls"
            raise ValueError(msg)
        host, port = get_address_host_port(address)
        with socket.create_connection((host, port), timeout=CONNECT_SECONDS):
            pass
    except (OSError, ValueError, OverflowError) as error:
        msg = f"no Dask scheduler answers at {address}: {error}; start one or use --workers"
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
