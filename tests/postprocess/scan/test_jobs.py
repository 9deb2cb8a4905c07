import os
import signal
from pathlib import Path

import numpy as np
import pytest

from postprocess.scan.jobs import Backend, run_jobs
from postprocess.scan.store import PointStore
from semivis_gen.errors import ParameterError, SemivisError

POINTS = [{"seed": seed, "size": 100} for seed in range(6)]


def jobs(task, points):
    return [(task, point) for point in points]


def draw(*, seed, size):
    """Stand-in for a Monte Carlo point."""
    return {"mean": float(np.random.default_rng(seed).normal(size=size).mean())}


def draw_and_note(*, seed, size, folder):
    """Leave a mark, so that a test sees how often a point was computed."""
    with (Path(folder) / f"{seed}.mark").open("a") as file:
        file.write("x")
    return draw(seed=seed, size=size)


def die_once(*, seed, size, folder):
    """Kill the worker the first time, as the out-of-memory killer would."""
    mark = Path(folder) / f"{seed}.died"
    if seed == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return draw(seed=seed, size=size)


def always_dies(*, seed):
    os.kill(os.getpid(), signal.SIGKILL)


def test_the_result_does_not_depend_on_the_number_of_workers():
    alone = run_jobs(jobs(draw, POINTS), backend=Backend(workers=1))
    assert alone == run_jobs(jobs(draw, POINTS), backend=Backend(workers=2))
    assert alone == [draw(**p) for p in POINTS]


def test_finished_points_are_not_computed_again(tmp_path):
    store = PointStore(tmp_path / "points")
    points = [{**p, "folder": str(tmp_path)} for p in POINTS]
    first = run_jobs(jobs(draw_and_note, points[:4]), backend=Backend(workers=1), store=store)
    seen = []
    second = run_jobs(jobs(draw_and_note, points), backend=Backend(workers=1), store=store, advance=seen.append)
    assert second[:4] == first
    assert [(tmp_path / f"{k}.mark").read_text() for k in range(6)] == ["x"] * 6
    assert sum(seen) == 6


def test_a_killed_worker_loses_nothing(tmp_path):
    points = [{**p, "folder": str(tmp_path)} for p in POINTS]
    results = run_jobs(jobs(die_once, points), backend=Backend(workers=2), store=PointStore(tmp_path / "points"))
    assert (tmp_path / "2.died").exists()
    assert results == [draw(**p) for p in POINTS]


def test_a_point_that_always_kills_its_worker_ends_the_scan():
    with pytest.raises(SemivisError, match="--workers"):
        run_jobs(jobs(always_dies, [{"seed": 1}, {"seed": 2}]), backend=Backend(workers=2))


def test_no_worker_at_all_is_refused():
    with pytest.raises(ParameterError, match="--workers 0"):
        Backend(workers=0)


def test_an_absent_scheduler_is_one_clear_line():
    pytest.importorskip("distributed")
    with pytest.raises(SemivisError, match="no Dask scheduler answers"):
        run_jobs(jobs(draw, POINTS), backend=Backend(scheduler="nonsense://nowhere"))
