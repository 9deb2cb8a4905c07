"""Lines and words of a block of text as arrays, and whole columns of words into numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semivis_gen.arrays import BoolArray, FloatArray, IndexArray

__all__ = ["Lines", "TextError", "number", "split"]

NEWLINE, SPACE, PLUS, ZERO, NINE, E, D, CASE = b"\n +09ed "
WHITESPACE = b" \t\r\n"
# Arrow takes no leading plus and no Fortran exponent: +1.0D+02 becomes 01.0e002
TRANSLATE = bytes.maketrans(b"+Dd", b"0ee")
FORTRAN = str.maketrans("Dd", "ee")
PADDING = 16
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?|[+-]?(?:nan|inf|infinity)", flags=re.IGNORECASE)


class TextError(ValueError):
    """A line of a block of text is wrong; readers add the file.

    Parameters
    ----------
    line : int
        Line, counted from 0 within the block.
    what : str
        What is wrong.
    """

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a text that are not blank, and the words on them."""

    text: bytes
    """The text."""
    raw: NDArray[np.uint8]
    """Its bytes behind one line break and before some; `starts` and `ends` count in here."""
    starts: IndexArray
    """Where words start."""
    ends: IndexArray
    """Where words end."""
    first: IndexArray
    """First word of each line."""
    count: IndexArray
    """Words of each line."""
    number: IndexArray
    """Number of each line in the text, from 0."""

    @property
    def kind(self) -> NDArray[np.uint8]:
        """First character of each line."""
        return np.asarray(self.raw[self.starts[self.first]])

    def slices(self, first: IndexArray, last: IndexArray) -> list[bytes]:
        """Text from the start of each word `first` to the end of each word `last`."""
        bounds = zip((self.starts[first] - 1).tolist(), (self.ends[last] - 1).tolist(), strict=True)
        return [self.text[a:b] for a, b in bounds]

    def numbers(self, first: IndexArray, last: IndexArray) -> FloatArray | None:
        """Numbers from the words `first` to `last` of each stretch, all in one row.

        Parameters
        ----------
        first, last : ndarray
            First and last word of each stretch, in ascending order, without overlap.

        Returns
        -------
        ndarray or None
            The numbers, correctly rounded; None where a word is no number.
        """
        import pyarrow as pa

        words = stretches(first, last, len(self.starts))
        starts, ends = self.starts[words], self.ends[words]
        joined = b" ".join(self.slices(first, last))
        packed = joined.translate(TRANSLATE, WHITESPACE)
        offsets = np.zeros(len(starts) + 1, dtype=np.int32)
        np.cumsum(ends - starts, out=offsets[1:])
        if offsets[-1] != len(packed):  # other control characters
            return None
        if b"+" in joined and not _plus_signs_lead(joined):
            return None
        array = pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(packed))
        try:
            return np.asarray(array.cast(pa.float64()).to_numpy(zero_copy_only=False))
        except pa.ArrowInvalid:
            return None


def stretches(first: IndexArray, last: IndexArray, size: int) -> BoolArray:
    """Which of `size` lines or words lie between those of each pair, ends included."""
    edge = np.zeros(size + 1, dtype=np.int8)
    edge[first] = 1
    edge[last + 1] -= 1
    return np.cumsum(edge[:-1], dtype=np.int8).astype(bool)


def number(word: str) -> float | None:
    """One word as a number, as `Lines.numbers` takes it: also with a Fortran exponent; None where it is none.

    Examples
    --------
    >>> number("1.0D-03"), number("1_0")
    (0.001, None)
    """
    if not word.isascii() or NUMBER.fullmatch(word) is None:
        return None
    return float(word.translate(FORTRAN))


def split(text: bytes) -> Lines:
    """Find lines and words.

    Parameters
    ----------
    text : bytes
        Any text; a word is what stands between characters up to the space.

    Returns
    -------
    Lines
        The arrays.
    """
    raw = np.frombuffer(b"".join([b"\n", text, b"\n" * PADDING]), dtype=np.uint8)
    blank = raw <= SPACE
    edges = np.flatnonzero(blank[1:] != blank[:-1]) + 1
    starts, ends = edges[0::2], edges[1::2]
    bounds = np.searchsorted(starts, np.flatnonzero(raw == NEWLINE))
    count = np.diff(bounds)
    filled = np.flatnonzero(count)
    return Lines(text, raw, starts, ends, bounds[:-1][filled], count[filled], filled)


def _plus_signs_lead(joined: bytes) -> bool:
    """Whether each plus stands before the digits of a number or an exponent: 1.0+5 must not become 1.005."""
    raw = np.frombuffer(b" " + joined + b" ", dtype=np.uint8)
    plus = np.flatnonzero(raw == PLUS)
    before, after = raw[plus - 1], raw[plus + 1]
    lower = before | CASE
    leads = (before <= SPACE) | (lower == E) | (lower == D)
    return bool(np.all(leads & (after >= ZERO) & (after <= NINE)))
