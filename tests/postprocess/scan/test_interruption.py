"""Scans that are killed, interrupted, out of disk, run twice at once or with damaged points, for real."""

import json
import os
import resource
import signal
import subprocess
import sys
import time

import pytest
from support.stored import points

RUN = "from postprocess.cli.main import main; main()"
FINISHED = 2
HOLD = f"""
import itertools, pathlib, time
rename, count = pathlib.Path.replace, itertools.count()
def replace(self, target):
    if next(count) >= {FINISHED}:
        time.sleep(600)
    return rename(self, target)
pathlib.Path.replace = replace
"""  # a scan that stops between the writing and the renaming of its third point, to be ended there
MASSES = 6
SCAN = [
    "limit",
    "--experiment",
    "na64-2018",
    "--masses",
    str(MASSES),
    "--events",
    "2000",
    "--workers",
    "1",
    "--no-plot",
]
SCAN += ["--no-refine", "--precision", "inf"]
PATIENCE = 120  # seconds, for a slow machine


def scan(folder, *options, limit=None, prelude="", interrupt=signal.SIG_DFL, hangup=signal.SIG_DFL):
    def prepare():
        signal.signal(signal.SIGINT, interrupt)  # whatever the tests themselves were started with
        signal.signal(signal.SIGHUP, hangup)
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as a full disk does: an error of write()
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [sys.executable, "-c", prelude + RUN, *SCAN, *options, "--output", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=prepare,
    )


def end(process):
    _, errors = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors
    return process.returncode, errors


def temporary(folder):
    return list(folder.rglob(".*"))


def wait_until_held(folder, process):
    limit = time.monotonic() + PATIENCE
    while not (len(points(folder)) == FINISHED and temporary(folder)):
        assert time.monotonic() < limit
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    code, errors = end(scan(folder))
    assert code == 0, errors
    return (folder / "limit_m_eps.csv").read_bytes()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_scan_that_is_ended_goes_on_where_it_stopped(tmp_path, whole, how):
    process = scan(tmp_path, prelude=HOLD)
    wait_until_held(tmp_path, process)
    process.send_signal(how)
    code, errors = end(process)
    kept = points(tmp_path)
    assert len(kept) == FINISHED
    assert not (tmp_path / "limit_m_eps.csv").exists()
    if how == signal.SIGKILL:
        assert len(temporary(tmp_path)) == 1  # nobody could remove it; it is never read
    else:
        assert code == 130
        assert len(errors.strip().splitlines()[-1]) < 200
        assert not temporary(tmp_path)
    code, errors = end(scan(tmp_path))
    assert code == 0, errors
    assert (tmp_path / "limit_m_eps.csv").read_bytes() == whole
    after = points(tmp_path)
    assert len(after) == MASSES
    assert all(after[path] == stamp for path, stamp in kept.items())  # not computed again
    assert not temporary(tmp_path)  # what the killed one left is gone


def test_a_background_scan_that_ignores_ctrl_c_goes_on_until_it_is_terminated(tmp_path):
    # as shells start `nohup semivis limit ... &`
    process = scan(tmp_path, prelude=HOLD, interrupt=signal.SIG_IGN, hangup=signal.SIG_IGN)
    wait_until_held(tmp_path, process)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.5)
    process.send_signal(signal.SIGTERM)
    code, errors = end(process)
    assert code == 130
    assert errors.strip().splitlines()[-1].startswith("interrupted")


def test_a_full_disk_is_one_line_and_the_scan_goes_on_when_there_is_room(tmp_path, whole):
    code, errors = end(scan(tmp_path, limit=2000))  # a point needs more
    assert code == 2
    assert errors.strip().splitlines()[-1].startswith("error:")
    assert not temporary(tmp_path)
    code, errors = end(scan(tmp_path))
    assert code == 0, errors
    assert (tmp_path / "limit_m_eps.csv").read_bytes() == whole


@pytest.mark.skipif(os.geteuid() != 0, reason="a small file system needs root to mount")
def test_a_full_file_system(tmp_path, whole):
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("cannot mount here")
    try:
        code, errors = end(scan(folder))
        assert code == 2
        assert "No space left" in errors
        assert not temporary(folder)
        for path in points(folder):
            json.loads(path.read_text())
        subprocess.run(["mount", "-o", "remount,size=10m", str(folder)], check=True)
        code, errors = end(scan(folder))
        assert code == 0, errors
        assert (folder / "limit_m_eps.csv").read_bytes() == whole
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_two_scans_in_one_folder_do_not_disturb_each_other(tmp_path, whole):
    both = [scan(tmp_path), scan(tmp_path)]
    assert [end(process)[0] for process in both] == [0, 0]
    assert (tmp_path / "limit_m_eps.csv").read_bytes() == whole
    assert len(points(tmp_path)) == MASSES
    assert not temporary(tmp_path)


def test_another_card_is_another_scan(tmp_path, whole):
    assert end(scan(tmp_path))[0] == 0
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "extends: na64-2018\nname: na64-2018\n"
        "exposure: {particles_on_target: {value: 1.0e+12, status: assumed, note: more}}\n"
    )
    code, errors = end(scan(tmp_path, "--experiment", str(mine)))
    assert code == 2
    assert "holds a limit of another card of the same name" in errors
    assert (tmp_path / "limit_m_eps.csv").read_bytes() == whole
    assert len(points(tmp_path)) == MASSES
    (tmp_path / "limit_m_eps.csv").unlink()  # on purpose
    assert end(scan(tmp_path, "--experiment", str(mine)))[0] == 0
    assert len(points(tmp_path)) == 2 * MASSES  # all anew, the old ones untouched
    assert (tmp_path / "limit_m_eps.csv").read_bytes() != whole


DAMAGES = {
    "cut": lambda text: text[: len(text) // 2],
    "flipped": lambda text: text.replace('"rate": [', '"rate": [1', 1),
    "empty": lambda text: "",
    "another shape": lambda text: "[1, 2]",
    "not a number": lambda text: text.replace('"rate": [', '"rate": [NaN, ', 1),
    "binary": lambda text: "\x00" * 50,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_points_are_computed_again(tmp_path_factory, whole, damage):
    folder = tmp_path_factory.mktemp("damaged")
    assert end(scan(folder))[0] == 0
    path = sorted(points(folder))[2]
    path.write_text(DAMAGES[damage](path.read_text()))
    code, errors = end(scan(folder))
    assert code == 0, errors
    assert f"{path} is damaged" in errors
    assert (folder / "limit_m_eps.csv").read_bytes() == whole
    json.loads(path.read_text())
