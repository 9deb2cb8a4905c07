"""The acceptance table: interpolation in c tau with analytic tails, and its CSV file."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from postprocess.acceptance.scenarios.protocol import SCENARIOS
from postprocess.tables import EXACT, read_table, write_table
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.model import DarkMasses

if TYPE_CHECKING:
    from postprocess.acceptance.selection import CutFlow

__all__ = ["AcceptanceTable"]

TITLE = "semivis acceptance table"
LARGE_ERROR = 0.1  # relative; larger ones are warned of
NEGLIGIBLE = 1e-6  # of a signature's largest acceptance
MORE = "take more events, in the files or with --events"
TINY = 1e-280  # below this the logarithm of an acceptance has no meaning


class _Curve:
    """One signature's acceptance as a function of c tau.

    Inside the grid: cubic spline of ln(acceptance) in ln(c tau). Below: ln A = a - b / c tau, the limit in which
    only the fastest particles live long enough. Above: A = a + b / c tau where the region extends to infinity,
    A = (a + b / c tau) / c tau where it is finite: the first two terms of the expansion in 1 / c tau.
    Where chi2 is stable the acceptance is one number.
    """

    def __init__(self, ctau: FloatArray, acceptance: FloatArray, *, beyond: bool, constant: bool) -> None:
        positive = acceptance > TINY
        self.ctau, self.value = ctau[positive], acceptance[positive]
        self.power = 0.0 if beyond else 1.0
        self.constant = constant
        self.grid = ctau
        self.spline: Any = None
        if not constant and len(self.ctau) >= 2:
            from scipy.interpolate import CubicSpline

            self.spline = CubicSpline(np.log(self.ctau), np.log(self.value))

    def __call__(self, ctau: FloatArray) -> FloatArray:
        if len(self.value) == 0:
            return np.zeros(ctau.shape)
        if self.constant:
            return np.full(ctau.shape, self.value[-1])
        if self.spline is None:
            if len(self.grid) == 1 and np.all(ctau == self.grid[0]):
                return np.full(ctau.shape, self.value[0])
            msg = f"one c tau ({self.ctau[0]:g} mm) with an acceptance above zero: the table cannot be interpolated; "
            raise ParameterError(msg + "make it with more and longer c tau, or with the default grid")
        out = np.empty(ctau.shape)
        low, high = ctau < self.ctau[0], ctau > self.ctau[-1]
        inside = ~(low | high)
        out[inside] = np.exp(self.spline(np.log(ctau[inside])))
        out[low] = self._below(ctau[low])
        out[high] = self._above(1 / ctau[high])
        return out

    def _below(self, ctau: FloatArray) -> FloatArray:
        (x0, x1), (y0, y1) = 1 / self.ctau[:2], np.log(self.value[:2])
        fall = max((y1 - y0) / (x0 - x1), 0.0)
        with np.errstate(divide="ignore", over="ignore"):
            return np.asarray(np.exp(y0 - fall * (1 / ctau - x0)))

    def _above(self, inverse: FloatArray) -> FloatArray:
        x0, x1 = 1 / self.ctau[-2:]
        q0, q1 = self.value[-2:] * self.ctau[-2:] ** self.power
        line = q1 + (q1 - q0) / (x1 - x0) * (inverse - x1)
        return np.asarray(np.maximum(line, 0.0) * inverse**self.power)


@dataclass(frozen=True, slots=True, eq=False)
class AcceptanceTable:
    """Acceptance of every signature of an experiment at one mass point, for all lifetimes."""

    experiment: str
    """Name of the experiment card."""
    mode: str
    """Name of the scenario."""
    masses: DarkMasses | None
    """Masses of the sample, where known."""
    signatures: tuple[str, ...]
    """Names, one a column."""
    beyond: tuple[bool, ...]
    """Whether a signature's decay region extends to infinity."""
    ctau_mm: FloatArray
    """Proper decay lengths [mm], ascending, shape (k,)."""
    acceptance: FloatArray
    """Selected share of the A' above `e_min` whose decay counts, see `decays`, shape (k, signatures)."""
    error: FloatArray
    """Statistical error, same shape; fully correlated along c tau."""
    events: int
    """Simulated events above `e_min`."""
    e_min: float
    """Smallest A' energy at production of the sample that the acceptance refers to [GeV]."""
    produced: int | None = None
    """All A' of the sample, also those below `e_min`; None where not known."""
    share_above: float | None = None
    """Share of the sample's weight above `e_min`: times the acceptance it refers to all A' of the sample, as a
    cross-section without cuts does."""
    decays: tuple[str, ...] = ()
    """Final states that count in each signature, joined by commas; empty where all A' do."""
    branching: tuple[float, ...] = ()
    """Their share of all decays at these masses: it is not in the acceptance. 1 where all A' count."""
    card: str = ""
    """Digest of the card; empty where not known."""
    remarks: tuple[str, ...] = ()
    """What was unlike the card and allowed, or warned of."""
    upper: FloatArray | None = None
    """Upper bound of the acceptance at 90 % CL, also where nothing was accepted, shape of it; None where not known."""
    cut_flows: tuple[CutFlow, ...] = ()
    """What each requirement leaves; not part of the file."""
    _curves: tuple[_Curve, ...] = field(init=False, repr=False)
    _log_ctau: FloatArray = field(init=False, repr=False)
    _relative: FloatArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        constant = not SCENARIOS[self.mode].decays
        columns = zip(self.acceptance.T, self.beyond, strict=True)
        curves = (_Curve(self.ctau_mm, a, beyond=b, constant=constant) for a, b in columns)
        relative = np.divide(self.error, self.acceptance, out=np.zeros_like(self.error), where=self.acceptance > TINY)
        object.__setattr__(self, "_curves", tuple(curves))
        object.__setattr__(self, "_log_ctau", np.log(self.ctau_mm))
        object.__setattr__(self, "_relative", relative)

    def cut_flow(self, signature: str) -> CutFlow:
        """Cut flow of a signature.

        Raises
        ------
        ParameterError
            Where there is none.
        """
        for flow in self.cut_flows:
            if flow.signature == signature:
                return flow
        known = ", ".join(flow.signature for flow in self.cut_flows) or "none, as it was read from a file"
        msg = f"the table of {self.experiment} has no cut flow of signature {signature!r}; it has {known}"
        raise ParameterError(msg)

    def at(self, ctau_mm: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Acceptance and error at any proper decay lengths.

        Parameters
        ----------
        ctau_mm : array_like
            c tau >= 0 [mm], any shape; may be infinite (a stable particle).

        Returns
        -------
        acceptance, error : ndarray
            Shape of `ctau_mm` with one more axis for the signatures. Outside the grid analytic tails are used
            and the relative error is that of the nearest grid point.

        Raises
        ------
        ParameterError
            Where the table holds a single c tau and another is asked for.
        """
        ctau = np.asarray(ctau_mm, dtype=float)
        flat = ctau.reshape(-1)
        value = np.stack([curve(flat) for curve in self._curves], axis=1)
        with np.errstate(divide="ignore"):
            where = np.clip(np.log(flat), self._log_ctau[0], self._log_ctau[-1])
        spread = [np.interp(where, self._log_ctau, column) for column in self._relative.T]
        shape = (*ctau.shape, len(self.signatures))
        return value.reshape(shape), (value * np.stack(spread, axis=1)).reshape(shape)

    def imprecise(self) -> Iterator[str]:
        """Where the statistical error is too large to be trusted: one line a signature.

        Lifetimes count at which the signature accepts, or may accept, more than `NEGLIGIBLE` of its most.
        """
        if self.upper is None:
            return
        for signature, value, error, upper in zip(
            self.signatures, self.acceptance.T, self.error.T, self.upper.T, strict=True
        ):
            if not np.any(value > 0):
                yield (
                    f"signature {signature} accepts none of {self.events} events at any c tau: at most "
                    f"{upper.max():.2g} (90 % CL); {MORE}"
                )
                continue
            large = (error > LARGE_ERROR * value) & (upper > NEGLIGIBLE * value.max())
            if np.any(large):
                where = self.ctau_mm[large]
                upto = f" to {where[-1]:.3g}" if len(where) > 1 else ""
                yield (
                    f"signature {signature}: the statistical error is above {LARGE_ERROR:.0%} at c tau = "
                    f"{where[0]:.3g}{upto} mm; {MORE}, or limit --precision"
                )

    def to_csv(self, path: str | Path) -> None:
        """Write the table; the file appears whole or not at all."""
        header = {
            "experiment": self.experiment,
            "mode": self.mode,
            "e_min_GeV": repr(self.e_min),
            "events": str(self.events),
            "rows": str(len(self.ctau_mm)),
            "beyond": shlex.join(s for s, b in zip(self.signatures, self.beyond, strict=True) if b),
        }
        for name, decays, branching in zip(self.signatures, self.decays, self.branching, strict=False):
            if decays:
                header |= {f"decays_{name}": decays, f"branching_{name}": repr(branching)}
        if self.card:
            header["card"] = self.card
        if self.produced is not None:
            header |= {"produced": str(self.produced), "share_above_e_min": repr(self.share_above)}
        if self.masses is not None:
            header |= {name: repr(value) for name, value in self.masses.columns().items()}
        header |= {f"remark_{i}": remark for i, remark in enumerate(self.remarks, 1)}
        columns = {"ctau_mm": self.ctau_mm.tolist()}
        for i, signature in enumerate(self.signatures):
            columns[f"acceptance_{signature}"] = self.acceptance[:, i].tolist()
            columns[f"error_{signature}"] = self.error[:, i].tolist()
            if self.upper is not None:
                columns[f"upper_{signature}"] = self.upper[:, i].tolist()
        write_table(columns, path, title=TITLE, header=header, floats=EXACT)

    @classmethod
    def from_csv(cls, path: str | Path) -> AcceptanceTable:
        """Read a table back.

        Raises
        ------
        EventFileError
            Where the file is not such a table; the message names file and line.
        """
        file = read_table(path, title=TITLE, kind="an acceptance table", with_header=True)
        header, data = file.header, dict(zip(file.names, file.numbers().T, strict=True))
        try:
            signatures = tuple(n.removeprefix("acceptance_") for n in file.names if n.startswith("acceptance_"))

            def kind(name: str) -> FloatArray:
                return np.stack([data[f"{name}_{signature}"] for signature in signatures], axis=1)

            beyond = shlex.split(header["beyond"])
            return cls(
                experiment=header["experiment"],
                mode=header["mode"],
                masses=DarkMasses.from_columns(header) if "m_aprime_GeV" in header else None,
                signatures=signatures,
                beyond=tuple(s in beyond for s in signatures),
                ctau_mm=data["ctau_mm"],
                acceptance=kind("acceptance"),
                error=kind("error"),
                upper=kind("upper") if any(name.startswith("upper_") for name in data) else None,
                events=int(header["events"]),
                e_min=float(header["e_min_GeV"]),
                produced=int(header["produced"]) if "produced" in header else None,
                share_above=float(header["share_above_e_min"]) if "share_above_e_min" in header else None,
                decays=tuple(header.get(f"decays_{s}", "") for s in signatures),
                branching=tuple(float(header.get(f"branching_{s}", 1.0)) for s in signatures),
                card=header.get("card", ""),
                remarks=tuple(text for key, text in header.items() if key.startswith("remark_")),
            )
        except (KeyError, IndexError, ValueError, ParameterError) as error:
            msg = f"{path}: header or columns of the acceptance table are damaged ({error}); write it anew"
            raise EventFileError(msg) from error
