"""A whole scan in one call: points, samples, acceptance, contour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from postprocess.experiment import Experiment, load_experiment
from postprocess.limits import Contour
from postprocess.scan.jobs import Advance, Backend
from postprocess.scan.planes import PlaneName, ScanSettings, contour_of, held_fixed, plane_points
from postprocess.scan.samples import MassPoint, SampleRequest
from postprocess.scan.store import PointStore
from semivis_gen.model import check_couplings
from semivis_gen.version import __version__

__all__ = ["PlaneScan", "question", "scan_plane"]


@dataclass(frozen=True, slots=True, eq=False)
class PlaneScan:
    """A scanned plane."""

    plane: PlaneName
    """The plane."""
    experiment: Experiment
    """The card."""
    settings: ScanSettings
    """Size and parameters."""
    mode: str
    """Which signatures count."""
    points: list[MassPoint]
    """Acceptance and rate at every point in reach of the beam."""
    contour: Contour
    """Exclusion at 90 % CL, observed and expected."""

    @property
    def remarks(self) -> tuple[str, str]:
        """What was computed, and with what: for the header of a file."""
        card = self.experiment.digest[:16]
        return (
            question(self.experiment, self.mode, self.plane, self.settings),
            f"semivis {__version__}, card {card}, {self.settings.events} events a mass, seed {self.settings.seed}",
        )


def question(experiment: Experiment, mode: str, plane: PlaneName, settings: ScanSettings) -> str:
    """What a scan asks, in one line: experiment, mode and what the plane does not scan."""
    return f"{experiment.name}, {mode}, {held_fixed(plane, settings)}"


def scan_plane(
    experiment: Experiment | str | Path,
    settings: ScanSettings | None = None,
    *,
    plane: PlaneName | str = PlaneName.M_EPS,
    mode: str = "semivisible",
    backend: Backend | None = None,
    store: PointStore | None = None,
    advance: Advance = lambda _: None,
) -> PlaneScan:
    """Exclusion of an experiment in a plane, with native events.

    Parameters
    ----------
    experiment : Experiment, str or Path
        The card, its name or its file.
    settings : ScanSettings, optional
        Size and parameters; the defaults are those of `semivis limit`.
    plane : PlaneName or str
        "m-eps", "m-alphaD" or "m1-f".
    mode : str
        One of the card's modes, such as semivisible, invisible or visible.
    backend : Backend, optional
        Where to compute; all cores where absent.
    store : PointStore, optional
        Folder of finished points: a scan that was interrupted goes on.
    advance : callable
        Told how many more masses are finished, of `settings.masses`.

    Returns
    -------
    PlaneScan
        Points and contour.

    Raises
    ------
    CardError, ParameterError, KinematicsError
        Where the card, the mode or a parameter makes no sense.

    Warns
    -----
    SemivisWarning
        Where alpha_D has its Landau pole below 1 TeV at the lightest mass.

    Examples
    --------
    >>> found = scan_plane("na64-2018", ScanSettings(masses=12, events=2000))  # doctest: +SKIP
    >>> found.contour.to_csv("limit.csv", comments=found.remarks)  # doctest: +SKIP
    """
    card = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    chosen, name = settings or ScanSettings(), PlaneName(plane)
    card.signatures_of(mode)  # an unknown mode is an error before anything is computed
    wanted = plane_points(name, chosen)
    if name is not PlaneName.M_ALPHA_D:
        check_couplings(min(wanted, key=lambda point: point.m_aprime), chosen.alpha_d)
    request = SampleRequest(wanted, card, mode, chosen.events, chosen.seed)
    points = request.run(backend=backend or Backend(), store=store, advance=advance)
    return PlaneScan(name, card, chosen, mode, points, contour_of(name, points, card, chosen, mode=mode))
