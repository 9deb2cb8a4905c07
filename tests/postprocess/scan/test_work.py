"""Jobs of several purposes: each once, results by name."""

from pathlib import Path

from postprocess.scan.jobs import Backend
from postprocess.scan.work import Done, Work


def count(*, folder, name):
    """Leave a mark, so that a test sees how often this ran."""
    with (Path(folder) / name).open("a") as file:
        file.write("x")
    return {"name": name}


def test_the_same_job_of_two_runs_once(tmp_path):
    a, b = ((count, {"folder": str(tmp_path), "name": name}) for name in "ab")
    work = Work(jobs={"main": a}) | Work(jobs={"first": a, "second": b}).owned_by("study")
    assert work.steps == 2
    done = work.run(backend=Backend(1))
    assert (tmp_path / "a").read_text() == "x"
    assert done.results == {"main": {"name": "a"}, "study/first": {"name": "a"}, "study/second": {"name": "b"}}
    assert done.part("study").results == {"first": {"name": "a"}, "second": {"name": "b"}}


def test_nothing_to_do():
    assert Work().steps == 0
    assert Work().run(backend=Backend(1)) == Done()
