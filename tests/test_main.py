"""`python -m postprocess` and `python -m semivis_gen` are the command `semivis`."""

import importlib.metadata
import os
import runpy
import subprocess
import sys

import pytest
from support.places import ROOT

COMMAND = "import sys; from postprocess.cli.main import main; sys.exit(main())"


def run(*arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("package", ["postprocess", "semivis_gen"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["width", "--m-aprime", "0.3", "--json"], 0),
        (["width", "--m-aprime", "0.003"], 2),
        (["nonsense"], 2),
    ],
    ids=["help", "answer", "closed", "usage"],
)
def test_both_packages_run_the_command(package, arguments, code):
    as_module = run("-m", package, *arguments)
    assert as_module == run("-c", COMMAND, *arguments)
    assert as_module[0] == code


def test_a_command_that_is_not_installed_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: ())
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("semivis_gen", run_name="__main__")
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: the command semivis is not installed: pip install . in the checkout\n"
