"""Files that appear whole or not at all: written under a temporary name, then renamed."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import NoReturn

from semivis_gen.errors import OutputError
from semivis_gen.io.owners import is_gone, mark

__all__ = ["atomic_path"]

NAME_BYTES = 255  # of most file systems
PATTERN = re.compile(r"\.([0-9a-f]{8}-\d{1,9})\.[0-9a-f]{8}\.(.*)", flags=re.DOTALL)


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it on success, remove it on any failure.

    What a killed process of this machine left behind under such a name is removed first.

    Parameters
    ----------
    path : str or Path
        Where the file shall appear; a symbolic link is followed, so that the link stays.

    Yields
    ------
    Path
        Temporary name in the same folder, with the same suffixes; its writer must create the file.

    Raises
    ------
    OutputError
        Where the folder is missing, not writable or full, or `path` is a folder, a device or too long.
    """
    target = _target(Path(path))
    _sweep(target)
    temporary = target.with_name(f".{mark(os.getpid())}.{secrets.token_hex(4)}.{_tail(target.name)}")
    try:
        yield temporary
        temporary.replace(target)
    except OSError as error:
        _fail(target, f"{error.strerror or error}; free space or choose another --output", error)
    finally:
        with suppress(OSError):  # the first error is the one to tell
            temporary.unlink(missing_ok=True)


def _fail(target: Path, what: str, cause: Exception | None = None) -> NoReturn:
    msg = f"cannot write {target}: {what}"
    raise OutputError(msg) from cause


def _target(path: Path) -> Path:
    """Where the file shall lie, checked as far as possible before the work is done."""
    try:
        target = path.resolve() if path.is_symlink() else path
        target.lstat()
    except FileNotFoundError:
        target = path.resolve() if path.is_symlink() else path
    except RuntimeError as error:  # what a circle of links is before Python 3.13
        _fail(path, "Too many levels of symbolic links; choose another --output", error)
    except (OSError, ValueError) as error:
        _fail(path, f"{getattr(error, 'strerror', None) or error}; choose another --output", error)
    if target.is_symlink():
        _fail(path, "Too many levels of symbolic links; choose another --output")
    if not target.parent.is_dir():
        _fail(target, f"the folder {target.parent} does not exist; make it or choose another --output")
    if target.is_dir():
        _fail(target, "it is a folder; give a file name")
    if target.exists() and not target.is_file():  # renaming over /dev/null would destroy the device
        _fail(target, "it is not a regular file; choose another --output")
    return target


def _tail(name: str) -> str:
    """End of a name, short enough to stand behind a mark."""
    return os.fsencode(name)[-(NAME_BYTES - 40) :].decode(errors="ignore")


def _sweep(target: Path) -> None:
    """Remove temporary files of this name whose process is gone; any doubt leaves them."""
    for owner, name, of in _leftovers(target.parent.absolute()):
        if of == _tail(target.name) and is_gone(owner):
            with suppress(OSError):
                (target.parent / name).unlink(missing_ok=True)


@cache
def _leftovers(folder: Path) -> list[tuple[str, str, str]]:
    """Temporary files when this process first writes into a folder: mark of the process, name, of which file."""
    with suppress(OSError):
        found = map(PATTERN.fullmatch, os.listdir(folder))  # noqa: PTH208  (names alone)
        return [(match[1], match[0], match[2]) for match in found if match]
    return []
