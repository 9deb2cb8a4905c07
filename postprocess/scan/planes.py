"""The three planes of the paper: which masses they sample and how they become contours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from postprocess.experiment import Experiment, Mode
from postprocess.limits import Contour
from postprocess.scan.exclusion import exclude_alpha_d, exclude_epsilon, exclude_splitting
from postprocess.scan.samples import MassPoint

__all__ = ["PlaneName", "ScanSettings", "contour_of", "mass_grid"]


class PlaneName(StrEnum):
    """Planes of `semivis limit`."""

    M_EPS = "m-eps"
    """(m_A', epsilon) at fixed R, f and alpha_D: figure 4 of the paper."""
    M_ALPHA_D = "m-alphaD"
    """(m_A', alpha_D) on the central (g-2)_mu line: figure 5, top."""
    M1_F = "m1-f"
    """(m_chi1, f) on the central (g-2)_mu line: figure 5, bottom."""

    @property
    def file_stem(self) -> str:
        """Name of the CSV file without suffix."""
        return f"limit_{self.value.replace('-', '_')}"


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """Size and parameters of a scan."""

    ratio: float = 3.0
    """R."""
    splitting: float = 0.4
    """f, where the plane does not scan it."""
    alpha_d: float = 0.1
    """alpha_D, where the plane does not scan it."""
    masses: int = 36
    """Number of A' masses."""
    m_min: float = 1.1e-3
    """Smallest A' mass [GeV]."""
    m_max: float = 1.0
    """Largest A' mass [GeV]."""
    splittings: int = 14
    """Number of splittings in the plane (m_chi1, f)."""
    events: int = 20_000
    """Events a mass."""
    seed: int = 1
    """Seed of every mass."""


def mass_grid(plane: PlaneName, settings: ScanSettings) -> list[tuple[float, list[float]]]:
    """A' masses and the splittings at each.

    Parameters
    ----------
    plane : PlaneName
        The plane.
    settings : ScanSettings
        Ranges and sizes.

    Returns
    -------
    list of (float, list of float)
        m_A' [GeV] and values of f.
    """
    masses = np.geomspace(settings.m_min, settings.m_max, settings.masses)
    if plane is not PlaneName.M1_F:
        return [(float(m), [settings.splitting]) for m in masses]
    largest = settings.ratio - 2  # A' -> chi1 chi2 closes there
    splittings = np.geomspace(0.03, 0.98 * largest, settings.splittings)
    return [(float(m), [float(f) for f in splittings]) for m in masses]


def contour_of(
    plane: PlaneName,
    points: Sequence[MassPoint],
    experiment: Experiment,
    settings: ScanSettings,
    *,
    mode: Mode | str = Mode.SEMIVISIBLE,
) -> Contour:
    """Exclusion contour of a plane.

    Parameters
    ----------
    plane : PlaneName
        The plane.
    points : sequence of MassPoint
        Sampled masses.
    experiment : Experiment
        The card.
    settings : ScanSettings
        Fixed parameters.
    mode : Mode
        Which signatures count.

    Returns
    -------
    Contour
        Observed and expected.
    """
    if plane is PlaneName.M_EPS:
        return exclude_epsilon(points, experiment, alpha_d=settings.alpha_d, mode=mode)
    if plane is PlaneName.M_ALPHA_D:
        return exclude_alpha_d(points, experiment, mode=mode)
    return exclude_splitting(points, experiment, alpha_d=settings.alpha_d, mode=mode)
