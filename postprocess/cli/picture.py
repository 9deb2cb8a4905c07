"""The picture of `semivis limit`: one or more experiments in a plane, with the relic line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from postprocess.output import save_figure
from postprocess.paper import RelicLine, exposure, plane_figure, read_relic, relic_job
from postprocess.scan import Backend, PlaneName, PlaneScan, PointStore, ScanSettings, run_jobs
from semivis_gen.constants import M_ELECTRON

__all__ = ["relic_of", "save_picture"]

LIGHTEST = 1.01 * M_ELECTRON  # mass of chi1 [GeV] above which it annihilates to e+ e-


def relic_of(plane: PlaneName, settings: ScanSettings, backend: Backend, store: PointStore) -> RelicLine | None:
    """Line of the relic density over the masses of a scan.

    Parameters
    ----------
    plane : PlaneName
        The plane.
    settings : ScanSettings
        Its masses and what it holds fixed.
    backend, store
        See `postprocess.scan.run_jobs`.

    Returns
    -------
    RelicLine or None
        None where the scan has no range of masses at which chi1 annihilates.
    """
    low, high = max(settings.grid[0], settings.shape.ratio * LIGHTEST), settings.grid[-1]
    if not low < high:
        return None
    scanned = replace(settings, m_min=low, m_max=high)
    (result,) = run_jobs([relic_job(plane, scanned)], backend=backend, store=store)
    return read_relic(plane, scanned, result)


def save_picture(found: Sequence[PlaneScan], relic: RelicLine | None, stem: Path) -> tuple[Path, Path]:
    """Draw experiments in a plane.

    Parameters
    ----------
    found : sequence of PlaneScan
        Of one plane, mode and settings; the first one is drawn with its expectation.
    relic : RelicLine, optional
        Where chi1 is all of the dark matter.
    stem : Path
        Files without suffix.

    Returns
    -------
    tuple of Path
        PNG and PDF.
    """
    first, *others = found
    name = first.experiment.name
    figure = plane_figure(
        first.plane, first.contour, first.settings, label=name,
        title=f"{name}: {exposure(first.experiment)}" if others else exposure(first.experiment), relic=relic,
        companions=[(scan.contour, scan.experiment.name) for scan in others], source="others, 90% CL",
    )  # fmt: skip
    return save_figure(figure, stem)
