"""Thermal-relic lines in the planes of the paper."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from postprocess.companions import FERMILAB_2021, relic_alpha_d, relic_line, relic_splitting
from postprocess.scan import Job, PlaneName, ScanSettings
from semivis_gen.arrays import FloatArray

__all__ = ["read_relic", "relic_job", "relic_task"]


def relic_job(plane: PlaneName, m_aprime: list[float], settings: ScanSettings) -> Job:
    """Job that computes the line of a plane.

    Parameters
    ----------
    plane : PlaneName
        The plane.
    m_aprime : list of float
        Masses of A' [GeV].
    settings : ScanSettings
        Parameters that the plane does not scan.

    Returns
    -------
    Job
        For `scan.run_jobs`.
    """
    parameters = {"shape": asdict(settings.shape), "alpha_d": settings.alpha_d}
    return relic_task, {"plane": plane.value, "m_aprime": m_aprime, **parameters}


def relic_task(*, plane: str, m_aprime: list[float], shape: dict[str, float], alpha_d: float) -> dict[str, Any]:
    """Where chi1 is all of the dark matter: epsilon, or alpha_D or f on the central (g-2)_mu line.

    Parameters
    ----------
    plane : str
        A `PlaneName`.
    m_aprime : list of float
        Masses of A' [GeV].
    shape : dict
        Fields of `MassShape`; what the plane scans is not used.
    alpha_d : float
        Dark coupling; likewise.

    Returns
    -------
    dict
        `line`: a value for each mass, None where there is none.
    """
    m, name = np.array(m_aprime), PlaneName(plane)
    if name is PlaneName.M_EPS:
        line = relic_line(m, **shape, alpha_d=alpha_d)
    elif name is PlaneName.M_ALPHA_D:
        line = relic_alpha_d(m, epsilon=FERMILAB_2021.epsilon(m), **shape)
    else:
        line = relic_splitting(m, epsilon=FERMILAB_2021.epsilon(m), ratio=shape["ratio"], alpha_d=alpha_d)
    return {"line": [v if math.isfinite(v) else None for v in line.tolist()]}


def read_relic(job: Job, result: dict[str, Any], m_aprime: FloatArray) -> FloatArray:
    """Pick the values at some of the masses of a job.

    Parameters
    ----------
    job : Job
        From `relic_job`.
    result : dict
        Its result.
    m_aprime : ndarray
        Masses [GeV], shape (n,); each gets the value at the nearest mass of the job.

    Returns
    -------
    ndarray (n,)
        The line; NaN where there is none.
    """
    line = np.array([math.nan if value is None else value for value in result["line"]])
    return np.asarray(line[np.abs(m_aprime[:, None] - job[1]["m_aprime"]).argmin(axis=1)])
