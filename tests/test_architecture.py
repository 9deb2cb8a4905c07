"""The rules of the architecture that a machine can hold."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GENERATOR = sorted((ROOT / "semivis_gen").rglob("*.py"))
EVERYTHING = GENERATOR + sorted((ROOT / "postprocess").rglob("*.py"))
POSTPROCESS_MAY_TAKE = {
    "chain", "constants", "decay", "engines", "errors", "estimate", "events", "formfactors", "generate", "hadrons",
    "io", "kinematics", "lifetimes", "model", "production", "resources", "version", "widths",
}  # fmt: skip


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", GENERATOR, ids=lambda p: str(p.relative_to(ROOT)))
def test_generators_do_not_know_the_analysis(path):
    assert not [name for name in imported_modules(path) if name.split(".")[0] == "postprocess"]


@pytest.mark.parametrize("path", EVERYTHING, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_small_and_free_of_pickle(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert "pickle" not in set(imported_modules(path))


def test_analysis_takes_only_the_contract_from_the_generators():
    taken = {
        name.split(".")[1]
        for path in (ROOT / "postprocess").rglob("*.py")
        for name in imported_modules(path)
        if name.startswith("semivis_gen.")
    }
    assert taken <= POSTPROCESS_MAY_TAKE


def test_the_command_line_starts_without_heavy_imports():
    code = (
        "import sys, postprocess.cli.main as m; "
        "print([x for x in ('numpy','scipy','matplotlib','pyhf','pyarrow','pydantic') if x in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.strip() in ("[]", "['numpy']", "['numpy', 'scipy']")
