"""Studies around the main result: impact of the uncertainties, answers, cuts, other production; as rows of tables."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from postprocess.answers import (
    ReachRow,
    WidthRow,
    answer_grid,
    exact_against_constant_k,
    largest_muon_share,
    reach_rows,
)
from postprocess.backgroundscaling import published_cuts
from postprocess.contours import Contour
from postprocess.cutefficiency import CutEfficiency, cut_efficiency
from postprocess.cutsignals import CutGrid
from postprocess.experiment import Experiment, Mode, load_experiment
from postprocess.impact import Impact, impact_table
from postprocess.optimise import ASSUMED_SCALINGS, optimised
from postprocess.planes import ScanSettings
from postprocess.samples import MassPoint, SampleRequest
from semivis_gen.estimate import Estimate
from semivis_gen.io.atomic import atomic_path

__all__ = ["Studies", "run_studies", "shape_request", "write_rows"]

Row = dict[str, float | str | None]
ANSWER_EVENTS, CUT_EVENTS = 4_000, 3_000
CUT_SCALINGS = (0, 2, 5, 7)  # fast and slow exponentials, a power, hadrons mostly soft
COMPUTED_R, R_CUT_MASSES, R_CUT_EVENTS = "na64-2018-computed-r", (0.02, 0.05, 0.1, 0.2, 0.3, 0.39), 2_000
LARGEST_MASS = 1.3  # [GeV]


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
    cuts: list[dict[str, Any]]
    """Best cuts for several backgrounds, rows of `optimise.optimised`."""
    cuts_held: list[dict[str, Any]]
    """The same with the visible energy of S1 held at the card's value, which is assumed and not a cut to optimise."""
    muon_share: float
    """Largest branching of chi2 to muons in the excluded region."""
    production: dict[str, Estimate | None]
    """Reach with other production, by card [GeV]."""
    r_cut: list[CutEfficiency]
    """Computed efficiency of the R cut."""

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
            "impact": ("Reach on the (g-2) line without each uncertainty", [asdict(row) for row in self.impact]),
            "answer_width": ("Limits with the exact chi2 width and with K = 0.640", [asdict(r) for r in self.widths]),
            "answer_shape": ("Reach on the (g-2) line over R and f", shapes),
            "answer_production": ("Reach on the (g-2) line with other production", production),
            "rcut": (
                "Efficiency of the R cut from shower profiles, card " + COMPUTED_R,
                [asdict(r) for r in self.r_cut],
            ),
            "cuts_held": ("The same with the visible energy of S1 as in the card", self.cuts_held),
            "cuts": (
                "Cuts with the strongest expected limit, by assumed fall of the background",
                self.cuts,
            ),
        }


def shape_request(card: Experiment, settings: ScanSettings) -> SampleRequest:
    """Samples over R and f that `run_studies` needs."""
    grid = tuple((m, tuple(shapes)) for m, shapes in answer_grid(LARGEST_MASS))
    return SampleRequest(grid, card, Mode.SEMIVISIBLE, min(ANSWER_EVENTS, settings.events), settings.seed)


def run_studies(
    points: Sequence[MassPoint],
    card: Experiment,
    contour: Contour,
    settings: ScanSettings,
    *,
    shaped: Sequence[MassPoint],
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
    settings : ScanSettings
        Its parameters.
    shaped : sequence of MassPoint
        Samples of `shape_request`.
    production : mapping
        Reach with other production, by card.

    Returns
    -------
    Studies
        Rows of all tables.
    """
    alpha_d = settings.alpha_d
    widths, _, constant = exact_against_constant_k(points, card, alpha_d=alpha_d)
    best_cuts = partial(
        optimised, card, alpha_d=alpha_d, ratio=settings.ratio, splitting=settings.splitting,
        scalings=[ASSUMED_SCALINGS[i] for i in CUT_SCALINGS], events=min(CUT_EVENTS, settings.events),
        seed=settings.seed,
    )  # fmt: skip
    return Studies(
        impact=impact_table(points, card, alpha_d=alpha_d),
        widths=widths,
        reach_constant_k=constant,
        shapes=reach_rows(shaped, card, alpha_d=alpha_d),
        cuts=best_cuts(),
        cuts_held=best_cuts(grid=CutGrid(s1_visible=(published_cuts(card).s1_visible,))),
        muon_share=largest_muon_share(points, contour, alpha_d=alpha_d),
        production=dict(production),
        r_cut=cut_efficiency(
            load_experiment(COMPUTED_R),
            "R < 0.06",
            R_CUT_MASSES,
            ratio=settings.ratio,
            splitting=settings.splitting,
            alpha_d=alpha_d,
            events=min(R_CUT_EVENTS, settings.events),
            seed=settings.seed,
        ),
    )


def write_rows(rows: Sequence[Mapping[str, Any]], path: Path, *, title: str) -> None:
    """Write rows as CSV; the file appears whole or not at all.

    Parameters
    ----------
    rows : sequence of mapping
        With equal keys; None is an empty cell.
    path : Path
        The file.
    title : str
        First line, as a comment.

    Raises
    ------
    OutputError
        Where it cannot be written.
    """
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        stream.write(f"# {title}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow([f"{v:.6g}" if isinstance(v, float) else "" if v is None else v for v in row.values()])
