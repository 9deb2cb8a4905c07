"""Documents say what is there: their code runs, their commands are understood, their links and names exist."""

import contextlib
import importlib
import os
import re
import shlex
import subprocess
import sys
import tomllib
import warnings

import click
import pytest
from click.testing import CliRunner
from support.documents import DOCUMENTS, anchors, blocks, commands, links, name_of, spans
from support.places import ROOT

from postprocess.cli.main import cli
from postprocess.experiment.registries import GEOMETRIES, REQUIREMENTS, SCENARIOS
from postprocess.experiment.schema import load_experiment
from postprocess.studies.registry import STUDIES
from semivis_gen.errors import SemivisWarning
from semivis_gen.events import IdMap, concatenate
from semivis_gen.generator import generate
from semivis_gen.io.files import open_writer
from semivis_gen.model.point import DarkMasses
from semivis_gen.production.process import PROCESSES
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

SMALL = {"generate": {"--events": "300"}, "limit": {"--events": "300", "--masses": "3", "--workers": "1"}}
SMALL["limit"]["--precision"] = "inf"
SMALL["export"] = {"--events": "300"}
ELSEWHERE = ("reproduce",)  # has tests of its own, a minute long
OTHER_PROGRAMS = ("--install", "--scheduler", "--program", "--engine")
TOPS = ("UFO_model", "benchmarks", "cards", "docs", "postprocess", "semivis_gen", "tests")


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Files that a reader has: events of his own, with foreign ids or undecayed."""
    folder = tmp_path_factory.mktemp("documents")
    target = ThinTarget(100.0, material("Pb"))
    for name, chain, ids in (
        ("mine.hepmc3", True, IdMap(1000024, 1000022, 1000023)),
        ("undecayed.lhe.gz", False, IdMap()),
        ("ev.lhe.gz", True, IdMap()),
    ):
        events = concatenate(list(generate(DarkMasses(0.3), target, n_events=200, seed=1, chain=chain)))
        with open_writer(folder / name, events.info, ids=ids) as writer:
            writer.write(events)
    return folder


def run(arguments, folder):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout


@pytest.mark.parametrize("block", list(blocks("python")), ids=lambda block: block.place)
def test_python_blocks_run(block, sample):
    if block.not_run:
        pytest.skip(block.not_run)
    for module in block.needs:
        pytest.importorskip(module)
    # old packages may call new ones by names on their way out: `nox -s lowest`
    run(["-W", "error", "-W", "ignore::DeprecationWarning", "-c", block.code], sample)


@pytest.mark.parametrize("block", list(blocks("yaml")), ids=lambda block: block.place)
def test_yaml_blocks_are_cards(block, tmp_path):
    name = re.search(r"^name: (\S+)$", block.code, re.MULTILINE)[1]
    (tmp_path / f"{name}.yaml").write_text(block.code, encoding="utf-8")
    assert load_experiment(tmp_path / f"{name}.yaml").name == name


def test_groups_of_entry_points_are_those_of_the_registries():
    groups = {registry.group for registry in (PROCESSES, SCENARIOS, GEOMETRIES, REQUIREMENTS, STUDIES)}
    assert set(re.findall(r"`(semivis\.\w+)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))) == groups
    for block in blocks("toml"):
        assert set(tomllib.loads(block.code)["project"]["entry-points"]) <= groups, block.place


def understood(command):
    """Let the command line parse a command, without running it."""
    _, name, *options = shlex.split(command.split(" > ")[0])
    if name.startswith("-"):
        return
    subcommand = cli.get_command(click.Context(cli), name)
    assert subcommand is not None, command
    with contextlib.suppress(click.MissingParameter):  # prose names commands without all that they need
        subcommand.make_context(name, options)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_commands_are_understood(path, sample, monkeypatch):
    monkeypatch.chdir(sample)
    for command in commands(path):
        if "..." not in command:
            understood(command)


def test_commands_of_the_readme_run(sample):
    """In their order, since later ones read what earlier ones write; in sizes that take seconds."""
    ran = []
    for command in commands(ROOT / "README.md"):
        line, _, redirected = command.partition(" > ")
        _, name, *options = shlex.split(line)
        if "..." in command or name in ELSEWHERE or any(option in options for option in OTHER_PROGRAMS):
            continue
        own = name == "limit" and any(re.search(r"\.(lhe|hepmc3?|parquet)(\.gz)?$", option) for option in options)
        for option, value in SMALL.get(name, {}).items() if not own else ():
            if option in options:
                options[options.index(option) + 1] = value
            else:
                options += [option, value]
        if name == "limit":
            options += ["--no-relic"] if own else ["--no-refine", "--no-relic"]
        if "--new" in options:  # nothing is overwritten, and a line before may have made the same file
            (sample / options[options.index("--output") + 1]).unlink(missing_ok=True)
        output = run(["-m", "postprocess", name, *options], sample)
        if redirected:
            (sample / redirected).write_text(output, encoding="utf-8")
        ran.append(name)
    assert {"width", "xsec", "generate", "accept", "limit"} <= set(ran)


def test_commands_from_events_to_a_limit_run(tmp_path, monkeypatch):
    """Those of the first block, in their order and size."""
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "your_events.md").read_text(encoding="utf-8")
    lines = re.search(r"```bash\n(.*?)```", text, re.DOTALL)[1].splitlines()
    assert len(lines) == 5
    for line in lines:
        _, *arguments = shlex.split(line)
        arguments += ["--workers", "1"] if arguments[0] == "limit" else []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SemivisWarning)  # of lifetimes at which few events count
            done = CliRunner().invoke(cli, arguments)
        assert done.exit_code == 0, (line, done.output, done.exception)
    assert (tmp_path / "NA64_mine.py").is_file()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path):
    for target in links(path):
        file, _, anchor = target.partition("#")
        to = (path.parent / file).resolve() if file else path
        assert to.exists(), target
        assert not anchor or anchor in anchors(to), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_files_and_modules_exist(path):
    for span in spans(path):
        if re.fullmatch(rf"(?:{'|'.join(TOPS)})/[\w./-]*", span):
            assert (ROOT / span).exists(), span
        elif re.fullmatch(r"(?:postprocess|semivis_gen)(?:\.\w+)+", span):
            assert found(span), span
        elif re.fullmatch(r"(?:nox -s |make )[\w.-]+", span):
            tool, name = span.rsplit(" ", 1)
            text = (ROOT / ("noxfile.py" if tool.startswith("nox") else "Makefile")).read_text(encoding="utf-8")
            assert re.search(
                rf"^(?:def )?{name.split('-')[0] if tool.startswith('nox') else name}[(:]", text, re.MULTILINE
            ), span


def found(dotted):
    """Import as much as is modules and look the rest up."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            item = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        return all(hasattr(item, part) and (item := getattr(item, part)) is not None for part in parts[end:])
    return False
