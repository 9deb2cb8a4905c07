"""`semivis limit` and `accept`: the point arrives as it was given, checked where it counts."""

import json

import pytest
from click.testing import CliRunner

from postprocess.acceptance.consistency import CHECKS
from postprocess.cli.main import cli
from postprocess.limits.contour import Contour
from semivis_gen.errors import SemivisError, SemivisWarning

SCAN = (
    "limit",
    "--experiment",
    "na64-2018",
    "--events",
    "100",
    "--workers",
    "1",
    "--no-refine",
    "--precision",
    "inf",
    "--no-plot",
)


def run(*arguments):
    result = CliRunner().invoke(cli, list(map(str, arguments)))
    if isinstance(result.exception, SemivisError):
        return str(result.exception)
    assert result.exit_code == 0, result.output
    return result


def scan(folder, *options, masses=("--masses", 2)):
    found = run(*SCAN, *masses, "--json", "--output", folder, *options)
    return found if isinstance(found, str) else json.loads(found.stdout)


def test_a_small_splitting_at_large_masses_is_a_scan_as_it_is_a_width(tmp_path):
    assert "Gamma(chi2)" in run("width", "--m-aprime", 2, "--splitting", 0.002).stdout
    record = scan(tmp_path, "--splitting", 0.002, "--m-min", 2, "--m-max", 4)
    assert record["points"] == 2
    text = (tmp_path / "limit_m_eps.csv").read_text()
    assert "# na64-2018, semivisible, R = 3, f = 0.002, alpha_D = 0.1\n" in text
    assert Contour.from_csv(record["file"]).x == pytest.approx([2.0, 4.0])


def test_a_stable_chi2_is_invisible(tmp_path):
    record = scan(tmp_path, "--mode", "invisible", "--splitting", 0.002, "--m-min", 0.01, "--m-max", 0.1)
    assert record["points"] == 2
    assert record["lowest"] < 1e-4
    # what comes of A' does not matter there: all that is left of R and f is the branching of A', which is one here
    other = scan(tmp_path / "f", "--mode", "invisible", "--splitting", 0.4, "--m-min", 0.01, "--m-max", 0.1)
    assert other["lowest"] == pytest.approx(record["lowest"], rel=1e-3)


def test_the_landau_pole_of_the_lightest_mass_is_one_warning(tmp_path):
    with pytest.warns(SemivisWarning) as caught:
        scan(tmp_path, "--alpha-d", 0.5, "--m-min", 0.02, "--m-max", 0.4)
    assert len(caught) == 1
    with pytest.warns(SemivisWarning) as of_width:
        run("width", "--m-aprime", 0.02, "--alpha-d", 0.5)
    assert str(caught[0].message) == str(of_width[0].message)
    assert "alpha_D = 0.5 at m_A' = 0.02 GeV reaches its Landau pole at 248 GeV" in str(caught[0].message)


def test_closed_decays_are_one_line(tmp_path):
    assert "take R > 2 + f (R = 2.3, f = 0.4)" in scan(tmp_path, "--ratio", 2.3)
    assert "closed for every splitting: R = 1.9; take R > 2" in scan(tmp_path, "--ratio", 1.9, "--plane", "m1-f")
    assert "must be a positive finite number" in scan(tmp_path, "--splitting", "nan")
    assert "alpha_D = 20" in scan(tmp_path, "--alpha-d", 20)


def test_a_plane_scans_what_it_scans(tmp_path):
    record = scan(tmp_path, "--plane", "m1-f", "--ratio", 2.3, "--m-min", 0.1, "--m-max", 0.2)
    assert record["points"] == 28
    assert "R = 2.3, alpha_D = 0.1" in (tmp_path / "limit_m1_f.csv").read_text()
    assert "leave --splitting out" in scan(tmp_path, "--plane", "m1-f", "--splitting", 0.2)
    assert "leave --alpha-d out" in scan(tmp_path, "--plane", "m-alphaD", "--alpha-d", 0.1)


def test_a_mode_that_the_card_has_not_is_named_before_anything_is_written(tmp_path):
    assert "na64-2018 has no mode 'visible'" in scan(tmp_path / "out", "--mode", "visible")
    assert not (tmp_path / "out").exists()


def test_masses_and_ends_of_epsilon_by_option(tmp_path):
    record = scan(tmp_path, "--mass", 0.4, "--mass", 0.3, "--eps-max", 5e-3, masses=())
    assert record["contour"]["m_aprime_GeV"] == [0.3, 0.4]
    assert record["contour"]["open_end"] == ["high", "high"]
    assert record["contour"]["epsilon_high"] == pytest.approx([5e-3] * 2)
    assert record["contour"]["epsilon_high_error"] == [None, None]
    assert 0 < record["contour"]["epsilon_low_error"][0] < 0.2 * record["contour"]["epsilon_low"][0]
    assert (record["lowest_is_end_of_scan"], record["highest_is_end_of_scan"]) == (False, True)
    text = run(*SCAN, "--output", tmp_path, "--mass", 0.3, "--eps-max", 5e-3).stdout
    assert "and 0.005, the end of the scan" in text


def test_options_that_mean_nothing_together(tmp_path):
    assert "--masses means nothing beside --mass" in scan(tmp_path, "--mass", 0.3)
    assert "--m-min means nothing beside --mass" in scan(tmp_path, "--mass", 0.3, "--m-min", 0.1, masses=())
    assert "--eps-min means nothing with --plane m1-f" in scan(tmp_path, "--plane", "m1-f", "--eps-min", 1e-6)
    assert "take 0 < eps_min < eps_max <= 1" in scan(tmp_path, "--eps-max", 2)
    assert "must be positive" in scan(tmp_path, "--precision", 0)


def test_a_refused_limit_leaves_no_folder(tmp_path):
    assert "take R > 2 + f" in scan(tmp_path / "a" / "b", "--ratio", 2.3)
    assert "alpha_D = 20" in scan(tmp_path / "a" / "b", "--alpha-d", 20)
    assert not list(tmp_path.iterdir())
    (tmp_path / "mine").mkdir()
    assert "alpha_D = 20" in scan(tmp_path / "mine", "--alpha-d", 20)
    assert (tmp_path / "mine").is_dir()  # it was there before
    (tmp_path / "file").touch()
    assert "cannot write into" in scan(tmp_path / "file", "--m-min", 0.1)


def test_accept_takes_the_whole_point_or_none(tmp_path):
    options = ("accept", "--experiment", "na64-2018", "--events", 4000, "--ctau", 100, "--json")
    record = json.loads(run(*options, "--m-aprime", 0.3, "--ratio", 4).stdout)
    assert record["masses"] == {"m_aprime_GeV": 0.3, "ratio": 4.0, "splitting": 0.4}
    for option in ("--ratio", "--splitting"):
        assert f"{option} says nothing without --m-aprime" in run(*options, option, 0.4)


def test_both_commands_name_every_difference_that_can_be_allowed():
    for command in ("limit", "accept"):
        text = " ".join(run(command, "--help").stdout.split())
        assert f"to the card: {', '.join(CHECKS)}; repeat" in text
