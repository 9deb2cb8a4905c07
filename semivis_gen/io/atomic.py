"""Files that appear whole or not at all: written under a temporary name, then renamed."""

from __future__ import annotations

import os
import secrets
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
        Where the file shall appear; a symbolic link is followed, so that the link stays.

    Yields
    ------
    Path
        Temporary name in the same folder, with the same suffixes; its writer must create the file.

    Raises
    ------
    OutputError
        Where the folder is missing, not writable or full, or `path` is a folder or a device.
    """
    target = Path(path)
    if target.is_symlink():
        target = target.resolve()
    if not target.parent.is_dir():
        msg = f"cannot write {target}: the folder {target.parent} does not exist; make it or choose another --output"
        raise OutputError(msg)
    if target.is_dir():
        msg = f"cannot write {target}: it is a folder; give a file name"
        raise OutputError(msg)
    if target.exists() and not target.is_file():  # renaming over /dev/null would destroy the device
        msg = f"cannot write {target}: it is not a regular file; choose another --output"
        raise OutputError(msg)
    temporary = target.with_name(f".{os.getpid()}.{secrets.token_hex(4)}.{target.name}")
    try:
        yield temporary
        temporary.replace(target)
    except OSError as error:
        msg = f"cannot write {target}: {error.strerror or error}; free space or choose another --output"
        raise OutputError(msg) from error
    finally:
        temporary.unlink(missing_ok=True)
