"""Folders that appear whole or not at all: made beside their place, which they take once they are complete."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from semivis_gen.errors import OutputError

__all__ = ["whole_folder"]


@contextmanager
def whole_folder(folder: str | Path, *, marker: str, otherwise: str) -> Iterator[Path]:
    """Give a draft beside a folder; it replaces an earlier one on success and is removed on any failure.

    Parameters
    ----------
    folder : str or Path
        Where the folder shall appear.
    marker : str
        File by which an earlier one is known: nothing else is replaced.
    otherwise : str
        What the folder is and the way out, for the message where it holds something else.

    Yields
    ------
    Path
        An empty folder.

    Raises
    ------
    OutputError
        Where the folder holds something else, or cannot be written.
    """
    target = Path(folder)
    if target.exists() and not (target / marker).is_file() and (target.is_file() or any(target.iterdir())):
        msg = f"{target} holds something else than {otherwise}"
        raise OutputError(msg)
    draft = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        draft.mkdir(parents=True)
        yield draft
        if target.exists():
            shutil.rmtree(target)
        draft.replace(target)
    except OSError as error:
        msg = f"cannot write {target}: {error.strerror or error}; free space or choose another --output"
        raise OutputError(msg) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
