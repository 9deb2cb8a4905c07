"""Finished points of a scan on disk: one file each, written atomically, checked when read back.

A point's file name is the digest of everything its result depends on (task, arguments, card, version), so
a changed card or version finds no file and is computed anew: results of different inputs never mix. Each
file carries the checksum of its content; a damaged one is reported and computed again.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postprocess.experiment import digest
from semivis_gen.errors import OutputError
from semivis_gen.io import atomic_path

__all__ = ["PointStore"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PointStore:
    """Folder of finished points."""

    folder: Path
    """Where the files are; made on first use."""

    def path(self, key: str) -> Path:
        """File of a point."""
        return self.folder / f"{key[:32]}.json"

    def load(self, key: str) -> dict[str, Any] | None:
        """Result stored under a key.

        Parameters
        ----------
        key : str
            Digest of the point's inputs.

        Returns
        -------
        dict or None
            The result; None where there is none or the file is damaged.
        """
        path = self.path(key)
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            result: dict[str, Any] = stored["result"]
            if stored["key"] == key and stored["checksum"] == digest(result):
                return result
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):  # the last: nested without end
            pass
        log.warning("%s is damaged: computing this point again", path)
        return None

    def save(self, key: str, result: dict[str, Any]) -> None:
        """Write a result; the file appears whole or not at all.

        Raises
        ------
        OutputError
            Where the folder cannot be written or the disk is full.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"cannot make folder {self.folder}: {error.strerror}; choose another --output"
            raise OutputError(msg) from error
        stored = {"key": key, "checksum": digest(result), "result": result}
        with atomic_path(self.path(key)) as temporary:
            temporary.write_text(json.dumps(stored), encoding="utf-8")
