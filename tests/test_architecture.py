"""The house: which package may import which, one table; and what keeps each room small."""

import ast
import subprocess
import sys
from functools import cache

import pytest
from support.places import ROOT

# each package and what it may take, directly or through others; a package is its name below the top folder
GROUND = ("arrays", "constants", "errors", "registry", "resources", "version")
GENERATOR = {
    "numerics": GROUND,
    "model": ("numerics", *GROUND),
    "events": ("model",),
    "target": ("events", "numerics"),
    "production": ("target", "io"),
    "decay": ("production",),
    "generator": ("decay",),
    "io": ("events", "numerics"),
    "engines": ("generator", "io"),
}
ANALYSIS = {
    "tables": (),
    "companions": (),
    "limits": ("tables",),
    "experiment": (),
    "acceptance": ("experiment", "tables"),
    "signal": ("acceptance", "limits"),
    "output": ("acceptance", "limits", "companions"),
    "scan": ("signal", "companions"),
    "studies": ("scan",),
    "paper": ("studies", "output"),
    "cli": ("paper",),
}
NOT_OURS = "mg5_plugin"  # runs inside MadGraph
FILES = [path for top in ("semivis_gen", "postprocess") for path in sorted((ROOT / top).rglob("*.py"))]
STUBS = [path for top in ("semivis_gen", "postprocess") for path in sorted((ROOT / top).rglob("__init__.pyi"))]
SHIMS = {"semivis_gen/widths.py", "semivis_gen/hadrons.py", "postprocess/relic.py"}  # old public paths


def dotted(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] in ("__init__", "__main__") else parts)


def imports(path):
    """Modules named in import statements, also inside functions and for type checkers."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def package(module):
    """Top folder and package of a module: ("postprocess", "scan")."""
    parts = module.split(".")
    return parts[0], parts[1] if len(parts) > 1 else ""


@cache
def allowed(table_name, name):
    table = {"semivis_gen": GENERATOR, "postprocess": ANALYSIS}[table_name]
    direct = table.get(name, ())
    return frozenset(direct) | frozenset(x for d in direct for x in allowed(table_name, d))


def ours():
    for path in FILES:
        if NOT_OURS not in path.parts and str(path.relative_to(ROOT)) not in SHIMS:
            yield path, *package(dotted(path))


def test_the_table_names_every_package_and_has_no_circle():
    known = {"semivis_gen": {*GENERATOR, *GROUND}, "postprocess": {*ANALYSIS}}
    for _, top, name in ours():
        assert name == "" or name in known[top], name
    for top, table in (("semivis_gen", GENERATOR), ("postprocess", ANALYSIS)):
        assert not [name for name in table if name in allowed(top, name)]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_follow_the_table(path):
    if NOT_OURS in path.parts or str(path.relative_to(ROOT)) in SHIMS:
        return
    module = dotted(path)
    top, name = package(module)
    if name == "":  # the faces may take everything of their own house
        assert not [m for m in imports(path) if m.split(".")[0] == "postprocess" and top == "semivis_gen"]
        return
    for other in imports(path):
        its_top, its_name = package(other)
        if its_top not in ("semivis_gen", "postprocess") or (its_top, its_name) == (top, name):
            continue
        if its_top == top:
            ground = GROUND if top == "semivis_gen" else ()
            assert its_name in allowed(top, name) or its_name in ground, f"{module} imports {other}"
        else:
            assert top == "postprocess", f"{module} imports {other}: generators do not know the analysis"
        deep = other.count(".") > 1 and not other.startswith("semivis_gen.engines.")
        assert not deep, f"{module} imports {other}: take it from the package {its_top}.{its_name}"


def test_the_analysis_has_at_most_eight_levels():
    def level(name):
        return 1 + max((level(x) for x in ANALYSIS[name]), default=0)

    assert max(map(level, ANALYSIS)) <= 8


@pytest.mark.parametrize("stub", STUBS, ids=str)
def test_no_exported_name_hides_a_module(stub):
    """`from package import name` would give the module once that was imported, the thing before."""
    names = [alias.name for node in ast.parse(stub.read_text()).body for alias in node.names]
    assert len(names) == len(set(names))
    assert not {p.stem for p in stub.parent.iterdir()} & set(names)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_small_and_free_of_pickle(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert "pickle" not in set(imports(path))


def test_the_command_line_starts_without_heavy_imports():
    code = (
        "import sys, postprocess.cli.main as m; "
        "print([x for x in ('numpy','scipy','matplotlib','pyhf','pyarrow','pydantic') if x in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.strip() in ("[]", "['numpy']", "['numpy', 'scipy']")
