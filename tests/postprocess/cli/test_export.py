import json

import pytest
from click.testing import CliRunner

from postprocess.cli import export
from postprocess.tables import read_table
from semivis_gen.errors import OutputError
from semivis_gen.production import cross_section
from semivis_gen.target import material

OPTIONS = ["g4darkbrem", "--m-aprime", "0.1", "--energy", "4", "--energy-min", "3.9", "--events", "5"]


def test_a_library_and_its_cross_sections(tmp_path):
    library, table = tmp_path / "w.csv", tmp_path / "sigma.csv"
    given = [*OPTIONS, "--output", str(library), "--cross-section", str(table), "--json"]
    record = json.loads(CliRunner().invoke(export.command, given, catch_exceptions=False).stdout)
    assert len(library.read_text().splitlines()) == 11
    rows = read_table(table, title=export.TITLE, kind="cross-sections").numbers()
    nucleus = material("W").elements[0][0]
    assert rows[:, :2].tolist() == [[74, 3.9], [74, 4.0]]
    for _, energy, sigma, error in rows:
        exact = cross_section(0.1, energy, nucleus)
        assert (sigma, error) == (exact.value, exact.error)
    assert record["cross_sections"]["sigma_pb"] == rows[:, 2].tolist()


def test_library_and_table_are_two_files(tmp_path):
    same = str(tmp_path / "a.csv")
    with pytest.raises(OutputError, match="--cross-section"):
        CliRunner().invoke(
            export.command, [*OPTIONS, "--output", same, "--cross-section", same], catch_exceptions=False
        )
