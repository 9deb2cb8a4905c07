"""Acceptance of a sample that lies in several files: one file a task, here or on a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from postprocess.acceptance import AcceptanceTable, Accepted, sum_up, table_of
from postprocess.experiment import Experiment, experiment_from
from postprocess.scan.jobs import Advance, Backend, Job, run_jobs
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_FINAL, IdMap
from semivis_gen.io import STDIN, read_events, read_info
from semivis_gen.model import DarkMasses

__all__ = ["accept_file", "accept_files", "file_jobs", "require_different_samples"]

SAME = 1e-6  # of momenta: some generators write seven digits


def accept_file(
    *,
    path: str,
    part: int,
    card: dict[str, Any],
    ids: dict[str, int],
    ctau_mm: list[float] | None,
    seed: int,
    masses: dict[str, float] | None,
    mode: str,
    allow: list[str],
    weight: str | None,
) -> dict[str, Any]:
    """Sums over one file.

    Parameters
    ----------
    path : str
        The file, where the worker finds it.
    part : int
        Its number: the first draws the same random numbers as a file alone.
    card : dict
        The experiment card as JSON-able values.
    ids : dict
        Ids of the file, as `IdMap` takes them.
    masses : dict or None
        Fields of `DarkMasses`.
    ctau_mm, seed, mode, allow
        As for `acceptance.accept`.
    weight : str or None
        Name of the weight that counts.

    Returns
    -------
    dict
        `sums`.
    """
    sums = sum_up(
        read_events(path, ids=IdMap(**ids), weight=weight),
        experiment_from(card),
        ctau_mm=ctau_mm,
        seed=[seed, part] if part else [seed],
        masses=DarkMasses(**masses) if masses else None,
        mode=mode,
        allow=allow,
    )
    return {"sums": sums}


def require_different_samples(files: Sequence[str]) -> None:
    """Refuse the same events given twice, in whatever format: they would count as independent.

    Raises
    ------
    EventFileError
        Where a name is given twice, or two files begin with the same event; as for `read_events`.
    """
    begins: dict[str, FloatArray] = {}
    for name in files:
        if name == STDIN or len(files) == 1:
            continue  # read once
        if name in begins:
            msg = f"{name}: it is given twice: they would count twice; give each sample once"
            raise EventFileError(msg)
        begin = _begin(name)
        for before, other in begins.items():
            if len(begin) and len(begin) == len(other) and np.allclose(begin, other, rtol=SAME, atol=0.0):
                msg = f"{name} begins with the event that {before} begins with: they would count twice; give each once"
                raise EventFileError(msg)
        begins[name] = begin


def _begin(name: str) -> FloatArray:
    """Momenta of the first event's final particles [GeV], ascending."""
    for first in read_events(name, chunk=1):
        return np.sort(np.linalg.norm(first.momentum[first.status == STATUS_FINAL], axis=1))
    return np.empty(0)


def accept_files(
    files: Sequence[str],
    experiment: Experiment,
    *,
    ids: IdMap,
    ctau_mm: ArrayLike | None = None,
    seed: int = 1,
    masses: DarkMasses | None = None,
    mode: str = "semivisible",
    allow: Sequence[str] = (),
    weight: str | None = None,
    backend: Backend,
    advance: Advance = lambda _: None,
) -> AcceptanceTable:
    """Acceptance of a sample in several files.

    Parameters
    ----------
    files : sequence of str
        Event files of one sample.
    experiment, ctau_mm, seed, masses, mode, allow
        As for `acceptance.accept`.
    ids : IdMap
        Ids in the files.
    weight : str, optional
        Name of the weight that counts, see `read_events`.
    backend, advance
        See `postprocess.scan.jobs.run_jobs`; the workers of a cluster must see the files under the same names.

    Returns
    -------
    AcceptanceTable
        Of all files together, the same for any number of workers.

    Raises
    ------
    EventFileError, ParameterError
        As for `acceptance.accept`.
    """
    require_different_samples(files)
    known = masses or next((m for m in (read_info(name, ids=ids).masses for name in files) if m is not None), None)
    jobs = file_jobs(
        files, experiment, ids=ids, ctau_mm=ctau_mm, seed=seed, masses=known, mode=mode, allow=allow, weight=weight
    )
    whole = Accepted(known)
    for result in run_jobs(jobs, backend=backend, advance=advance):
        whole.merge(result["sums"])
    return table_of(whole, experiment, mode=mode)


def file_jobs(
    files: Sequence[str],
    experiment: Experiment,
    *,
    ids: IdMap,
    ctau_mm: ArrayLike | None,
    seed: int,
    masses: DarkMasses | None,
    mode: str,
    allow: Sequence[str],
    weight: str | None,
) -> list[Job]:
    """One job of `accept_file` for each file of a sample; parameters as for `accept_files`."""
    card = experiment.model_dump(mode="json")
    return [
        (
            accept_file,
            {
                "path": str(Path(name).absolute()),
                "part": part,
                "card": card,
                "ids": asdict(ids),
                "ctau_mm": None if ctau_mm is None else np.atleast_1d(np.asarray(ctau_mm, dtype=float)).tolist(),
                "seed": seed,
                "masses": None if masses is None else asdict(masses),
                "mode": mode,
                "allow": list(allow),
                "weight": weight,
            },
        )
        for part, name in enumerate(files)
    ]
