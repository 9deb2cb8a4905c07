"""HepMC text on its way to pyhepmc, event by event and checked, so that damage is an error with a line.

HepMC3's reader takes the end of the bytes for the end of the events, allocates whatever an event announces and
prints what it does not like. It gets complete events only.
"""

from __future__ import annotations

import io
from collections import deque
from typing import NoReturn

from semivis_gen.errors import EventFileError
from semivis_gen.io.formats import MAX_EVENT_BYTES, MAX_PARTICLES, Source, fail

__all__ = ["HepMCBytes"]

BLOCK_BYTES = 2**20
LONGEST_LINE = 2**18 - 1  # HepMC3's own buffer
EVENT, PARTICLE, END = b"\nE ", b"\nP ", b"END_EVENT_LISTING"
MARKS = {b"HepMC::Asciiv3": "hepmc3", b"HepMC::IO_GenEvent": "hepmc2"}


class HepMCBytes(io.RawIOBase):
    """File object for pyhepmc.

    Parameters
    ----------
    source : Source
        Where the bytes come from.

    Raises
    ------
    EventFileError
        Where they are not HepMC ASCII.
    """

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._piece = source.read(BLOCK_BYTES)  # the header or an event, as far as read
        self._start = b""  # what stood before it and was cut off
        self._ready = memoryview(b"")
        self.line = 1
        """Line on which that piece begins."""
        self.event_lines: deque[int] = deque()
        """Lines on which the events begin that pyhepmc has, but were not taken."""
        self.finished = False
        """Whether the listing came to its end."""
        self.error: EventFileError | None = None
        """What went wrong while pyhepmc was reading: it must not see exceptions."""
        head = self._piece[:4096]
        kinds = [kind for mark, kind in MARKS.items() if mark in head]
        if not kinds:
            start = (head.split(maxsplit=1) or [b"blanks"])[0][:30].decode(errors="replace")
            fail(source.path, 1, f"no HepMC::Asciiv3 here but {start!r}: this is not a HepMC ASCII file")
        self.kind = kinds[0]
        """`hepmc3` or `hepmc2`."""

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Fill a buffer; 0 at the end or after an error."""
        try:
            while not self._ready and self.error is None and not self.finished:
                self._ready = memoryview(b"".join(self._advance()))
        except EventFileError as error:
            self.error = error
        size = min(len(buffer), len(self._ready)) if self.error is None else 0
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _advance(self) -> list[bytes]:
        """Pieces that are complete."""
        data = self._source.read(BLOCK_BYTES)
        *whole, self._piece = (self._piece + data).split(EVENT)
        out: list[bytes] = []
        for piece in whole:
            if END in piece:
                self._fail("events after END_EVENT_LISTING: give files that were joined one by one")
            out += self._take(piece)
        if len(self._piece) > MAX_EVENT_BYTES:
            self._fail(f"an event of more than {MAX_EVENT_BYTES >> 20} MB: the file is damaged")
        if not data:
            if END not in self._piece:
                self.line += self._piece.count(b"\n")
                self._fail("the file ends without END_EVENT_LISTING: it is truncated, fetch or make it again")
            out += self._take(self._piece)
            self.finished = True
        return out

    def _take(self, piece: bytes) -> tuple[bytes, bytes]:
        """Check a piece and pass it on, with what was cut off before it."""
        if self._start:
            self._check_event(piece)
            self.event_lines.append(self.line)
        if len(piece) > LONGEST_LINE and max(map(len, piece.split(b"\n"))) > LONGEST_LINE:
            self._fail(f"a line of more than {LONGEST_LINE} characters: the file is damaged")
        self.line += piece.count(b"\n") + 1
        start, self._start = self._start, EVENT
        return start, piece

    def _check_event(self, piece: bytes) -> None:
        if self.kind != "hepmc3":
            return
        try:
            vertices, particles = (int(word) for word in piece[:200].split(b"\n", 1)[0].split()[1:3])
        except ValueError:
            self._fail("an event must begin with E and three whole numbers")
        if not (0 < particles <= MAX_PARTICLES and 0 <= vertices <= MAX_PARTICLES):
            self._fail(f"{particles} particles and {vertices} vertices in one event: must be 1 to {MAX_PARTICLES}")
        if piece.count(PARTICLE) != particles:
            self._fail(f"the event announces {particles} particles and has {piece.count(PARTICLE)}")

    def _fail(self, what: str) -> NoReturn:
        fail(self._source.path, self.line, what)
