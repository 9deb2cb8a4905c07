"""Parquet files, the fast lane: one row an event, lists for the particles, readable by pandas, awkward, Spark...

Columns `pdg`, `status`, `mother_first`, `mother_last`, `px`, `py`, `pz`, `mass` [GeV], `ctau` [mm] are lists over the
particles (mothers count from 0, -1 for none); `weight` and `x`, `y`, `z`, `ct` [mm] are numbers. The run information
is the JSON object `semivis` in the metadata of the schema, with its CRC-32 beside it. Row groups stream. Pages carry
checksums, which are verified: a damaged file is an error. Colours, spins and scales of Les Houches files are not kept;
`weight` is the only weight.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import SemivisWarning
from semivis_gen.events import Events, IdMap, Origin, RunInfo
from semivis_gen.io.chunks import complaint, pieces
from semivis_gen.io.formats import MAX_PARTICLES, fail, fail_weight
from semivis_gen.io.header import HEADER_KEY, HeaderError, dump_info, load_info, lost_here

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ParquetWriter", "read_parquet", "read_parquet_info"]

SUM_KEY = f"{HEADER_KEY}_crc32"
ROW_GROUP = 20_000  # events: bounds the memory of a reader
LISTS = {
    "pdg": "int32",
    "status": "int8",
    "mother_first": "int32",
    "mother_last": "int32",
    "px": "float64",
    "py": "float64",
    "pz": "float64",
    "mass": "float64",
    "ctau": "float64",
}
NUMBERS = ("weight", "x", "y", "z", "ct")


def _sum(header: str) -> str:
    return f"{zlib.crc32(header.encode()):08x}"


def _schema(metadata: dict[str, str]) -> pa.Schema:
    import pyarrow as pa

    fields = [pa.field(name, pa.list_(pa.type_for_alias(kind))) for name, kind in LISTS.items()]
    fields += [pa.field(name, pa.float64()) for name in NUMBERS]
    return pa.schema(fields, metadata=metadata)


class ParquetWriter:
    """Writer of one parquet file.

    Parameters
    ----------
    path : Path
        Where to write.
    info : RunInfo
        What holds for the run.
    ids : IdMap
        Ids that the file shall use.
    """

    def __init__(self, path: Path, info: RunInfo, ids: IdMap) -> None:
        self._path, self._info, self._ids = path, info, ids
        self._writer: Any = None

    def _begin(self, lost: tuple[str, ...]) -> Any:
        import pyarrow.parquet as pq

        header = dump_info(self._info, self._ids, lost=lost)
        schema = _schema({HEADER_KEY: header, SUM_KEY: _sum(header)})
        return pq.ParquetWriter(self._path, schema, write_page_checksum=True)

    def write(self, events: Events) -> None:
        """Append events."""
        if self._writer is None:
            self._writer = self._begin(lost_here(events))
        for piece in pieces(events, ROW_GROUP):
            self._writer.write_table(self._table(piece))

    def _table(self, events: Events) -> pa.Table:
        import pyarrow as pa

        lists = {
            "pdg": self._ids.from_native(events.pdg),
            "status": events.status,
            "mother_first": events.mothers[:, 0],
            "mother_last": events.mothers[:, 1],
            **{name: events.momentum[:, axis] for axis, name in enumerate(("px", "py", "pz"))},
            "mass": events.mass,
            "ctau": events.ctau,
        }
        offsets = pa.array(events.offsets.astype(np.int32))
        columns = [pa.ListArray.from_arrays(offsets, pa.array(np.ascontiguousarray(lists[name]))) for name in LISTS]
        columns += [pa.array(np.ascontiguousarray(column)) for column in (events.weight, *events.vertex.T)]
        return pa.Table.from_arrays(columns, schema=self._writer.schema)

    def close(self) -> None:
        """Finish the file."""
        (self._writer or self._begin(())).close()

    def abandon(self) -> None:
        """Close the file as it is."""
        if self._writer is not None:
            self._writer.close()


def read_parquet_info(path: str | Path) -> RunInfo:
    """Run information of a parquet file.

    Raises
    ------
    EventFileError
        Where the file is missing, damaged or not semivis's.
    """
    file = _open(path)
    try:
        return _info(file, path, IdMap())[0]
    finally:
        file.close()


def read_parquet(path: str | Path, ids: IdMap, *, weight: str | None = None) -> Iterator[Events]:
    """Events of a parquet file, one row group after the other.

    Parameters
    ----------
    path : str or Path
        File name.
    ids : IdMap
        Ids that the file uses for the dark sector.
    weight : str, optional
        Always an error: these files hold one weight, without a name.

    Yields
    ------
    Events
        Pieces, in order.

    Raises
    ------
    EventFileError
        Where the file is truncated, damaged, lacks a column or holds no events.
    """
    import pyarrow as pa

    if weight is not None:
        fail_weight(path, weight, ())
    file = _open(path)
    try:
        info, ids = _info(file, path, ids)
        _warn_without_sums(file, path)
        if not file.metadata.num_rows:
            fail(path, None, "the file holds no events")
        done = 0
        for batch in file.iter_batches(ROW_GROUP, columns=[*LISTS, *NUMBERS], use_threads=False):
            yield _events(batch, info, ids, done, path)
            done += batch.num_rows
        if done != file.metadata.num_rows:  # old pyarrow trusts a damaged footer
            fail(path, None, f"its footer tells of {file.metadata.num_rows} events, {done} are there")
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        fail(path, None, f"the parquet data are damaged: {str(error)[:200]}")
    finally:
        file.close()


def _open(path: str | Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(
            Path(path),
            memory_map=False,
            pre_buffer=False,  # else it all stays in memory
            page_checksum_verification=True,
        )
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        fail(path, None, f"not a complete parquet file: {str(error)[:200]}")


def _info(file: Any, path: str | Path, ids: IdMap) -> tuple[RunInfo, IdMap]:
    schema = file.schema_arrow
    missing = [name for name in (*LISTS, *NUMBERS) if name not in schema.names]
    if missing:
        fail(path, None, f"the table lacks the columns {', '.join(missing)}: not an event file of semivis")
    metadata = schema.metadata or {}
    text, told = metadata.get(HEADER_KEY.encode()), metadata.get(SUM_KEY.encode())
    if told is not None and told != _sum((text or b"").decode(errors="replace")).encode():
        fail(path, None, "the semivis header is damaged: its checksum does not fit")
    if text is None:
        return RunInfo(generator="unknown", weight_mean="unknown"), ids
    try:
        info, own = load_info(text.decode(errors="replace"))
    except HeaderError as error:
        fail(path, None, str(error))
    return info, (own if ids == IdMap() else ids)


def _warn_without_sums(file: Any, path: str | Path) -> None:
    metadata = file.schema_arrow.metadata or {}
    if HEADER_KEY.encode() in metadata and SUM_KEY.encode() not in metadata:
        msg = f"{path}: this file of semivis has no checksums, so that damage does not show; make it again"
        warnings.warn(msg, SemivisWarning, stacklevel=3)


def _events(batch: pa.RecordBatch, info: RunInfo, ids: IdMap, done: int, path: str | Path) -> Events:
    import pyarrow as pa

    wanted = _schema({})
    try:
        table = {name: batch.column(name).cast(wanted.field(name).type) for name in wanted.names}
    except pa.ArrowInvalid as error:
        fail(path, None, f"a column is of the wrong type: {str(error)[:200]}")
    if any(column.null_count or (name in LISTS and column.flatten().null_count) for name, column in table.items()):
        fail(path, None, f"numbers are missing in events {done + 1} to {done + batch.num_rows}")
    lengths = np.asarray(table["pdg"].value_lengths().to_numpy(), dtype=np.int64)
    for name in LISTS:
        unequal = np.asarray(table[name].value_lengths().to_numpy()) != lengths
        if unequal.any():
            fail(path, None, f"event {done + int(np.argmax(unequal)) + 1}: the lists pdg and {name} differ in length")
    if lengths.max(initial=0) > MAX_PARTICLES or lengths.min(initial=1) < 1:
        fail(path, None, f"an event has no particles or more than {MAX_PARTICLES}")

    def flat(name: str) -> NDArray[Any]:
        return np.asarray(table[name].flatten().to_numpy(zero_copy_only=False))

    def number(name: str) -> FloatArray:
        return np.asarray(table[name].to_numpy(zero_copy_only=False), dtype=float)

    events = Events(
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        pdg=ids.to_native(flat("pdg")),
        status=flat("status"),
        mothers=np.stack([flat("mother_first"), flat("mother_last")], axis=1),
        momentum=np.stack([flat("px"), flat("py"), flat("pz")], axis=1),
        mass=flat("mass"),
        ctau=flat("ctau"),
        weight=number("weight"),
        vertex=np.stack([number(name) for name in NUMBERS[1:]], axis=1),
        info=info,
        origin=Origin(str(path), done + np.arange(1, len(lengths) + 1), np.zeros(len(lengths), dtype=np.int64)),
    )
    found = complaint(events)
    if found is not None:
        event, row, what = found
        which = "" if row < 0 else f", particle {row - int(events.offsets[event]) + 1}"
        fail(path, None, f"event {done + event + 1}{which}: {what}")
    return events
