"""The main job: everything of NA64's semi-visible paper, from the cards to summary.json."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from postprocess.experiment import Benchmark, Experiment, Mode, load_benchmark, load_experiment
from postprocess.limits import Contour
from postprocess.paper.relic_lines import read_relic, relic_job
from postprocess.paper.summary import k_factor, summarise
from postprocess.scan import (
    Advance,
    Backend,
    Job,
    MassPoint,
    PlaneName,
    PointStore,
    SampleRequest,
    ScanSettings,
    contour_of,
    exclude_epsilon,
    mass_grid,
    reach,
    run_jobs,
    shifted_contours,
    with_exposure,
)
from postprocess.studies import Studies, run_studies, study_jobs, study_samples
from semivis_gen.arrays import FloatArray
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import Estimate

__all__ = ["SHOWN_MASSES", "Reproduction", "reproduce", "steps_of"]

BENCHMARK, PROJECTION = "na64-2021", "na64-compact-hcal1"
JULY_2021, IMPROVED = "na64-2018-july2021", "na64-2018-improved"  # other production, the same search
OTHER_PRODUCTION = {Mode.SEMIVISIBLE: (JULY_2021, IMPROVED), Mode.INVISIBLE: ("na64-2018", JULY_2021, IMPROVED)}
SHOWN_MASSES = (0.01, 0.03, 0.1, 0.2, 0.3, 0.39, 0.5)  # acceptance tables [GeV]
FUTURE_ELECTRONS = 1e13  # the paper's projection of the reach in mass
VARIANT_EVENTS = 8_000
SPLITTING_SCAN = ScanSettings(masses=18, m_min=0.01, m_max=1.0, splittings=14, events=6_000)
K_NODES = (81, 60)


@dataclass(frozen=True, slots=True, eq=False)
class Reproduction:
    """All results, ready to be written."""

    benchmark: Benchmark
    """The paper's point and numbers."""
    experiment: Experiment
    """The card of the search."""
    projection: Experiment
    """The card with the compact HCAL1."""
    settings: ScanSettings
    """Scan of the mass."""
    points: list[MassPoint]
    """Sampled masses at the benchmark's splitting."""
    contours: dict[PlaneName, Contour]
    """Exclusions in the three planes."""
    future: Contour
    """Exclusion in (m_A', epsilon) with 1e13 electrons."""
    compact: Contour
    """Projection in (m_chi1, f) with the compact HCAL1."""
    production: dict[Mode, dict[str, Contour]]
    """Exclusions in (m_A', epsilon) with other production and for an invisible A', by card."""
    studies: Studies
    """Uncertainties, answers, cuts."""
    relic: dict[PlaneName, FloatArray]
    """Thermal-relic value of y at the x of each contour; NaN where there is none."""
    k_masses: FloatArray
    """Masses of the K map [GeV]."""
    k_splittings: FloatArray
    """Splittings of the K map."""
    k_map: FloatArray
    """K, shape (splittings, masses); NaN where chi2 is stable."""
    summary: dict[str, Any]
    """Content of summary.json."""


def steps_of(settings: ScanSettings) -> int:
    """Count the jobs of `reproduce`, for a progress bar."""
    card, projection = load_experiment(load_benchmark(BENCHMARK).experiment), load_experiment(PROJECTION)
    alone = _jobs(card, settings)
    return len(alone) + sum(len(request.grid) for request in _requests(card, projection, settings).values())


def _jobs(card: Experiment, settings: ScanSettings) -> dict[str, Job]:
    """All jobs but the samples, by purpose."""
    masses = {name: [m for m, _ in _masses(settings)] for name in (PlaneName.M_EPS, PlaneName.M_ALPHA_D)}
    masses[PlaneName.M1_F] = [m for m, _ in mass_grid(PlaneName.M1_F, _wide(settings))]
    return study_jobs(card, settings) | {name.value: relic_job(name, m, settings) for name, m in masses.items()}


def _requests(card: Experiment, projection: Experiment, settings: ScanSettings) -> dict[str, SampleRequest]:
    """All samples, by purpose."""
    wide = _wide(settings)
    small = replace(settings, events=min(VARIANT_EVENTS, settings.events))

    def request(
        grid: list[tuple[float, list[float]]], experiment: Experiment, size: ScanSettings, mode: Mode = Mode.SEMIVISIBLE
    ) -> SampleRequest:
        return SampleRequest.of_splittings(
            grid, experiment, ratio=size.ratio, mode=mode, events=size.events, seed=size.seed
        )

    splittings = mass_grid(PlaneName.M1_F, wide)
    return {
        "masses": request(_masses(settings), card, settings),
        "splittings": request(splittings, card, wide),
        "compact": request(splittings, projection, wide),
        **{
            f"{mode.value} {name}": request(_variant_masses(settings, name, mode), load_experiment(name), small, mode)
            for mode, names in OTHER_PRODUCTION.items()
            for name in names
        },
        **study_samples(card, settings),
    }


def _wide(settings: ScanSettings) -> ScanSettings:
    """Scan of the plane (m_chi1, f)."""
    return replace(
        SPLITTING_SCAN, ratio=settings.ratio, alpha_d=settings.alpha_d, seed=settings.seed,
        events=min(SPLITTING_SCAN.events, settings.events),
    )  # fmt: skip


def _variant_masses(settings: ScanSettings, card: str, mode: Mode) -> list[tuple[float, list[float]]]:
    """Fewer masses than the main scan has; fine where annihilation resonates and where the (g-2) line leaves."""
    masses = {*np.geomspace(settings.m_min, settings.m_max, 14)}
    if mode is Mode.SEMIVISIBLE:
        masses |= {*np.linspace(0.36, 0.46, 6)}
    if card == IMPROVED:
        masses |= {*np.linspace(0.2, 0.34, 15)}
    return [(float(m), [settings.splitting]) for m in sorted(masses) if m <= settings.m_max]


def _masses(settings: ScanSettings) -> list[tuple[float, list[float]]]:
    grid = mass_grid(PlaneName.M_EPS, settings)
    shown = [(m, [settings.splitting]) for m in SHOWN_MASSES if settings.m_min <= m <= settings.m_max]
    # finer steps at the tips of the exclusion and of the projection, where the (g-2) line leaves them
    tip = [
        (float(m), [settings.splitting])
        for m in (*np.linspace(0.34, 0.44, 11), *np.linspace(0.46, 0.9, 9))
        if m <= settings.m_max
    ]
    return sorted(dict((*grid, *shown, *tip)).items())


def reproduce(
    *,
    settings: ScanSettings | None = None,
    backend: Backend,
    store: PointStore | None,
    advance: Advance = lambda _: None,
) -> Reproduction:
    """Compute everything.

    Parameters
    ----------
    settings : ScanSettings, optional
        Scan of the mass; the benchmark's parameters where absent.
    backend, store, advance
        See `postprocess.scan.jobs.run_jobs`.

    Returns
    -------
    Reproduction
        The results.
    """
    started = time.monotonic()
    benchmark = load_benchmark(BENCHMARK)
    card, projection = load_experiment(benchmark.experiment), load_experiment(PROJECTION)
    if settings is None:
        settings = ScanSettings(
            ratio=benchmark.ratio.value, splitting=benchmark.splitting.value, alpha_d=benchmark.alpha_d.value
        )
    alone, requests = _jobs(card, settings), _requests(card, projection, settings)
    jobs = [*alone.values(), *(job for request in requests.values() for job in request.jobs())]
    done = iter(run_jobs(jobs, backend=backend, store=store, advance=advance))
    results = {name: next(done) for name in alone}
    found = {name: request.collect(done) for name, request in requests.items()}
    points, splitting_points, compact_points = found["masses"], found["splittings"], found["compact"]
    planes = {PlaneName.M_EPS: points, PlaneName.M_ALPHA_D: points, PlaneName.M1_F: splitting_points}
    contours = {name: contour_of(name, group, card, settings) for name, group in planes.items()}
    factor = FUTURE_ELECTRONS / card.electrons
    future = exclude_epsilon(with_exposure(points, factor), card, alpha_d=settings.alpha_d)
    compact = contour_of(PlaneName.M1_F, compact_points, projection, settings)
    production: dict[Mode, dict[str, Contour]] = {mode: {} for mode in OTHER_PRODUCTION}
    reaches: dict[str, Estimate | None] = {card.name: reach(points, card, alpha_d=settings.alpha_d)}
    for mode, names in OTHER_PRODUCTION.items():
        for name in names:
            other, group = load_experiment(name), found[f"{mode.value} {name}"]
            production[mode][name] = exclude_epsilon(group, other, alpha_d=settings.alpha_d, mode=mode)
            if mode is Mode.SEMIVISIBLE:
                reaches[name] = reach(group, other, alpha_d=settings.alpha_d)
    main = contours[PlaneName.M_EPS]
    shifted = shifted_contours(points, card, main, alpha_d=settings.alpha_d)
    studies = run_studies(points, card, main, shifted, settings, samples=found, results=results, production=reaches)
    k_masses, k_splittings, k_map = _k_map(settings)
    relic = {
        name: read_relic(
            alone[name.value], results[name.value], c.x * (settings.ratio if name is PlaneName.M1_F else 1)
        )
        for name, c in contours.items()
    }
    summary = summarise(
        benchmark=benchmark, card=card, projection=projection, settings=settings, points=points,
        splitting_points=splitting_points, compact_points=compact_points, contours=contours, shifted=shifted,
        compact=compact, relic=relic, exposure_factor=factor, studies=studies,
    )  # fmt: skip
    summary["wall_time_s"] = time.monotonic() - started
    return Reproduction(
        benchmark, card, projection, settings, points, contours, future, compact, production, studies, relic,
        k_masses, k_splittings, k_map, summary,
    )  # fmt: skip


def _k_map(settings: ScanSettings) -> tuple[FloatArray, FloatArray, FloatArray]:
    masses = np.geomspace(8e-3, 1.0, K_NODES[0])
    splittings = np.linspace(0.02, 0.98 * (settings.ratio - 2), K_NODES[1])
    k = np.full((len(splittings), len(masses)), np.nan)
    for i, f in enumerate(splittings):
        for j, m in enumerate(masses):
            point = DarkMasses(float(m), settings.ratio, float(f))
            if point.chi2_decays:
                k[i, j] = k_factor(point)
    return masses, splittings, k
