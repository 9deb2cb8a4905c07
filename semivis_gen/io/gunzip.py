"""Decompression in large steps: each is one call outside of Python's lock, so a thread can read ahead."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

__all__ = ["GZIP_MAGIC", "Gunzip"]

GZIP_MAGIC = b"\x1f\x8b"
GZIP_WINDOW = 31  # of zlib: a gzip header and its checksum are expected
STEP = 2**18  # compressed bytes


class Gunzip:
    """Reader of gzip data, of one or several members.

    Parameters
    ----------
    raw : file object
        The compressed bytes.
    """

    def __init__(self, raw: io.BufferedReader[io.RawIOBase]) -> None:
        self._raw = raw
        self._member = zlib.decompressobj(GZIP_WINDOW)

    def read1(self, size: int) -> bytes:
        """Up to `size` bytes, none only at the end.

        Raises
        ------
        EOFError
            Where the data end before their member does.
        zlib.error
            Where they are damaged.
        """
        for piece in self._pieces(size):
            if piece:
                return piece
        return b""

    def _pieces(self, size: int) -> Iterator[bytes]:
        while True:
            if self._member.eof:
                # the next member, or zeros to the end of a tape's block
                rest = (self._member.unused_data or self._raw.read(STEP)).lstrip(b"\0")
                if not rest:
                    return
                self._member = zlib.decompressobj(GZIP_WINDOW)
                yield self._member.decompress(rest, size)
                continue
            data = self._member.unconsumed_tail or self._raw.read(STEP)
            piece = self._member.decompress(data, size)
            if not data and not piece and not self._member.eof:
                msg = "the compressed data end too early"
                raise EOFError(msg)
            yield piece
