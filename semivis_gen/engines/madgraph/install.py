"""Copy the UFO model and the fixed-target plugin: into a user's MadGraph, or beside a single run.

MadGraph writes into a model's folder (pickles, compiled modules): it always gets a copy.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

from semivis_gen.engines.madgraph.program import locate
from semivis_gen.errors import EngineError, OutputError
from semivis_gen.resources import ufo_dir

__all__ = ["MODEL_NAME", "PLUGIN_NAME", "copy_plugin", "copy_ufo", "install_ufo", "plugin_dir"]

MODEL_NAME = "semivis"
PLUGIN_NAME = "semivis"
_GENERATED = ("__pycache__", "*.pyc", "*.pkl", "*.log", "Fortran", "param_card.dat")
_MAJORANA, _DIRAC = "\nDIRAC = False\n", "\nDIRAC = True\n"


def plugin_dir() -> Path:
    """Folder of the fixed-target plugin in this installation."""
    return Path(__file__).resolve().parents[1] / "mg5_plugin"


def copy_ufo(folder: str | os.PathLike[str], *, dirac: bool = False) -> Path:
    """Copy the UFO model to a new folder.

    Parameters
    ----------
    folder : path
        Folder to make; its last part is the model's name.
    dirac : bool
        Make chi1 and chi2 Dirac fermions: twice the invisible A' width, the same chi2 width.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        Where it exists or cannot be written.
    """
    target = _copy(ufo_dir(), Path(folder))
    if dirac:
        particles = target / "particles.py"
        text = particles.read_text(encoding="utf-8")
        if text.count(_MAJORANA) != 1:
            msg = f"{particles} has no line `DIRAC = False` to change: reinstall semivis"
            raise OutputError(msg)
        particles.write_text(text.replace(_MAJORANA, _DIRAC), encoding="utf-8")
    return target


def copy_plugin(folder: str | os.PathLike[str]) -> Path:
    """Copy the fixed-target plugin to a new folder.

    Parameters
    ----------
    folder : path
        Folder to make.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        Where it exists or cannot be written.
    """
    return _copy(plugin_dir(), Path(folder))


def _copy(source: Path, target: Path, *, named: Path | None = None) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(*_GENERATED))
    except OSError as error:
        msg = f"cannot write {named or target}: {error.strerror or error}; choose another folder or free this one"
        raise OutputError(msg) from error
    return target


def install_ufo(mg5_dir: str | os.PathLike[str], *, force: bool = False) -> list[Path]:
    """Install model and plugin into a MadGraph: `import model semivis`, `output fixed_target DIR`.

    Each appears whole or not at all. What is there already and equal stays; what differs is an error without `force`.

    Parameters
    ----------
    mg5_dir : path
        Folder of MadGraph.
    force : bool
        Replace what is there.

    Returns
    -------
    list of Path
        Folders of model and plugin.

    Raises
    ------
    EngineError
        Where the folder is no supported MadGraph, or holds something else under these names.
    OutputError
        Where it cannot be written.
    """
    program = locate(mg5_dir)
    pairs = [
        (ufo_dir(), program.folder / "models" / MODEL_NAME),
        (plugin_dir(), program.folder / "PLUGIN" / PLUGIN_NAME),
    ]
    todo = []
    for source, target in pairs:
        if target.exists() or target.is_symlink():
            if target.is_dir() and _digest(target) == _digest(source):
                continue
            if not force:
                msg = f"{target} exists and differs from what would be installed: use --force to replace it"
                raise EngineError(msg)
        todo.append((source, target))
    for source, target in todo:
        _replace(source, target)
    return [target for _, target in pairs]


def _digest(folder: Path) -> dict[str, str]:
    """Digest of each file that is not generated."""
    kept = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        relative = path.relative_to(folder)
        if not any(part.match(pattern) for part in map(Path, relative.parts) for pattern in _GENERATED):
            kept[str(relative)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return kept


def _replace(source: Path, target: Path) -> None:
    """Copy beside the target, then rename: a reader sees the old or the new folder."""
    new, old = (target.with_name(f".{target.name}-{kind}-{os.getpid()}") for kind in ("new", "old"))
    try:
        _copy(source, new, named=target)
        if target.is_symlink():
            target.unlink()  # the link, not what it points to
        elif target.exists():
            target.rename(old)
        new.rename(target)
    except OSError as error:
        with suppress(OSError):
            if old.exists() and not target.exists():
                old.rename(target)
        msg = f"cannot write {target}: {error.strerror or error}; check the permissions of {target.parent}"
        raise OutputError(msg) from error
    finally:
        for leftover in (new, old):
            with suppress(OSError):  # the first error is the one to tell
                shutil.rmtree(leftover, ignore_errors=True) if leftover.is_dir() else leftover.unlink(missing_ok=True)
