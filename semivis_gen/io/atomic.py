"""Files that appear whole or not at all: written under a temporary name, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from semivis_gen.errors import OutputError

__all__ = ["atomic_path"]


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it on success, remove it on any failure.

    Parameters
    ----------
    path : str or Path
        Where the file shall appear.

    Yields
    ------
    Path
        Temporary name in the same folder, with the same suffixes; its writer must create the file.

    Raises
    ------
    OutputError
        Where the folder is missing, not writable or full.
    """
    target = Path(path)
    if not target.parent.is_dir():
        msg = f"cannot write {target}: the folder {target.parent} does not exist; make it or choose another --output"
        raise OutputError(msg)
    if target.is_dir():
        msg = f"cannot write {target}: it is a folder; give a file name"
        raise OutputError(msg)
    temporary = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        yield temporary
        temporary.replace(target)
    except OSError as error:
        msg = f"cannot write {target}: {error.strerror or error}; free space or choose another --output"
        raise OutputError(msg) from error
    finally:
        temporary.unlink(missing_ok=True)
