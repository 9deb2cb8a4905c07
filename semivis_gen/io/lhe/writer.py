"""Events into LHE files: whole columns become text at once.

Numbers are written with as many digits as bring back the same double, at most 17 (Arrow's shortest notation).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import NUCLEUS_IDS
from semivis_gen.errors import OutputError
from semivis_gen.events import STATUS_INCOMING, Events, IdMap, RunInfo
from semivis_gen.io.chunks import pieces
from semivis_gen.io.lhe.head import (
    SCALES_UNKNOWN,
    SECOND_BEAM,
    SPIN_UNKNOWN,
    UNIT,
    scale_of,
    strategy_of,
    write_head,
)
from semivis_gen.io.text.streams import OutputStream
from semivis_gen.io.text.tokens import number

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["LheWriter"]

MOST_ABOVE = 0.02  # share of weights above one in a sample that still counts as unweighted
PIECE = 4096  # events formatted at a time: bounds memory
FORMATTERS = 2  # threads: Arrow formats outside of Python's lock


class LheWriter:
    """Writer of one LHE file.

    Parameters
    ----------
    path : Path
        Where to write.
    info : RunInfo
        What holds for the run.
    ids : IdMap
        Ids that the file shall use.
    compress : bool
        Whether to gzip.
    """

    def __init__(self, path: Path, info: RunInfo, ids: IdMap, *, compress: bool) -> None:
        self._info, self._ids = info, ids
        self._stream = OutputStream(path, compress=compress)
        self._strategy: int | None = None

    def write(self, events: Events) -> None:
        """Append events.

        Raises
        ------
        OutputError
            Where the weights differ from one after the file was announced as unweighted.
        """
        if not len(events):
            return
        own = self._info.weight_mean == "one"
        unweighted = _nearly_unweighted(events.weight) if own else bool((events.weight == 1).all())
        if self._strategy is None:
            self._strategy = self._begin(events, strategy_of(self._info, unit=unweighted))
        if self._strategy == UNIT and not unweighted:
            msg = "weights other than 1 follow unweighted events in one LHE file: write them to two files"
            raise OutputError(msg)
        scale = scale_of(self._info, self._strategy)
        for text in _texts(events if scale == 1 else replace(events, weight=events.weight * scale), self._ids):
            self._stream.write(text)

    def _begin(self, events: Events | None, strategy: int) -> int:
        target = (self._info.target_id, self._info.target_mass)
        second = re.fullmatch(r"(-?\d{1,10}) ([\d.e+-]+)", self._info.extra.get(SECOND_BEAM, ""))
        if not target[0] and second and (energy := number(second[2])):
            target = (int(second[1]), energy)
        elif events is not None and not target[0]:  # a mixture: the nucleus of the first event stands for it
            first = slice(0, int(events.offsets[1]))
            nuclei = (events.status[first] == STATUS_INCOMING) & (events.pdg[first] > NUCLEUS_IDS)
            if nuclei.any():
                row = int(np.argmax(nuclei))
                target = (int(events.pdg[row]), float(events.mass[row]))
        self._stream.write(write_head(self._info, self._ids, strategy=strategy, target=target).encode())
        return strategy

    def close(self) -> None:
        """Finish the file."""
        if self._strategy is None:
            self._begin(None, UNIT)
        self._stream.write(b"</LesHouchesEvents>\n")
        self._stream.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        self._stream.close()


def _nearly_unweighted(weight: FloatArray) -> bool:
    """Whether all weights are one but for the few of an unweighted sample that lie above its envelope.

    They keep their weight in XWGTUP; a program that takes IDWTUP = 3 at its word and ignores it errs by the
    excess, below a per mille in native samples.
    """
    above = int(np.count_nonzero(weight != 1.0))
    return bool(weight.min() >= 1.0 and above <= max(2.0, MOST_ABOVE * len(weight)))


def _texts(events: Events, ids: IdMap) -> Iterator[memoryview]:
    """Events as LHE text, piece by piece in their order, a few pieces ahead of who takes them."""
    ahead: deque[Future[memoryview]] = deque()
    with ThreadPoolExecutor(FORMATTERS) as pool:
        for piece in pieces(events, PIECE):
            ahead.append(pool.submit(_text, piece, ids))
            if len(ahead) > FORMATTERS:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _text(events: Events, ids: IdMap) -> memoryview:
    """Events as LHE text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    count = np.diff(events.offsets)
    mothers = np.maximum(events.mothers + 1, 0)
    ids, accord = _pairs(ids.from_native(events.pdg), events.status), events.accord
    momenta = [_many(column) for column in (*events.momentum.T, events.energy)]
    if accord is None:
        columns = [ids, _pairs(mothers[:, 0], mothers[:, 1], tail=" 0 0"), *momenta]  # colours
        columns.append(_tails(events.mass, events.ctau))
        scales = [pa.scalar(" ".join(repr(value).removesuffix(".0") for value in SCALES_UNKNOWN) + "\n")]
    else:
        columns = [ids, _pairs(*mothers.T), _pairs(*accord.colours.T), *momenta]
        spins = pc.binary_join_element_wise(_few(accord.spins), "\n", "")
        columns += [_few(events.mass), _few(events.ctau), spins]
        scales = [*map(_few, accord.scales.T[:-1]), pc.binary_join_element_wise(_few(accord.scales[:, -1]), "\n", "")]
    particles = pc.binary_join_element_wise(*columns, " ")
    heads = pc.binary_join_element_wise(_few(count), pa.scalar("1"), _few(events.weight), *scales, " ")
    heads = pc.binary_join_element_wise(pa.scalar("<event>"), heads, "\n")
    ends = _ends(events.vertex)
    n, total = len(count), len(events.pdg)
    # heads stand before the particles of their event, ends behind
    order = np.empty(total + 2 * n, dtype=np.int64)
    event = np.arange(n)
    order[events.offsets[:-1] + 2 * event] = total + event
    order[events.offsets[1:] + 2 * event + 1] = total + n + event
    order[np.arange(total) + 2 * np.repeat(event, count) + 1] = np.arange(total)
    lines = pa.concat_arrays([particles, heads, ends]).take(pa.array(order))
    return memoryview(lines.buffers()[2])[: _length(lines)]


def _length(lines: pa.StringArray) -> int:
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32)
    return int(offsets[len(lines)])


def _many(values: NDArray[Any]) -> pa.StringArray:
    """Text of numbers that all differ."""
    import pyarrow as pa

    return pa.array(np.ascontiguousarray(values)).cast(pa.string())


def _few(values: NDArray[Any]) -> pa.StringArray:
    """Text of numbers of which many are equal."""
    import pyarrow as pa

    encoded = pa.array(np.ascontiguousarray(values)).dictionary_encode()
    return encoded.dictionary.cast(pa.string()).take(encoded.indices)


def _tails(mass: FloatArray, ctau: FloatArray) -> pa.StringArray:
    """Mass, lifetime and spin of each particle: few differ where nothing flies, and no lifetime is like another."""
    import pyarrow as pa
    import pyarrow.compute as pc

    spin = pa.scalar(f"{SPIN_UNKNOWN:g}\n")
    masses = pa.array(np.ascontiguousarray(mass)).dictionary_encode()
    names = masses.dictionary.cast(pa.string())
    flying = np.flatnonzero((ctau != 0) | np.signbit(ctau))
    at_rest = pc.binary_join_element_wise(names, pa.scalar("0"), spin, " ")
    own = pc.binary_join_element_wise(names.take(masses.indices.take(pa.array(flying))), _many(ctau[flying]), spin, " ")
    index = masses.indices.to_numpy().astype(np.int64)
    index[flying] = len(names) + np.arange(len(flying))
    return pa.concat_arrays([at_rest, own]).take(pa.array(index))


def _pairs(first: NDArray[Any], second: NDArray[Any], *, tail: str = "") -> pa.StringArray:
    """Text of pairs of integers of 32 bits, of which few differ."""
    import pyarrow as pa

    packed = pa.array((first.astype(np.int64) << 32) | second.astype(np.int64) & 0xFFFFFFFF).dictionary_encode()
    pairs = packed.dictionary.to_numpy()
    text = [f"{a} {b}{tail}" for a, b in zip((pairs >> 32).tolist(), pairs.astype(np.int32).tolist(), strict=True)]
    return pa.array(text, pa.string()).take(packed.indices)


def _ends(vertex: FloatArray) -> pa.StringArray:
    """Last lines of each event, with the vertex where there is one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    n = len(vertex)
    plain = pa.repeat(pa.scalar("</event>\n"), n)
    placed = vertex.any(axis=1)
    if not placed.any():
        return plain
    columns = [_few(column) for column in vertex.T]
    comment = pc.binary_join_element_wise(pa.scalar("# vertex"), *columns, " ")
    comment = pc.binary_join_element_wise(comment, plain, "\n")
    return pc.if_else(pa.array(placed), comment, plain)
