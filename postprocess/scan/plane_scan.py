"""A whole scan in one call: points, samples, acceptance, contour."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from postprocess.experiment import Experiment, load_experiment
from postprocess.limits import SURE, Contour, Edges
from postprocess.scan.jobs import Advance, Backend
from postprocess.scan.planes import PlaneName, ScanSettings, edges_of, held_fixed, joined, plane_points, points_at
from postprocess.scan.precision import first_parts, more_events, parts, pooled
from postprocess.scan.refinement import added_masses, is_tip
from postprocess.scan.samples import MassPoint, SampleRequest
from postprocess.scan.store import PointStore
from postprocess.scan.work import Work
from semivis_gen.errors import SemivisWarning
from semivis_gen.model import check_couplings
from semivis_gen.version import __version__

__all__ = ["PlaneScan", "assembled", "question", "scan_plane"]

LARGE_ERROR = 0.1  # relative: an edge that is less certain is warned of
LEAST_ROOM = 16  # masses that may be added to any scan, however few it begins with
NOTHING = Edges((math.nan,) * 6, (math.nan,) * 6, 0, strength=0.0)  # out of reach of the beam


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
    """Acceptance and rate at every point in reach of the beam, in ascending m_A'."""
    contour: Contour
    """Exclusion at 90 % CL, observed and expected."""
    uncertain: dict[float, float]
    """Masses m_A' [GeV] whose edges are less certain than wanted, with the relative error; not where a tip is known."""
    in_doubt: tuple[float, ...]
    """Masses m_A' [GeV] whose samples do not tell whether anything is excluded; not where a tip is known."""
    origin: str = ""
    """Where the events are from; empty: made here, as the settings say."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was computed, and with what: for the header of a file."""
        card, chosen = self.experiment.digest[:16], self.settings
        upwards = "" if math.isinf(chosen.precision) else f" and upwards for {chosen.precision:.3g} on every edge"
        events = self.origin or f"{chosen.events} events a mass{upwards}"
        return (
            question(self.experiment, self.mode, self.plane, chosen),
            f"semivis {__version__}, card {card}, {events}, seed {chosen.seed}",
            *dict.fromkeys(remark for point in self.points for remark in point.table.remarks),
            *self.complaints,
        )

    @property
    def complaints(self) -> tuple[str, ...]:
        """What the samples do not tell as well as wanted, one sentence each."""
        result = []
        if self.uncertain:
            worst = max(self.uncertain.values())
            size = f"up to {100 * worst:.2g} %" if math.isfinite(worst) else "at some by an unknown amount"
            result.append(f"edges at m_A' = {_list(self.uncertain)} GeV are uncertain by {size}")
        if self.in_doubt:
            result.append(f"at m_A' = {_list(self.in_doubt)} GeV the sample leaves open whether anything is excluded")
        return tuple(result)


def _list(masses: Sequence[float] | dict[float, float]) -> str:
    return ", ".join(f"{m:.4g}" for m in masses)


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
    enlarge: Callable[[int], None] = lambda _: None,
) -> PlaneScan:
    """Exclusion of an experiment in a plane, with native events.

    The masses of the settings come first. Those whose edges are less certain than `settings.precision` then get more
    events, and masses are added where the contour turns, until it is fine enough; what is added depends on the results
    alone, so that every number of workers gives the same.

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
        Told how many more jobs are finished.
    enlarge : callable
        Told how many more jobs there are than masses to begin with.

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
        Where alpha_D has its Landau pole below 1 TeV at the lightest mass; where edges are less certain than wanted.

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
    scan = _Scan(name, chosen, request, backend or Backend(), store, advance, enlarge)
    scan.run()
    found = [point for m in sorted(scan.points) for point in scan.points[m]]
    return assembled(name, card, chosen, mode, found, scan.edges)


def assembled(
    plane: PlaneName,
    experiment: Experiment,
    settings: ScanSettings,
    mode: str,
    points: list[MassPoint],
    edges: Mapping[float, Edges],
    *,
    origin: str = "",
) -> PlaneScan:
    """Scan of points whose edges are known; warns of what the samples do not tell.

    Parameters
    ----------
    plane, experiment, settings, mode, points, origin
        As the fields of `PlaneScan`.
    edges : mapping
        What is excluded, by m_A' [GeV].

    Returns
    -------
    PlaneScan
        With its contour.

    Warns
    -----
    SemivisWarning
        Of uncertain edges.
    """
    limit = min(settings.precision, LARGE_ERROR)
    open_ones = {m: edges[m] for m in sorted(edges) if not is_tip(edges, m)}
    result = PlaneScan(
        plane, experiment, settings, mode, points, joined(plane, edges, settings),
        {m: e.relative_error for m, e in open_ones.items() if e.relative_error > limit},
        tuple(m for m, e in open_ones.items() if e.doubt != SURE),
        origin,
    )  # fmt: skip
    way_out = "give more events" if origin else "take more --events"
    for complaint in result.complaints:
        warnings.warn(f"{experiment.name}: {complaint}: {way_out}", SemivisWarning, stacklevel=2)
    return result


@dataclass(slots=True)
class _Scan:
    """A scan while it grows."""

    plane: PlaneName
    settings: ScanSettings
    request: SampleRequest
    backend: Backend
    store: PointStore | None
    advance: Advance
    enlarge: Callable[[int], None]
    points: dict[float, list[MassPoint]] = field(default_factory=dict)
    """Points in reach of the beam, by m_A' [GeV]."""
    edges: dict[float, Edges] = field(default_factory=dict)
    """What is excluded, by m_A' [GeV]."""

    def run(self) -> None:
        """Sample, sharpen and refine until nothing is left to add."""
        wanted = self.settings.grid
        most = len(wanted) + max(len(wanted), LEAST_ROOM)
        while wanted:
            self.add(wanted)
            wanted = added_masses(self.edges, room=most - len(self.edges)) if self.settings.refine else []
            self.enlarge(len(wanted))

    def add(self, masses: Sequence[float]) -> None:
        """Sample masses, with as many events as they need."""
        samples = {m: first_parts(self.at(m)) for m in masses}
        done: dict[float, list[list[MassPoint]]] = {m: [] for m in masses}
        events = dict.fromkeys(masses, 0)
        while samples:
            work = Work({f"{m!r} {i}": part for m, group in samples.items() for i, part in enumerate(group)})
            found = work.run(backend=self.backend, store=self.store, advance=self.advance).samples
            again = {}
            for m, group in samples.items():
                done[m] += [found[f"{m!r} {i}"] for i in range(len(group))]
                events[m] += sum(part.events for part in group)
                self.points[m] = [pooled(same) for same in zip(*done[m], strict=True)]
                self.edges[m] = self.excluded(self.points[m])
            for m in samples:
                more = more_events(
                    self.edges[m], have=events[m], start=self.settings.events, precision=self.settings.precision
                )
                if more and not is_tip(self.edges, m):
                    again[m] = parts(self.at(m), more, done=len(done[m]))
            samples = again
            self.enlarge(sum(map(len, again.values())))

    def at(self, m_aprime: float) -> SampleRequest:
        """Points wanted at a mass."""
        return replace(self.request, points=points_at(self.plane, m_aprime, self.settings))

    def excluded(self, group: Sequence[MassPoint]) -> Edges:
        """Excluded interval of the points at a mass."""
        if not group:
            return NOTHING
        return edges_of(self.plane, group, self.request.experiment, self.settings, mode=self.request.mode)
