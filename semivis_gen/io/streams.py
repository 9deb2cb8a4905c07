"""Byte streams to write to."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

__all__ = ["open_bytes"]

GZIP_LEVEL = 4  # numbers hardly compress further: level 9 takes 7 times as long for 15 %


def open_bytes(path: Path, *, compress: bool) -> io.BufferedWriter | gzip.GzipFile:
    """Open a file for writing bytes.

    Parameters
    ----------
    path : Path
        File name.
    compress : bool
        Whether to gzip; neither name nor time go into the file, so that equal content gives equal bytes.

    Returns
    -------
    file object
        Stream whose `close` closes the file.
    """
    raw = path.open("wb")
    if not compress:
        return raw
    stream = gzip.GzipFile(filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=raw, mtime=0)
    stream.myfileobj = raw  # type: ignore[assignment]  # closed together with the stream
    return stream
