"""Weights of LHE events by name: `<rwgt><wgt id="NAME">` or the list `<weights>` in the order of the header."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn
from xml.sax.saxutils import escape, unescape

import numpy as np

from semivis_gen.arrays import FloatArray, IndexArray
from semivis_gen.events import RunInfo
from semivis_gen.io.formats import fail, fail_weight
from semivis_gen.io.lhe.any import EVENT_END
from semivis_gen.io.lhe.block import Table
from semivis_gen.io.text.tokens import number

__all__ = ["WeightColumn"]

LIST = re.compile(rb"<weights(?:\s[^<>]*)?>([^<]*)</weights")
NAMED = re.compile(rb"""<wgt\s[^<>]*?\bid\s*=\s*(?:'([^'<>]*)'|"([^"<>]*)")""")


@dataclass(frozen=True, slots=True)
class WeightColumn:
    """One weight of each event."""

    name: str
    """Its name."""
    info: RunInfo
    """Run information of events with this weight."""
    path: str | Path
    """File, for errors."""

    @classmethod
    def of(cls, name: str, info: RunInfo, path: str | Path) -> WeightColumn:
        """The weight of a name; where the header lists weights, it must be one of them.

        Raises
        ------
        EventFileError
            Where it is not.
        """
        if info.weight_names and name not in info.weight_names:
            fail_weight(path, name, info.weight_names)
        # the rate in <init> is that of XWGTUP
        return cls(name, replace(info, weight=name, weight_mean="unknown"), path)

    def values(self, block: bytes, table: Table, line: int) -> FloatArray:
        """The weight of each event of a block.

        Parameters
        ----------
        block : bytes
            Whole events.
        table : Table
            What was found in them.
        line : int
            Line of the file on which the block begins.

        Returns
        -------
        ndarray
            Shape (n,).

        Raises
        ------
        EventFileError
            Where an event lacks it, or it is no number.
        """
        ends = np.array([found.start() for found in EVENT_END.finditer(block)], dtype=np.int64)
        values = np.full(len(table.heads), np.nan)
        known = np.zeros(len(values), dtype=bool)
        quoted = re.escape(escape(self.name, {'"': "&quot;"}).encode())
        own = re.compile(rb"""<wgt\s[^<>]*?\bid\s*=\s*(['"])%s\1[^<>]*>([^<]*)</wgt""" % quoted)
        for found in own.finditer(block):
            self._put(values, known, int(np.searchsorted(ends, found.start())), found.group(2), table, line)
        if not known.all() and self.name in self.info.weight_names:
            self._lists(block, ends, values, known, table, line)
        if not known.all():
            self._missing(block, ends, int(np.argmin(known)), line + int(table.event_line[np.argmin(known)]))
        return values

    def _lists(
        self, block: bytes, ends: IndexArray, values: FloatArray, known: np.ndarray, table: Table, line: int
    ) -> None:
        index = self.info.weight_names.index(self.name)
        for found in LIST.finditer(block):
            words, event = found.group(1).split(), int(np.searchsorted(ends, found.start()))
            if index < len(words) and not known[event]:
                self._put(values, known, event, words[index], table, line)

    def _put(self, values: FloatArray, known: np.ndarray, event: int, word: bytes, table: Table, line: int) -> None:
        text = word.decode("latin-1").strip()
        value = number(text)
        if value is None or not np.isfinite(value):
            at = line + int(table.event_line[event])
            fail(self.path, at, f"the weight {self.name!r} of the event that begins here is {text[:40]!r}: no number")
        values[event], known[event] = value, True

    def _missing(self, block: bytes, ends: IndexArray, event: int, line: int) -> NoReturn:
        begin = int(ends[event - 1]) if event else 0
        found = NAMED.findall(block, begin, int(ends[event]))
        names = tuple(unescape((one or other).decode(errors="replace"), {"&quot;": '"'}) for one, other in found)
        fail_weight(self.path, self.name, names or self.info.weight_names, line=line)
