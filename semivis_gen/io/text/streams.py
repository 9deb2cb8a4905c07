"""Byte streams to write to."""

from __future__ import annotations

import gzip
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["OutputStream"]

GZIP_LEVEL = 1  # digits hardly compress further: level 4 takes twice as long for 7 %, level 6 five times for 11 %


class OutputStream:
    """A file that is compressed and written in a thread of its own, while the next piece is made.

    Neither name nor time go into a compressed file, so that equal content gives equal bytes.

    Parameters
    ----------
    path : Path
        File name.
    compress : bool
        Whether to gzip.
    """

    def __init__(self, path: Path, *, compress: bool) -> None:
        self._file = path.open("wb")
        self._gzip = gzip.GzipFile("", "wb", GZIP_LEVEL, self._file, mtime=0) if compress else None
        self._thread = ThreadPoolExecutor(1)
        self._pending: Future[int] | None = None

    def write(self, data: ReadableBuffer) -> None:
        """Append bytes, which must not change afterwards; an error may show in the next call.

        Raises
        ------
        OSError
            Where the bytes before could not be written.
        """
        self._wait()
        self._pending = self._thread.submit((self._gzip or self._file).write, data)

    def _wait(self) -> None:
        if self._pending is not None:
            pending, self._pending = self._pending, None
            pending.result()

    def close(self) -> None:
        """Finish the file.

        Raises
        ------
        OSError
            Where it could not be written to its end.
        """
        try:
            self._wait()
            if self._gzip is not None:
                self._gzip.close()
        finally:
            self._thread.shutdown()
            self._file.close()
