"""The three planes of the paper: which points they sample and how they become contours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from postprocess.experiment import Experiment
from postprocess.limits import Contour
from postprocess.scan.exclusion import exclude_alpha_d, exclude_epsilon, exclude_splitting
from postprocess.scan.samples import MassPoint
from semivis_gen.errors import ParameterError
from semivis_gen.model import DarkMasses, MassShape

__all__ = ["PlaneName", "ScanSettings", "contour_of", "held_fixed", "plane_points"]

SMALLEST_SPLITTING = 0.03  # where a scan of f begins; that share of R - 2 where this is less than one
LARGEST_SHARE = 0.98  # of the splitting R - 2 at which A' -> chi1 chi2 closes: where it ends


class PlaneName(StrEnum):
    """Planes of `semivis limit`."""

    M_EPS = "m-eps"
    """(m_A', epsilon) at fixed R, f and alpha_D: figure 4 of the paper."""
    M_ALPHA_D = "m-alphaD"
    """(m_A', alpha_D) on the central (g-2)_mu line: figure 5, top."""
    M1_F = "m1-f"
    """(m_chi1, f) on the central (g-2)_mu line: figure 5, bottom."""

    @classmethod
    def _missing_(cls, value: object) -> None:
        msg = f"no plane {value!r}: take one of {', '.join(cls)}"
        raise ParameterError(msg)

    @property
    def file_stem(self) -> str:
        """Name of the CSV file without suffix."""
        return f"limit_{self.value.replace('-', '_')}"


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """Size and parameters of a scan.

    Raises
    ------
    ParameterError
        Where the range of masses is empty.

    Examples
    --------
    >>> ScanSettings(masses=12, events=2000).shape.splitting
    0.4
    """

    shape: MassShape = field(default_factory=MassShape)
    """R and f; a plane that scans f takes R from it."""
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

    def __post_init__(self) -> None:
        if not 0 < self.m_min < self.m_max < math.inf:
            msg = f"m_min = {self.m_min:g} GeV and m_max = {self.m_max:g} GeV: take 0 < m_min < m_max, both finite"
            raise ParameterError(msg)


def plane_points(plane: PlaneName, settings: ScanSettings) -> list[DarkMasses]:
    """Points that a plane samples.

    Parameters
    ----------
    plane : PlaneName
        The plane.
    settings : ScanSettings
        Ranges and sizes.

    Returns
    -------
    list of DarkMasses
        In ascending m_A', several splittings at each where the plane scans them.
    """
    masses = np.geomspace(settings.m_min, settings.m_max, settings.masses)
    shapes = [settings.shape]
    if plane is PlaneName.M1_F:
        largest = settings.shape.largest_splitting
        scan = np.geomspace(SMALLEST_SPLITTING * min(largest, 1.0), LARGEST_SHARE * largest, settings.splittings)
        shapes = [settings.shape.with_splitting(f) for f in scan]
    return [shape.at(m) for m in masses for shape in shapes]


def held_fixed(plane: PlaneName, settings: ScanSettings) -> str:
    """What a plane does not scan, in words for headers and captions."""
    if plane is PlaneName.M_EPS:
        return f"{settings.shape}, alpha_D = {settings.alpha_d:g}"
    line = "epsilon on the central (g-2)_mu line"
    if plane is PlaneName.M_ALPHA_D:
        return f"{settings.shape}, {line}"
    return f"R = {settings.shape.ratio:g}, alpha_D = {settings.alpha_d:g}, {line}"


def contour_of(
    plane: PlaneName,
    points: Sequence[MassPoint],
    experiment: Experiment,
    settings: ScanSettings,
    *,
    mode: str = "semivisible",
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
    mode : str
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
