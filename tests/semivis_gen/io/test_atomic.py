"""A file appears whole or not at all, whatever goes wrong."""

import os
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
