"""Answers that the paper does not give: what other widths, shapes of the spectrum and lepton channels change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from postprocess.chi2width import Chi2Width, constant_k, exact_width
from postprocess.contours import Contour
from postprocess.exclusion import exclude_epsilon
from postprocess.experiment import Experiment
from postprocess.flatrow import flat_rows
from postprocess.gminus2 import FERMILAB_2021
from postprocess.limitmodel import LimitModel
from postprocess.muons import muon_rows
from postprocess.reach import half_difference, largest_on_line, reach, shifted_contours
from postprocess.samples import MassPoint
from semivis_gen.estimate import Estimate
from semivis_gen.model import DarkSector
from semivis_gen.widths import compute_widths

__all__ = [
    "PUBLISHED_K",
    "RATIOS",
    "SPLITTINGS",
    "ReachRow",
    "VariantRow",
    "WidthRow",
    "answer_grid",
    "answers",
    "exact_against_constant_k",
    "largest_muon_share",
    "reach_rows",
    "variant",
]

PUBLISHED_K = 0.640  # NA64, arXiv:2107.02021
RATIOS = (2.5, 3.0, 3.5, 4.0, 5.0)
SPLITTINGS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.95)  # at R = 3 the decay of A' closes at f = 1
SCAN_MASSES = 24


@dataclass(frozen=True, slots=True)
class WidthRow:
    """Limit at a mass with the exact chi2 width and with a constant K."""

    m_aprime_GeV: float  # noqa: N815
    """Mass [GeV]."""
    epsilon_low: float | None
    """Lower edge with the exact width."""
    epsilon_high: float | None
    """Upper edge; None where the scan ends inside."""
    epsilon_low_k: float | None
    """Lower edge with the constant."""
    epsilon_high_k: float | None
    """Upper edge with the constant."""
    epsilon_low_error: float | None = None
    """Error of the samples on the lower edge; generous, with the relative error of the upper one; common to both."""
    epsilon_high_error: float | None = None
    """Error of the samples on the upper edge; common to both widths, their difference is sharper."""


@dataclass(frozen=True, slots=True)
class ReachRow:
    """Reach on the central (g-2)_mu line of one choice of parameters."""

    ratio: float
    """R."""
    splitting: float
    """f."""
    reach: Estimate | None
    """Largest excluded m_A' [GeV] with the error of the samples; None where the line is not excluded."""
    at_end: bool = False
    """Whether the scan of the mass ends there: the reach is at least this."""


def _edges(contour: Contour) -> list[tuple[float | None, float | None]]:
    def known(value: float, *, opened: bool) -> float | None:
        return float(value) if math.isfinite(value) and not opened else None

    return [
        (known(low, opened=False), known(high, opened=end in ("high", "both")))
        for low, high, end in zip(contour.low[0], contour.high[0], contour.open_end, strict=True)
    ]


def exact_against_constant_k(
    points: Sequence[MassPoint], card: Experiment, *, alpha_d: float, k_factor: float = PUBLISHED_K
) -> tuple[list[WidthRow], float | None, float | None]:
    """Limits in (m_A', epsilon) with the exact chi2 width and with K fixed.

    Parameters
    ----------
    points : sequence of MassPoint
        One a mass; those at which chi2 is stable are left out.
    card : Experiment
        The card.
    alpha_d : float
        Dark coupling.
    k_factor : float
        The constant.

    Returns
    -------
    rows : list of WidthRow
        One a mass.
    exact, constant : float or None
        Reach on the (g-2)_mu line for both [GeV].
    """
    decaying = [p for p in points if p.masses.chi2_decays]
    exact = exclude_epsilon(decaying, card, alpha_d=alpha_d, bands=False)
    fixed = exclude_epsilon(decaying, card, alpha_d=alpha_d, chi2_width=constant_k(k_factor), bands=False)
    lower, higher = (_edges(c) for c in shifted_contours(decaying, card, exact, alpha_d=alpha_d))
    rows = [
        WidthRow(
            float(m), *edges, *others,
            *(half_difference(ends) if None not in ends else None for ends in zip(less, more, strict=True)),
        )
        for m, edges, others, less, more in zip(exact.x, _edges(exact), _edges(fixed), lower, higher, strict=True)
    ]  # fmt: skip
    return rows, largest_on_line(exact), largest_on_line(fixed)


def reach_rows(points: Sequence[MassPoint], card: Experiment, *, alpha_d: float) -> list[ReachRow]:
    """Reach for every (R, f) among the points.

    Parameters
    ----------
    points : sequence of MassPoint
        Several masses of each (R, f), as `samples.sample_shapes` gives them for `answer_grid`.
    card : Experiment
        The card.
    alpha_d : float
        Dark coupling.

    Returns
    -------
    list of ReachRow
        In the order in which (R, f) first occur.
    """
    groups: dict[tuple[float, float], list[MassPoint]] = {}
    for point in points:
        groups.setdefault((point.masses.ratio, point.masses.splitting), []).append(point)
    rows = []
    for (ratio, splitting), group in groups.items():
        found = reach(group, card, alpha_d=alpha_d)
        last = max(point.masses.m_aprime for point in group)
        rows.append(ReachRow(ratio, splitting, found, found is not None and found.value >= last))
    return rows


@dataclass(frozen=True, slots=True)
class VariantRow:
    """Result of one experiment card."""

    name: str
    """What is different."""
    reach: Estimate | None
    """Largest excluded m_A' on the central (g-2)_mu line [GeV]; None where it is not excluded."""
    epsilon_min: float | None
    """Smallest excluded epsilon over all masses."""
    epsilon_max: float | None
    """Largest excluded epsilon over the masses at which chi2 decays."""


def variant(
    name: str,
    points: Sequence[MassPoint],
    experiment: Experiment,
    *,
    alpha_d: float,
    model: LimitModel | None = None,
    chi2_width: Chi2Width = exact_width,
) -> VariantRow:
    """Result with something else: annihilation, secondaries, another approximation, card or width.

    Parameters
    ----------
    name : str
        What is different.
    points : sequence of MassPoint
        One a mass, sampled with `experiment`.
    experiment : Experiment
        The card, switched by `model_copy` or loaded.
    alpha_d : float
        Dark coupling.
    model, chi2_width
        See `exclusion.exclude_epsilon`.

    Returns
    -------
    VariantRow
        One row of a table.
    """
    contour = exclude_epsilon(points, experiment, alpha_d=alpha_d, model=model, chi2_width=chi2_width, bands=False)
    decays = {p.masses.m_aprime for p in points if p.masses.chi2_decays}
    low = contour.low[0][contour.excluded]
    high = contour.high[0][contour.excluded & np.isin(contour.x, list(decays))]
    return VariantRow(
        name,
        reach(points, experiment, alpha_d=alpha_d, model=model, chi2_width=chi2_width),
        float(low.min()) if low.size else None,
        float(high.max()) if high.size else None,
    )


def answer_grid(m_max: float) -> list[tuple[float, list[tuple[float, float]]]]:
    """Masses and shapes for `reach_rows`: R at the benchmark's f, f at the benchmark's R.

    Parameters
    ----------
    m_max : float
        Largest A' mass [GeV].

    Returns
    -------
    list of (float, list of (float, float))
        For `samples.sample_shapes`.
    """
    shapes = [(ratio, 0.4) for ratio in RATIOS] + [(3.0, f) for f in SPLITTINGS if f != 0.4]
    return [(float(m), shapes) for m in np.geomspace(0.1, m_max, SCAN_MASSES)]


def largest_muon_share(points: Sequence[MassPoint], contour: Contour, *, alpha_d: float) -> float:
    """Largest branching of chi2 to muon pairs at any excluded mass, on the central (g-2)_mu line.

    Parameters
    ----------
    points : sequence of MassPoint
        One a mass.
    contour : Contour
        Their exclusion in (m_A', epsilon).
    alpha_d : float
        Dark coupling.

    Returns
    -------
    float
        Zero where the splitting lies below two muon masses everywhere.
    """
    excluded = dict(zip(contour.x.tolist(), contour.excluded.tolist(), strict=True))
    largest = 0.0
    for point in points:
        if excluded.get(point.masses.m_aprime) and point.masses.chi2_decays:
            epsilon = float(FERMILAB_2021.epsilon(np.array([point.masses.m_aprime]))[0])
            widths = compute_widths(DarkSector(point.masses, alpha_d, epsilon))
            largest = max(largest, widths.branching_chi2["chi1 mu+ mu-"])
    return largest


def answers(
    points: Sequence[MassPoint],
    shaped: Sequence[MassPoint],
    muonic: Sequence[MassPoint],
    card: Experiment,
    *,
    alpha_d: float,
) -> dict[str, list[dict[str, Any]]]:
    """Return all answers as rows for JSON and CSV.

    Parameters
    ----------
    points : sequence of MassPoint
        One a mass, at one (R, f).
    shaped : sequence of MassPoint
        Samples of `answer_grid`.
    muonic : sequence of MassPoint
        Samples of `muons.muon_grid`.
    card : Experiment
        The card.
    alpha_d : float
        Dark coupling; muons are studied for several.

    Returns
    -------
    dict
        Rows of the tables "width", "shape" and "muons".
    """
    return {
        "width": flat_rows(exact_against_constant_k(points, card, alpha_d=alpha_d)[0]),
        "shape": flat_rows(reach_rows(shaped, card, alpha_d=alpha_d)),
        "muons": flat_rows(muon_rows(muonic, card)),
    }
