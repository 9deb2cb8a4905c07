"""Events into HepMC3 ASCII files, through pyhepmc."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, STATUS_INCOMING, Events, IdMap, RunInfo
from semivis_gen.io.chunks import pieces
from semivis_gen.io.header import HEADER_KEY, dump_info, lost_here
from semivis_gen.io.hepmc.links import linked
from semivis_gen.io.text.streams import OutputStream
from semivis_gen.io.vertices import production_points

__all__ = ["HepMCWriter"]

PRECISION = 16  # digits behind the point: 17 in all bring back the same double
PIECE = 1000  # events formatted at a time: bounds memory
HEPMC_BEAM, HEPMC_OTHER, HEPMC_PARTON = 4, 3, 21  # beam, documentation, Pythia's code for what enters a subprocess
TO_HEPMC = {STATUS_INCOMING: HEPMC_BEAM, -9: HEPMC_BEAM, STATUS_FINAL: 1, STATUS_DECAYED: 2}


class HepMCWriter:
    """Writer of one HepMC3 file.

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
        # pyhepmc writes to memory: a full disk must be an error here, not inside of C++
        self._memory = io.BytesIO()
        self._writer: Any = None
        self._written = 0

    def _begin(self, lost: tuple[str, ...]) -> None:
        import pyhepmc

        info = self._info
        run = pyhepmc.GenRunInfo()
        run.tools = [pyhepmc.GenRunInfo.ToolInfo(info.generator, info.version, "")]
        run.weight_names = [info.weight or "Default"]
        run.attributes[HEADER_KEY] = dump_info(info, self._ids, lost=lost)
        self._event = pyhepmc.GenEvent(pyhepmc.Units.GEV, pyhepmc.Units.MM)
        self._event.run_info = run
        self._rate = None
        if info.rate_unit == "pb" and info.rate > 0:
            self._rate = pyhepmc.GenCrossSection()
            self._rate.set_cross_section(info.rate, info.rate_error)
        self._link = pyhepmc.io.pyiostream(self._memory)
        self._writer = pyhepmc.io.WriterAscii(self._link, run)
        self._writer.precision = PRECISION

    def write(self, events: Events) -> None:
        """Append events.

        Raises
        ------
        OutputError
            Where mothers and daughters are no graph of HepMC.
        """
        if self._writer is None:
            self._begin(lost_here(events))
        for piece in pieces(events, PIECE):
            self._append(piece)

    def _append(self, events: Events) -> None:
        events = linked(events)
        mothers = events.mothers
        pdg = self._ids.from_native(events.pdg)
        status = np.full(len(pdg), HEPMC_OTHER, dtype=np.int32)
        for ours, theirs in TO_HEPMC.items():
            status[events.status == ours] = theirs
        status[(status == HEPMC_BEAM) & (mothers[:, 0] >= 0)] = HEPMC_PARTON
        momentum = np.ascontiguousarray(events.momentum.T)
        point = np.ascontiguousarray(production_points(events).T)
        energy, weights = events.energy, events.weight.tolist()
        edges = events.offsets.tolist()
        event, writer, rate = self._event, self._writer, self._rate
        for index, (a, b) in enumerate(pairwise(edges)):
            event.from_hepevt(
                self._written + index,
                *momentum[:, a:b],
                energy[a:b],
                events.mass[a:b],
                pdg[a:b],
                status[a:b],
                parents=mothers[a:b],
                **dict(zip(("vx", "vy", "vz", "vt"), point[:, a:b], strict=True)),
                fortran=False,
            )
            event.weights = [weights[index]]
            if rate is not None:
                event.cross_section = rate
            writer.write_event(event)
        self._written += len(weights)
        self._drain()

    def _drain(self) -> None:
        self._link.flush()
        self._stream.write(self._memory.getvalue())
        self._memory.seek(0)
        self._memory.truncate()

    def close(self) -> None:
        """Finish the file."""
        if self._writer is None:
            self._begin(())
        self._writer.close()
        self._drain()
        self._stream.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        if self._writer is not None:
            self._writer.close()
        self._stream.close()
