"""Decays chi2 -> chi1 mu+ mu-: where they open inside the excluded region, and what they change there.

A calorimeter counts pairs of electrons. Muons shorten the flight of chi2 in any case; whether it would see them as
well is unknown, so the reach is given without (the project's choice), with all of them (a bound: they cross a
module as two tracks and leave less energy than electrons), and as if chi2 did not decay to muons at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from postprocess.acceptance import sees_products
from postprocess.experiment import Experiment
from postprocess.limits import Contour
from postprocess.scan import MassPoint, by_shape, reach
from postprocess.signal import exact_width, muons_counted, visible_share, without_muons
from postprocess.studies.registry import StudyContext, study
from postprocess.studies.shape import shape_work
from semivis_gen.constants import M_MUON
from semivis_gen.model import DarkMasses, MassShape
from semivis_gen.numerics import Estimate

__all__ = ["MUON_ALPHA_D", "MUON_SHAPES", "MuonRow", "largest_muon_share", "muon_rows", "muons"]

MUON_SHAPES = (MassShape(3.0, 0.8), MassShape(3.0, 0.95), MassShape(4.0, 1.9), MassShape(5.0, 2.9))
"""Large splittings, at which muons open for light A'."""
MUON_ALPHA_D = (0.1, 1e-3, 1e-5)


@dataclass(frozen=True, slots=True)
class MuonRow:
    """Reach on the central (g-2)_mu line for three treatments of chi2 -> chi1 mu+ mu-."""

    shape: MassShape
    """R and f."""
    alpha_d: float
    """Dark coupling."""
    open_from_GeV: float  # noqa: N815
    """Smallest m_A' at which the decay is open [GeV]."""
    not_counted: Estimate | None
    """Reach with the exact width, electrons alone are seen [GeV]; None where the line is not excluded."""
    counted: Estimate | None
    """Reach with the exact width, muons are seen as electrons [GeV]."""
    ignored: Estimate | None
    """Reach with the width to electrons alone [GeV]."""
    share: float | None
    """Branching of chi2 to muons at the first reach."""


def muon_rows(
    points: Sequence[MassPoint], card: Experiment, *, alpha_d: Sequence[float] = MUON_ALPHA_D
) -> list[MuonRow]:
    """Reach for every R and f among the points and every dark coupling.

    Parameters
    ----------
    points : sequence of MassPoint
        Several masses of each shape.
    card : Experiment
        The card.
    alpha_d : sequence of float
        Dark couplings.

    Returns
    -------
    list of MuonRow
        By shape in the order in which they first occur, then by coupling. All treatments share the samples: the
        errors are common, differences are sharper.
    """
    rows = []
    for shape, group in by_shape(points).items():
        for alpha in alpha_d:
            exact, counted, ignored = (
                reach(group, card, alpha_d=alpha, chi2_width=width)
                for width in (exact_width, muons_counted, without_muons)
            )
            share = _share(shape.at(exact.value)) if exact else None
            rows.append(MuonRow(shape, alpha, shape.decay_threshold(M_MUON), exact, counted, ignored, share))
    return rows


def largest_muon_share(points: Sequence[MassPoint], contour: Contour) -> float:
    """Largest branching of chi2 to muon pairs at any excluded mass.

    Parameters
    ----------
    points : sequence of MassPoint
        One a mass.
    contour : Contour
        Their exclusion in (m_A', epsilon).

    Returns
    -------
    float
        Zero where the splitting lies below two muon masses everywhere.
    """
    excluded = set(contour.x[contour.excluded].tolist())
    decaying = [p.masses for p in points if p.masses.chi2_decays and p.masses.m_aprime in excluded]
    return max(map(_share, decaying), default=0.0)


def _share(masses: DarkMasses) -> float:
    """Branching to muons."""
    return visible_share(masses, ["mu+ mu-"])


def _title(card: Experiment) -> str:
    seeing = " and ".join(signature.name for signature in card.signatures if sees_products(signature))
    return f"Reach on the (g-2) line where chi2 decays to muons: not counted in {seeing or 'any'}, counted, ignored"


@study(
    "answer_muons",
    _title,
    independent=("ratio", "splitting", "alpha_d"),
    needs=partial(shape_work, MUON_SHAPES),
    units=dict.fromkeys(("not_counted", "counted", "ignored"), "GeV"),
)
def muons(context: StudyContext) -> list[MuonRow]:
    """Reach of the search for the three treatments."""
    return muon_rows(context.done.samples["shapes"], context.card)
