"""The search for an invisible A' beside its published limit: which selection efficiency that limit asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from postprocess.experiment import Experiment, load_benchmark, load_experiment
from postprocess.paper.cards import BENCHMARK, SEARCH
from postprocess.paper.other_production import other_production, published_limit
from postprocess.scan import MassPoint, ScanSettings, Work, exclude_epsilon
from postprocess.signal import expected_yields
from postprocess.studies import StudyContext, study

__all__ = ["EfficiencyRow", "efficiency_rows", "invisible_efficiency", "optimism"]

MODE, SELECTION = "invisible", "selection"


@dataclass(frozen=True, slots=True)
class EfficiencyRow:
    """Lower edge for an invisible A' at a mass of the published limit."""

    m_aprime_GeV: float  # noqa: N815
    """Mass [GeV]."""
    epsilon: float
    """Smallest excluded epsilon with the card's efficiency."""
    epsilon_error: float
    """Error of the samples."""
    epsilon_published: float
    """Published, digitised; its error is not known."""
    efficiency_card: float
    """Flat selection efficiency of the card."""
    efficiency_needed: float
    """The one with which the card would give the published limit: signals go as efficiency times epsilon^2."""
    efficiency_needed_error: float
    """Error of the samples."""
    card_is: str
    """Whether the card's efficiency lies above (optimistic) or below the one needed, and by which factor."""


def efficiency_rows(
    points: Sequence[MassPoint], card: Experiment, published: dict[float, float], *, alpha_d: float
) -> list[EfficiencyRow]:
    """Selection efficiency that the published limit asks for.

    Parameters
    ----------
    points : sequence of MassPoint
        Samples in the mode `invisible`; those at masses of the published limit count.
    card : Experiment
        The card; all of its signatures for an invisible A' have the same flat efficiency `selection`.
    published : dict
        From `published_limit`.
    alpha_d : float
        Dark coupling; it plays no part where no A' decays visibly.

    Returns
    -------
    list of EfficiencyRow
        In ascending mass; none where the card has no such efficiency.
    """
    names = card.modes[MODE].signatures
    flat = {s.efficiencies[SELECTION].value for s in card.signatures if s.name in names and SELECTION in s.efficiencies}
    known = sorted((p for p in points if p.masses.m_aprime in published), key=lambda p: p.masses.m_aprime)
    if len(flat) != 1 or not known:
        return []
    efficiency = flat.pop()
    contour = exclude_epsilon(known, card, alpha_d=alpha_d, mode=MODE, bands=False)
    rows = []
    for point, edge in zip(known, contour.low[0].tolist(), strict=True):
        if not np.isfinite(edge):
            continue
        m = point.masses.m_aprime
        error = expected_yields(point.table, card, point.rate, alpha_d=alpha_d, epsilon=edge).relative_error
        needed = efficiency * (edge / published[m]) ** 2
        factor = efficiency / needed
        words = f"optimistic by {factor:.2f}" if factor > 1 else f"pessimistic by {1 / factor:.2f}"
        rows.append(EfficiencyRow(m, edge, edge * error / 2, published[m], efficiency, needed, needed * error, words))
    return rows


def optimism(rows: Sequence[EfficiencyRow]) -> str:
    """What to say beside every limit on an invisible A'; empty without rows."""
    if not rows:
        return ""
    first, last = rows[0], rows[-1]
    return (
        f"The flat selection efficiency of {last.efficiency_card:g} is optimistic at high mass: the published limit "
        f"(arXiv:1906.00176) needs {first.efficiency_needed:.2f} at {1000 * first.m_aprime_GeV:g} MeV, "
        f"{last.efficiency_needed:.2f} at {last.m_aprime_GeV:g} GeV."
    )


def _needs(_card: Experiment, settings: ScanSettings) -> Work:
    return Work({SEARCH: other_production(settings, MODE)[SEARCH]})


@study(
    "invisible_efficiency",
    "Selection efficiency that the published limit on an invisible A' needs, and the flat one of the card",
    independent=("m_aprime_GeV",),
    needs=_needs,
)
def invisible_efficiency(context: StudyContext) -> list[EfficiencyRow]:
    """Efficiency mass by mass."""
    published = published_limit(load_benchmark(BENCHMARK))
    points = context.done.samples[SEARCH]
    return efficiency_rows(points, load_experiment(SEARCH), published, alpha_d=context.settings.alpha_d)
