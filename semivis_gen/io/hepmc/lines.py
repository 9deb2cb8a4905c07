"""Lines of HepMC text into columns of numbers, each fault with its line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semivis_gen.arrays import BoolArray, FloatArray, IndexArray
from semivis_gen.io.text.tokens import Lines, TextError

__all__ = ["UNITS", "VertexIds", "codes", "integers", "must", "numbers", "units"]

UNITS = b"U"[0]
SCALES = {b"GEV MM": (1.0, 1.0), b"GEV CM": (1.0, 10.0), b"MEV MM": (1e-3, 1.0), b"MEV CM": (1e-3, 10.0)}


def must(lines: Lines, rows: IndexArray, good: BoolArray, what: str) -> None:
    """Raise the fault of the first row that is not good."""
    if not good.all():
        raise TextError(int(lines.number[rows[np.argmin(good)]]), what)


def numbers(lines: Lines, rows: IndexArray, first: int, last: int) -> FloatArray:
    """Words `first` to `last` of lines as finite numbers, shape (lines, words)."""
    if not len(rows):
        return np.zeros((0, last - first + 1))
    word = lines.first[rows]
    values = lines.numbers(word + first, word + last)
    if values is None or not np.isfinite(values).all():
        for row in rows:  # one of them is wrong
            one = lines.numbers(lines.first[[row]] + first, lines.first[[row]] + last)
            if one is None or not np.isfinite(one).all():
                raise TextError(int(lines.number[row]), "what should be a number is none, or not finite")
        raise TextError(int(lines.number[rows[0]]), "what should be a number is none")
    return values.reshape(len(rows), -1)


def integers(
    lines: Lines, rows: IndexArray, first: int, last: int, bound: int, what: str, *, skip: int = 0
) -> IndexArray:
    """Words as integers from 0 to a bound, but for the first `skip` that may be anything."""
    values = numbers(lines, rows, first, last)
    tested = values[:, skip:]
    must(
        lines, rows, np.all((tested == np.floor(tested)) & (tested >= 0) & (tested <= bound), axis=1), f"{what} {bound}"
    )
    return np.asarray(values.clip(-(2**62), 2**62).astype(np.int64))


def codes(lines: Lines, rows: IndexArray, values: FloatArray, what: str) -> None:
    """Refuse values, shape (lines, k), that are no whole numbers of 31 bits and a sign."""
    size = np.abs(values)
    must(lines, rows, np.all((size == np.floor(size)) & (size < 2**31), axis=1), what)


@dataclass(frozen=True, slots=True)
class VertexIds:
    """Places of vertices by event and id, a whole number below 0."""

    key: IndexArray
    """One number for event and id, rising."""
    order: IndexArray
    """Place of the vertex of each key."""
    bound: int
    """Ids are at least minus this."""

    @classmethod
    def of(
        cls,
        lines: Lines,
        rows: IndexArray,
        event: IndexArray,
        ids: FloatArray,
        bound: int,
        *,
        wrong: str,
        twice: str,
    ) -> VertexIds:
        """Ids of the vertices on lines `rows`, and what to say of one that is wrong or not its event's only one."""
        must(lines, rows, (ids == np.floor(ids)) & (ids < 0) & (ids >= -bound), wrong)
        key = event * (bound + 1) - ids.astype(np.int64)
        order = np.argsort(key, kind="stable")
        must(lines, rows[order], np.diff(key[order], prepend=-1) > 0, twice)
        return cls(key[order], order, bound)

    def find(self, event: IndexArray, ids: IndexArray) -> tuple[IndexArray, BoolArray]:
        """Places of vertices, and whether there is one."""
        if not len(self.key):
            return np.zeros(len(ids), dtype=np.int64), np.zeros(len(ids), dtype=bool)
        wanted = event * (self.bound + 1) - ids
        at = np.minimum(np.searchsorted(self.key, wanted), len(self.key) - 1)
        return self.order[at], (self.key[at] == wanted) & (ids >= -self.bound)


def units(lines: Lines, event: IndexArray, kind: NDArray[np.uint8], events: int) -> tuple[FloatArray, FloatArray]:
    """GeV and mm in the units of each event."""
    scale = np.ones((events, 2))
    rows = np.flatnonzero(kind == UNITS)
    names = [b" ".join(words.split()) for words in lines.slices(lines.first[rows] + 1, lines.first[rows] + 2)]
    must(lines, rows, np.array([name in SCALES for name in names], dtype=bool), "units must be GEV or MEV, MM or CM")
    if set(names) - {b"GEV MM"}:
        scale[event[rows]] = [SCALES[name] for name in names]
    return scale[:, 0], scale[:, 1]
