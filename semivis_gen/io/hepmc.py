"""HepMC3 ascii files through pyhepmc: momenta in GeV, vertices in mm.

Production vertex: the event's vertex. A decayed particle ends at its production vertex plus c tau p/m, with c tau
its proper decay length; reading takes c tau back from the distance. Run information travels as the attribute
`semivis` of the run, the cross-section as HepMC's own where the rate is one in pb.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, STATUS_INCOMING, Events, IdMap, RunInfo
from semivis_gen.io.atomic import atomic_path
from semivis_gen.io.header import info_from_json, info_to_json

__all__ = ["hepmc_writer", "read_hepmc"]

FloatArray = NDArray[np.float64]
HEPMC_BEAM = 4  # status of beam particles; 1 and 2 are as in LHE
MAX_PARTICLES = 1_000_000
PRECISION = 17


class _Writer:
    """Writes chunks; given out by `hepmc_writer`."""

    def __init__(self, stream: Any, run: Any, info: RunInfo, ids: IdMap) -> None:
        self._stream, self._run, self._info, self._ids, self._count = stream, run, info, ids, 0

    def write(self, events: Events) -> None:
        """Append a chunk of events."""
        import pyhepmc

        energy = events.energy
        birth = _birth_points(events, energy)
        status = np.where(events.status == STATUS_INCOMING, HEPMC_BEAM, events.status).astype(np.int32)
        pdg = self._ids.from_native(events.pdg)
        for index, (a, b) in enumerate(zip(events.offsets[:-1], events.offsets[1:], strict=True)):
            part = slice(int(a), int(b))
            event = pyhepmc.GenEvent(pyhepmc.Units.GEV, pyhepmc.Units.MM)
            x, y, z = (np.ascontiguousarray(c) for c in events.momentum[part].T)
            vertex = [np.ascontiguousarray(c) for c in birth[part].T]
            event.from_hepevt(
                self._count, x, y, z, energy[part], events.mass[part], pdg[part], status[part],
                parents=np.ascontiguousarray(events.mothers[part]),
                vx=vertex[0], vy=vertex[1], vz=vertex[2], vt=vertex[3], fortran=False,
            )  # fmt: skip
            event.run_info = self._run  # from_hepevt clears the event
            event.weights = [float(events.weight[index])]
            if self._info.rate_unit == "pb":
                section = pyhepmc.GenCrossSection()
                section.set_cross_section(self._info.rate, self._info.rate_error)
                event.cross_section = section
            self._stream.write(event)
            self._count += 1


def _birth_points(events: Events, energy: FloatArray) -> FloatArray:
    """Production point (x, y, z, ct) of each particle [mm], shape (N, 4); mothers stand before daughters."""
    start = np.repeat(events.offsets[:-1], np.diff(events.offsets))
    birth = np.repeat(events.vertex, np.diff(events.offsets), axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        flight = np.c_[events.momentum, energy] * np.where(events.mass > 0, events.ctau / events.mass, 0.0)[:, None]
    mother = start + np.maximum(events.mothers[:, 0], 0)
    has_mother = events.mothers[:, 0] >= 0
    decays = has_mother & (events.status[mother] == STATUS_DECAYED)
    rank = np.arange(len(start)) - start
    for position in range(int(rank.max(initial=0)) + 1):  # generation by generation, all events at once
        rows = np.flatnonzero(decays & (rank == position))
        birth[rows] = birth[mother[rows]] + flight[mother[rows]]
    return birth


@contextmanager
def hepmc_writer(path: str | Path, info: RunInfo, *, ids: IdMap | None = None) -> Iterator[_Writer]:
    """Open a file for events; it appears whole when the block ends, or not at all.

    Parameters
    ----------
    path : str or Path
        .hepmc3, .hepmc, with .gz for compression.
    info : RunInfo
        Goes into the run information.
    ids : IdMap, optional
        Ids to use for the dark sector.

    Yields
    ------
    writer
        With a method `write(events)`.
    """
    import pyhepmc
    from pyhepmc.io import WriterAscii

    with atomic_path(path) as temporary:
        plain = temporary.with_name(temporary.name + ".plain") if str(path).endswith(".gz") else temporary
        try:
            run = pyhepmc.GenRunInfo()
            run.tools = [(info.generator, info.version, "semi-visible dark photon")]
            run.weight_names = ["nominal"]
            run.attributes["semivis"] = info_to_json(info)
            with WriterAscii(str(plain), run) as stream:
                stream.precision = PRECISION
                yield _Writer(stream, run, info, ids or IdMap())
            if plain is not temporary:
                _compress(plain, temporary)
        finally:
            if plain is not temporary:
                plain.unlink(missing_ok=True)


def _compress(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as raw, gzip.GzipFile("", "wb", 4, raw, mtime=0) as write:
        while block := read.read(1 << 20):
            write.write(block)


def read_hepmc(path: str | Path, *, ids: IdMap | None = None, chunk: int = 10_000) -> Iterator[Events]:
    """Stream the events of a HepMC3 (or HepMC2) ascii file.

    Parameters
    ----------
    path : str or Path
        Plain or gzipped file.
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
        Where the file is empty, truncated or no HepMC file.
    """
    import pyhepmc

    mapping = ids or IdMap()
    _check_frame(Path(path))
    parts: list[dict[str, Any]] = []
    info: RunInfo | None = None
    seen = 0
    try:
        with pyhepmc.open(str(path)) as stream:
            for event in stream:
                if info is None:
                    info = _run_info(event, str(path))
                parts.append(_columns(event, mapping, str(path)))
                seen += 1
                if len(parts) == chunk:
                    yield _join(parts, info)
                    parts = []
    except (OSError, RuntimeError, EOFError) as error:
        msg = f"{path}: damaged after event {seen}: {error}"
        raise EventFileError(msg) from error
    if info is None:
        msg = f"{path}: the file holds no events"
        raise EventFileError(msg)
    if parts:
        yield _join(parts, info)


def _check_frame(path: Path) -> None:
    """Head and tail of the file: pyhepmc itself takes a truncated file for a short one."""
    begin: bytes = b""
    line = tail_line = 0
    last = b""
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if zipped else path.open("rb") as stream:
            for text in stream:
                line += 1
                if text.strip():
                    begin = begin or text
                    last, tail_line = text, line
                    if len(text) > 1 << 22:
                        msg = f"{path}, line {line}: a line of more than 4 MB is no HepMC"
                        raise EventFileError(msg)
    except OSError as error:
        msg = f"{path}, line {line + 1}: cannot be read: {error.strerror or error}"
        raise EventFileError(msg) from error
    except EOFError as error:
        msg = f"{path}, line {line + 1}: the gzipped file is truncated"
        raise EventFileError(msg) from error
    if not begin.startswith(b"HepMC::"):
        msg = f"{path}, line 1: not a HepMC file: it begins with {begin[:40]!r} instead of HepMC::Version"
        raise EventFileError(msg)
    if not last.startswith((b"HepMC::Asciiv3-END", b"HepMC::IO_GenEvent-END")):
        msg = f"{path}, line {tail_line}: the file ends without its END line: it is truncated"
        raise EventFileError(msg)


def _run_info(event: Any, name: str) -> RunInfo:
    run = event.run_info
    if run is not None and "semivis" in run.attributes:
        return info_from_json(str(run.attributes["semivis"]), where=name)
    tools = list(run.tools) if run is not None else []
    generator, version = (tools[0].name, tools[0].version) if tools else ("unknown", "")
    beams = [p for p in event.particles if p.status == HEPMC_BEAM]
    info = RunInfo(generator=generator, version=version)
    if beams:
        fastest = max(beams, key=lambda p: abs(p.momentum.pz))
        info = replace(info, beam_id=fastest.pid, beam_energy=fastest.momentum.e)
    return info


def _columns(event: Any, ids: IdMap, name: str) -> dict[str, Any]:
    """One event as arrays."""
    count = len(event.particles)
    if not 0 < count <= MAX_PARTICLES:
        msg = f"{name}: event {event.event_number} has {count} particles; the limit is {MAX_PARTICLES}"
        raise EventFileError(msg)
    view = event.numpy.particles
    momentum = np.stack([view.px, view.py, view.pz], axis=1)
    status = np.asarray(view.status)
    mothers = np.full((count, 2), -1, dtype=np.int32)
    ctau = np.zeros(count)
    mass = np.asarray(view.generated_mass, dtype=float).copy()
    first = event.event_pos()
    origin = np.array([first.x, first.y, first.z, first.t])
    hard: FloatArray | None = None
    scale = 10.0 if str(event.length_unit).endswith("CM") else 1.0
    to_gev = 1e-3 if str(event.momentum_unit).endswith("MEV") else 1.0
    for vertex in event.vertices:
        incoming = sorted(p.id - 1 for p in vertex.particles_in)
        position = np.array([vertex.position.x, vertex.position.y, vertex.position.z, vertex.position.t])
        if hard is None and incoming:
            hard = position
        for particle in vertex.particles_out:
            if incoming:
                mothers[particle.id - 1] = incoming[0], incoming[-1]
    for particle in event.particles:
        begin, end = particle.production_vertex, particle.end_vertex
        row = particle.id - 1
        if particle.status == STATUS_DECAYED and begin is not None and end is not None:
            a, b = begin.position, end.position
            step = np.array([b.x - a.x, b.y - a.y, b.z - a.z])
            size = float(np.linalg.norm(momentum[row]))
            ctau[row] = float(np.linalg.norm(step)) * mass[row] / size if size else max(b.t - a.t, 0.0)
    known = np.where(status == HEPMC_BEAM, STATUS_INCOMING, np.where(status == 1, STATUS_FINAL, STATUS_DECAYED))
    if not (np.isfinite(momentum).all() and np.isfinite(mass).all() and np.isfinite(ctau).all()):
        msg = f"{name}: event {event.event_number} holds a momentum, mass or vertex that is not finite"
        raise EventFileError(msg)
    return {
        "pdg": ids.to_native(np.asarray(view.pid)),
        "status": known.astype(np.int8),
        "mothers": mothers,
        "momentum": momentum * to_gev,
        "mass": mass * to_gev,
        "ctau": ctau * scale,
        "weight": float(event.weights[0]) if len(event.weights) else 1.0,
        "vertex": (hard if hard is not None else origin) * scale,
    }


def _join(parts: list[dict[str, Any]], info: RunInfo) -> Events:
    lengths = [len(p["pdg"]) for p in parts]
    joined = {
        k: np.concatenate([p[k] for p in parts]) for k in ("pdg", "status", "mothers", "momentum", "mass", "ctau")
    }
    return Events(
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        weight=np.array([p["weight"] for p in parts]),
        vertex=np.stack([p["vertex"] for p in parts]),
        info=info,
        **joined,
    )
