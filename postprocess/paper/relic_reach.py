"""Study: how far along the relic line the projection reaches, and what it would take to go farther.

The paper expects "a compact dump and a shorter HCAL1" to cover all of the line on which (g-2)_mu and the relic density
agree. Here every variant of the card is asked for the largest mass up to which it excludes that line.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from postprocess.acceptance import accept
from postprocess.companions import FERMILAB_2021, relic_splitting
from postprocess.experiment import Experiment, digest, experiment_from, load_experiment
from postprocess.paper.cards import PROJECTION, SEARCH
from postprocess.paper.setups import SETUPS, changed
from postprocess.scan import Job, MassPoint, ScanSettings, Work, reach
from postprocess.studies import StudyContext, study
from postprocess.tables import flat_rows, rows_from
from semivis_gen.decay import ELECTRONS_ONLY
from semivis_gen.events import Events
from semivis_gen.generator import generate
from semivis_gen.model import DarkMasses, MassShape
from semivis_gen.numerics import Estimate

__all__ = ["RelicReach", "relic_reach", "relic_reach_job", "relic_reach_task"]

EVENTS = 1_500
MASSES = 3 * np.geomspace(0.1, 0.3, 6)  # m_A' at R = 3 [GeV]


@dataclass(frozen=True, slots=True)
class RelicReach:
    """How much of the relic line on the central (g-2)_mu line one set-up covers."""

    setup: str
    """Card, or what is changed in that of the projection."""
    m_chi1_max_GeV: float | None  # noqa: N815
    """Largest m_chi1 at which the line is excluded [GeV]; None where it is nowhere."""
    error_GeV: float | None  # noqa: N815
    """Error of the samples."""
    splitting: float | None
    """Splitting f of the line there."""


def relic_reach_job(cards: dict[str, Experiment], settings: ScanSettings) -> Job:
    """Job that looks how far along the line each card reaches.

    Parameters
    ----------
    cards : dict
        Cards by the name of the set-up.
    settings : ScanSettings
        R, alpha_D, events and seed.

    Returns
    -------
    Job
        Its result has `rows`, flat rows of `RelicReach`.
    """
    stored = {name: card.model_dump(mode="json") for name, card in cards.items()}
    events = min(EVENTS, settings.events)
    line = {
        "ratio": settings.shape.ratio,
        "alpha_d": settings.alpha_d,
        "m_aprime": (settings.shape.ratio / 3 * MASSES).tolist(),
    }
    return relic_reach_task, {"cards": stored, **line, "events": events, "seed": settings.seed}


def relic_reach_task(
    *, cards: dict[str, dict[str, Any]], ratio: float, alpha_d: float, m_aprime: list[float], events: int, seed: int
) -> dict[str, Any]:
    """Compute what `relic_reach_job` asks for."""
    masses = np.array(m_aprime)
    line = relic_splitting(masses, epsilon=FERMILAB_2021.epsilon(masses), ratio=ratio, alpha_d=alpha_d)
    exists = np.isfinite(line) & (line > 0)
    masses, line = masses[exists], line[exists]
    setups = {name: experiment_from(stored) for name, stored in cards.items()}
    sampled: dict[str, list[MassPoint]] = {name: [] for name in setups}
    for m, f in zip(masses.tolist(), line.tolist(), strict=True):
        for name, point in _at_mass(MassShape(ratio, f).at(m), setups, events=events, seed=seed):
            sampled[name].append(point)
    rows = []
    for name, points in sampled.items():
        found = reach(points, setups[name], alpha_d=alpha_d)
        if found is None:
            rows.append(RelicReach(name, None, None, None))
            continue
        f = float(np.interp(math.log(found.value), np.log(masses), line))
        open_end = found.value == masses[-1]
        rows.append(RelicReach(name, found.value / ratio, None if open_end else found.error / ratio, f))
    return {"rows": flat_rows(rows)}


def _at_mass(
    masses: DarkMasses, setups: Mapping[str, Experiment], *, events: int, seed: int
) -> Iterator[tuple[str, MassPoint]]:
    """Acceptance of every set-up; those with the same dump and smallest energy share events."""
    made: dict[str, list[Events]] = {}
    for name, card in setups.items():
        stored = card.model_dump(mode="json")
        key = digest([stored["beam"], stored["target"], stored["production"], card.e_min()])
        if key not in made:
            made[key] = list(
                generate(
                    masses,
                    card.source(),
                    processes=card.processes,
                    n_events=events,
                    seed=seed,
                    e_min_aprime=card.e_min(),
                    channels=ELECTRONS_ONLY,
                    stratified=True,
                )
            )
        info = made[key][0].info
        table = accept(made[key], card, seed=seed, masses=masses)
        yield name, MassPoint(masses, table, Estimate(float(info.rate), float(info.rate_error)))


def _needs(_card: Experiment, settings: ScanSettings) -> Work:
    cards = {name: load_experiment(name) for name in (SEARCH, PROJECTION)}
    cards |= {name: changed(cards[PROJECTION], *parts) for name, parts in SETUPS.items()}
    return Work(jobs={"reach": relic_reach_job(cards, settings)})


@study(
    "relic_reach",
    f"Largest m_chi1 at which the relic line on the (g-2) line is excluded: cards, and changes to {PROJECTION}",
    independent=("setup",),
    needs=_needs,
    errors={"m_chi1_max_GeV": "error_GeV"},
)
def relic_reach(context: StudyContext) -> list[RelicReach]:
    """Mass covered by every set-up."""
    return rows_from(RelicReach, context.done.results["reach"]["rows"])
