"""Decays chi2 -> chi1 mu+ mu-: where they open inside the excluded region, and what they change there.

The search counts pairs of electrons in S1. Muons shorten the flight of chi2 in any case; whether S1 would see them as
well is unknown, so the reach is given without (the project's choice), with all of them (a bound: they cross a
module as two tracks and leave less energy than electrons), and as if chi2 did not decay to muons at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from postprocess.experiment import Experiment
from postprocess.limits import Contour
from postprocess.scan import MassPoint, by_shape, reach
from postprocess.signal import exact_width, muons_counted, visible_share, without_muons
from semivis_gen.constants import M_MUON
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import Estimate

__all__ = ["MUON_ALPHA_D", "MUON_SHAPES", "MuonRow", "largest_muon_share", "muon_rows"]

MUON_SHAPES = ((3.0, 0.8), (3.0, 0.95), (4.0, 1.9), (5.0, 2.9))
"""(R, f) of large splittings, at which muons open for light A'."""
MUON_ALPHA_D = (0.1, 1e-3, 1e-5)


@dataclass(frozen=True, slots=True)
class MuonRow:
    """Reach on the central (g-2)_mu line for three treatments of chi2 -> chi1 mu+ mu-."""

    ratio: float
    """R."""
    splitting: float
    """f."""
    alpha_d: float
    """Dark coupling."""
    open_from_GeV: float  # noqa: N815
    """Smallest m_A' at which the decay is open [GeV]."""
    not_counted: Estimate | None
    """Reach with the exact width, S1 sees electrons alone [GeV]; None where the line is not excluded."""
    counted: Estimate | None
    """Reach with the exact width, S1 sees muons as electrons [GeV]."""
    ignored: Estimate | None
    """Reach with the width to electrons alone [GeV]."""
    share: float | None
    """Branching of chi2 to muons at the first reach."""


def muon_rows(
    points: Sequence[MassPoint], card: Experiment, *, alpha_d: Sequence[float] = MUON_ALPHA_D
) -> list[MuonRow]:
    """Reach for every (R, f) among the points and every dark coupling.

    Parameters
    ----------
    points : sequence of MassPoint
        Several masses of each (R, f).
    card : Experiment
        The card.
    alpha_d : sequence of float
        Dark couplings.

    Returns
    -------
    list of MuonRow
        By (R, f) in the order in which they first occur, then by coupling. All treatments share the samples: the
        errors are common, differences are sharper.
    """
    rows = []
    for (ratio, splitting), group in by_shape(points).items():
        for alpha in alpha_d:
            exact, counted, ignored = (
                reach(group, card, alpha_d=alpha, chi2_width=width)
                for width in (exact_width, muons_counted, without_muons)
            )
            share = _share(DarkMasses(exact.value, ratio, splitting)) if exact else None
            opens = 2 * M_MUON * ratio / splitting
            rows.append(MuonRow(ratio, splitting, alpha, opens, exact, counted, ignored, share))
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
