"""Cards, tables and parameter cards that are damaged or mean harm: one line that names the file, never a traceback."""

import os
import subprocess
import sys

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings, strategies as st

from postprocess.acceptance.table import AcceptanceTable
from postprocess.experiment.schema import load_experiment
from postprocess.limits.contour import Contour
from postprocess.limits.edges import Edges
from semivis_gen.errors import CardError, SemivisError
from semivis_gen.io.text.slha import read_slha
from semivis_gen.model.point import DarkMasses
from semivis_gen.resources import cards_dir, ufo_dir

CARD = (cards_dir() / "experiments" / "na64-2018.yaml").read_bytes()
PARAMETERS = (ufo_dir() / "restrict_default.dat").read_text(encoding="utf-8")
FUZZ = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TOKENS = [
    b"",
    b"nan",
    b".inf",
    b"-1",
    b"1e999",
    b"null",
    b"[",
    b"{",
    b"\x00",
    b"\xff\xfe",
    b"&a [*a, *a]",
    b"!!python/none x",
]


@st.composite
def damaged(draw, text):
    """A valid file with a few bytes, lines or numbers changed."""
    data = text if isinstance(text, bytes) else text.encode()
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(["cut", "byte", "token", "line", "double"]))
        if kind == "cut":
            data = data[:place]
        elif kind == "byte":
            data = data[:place] + bytes([draw(st.integers(0, 255))]) + data[place + 1 :]
        elif kind == "token":
            data = data[:place] + draw(st.sampled_from(TOKENS)) + data[place + draw(st.integers(0, 6)) :]
        else:
            lines = data.split(b"\n")
            row = draw(st.integers(0, len(lines) - 1))
            lines[row : row + 1] = [] if kind == "line" else [lines[row]] * 2
            data = b"\n".join(lines)
    return data


def read_or_refusal(read, argument):
    """What was read, or the message of the refusal; any other exception is a failure."""
    try:
        return read(argument), None
    except SemivisError as error:
        return None, str(error)


def accepted_or_one_line(read, path):
    """Read; every refusal is one line that names the file."""
    found, message = read_or_refusal(read, path)
    assert message is None or ("\n" not in message and path.name in message)
    return found


@FUZZ
@given(data=damaged(CARD))
def test_damaged_cards(tmp_path, data):
    path = tmp_path / "mine.yaml"
    path.write_bytes(data)
    card = accepted_or_one_line(load_experiment, path)
    if card is not None:  # then it makes sense
        assert card.beam_energy > 0
        assert all(np.isfinite(s.background.value) for s in card.signatures)


def table():
    return AcceptanceTable(
        experiment="na64-2018",
        mode="semivisible",
        masses=DarkMasses(0.3, 3.0, 0.4),
        signatures=("S1", "S2"),
        beyond=(False, True),
        ctau_mm=np.geomspace(1, 1e4, 12),
        acceptance=np.linspace(0.01, 0.3, 24).reshape(12, 2),
        error=np.full((12, 2), 1e-3),
        events=1000,
        e_min=13.5,
    )


@FUZZ
@given(data=st.data())
def test_damaged_acceptance_tables(tmp_path, data):
    path = tmp_path / "table.csv"
    table().to_csv(path)
    path.write_bytes(data.draw(damaged(path.read_bytes())))
    found = accepted_or_one_line(AcceptanceTable.from_csv, path)
    if found is not None:
        assert np.isfinite(found.acceptance).all()
        assert (np.diff(found.ctau_mm) > 0).all()


@FUZZ
@given(data=st.data())
def test_damaged_contours(tmp_path, data):
    path = tmp_path / "limit.csv"
    edges = [Edges((1e-4 * k,) * 6, (1e-2 * k,) * 6, 1, "") for k in range(1, 6)]
    Contour.build([0.1 * k for k in range(1, 6)], edges, x_name="m_aprime_GeV", y_name="epsilon").to_csv(path)
    path.write_bytes(data.draw(damaged(path.read_bytes())))
    found = accepted_or_one_line(Contour.from_csv, path)
    if found is not None:
        assert np.isfinite(found.x).all()


@FUZZ
@given(data=damaged(PARAMETERS))
def test_damaged_parameter_cards(data):
    card, message = read_or_refusal(read_slha, data.decode("utf-8", errors="replace"))
    assert message is None
    assert all(np.isfinite(v) for v in (*card.mass.values(), *card.width.values(), *card.dark.values()))


def refused(tmp_path, text, match):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(CardError, match=match) as caught:
        load_experiment(tmp_path / "mine.yaml")
    assert "\n" not in str(caught.value)


def test_yaml_that_runs_code_is_not_run(tmp_path):
    mark = tmp_path / "ran"
    refused(tmp_path, f"name: !!python/object/apply:os.mkdir ['{mark}']\n", "mine.yaml")
    assert not mark.exists()


def test_yaml_that_grows_without_end_is_refused_in_time(tmp_path):
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]" for k in range(1, 12)]
    refused(tmp_path, "\n".join(layers) + "\n", "mine.yaml")
    (tmp_path / "deep.yaml").write_text("[" * 5000)
    with pytest.raises(CardError):
        load_experiment(tmp_path / "deep.yaml")


def test_a_key_that_stands_twice_is_refused(tmp_path):
    refused(tmp_path, "extends: na64-2018\nname: mine\nname: yours\n", "name")


def test_a_large_file_is_no_card(tmp_path):
    refused(tmp_path, "# " + "x" * 20_000_000, "mine.yaml")


def test_a_folder_is_no_card(tmp_path):
    (tmp_path / "mine.yaml").mkdir()
    with pytest.raises(CardError, match="mine"):
        load_experiment(tmp_path / "mine.yaml")


def test_pickles_are_not_read(tmp_path):
    code = (
        "import sys, pickle; pickle.loads = pickle.load = None; import numpy; "
        "from postprocess.cli.main import main; sys.argv = ['semivis', 'accept', sys.argv[1], '--experiment', "
        "'na64-2018']; main()"
    )
    path = tmp_path / "events.npz"
    np.savez(path, evil=np.array([{"a": 1}], dtype=object))
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_fuzzed_cards_are_valid_to_begin_with(tmp_path):
    (tmp_path / "mine.yaml").write_bytes(CARD)
    assert load_experiment(tmp_path / "mine.yaml").name == "na64-2018"
    assert yaml.safe_load(CARD)["name"] == "na64-2018"
    assert read_slha(PARAMETERS).mass[11] == pytest.approx(0.511e-3, rel=1e-4)
