"""Every numeric option of every command, with values that no physics has: one line each, and nothing computed."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from support.places import ROOT

from postprocess.cli.main import COMMANDS, cli
from semivis_gen.errors import SemivisError

NUMBERS = ["nan", "inf", "-inf", "-1", "1e300", "-1e300", 400 * "9", 10_000 * "9", "", "\u00b2", "0x10", "--help-me"]
COUNTS = [*NUMBERS, "0.5", "1e3"]
REST = {
    "width": ["--m-aprime", "0.3"],
    "xsec": ["--m-aprime", "0.3", "--energy", "100"],
    "generate": ["--m-aprime", "0.3", "--energy", "100", "--output", "never.lhe"],
    "accept": ["--m-aprime", "0.3", "--experiment", "na64-2018", "--events", "10"],
    "limit": ["--experiment", "na64-2018", "--output", "never"],
    "reproduce": ["--output", "never"],
}
LARGE = ["inf", "1e300", 400 * "9", 10_000 * "9"]
RIGHT = [("--seed", 400 * "9"), ("--ctau", "1e300"), *(("--precision", value) for value in LARGE)]


def options():
    for name in COMMANDS:
        for parameter in cli.get_command(None, name).params:
            option = parameter.opts[0]
            if isinstance(parameter.type, click.types.FloatParamType):
                yield from ((name, option, value) for value in NUMBERS if (option, value) not in RIGHT)
            elif isinstance(parameter.type, click.types.IntParamType):
                yield from ((name, option, value) for value in COUNTS if (option, value) not in RIGHT)


@pytest.mark.parametrize(("name", "option", "value"), list(options()), ids=lambda word: str(word)[:20])
def test_one_line_and_nothing_written(name, option, value, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # also numpy's
        found = CliRunner().invoke(cli, [name, *REST[name], option, value], standalone_mode=False)
    assert isinstance(found.exception, SemivisError | click.ClickException), found.exception
    assert len(str(found.exception).splitlines()) <= 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def semivis(*arguments, stdout=subprocess.PIPE, **environment):
    return subprocess.run(
        [sys.executable, "-c", "from postprocess.cli.main import main; main()", *arguments],
        stdout=stdout, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["width"], "error: Missing option '--m-aprime'. See `semivis width --help`\n"),
        (["width", "--m-aprime", "x"], "error: Invalid value for '--m-aprime': 'x' is not a valid float."),
        (["generate", "--seed", 10_000 * "9"], "error: Invalid value for '--seed': '" + 59 * "9" + "..."),
        (["nonsense"], "error: No such command 'nonsense'."),
        (["experiments", 5_000 * "x"], "error: no card '" + 50 * "x"),
        (["experiments", "--new", "a", "--output", 5_000 * "x"], "error: cannot write "),
    ],
)
def test_mistakes_of_usage_are_one_line(arguments, says):
    run = semivis(*arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(says)
    assert run.stderr.count("\n") == 1
    assert len(run.stderr) < 500


def test_names_that_the_terminal_cannot_show(tmp_path):
    card = os.fsdecode(bytes(tmp_path) + b"/\xff.yaml")
    run = semivis("experiments", "--new", "mine", "--output", card, PYTHONIOENCODING="utf-8:strict")
    assert run.returncode == 0, run.stderr
    assert "\\udcff.yaml: a card to start from" in run.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_behind_standard_output():
    with Path("/dev/full").open("w") as full:
        run = semivis("width", "--m-aprime", "0.3", stdout=full)
    assert run.returncode == 2
    assert run.stderr == "error: standard output: No space left on device; free space, or choose another place\n"
