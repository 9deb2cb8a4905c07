"""Scans on a real Dask cluster: a scheduler and two workers as processes on loopback."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from support.stored import points

from postprocess.scan.jobs import _on_worker
from semivis_gen.errors import ParameterError

distributed = pytest.importorskip("distributed")
SEMIVIS = [sys.executable, "-c", "from postprocess.cli.main import main; main()"]
SCAN = ["limit", "--experiment", "na64-2018", "--masses", "6", "--events", "500", "--no-plot"]
SCAN += ["--no-refine", "--precision", "inf"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
PATIENCE = 120  # seconds, for a slow machine


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@contextlib.contextmanager
def cluster():
    """Address, scheduler and workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    processes = [
        start("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"),
        *(
            start("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
            for _ in range(2)
        ),
    ]
    try:
        wait_for(lambda: answers(port))
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
        yield address, processes[0], processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def wait_for(condition, while_runs=None):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        if while_runs is not None:
            assert while_runs.poll() is None, while_runs.communicate()
        time.sleep(0.02)


def scan(folder, *options):
    return subprocess.Popen(
        [*SEMIVIS, *SCAN, *options, "--output", str(folder)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result(folder):
    return (folder / "limit_m_eps.csv").read_bytes()


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    process = scan(folder, "--workers", "1")
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return result(folder)


def test_processes_and_cluster_give_the_same_bytes(tmp_path, alone):
    process = scan(tmp_path / "two", "--workers", "2")
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert result(tmp_path / "two") == alone
    with cluster() as (address, _, _):
        process = scan(tmp_path / "dask", "--scheduler", address)
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors
    assert result(tmp_path / "dask") == alone


def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path, alone):
    with cluster() as (address, _, workers):
        workers[0].send_signal(signal.SIGSTOP)  # it takes points and finishes none
        process = scan(tmp_path, "--scheduler", address)
        wait_for(lambda: points(tmp_path), while_runs=process)
        workers[0].kill()
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors
    assert result(tmp_path) == alone


def test_a_lost_scheduler_is_one_line_and_the_scan_goes_on_elsewhere(tmp_path, alone):
    with cluster() as (address, scheduler, workers):
        workers[0].send_signal(signal.SIGSTOP)  # it takes points and finishes none
        process = scan(tmp_path, "--scheduler", address)
        wait_for(lambda: points(tmp_path), while_runs=process)
        scheduler.kill()
        _, errors = process.communicate(timeout=PATIENCE)
    lines = [line for line in errors.splitlines() if line.startswith("error:")]
    assert process.returncode == 2
    assert len(lines) == 1
    assert "was lost" in lines[0]
    assert "Traceback" not in errors
    kept = points(tmp_path)
    assert kept
    process = scan(tmp_path, "--workers", "1")
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert result(tmp_path) == alone
    after = points(tmp_path)
    assert all(after[path] == stamp for path, stamp in kept.items())  # not computed again


def test_a_worker_of_another_version_is_refused():
    with pytest.raises(ParameterError, match="install the same version"):
        _on_worker("0.0.0", dict, {"a": 1})
