"""`semivis generate`, and what all commands have in common."""

import json
import re

import pytest
from click.testing import CliRunner

from postprocess.cli.main import COMMANDS, cli
from semivis_gen.errors import SemivisError
from semivis_gen.io import read_events


def run(*arguments):
    result = CliRunner().invoke(cli, list(map(str, arguments)))
    if isinstance(result.exception, SemivisError):
        return str(result.exception)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_without_decays_chi2_may_be_stable(tmp_path):
    options = ("generate", "--m-aprime", 0.003, "--energy", 100, "--events", 20, "--output", tmp_path / "a.lhe")
    assert "chi2 -> chi1 e+ e- is closed" in run(*options)
    record = json.loads(run(*options, "--no-decay", "--epsilon", 1e-4, "--json"))
    assert record["rate_epsilon"] == 1e-4
    there = json.loads(run("xsec", "--m-aprime", 0.003, "--energy", 100, "--epsilon", 1e-4, "--json"))
    assert record["rate"] == pytest.approx(there["sigma_pb"], rel=1e-9)
    (events,) = read_events(tmp_path / "a.lhe")
    assert (events.pdg == 55).sum() == 20
    assert not {52, 58} & set(events.pdg.tolist())
    assert "epsilon = 2 must lie" in run(*options, "--no-decay", "--epsilon", 2)
    assert "alpha_D = -1 must lie" in run(*options, "--no-decay", "--alpha-d", -1)


def test_every_command_takes_the_same_couplings():
    commands = [cli.get_command(None, name) for name in COMMANDS]
    for name in ("epsilon", "alpha_d", "ratio", "splitting"):
        defaults = [p.default for command in commands for p in command.params if p.name == name]
        assert len(defaults) > 1
        assert len(set(defaults)) == 1


def test_verbose_says_what_is_done_from_what_and_how_long(tmp_path, caplog):
    scan = ("--experiment", "na64-2018", "--masses", 2, "--events", 100, "--workers", 1, "--output", tmp_path / "scan")
    scan += ("--no-refine", "--precision", "inf", "--no-plot")
    events, dump = tmp_path / "e.lhe", ("--experiment", "na64-2018")
    for arguments, says in (
        (("width", "--m-aprime", 0.3), "widths of m_A' = 0.3 GeV, R = 3, f = 0.4, alpha_D = 0.1, epsilon = 0.001"),
        (("xsec", "--m-aprime", 0.3, "--energy", 100), "electron on atoms of Pb: native integral, etl"),
        (("generate", "--m-aprime", 0.3, *dump, "--events", 4000, "--output", events), f"wrote {events} (LHE"),
        (("accept", events, *dump, "--ctau", 400), f"events from {events} (LHE"),
        (("limit", *scan), f"2 jobs: 0 from {tmp_path / 'scan' / 'points'}, 2 for 1 local processes"),
        (("limit", *scan), f"2 jobs: 2 from {tmp_path / 'scan' / 'points'}, 0 for 1 local processes"),
        (("experiments", "na64-2018"), "card na64-2018: "),
        (("ufo",), "semivis "),
    ):
        caplog.clear()
        with caplog.at_level("INFO"):
            run("-v", *arguments)
        assert says in caplog.text
        assert re.search(rf"{arguments[0]} took \d+\.\d\d s\n$", caplog.text)
