"""A look at HepMC text on its way to pyhepmc, so that truncation and absurd sizes are errors with a line.

HepMC3's reader takes the end of the bytes for the end of the events and allocates whatever an event announces.
"""

from __future__ import annotations

import io
from collections import deque

from semivis_gen.errors import EventFileError
from semivis_gen.io.formats import MAX_EVENT_BYTES, MAX_PARTICLES, Source, fail

__all__ = ["HepMCBytes"]

BLOCK_BYTES = 2**20
LONGEST_LINE = 2**18  # HepMC3's own buffer
EVENT, END = b"\nE ", b"END_EVENT_LISTING"
MARKS = {b"HepMC::Asciiv3": "hepmc3", b"HepMC::IO_GenEvent": "hepmc2"}


class HepMCBytes(io.RawIOBase):
    """File object for pyhepmc that notes where events begin and whether the listing ends properly.

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
        self._line = 1
        self._since_event = 0
        self._carry = b""
        self.event_lines: deque[int] = deque()
        """Lines on which the events not yet taken begin."""
        self.finished = False
        """Whether the end of the listing was seen."""
        self.error: EventFileError | None = None
        """What went wrong while pyhepmc was reading: it must not see exceptions."""
        self._ready = memoryview(source.read(BLOCK_BYTES))
        head = bytes(self._ready[:4096])
        kinds = [kind for mark, kind in MARKS.items() if mark in head]
        if not kinds:
            start = (head.split(maxsplit=1) or [b"blanks"])[0][:30].decode(errors="replace")
            fail(source.path, 1, f"no HepMC::Asciiv3 here but {start!r}: this is not a HepMC ASCII file")
        self.kind = kinds[0]
        """`hepmc3` or `hepmc2`."""
        self._scan(bytes(self._ready))

    @property
    def line(self) -> int:
        """Line reached so far."""
        return self._line

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Fill a buffer; 0 at the end or after an error."""
        if not self._ready and self.error is None:
            try:
                data = self._source.read(BLOCK_BYTES)
                self._scan(data)
                self._ready = memoryview(data)
            except EventFileError as error:
                self.error = error
        size = min(len(buffer), len(self._ready)) if self.error is None else 0
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _scan(self, data: bytes) -> None:
        text = self._carry + data
        cut = text.rfind(b"\n") + 1 if data else len(text)  # the last line may go on
        whole, self._carry = text[:cut], text[cut:]
        if len(self._carry) > LONGEST_LINE:
            self._fail(f"a line of more than {LONGEST_LINE} characters: the file is damaged")
        before, *events = (b"\n" + whole).split(EVENT)  # the break put in front counts below
        self._pass(before)
        self._line -= 1
        for event in events:
            self._line += 1
            if self.finished:
                self._fail("events after END_EVENT_LISTING: give files that were joined one by one")
            self._check_size(event[:200].split(b"\n", 1)[0])
            self.event_lines.append(self._line)
            self._since_event = 0
            self._pass(event)
        if self.finished or END in (events[-1] if events else before):
            self.finished = True

    def _pass(self, text: bytes) -> None:
        self._line += text.count(b"\n")
        self._since_event += len(text)
        if self._since_event > MAX_EVENT_BYTES:
            self._fail(f"an event of more than {MAX_EVENT_BYTES >> 20} MB: the file is damaged")

    def _check_size(self, words: bytes) -> None:
        if self.kind != "hepmc3":
            return
        try:
            _, vertices, particles = (int(word) for word in words.split()[:3])
        except ValueError:
            self._fail("an event must begin with E and three whole numbers")
        if not (0 < particles <= MAX_PARTICLES and 0 <= vertices <= MAX_PARTICLES):
            self._fail(f"{particles} particles and {vertices} vertices in one event: must be 1 to {MAX_PARTICLES}")

    def _fail(self, what: str) -> None:
        fail(self._source.path, self._line, what)
