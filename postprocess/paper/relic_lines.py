"""Thermal-relic lines in the planes of the paper, on grids of their own."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from postprocess.companions import (
    FERMILAB_2021,
    first_grid,
    refine_line,
    relic_alpha_d,
    relic_line,
    relic_splitting,
)
from postprocess.scan import Job, PlaneName, ScanSettings
from postprocess.tables import write_table
from semivis_gen.arrays import FloatArray
from semivis_gen.constants import M_ELECTRON
from semivis_gen.model import MassShape

__all__ = ["RelicLine", "read_relic", "relic_job", "relic_task"]

COLUMNS = {
    PlaneName.M_EPS: ("m_aprime_GeV", "epsilon"),
    PlaneName.M_ALPHA_D: ("m_aprime_GeV", "alpha_d"),
    PlaneName.M1_F: ("m_chi1_GeV", "splitting"),
}


@dataclass(frozen=True, slots=True, eq=False)
class RelicLine:
    """Where chi1 is all of the dark matter."""

    plane: PlaneName
    """The plane."""
    x: FloatArray
    """Its x, ascending, shape (n,)."""
    y: FloatArray
    """Its y, shape (n,); NaN where there is none."""

    def at(self, x: FloatArray) -> FloatArray:
        """Evaluate the line by straight pieces in (ln x, ln y); NaN where there is none, shape of x."""
        return np.asarray(np.exp(np.interp(np.log(x), np.log(self.x), np.log(self.y), math.nan, math.nan)))

    def to_csv(self, path: Path, *, remark: str) -> None:
        """Write the line as a table.

        Parameters
        ----------
        path : Path
            The file.
        remark : str
            What the plane does not scan.

        Raises
        ------
        OutputError
            Where it cannot be written.
        """
        x_name, y_name = COLUMNS[self.plane]
        y = [float(v) if math.isfinite(v) else None for v in self.y]
        notes = (
            remark,
            "empty: no value leaves the observed dark matter; log-log interpolation between rows is good to 1 %",
        )
        write_table({x_name: self.x.tolist(), y_name: y}, path, title="thermal relic: Omega h^2 = 0.120", remarks=notes)


def relic_job(plane: PlaneName, settings: ScanSettings) -> Job:
    """Job that computes the line of a plane.

    Parameters
    ----------
    plane : PlaneName
        The plane.
    settings : ScanSettings
        Range of the masses, and what the plane does not scan.

    Returns
    -------
    Job
        For `scan.run_jobs`.
    """
    lightest = 1.001 * settings.shape.ratio * M_ELECTRON  # lighter chi1 cannot annihilate to e+ e-
    range_ = {"m_min": max(settings.m_min, lightest), "m_max": settings.m_max}
    parameters = {"shape": asdict(settings.shape), "alpha_d": settings.alpha_d}
    return relic_task, {"plane": plane.value, **range_, **parameters}


def relic_task(*, plane: str, m_min: float, m_max: float, shape: dict[str, float], alpha_d: float) -> dict[str, Any]:
    """Where chi1 is all of the dark matter: epsilon, or alpha_D or f on the central (g-2)_mu line.

    Parameters
    ----------
    plane : str
        A `PlaneName`.
    m_min, m_max : float
        Range of m_A' [GeV].
    shape : dict
        Fields of `MassShape`; what the plane scans is not used.
    alpha_d : float
        Dark coupling; likewise.

    Returns
    -------
    dict
        `m_aprime` [GeV], a grid that follows the line, and `line`: a value for each, None where there is none.
    """
    name = PlaneName(plane)

    def line(m: FloatArray, near: FloatArray) -> FloatArray:
        if name is PlaneName.M_EPS:
            return relic_line(m, **shape, alpha_d=alpha_d, near=near)
        epsilon = FERMILAB_2021.epsilon(m)
        if name is PlaneName.M_ALPHA_D:
            return relic_alpha_d(m, epsilon=epsilon, **shape, near=near)
        return relic_splitting(m, epsilon=epsilon, ratio=shape["ratio"], alpha_d=alpha_d, near=near)

    tolerance = 0.02 if name is PlaneName.M_ALPHA_D else 0.01  # twice as many decades; 0.8 % is left
    m, y = refine_line(line, first_grid(m_min, m_max, MassShape(**shape)), tolerance=tolerance)
    return {"m_aprime": m.tolist(), "line": [v if math.isfinite(v) else None for v in y.tolist()]}


def read_relic(plane: PlaneName, settings: ScanSettings, result: dict[str, Any]) -> RelicLine:
    """Read the result of a job of `relic_job`.

    Parameters
    ----------
    plane, settings
        As for `relic_job`.
    result : dict
        The result.

    Returns
    -------
    RelicLine
        In the coordinates of the plane.
    """
    x = np.array(result["m_aprime"]) / (settings.shape.ratio if plane is PlaneName.M1_F else 1)
    return RelicLine(plane, x, np.array([math.nan if value is None else value for value in result["line"]]))
