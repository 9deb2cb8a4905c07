"""Compressed streams: by isal where it is installed (2.5 times faster to read), else by Python's own gzip."""

from __future__ import annotations

import gzip
import zlib
from importlib import import_module
from typing import Any, BinaryIO, Protocol, cast

__all__ = ["DAMAGED", "GZIP_MAGIC", "Compressor", "compressor", "open_gzip", "whole_lines"]


def _library(name: str) -> Any:
    try:
        return import_module(f"isal.{name}")
    except ImportError:
        return None


igzip, isal_zlib = _library("igzip"), _library("isal_zlib")
GZIP_MAGIC = b"\x1f\x8b"
GZIP_WINDOW = 31  # of zlib: with the header and checksum of gzip, whose name and time stay empty
LEVEL = 1  # digits hardly compress further: level 4 takes twice as long for 7 %, level 6 five times for 11 %
STEP = 2**18
DAMAGED: tuple[type[Exception], ...] = (
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    *([isal_zlib.error] if isal_zlib else []),
)
"""What reading raises where the data end early or are wrong."""


class Compressor(Protocol):
    """What `compressor` gives: pieces of a gzip file."""

    def compress(self, data: bytes | memoryview, /) -> bytes:
        """Take bytes."""

    def flush(self) -> bytes:
        """Give what is left, and the checksum."""


def compressor() -> Compressor:
    """Compressor of one gzip file; equal content gives equal bytes with the same library."""
    if isal_zlib is not None:
        return cast("Compressor", isal_zlib.compressobj(level=LEVEL, wbits=GZIP_WINDOW))
    return cast("Compressor", zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP_WINDOW))


def open_gzip(raw: BinaryIO, *, fast: bool = True) -> BinaryIO:
    """Decompressed bytes of a gzip file of one or several members.

    Parameters
    ----------
    raw : file object
        The compressed bytes.
    fast : bool
        Whether isal may be used: where the data are wrong it fails up to 0.5 MB before the place.

    Returns
    -------
    file object
        Its `read1` raises one of `DAMAGED`.
    """
    if fast and igzip is not None:
        return cast("BinaryIO", igzip.IGzipFile(fileobj=raw, mode="rb"))
    return cast("BinaryIO", gzip.GzipFile(fileobj=raw, mode="rb"))


def whole_lines(path: str, error: Exception) -> tuple[int, Exception]:
    """Lines of a damaged gzip file that can be read, and what ends them.

    Parameters
    ----------
    path : str
        The file.
    error : Exception
        What reading it gave.

    Returns
    -------
    int, Exception
        Lines, and the error that Python's gzip gives: it reads up to the place, and says the same everywhere.
    """
    lines = 0
    with open(path, "rb") as raw, open_gzip(raw, fast=False) as stream:  # noqa: PTH123  (any name that the user gives)
        try:
            while piece := stream.read1(STEP):  # type: ignore[attr-defined]
                lines += piece.count(b"\n")
        except DAMAGED as found:
            return lines, found
    return lines, error
