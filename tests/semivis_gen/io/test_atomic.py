"""A file appears whole or not at all, whatever goes wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from semivis_gen.errors import OutputError
from semivis_gen.io.atomic import atomic_path


def write(path, text="new"):
    with atomic_path(path) as temporary:
        temporary.write_text(text)


def test_replaces_on_success_and_keeps_the_suffix(tmp_path):
    target = tmp_path / "table.lhe.gz"
    target.write_text("old")
    with atomic_path(target) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.name.endswith(".table.lhe.gz")
        temporary.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_any_exception_leaves_the_old_file_alone(tmp_path, error):
    target = tmp_path / "a.csv"
    target.write_text("old")

    def fail():
        with atomic_path(target) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    with atomic_path(tmp_path / "a") as one, atomic_path(tmp_path / "a") as two:
        assert one != two
        one.write_text("1")
        two.write_text("2")
    assert (tmp_path / "a").read_text() == "1"  # the outer one ends last


@pytest.mark.parametrize(
    ("name", "says"),
    [("missing/a.csv", "does not exist"), ("", "is a folder"), ("/dev/null", "not a regular file")],
)
def test_impossible_targets_are_one_line(tmp_path, name, says):
    with pytest.raises(OutputError, match=says) as error:
        write(tmp_path / name)
    assert "\n" not in str(error.value)
    assert Path("/dev/null").is_char_device()


def test_a_symbolic_link_stays_one(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real" / "a.csv")
    write(link)
    assert link.is_symlink()
    assert (tmp_path / "real" / "a.csv").read_text() == "new"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        write(tmp_path / "a.csv")


def test_os_errors_inside_name_the_file(tmp_path):
    def fail():
        with atomic_path(tmp_path / "a.csv"):
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"a\.csv: No space left on device"):
        fail()


def test_names_that_are_too_long_or_go_in_circles_are_one_line(tmp_path):
    with pytest.raises(OutputError, match="File name too long") as error:
        write(tmp_path / ("a" * 300 + ".csv"))
    assert "\n" not in str(error.value)
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(OutputError, match="Too many levels of symbolic links"):
        write(tmp_path / "a")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("name", ["x" * 251 + ".csv", "\N{GREEK SMALL LETTER CHI}" * 120 + ".lhe.gz"])
def test_the_longest_names_can_be_written(tmp_path, name):
    with atomic_path(tmp_path / name) as temporary:
        assert temporary.name.endswith(name[-10:].lstrip("\N{GREEK SMALL LETTER CHI}"))
        temporary.write_text("new")
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_disk_that_cannot_be_written_is_one_line(tmp_path, monkeypatch):
    """As on a read-only file system: whatever is tried fails, also removing the file that was never made."""

    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refuse)
    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(OutputError, match=r"^cannot write .*a\.csv: Read-only file system; free space or") as error:
        write(tmp_path / "a.csv")
    assert error.value.__context__.errno == 30


KILLED = """
import os, signal, sys
from semivis_gen.io import atomic_path
with atomic_path(sys.argv[1]) as temporary:
    temporary.write_text("half")
    print(temporary.name, flush=True)
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.stdin.readline()
"""


def start(target, what):
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, str(target), what], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_leftovers_of_killed_writers_go_and_those_of_others_stay(tmp_path):
    with start(tmp_path / "a.csv", "killed") as dead, start(tmp_path / "b.csv", "killed") as other:
        left = dead.stdout.readline().strip(), other.stdout.readline().strip()
    assert {p.name for p in tmp_path.iterdir()} == set(left)
    with start(tmp_path / "a.csv", "alive") as alive:
        works = alive.stdout.readline().strip()  # its beginning has removed what the first left
        assert {p.name for p in tmp_path.iterdir()} == {left[1], works}
        foreign = tmp_path / (".0badc0de-" + works.split("-", 1)[1])  # of another machine
        foreign.write_text("half")
        write(tmp_path / "a.csv")
        assert {p.name for p in tmp_path.iterdir()} == {left[1], works, foreign.name, "a.csv"}
        alive.communicate("go on\n")
    assert alive.returncode == 0
    assert (tmp_path / "a.csv").read_text() == "half"
