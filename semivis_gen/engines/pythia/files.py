"""Event files through Pythia: undecayed A' or chi2 in, displaced decays out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from semivis_gen.constants import NUCLEUS_IDS
from semivis_gen.engines.pythia.hook import attach, import_pythia, start
from semivis_gen.errors import EngineError, EventFileError, ParameterError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, Events, IdMap
from semivis_gen.io import open_writer, read_events
from semivis_gen.model import DarkSector, label
from semivis_gen.resources import cards_dir
from semivis_gen.version import __version__

__all__ = ["decay_with_pythia"]

MASS_TOLERANCE = 1e-5  # cards hold seven digits
CHUNK = 5000
STATUS_OUTGOING = 23  # Pythia's code for what leaves the hard process


def decay_with_pythia(
    lhe_in: str | Path,
    hepmc_out: str | Path,
    point: DarkSector,
    *,
    seed: int,
    ids: IdMap | None = None,
    settings: Sequence[str] = (),
) -> int:
    """Decay A' and chi2 of an event file with Pythia and write the events with displaced vertices.

    Final particles go into Pythia's record without its beam machinery, which knows no nuclear target; so incoming
    particles, weights and production vertices stay what they were.

    Parameters
    ----------
    lhe_in : path
        Events with undecayed A' or chi2, in any format that `read_events` knows; `-` reads LHE from standard input.
    hepmc_out : path
        Usually .hepmc3 or .hepmc3.gz; any format of `open_writer`. It appears whole or not at all.
    point : DarkSector
        The physics point; its masses must be those of the file.
    seed : int
        Seed; the same seed gives the same file.
    ids : IdMap, optional
        Ids that the file uses for the dark sector.
    settings : sequence of str
        More settings for Pythia, for example `58:onIfAny = 13`.

    Returns
    -------
    int
        Number of events written.

    Raises
    ------
    EngineError, EventFileError, ParameterError
        Where Pythia is absent or fails, the file is damaged or has nothing to decay, or masses do not fit.
    """
    pythia = import_pythia().Pythia("", False)
    card = cards_dir() / "pythia" / "dark_decays.cmnd"
    if not pythia.readFile(str(card)):
        msg = f"Pythia does not accept the card {card}; see its message above"
        raise EngineError(msg)
    decays = attach(pythia, point, seed=seed)
    start(pythia, settings, seed=seed)
    tag = f"{pythia.parm('Pythia:versionNumber'):.3f}, semivis {__version__}, seed {seed}"
    written = 0
    chunks = read_events(lhe_in, ids=ids or IdMap(), chunk=CHUNK)
    first = next(chunks)
    info = replace(first.info, point=point, masses=point.masses, extra={**first.info.extra, "decays": f"Pythia {tag}"})
    _check_masses(first, point, str(lhe_in))
    with open_writer(hepmc_out, info) as writer:
        events: Events | None = first
        while events is not None:
            writer.write(replace(_decay_chunk(pythia, events, done=written), info=info))
            written += len(events)
            events = next(chunks, None)
        if decays.count == 0:
            msg = f"{lhe_in}: no event has an undecayed A' (55) or chi2 (58); map foreign ids with --pdg NAME=ID"
            raise EventFileError(msg)
    return written


def _check_masses(events: Events, point: DarkSector, name: str) -> None:
    given, wanted = events.info.masses, point.masses
    if given is None:
        return
    for what in ("m_aprime", "m_chi1", "m_chi2"):
        a, b = getattr(given, what), getattr(wanted, what)
        if abs(a - b) > MASS_TOLERANCE * b:
            msg = f"{name} was made with {what} = {a:g} GeV, the point has {b:g} GeV: give the point of the file"
            raise ParameterError(msg)


def _decay_chunk(pythia: Any, events: Events, *, done: int) -> Events:
    """Run the final particles of each event through Pythia and add what comes of them."""
    sizes = []
    rows: list[tuple[float, ...]] = []
    for index in range(len(events)):
        first, last = int(events.offsets[index]), int(events.offsets[index + 1])
        event = [_old_row(events, row) for row in range(first, last)]
        # finals only and without history: Pythia drops lines of decay chains that it did not make itself
        finals = [place for place, row in enumerate(event) if row[1] == STATUS_FINAL]
        _fill(pythia, event, finals, events.vertex[index])
        if not pythia.next():
            msg = f"Pythia rejects event {done + index + 1}; see its message above"
            raise EngineError(msg)
        record = pythia.event
        places = [-1, *finals, *range(len(event), len(event) + record.size() - 1 - len(finals))]
        for line in range(1, record.size()):
            row = _new_row(record[line], places)
            if line > len(finals):
                event.append(row)
            elif row[1] == STATUS_DECAYED:
                old = event[finals[line - 1]]
                event[finals[line - 1]] = (old[0], STATUS_DECAYED, *old[2:8], row[8])
        rows.extend(event)
        sizes.append(len(event))
    table = np.array(rows)
    return Events(
        offsets=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        pdg=table[:, 0].astype(np.int32),
        status=table[:, 1].astype(np.int8),
        mothers=table[:, 2:4].astype(np.int32),
        momentum=np.ascontiguousarray(table[:, 4:7]),
        mass=table[:, 7].copy(),
        ctau=table[:, 8].copy(),
        weight=events.weight,
        vertex=events.vertex,
        info=events.info,
    )


def _old_row(events: Events, row: int) -> tuple[float, ...]:
    """One particle as id, status, mothers, momentum, mass, c tau."""
    return (
        int(events.pdg[row]), int(events.status[row]), *events.mothers[row].tolist(),
        *events.momentum[row].tolist(), float(events.mass[row]), float(events.ctau[row]),
    )  # fmt: skip


def _new_row(particle: Any, places: Sequence[int]) -> tuple[float, ...]:
    """One particle of Pythia's record likewise; `places` translates its line numbers."""
    status = STATUS_FINAL if particle.status() > 0 else STATUS_DECAYED
    mother, last = places[particle.mother1()], places[particle.mother2()]
    return (
        particle.id(), status, mother, max(mother, last),
        particle.px(), particle.py(), particle.pz(), particle.m(), particle.tau() if status == STATUS_DECAYED else 0.0,
    )  # fmt: skip


def _fill(pythia: Any, event: list[tuple[float, ...]], finals: list[int], vertex: Any) -> None:
    """Put final particles into Pythia's record, at the points where they were born."""
    birth: list[Any] = []
    for _, _, mother, *_ in event:
        place = vertex
        if mother >= 0:
            place = birth[int(mother)]
            _, status, _, _, *p, mass, ctau = event[int(mother)]
            if status == STATUS_DECAYED and mass > 0 and ctau > 0:
                place = place + np.array([*p, math.sqrt(sum(x * x for x in p) + mass * mass)]) * (ctau / mass)
        birth.append(place)
    record, data = pythia.event, pythia.particleData
    record.reset()
    for place in finals:
        pdg, _, _, _, *p, mass, ctau = event[place]
        if not data.isParticle(int(pdg)):
            if abs(pdg) < NUCLEUS_IDS:
                msg = f"Pythia does not know the particle {label(int(pdg))}: define it in the settings or use --pdg"
                raise EngineError(msg)
            data.addParticle(int(abs(pdg)), "nucleus", 1, 0, 0, mass)
        energy = math.sqrt(sum(x * x for x in p) + mass * mass)
        line = record.append(int(pdg), STATUS_OUTGOING, 0, 0, 0, 0, 0, 0, *p, energy, mass)
        record[line].vProd(*birth[place].tolist())
        record[line].tau(ctau)
