"""Efficiency of one requirement on the central (g-2)_mu line, mass by mass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from postprocess.acceptance import accept
from postprocess.companions import FERMILAB_2021
from postprocess.experiment import Experiment, experiment_from
from postprocess.scan import Job
from postprocess.tables import flat_rows
from semivis_gen.decay import ELECTRONS_ONLY
from semivis_gen.generator import generate
from semivis_gen.model import DarkMasses, ctau_mm, gamma_chi2_total

__all__ = ["CutEfficiency", "cut_efficiency", "cut_efficiency_job", "cut_efficiency_task"]


@dataclass(frozen=True, slots=True)
class CutEfficiency:
    """Efficiency of a requirement at a mass."""

    m_aprime_GeV: float  # noqa: N815
    """Mass [GeV]."""
    efficiency: float
    """Share of what the steps before left."""
    error: float
    """Statistical error, binomial in the number of events that count."""


def cut_efficiency(
    card: Experiment,
    key: str,
    points: Sequence[DarkMasses],
    *,
    signature: str,
    alpha_d: float = 0.1,
    events: int = 4000,
    seed: int = 1,
) -> list[CutEfficiency]:
    """Efficiency of a requirement of a signature for the lifetimes on the central (g-2)_mu line.

    Parameters
    ----------
    card : Experiment
        The card.
    key : str
        Key of the requirement: missing_energy, decay, visible, containment, or the name of a flat efficiency.
    points : sequence of DarkMasses
        The points.
    signature : str
        Name of the signature.
    alpha_d : float
        Dark coupling.
    events, seed : int
        Size and seed of the sample at each mass.

    Returns
    -------
    list of CutEfficiency
        In the order of the points; none for a point of which the requirements before leave nothing.

    Raises
    ------
    ParameterError
        Where the card has no such signature, or that no such requirement.
    """
    rows = []
    for point in points:
        epsilon = float(FERMILAB_2021.epsilon(point.m_aprime))
        lifetime = float(ctau_mm(gamma_chi2_total(point, alpha_d, epsilon)))
        sample = generate(
            point,
            card.source(),
            processes=card.processes,
            n_events=events,
            seed=seed,
            e_min_aprime=card.e_min(),
            channels=ELECTRONS_ONLY,
        )
        table = accept(sample, card, ctau_mm=[0.99 * lifetime, lifetime, 1.01 * lifetime], masses=point, seed=seed)
        flow = table.cut_flow(signature)
        step = flow.step(key)
        before, error = (values[max(step - 1, 0), 1] for values in (flow.fraction, flow.error))
        if not before:  # nothing left that the requirement could be asked of
            continue
        efficiency = float(flow.fraction[step, 1] / before)
        counted = (before / error) ** 2 if error else np.inf  # effective number of events
        rows.append(CutEfficiency(point.m_aprime, efficiency, float(np.sqrt(efficiency * (1 - efficiency) / counted))))
    return rows


def cut_efficiency_job(card: Experiment, key: str, points: Sequence[DarkMasses], **options: Any) -> Job:
    """Job of `cut_efficiency`, parameters alike; its result has `rows`, flat rows of `CutEfficiency`."""
    listed = [asdict(point) for point in points]
    return cut_efficiency_task, {"card": card.model_dump(mode="json"), "key": key, "points": listed, **options}


def cut_efficiency_task(
    *, card: dict[str, Any], key: str, points: list[dict[str, float]], **options: Any
) -> dict[str, Any]:
    """Compute what `cut_efficiency_job` asks for."""
    masses = [DarkMasses(**point) for point in points]
    return {"rows": flat_rows(cut_efficiency(experiment_from(card), key, masses, **options))}
