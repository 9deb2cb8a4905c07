"""`semivis experiments` as the README uses it: list, copy, edit, check, use."""

import json

import pytest
import yaml
from click.testing import CliRunner

from postprocess.cli.experiments import command
from postprocess.cli.generate import command as generate
from postprocess.experiment.schema import list_experiments, load_experiment
from semivis_gen.errors import CardError, OutputError
from semivis_gen.resources import cards_dir

FOLDER = cards_dir() / "experiments"


def run(*words):
    done = CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)
    return done.exit_code, done.output


def out(*words):
    code, text = run(*words)
    assert code == 0, text
    return text


def test_the_list_says_where_cards_lie():
    text = out()
    for name in list_experiments():
        assert f"\n{name} " in f"\n{text}"
    assert f"They lie in {FOLDER}." in text
    assert json.loads(out("--json"))["e137"]["file"] == str(FOLDER / "e137.yaml")


@pytest.mark.parametrize("name", list_experiments())
def test_show_prints_the_file(name):
    first, _, rest = out("--show", name).partition("\n")
    assert first == f"# {FOLDER / f'{name}.yaml'}"
    assert rest == (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(rest)["name"] == name


def test_show_of_a_file_without_last_line_end(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: e137")
    assert out("--show", tmp_path / "mine.yaml") == f"# {tmp_path / 'mine.yaml'}\nextends: e137\n"


@pytest.mark.parametrize("name", ["na64-2018", "na64-2018-improved"])
def test_copy_a_card_edit_it_use_it(tmp_path, name):
    mine = tmp_path / "mine.yaml"
    text = out("--show", name)  # > mine.yaml
    edited = text.replace(f"name: {name}", "name: mine")
    assert edited != text
    mine.write_text(edited)
    assert out(mine).startswith("mine: ")
    assert load_experiment(mine).processes == load_experiment(name).processes
    options = ["--m-aprime", "0.3", "--experiment", str(mine), "--events", "50", "--output", str(tmp_path / "a.lhe")]
    done = CliRunner().invoke(generate, options, catch_exceptions=False)
    assert done.exit_code == 0
    assert (tmp_path / "a.lhe").exists()


def test_begin_a_card(tmp_path):
    mine = tmp_path / "mine.yaml"
    assert "mine.yaml: a card to start from" in out("--new", "mine", "--output", mine)
    assert mine.read_text() == out("--new", "mine")
    assert json.loads(out(mine, "--json"))["name"] == "mine"


def test_nothing_is_overwritten(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("mine\n")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "nowhere")
    for path in (mine, tmp_path, tmp_path / "link.yaml"):
        with pytest.raises(OutputError, match="exists already and is not overwritten"):
            run("--new", "mine", "--output", path)
    assert mine.read_text() == "mine\n"
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(OutputError, match="does not exist"):
        run("--new", "mine", "--output", tmp_path / "no" / "mine.yaml")


@pytest.mark.parametrize(
    "words", [("e137", "--show", "e137"), ("--show", "e137", "--new", "a"), ("--new", "a", "--json"), ("--output", "a")]
)
def test_one_thing_at_a_time(words):
    code, text = run(*words)
    assert code == 2
    assert "Usage" in text


def test_no_such_card():
    with pytest.raises(CardError, match=r"no card 'e173': .*did you mean e137\?"):
        run("--show", "e173")
