"""A limit from event files of any generator: the masses are those of the files, all else is as for native samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from postprocess.acceptance import Accepted, table_of
from postprocess.experiment import Experiment
from postprocess.scan.event_files import file_jobs, require_different_samples
from postprocess.scan.jobs import Advance, Backend, run_jobs
from postprocess.scan.mass_samples import OwnSample
from postprocess.scan.plane_scan import PlaneScan, assembled
from postprocess.scan.planes import PlaneName, ScanSettings, edges_of
from postprocess.scan.samples import MassPoint
from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.events import IdMap
from semivis_gen.model import check_couplings
from semivis_gen.numerics import Estimate

__all__ = ["own_settings", "scan_samples"]


def own_settings(samples: Sequence[OwnSample], settings: ScanSettings, plane: PlaneName) -> ScanSettings:
    """Settings of a scan of own samples: their masses, R and f; none can be added.

    Raises
    ------
    ParameterError
        For a plane that needs several splittings a mass.
    """
    if plane is PlaneName.M1_F:
        msg = f"--plane {plane} needs several splittings at each mass, and event files are of one: take another plane"
        raise ParameterError(msg)
    masses = tuple(sample.masses.m_aprime for sample in samples)
    return replace(settings, shape=samples[0].masses.shape, mass_list=masses, refine=False, precision=math.inf)


def scan_samples(
    samples: Sequence[OwnSample],
    experiment: Experiment,
    settings: ScanSettings,
    *,
    plane: PlaneName = PlaneName.M_EPS,
    mode: str = "semivisible",
    ids: IdMap,
    weight: str | None = None,
    allow: Sequence[str] = (),
    backend: Backend,
    advance: Advance = lambda _: None,
) -> PlaneScan:
    """Exclusion of an experiment in a plane, with events of files.

    Parameters
    ----------
    samples : sequence of OwnSample
        See `own_samples`.
    experiment : Experiment
        The card.
    settings : ScanSettings
        See `own_settings`.
    plane : PlaneName
        (m_A', epsilon) or (m_A', alpha_D).
    mode, ids, weight, allow
        As for `accept_files`, whose checks hold here.
    backend, advance
        See `postprocess.scan.jobs.run_jobs`; a file is a job.

    Returns
    -------
    PlaneScan
        Points at the masses of the samples, and the contour.

    Raises
    ------
    EventFileError, ParameterError
        As for `accept_files`.

    Warns
    -----
    SemivisWarning
        As for `scan_plane`.
    """
    files = [name for sample in samples for name in sample.files]
    require_different_samples(files)
    if plane is not PlaneName.M_ALPHA_D:
        check_couplings(samples[0].masses, settings.alpha_d)
    jobs = [
        job
        for sample in samples
        for job in file_jobs(
            sample.files, experiment, ids=ids, ctau_mm=None, seed=settings.seed, masses=sample.masses, mode=mode,
            allow=allow, weight=weight,
        )
    ]  # fmt: skip
    results = iter(run_jobs(jobs, backend=backend, advance=advance))
    points, edges = [], {}
    for sample in samples:
        whole = Accepted(sample.masses)
        for _ in sample.files:
            whole.merge(next(results)["sums"])
        try:
            table = table_of(whole, experiment, mode=mode)
        except EventFileError as why:
            msg = f"{', '.join(sample.files)}: {why}"
            raise EventFileError(msg) from why
        rate, share = sample.rate, whole.above_per_event
        error = math.hypot(rate.error * share.value, rate.value * share.error)
        points.append(MassPoint(sample.masses, table, Estimate(rate.value * share.value, error)))
        edges[sample.masses.m_aprime] = edges_of(plane, points[-1:], experiment, settings, mode=mode)
    rates = "; ".join(dict.fromkeys(sample.origin for sample in samples))
    origin = f"events of {len(files)} files, rates of {rates}"
    return assembled(plane, experiment, settings, mode, points, edges, origin=origin)
