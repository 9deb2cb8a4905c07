"""All formats through the same door: dispatch, atomic writing, memory."""

import gzip
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from support.event_files import FOREIGN
from support.places import TESTS

from semivis_gen.errors import EventFileError, OutputError
from semivis_gen.events import concatenate
from semivis_gen.io.files import open_writer, read_events
from semivis_gen.io.formats import Format, format_of

NAMES = ["a.lhe", "a.lhe.gz", "a.hepmc3", "a.hepmc3.gz", "a.parquet"]


@pytest.mark.parametrize(
    ("name", "kind", "compressed"),
    [
        ("x/a.lhe", Format.LHE, False), ("A.LHE.gz", Format.LHE, True), ("-", Format.LHE, False),
        ("a.b.hepmc", Format.HEPMC, False), ("a.hepmc3.gz", Format.HEPMC, True), ("a.parquet", Format.PARQUET, False),
    ],
)  # fmt: skip
def test_suffixes(name, kind, compressed):
    assert format_of(name) == (kind, compressed)


@pytest.mark.parametrize("name", ["a", "a.txt", "a.gz", "lhe", "a.parquet.gz", "a.lhe.bz2", "a.root", ""])
def test_other_suffixes_are_named(kit, tmp_path, name):
    with pytest.raises(EventFileError, match=r"use a name that ends with \.lhe, "):
        read_events(tmp_path / name if name else "")
    with pytest.raises(EventFileError, match="unknown kind"), open_writer(tmp_path / name, kit.run_info()):
        pass


def test_formats_carry_the_same_events(kit, tmp_path):
    events = kit.random_events(10)
    for name in NAMES:
        with open_writer(tmp_path / name, events.info) as writer:
            writer.write(events)
        back = concatenate(list(read_events(tmp_path / name, chunk=3)))
        kit.assert_same(back, events, loose=("ctau",) if "hepmc" in name else ())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_interrupted_writer_leaves_nothing(kit, tmp_path, name, error):
    def stop():
        with open_writer(tmp_path / name, kit.run_info()) as writer:
            writer.write(kit.random_events(50))
            raise error

    with pytest.raises(error):
        stop()
    assert list(tmp_path.iterdir()) == []


def test_impossible_outputs(kit, tmp_path):
    for path, says in ((tmp_path / "no" / "a.lhe", "does not exist"), ("-", "give a file name")):
        with pytest.raises(OutputError, match=says), open_writer(path, kit.run_info()):
            pass


FULL_DISK = """
import resource, signal, sys
sys.path[:0] = {tests!r}
from support.records import Kit
from semivis_gen.errors import OutputError
from semivis_gen.io import open_writer
events = Kit.random_events(2000)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for name in {names!r}:
    try:
        with open_writer(f"{folder}/{{name}}", events.info) as writer:
            writer.write(events)
    except OutputError as error:
        print(name, error)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on file sizes")
def test_no_space_for_the_file(kit, tmp_path):
    """A limit on file sizes stands for the full disk: the same failing system call."""
    code = FULL_DISK.format(tests=[str(TESTS), str(TESTS / "semivis_gen" / "io")], names=NAMES, folder=tmp_path)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    lines = run.stdout.splitlines()
    assert [line.split()[0] for line in lines] == NAMES
    assert all("File too large; free space or choose another --output" in line for line in lines), lines
    assert list(tmp_path.iterdir()) == []


MEMORY = """
import resource, sys
sys.path[:0] = {tests!r}
from support.records import Kit
from semivis_gen.io import open_writer, read_events
events = Kit.random_events(1000)
with open_writer({path!r}, events.info) as writer:
    for _ in range({chunks}):
        writer.write(events)
assert sum(len(chunk) for chunk in read_events({path!r}, chunk=1000)) == 1000 * {chunks}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize(
    ("name", "few", "many"), [("a.lhe", 5, 60), ("a.lhe.gz", 5, 80), ("a.hepmc3", 6, 24), ("a.parquet", 40, 200)]
)
def test_memory_does_not_grow_with_the_file(kit, tmp_path, name, few, many):
    def peak(chunks):
        tests = [str(TESTS), str(TESTS / "semivis_gen" / "io")]
        code = MEMORY.format(tests=tests, path=str(tmp_path / name), chunks=chunks)
        # Arrow's own pool keeps freed memory, tens of MB more or less from run to run
        settings = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"}
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=settings)
        assert run.returncode == 0, run.stderr
        return int(run.stdout)

    growth = peak(many) - peak(few)
    size = (many - few) * 1000 * 10 * 66 / 1024  # kB of the arrays, were they kept
    assert growth < 0.3 * size + 4000, (growth, size)


def test_reading_is_lazy(kit, tmp_path):
    events = read_events(tmp_path / "none.lhe")
    with pytest.raises(EventFileError, match="No such file"):
        next(events)


@pytest.mark.parametrize("name", NAMES)
def test_foreign_ids_in_every_format(kit, tmp_path, name):
    events = kit.random_events(5)
    with open_writer(tmp_path / name, events.info, ids=FOREIGN) as writer:
        writer.write(events)
    for options in ({}, {"ids": FOREIGN}):
        assert concatenate(list(read_events(tmp_path / name, **options))).pdg.tolist() == events.pdg.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_events_know_where_they_stand(kit, tmp_path, name):
    events = kit.random_events(30)
    with open_writer(tmp_path / name, events.info) as writer:
        writer.write(events)
    back = concatenate(list(read_events(tmp_path / name, chunk=7)))
    assert back.origin.number.tolist() == list(range(1, 31))
    kept = back.select(np.arange(30) % 10 == 4)
    if "parquet" in name:
        assert kept.place(1) == f"{tmp_path / name}, event 15"
    else:
        content = (tmp_path / name).read_bytes()
        lines = (gzip.decompress(content) if name.endswith("gz") else content).split(b"\n")
        starts = [i for i, line in enumerate(lines, 1) if line == b"<event>" or line.startswith(b"E ")]
        assert kept.place(1) == f"{tmp_path / name}, line {starts[14]}, event 15"
    with pytest.raises(EventFileError, match=rf"{name}, .*event 5 has 0 particles with id 99 \(Z'\), not one"):
        kept.only(99, name="Z'")
    assert concatenate([kept, events]).origin is None
    assert concatenate([kept, events]).place(3) == "event 4"
