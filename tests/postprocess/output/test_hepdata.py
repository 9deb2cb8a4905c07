"""HEPData submission: valid, complete, repeatable, without ImageMagick and without stray files."""

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from PIL import Image

from postprocess.limits.contour import Contour
from postprocess.limits.edges import Edges
from postprocess.output.hepdata import (
    Column,
    DataTable,
    acceptance_table,
    contour_table,
    rows_table,
    validate_submission,
    write_submission,
)
from semivis_gen.errors import OutputError, ParameterError
from semivis_gen.model.point import DarkMasses

M = [0.01, 0.1, 1.0]


@pytest.fixture
def contour():
    nothing = Edges((math.nan,) * 6, (math.nan,) * 6, 0)
    edges = [Edges((1.23456789e-5 * m,) * 6, (1e-3 / m,) * 6, 1) for m in M[:2]]
    return Contour.build(M, [*edges, nothing], x_name="m_aprime_GeV", y_name="epsilon")


@pytest.fixture
def acceptance():
    values = np.array([[0.1, 0.0], [0.2, 0.5]])
    return SimpleNamespace(
        experiment="na64-2018",
        e_min=44.0,
        masses=DarkMasses(0.3),
        signatures=("S1", "S2"),
        ctau_mm=np.array([1.0, 10.0]),
        acceptance=values,
        error=0.1 * values,
    )


@pytest.fixture
def png(tmp_path):
    path = tmp_path / "fig4.png"
    Image.new("RGBA", (1200, 900), "white").save(path)
    return path


def tables(contour, acceptance, png):
    return [
        contour_table(contour, name="Limit m eps", description="d", location="Figure 4", figure=png),
        acceptance_table(acceptance, name="Acceptance 300 MeV", description="d", location="Text"),
    ]


@pytest.fixture
def quiet(monkeypatch, tmp_path):
    """No program may be started, and the current folder stays clean."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("subprocess.Popen", lambda *_a, **_k: pytest.fail("a program was started"))
    yield
    assert list(here.iterdir()) == []


@pytest.mark.usefixtures("quiet")
def test_submission_is_valid_and_complete(contour, acceptance, png, tmp_path, capsys):
    folder = write_submission(tables(contour, acceptance, png), tmp_path / "hepdata", comment="A\nrecast")
    assert sorted(p.name for p in folder.iterdir()) == [
        "acceptance_300_mev.yaml",
        "limit_m_eps.png",
        "limit_m_eps.yaml",
        "submission.yaml",
        "thumb_limit_m_eps.png",
    ]
    validate_submission(folder)
    header, first, second = yaml.safe_load_all((folder / "submission.yaml").read_text())
    assert header["comment"] == "A recast"
    assert [r["location"] for r in first["additional_resources"]] == ["limit_m_eps.png", "thumb_limit_m_eps.png"]
    assert second["data_file"] == "acceptance_300_mev.yaml"
    with Image.open(folder / "thumb_limit_m_eps.png") as thumbnail:
        assert max(thumbnail.size) == 240
    assert capsys.readouterr().out == ""


def test_numbers_arrive(contour, acceptance, png, tmp_path):
    folder = write_submission(tables(contour, acceptance, png), tmp_path / "hepdata", comment="c")
    limit = yaml.safe_load((folder / "limit_m_eps.yaml").read_text())
    (x,) = limit["independent_variables"]
    assert (x["header"], [v["value"] for v in x["values"]]) == ({"name": "m_aprime", "units": "GeV"}, M)
    names = [v["header"]["name"] for v in limit["dependent_variables"]]
    assert names[:3] == [
        "epsilon, lower edge, observed",
        "epsilon, upper edge, observed",
        "epsilon, lower edge, expected minus 2 sigma",
    ]
    assert len(names) == 12
    values = [v["value"] for v in limit["dependent_variables"][0]["values"]]
    assert values[0] == pytest.approx(1.23456789e-7, rel=1e-5)
    assert values[2] == "-"
    table = yaml.safe_load((folder / "acceptance_300_mev.yaml").read_text())
    s1 = table["dependent_variables"][0]
    assert s1["values"][0] == {"value": 0.1, "errors": [{"symerror": 0.01, "label": "stat"}]}
    assert {"name": "m(A') [GeV]", "value": 0.3} in s1["qualifiers"]
    assert [v["value"] for v in table["dependent_variables"][1]["values"]] == [0.0, 0.5]


def test_edges_have_errors_and_open_ends_and_doubts_are_said(tmp_path):
    edges = [
        Edges((1e-4,), (1.0,), 1, "high", 2e-6, math.nan, "excluded"),
        Edges((2e-4,), (5e-3,), 1, "", 3e-6, 1e-4),
        Edges((math.nan,), (math.nan,), 0),
    ]
    made = Contour.build(M, edges, x_name="m_aprime_GeV", y_name="epsilon")
    table = contour_table(made, name="Limit", description="d", location="l", qualifiers={"f": 0.4})
    folder = write_submission([table], tmp_path / "hepdata", comment="c")
    found = yaml.safe_load((folder / "limit.yaml").read_text())["dependent_variables"]
    low, high, opened, doubt = found
    assert low["values"][0] == {"value": 1e-4, "errors": [{"symerror": 2e-6, "label": "stat"}]}
    assert high["values"] == [
        {"value": 1.0},
        {"value": 5e-3, "errors": [{"symerror": 1e-4, "label": "stat"}]},
        {"value": "-"},
    ]
    assert opened["header"]["name"] == "edge that is the end of the scan"
    assert [v["value"] for v in opened["values"]] == ["high", "-", "-"]
    assert [v["value"] for v in doubt["values"]] == ["excluded", "-", "-"]
    assert {"name": "f", "value": 0.4} in low["qualifiers"]


def test_same_input_same_bytes_and_old_submission_replaced(contour, acceptance, png, tmp_path):
    folder = tmp_path / "hepdata"
    write_submission(tables(contour, acceptance, png), folder, comment="c")
    first = {p.name: p.read_bytes() for p in folder.iterdir()}
    (folder / "old_table.yaml").write_text("x: 1\n")
    write_submission(tables(contour, acceptance, png), folder, comment="c")
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == first
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_another_folder_is_not_overwritten(contour, acceptance, png, tmp_path):
    (tmp_path / "precious.txt").write_text("x")
    with pytest.raises(OutputError, match="something else"):
        write_submission(tables(contour, acceptance, png), tmp_path, comment="c")
    assert (tmp_path / "precious.txt").exists()


def test_failure_leaves_nothing(contour, acceptance, tmp_path):
    missing = Path(tmp_path / "no.png")
    with pytest.raises(OutputError, match="cannot write"):
        write_submission(tables(contour, acceptance, missing), tmp_path / "hepdata", comment="c")
    assert list(tmp_path.iterdir()) == []


def test_validator_is_asked(tmp_path, contour, acceptance, png):
    folder = write_submission(tables(contour, acceptance, png), tmp_path / "hepdata", comment="c")
    (folder / "limit_m_eps.yaml").write_text("independent_variables: 3\n")
    with pytest.raises(ParameterError, match=r"HEPData's validator on .*limit_m_eps"):
        validate_submission(folder)


def test_bad_tables(contour, acceptance, png, tmp_path):
    x, y = Column("x", [1.0, 2.0]), Column("y", [1.0])
    with pytest.raises(ParameterError, match="all need the same number"):
        DataTable("t", "d", "l", (x,), (y,))
    with pytest.raises(ParameterError, match="1 to 64"):
        DataTable("t" * 65, "d", "l", (x,), (x,))
    first = tables(contour, acceptance, png)[0]
    with pytest.raises(ParameterError, match="different names"):
        write_submission([first, first], tmp_path / "hepdata", comment="c")
    with pytest.raises(ParameterError, match="at least one table"):
        write_submission([], tmp_path / "hepdata", comment="c")


def test_rows_of_any_study(tmp_path):
    columns = {
        "name": ["a", "b"],
        "reach_GeV": [0.3, None],
        "error_GeV": [0.01, None],
        "k": [0.6, math.inf],
        "k_error": [math.nan, 0.1],
        "note": ["", "x"],
    }
    table = rows_table(
        columns, name="Some rows", description="d", location="Auxiliary", independent=("name",),
        errors={"reach_GeV": "error_GeV"}, units={"k": "mm"}, observables=("EFF",),
    )  # fmt: skip
    folder = write_submission([table], tmp_path / "hepdata", comment="c")
    found = yaml.safe_load((folder / "some_rows.yaml").read_text())
    assert [v["header"]["name"] for v in found["independent_variables"]] == ["name"]
    reach, k, note = found["dependent_variables"]
    assert reach == {
        "header": {"name": "reach", "units": "GeV"},
        "values": [{"value": 0.3, "errors": [{"symerror": 0.01, "label": "stat"}]}, {"value": "-"}],
    }
    assert k["header"] == {"name": "k", "units": "mm"}
    assert k["values"][0] == {"value": 0.6}
    assert k["values"][1]["value"] == "-"
    assert [v["value"] for v in note["values"]] == ["-", "x"]
    with pytest.raises(ParameterError, match=r"table 't' has no column 'mass'; it has name, reach_GeV"):
        rows_table(columns, name="t", description="d", location="l", independent=("mass",))
