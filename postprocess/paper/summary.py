"""summary.json: the paper's statements as numbers, each with its error and what that is the error of.

Errors of event samples: every mass's signal is shifted by its own relative error, all in the same direction, and half
the change of a number is its error. Assumptions move most numbers more: impact.csv and docs/answers.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from postprocess.companions import FERMILAB_2021, landau_bound
from postprocess.experiment import Benchmark, Experiment
from postprocess.limits import Contour
from postprocess.paper.cards import PROJECTION
from postprocess.paper.relic_reach import RelicReach
from postprocess.paper.statement import SAMPLES, Statement, flat
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
from semivis_gen.arrays import IndexArray
from semivis_gen.constants import ALPHA, M_ELECTRON
from semivis_gen.model import DarkMasses, gamma_chi2_lepton, gamma_chi2_massless
from semivis_gen.numerics import Estimate

__all__ = ["excluded_range", "k_factor", "radiative_correction", "summarise"]

Summary = dict[str, Any]
UNDECAYED = Statement(None, None, "none: chi2 decays at none of the masses")
NOTHING_LEFT = Statement(None, None, "none: no decay is left that the cut could be asked of")
FADING_M_APRIME = 0.3  # where the largest excluded splitting is quoted [GeV]


def k_factor(masses: DarkMasses, **rule: int) -> float:
    """K = Gamma(chi2 -> chi1 e+ e-) / Gamma_0; couplings cancel."""
    return float(gamma_chi2_lepton(masses, 1.0, 1.0, **rule) / gamma_chi2_massless(masses, 1.0, 1.0))


def summarise(
    *,
    benchmark: Benchmark,
    compared: bool,
    card: Experiment,
    settings: ScanSettings,
    points: Sequence[MassPoint],
    splitting_points: Sequence[MassPoint],
    contours: dict[PlaneName, Contour],
    exposure_factor: float,
    studies: Mapping[str, StudyTable],
) -> Summary:
    """All statements.

    Parameters
    ----------
    benchmark, card : Benchmark, Experiment
        The paper's point and the card of the search.
    compared : bool
        Whether R, f and alpha_D are the benchmark's: nothing is said of published numbers otherwise.
    settings : ScanSettings
        Parameters of the scan.
    points, splitting_points : sequence of MassPoint
        Samples of the mass scan, and of the scan of mass and splitting.
    contours : dict
        Exclusions of the search in the three planes.
    exposure_factor : float
        Electrons of the future run over those of the card.
    studies : mapping
        Tables of the studies, by name.

    Returns
    -------
    dict
        See `statement.flat`: numbers by name, None where nothing is excluded.
    """
    alpha_d = settings.alpha_d
    main = contours[PlaneName.M_EPS]
    future = reach(with_exposure(points, exposure_factor), card, alpha_d=alpha_d)
    m_chi1 = settings.shape.at(FADING_M_APRIME).m_chi1
    constant = reach(points, card, alpha_d=alpha_d, chi2_width=constant_k(PUBLISHED_K))
    production: dict[str, ProductionRow] = {row.card: row for row in studies["answer_production"].rows}
    statements = {
        "K_benchmark": _k(settings.shape.at(benchmark.masses.m_aprime)),
        **excluded_range(main, points, benchmark.results["epsilon_excluded_max"].value),
        "m_aprime_max_gminus2_GeV": _reach(production[card.name]),
        "splitting_max_gminus2_300MeV": Statement(
            _largest_splitting(contours[PlaneName.M1_F], m_chi1),
            _splitting_error(splitting_points, card, lambda c: _largest_splitting(c, m_chi1), alpha_d=alpha_d),
            f"{SAMPLES}; interpolation between the splittings of the scan comes on top",
            "here at m_A' = 0.3 GeV",
            "the paper's words are for its whole plane",
            comparable=False,
        ),
        **_r_cut(_rows(studies, "rcut")),
        "m_aprime_max_1e13_eot_GeV": _estimate(
            future, "backgrounds and counts stay those of the search: no events in both signatures"
        ),
        "compact_hcal_relic_m_chi1_max_GeV": _covered(studies["relic_reach"].rows),
        "alpha_d_landau": _landau(benchmark.masses.m_aprime),
        **_gains(studies),
        "m_aprime_max_gminus2_constant_K_GeV": _estimate(constant, published="the paper uses this K"),
        "chi2_to_muons_largest_share": Statement(
            largest_muon_share(points, main), None, "none: exact branching at the masses of the scan"
        ),
        **{f"m_aprime_max_gminus2_GeV_{row.card}": _reach(row) for row in production.values()},
        "m_aprime_max_gminus2_GeV_asymptotic": _asymptotic(studies),
    }
    return {**flat(statements, compared=compared), "seed": settings.seed, "events_per_mass": settings.events}


def _k(masses: DarkMasses) -> Statement:
    k = k_factor(masses)
    rounding = abs(k - k_factor(masses, nodes=100))
    return Statement(
        k,
        k * radiative_correction(masses),
        "radiative corrections, which are left out: at most the vacuum polarisation at the largest momentum transfer; "
        f"the integral itself is good to {max(rounding, 1e-15):.0e}",
        f"here at m_A' = {masses.m_aprime:g} GeV",
        "the paper takes one number for all masses",
    )


def radiative_correction(masses: DarkMasses) -> float:
    """Size of what chi2 -> chi1 e+ e- at leading order, with alpha in the Thomson limit, leaves out.

    Parameters
    ----------
    masses : DarkMasses
        Masses of the point.

    Returns
    -------
    float
        Relative: 2 Delta alpha(q^2 = Delta^2) of electron loops, alpha/(3 pi) [ln(q^2/m_e^2) - 5/3] (Peskin and
        Schroeder, equation 7.90), which the rate has twice; zero where it would be negative.
    """
    logarithm = 2 * math.log(masses.delta / M_ELECTRON) - 5 / 3
    return max(2 * ALPHA / (3 * math.pi) * logarithm, 0.0)


def excluded_range(contour: Contour, points: Sequence[MassPoint], published_max: float) -> dict[str, Statement]:
    """Smallest and largest excluded epsilon over the masses at which chi2 decays, with the masses they belong to.

    Parameters
    ----------
    contour : Contour
        Exclusion in (m_A', epsilon).
    points : sequence of MassPoint
        One a mass.
    published_max : float
        Largest epsilon of the publication.

    Returns
    -------
    dict
        Statements; without values where nothing is excluded.
    """
    decays = {point.masses.m_aprime: point.masses.chi2_decays for point in points}
    known = np.flatnonzero(contour.excluded & np.array([decays[float(m)] for m in contour.x]))
    smallest, largest = "epsilon_excluded_min", "epsilon_excluded_max"
    nothing = Statement(None, None, "none: nothing is excluded")
    if not len(known):
        return {smallest: nothing, largest: nothing}
    first, last = known[contour.low[0][known].argmin()], known[contour.high[0][known].argmax()]
    unknown = "the paper gives no mass"
    closing = _falls_to(contour, known, published_max)
    closed = f", its number is the upper edge at {closing:.3g} GeV here" if closing else ""
    return {
        smallest: _edge(contour, first, "low", "the lowest where chi2 decays", unknown),
        largest: _edge(contour, last, "high", "the highest", f"{unknown}{closed}"),
    }


def _edge(contour: Contour, at: int, side: str, note: str, published: str) -> Statement:
    edge, error = (contour.low, contour.low_error) if side == "low" else (contour.high, contour.high_error)
    is_open = contour.open_end[at] in (side, "both")
    return Statement(
        float(edge[0][at]),
        None if is_open else float(error[at]),
        "none: the scan ends there, inside what is excluded" if is_open else SAMPLES,
        f"at m_A' = {contour.x[at]:.4g} GeV, {note}",
        published,
        comparable=False,
    )


def _falls_to(contour: Contour, known: IndexArray, epsilon: float) -> float | None:
    """Mass at which the upper edge last falls to an epsilon, log-log between masses [GeV]."""
    x, excess = np.log(contour.x[known]), np.log(contour.high[0][known] / epsilon)
    crossed = np.flatnonzero((excess[:-1] > 0) & (excess[1:] <= 0))
    if not len(crossed):
        return None
    i = int(crossed[-1])
    return float(np.exp(x[i] + (x[i + 1] - x[i]) * excess[i] / (excess[i] - excess[i + 1])))


def _landau(m_aprime: float) -> Statement:
    one_loop, two_loops = (float(landau_bound(m_aprime, loops=n)) for n in (1, 2))
    return Statement(
        one_loop, abs(one_loop - two_loops), "higher orders: the difference of one loop to two", "one loop"
    )


def _rows(studies: Mapping[str, StudyTable], name: str) -> Sequence[Any]:
    """Rows of a study; none where it has no table, as where chi2 decays nowhere."""
    return studies[name].rows if name in studies else ()


def _r_cut(rows: Sequence[CutEfficiency]) -> dict[str, Statement]:
    if not rows:
        return dict.fromkeys(("rcut_efficiency_mean", "rcut_efficiency_min"), NOTHING_LEFT)
    least = min(rows, key=lambda row: row.efficiency)
    mean = sum(row.efficiency for row in rows) / len(rows)
    low, high = (f(row.m_aprime_GeV for row in rows) for f in (min, max))
    where = f"computed on the (g-2) line at {len(rows)} masses, {low:g} to {high:g} GeV"
    return {
        "rcut_efficiency_mean": Statement(
            mean, math.hypot(*(row.error for row in rows)) / len(rows), SAMPLES, where, "the paper does not say where"
        ),
        "rcut_efficiency_min": Statement(
            least.efficiency, least.error, SAMPLES, f"computed, lowest at {least.m_aprime_GeV:g} GeV"
        ),
    }


def _covered(rows: Sequence[RelicReach]) -> Statement:
    row = next(row for row in rows if row.setup == PROJECTION)
    return Statement(
        row.m_chi1_max_GeV,
        row.error_GeV,
        SAMPLES,
        "other set-ups are in relic_reach.csv",
        'the paper expects "a compact dump and a shorter HCAL1" to cover the whole line',
    )


def _gains(studies: Mapping[str, StudyTable]) -> dict[str, Statement]:
    held, free = ([row.gain for row in _rows(studies, name)] for name in ("cuts_held", "cuts"))
    if not held or not free:
        return dict.fromkeys(("optimised_cuts_gain", "optimised_cuts_gain_free"), UNDECAYED)
    spread = "range over the assumed backgrounds"
    return {
        "optimised_cuts_gain": Statement(
            sum(held) / len(held), (max(held) - min(held)) / 2, spread,
            "visible energy of S1 held", "the paper does not say which cuts",
        ),
        "optimised_cuts_gain_free": Statement(sum(free) / len(free), (max(free) - min(free)) / 2, spread),
    }  # fmt: skip


def _reach(row: ProductionRow) -> Statement:
    return Statement(row.reach_GeV, row.error_GeV)


def _estimate(found: Estimate | None, note: str = "", *, published: str = "") -> Statement:
    return Statement(found.value if found else None, found.error if found else None, note=note, published=published)


def _asymptotic(studies: Mapping[str, StudyTable]) -> Statement:
    row = next(row for row in studies["answer_statistic"].rows if row.method == ASYMPTOTIC)
    return Statement(
        row.reach_GeV, row.error_GeV, note="not valid for so few counts", published="the paper may have used them"
    )


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
