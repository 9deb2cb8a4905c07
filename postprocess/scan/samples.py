"""Event samples of a scan: one production sample a mass, decayed for every splitting, reduced to acceptance.

Couplings never enter here; the same sample serves whole planes of (epsilon, alpha_D).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from postprocess.acceptance import AcceptanceTable, accept
from postprocess.experiment import Experiment, Mode
from postprocess.scan.jobs import Advance, Backend, Job, run_jobs
from postprocess.scan.store import PointStore
from semivis_gen.decay import ELECTRONS_ONLY, decay_chain
from semivis_gen.errors import KinematicsError
from semivis_gen.events import Events
from semivis_gen.generator import generate
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import Estimate

__all__ = ["MassPoint", "SampleRequest", "by_shape", "sample_task"]


@dataclass(frozen=True, slots=True, eq=False)
class MassPoint:
    """What is known of one mass point before couplings are chosen."""

    masses: DarkMasses
    """Masses."""
    table: AcceptanceTable
    """Acceptance of every signature against c tau."""
    rate: Estimate
    """A' per electron on target at epsilon = 1 above the table's e_min."""


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """Mass points wanted of one experiment."""

    grid: tuple[tuple[float, tuple[tuple[float, float], ...]], ...]
    """m_A' [GeV] and the (R, f) at each; those of one m_A' share the sample of produced A'."""
    experiment: Experiment
    """The card."""
    mode: Mode
    """semivisible, invisible or visible."""
    events: int
    """Events a mass."""
    seed: int
    """The same at every mass: curves then vary smoothly."""

    @classmethod
    def of_splittings(
        cls,
        grid: Iterable[tuple[float, Sequence[float]]],
        experiment: Experiment,
        *,
        ratio: float,
        mode: Mode | str = Mode.SEMIVISIBLE,
        events: int,
        seed: int,
    ) -> SampleRequest:
        """Ask for several f at each m_A' and one R.

        Parameters
        ----------
        grid : iterable of (float, sequence of float)
            m_A' [GeV] and the splittings f at it.
        experiment, mode, events, seed
            As the fields.
        ratio : float
            R.

        Returns
        -------
        SampleRequest
            The request.
        """
        shapes = tuple((m, tuple((ratio, f) for f in splittings)) for m, splittings in grid)
        return cls(shapes, experiment, Mode(mode), events, seed)

    def jobs(self) -> list[Job]:
        """One for each m_A', for `scan.run_jobs`."""
        card = self.experiment.model_dump(mode="json")
        return [
            (
                sample_task,
                {
                    "m_aprime": m,
                    "shapes": [list(shape) for shape in shapes],
                    "card": card,
                    "mode": self.mode.value,
                    "events": self.events,
                    "seed": self.seed,
                },
            )
            for m, shapes in self.grid
        ]

    def collect(self, results: Iterator[dict[str, Any]]) -> list[MassPoint]:
        """Take the results of the jobs.

        Parameters
        ----------
        results : iterator of dict
            Of `jobs`, in their order; further ones are left.

        Returns
        -------
        list of MassPoint
            In the order of the grid; masses out of the beam's reach are left out.
        """
        return [
            MassPoint(masses, _from_dict(table, self.experiment.name, masses), Estimate(*result["rate"]))
            for (m, shapes), result in zip(self.grid, results, strict=False)
            for masses, table in zip([DarkMasses(m, *shape) for shape in shapes], result["tables"], strict=False)
        ]

    def run(
        self, *, backend: Backend, store: PointStore | None = None, advance: Advance = lambda _: None
    ) -> list[MassPoint]:
        """Sample all mass points; parameters as for `scan.run_jobs`, result as of `collect`."""
        return self.collect(iter(run_jobs(self.jobs(), backend=backend, store=store, advance=advance)))


def sample_task(
    *, m_aprime: float, shapes: list[list[float]], card: dict[str, Any], mode: str, events: int, seed: int
) -> dict[str, Any]:
    """Sample one A' mass and reduce it to acceptance tables, one a choice of R and f.

    Parameters
    ----------
    m_aprime : float
        m_A' [GeV].
    shapes : list of [float, float]
        R and f.
    card : dict
        The experiment card as JSON-able values.
    mode : str
        semivisible, invisible or visible.
    events, seed : int
        Size and seed of the sample.

    Returns
    -------
    dict
        `rate` [value, error] and `tables`, one a shape; none where the mass is out of reach.
    """
    experiment = Experiment.model_validate(card)
    target, e_min = experiment.thick_target(mode), experiment.e_min(mode)
    first = DarkMasses(m_aprime, *shapes[0])
    try:
        made = generate(
            first,
            target,
            n_events=events,
            seed=seed,
            e_min_aprime=e_min,
            processes=experiment.processes,
            chain=False,
            stratified=True,
        )
        chunks = list(made)
    except KinematicsError:  # too heavy for this beam
        return {"rate": [0.0, 0.0], "tables": []}
    info = chunks[0].info
    tables = []
    for ratio, splitting in shapes:
        masses = DarkMasses(m_aprime, ratio, splitting)
        sample: Iterable[Events] = chunks
        if mode == Mode.SEMIVISIBLE:  # the chain, with the polarisation of each A'
            rng = np.random.default_rng([seed, 2])
            sample = (decay_chain(chunk, masses, rng, channels=ELECTRONS_ONLY) for chunk in chunks)
        tables.append(accept(sample, experiment, seed=seed, masses=masses, mode=mode))
    return {"rate": [float(info.rate), float(info.rate_error)], "tables": [_to_dict(table) for table in tables]}


def _to_dict(table: AcceptanceTable) -> dict[str, Any]:
    return {
        "mode": table.mode,
        "signatures": list(table.signatures),
        "beyond": list(table.beyond),
        "ctau_mm": table.ctau_mm.tolist(),
        "acceptance": table.acceptance.tolist(),
        "error": table.error.tolist(),
        "events": table.events,
        "e_min": table.e_min,
    }


def _from_dict(stored: dict[str, Any], experiment: str, masses: DarkMasses) -> AcceptanceTable:
    return AcceptanceTable(
        experiment=experiment,
        mode=stored["mode"],
        masses=masses,
        signatures=tuple(stored["signatures"]),
        beyond=tuple(stored["beyond"]),
        ctau_mm=np.array(stored["ctau_mm"]),
        acceptance=np.array(stored["acceptance"]),
        error=np.array(stored["error"]),
        events=stored["events"],
        e_min=stored["e_min"],
    )


def by_shape(points: Iterable[MassPoint]) -> dict[tuple[float, float], list[MassPoint]]:
    """Group points by (R, f), in the order in which these first occur."""
    groups: dict[tuple[float, float], list[MassPoint]] = {}
    for point in points:
        groups.setdefault((point.masses.ratio, point.masses.splitting), []).append(point)
    return groups
