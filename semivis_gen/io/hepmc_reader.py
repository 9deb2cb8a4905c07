"""HepMC3 and HepMC2 ASCII files into events, through pyhepmc: semivis's own and those of other generators."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from semivis_gen.constants import ID_ELECTRON
from semivis_gen.events import Events, IdMap, RunInfo
from semivis_gen.io.chunks import complaint
from semivis_gen.io.formats import Source, fail
from semivis_gen.io.header import HEADER_KEY, HeaderError, load_info
from semivis_gen.io.hepmc_graph import Graph, to_events
from semivis_gen.io.hepmc_scan import HepMCBytes

__all__ = ["read_hepmc", "read_hepmc_info"]

PIECE_PARTICLES = 50_000
STREAM_BYTES = 2**16
NUCLEUS_IDS = 1_000_000_000
BEAM = 4
NOWHERE = (0.0, 0.0, 0.0, 0.0)


def read_hepmc_info(path: str | Path) -> RunInfo:
    """Run information of a HepMC file; foreign files give theirs with the first event."""
    import pyhepmc

    with _open(path) as (text, reader):
        event = pyhepmc.GenEvent()
        if not _next(text, reader, event, path):
            fail(path, text.line, "the file holds no events")
        return _header(event, path, IdMap())[0]


def read_hepmc(path: str | Path, ids: IdMap) -> Iterator[Events]:
    """Events of a HepMC file in pieces.

    Parameters
    ----------
    path : str or Path
        File name.
    ids : IdMap
        Ids that the file uses for the dark sector.

    Yields
    ------
    Events
        Pieces, in order.

    Raises
    ------
    EventFileError
        Where the file is truncated, damaged or holds no events; with file and line.
    """
    import pyhepmc

    with _open(path) as (text, reader):
        event = pyhepmc.GenEvent()  # filled again and again
        piece = _Piece()
        info: RunInfo | None = None
        while _next(text, reader, event, path):
            if info is None:
                info, ids = _header(event, path, ids)
            piece.add(event, text.event_lines.popleft())
            if piece.size >= PIECE_PARTICLES:
                yield piece.events(info, ids, path)
                piece = _Piece()
        if info is None:
            fail(path, text.line, "the file holds no events")
        if piece.size:
            yield piece.events(info, ids, path)


@contextmanager
def _open(path: str | Path) -> Iterator[tuple[HepMCBytes, Any]]:
    import pyhepmc

    with Source.open(path) as source:
        text = HepMCBytes(source)
        kinds = {"hepmc3": pyhepmc.io.ReaderAscii, "hepmc2": pyhepmc.io.ReaderAsciiHepMC2}
        reader = kinds[text.kind](pyhepmc.io.pyiostream(text, STREAM_BYTES))
        setup = pyhepmc.Setup
        before = setup.print_errors, setup.print_warnings, setup.debug_level
        # errors are raised here, with file and line
        setup.print_errors, setup.print_warnings, setup.debug_level = False, False, 0
        try:
            yield text, reader
        finally:
            setup.print_errors, setup.print_warnings, setup.debug_level = before
            reader.close()


def _next(text: HepMCBytes, reader: Any, event: Any, path: str | Path) -> bool:
    """Fill the event with the next one, in GeV and mm; false at a proper end."""
    import pyhepmc

    try:
        good = reader.read_event(event)
    except (RuntimeError, ValueError, IndexError, MemoryError):  # what pyhepmc lets through
        good = False
    if text.error is not None:
        raise text.error
    if good and not reader.failed() and text.event_lines:
        event.set_units(pyhepmc.Units.GEV, pyhepmc.Units.MM)
        return True
    if text.event_lines or not text.finished:
        line = text.event_lines[0] if text.event_lines else text.line
        fail(path, line, "the event that begins here is damaged: fetch or make it again")
    return False


def _header(event: Any, path: str | Path, ids: IdMap) -> tuple[RunInfo, IdMap]:
    run = event.run_info
    try:
        if run is not None and HEADER_KEY in run.attributes:
            info, own = load_info(str(run.attributes[HEADER_KEY]))
            return info, (own if ids == IdMap() else ids)
        return _foreign(event), ids
    except HeaderError as error:
        fail(path, None, str(error))
    except UnicodeDecodeError:
        fail(path, None, "the header is not UTF-8 text: the file is damaged")


def _foreign(event: Any) -> RunInfo:
    """What the first event of another generator tells."""
    run = event.run_info
    info = RunInfo(generator="unknown")
    if run is not None and len(run.tools):
        info = replace(info, generator=run.tools[0].name, version=run.tools[0].version)
    rate = event.cross_section
    if rate is not None:
        info = replace(info, rate=float(rate.xsec()), rate_error=float(rate.xsec_err()))
        info.extra["rate_epsilon"] = "not given in the file; rate is the first event's cross-section as it stands"
    beams = event.numpy.particles
    incoming = np.flatnonzero(beams.status == BEAM)
    if len(incoming):
        info = replace(info, beam_id=int(beams.pid[incoming[0]]), beam_energy=float(beams.e[incoming[0]]))
        last = incoming[-1]
        if abs(int(beams.pid[last])) > NUCLEUS_IDS:
            info = replace(info, target_id=int(beams.pid[last]), target_mass=float(beams.generated_mass[last]))
    else:
        info = replace(info, beam_id=ID_ELECTRON)
    return info


class _Piece:
    """Raw records of some events, copied out of pyhepmc's memory."""

    def __init__(self) -> None:
        self.size = 0
        self._bytes: tuple[list[bytes], ...] = ([], [], [], [])
        self._counts: list[tuple[int, int, int]] = []
        self._weights: list[float] = []
        self._origins: list[tuple[float, ...]] = []
        self._lines: list[int] = []
        self._types: list[Any] = []

    def add(self, event: Any, line: int) -> None:
        import pyhepmc

        data = pyhepmc.GenEventData()
        event.write_data(data)
        arrays = (data.particles, data.vertices, data.links1, data.links2)
        for kept, array in zip(self._bytes, arrays, strict=True):
            kept.append(array.tobytes())
        if not self._types:
            self._types = [array.dtype for array in arrays]
        self._counts.append((len(arrays[0]), len(arrays[1]), len(arrays[2])))
        weights = data.weights
        self._weights.append(float(weights[0]) if len(weights) else 1.0)
        origin = data.event_pos
        self._origins.append(NOWHERE if origin.is_zero() else (origin.x, origin.y, origin.z, origin.t))
        self._lines.append(line)
        self.size += len(arrays[0])

    def events(self, info: RunInfo, ids: IdMap, path: str | Path) -> Events:
        """Events of this piece, checked."""
        particles, vertices, link_from, link_to = (
            np.frombuffer(b"".join(kept), dtype=kind) for kept, kind in zip(self._bytes, self._types, strict=True)
        )
        counts = np.array(self._counts, dtype=np.int64)
        graph = Graph(
            particles=particles,
            vertices=vertices,
            link_from=link_from.astype(np.int64),
            link_to=link_to.astype(np.int64),
            particle_count=counts[:, 0],
            vertex_count=counts[:, 1],
            link_count=counts[:, 2],
            weight=np.array(self._weights),
            origin=np.array(self._origins),
        )
        events = to_events(graph, info, ids)
        found = complaint(events)
        if found is not None:
            event, row, what = found
            which = "" if row < 0 else f"particle {row - int(events.offsets[event]) + 1}: "
            fail(path, self._lines[event], f"in the event that begins here, {which}{what}")
        return events
