"""Parquet through pyarrow: the fast lane. One row an event, list columns for its particles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from semivis_gen.errors import EventFileError
from semivis_gen.events import Events, IdMap, RunInfo
from semivis_gen.io.atomic import atomic_path
from semivis_gen.io.header import info_from_json, info_to_json

__all__ = ["read_table", "table_writer"]

KEY = b"semivis"
PARTICLE_COLUMNS = {
    "pdg": np.int32, "status": np.int8, "mother1": np.int32, "mother2": np.int32, "px_GeV": np.float64,
    "py_GeV": np.float64, "pz_GeV": np.float64, "mass_GeV": np.float64, "ctau_mm": np.float64,
}  # fmt: skip
EVENT_COLUMNS = ("weight", "x_mm", "y_mm", "z_mm", "ct_mm")


def _schema(info: RunInfo) -> Any:
    import pyarrow as pa

    fields = [(name, pa.list_(pa.from_numpy_dtype(kind))) for name, kind in PARTICLE_COLUMNS.items()]
    fields += [(name, pa.float64()) for name in EVENT_COLUMNS]
    return pa.schema(fields, metadata={KEY: info_to_json(info).encode()})


class _Writer:
    """Writes chunks; given out by `table_writer`."""

    def __init__(self, stream: Any, schema: Any, ids: IdMap) -> None:
        self._stream, self._schema, self._ids = stream, schema, ids

    def write(self, events: Events) -> None:
        """Append a chunk of events."""
        import pyarrow as pa

        offsets = pa.array(events.offsets.astype(np.int32))
        flat = [self._ids.from_native(events.pdg), events.status, *events.mothers.T, *events.momentum.T]
        flat += [events.mass, events.ctau]
        columns = [pa.ListArray.from_arrays(offsets, pa.array(np.ascontiguousarray(c))) for c in flat]
        columns += [pa.array(np.ascontiguousarray(c)) for c in (events.weight, *events.vertex.T)]
        self._stream.write_table(pa.Table.from_arrays(columns, schema=self._schema))


@contextmanager
def table_writer(path: str | Path, info: RunInfo, *, ids: IdMap | None = None) -> Iterator[_Writer]:
    """Open a parquet file for events; it appears whole when the block ends, or not at all.

    Parameters
    ----------
    path : str or Path
        The file.
    info : RunInfo
        Goes into the schema's metadata.
    ids : IdMap, optional
        Ids to use for the dark sector.

    Yields
    ------
    writer
        With a method `write(events)`.
    """
    import pyarrow.parquet as pq

    schema = _schema(info)
    with atomic_path(path) as temporary, pq.ParquetWriter(str(temporary), schema) as stream:
        yield _Writer(stream, schema, ids or IdMap())


def read_table(path: str | Path, *, ids: IdMap | None = None, chunk: int = 100_000) -> Iterator[Events]:
    """Stream the events of a parquet file.

    Parameters
    ----------
    path : str or Path
        The file.
    ids : IdMap, optional
        Ids that the file uses for the dark sector.
    chunk : int
        Events a chunk.

    Yields
    ------
    Events
        Chunks in the order of the file.

    Raises
    ------
    EventFileError
        Where the file is not such a table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    mapping = ids or IdMap()
    try:
        with pq.ParquetFile(str(path)) as stream:
            metadata = stream.schema_arrow.metadata or {}
            missing = [c for c in (*PARTICLE_COLUMNS, *EVENT_COLUMNS) if c not in stream.schema_arrow.names]
            if KEY not in metadata or missing:
                msg = f"{path}: not a semivis event table (missing {', '.join(missing) or 'its header'})"
                raise EventFileError(msg)
            info = info_from_json(metadata[KEY].decode(), where=str(path))
            if stream.metadata.num_rows == 0:
                msg = f"{path}: the file holds no events"
                raise EventFileError(msg)
            for batch in stream.iter_batches(batch_size=chunk):
                yield _events(batch, info, mapping)
    except (OSError, pa.ArrowException) as error:
        msg = f"{path}: not a readable parquet file: {' '.join(str(error).split())[:200]}"
        raise EventFileError(msg) from error


def _events(batch: Any, info: RunInfo, ids: IdMap) -> Events:
    lists = {name: batch.column(name) for name in PARTICLE_COLUMNS}
    flat = {name: column.flatten().to_numpy(zero_copy_only=False) for name, column in lists.items()}
    offsets = lists["pdg"].offsets.to_numpy().astype(np.int64)
    event = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in EVENT_COLUMNS}
    return Events(
        offsets=offsets - offsets[0],
        pdg=ids.to_native(flat["pdg"]),
        status=flat["status"],
        mothers=np.stack([flat["mother1"], flat["mother2"]], axis=1),
        momentum=np.stack([flat["px_GeV"], flat["py_GeV"], flat["pz_GeV"]], axis=1),
        mass=flat["mass_GeV"],
        ctau=flat["ctau_mm"],
        weight=event["weight"],
        vertex=np.stack([event[k] for k in ("x_mm", "y_mm", "z_mm", "ct_mm")], axis=1),
        info=info,
    )
