"""What a change has to pass: `nox -l` lists the sessions, `nox` runs all.

`nox -s tests-3.12 -- -n 2 tests/postprocess` runs one, with options for pytest. A Python that is not there is skipped.
Programs of a user that some tests can use are named by MG5_DIR and CALCHEP_DIR.
"""

import tomllib
from itertools import chain
from pathlib import Path

import nox
from packaging.requirements import Requirement

PYTHONS = ["3.11", "3.12", "3.13"]
EXTRAS = ".[dev,pythia,dask]"
PINNED = ("-c", "requirements.txt", "-c", "requirements-dev.txt")

nox.needs_version = ">=2024.10"
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = False


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests, with the pinned versions."""
    session.install(*PINNED, "--editable", EXTRAS)
    session.run("python", "-m", "pytest", "-q", *session.posargs)


def lowest_versions() -> list[str]:
    """Each direct requirement of running at the lowest version that pyproject.toml allows."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = (group for name, group in project["optional-dependencies"].items() if name != "dev")
    pins = []
    for requirement in map(Requirement, (*project["dependencies"], *chain.from_iterable(extras))):
        (version,) = (bound.version for bound in requirement.specifier if bound.operator == ">=")
        pins.append(f"{requirement.name}=={version}")
    return pins


@nox.session(python=PYTHONS[0])
def lowest(session: nox.Session) -> None:
    """All tests, with the lowest versions allowed; old packages may call new ones by names on their way out."""
    constraints = Path(session.create_tmp()) / "lowest.txt"
    constraints.write_text("\n".join(lowest_versions()) + "\n", encoding="utf-8")
    session.install("--constraint", str(constraints), "--editable", EXTRAS)
    session.run("python", "-m", "pytest", "-q", "-W", "ignore::DeprecationWarning", *session.posargs)


@nox.session(python=PYTHONS[0])
def lint(session: nox.Session) -> None:
    """Rules and layout of the code."""
    session.install(*PINNED, "ruff")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(python=PYTHONS[0])
def types(session: nox.Session) -> None:
    """Types, strict."""
    session.install(*PINNED, "--editable", EXTRAS)
    session.run("mypy")


@nox.session(python=PYTHONS[0])
def docs(session: nox.Session) -> None:
    """Links and code of the documentation."""
    session.install(*PINNED, "--editable", EXTRAS)
    session.run("python", "-m", "pytest", "-q", "tests/test_documents.py", *session.posargs)
