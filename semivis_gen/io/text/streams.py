"""Byte streams to write to."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from semivis_gen.io.gunzip import compressor

__all__ = ["OutputStream"]


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
        self._compressor = compressor() if compress else None
        self._thread = ThreadPoolExecutor(1)
        self._pending: Future[None] | None = None

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes, which must not change afterwards; an error may show in the next call.

        Raises
        ------
        OSError
            Where the bytes before could not be written.
        """
        self._wait()
        self._pending = self._thread.submit(self._put, data)

    def _put(self, data: bytes | memoryview) -> None:
        self._file.write(data if self._compressor is None else self._compressor.compress(data))

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
            if self._compressor is not None:
                last, self._compressor = self._compressor, None
                self._file.write(last.flush())
        finally:
            self._thread.shutdown()
            self._file.close()
