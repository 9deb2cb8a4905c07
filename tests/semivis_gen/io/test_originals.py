"""Files of the real generators, out of public repositories: the table is tests/reference/originals.csv.

They are not here: SEMIVIS_ORIGINALS names a folder with copies of the repositories, OWNER/NAME/PATH.
"""

import csv
import hashlib
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from support.event_files import load, save
from support.peers import assert_equal_to_pylhe, assert_graph_of_pyhepmc, weights_of_pylhe
from support.places import REFERENCE

from semivis_gen.errors import EventFileError
from semivis_gen.io.files import read_info
from semivis_gen.io.lhe import reader as lhe_reader

with (REFERENCE / "originals.csv").open(encoding="utf-8") as stream:
    ROWS = list(csv.DictReader(line for line in stream if not line.startswith("#")))
READ = [row for row in ROWS if not row["refused"]]
ALIKE = [row for row in READ if row["peer"] == f"{row['events']} {row['particles']}"]  # as the peer says
REFUSED = [row for row in ROWS if row["refused"]]


def name_of(row):
    return row["file"]


@pytest.fixture
def original(tmp_path):
    """Copy of a file under a name with its format, or a skip."""
    folder = os.environ.get("SEMIVIS_ORIGINALS")

    def copy(row):
        if not folder:
            pytest.skip("set SEMIVIS_ORIGINALS to a folder with copies of the repositories, OWNER/NAME/PATH")
        path = Path(folder, row["file"])
        if not path.is_file():
            pytest.skip(f"{path} is not there")
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest()[:16] != row["sha256"]:
            pytest.skip(f"{path} is another version")
        suffix = ".gz" if data[:2] == b"\x1f\x8b" else ""
        return Path(shutil.copy(path, tmp_path / f"original.{row['format']}{suffix}"))

    return copy


def test_the_table_tells_of_each_file_once():
    assert len({row["file"] for row in ROWS}) == len(ROWS) > 100
    others = {Path(row["file"]).name for row in READ if row not in ALIKE}
    assert others == {"inputMass.hepmc", "z012j.lhe"}  # HepMC3 drops two particles, pylhe stops at a header


@pytest.mark.parametrize("row", READ, ids=name_of)
def test_what_is_read(row, original, kit, monkeypatch, tmp_path):
    path = original(row)
    events = load(path)
    assert (len(events), len(events.pdg)) == (int(row["events"]), int(row["particles"]))
    found = [np.abs(events.momentum).sum(), events.weight.sum(), events.info.rate]
    np.testing.assert_allclose(found, [float(row[key]) for key in ("momentum_GeV", "weights", "rate_pb")], rtol=1e-12)
    check = assert_equal_to_pylhe if row["format"] == "lhe" else assert_graph_of_pyhepmc
    if row in ALIKE:
        check(path, events)
    if row["format"] == "lhe":
        monkeypatch.setattr(lhe_reader, "parse_block", lambda _: None)
        kit.assert_same(load(path), events)
        monkeypatch.undo()
    assert_equal_to_pylhe(save(tmp_path / "again.lhe", events), load(tmp_path / "again.lhe"))
    assert_graph_of_pyhepmc(save(tmp_path / "again.hepmc3", events), events)


@pytest.mark.parametrize("row", [row for row in ALIKE if row["format"] == "lhe"], ids=name_of)
def test_weights_by_name(row, original):
    path = original(row)
    names = read_info(path).weight_names
    for name in dict.fromkeys(names[index] for index in (0, len(names) // 2, -1) if names):
        theirs = weights_of_pylhe(path, name)
        if None in theirs:
            with pytest.raises(EventFileError, match=f"has no weight '{name}'"):
                load(path, weight=name)
        else:
            np.testing.assert_array_equal(load(path, weight=name).weight, theirs)


@pytest.mark.parametrize("row", REFUSED, ids=name_of)
def test_what_is_refused(row, original, monkeypatch):
    path = original(row)
    for _ in range(2):  # by both parsers of LHE
        with pytest.raises(EventFileError, match=re.escape(row["refused"])):
            load(path)
        monkeypatch.setattr(lhe_reader, "parse_block", lambda _: None)
