"""Best cuts for several backgrounds as one job, which runs beside the samples of the main scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from postprocess.experiment import Experiment, experiment_from
from postprocess.paper.cuts.background import published_cuts
from postprocess.paper.cuts.optimise import ASSUMED_SCALINGS, find_best_cuts
from postprocess.paper.cuts.signals import CutGrid, CutSignals
from postprocess.scan import Job
from postprocess.tables import flat_rows
from semivis_gen.model import DarkMasses

__all__ = ["best_cuts_job", "best_cuts_task"]

CHOSEN = (0, 2, 5, 7)  # of the assumed backgrounds: fast and slow exponentials, a power, hadrons mostly soft


def best_cuts_job(card: Experiment, points: Sequence[DarkMasses], *, alpha_d: float, events: int, seed: int) -> Job:
    """Job that looks for the best cuts.

    Parameters
    ----------
    card : Experiment
        The card of the search.
    points : sequence of DarkMasses
        One a mass, around the reach.
    alpha_d : float
        Dark coupling.
    events, seed : int
        Size and seed of the sample at each mass.

    Returns
    -------
    Job
        Its result has flat rows of `Optimum`, one a background: "free" with all cuts varied, "held" with the visible
        energy of S1 at the card's value, which is assumed and not a cut to optimise.
    """
    listed = [asdict(point) for point in points]
    arguments = {"card": card.model_dump(mode="json"), "points": listed}
    return best_cuts_task, arguments | {"alpha_d": alpha_d, "events": events, "seed": seed}


def best_cuts_task(
    *, card: dict[str, Any], points: list[dict[str, float]], alpha_d: float, events: int, seed: int
) -> dict[str, Any]:
    """Compute what `best_cuts_job` asks for."""
    experiment, masses = experiment_from(card), [DarkMasses(**point) for point in points]
    free = CutSignals.sample(experiment, masses, CutGrid(), alpha_d=alpha_d, events=events, seed=seed)
    held = free.at_s1_visible(published_cuts(experiment).s1_visible)
    return {
        name: flat_rows([find_best_cuts(experiment, signals, ASSUMED_SCALINGS[i]) for i in CHOSEN])
        for name, signals in (("free", free), ("held", held))
    }
