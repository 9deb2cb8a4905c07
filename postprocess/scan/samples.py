"""Event samples of a scan: one production sample a mass, decayed for every splitting, reduced to acceptance.

Couplings never enter here; the same sample serves whole planes of (epsilon, alpha_D).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from postprocess.acceptance import SCENARIOS, AcceptanceTable, accept, chance_of, channels_open
from postprocess.experiment import Experiment, experiment_from
from postprocess.scan.jobs import Advance, Backend, Job, run_jobs
from postprocess.scan.store import PointStore
from semivis_gen.decay import decay_chain
from semivis_gen.errors import KinematicsError
from semivis_gen.events import Events
from semivis_gen.generator import generate
from semivis_gen.model import DarkMasses, MassShape
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
    """Points wanted of one experiment.

    Examples
    --------
    >>> from postprocess.experiment import load_experiment
    >>> points = [MassShape(splitting=f).at(0.3) for f in (0.2, 0.4)]
    >>> len(SampleRequest(points, load_experiment("na64-2018"), events=1000).jobs())  # they share produced A'
    1
    """

    points: Sequence[DarkMasses]
    """The points, each once."""
    experiment: Experiment
    """The card."""
    mode: str = "semivisible"
    """Name of the scenario: semivisible, invisible, visible or one of another package."""
    events: int = 20_000
    """Events a point."""
    seed: int = 1
    """The same at every point: curves then vary smoothly."""

    def groups(self) -> list[list[DarkMasses]]:
        """Points of one m_A' together, which share the sample of produced A'; in the order in which m_A' occur."""
        groups: dict[float, list[DarkMasses]] = {}
        for point in self.points:
            groups.setdefault(point.m_aprime, []).append(point)
        return list(groups.values())

    def jobs(self) -> list[Job]:
        """One for each m_A', for `scan.run_jobs`."""
        common = {
            "card": self.experiment.model_dump(mode="json"),
            "mode": self.mode,
            "events": self.events,
            "seed": self.seed,
        }
        return [(sample_task, {"points": [asdict(point) for point in group], **common}) for group in self.groups()]

    def collect(self, results: Iterator[dict[str, Any]]) -> list[MassPoint]:
        """Take the results of the jobs.

        Parameters
        ----------
        results : iterator of dict
            Of `jobs`, in their order; further ones are left.

        Returns
        -------
        list of MassPoint
            In the order of the groups; points out of the beam's reach are left out.
        """
        return [
            MassPoint(masses, _from_dict(table, self.experiment.name, masses), Estimate(*result["rate"]))
            for group, result in zip(self.groups(), results, strict=False)
            for masses, table in zip(group, result["tables"], strict=False)
        ]

    def run(
        self, *, backend: Backend, store: PointStore | None = None, advance: Advance = lambda _: None
    ) -> list[MassPoint]:
        """Sample all mass points; parameters as for `scan.run_jobs`, result as of `collect`."""
        return self.collect(iter(run_jobs(self.jobs(), backend=backend, store=store, advance=advance)))


def sample_task(
    *, points: list[dict[str, float]], card: dict[str, Any], mode: str, events: int, seed: int
) -> dict[str, Any]:
    """Sample one A' mass and reduce it to acceptance tables.

    Parameters
    ----------
    points : list of dict
        Fields of `DarkMasses`, all of one m_A'.
    card : dict
        The experiment card as JSON-able values.
    mode : str
        Name of the scenario.
    events, seed : int
        Size and seed of the sample.

    Returns
    -------
    dict
        `rate` [value, error] and `tables`, one a point; none where the mass is out of reach.
    """
    wanted = [DarkMasses(**point) for point in points]
    experiment = experiment_from(card)
    target, e_min = experiment.source(mode), experiment.e_min(mode)
    try:
        made = generate(
            wanted[0],
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
    for masses in wanted:
        sample: Iterable[Events] = chunks
        if SCENARIOS[mode].chain and chance_of(experiment, mode) is None:  # the chain, with the polarisation of each A'
            rng = np.random.default_rng([seed, 2])
            channels = channels_open(experiment, mode, masses)
            sample = (decay_chain(chunk, masses, rng, channels=channels) for chunk in chunks)
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
        "upper": np.asarray(table.upper).tolist(),
        "decays": list(table.decays),
        "branching": list(table.branching),
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
        upper=np.array(stored["upper"]),
        decays=tuple(stored["decays"]),
        branching=tuple(stored["branching"]),
        events=stored["events"],
        e_min=stored["e_min"],
    )


def by_shape(points: Iterable[MassPoint]) -> dict[MassShape, list[MassPoint]]:
    """Group points by R and f, in the order in which these first occur."""
    groups: dict[MassShape, list[MassPoint]] = {}
    for point in points:
        groups.setdefault(point.masses.shape, []).append(point)
    return groups
