import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from semivis_gen.engines import external as process
from semivis_gen.engines.external import find_installation, log_tail, run, work_folder
from semivis_gen.errors import EngineError


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def test_output_log_stdin_and_environment(tmp_path):
    code = "import os, sys; print(sys.stdin.read().upper(), os.environ['SEMIVIS_X'], file=sys.stderr)"
    done = run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        timeout=30,
        log=tmp_path / "log",
        stdin="abc",
        env={"SEMIVIS_X": "7"},
    )
    assert done.output == "ABC 7\n"
    assert done.log == tmp_path / "log"
    assert 0 < done.seconds < 30


def test_a_program_that_asks_gets_an_end_of_file_not_a_hang(tmp_path):
    assert run(["cat"], cwd=tmp_path, timeout=30, log=tmp_path / "log").output == ""


def test_a_program_that_closes_stdin_early_is_no_failure(tmp_path):
    run(["true"], cwd=tmp_path, timeout=30, log=tmp_path / "log", stdin="x" * 1_000_000)


def test_non_zero_exit_quotes_the_log(tmp_path):
    script = "for i in $(seq 100); do echo line $i; done; exit 3"
    with pytest.raises(
        EngineError, match=r"sh failed with exit code 3; log: .*log, last lines:\n(.*\n)*    line 100$"
    ) as e:
        run(["sh", "-c", script], cwd=tmp_path, timeout=30, log=tmp_path / "log")
    assert "line 89" in str(e.value)
    assert "line 88" not in str(e.value)


def test_death_by_signal_is_named(tmp_path):
    with pytest.raises(EngineError, match=r"ended by signal 11 \(Segmentation fault\); log: .* \(empty\)"):
        run(["sh", "-c", "kill -SEGV $$"], cwd=tmp_path, timeout=30, log=tmp_path / "log")


@pytest.mark.parametrize("mode", [None, 0o644])
def test_absent_or_not_executable(tmp_path, mode):
    program = tmp_path / "program"
    if mode is not None:
        program.write_text("#!/bin/sh\n")
        program.chmod(mode)
    with pytest.raises(EngineError, match="program cannot start"):
        run([program], cwd=tmp_path, timeout=30, log=tmp_path / "log")


@pytest.mark.parametrize("stubborn", [False, True])
def test_time_out_ends_the_whole_group_and_nothing_else(tmp_path, monkeypatch, stubborn):
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.3)
    bystander = process.subprocess.Popen(["sleep", "60"])
    trap = "trap '' TERM; " if stubborn else ""
    script = f"{trap}sleep 60 & echo $! > child; echo started; wait; sleep 60"
    try:
        with pytest.raises(EngineError, match=r"sh took longer than 2 s and was stopped(.|\n)*started"):
            run(["sh", "-c", script], cwd=tmp_path, timeout=2, log=tmp_path / "log")
        child = int((tmp_path / "child").read_text())
        assert wait_for(lambda: not alive(child))
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_interrupt_ends_the_group(tmp_path):
    leader = tmp_path / "leader"

    def interrupt():
        assert wait_for(lambda: leader.exists() and leader.read_text())
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it
    try:
        user = threading.Thread(target=interrupt)
        user.start()
        with pytest.raises(KeyboardInterrupt):
            run(["sh", "-c", "echo $$ > leader; sleep 60"], cwd=tmp_path, timeout=30, log=tmp_path / "log")
        user.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert not alive(int(leader.read_text()))


def locate(given=None):
    return find_installation(given, program="Engine", variable="SEMIVIS_TEST_DIR", marker="bin/semivis_test_engine")


@pytest.fixture
def installation(tmp_path, monkeypatch):
    monkeypatch.delenv("SEMIVIS_TEST_DIR", raising=False)
    program = tmp_path / "engine" / "bin" / "semivis_test_engine"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return tmp_path / "engine"


def test_installation_by_argument_variable_or_path(installation, monkeypatch):
    assert locate(installation) == installation
    monkeypatch.setenv("PATH", str(installation / "bin"))
    assert locate() == installation
    monkeypatch.setenv("SEMIVIS_TEST_DIR", str(installation))
    monkeypatch.setenv("PATH", "")
    assert locate() == installation


def test_installation_absent(installation, monkeypatch):
    with pytest.raises(EngineError, match=r"Engine not found: neither --program nor SEMIVIS_TEST_DIR is set; install"):
        locate()
    monkeypatch.setenv("SEMIVIS_TEST_DIR", str(installation / "bin"))
    with pytest.raises(EngineError, match=r"\(from SEMIVIS_TEST_DIR\) has no file bin/semivis_test_engine"):
        locate()
    with pytest.raises(EngineError, match=r"\(from argument\)"):
        locate("/nowhere")


def test_installations_that_no_path_can_be(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for given in (tmp_path / "a", "~nobody-has-this-name/x", "x" * 300, "a\0b"):
        with pytest.raises(EngineError, match=r"Engine not found: .*; install Engine and point to"):
            locate(given)


def test_of_a_work_folder_only_the_logs_of_a_failure_stay():
    with work_folder("test") as folder:
        assert folder.is_dir()
    assert not folder.exists()
    for error in (KeyboardInterrupt(), EngineError("says nothing of a log")):
        with pytest.raises(type(error)), work_folder("test") as folder:
            raise error
        assert not folder.exists()
    fill = "mkdir process; touch process/library.a; false"
    with pytest.raises(EngineError), work_folder("test") as folder:
        run(["sh", "-c", fill], cwd=folder, timeout=30, log=folder / "log")
    assert [path.name for path in folder.iterdir()] == ["log"]
    with work_folder("other"):  # what is kept stays
        assert folder.exists()
    (folder / "log").unlink()
    folder.rmdir()


KILLED = """
import os, signal
from semivis_gen.engines.external import work_folder
with work_folder("killed") as folder:
    (folder / "big").write_text("x")
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_work_folders_of_killed_processes_go_with_the_next_run(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    dead = subprocess.run([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True, check=False)
    left = Path(dead.stdout.strip())
    assert (left / "big").exists()
    with work_folder("one") as one, work_folder("two") as two:
        assert sorted(tmp_path.iterdir()) == sorted([one, two])
    assert list(tmp_path.iterdir()) == []


def test_no_place_for_a_work_folder_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    with (
        pytest.raises(EngineError, match="no temporary folder: No such file or directory; set TMPDIR"),
        work_folder("x"),
    ):
        pass


def test_tail_of_nothing(tmp_path):
    assert log_tail(tmp_path / "absent") == ""
