"""File formats by suffix, byte streams by content: gzip is recognised by its magic, whatever the name says."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, NoReturn, cast

from semivis_gen.errors import EventFileError
from semivis_gen.io.gunzip import DAMAGED, GZIP_MAGIC, open_gzip, whole_lines

__all__ = [
    "MAX_EVENT_BYTES",
    "MAX_HEADER_BYTES",
    "MAX_PARTICLES",
    "STDIN",
    "Format",
    "Source",
    "fail",
    "fail_weight",
    "format_of",
]

STDIN = "-"
# what one event or header may hold; beyond it a file is damaged or hostile (a gzip bomb), not physics
MAX_PARTICLES = 100_000
MAX_EVENT_BYTES = 64 * 2**20
MAX_HEADER_BYTES = 64 * 2**20
MANY = 20  # names in a message


class Format(StrEnum):
    """Formats of event files."""

    LHE = "LHE"
    HEPMC = "HepMC3"
    PARQUET = "parquet"


SUFFIXES = {
    ".lhe": Format.LHE,
    ".lhe.gz": Format.LHE,
    ".hepmc": Format.HEPMC,
    ".hepmc.gz": Format.HEPMC,
    ".hepmc3": Format.HEPMC,
    ".hepmc3.gz": Format.HEPMC,
    ".parquet": Format.PARQUET,
}


def format_of(path: str | Path) -> tuple[Format, bool]:
    """Format and compression that a file name asks for.

    Parameters
    ----------
    path : str or Path
        File name; "-" stands for LHE on stdin.

    Returns
    -------
    Format, bool
        The format and whether the name ends with .gz.

    Raises
    ------
    EventFileError
        Where the suffix is unknown.
    """
    if str(path) == STDIN:
        return Format.LHE, False
    name = Path(path).name.lower()
    for suffix, kind in SUFFIXES.items():
        if name.endswith(suffix):
            return kind, suffix.endswith(".gz")
    msg = f"{path}: unknown kind of event file; use a name that ends with {', '.join(SUFFIXES)}"
    raise EventFileError(msg)


def fail(path: str | Path, line: int | None, what: str) -> NoReturn:
    """Raise the one error of event files: file, line, what is wrong.

    Raises
    ------
    EventFileError
        Always.
    """
    where = f"{'stdin' if str(path) == STDIN else path}" + (f", line {line}" if line else "")
    msg = " ".join(f"{where}: {what}".split())  # one line, whatever the file contains
    raise EventFileError(msg)


def fail_weight(path: str | Path, name: str, known: Sequence[str], *, line: int | None = None) -> NoReturn:
    """Raise the error of a weight that a file does not have.

    Raises
    ------
    EventFileError
        Always.
    """
    names = [repr(other) for other in known[:MANY]] + ([f"... ({len(known)} in all)"] if len(known) > MANY else [])
    there = f"its weights are {', '.join(names)}" if names else "it has one weight, without a name"
    where = "the file has" if line is None else "the event that begins here has"
    fail(path, line, f"{where} no weight {name!r}; {there}")


class Source:
    """Bytes of a text file, decompressed where needed, with the number of lines handed out so far."""

    def __init__(self, stream: BinaryIO, path: str | Path, ahead: Executor | None = None) -> None:
        self._stream = stream
        self._ahead = ahead  # where given, the next block is decompressed there while this one is parsed
        self._coming: Future[tuple[bytes, Exception | None]] | None = None
        self._error: Exception | None = None
        self.path = path
        self.lines = 0
        """Line ends read so far."""

    @classmethod
    @contextmanager
    def open(cls, path: str | Path) -> Iterator[Source]:
        """Open a file, or stdin for "-".

        Raises
        ------
        EventFileError
            Where it is missing, unreadable or empty.
        """
        try:
            raw = io.BufferedReader(cast("io.RawIOBase", sys.stdin.buffer) if str(path) == STDIN else io.FileIO(path))
        except OSError as error:
            fail(path, None, f"cannot be read: {error.strerror or error}")
        try:
            magic = raw.peek(2)[:2]
            if not magic:
                fail(path, 1, "the file is empty")
            if magic != GZIP_MAGIC:
                yield cls(cast("BinaryIO", raw), path)
            elif str(path) == STDIN:  # a thread that waits for a pipe could not be interrupted
                yield cls(open_gzip(cast("BinaryIO", raw), fast=False), path)
            else:
                with ThreadPoolExecutor(1) as ahead:
                    yield cls(open_gzip(cast("BinaryIO", raw)), path, ahead)
        except OSError as error:
            fail(path, None, f"cannot be read: {error.strerror or error}")
        finally:
            if str(path) == STDIN:
                raw.detach()  # else closed with the wrapper
            else:
                raw.close()

    def read(self, size: int) -> bytes:
        """Next bytes, empty at the end.

        Raises
        ------
        EventFileError
            Where the compressed data end early or are damaged.
        """
        data, error = self._coming.result() if self._coming is not None else self._fetch(size)
        self._coming = self._ahead.submit(self._fetch, size) if self._ahead is not None and data else None
        if error is not None:
            good, error = (self.lines, error) if str(self.path) == STDIN else whole_lines(str(self.path), error)
            early = isinstance(error, EOFError)
            what = "end too early: the file is truncated" if early else f"are damaged ({error})"
            fail(self.path, max(good, self.lines) + 1, f"the compressed data {what}; fetch the file again")
        self.lines += data.count(b"\n")
        return data

    def _fetch(self, size: int) -> tuple[bytes, Exception | None]:
        """Bytes, or the error that met where they should begin."""
        pieces: list[bytes] = []
        if self._error is not None:
            return b"", self._error
        try:
            while size > 0 and (piece := self._stream.read1(size)):  # type: ignore[attr-defined]
                pieces.append(piece)
                size -= len(piece)
        except DAMAGED as error:
            self._error = error
            if not pieces:  # what came before is handed out first
                return b"", error
        return b"".join(pieces), None
