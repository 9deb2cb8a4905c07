"""Event files: LHE, HepMC3 and parquet, chosen by suffix."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from semivis_gen.errors import EventFileError
from semivis_gen.events import Events, IdMap, RunInfo

__all__ = ["EventWriter", "open_writer", "read_events"]

FORMATS = {".lhe": "lhe", ".hepmc3": "hepmc", ".hepmc": "hepmc", ".parquet": "table"}


class EventWriter(Protocol):
    """What every format's writer offers."""

    def write(self, events: Events) -> None:
        """Append a chunk of events."""


def _format(path: str | Path) -> str:
    if str(path) == "-":
        return "lhe"
    name = Path(path).name
    suffix = Path(name.removesuffix(".gz")).suffix
    if suffix not in FORMATS or (suffix == ".parquet" and name.endswith(".gz")):
        msg = f"{path}: unknown kind of event file; use .lhe, .lhe.gz, .hepmc3, .hepmc3.gz or .parquet"
        raise EventFileError(msg)
    return FORMATS[suffix]


def read_events(path: str | Path, *, ids: IdMap | None = None, chunk: int = 100_000) -> Iterator[Events]:
    """Stream events from a file of any known format.

    Parameters
    ----------
    path : str or Path
        The suffix tells the format; `-` is an LHE file on standard input.
    ids : IdMap, optional
        Ids that the file uses for the dark sector.
    chunk : int
        Events a chunk, roughly; memory is bounded by it.

    Yields
    ------
    Events
        Chunks in the order of the file.

    Raises
    ------
    EventFileError
        Where the file is missing, empty, truncated, damaged or of unknown kind.
    """
    kind = _format(path)
    if str(path) != "-" and not Path(path).is_file():
        msg = f"{path}: no such file"
        raise EventFileError(msg)
    if kind == "lhe":
        from semivis_gen.io.lhe import read_lhe

        yield from read_lhe(path, ids=ids, chunk=chunk)
    elif kind == "hepmc":
        from semivis_gen.io.hepmc import read_hepmc

        yield from read_hepmc(path, ids=ids, chunk=min(chunk, 10_000))
    else:
        from semivis_gen.io.table import read_table

        yield from read_table(path, ids=ids, chunk=chunk)


def open_writer(path: str | Path, info: RunInfo, *, ids: IdMap | None = None) -> AbstractContextManager[EventWriter]:
    """Open a file for events; the suffix tells the format, and the file appears whole or not at all.

    Parameters
    ----------
    path : str or Path
        .lhe, .lhe.gz, .hepmc3, .hepmc3.gz or .parquet.
    info : RunInfo
        Goes into the header.
    ids : IdMap, optional
        Ids to use for the dark sector.

    Returns
    -------
    context manager
        Gives a writer with `write(events)`.

    Raises
    ------
    EventFileError, OutputError
        Where the kind is unknown or the folder cannot be written.
    """
    kind = _format(path)
    if kind == "lhe":
        from semivis_gen.io.lhe import lhe_writer

        return lhe_writer(path, info, ids=ids)
    if kind == "hepmc":
        from semivis_gen.io.hepmc import hepmc_writer

        return hepmc_writer(path, info, ids=ids)
    from semivis_gen.io.table import table_writer

    return table_writer(path, info, ids=ids)
