"""Tables: what is written comes back, whatever the names; what is damaged is named with file and line."""

import csv
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from postprocess.acceptance.table import AcceptanceTable
from postprocess.tables import EXACT, flat_rows, read_table, rows_from, write_rows, write_table
from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.model.point import DarkMasses, MassShape
from semivis_gen.numerics.estimate import Estimate

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=12)


@dataclass(frozen=True)
class Row:
    name: str
    reach: Estimate | None
    share: float | None = None


ROWS = [Row("a", Estimate(0.3, 0.01), math.nan), Row("b, c", None, 2.0), Row("", Estimate(0.4, math.nan))]


def test_rows_become_flat_and_come_back():
    flat = flat_rows(ROWS)
    assert flat[0] == {"name": "a", "reach": 0.3, "reach_error": 0.01, "share": None}
    assert [list(row) for row in flat] == [["name", "reach", "reach_error", "share"]] * 3
    assert flat[1]["reach"] is flat[1]["reach_error"] is flat[2]["reach_error"] is None
    back = rows_from(Row, flat)
    assert back[:2] == [Row("a", Estimate(0.3, 0.01)), ROWS[1]]
    assert math.isnan(back[2].reach.error)


def test_points_in_rows_become_their_columns():
    @dataclass(frozen=True)
    class Found:
        masses: DarkMasses
        shape: MassShape
        k: float

    (flat,) = flat_rows([Found(DarkMasses(0.3, 4.0, 0.2), MassShape(4.0, 0.2), 0.6)])
    assert list(flat.items()) == [("m_aprime_GeV", 0.3), ("ratio", 4.0), ("splitting", 0.2), ("k", 0.6)]


def test_rows_as_csv(tmp_path):
    write_rows([{"a": 1.5, "b": None}, {"a": 2.0, "b": "x"}], tmp_path / "t.csv", title="numbers")
    with (tmp_path / "t.csv").open() as stream:
        assert stream.readline() == "# numbers\n"
        assert list(csv.DictReader(stream)) == [{"a": "1.5", "b": ""}, {"a": "2", "b": "x"}]


def test_no_rows_are_no_table(tmp_path):
    with pytest.raises(ParameterError, match=r"t\.csv: no rows for the table 'numbers'"):
        write_rows([], tmp_path / "t.csv", title="numbers")


def test_the_whole_format(tmp_path):
    path = tmp_path / "t.csv"
    columns = {"m_GeV": [0.1 + 0.2, math.nan], "K": [1 / 3, None], "n": [7, 8], "note": ["a, b", 'say "x"']}
    write_table(
        columns, path, title="masses", remarks=["two\n lines"], header={"rows": "2", "of": " =: x"},
        floats=EXACT, formats={"K": ".3f"},
    )  # fmt: skip
    assert path.read_text().splitlines()[:5] == [
        *("# masses", "# two lines", "# rows: 2", "# of:  =: x", "m_GeV,K,n,note")
    ]
    table = read_table(path, title="masses", kind="a list of masses", with_header=True)
    assert table.names == tuple(columns)
    assert table.rows == (("0.30000000000000004", "0.333", "7", "a, b"), ("", "", "8", 'say "x"'))
    assert table.header["of"] == " =: x"
    found = table.numbers(["n", "m_GeV"], empty=True)
    assert found[:, 0].tolist() == [7, 8]
    assert found[0, 1] == 0.1 + 0.2
    assert math.isnan(found[1, 1])
    with pytest.raises(EventFileError, match=r"t\.csv, line 7: expected 1 numbers, found ',,8,say"):
        table.numbers(["m_GeV"])


@pytest.mark.parametrize(
    ("damage", "hint"),
    [
        (lambda t: t[:-1], "line 6: the file ends within a line, it is truncated"),
        (lambda t: t[: t.rindex("3")], "line 5: 1 rows, not 2: truncated"),
        (lambda t: t.replace("# title", "# other"), "line 1: not a list; its first line must be '# title'"),
        (lambda t: t[: t.index("x,y")], "line 3: no table follows"),
        (lambda t: t.replace("1,2", "1,2,3"), "line 5: expected 2 cells, found 3: '1,2,3'"),
        (lambda t: t.replace("1,2", '1,"2'), "line 6: not comma-separated cells"),
        (lambda t: t.replace("3,4", "3,inf"), "line 6: expected 2 numbers, found '3,inf'"),
        (lambda t: t + "\n", "line 7: expected 2 cells, found 0"),
    ],
)
def test_damage_is_named_with_file_and_line(tmp_path, damage, hint):
    path = tmp_path / "t.csv"
    columns = {"x": [1, 3], "y": [2, 4]}
    write_table(columns, path, title="title", header={"a": "b", "rows": "2"})
    path.write_text(damage(path.read_text()))
    with pytest.raises(EventFileError) as caught:
        read_table(path, title="title", kind="a list", with_header=True).numbers()
    assert str(caught.value).startswith(f"{path}, {hint}")


def test_what_does_not_fit_on_a_line_is_refused(tmp_path):
    for columns, header in (({"a\nb": [1]}, {}), ({"a": [1]}, {"experiment": "x\ry"})):
        with pytest.raises(ParameterError, match="does not fit on one line"):
            write_table(columns, tmp_path / "t.csv", title="t", header=header)
    assert list(tmp_path.iterdir()) == []


@settings(deadline=None, derandomize=True)
@given(names=st.lists(NAMES, min_size=1, max_size=3, unique=True), beyond=st.lists(st.booleans(), min_size=3))
def test_any_names_of_signatures_survive(tmp_path_factory, names, beyond):
    path = tmp_path_factory.mktemp("names") / "t.csv"
    shape = (2, len(names))
    table = AcceptanceTable(
        experiment=names[0],
        mode="semivisible",
        masses=DarkMasses(0.3),
        signatures=tuple(names),
        beyond=tuple(beyond[: len(names)]),
        ctau_mm=np.array([1.0, 10.0]),
        acceptance=np.full(shape, 0.25),
        error=np.full(shape, 0.01),
        events=100,
        e_min=13.5,
    )
    table.to_csv(path)
    back = AcceptanceTable.from_csv(path)
    assert (back.experiment, back.signatures, back.beyond) == (table.experiment, table.signatures, table.beyond)
    assert back.masses == table.masses


def test_names_of_old_files_are_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "# semivis acceptance table\n# experiment: x\n# mode: semivisible\n# e_min_GeV: 13.5\n# events: 9\n# rows: 2\n"
        "# beyond: S2 S3\nctau_mm,acceptance_S1,error_S1,acceptance_S2,error_S2,acceptance_S3,error_S3\n"
        "1.0,0.1,0.0,0.2,0.0,0.3,0.0\n2.0,0.1,0.0,0.2,0.0,0.3,0.0\n"
    )
    back = AcceptanceTable.from_csv(path)
    assert back.beyond == (False, True, True)
    assert back.masses is None
