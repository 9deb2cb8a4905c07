"""Workers whatever the main program is: a script without guard, standard input, a notebook; they end with it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import tasks
from support.places import ROOT

from postprocess.scan.jobs import Backend, run_jobs
from semivis_gen.errors import ParameterError

PATIENCE = 60  # seconds, for a slow machine
PATHS = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
BARE = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")} | PATHS
PROGRAM = """
import json
from postprocess.scan import Backend, run_jobs
from support import tasks
with open("started", "a") as file:
    file.write("x")
jobs = [(tasks.look, {"number": n}) for n in range(4)]
print(json.dumps(run_jobs(jobs, backend=Backend(2))))
"""
NOTEBOOK = """
import sys, types
main = types.ModuleType("__main__")  # as IPython makes it: no __file__, and not what python was started with
sys.modules["__main__"] = main
exec(compile(open("cells.py").read(), "<cell>", "exec"), main.__dict__)
"""
WAYS = {
    "script": (["cells.py"], None),
    "standard input": (["-"], PROGRAM),
    "command": (["-c", PROGRAM], None),
    "module": (["-m", "cells"], None),
    "notebook": (["notebook.py"], None),
}
SLEEP = """
import sys
from postprocess.scan import Backend, run_jobs
from support import tasks
jobs = [(tasks.sleep, {"seconds": float(seconds), "folder": sys.argv[1]}) for seconds in sys.argv[2:]]
try:
    run_jobs(jobs, backend=Backend(2))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("way", WAYS)
def test_the_main_program_is_not_run_again(tmp_path, way):
    (tmp_path / "cells.py").write_text(PROGRAM)
    (tmp_path / "notebook.py").write_text(NOTEBOOK)
    arguments, stdin = WAYS[way]
    run = subprocess.run(
        [sys.executable, *arguments], cwd=tmp_path, env=BARE, input=stdin,
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    found = json.loads(run.stdout)
    assert (tmp_path / "started").read_text() == "x"
    assert [f["square"] for f in found] == [0, 1, 4, 9]
    assert all(f["main"] == [] and f["threads"] == "1" and f["interrupts"] for f in found)


def test_the_parent_is_left_as_it_was(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "2")
    before, main = dict(os.environ), sys.modules["__main__"]
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    found = run_jobs([(tasks.look, {"number": n}) for n in range(3)], backend=Backend(2))
    assert {f["pid"] for f in found}.isdisjoint({os.getpid()})
    assert dict(os.environ) == before
    assert sys.modules["__main__"] is main
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == mask


def test_a_task_of_the_main_program_is_one_clear_line():
    def task(*, number):
        return {"number": number}

    task.__module__ = "__main__"
    jobs = [(task, {"number": n}) for n in range(2)]
    with pytest.raises(ParameterError, match="is in the main program, which workers do not run: move it into a module"):
        run_jobs(jobs, backend=Backend(2))
    assert run_jobs(jobs, backend=Backend(1)) == [{"number": 0}, {"number": 1}]


def alive(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize(("how", "seconds", "code"), [("KILL", "600 601", -9), ("INT", "2 3", 130)])
def test_workers_end_with_their_parent_and_leave_ctrl_c_to_it(tmp_path, how, seconds, code):
    process = subprocess.Popen(
        [sys.executable, "-c", SLEEP, str(tmp_path), *seconds.split()],
        start_new_session=True, stderr=subprocess.PIPE, text=True, env=BARE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    end = time.monotonic() + PATIENCE
    while len(list(tmp_path.iterdir())) < 2:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)
    workers = [int(path.name) for path in tmp_path.iterdir()]
    if how == "KILL":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGINT)  # what a terminal does: to all of them
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    assert "Traceback" not in errors
    while any(alive(pid) for pid in workers):
        assert time.monotonic() < end
        time.sleep(0.02)
