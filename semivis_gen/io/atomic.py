"""Files that appear whole or not at all: written under a temporary name, then renamed."""

from __future__ import annotations

import os
import re
import secrets
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import NoReturn

from semivis_gen.errors import OutputError

__all__ = ["atomic_path"]

NAME_BYTES = 255  # of most file systems


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
    temporary = target.with_name(_mark(os.getpid()) + f"{secrets.token_hex(4)}.{_tail(target.name)}")
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
    except (OSError, RuntimeError) as error:  # a circle of links is no OSError before Python 3.13
        what = error.strerror if isinstance(error, OSError) else None
        _fail(path, f"{what or 'Too many levels of symbolic links'}; choose another --output", error)
    if target.is_symlink():
        _fail(path, "Too many levels of symbolic links; choose another --output")
    if not target.parent.is_dir():
        _fail(target, f"the folder {target.parent} does not exist; make it or choose another --output")
    if target.is_dir():
        _fail(target, "it is a folder; give a file name")
    if target.exists() and not target.is_file():  # renaming over /dev/null would destroy the device
        _fail(target, "it is not a regular file; choose another --output")
    return target


@cache
def _machine() -> str:
    """Tells machines that share a disk apart, and containers, whose processes have numbers of their own."""
    space = 0
    with suppress(OSError):
        space = Path("/proc/self/ns/pid").stat().st_ino
    return f"{zlib.crc32(f'{socket.gethostname()} {space}'.encode()):08x}"


def _mark(process: int) -> str:
    return f".{_machine()}-{process}."


def _tail(name: str) -> str:
    """End of a name, short enough to stand behind a mark."""
    return name.encode()[-(NAME_BYTES - 40) :].decode(errors="ignore")


def _sweep(target: Path) -> None:
    """Remove temporary files of this name whose process is gone; any doubt leaves them."""
    for process, name, of in _leftovers(target.parent.absolute()):
        if of == _tail(target.name) and not _runs(process):
            with suppress(OSError):
                (target.parent / name).unlink(missing_ok=True)


@cache
def _leftovers(folder: Path) -> list[tuple[int, str, str]]:
    """Temporary files of this machine when this process first writes into a folder: process, name, of which file."""
    pattern = re.compile(rf"\.{_machine()}-(\d{{1,9}})\.[0-9a-f]{{8}}\.(.*)", flags=re.DOTALL)
    with suppress(OSError):
        found = map(pattern.fullmatch, os.listdir(folder))  # noqa: PTH208  (names alone)
        return [(int(match[1]), match[0], match[2]) for match in found if match]
    return []


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
