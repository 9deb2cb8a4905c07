"""The main job: everything of NA64's semi-visible paper, from the cards to summary.json."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from postprocess.experiment import Benchmark, Experiment, load_benchmark, load_experiment
from postprocess.limits import Contour
from postprocess.paper import invisible_efficiency, relic_reach, statistic, studies  # noqa: F401  (register themselves)
from postprocess.paper.cards import BENCHMARK, OTHER_PRODUCTION, PROJECTION
from postprocess.paper.companions import companion_contours, companion_work
from postprocess.paper.other_production import other_production
from postprocess.paper.relic_lines import RelicLine, read_relic, relic_job
from postprocess.paper.summary import k_factor, summarise
from postprocess.scan import (
    Advance,
    Backend,
    MassPoint,
    PlaneName,
    PointStore,
    SampleRequest,
    ScanSettings,
    Work,
    contour_of,
    exclude_epsilon,
    plane_points,
    with_exposure,
)
from postprocess.studies import StudyContext, StudyTable, run_studies, study_work
from semivis_gen.arrays import FloatArray
from semivis_gen.model import DarkMasses

__all__ = ["SHOWN_MASSES", "Reproduction", "benchmark_settings", "reproduce", "steps_of"]

SHOWN_MASSES = (0.01, 0.03, 0.1, 0.2, 0.3, 0.39, 0.5)  # acceptance tables [GeV]
FUTURE_ELECTRONS = 1e13  # the paper's projection of the reach in mass
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
    production: dict[str, dict[str, Contour]]
    """Exclusions in (m_A', epsilon) with other production and for an invisible A', by mode and card."""
    studies: Mapping[str, StudyTable]
    """Tables of all studies, by name."""
    companions: dict[PlaneName, Mapping[str, Contour]]
    """Exclusions of other experiments by plane and card, recast here; none where they were not asked for."""
    relic: dict[PlaneName, RelicLine]
    """Thermal-relic lines in the three planes."""
    k_masses: FloatArray
    """Masses of the K map [GeV]."""
    k_splittings: FloatArray
    """Splittings of the K map."""
    k_map: FloatArray
    """K, shape (splittings, masses); NaN where chi2 is stable."""
    summary: dict[str, Any]
    """Content of summary.json."""

    @property
    def is_published_point(self) -> bool:
        """Whether R, f and alpha_D are those of the paper, so that its numbers may stand beside these."""
        return is_published_point(self.benchmark, self.settings)


def benchmark_settings() -> ScanSettings:
    """Scan of the mass at the paper's benchmark."""
    point = load_benchmark(BENCHMARK).point
    return ScanSettings(point.masses.shape, point.alpha_d)


def is_published_point(benchmark: Benchmark, settings: ScanSettings) -> bool:
    """Whether R, f and alpha_D of a scan are those of the benchmark."""
    point = benchmark.point
    return (settings.shape, settings.alpha_d) == (point.masses.shape, point.alpha_d)


def steps_of(settings: ScanSettings, *, companions: bool = True) -> int:
    """Count the steps of `reproduce`, for a progress bar."""
    card, projection = load_experiment(load_benchmark(BENCHMARK).experiment), load_experiment(PROJECTION)
    return _work(card, projection, settings, companions=companions).steps


def _work(card: Experiment, projection: Experiment, settings: ScanSettings, *, companions: bool) -> Work:
    """Everything that takes time, by purpose; what takes longest comes first."""
    wide = _wide(settings)
    splittings = plane_points(PlaneName.M1_F, wide)
    beside = companion_work(settings) if companions else Work()
    samples = {
        "masses": SampleRequest(_points(settings), card, events=settings.events, seed=settings.seed),
        "splittings": SampleRequest(splittings, card, events=wide.events, seed=wide.seed),
        "compact": SampleRequest(splittings, projection, events=wide.events, seed=wide.seed),
    }
    for mode in OTHER_PRODUCTION:
        samples |= {f"{mode} {name}": request for name, request in other_production(settings, mode).items()}
    relic = {name.value: relic_job(name, _relic_range(name, settings)) for name in PlaneName}
    return beside | Work(samples) | study_work(card, settings) | Work(jobs=relic)


def _relic_range(plane: PlaneName, settings: ScanSettings) -> ScanSettings:
    """Scan of the masses of a plane."""
    return _wide(settings) if plane is PlaneName.M1_F else settings


def _wide(settings: ScanSettings) -> ScanSettings:
    """Scan of the plane (m_chi1, f)."""
    return replace(
        SPLITTING_SCAN, shape=settings.shape, alpha_d=settings.alpha_d, seed=settings.seed,
        events=min(SPLITTING_SCAN.events, settings.events),
    )  # fmt: skip


def _points(settings: ScanSettings) -> list[DarkMasses]:
    """The main scan: the masses shown, and finer steps at the tips of the exclusion and of the projection."""
    tips = (*np.linspace(0.34, 0.44, 11), *np.linspace(0.46, 0.9, 9))  # the (g-2) line leaves them there
    masses = {point.m_aprime for point in plane_points(PlaneName.M_EPS, settings)}
    masses |= {m for m in SHOWN_MASSES if settings.m_min <= m <= settings.m_max}
    masses |= {float(m) for m in tips if m <= settings.m_max}
    return [settings.shape.at(m) for m in sorted(masses)]


def reproduce(
    settings: ScanSettings,
    *,
    backend: Backend,
    store: PointStore | None,
    advance: Advance = lambda _: None,
    companions: bool = True,
) -> Reproduction:
    """Compute everything.

    Parameters
    ----------
    settings : ScanSettings
        Scan of the mass, such as `benchmark_settings`.
    backend, store, advance
        See `postprocess.scan.jobs.run_jobs`.
    companions : bool
        With the exclusions of other experiments.

    Returns
    -------
    Reproduction
        The results.
    """
    started = time.monotonic()
    benchmark = load_benchmark(BENCHMARK)
    card, projection = load_experiment(benchmark.experiment), load_experiment(PROJECTION)
    work = _work(card, projection, settings, companions=companions)
    done = work.run(backend=backend, store=store, advance=advance)
    points, splitting_points, compact_points = (done.samples[name] for name in ("masses", "splittings", "compact"))
    planes = {PlaneName.M_EPS: points, PlaneName.M_ALPHA_D: points, PlaneName.M1_F: splitting_points}
    contours = {name: contour_of(name, group, card, settings) for name, group in planes.items()}
    factor = FUTURE_ELECTRONS / card.particles_on_target
    future = exclude_epsilon(with_exposure(points, factor), card, alpha_d=settings.alpha_d)
    compact = contour_of(PlaneName.M1_F, compact_points, projection, settings)
    production = {
        mode: {
            name: exclude_epsilon(
                done.samples[f"{mode} {name}"], load_experiment(name), alpha_d=settings.alpha_d, mode=mode
            )
            for name in names
        }
        for mode, names in OTHER_PRODUCTION.items()
    }
    main = contours[PlaneName.M_EPS]
    tables = run_studies(StudyContext(card, settings, points, main), done)
    k_masses, k_splittings, k_map = _k_map(settings)
    relic = {name: read_relic(name, _relic_range(name, settings), done.results[name.value]) for name in PlaneName}
    beside = companion_contours(done, settings) if companions else {}
    summary = summarise(
        benchmark=benchmark, compared=is_published_point(benchmark, settings), card=card, settings=settings,
        points=points, splitting_points=splitting_points,
        contours=contours, exposure_factor=factor, studies=tables,
    )  # fmt: skip
    summary["wall_time_s"] = time.monotonic() - started
    return Reproduction(
        benchmark, card, projection, settings, points, contours, future, compact, production, tables, beside,
        relic,
        k_masses, k_splittings, k_map, summary,
    )  # fmt: skip


def _k_map(settings: ScanSettings) -> tuple[FloatArray, FloatArray, FloatArray]:
    masses = np.geomspace(8e-3, 1.0, K_NODES[0])
    splittings = np.linspace(0.02, 0.98 * settings.shape.largest_splitting, K_NODES[1])
    k = np.full((len(splittings), len(masses)), np.nan)
    for i, f in enumerate(splittings):
        for j, m in enumerate(masses):
            point = settings.shape.with_splitting(f).at(m)
            if point.chi2_decays:
                k[i, j] = k_factor(point)
    return masses, splittings, k
