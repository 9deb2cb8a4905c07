"""Event files: LHE, HepMC3 and parquet, chosen by suffix; plain or gzipped, recognised by content.

All reading and writing streams, so that memory does not grow with the file. A file is written under a temporary
name and appears whole or not at all; a truncated or damaged file is an error, never fewer events.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from semivis_gen.errors import OutputError
from semivis_gen.events import Events, IdMap, RunInfo
from semivis_gen.io.atomic import atomic_path
from semivis_gen.io.chunks import rechunk
from semivis_gen.io.formats import STDIN, Format, format_of

__all__ = ["EventWriter", "open_writer", "read_events", "read_info"]

log = logging.getLogger(__name__)
NATIVE = IdMap()


class EventWriter(Protocol):
    """What `open_writer` gives."""

    def write(self, events: Events) -> None:
        """Append events."""

    def close(self) -> None:
        """Finish the file."""

    def abandon(self) -> None:
        """Close the file as it is."""


def read_events(
    path: str | Path, *, ids: IdMap = NATIVE, chunk: int = 100_000, weight: str | None = None
) -> Iterator[Events]:
    """Read events chunk by chunk.

    Parameters
    ----------
    path : str or Path
        A name with the suffix .lhe, .hepmc, .hepmc3 (each also with .gz) or .parquet; "-" reads LHE from stdin.
    ids : IdMap
        Ids that the file uses for the dark sector; a file written by semivis knows its own.
    chunk : int
        Events a chunk; the last may be smaller.
    weight : str, optional
        Name of the weight to read, one of `read_info(path).weight_names`; the nominal one without.

    Yields
    ------
    Events
        Chunks with semivis's ids and the run information of the file.

    Raises
    ------
    EventFileError
        Where the file is missing, truncated, damaged, not of its format, without events or without the weight; the
        message names file and line.
    ParameterError
        Where `chunk` is below 1.
    """
    kind, _ = format_of(path)
    log.info("events from %s (%s)", path, kind)
    if kind is Format.LHE:
        from semivis_gen.io.lhe import read_lhe

        return rechunk(read_lhe(path, ids, weight=weight), chunk)
    if kind is Format.HEPMC:
        from semivis_gen.io.hepmc import read_hepmc

        return rechunk(read_hepmc(path, ids, weight=weight), chunk)
    from semivis_gen.io.parquet import read_parquet

    return rechunk(read_parquet(path, ids, weight=weight), chunk)


def read_info(path: str | Path, *, ids: IdMap = NATIVE) -> RunInfo:
    """Read the run information without the events.

    Parameters
    ----------
    path : str or Path
        File name, as for `read_events`.
    ids : IdMap
        Ids that the file uses for the dark sector.

    Returns
    -------
    RunInfo
        What the header says, with the names of the weights.

    Raises
    ------
    EventFileError
        Where the file is missing or its beginning damaged.
    """
    kind, _ = format_of(path)
    if kind is Format.LHE:
        from semivis_gen.io.lhe import read_lhe_info

        return read_lhe_info(path, ids)
    if kind is Format.HEPMC:
        from semivis_gen.io.hepmc import read_hepmc_info

        return read_hepmc_info(path)
    from semivis_gen.io.parquet import read_parquet_info

    return read_parquet_info(path)


@contextmanager
def open_writer(path: str | Path, info: RunInfo, *, ids: IdMap = NATIVE) -> Iterator[EventWriter]:
    """Open an event file for writing; it appears when the context ends without an exception.

    Parameters
    ----------
    path : str or Path
        File name; its suffix chooses the format, as for `read_events`.
    info : RunInfo
        Run information for the header.
    ids : IdMap
        Ids that the file shall use for the dark sector.

    Yields
    ------
    EventWriter
        Its `write` takes chunks of events.

    Raises
    ------
    EventFileError
        Where the suffix is unknown.
    OutputError
        Where the file cannot be written; nothing is left behind.
    """
    if str(path) == STDIN:
        msg = "events cannot be written to -: give a file name"
        raise OutputError(msg)
    kind, compress = format_of(path)
    with atomic_path(path) as temporary:
        writer = _writer(kind, temporary, info, ids, compress=compress)
        try:
            yield writer
        except BaseException:
            with suppress(OSError):  # the first error is the one to tell
                writer.abandon()
            raise
        writer.close()
    log.info("wrote %s (%s, %.3g MB)", path, kind, Path(path).stat().st_size / 1e6)


def _writer(kind: Format, path: Path, info: RunInfo, ids: IdMap, *, compress: bool) -> EventWriter:
    if kind is Format.LHE:
        from semivis_gen.io.lhe import LheWriter

        return LheWriter(path, info, ids, compress=compress)
    if kind is Format.HEPMC:
        from semivis_gen.io.hepmc import HepMCWriter

        return HepMCWriter(path, info, ids, compress=compress)
    from semivis_gen.io.parquet import ParquetWriter

    return ParquetWriter(path, info, ids)
