"""Studies around the main result: impact of the uncertainties, answers, cuts, other production; as rows of tables.

What needs no samples of the main scan (best cuts, the R cut) is a job of its own, so that it runs beside the samples.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from postprocess.experiment import Experiment, Mode, load_experiment
from postprocess.limits import Contour
from postprocess.scan import Job, MassPoint, SampleRequest, ScanSettings, reach
from postprocess.signal import constant_k
from postprocess.studies.answers import PUBLISHED_K, SHAPES, ReachRow, WidthRow, exact_against_constant_k, reach_rows
from postprocess.studies.cuts.background import published_cuts
from postprocess.studies.cuts.optimise import ASSUMED_SCALINGS, find_best_cuts
from postprocess.studies.cuts.signals import CutGrid, CutSignals
from postprocess.studies.impact import Impact, impact_table
from postprocess.studies.muons import MUON_SHAPES, MuonRow, largest_muon_share, muon_rows
from postprocess.studies.r_cut import cut_efficiency
from postprocess.tables import flat_rows
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import Estimate

__all__ = ["Studies", "run_studies", "study_jobs", "study_samples"]

Row = dict[str, Any]
ANSWER_EVENTS, CUT_EVENTS, R_CUT_EVENTS = 4_000, 3_000, 2_000
SHAPE_MASSES = np.geomspace(0.08, 1.3, 26)  # [GeV]
CUT_MASSES = (0.34, 0.37, 0.40, 0.43)  # around the reach [GeV]
CUT_SCALINGS = (0, 2, 5, 7)  # fast and slow exponentials, a power, hadrons mostly soft
COMPUTED_R, R_CUT_MASSES = "na64-2018-computed-r", (0.02, 0.05, 0.1, 0.2, 0.3, 0.39)


@dataclass(frozen=True, slots=True)
class Studies:
    """Results of all studies."""

    impact: list[Impact]
    """Reach without each uncertainty."""
    widths: list[WidthRow]
    """Limits with the exact chi2 width and with the published K."""
    reach_constant_k: float | None
    """Reach on the (g-2)_mu line with the published K [GeV]."""
    shapes: list[ReachRow]
    """Reach over R and f."""
    muons: list[MuonRow]
    """Reach where chi2 decays to muons."""
    cuts: list[Row]
    """Best cuts for several backgrounds, rows of `optimise.Optimum`."""
    cuts_held: list[Row]
    """The same with the visible energy of S1 held at the card's value, which is assumed and not a cut to optimise."""
    muon_share: float
    """Largest branching of chi2 to muons in the excluded region."""
    production: dict[str, Estimate | None]
    """Reach with other production, by card [GeV]."""
    r_cut: list[Row]
    """Computed efficiency of the R cut, rows of `cutefficiency.CutEfficiency`."""

    def tables(self) -> dict[str, tuple[str, list[Row]]]:
        """Rows of each table by file stem, with a title."""
        shapes: list[Row] = [
            {
                "ratio": row.ratio,
                "splitting": row.splitting,
                "reach_GeV": row.reach.value if row.reach else None,
                "error_GeV": row.reach.error if row.reach and not row.at_end else None,
                "note": "at least: the scan ends there" if row.at_end else "",
            }
            for row in self.shapes
        ]
        production: list[Row] = [
            {"card": card, "reach_GeV": r.value if r else None, "error_GeV": r.error if r else None}
            for card, r in self.production.items()
        ]
        return {
            "impact": ("Reach on the (g-2) line without each uncertainty", flat_rows(self.impact)),
            "answer_width": ("Limits with the exact chi2 width and with K = 0.640", flat_rows(self.widths)),
            "answer_shape": ("Reach on the (g-2) line over R and f", shapes),
            "answer_muons": (
                "Reach on the (g-2) line where chi2 decays to muons: not counted in S1, counted, ignored",
                flat_rows(self.muons),
            ),
            "answer_production": ("Reach on the (g-2) line with other production", production),
            "rcut": ("Efficiency of the R cut from shower profiles, card " + COMPUTED_R, self.r_cut),
            "cuts_held": (
                "Cuts with the strongest expected limit, by assumed fall of the background; "
                "visible energy of S1 as in the card",
                self.cuts_held,
            ),
            "cuts": ("The same with the visible energy of S1 free", self.cuts),
        }


def study_samples(card: Experiment, settings: ScanSettings) -> dict[str, SampleRequest]:
    """Samples that `run_studies` needs beside the main scan: "shapes"."""
    grid = tuple((float(m), tuple(dict.fromkeys((*SHAPES, *MUON_SHAPES)))) for m in SHAPE_MASSES)
    return {"shapes": SampleRequest(grid, card, Mode.SEMIVISIBLE, min(ANSWER_EVENTS, settings.events), settings.seed)}


def study_jobs(card: Experiment, settings: ScanSettings) -> dict[str, Job]:
    """Jobs that `run_studies` needs: "cuts" and "r_cut"."""
    point = {"ratio": settings.ratio, "splitting": settings.splitting, "alpha_d": settings.alpha_d}
    return {
        name: (task, {"card": of.model_dump(mode="json"), "events": min(events, settings.events),
                      "seed": settings.seed, **point})
        for name, task, of, events in (
            ("cuts", cuts_task, card, CUT_EVENTS),
            ("r_cut", r_cut_task, load_experiment(COMPUTED_R), R_CUT_EVENTS),
        )
    }  # fmt: skip


def cuts_task(
    *, card: Row, ratio: float, splitting: float, alpha_d: float, events: int, seed: int
) -> dict[str, list[Row]]:
    """Best cuts for several backgrounds: all cuts "free", and with the visible energy of S1 "held"."""
    experiment = Experiment.model_validate(card)
    points = [DarkMasses(m, ratio, splitting) for m in CUT_MASSES]
    free = CutSignals.sample(experiment, points, CutGrid(), alpha_d=alpha_d, events=events, seed=seed)
    held = free.at_s1_visible(published_cuts(experiment).s1_visible)
    return {
        name: flat_rows([find_best_cuts(experiment, signals, ASSUMED_SCALINGS[i]) for i in CUT_SCALINGS])
        for name, signals in (("free", free), ("held", held))
    }


def r_cut_task(*, card: Row, **settings: Any) -> dict[str, list[Row]]:
    """Efficiency of the R cut from shower profiles; further arguments as for `cut_efficiency`."""
    found = cut_efficiency(Experiment.model_validate(card), "containment", R_CUT_MASSES, **settings)
    return {"rows": flat_rows(found)}


def run_studies(
    points: Sequence[MassPoint],
    card: Experiment,
    contour: Contour,
    shifted: tuple[Contour, Contour],
    settings: ScanSettings,
    *,
    samples: Mapping[str, Sequence[MassPoint]],
    results: Mapping[str, Row],
    production: Mapping[str, Estimate | None],
) -> Studies:
    """Run all studies.

    Parameters
    ----------
    points : sequence of MassPoint
        The main scan, one a mass.
    card : Experiment
        The card.
    contour : Contour
        Exclusion of the main scan in (m_A', epsilon).
    shifted : tuple of Contour
        The same from `reach.shifted_contours`.
    settings : ScanSettings
        Its parameters.
    samples : mapping
        Of `study_samples`.
    results : mapping
        Of `study_jobs`.
    production : mapping
        Reach with other production, by card.

    Returns
    -------
    Studies
        Rows of all tables.
    """
    alpha_d = settings.alpha_d
    constant = reach(points, card, alpha_d=alpha_d, chi2_width=constant_k(PUBLISHED_K))
    return Studies(
        impact=impact_table(points, card, alpha_d=alpha_d),
        widths=exact_against_constant_k(points, card, contour, shifted, alpha_d=alpha_d),
        reach_constant_k=constant.value if constant else None,
        shapes=reach_rows(_of_shapes(samples["shapes"], SHAPES), card, alpha_d=alpha_d),
        muons=muon_rows(_of_shapes(samples["shapes"], MUON_SHAPES), card),
        cuts=results["cuts"]["free"],
        cuts_held=results["cuts"]["held"],
        muon_share=largest_muon_share(points, contour),
        production=dict(production),
        r_cut=results["r_cut"]["rows"],
    )


def _of_shapes(points: Sequence[MassPoint], shapes: Container[tuple[float, float]]) -> list[MassPoint]:
    return [p for p in points if (p.masses.ratio, p.masses.splitting) in shapes]
