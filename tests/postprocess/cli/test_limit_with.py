"""`semivis limit --with`: several experiments, their union and one picture."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from postprocess.cli.main import cli
from postprocess.limits.contour import Contour
from postprocess.limits.union import union_of
from semivis_gen.errors import SemivisError

pytestmark = pytest.mark.filterwarnings("ignore:.*take more --events")
MAIN = ("limit", "--experiment", "na64-2018", "--events", 200, "--workers", 1, "--no-refine", "--precision", "inf")
QUICK = ("--no-relic", "--mass", 0.05, "--mass", 0.2)


def run(*arguments):
    result = CliRunner().invoke(cli, list(map(str, arguments)))
    if isinstance(result.exception, SemivisError):
        return str(result.exception)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("with")
    found = run(*MAIN, *QUICK, "--with", "e137", "--with", "charm", "--json", "--output", folder)
    return folder, json.loads(found.stdout)


def test_each_has_its_own_contour_and_the_main_one_is_what_it_is_alone(made, tmp_path):
    folder, record = made
    run(*MAIN, *QUICK[1:], "--no-plot", "--output", tmp_path)
    assert (tmp_path / "limit_m_eps.csv").read_bytes() == (folder / "limit_m_eps.csv").read_bytes()
    assert not list(tmp_path.glob("*.p*"))
    for name in ("e137", "charm"):
        text = (folder / f"limit_m_eps_{name}.csv").read_text()
        assert f"# {name}, semivisible, R = 3, f = 0.4, alpha_D = 0.1\n" in text
        assert record["with"][name]["file"] == str(folder / f"limit_m_eps_{name}.csv")


def test_the_union_is_that_of_the_files(made):
    folder, record = made
    names = {"na64-2018": "", "e137": "_e137", "charm": "_charm"}
    contours = {name: Contour.from_csv(folder / f"limit_m_eps{end}.csv") for name, end in names.items()}
    wanted, found = union_of(contours).columns(), record["union"]
    assert found["low_from"] == wanted["low_from"]
    assert found["epsilon_high"] == pytest.approx(wanted["epsilon_high"], rel=1e-6)
    assert set(found["low_from"]) | set(found["high_from"]) <= set(names)
    assert min(found["epsilon_low"]) == pytest.approx(min(c.extremes()[0] for c in contours.values()), rel=1e-6)
    text = (folder / "union_m_eps.csv").read_text()
    assert "na64-2018, e137, charm" in text
    assert "# semivisible, R = 3, f = 0.4, alpha_D = 0.1\n" in text


def test_there_is_one_picture(made):
    folder, record = made
    assert {path.name for path in folder.glob("*.p*")} == {"limit_m_eps.png", "limit_m_eps.pdf"}
    assert record["figure_file"] == str(folder / "limit_m_eps.png")
    assert Path(record["pdf_file"]).read_bytes().startswith(b"%PDF")


def test_more_experiments_may_come_later(made):
    folder, _ = made
    text = run(*MAIN, *QUICK[1:], "--no-plot", "--with", "nucal", "--output", folder).stdout
    assert "limit_m_eps_nucal.csv: epsilon excluded" in text
    assert "na64-2018, nucal" in (folder / "union_m_eps.csv").read_text()


def test_one_that_excludes_nothing_says_so(tmp_path):
    text = run(*MAIN, "--no-relic", "--mass", 0.003, "--mass", 0.005, "--with", "charm", "--output", tmp_path).stdout
    assert "limit_m_eps_charm.csv: nothing is excluded" in text  # chi2 is stable there
    assert "low_from" in (tmp_path / "union_m_eps.csv").read_text()
    assert (tmp_path / "limit_m_eps.png").is_file()


def test_other_planes_have_unions(tmp_path):
    options = ("--plane", "m-alphaD", "--no-plot", "--mass", 0.1, "--with", "charm", "--json")
    record = json.loads(run(*MAIN, *options, "--output", tmp_path).stdout)
    assert record["union"]["alpha_d_low"]
    assert (tmp_path / "union_m_alphaD.csv").is_file()


def test_what_makes_no_sense_is_one_line_and_leaves_nothing(tmp_path):
    folder = tmp_path / "out"

    def refused(*options):
        message = run(*MAIN, *QUICK, *options, "--output", folder)
        assert isinstance(message, str), message.output
        assert "\n" not in message
        assert not folder.exists()
        return message

    assert "no card 'nosuch': take one of " in refused("--with", "nosuch")
    assert "--relic means nothing with --no-plot" in refused("--no-plot")
    assert "e137 has no mode 'invisible'" in refused("--mode", "invisible", "--with", "e137")
    assert "there is an experiment na64-2018 already; name each once" in refused("--with", "na64-2018")
    assert "there is an experiment e137 already; name each once" in refused("--with", "e137", "--with", "e137")
    card = tmp_path / "mine.yaml"
    card.write_text("extends: charm\nname: e137\n")
    assert "give one of the two cards another `name`" in refused("--with", "e137", "--with", str(card))


def test_the_contour_of_another_card_is_not_replaced(made, tmp_path):
    folder, _ = made
    card = tmp_path / "mine.yaml"
    card.write_text("extends: charm\nexposure: {particles_on_target: {value: 1.0e18, status: assumed, note: less}}\n")
    assert "limit of another card of the same name" in run(*MAIN, *QUICK, "--with", str(card), "--output", folder)
