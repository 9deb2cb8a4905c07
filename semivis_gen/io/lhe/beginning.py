"""Where the header and init blocks of an LHE file begin and end."""

from __future__ import annotations

import re

from semivis_gen.io.formats import MAX_HEADER_BYTES, fail
from semivis_gen.io.lhe.head import Head
from semivis_gen.io.text.comments import WithoutComments

__all__ = ["split_head"]

BLOCK_BYTES = 2**20
START_BYTES = 4096  # within which the root must stand, blanks and comments aside
ROOT = re.compile(rb"<LesHouchesEvents[\s>]")
FIRST = re.compile(rb"<(?:header|init)(?:\s[^<>]*|/)?>")
HEADER_END = re.compile(rb"</header\s*>")
INIT = re.compile(rb"<init(?:\s[^<>]*)?>")
INIT_END = re.compile(rb"</init\s*>")


class _Text:
    """The beginning of a file, read as far as it is needed."""

    def __init__(self, source: WithoutComments) -> None:
        self._source = source
        self.text = source.read(BLOCK_BYTES)

    def find(self, pattern: re.Pattern[bytes], at: int) -> re.Match[bytes]:
        """First match from a place on.

        Raises
        ------
        EventFileError
            Where there is none in the file, or none within bounds.
        """
        source = self._source
        while (found := pattern.search(self.text, at)) is None:
            at = max(at, self.text.rfind(b"<", at))  # a tag may be cut by the end of what is read
            if not (data := source.read(BLOCK_BYTES)):
                fail(source.path, source.lines + 1, "the file ends before </init>: it is truncated")
            self.text += data
            self._check_size()
        return found

    def _check_size(self) -> None:
        source = self._source
        if len(self.text) > MAX_HEADER_BYTES:
            fail(source.path, source.lines + 1, f"no </init> within {MAX_HEADER_BYTES >> 20} MB: the file is damaged")

    def check_root(self) -> int:
        """Where the root tag ends."""
        source = self._source
        while len(start := self.text.lstrip()) < START_BYTES and (data := source.read(BLOCK_BYTES)):
            self.text += data
            self._check_size()
        found = ROOT.search(self.text)
        if found is None or len(start) - len(self.text) + found.start() > START_BYTES:
            word = (start[:100].split(maxsplit=1) or [b"blanks"])[0][:30].decode(errors="replace")
            fail(source.path, 1, f"no <LesHouchesEvents> here but {word!r}: this is not an LHE file")
        return found.end() - 1


def split_head(source: WithoutComments) -> tuple[Head, bytes]:
    """Header and init block, and the bytes read beyond them.

    Cards quoted in the header may hold anything, even an init block: the init block is the first behind the header.

    Raises
    ------
    EventFileError
        Where this is no LHE file, or ends before </init>.
    """
    text = _Text(source)
    first = text.find(FIRST, text.check_root())
    at = start = end = first.end()
    if first.group().startswith(b"<header") and not first.group().endswith(b"/>"):
        close = text.find(HEADER_END, at)
        end, at = close.start(), close.end()
    elif first.group().startswith(b"<init"):
        at = first.start()
    begin = text.find(INIT, at)
    close = text.find(INIT_END, begin.end())
    whole = text.text

    def line(place: int) -> int:
        return whole.count(b"\n", 0, place) + 1

    head = Head(
        header=whole[start:end].decode("utf-8", errors="replace"),
        header_line=line(start),
        init=whole[begin.end() : close.start()].decode("utf-8", errors="replace"),
        init_line=line(begin.end()),
        line=line(close.end()),
    )
    return head, whole[close.end() :]
