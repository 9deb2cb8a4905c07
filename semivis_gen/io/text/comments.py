"""XML comments and CDATA marks out of a stream, in linear time and with flat memory."""

from __future__ import annotations

import re

from semivis_gen.io.formats import Source, fail

__all__ = ["WithoutComments"]

COMMENT, DATA = b"<!--", b"<![CDATA["
OPENS = re.compile(rb"<!--|<!\[CDATA\[")
CLOSES = {COMMENT: b"-->", DATA: b"]]>"}
LONGEST = len(DATA) - 1  # of an opening mark that the end of a block cuts
TAGS_AS_TEXT = bytes.maketrans(b"<>", b"  ")


class WithoutComments:
    """A source of text whose comments are blank lines and whose CDATA sections hold no tags.

    Parameters
    ----------
    source : Source
        The text.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._held = b""  # read, but it may be half a mark
        self._open = b""  # mark of the section that is not closed yet
        self._line = 0  # where it began
        self.path = source.path

    @property
    def lines(self) -> int:
        """Line ends read so far."""
        return self._source.lines

    def read(self, size: int) -> bytes:
        """Next bytes, with as many line ends as the file has; empty at the end.

        Raises
        ------
        EventFileError
            Where a comment is not closed, or the source is damaged.
        """
        while True:
            data = self._source.read(size)
            text, self._held = self._held + data, b""
            if not data:
                if self._open:
                    fail(self.path, self._line, f"what begins here with {self._open.decode()} is not closed")
                return text
            if self._open or b"<!" in text:
                text = self._without(text)
            elif text[-LONGEST:].rfind(b"<") >= 0:
                text = self._keep_half_a_mark(text)
            if text:
                return text

    def _without(self, text: bytes) -> bytes:
        pieces = []
        at, begin = 0, -1
        while True:
            if not self._open:
                found = OPENS.search(text, at)
                if found is None:
                    pieces.append(self._keep_half_a_mark(text[at:]))
                    return b"".join(pieces)
                pieces.append(text[at : found.start()])
                self._open, at, begin = found.group(), found.end(), found.start()
            close = CLOSES[self._open]
            end = text.find(close, at)
            stop = end if end >= 0 else max(at, len(text) - len(close) + 1)
            inside = text[at:stop]
            pieces.append(b"\n" * inside.count(b"\n") if self._open == COMMENT else inside.translate(TAGS_AS_TEXT))
            if end < 0:
                self._held = text[stop:]
                if begin >= 0:
                    self._line = self.lines + 1 - text.count(b"\n", begin)
                return b"".join(pieces)
            self._open, at = b"", end + len(close)

    def _keep_half_a_mark(self, text: bytes) -> bytes:
        at = text.rfind(b"<", max(len(text) - LONGEST, 0))
        if at < 0 or not any(mark.startswith(text[at:]) for mark in CLOSES):
            return text
        self._held = text[at:]
        return text[:at]
