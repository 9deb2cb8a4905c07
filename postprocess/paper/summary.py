"""summary.json: the paper's statements as numbers with errors.

Errors are those of the event samples and of the integration: every mass's signal is shifted by its own relative
error, all in the same direction, and half the change of a number is its error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from postprocess.companions import FERMILAB_2021, landau_bound
from postprocess.experiment import Benchmark, Experiment
from postprocess.limits import Contour
from postprocess.paper.relic_lines import RelicLine
from postprocess.paper.statistic import ASYMPTOTIC
from postprocess.scan import (
    LARGEST_SHIFT,
    MassPoint,
    PlaneName,
    ScanSettings,
    exclude_splitting,
    half_difference,
    reach,
    with_exposure,
)
from postprocess.signal import constant_k, expected_yields
from postprocess.studies import PUBLISHED_K, CutEfficiency, ProductionRow, StudyTable, largest_muon_share
from semivis_gen.arrays import BoolArray
from semivis_gen.model import DarkMasses, gamma_chi2_lepton, gamma_chi2_massless

__all__ = ["covered_splitting", "k_factor", "summarise"]

Summary = dict[str, Any]
FADING_M_APRIME = 0.3  # where the largest excluded splitting is quoted [GeV]


def k_factor(masses: DarkMasses, **rule: int) -> float:
    """K = Gamma(chi2 -> chi1 e+ e-) / Gamma_0; couplings cancel."""
    return float(gamma_chi2_lepton(masses, 1.0, 1.0, **rule) / gamma_chi2_massless(masses, 1.0, 1.0))


def covered_splitting(contour: Contour, relic: RelicLine) -> float | None:
    """Largest f on the line where (g-2) and the relic density agree that is excluded; edges log-log between masses."""
    low, high = (
        np.exp(np.interp(np.log(relic.x), np.log(contour.x), np.log(e[0]), np.nan, np.nan))
        for e in (contour.low, contour.high)
    )
    with np.errstate(invalid="ignore"):
        covered = (low <= relic.y) & (relic.y <= high)
    return float(relic.y[covered].max()) if covered.any() else None


def _range(contour: Contour, decaying: BoolArray) -> tuple[float | None, float | None]:
    """Smallest and largest excluded epsilon over the masses at which chi2 decays."""
    low, high = contour.extremes(where=decaying)
    return (low, high) if math.isfinite(low) else (None, None)


def summarise(
    *,
    benchmark: Benchmark,
    card: Experiment,
    projection: Experiment,
    settings: ScanSettings,
    points: Sequence[MassPoint],
    splitting_points: Sequence[MassPoint],
    compact_points: Sequence[MassPoint],
    contours: dict[PlaneName, Contour],
    shifted: tuple[Contour, Contour],
    compact: Contour,
    relic: dict[PlaneName, RelicLine],
    exposure_factor: float,
    studies: Mapping[str, StudyTable],
) -> Summary:
    """All statements.

    Parameters
    ----------
    benchmark, card, projection : Benchmark, Experiment, Experiment
        The paper's point, the card of the search and that with the compact HCAL1.
    settings : ScanSettings
        Parameters of the scan.
    points, splitting_points, compact_points : sequence of MassPoint
        Samples of the mass scan, and of the scans of mass and splitting for both cards.
    contours, compact : dict, Contour
        Exclusions of the search in the three planes and of the projection in (m_chi1, f).
    shifted : tuple of Contour
        That in (m_A', epsilon) from `reach.shifted_contours`.
    relic : dict
        Thermal-relic lines in the planes.
    exposure_factor : float
        Electrons of the future run over those of the card.
    studies : mapping
        Tables of the studies, by name.

    Returns
    -------
    dict
        Numbers by name; KEY_error is the error of KEY. None where nothing is excluded.
    """
    alpha_d = settings.alpha_d
    decaying = np.array([p.masses.chi2_decays for p in sorted(points, key=lambda p: p.masses.m_aprime)])
    smallest, largest = _range(contours[PlaneName.M_EPS], decaying)
    ends = [_range(c, decaying) for c in shifted]
    future = reach(with_exposure(points, exposure_factor), card, alpha_d=alpha_d)
    k = k_factor(benchmark.masses)
    one_loop, two_loops = (float(landau_bound(benchmark.masses.m_aprime, loops=n)) for n in (1, 2))
    cut = next((s.efficiencies["R < 0.06"] for s in card.signatures if "R < 0.06" in s.efficiencies), None)
    covered = covered_splitting(compact, relic[PlaneName.M1_F])
    m_chi1 = settings.shape.at(FADING_M_APRIME).m_chi1
    constant = reach(points, card, alpha_d=alpha_d, chi2_width=constant_k(PUBLISHED_K))
    production: dict[str, ProductionRow] = {row.card: row for row in studies["answer_production"].rows}
    error = partial(_splitting_error, alpha_d=alpha_d)
    return {
        "K_benchmark": k,
        "K_error": max(abs(k - k_factor(benchmark.masses, nodes=100)), float(np.spacing(k))),
        "epsilon_excluded_min": smallest,
        "epsilon_excluded_min_error": half_difference([end[0] for end in ends]),
        "epsilon_excluded_max": largest,
        "epsilon_excluded_max_error": half_difference([end[1] for end in ends]),
        "epsilon_excluded_range_note": "over all masses at which chi2 decays",
        **_reach("m_aprime_max_gminus2", production[card.name]),
        "splitting_max_gminus2_300MeV": _largest_splitting(contours[PlaneName.M1_F], m_chi1),
        "splitting_max_gminus2_300MeV_error": error(splitting_points, card, lambda c: _largest_splitting(c, m_chi1)),
        "rcut_efficiency_mean": cut.value if cut else None,
        "rcut_efficiency_min": cut.value if cut else None,
        "rcut_efficiency_note": "flat efficiency of the card, the published mean; computed: see docs/rcut.md",
        "m_aprime_max_1e13_eot_GeV": future.value if future else None,
        "m_aprime_max_1e13_eot_error": future.error if future else None,
        "compact_hcal_max_splitting": covered,
        "compact_hcal_max_splitting_error": error(
            compact_points, projection, lambda c: covered_splitting(c, relic[PlaneName.M1_F])
        ),
        "alpha_d_landau": one_loop,
        "alpha_d_landau_error": one_loop - two_loops,
        "alpha_d_landau_note": "one loop; the error is the difference to two loops",
        **_r_cut(studies["rcut"].rows),
        **_gains(studies),
        "m_aprime_max_gminus2_constant_K_GeV": constant.value if constant else None,
        "chi2_to_muons_largest_share": largest_muon_share(points, contours[PlaneName.M_EPS]),
        **{
            key: value
            for row in production.values()
            for key, value in _reach("m_aprime_max_gminus2", row, f"_{row.card}").items()
        },
        **_asymptotic(studies),
        "seed": settings.seed,
        "events_per_mass": settings.events,
    }


def _r_cut(rows: Sequence[CutEfficiency]) -> Summary:
    computed = [row.efficiency for row in rows]
    return {
        "rcut_efficiency_computed_mean": sum(computed) / len(computed),
        "rcut_efficiency_computed_mean_error": math.hypot(*(row.error for row in rows)) / len(computed),
        "rcut_efficiency_computed_min": min(computed),
    }


def _gains(studies: Mapping[str, StudyTable]) -> Summary:
    held, free = ([row.gain for row in studies[name].rows] for name in ("cuts_held", "cuts"))
    return {
        "optimised_cuts_gain": sum(held) / len(held),
        "optimised_cuts_gain_error": (max(held) - min(held)) / 2,
        "optimised_cuts_gain_note": "visible energy of S1 held; mean over backgrounds, the error is their range",
        "optimised_cuts_gain_free": sum(free) / len(free),
        "optimised_cuts_gain_free_error": (max(free) - min(free)) / 2,
    }


def _reach(name: str, row: ProductionRow, of: str = "") -> Summary:
    """Mass and its error, None where there is none."""
    return {f"{name}_GeV{of}": row.reach_GeV, f"{name}_error{of}": row.error_GeV}


def _asymptotic(studies: Mapping[str, StudyTable]) -> Summary:
    row = next(row for row in studies["answer_statistic"].rows if row.method == ASYMPTOTIC)
    return {
        "m_aprime_max_gminus2_GeV_asymptotic": row.reach_GeV,
        "m_aprime_max_gminus2_error_asymptotic": row.error_GeV,
    }


def _largest_splitting(contour: Contour, m_chi1: float) -> float | None:
    """Largest excluded f at a mass, interpolated in ln f against ln m."""
    known = np.isfinite(contour.high[0])
    if known.sum() < 2 or not contour.x[known].min() <= m_chi1 <= contour.x[known].max():
        return None
    return float(np.exp(np.interp(np.log(m_chi1), np.log(contour.x[known]), np.log(contour.high[0][known]))))


def _splitting_error(
    points: Sequence[MassPoint], card: Experiment, number: Callable[[Contour], float | None], *, alpha_d: float
) -> float | None:
    """Error of a number of the plane (m_chi1, f)."""
    relative = 0.0
    for point in points:
        epsilon = float(FERMILAB_2021.epsilon(point.masses.m_aprime))
        found = expected_yields(point.table, card, point.rate, alpha_d=alpha_d, epsilon=epsilon)
        if 0.1 < found.expected.sum() < 100:  # where exclusion is decided
            relative = max(relative, found.relative_error)
    values = []
    for sign in (-1, 1):
        shifted = exclude_splitting(
            with_exposure(points, 1 + sign * min(relative, LARGEST_SHIFT)), card, alpha_d=alpha_d
        )
        values.append(number(shifted) if shifted.excluded.any() else None)
    return half_difference(values)
