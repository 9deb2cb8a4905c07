"""Samples and jobs of several purposes, computed together: what two of them need is computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from postprocess.experiment import digest
from postprocess.scan.jobs import Advance, Backend, Job, job_key, run_jobs
from postprocess.scan.samples import MassPoint, SampleRequest
from postprocess.scan.store import PointStore

__all__ = ["Done", "Work"]

SEPARATOR = "/"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done:
    """What `Work` computed, by the same names."""

    samples: Mapping[str, list[MassPoint]] = field(default_factory=dict)
    """Sampled points, in the order of the request; those out of the beam's reach are left out."""
    results: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """Results of the jobs."""

    def part(self, owner: str) -> Done:
        """Return what `Work.owned_by` named."""
        return Done(_part(self.samples, owner), _part(self.results, owner))


@dataclass(frozen=True, slots=True)
class Work:
    """Samples and jobs by name.

    Requests of the same experiment, mode, size and seed are joined: points of one m_A' share the sample of produced
    A', and a point that several ask for is sampled once. So is a job.
    """

    samples: Mapping[str, SampleRequest] = field(default_factory=dict)
    """Samples wanted."""
    jobs: Mapping[str, Job] = field(default_factory=dict)
    """Jobs wanted, the longest first; they start before the samples."""

    def __or__(self, other: Work) -> Work:
        """Both; a name that both have means that of the other."""
        return Work({**self.samples, **other.samples}, {**self.jobs, **other.jobs})

    def owned_by(self, owner: str) -> Work:
        """Return the same with the owner before every name; see `Done.part`."""
        samples = {f"{owner}{SEPARATOR}{name}": request for name, request in self.samples.items()}
        return Work(samples, {f"{owner}{SEPARATOR}{name}": job for name, job in self.jobs.items()})

    @property
    def steps(self) -> int:
        """Number of steps that `run` reports, for a progress bar."""
        return len({job_key(job) for job in self.jobs.values()}) + sum(len(r.groups()) for r in self._joined().values())

    def run(self, *, backend: Backend, store: PointStore | None = None, advance: Advance = lambda _: None) -> Done:
        """Compute everything.

        Parameters
        ----------
        backend, store, advance
            See `postprocess.scan.jobs.run_jobs`.

        Returns
        -------
        Done
            By the names of this work.
        """
        keys = {name: job_key(job) for name, job in self.jobs.items()}
        single = {keys[name]: job for name, job in self.jobs.items()}
        joined = self._joined()
        every = [*single.values(), *(job for request in joined.values() for job in request.jobs())]
        computed = iter(run_jobs(every, backend=backend, store=store, advance=advance))
        results = {key: next(computed) for key in single}
        found = {key: {p.masses: p for p in request.collect(computed)} for key, request in joined.items()}
        samples = {}
        for name, request in self.samples.items():
            known = found[_kind(request)]
            samples[name] = [known[point] for point in request.points if point in known]
        return Done(samples, {name: results[key] for name, key in keys.items()})

    def _joined(self) -> dict[str, SampleRequest]:
        groups: dict[str, list[SampleRequest]] = {}
        for request in self.samples.values():
            groups.setdefault(_kind(request), []).append(request)
        return {
            key: replace(group[0], points=list(dict.fromkeys(point for request in group for point in request.points)))
            for key, group in groups.items()
        }


def _part(found: Mapping[str, T], owner: str) -> dict[str, T]:
    start = owner + SEPARATOR
    return {name.removeprefix(start): value for name, value in found.items() if name.startswith(start)}


def _kind(request: SampleRequest) -> str:
    """What requests must share to be joined."""
    return digest([request.experiment.digest, request.mode, request.events, request.seed])
