"""The three planes of the paper: which points they sample and how they become contours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from postprocess.experiment import Experiment
from postprocess.limits import Contour, Edges
from postprocess.scan.exclusion import by_mass, edges_in_alpha_d, edges_in_epsilon, edges_in_splitting
from postprocess.scan.ranges import check_epsilon_range
from postprocess.scan.samples import MassPoint
from semivis_gen.errors import ParameterError
from semivis_gen.model import DarkMasses, MassShape

__all__ = ["PlaneName", "ScanSettings", "contour_of", "edges_of", "held_fixed", "joined", "plane_points", "points_at"]

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
        return self.stem_of("limit")

    def stem_of(self, kind: str) -> str:
        """Name of a file of the plane without suffix; `kind` says what it holds."""
        return f"{kind}_{self.value.replace('-', '_')}"

    @property
    def axes(self) -> tuple[str, str]:
        """Names of x and y, as in the columns of a contour."""
        return {
            PlaneName.M_EPS: ("m_aprime_GeV", "epsilon"),
            PlaneName.M_ALPHA_D: ("m_aprime_GeV", "alpha_d"),
            PlaneName.M1_F: ("m_chi1_GeV", "splitting"),
        }[self]


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
    """Number of A' masses to begin with."""
    m_min: float = 1.1e-3
    """Smallest A' mass [GeV]."""
    m_max: float = 1.0
    """Largest A' mass [GeV]."""
    mass_list: tuple[float, ...] = ()
    """A' masses to begin with [GeV], instead of these three."""
    refine: bool = True
    """Whether masses are added where the contour turns, see `refinement.added_masses`."""
    splittings: int = 14
    """Number of splittings in the plane (m_chi1, f)."""
    events: int = 20_000
    """Events a mass to begin with."""
    precision: float = 0.02
    """Relative error wanted on every observed edge: masses with a larger one get more events, up to 64 times as many;
    inf leaves all masses as they are."""
    eps_min: float | None = None
    """Smallest epsilon, in the plane that scans it; from where nothing can be excluded where absent."""
    eps_max: float | None = None
    """Largest epsilon; 1 where absent, see `ranges`."""
    seed: int = 1
    """Seed of every mass."""

    def __post_init__(self) -> None:
        if not 0 < self.m_min < self.m_max < math.inf:
            msg = f"m_min = {self.m_min:g} GeV and m_max = {self.m_max:g} GeV: take 0 < m_min < m_max, both finite"
            raise ParameterError(msg)
        if not self.precision > 0:
            msg = f"precision = {self.precision:g} must be positive: 0.02 for 2 % on every edge, inf for any"
            raise ParameterError(msg)
        check_epsilon_range(self.eps_min, self.eps_max)

    @property
    def grid(self) -> list[float]:
        """A' masses to begin with [GeV], ascending."""
        if self.mass_list:
            return sorted(set(self.mass_list))
        return [float(m) for m in np.geomspace(self.m_min, self.m_max, self.masses)]


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
    return [point for m in settings.grid for point in points_at(plane, m, settings)]


def points_at(plane: PlaneName, m_aprime: float, settings: ScanSettings) -> list[DarkMasses]:
    """Points that a plane samples at one A' mass [GeV]."""
    if plane is not PlaneName.M1_F:
        return [settings.shape.at(m_aprime)]
    largest = settings.shape.largest_splitting
    scan = np.geomspace(SMALLEST_SPLITTING * min(largest, 1.0), LARGEST_SHARE * largest, settings.splittings)
    return [settings.shape.with_splitting(f).at(m_aprime) for f in scan]


def held_fixed(plane: PlaneName, settings: ScanSettings) -> str:
    """What a plane does not scan, in words for headers and captions."""
    if plane is PlaneName.M_EPS:
        return f"{settings.shape}, alpha_D = {settings.alpha_d:g}"
    line = "epsilon on the central (g-2)_mu line"
    if plane is PlaneName.M_ALPHA_D:
        return f"{settings.shape}, {line}"
    return f"R = {settings.shape.ratio:g}, alpha_D = {settings.alpha_d:g}, {line}"


def edges_of(
    plane: PlaneName, group: Sequence[MassPoint], experiment: Experiment, settings: ScanSettings, *, mode: str
) -> Edges:
    """Excluded interval of a plane at one A' mass.

    Parameters
    ----------
    plane : PlaneName
        The plane.
    group : sequence of MassPoint
        Its points of this mass: one, or several splittings where the plane scans them.
    experiment : Experiment
        The card.
    settings : ScanSettings
        Fixed parameters.
    mode : str
        Which signatures count.

    Returns
    -------
    Edges
        Observed and expected.
    """
    if plane is PlaneName.M1_F:
        return edges_in_splitting(group, experiment, alpha_d=settings.alpha_d, mode=mode)
    (point,) = group
    if plane is PlaneName.M_ALPHA_D:
        return edges_in_alpha_d(point, experiment, mode=mode)
    return edges_in_epsilon(
        point, experiment, alpha_d=settings.alpha_d, mode=mode, smallest=settings.eps_min, largest=settings.eps_max
    )


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
    groups = by_mass(points)
    return joined(plane, {m: edges_of(plane, g, experiment, settings, mode=mode) for m, g in groups.items()}, settings)


def joined(plane: PlaneName, edges: Mapping[float, Edges], settings: ScanSettings) -> Contour:
    """Contour of the edges at A' masses [GeV]."""
    x_name, y_name = plane.axes
    scale = settings.shape.ratio if plane is PlaneName.M1_F else 1.0
    return Contour.build([m / scale for m in edges], list(edges.values()), x_name=x_name, y_name=y_name)
