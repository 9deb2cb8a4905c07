"""Studies that belong to this search alone: its cards, its R cut, the cuts of S1 and S2."""

from __future__ import annotations

from collections.abc import Sequence

from postprocess.experiment import Experiment, load_experiment
from postprocess.paper.cuts.job import best_cuts_job
from postprocess.paper.cuts.optimise import Optimum
from postprocess.paper.other_production import other_production
from postprocess.scan import ScanSettings, Work
from postprocess.studies import (
    CutEfficiency,
    ProductionRow,
    StudyContext,
    cut_efficiency_job,
    production_rows,
    study,
)
from postprocess.tables import rows_from
from semivis_gen.model import DarkMasses

__all__ = ["cuts", "cuts_held", "production", "r_cut"]

CUT_EVENTS, R_CUT_EVENTS = 3_000, 2_000
CUT_MASSES = (0.34, 0.37, 0.40, 0.43)  # around the reach [GeV]
R_CUT_MASSES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.39)  # [GeV]


def _production_needs(_card: Experiment, settings: ScanSettings) -> Work:
    return Work(other_production(settings, "semivisible"))


@study(
    "answer_production",
    "Reach on the (g-2) line with other production",
    independent=("card",),
    needs=_production_needs,
    errors={"reach_GeV": "error_GeV"},
)
def production(context: StudyContext) -> list[ProductionRow]:
    """Reach of the search, then of its cards with other production."""
    others = [(load_experiment(name), points) for name, points in context.done.samples.items()]
    return production_rows([(context.card, context.points), *others], alpha_d=context.settings.alpha_d)


def _decaying(masses: Sequence[float], settings: ScanSettings) -> list[DarkMasses]:
    """Points of the main scan's R and f at masses [GeV], where chi2 decays."""
    return [point for point in map(settings.shape.at, masses) if point.chi2_decays]


def _r_cut_needs(card: Experiment, settings: ScanSettings) -> Work:
    points = _decaying(R_CUT_MASSES, settings)
    if not points:
        return Work()
    job = cut_efficiency_job(
        card,
        "containment",
        points,
        signature="S1",
        alpha_d=settings.alpha_d,
        events=min(R_CUT_EVENTS, settings.events),
        seed=settings.seed,
    )
    return Work(jobs={"efficiency": job})


@study(
    "rcut",
    "Efficiency of the R cut from shower profiles on the (g-2) line",
    independent=("m_aprime_GeV",),
    needs=_r_cut_needs,
    errors={"efficiency": "error"},
    observables=("EFF",),
)
def r_cut(context: StudyContext) -> list[CutEfficiency]:
    """Efficiency of the R cut mass by mass."""
    return [row for found in context.done.results.values() for row in rows_from(CutEfficiency, found["rows"])]


def _cuts_needs(card: Experiment, settings: ScanSettings) -> Work:
    points = _decaying(CUT_MASSES, settings)
    if not points:
        return Work()
    events = min(CUT_EVENTS, settings.events)
    return Work(jobs={"cuts": best_cuts_job(card, points, alpha_d=settings.alpha_d, events=events, seed=settings.seed)})


BACKGROUND = ("law", "scale_s1_missing", "scale_s1_visible", "scale_s2_missing")
REACH_UNITS = {"reach_before": "GeV", "reach_after": "GeV"}


@study(
    "cuts_held",
    "Cuts with the strongest expected limit, by assumed fall of the background; visible energy of S1 as in the card",
    independent=BACKGROUND,
    needs=_cuts_needs,
    units=REACH_UNITS,
)
def cuts_held(context: StudyContext) -> list[Optimum]:
    """Best cuts on missing energy."""
    return [row for found in context.done.results.values() for row in rows_from(Optimum, found["held"])]


@study(
    "cuts",
    "The same with the visible energy of S1 free",
    independent=BACKGROUND,
    needs=_cuts_needs,
    units=REACH_UNITS,
)
def cuts(context: StudyContext) -> list[Optimum]:
    """Best cuts on missing and visible energy."""
    return [row for found in context.done.results.values() for row in rows_from(Optimum, found["free"])]
