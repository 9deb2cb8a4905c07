"""Files that come with a HEPData submission as a whole, such as a likelihood."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Resource", "attach"]


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that comes with a submission."""

    description: str
    """What it is, and what its reader must know."""
    file: Path
    """The file; it is copied."""
    kind: str = ""
    """HEPData's name of its type, such as HistFactory for what pyhf reads."""


def attach(resources: Sequence[Resource], folder: Path) -> list[dict[str, str]]:
    """Copy files into a submission folder.

    Parameters
    ----------
    resources : sequence of Resource
        The files.
    folder : Path
        Where submission.yaml will be.

    Returns
    -------
    list of dict
        Their entries in `additional_resources` of submission.yaml.

    Raises
    ------
    OSError
        Where one cannot be copied.
    """
    entries = []
    for resource in resources:
        shutil.copyfile(resource.file, folder / resource.file.name)
        entry = {"description": resource.description, "location": resource.file.name}
        entries.append({**entry, "type": resource.kind} if resource.kind else entry)
    return entries
