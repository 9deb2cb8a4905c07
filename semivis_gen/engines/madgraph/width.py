"""Width of chi2 -> chi1 l+ l- from MadGraph: the generated decay, or its `compute_widths`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from semivis_gen.constants import ID_CHI2, ID_ELECTRON, ID_MUON, M_ELECTRON, M_MUON
from semivis_gen.engines.external import work_folder
from semivis_gen.engines.madgraph.cards import param_values, set_param_card, set_run_card
from semivis_gen.engines.madgraph.install import MODEL_NAME, copy_ufo
from semivis_gen.engines.madgraph.program import MadGraph, locate
from semivis_gen.engines.madgraph.survey import survey
from semivis_gen.errors import EngineError, KinematicsError
from semivis_gen.model import DarkSector
from semivis_gen.numerics import Estimate

__all__ = ["Lepton", "WidthMethod", "WidthProcess", "madgraph_width", "width_process"]


class Lepton(StrEnum):
    """Which lepton pair chi2 decays to."""

    ELECTRON = "e"
    """Electrons."""
    MUON = "mu"
    """Muons."""

    @property
    def mass(self) -> float:
        """Its mass [GeV]."""
        return M_ELECTRON if self is Lepton.ELECTRON else M_MUON

    @property
    def pdg(self) -> int:
        """PDG id of the negative lepton."""
        return ID_ELECTRON if self is Lepton.ELECTRON else ID_MUON


class WidthMethod(StrEnum):
    """How MadGraph computes the width."""

    GENERATE = "generate"
    """A generated decay, integrated to the precision asked; the error is the integration's."""
    COMPUTE_WIDTHS = "compute_widths"
    """`compute_widths chi2 --body_decay=3`: it tells no error; the precision asked stands for it."""


@dataclass(frozen=True, slots=True)
class WidthProcess:
    """A compiled decay, for many points: `with width_process() as p: p.width(point)`."""

    program: MadGraph
    """The installation."""
    work: Path
    """Its temporary folder."""
    lepton: Lepton
    """Final state."""
    timeout: float
    """Longest wall time of a run [s]."""

    def _card(self, point: DarkSector) -> Path:
        if point.masses.delta <= 2 * self.lepton.mass:
            msg = (
                f"chi2 -> chi1 {self.lepton}+ {self.lepton}- is closed: Delta = {point.masses.delta:g} GeV <= "
                f"{2 * self.lepton.mass:g} GeV; take a larger mass or splitting"
            )
            raise KinematicsError(msg)
        card = self.work / "decay/Cards/param_card.dat"
        values = param_values(point, stable_aprime=True)
        card.write_text(set_param_card(card.read_text(encoding="utf-8"), values), encoding="utf-8")
        return card

    def width(self, point: DarkSector, *, relative_error: float = 1e-3, seed: int = 1) -> Estimate:
        """Integrate the decay at a point.

        Parameters
        ----------
        point : DarkSector
            The physics point.
        relative_error : float
            Precision of the result.
        seed : int
            Random seed.

        Returns
        -------
        Estimate
            Width and MadGraph's own error [GeV].

        Raises
        ------
        KinematicsError
            Where the decay is closed.
        EngineError
            Where MadGraph fails.

        Warns
        -----
        SemivisWarning
            Where it does not reach the precision.
        """
        self._card(point)
        process = self.work / "decay"
        run_card = process / "Cards/run_card.dat"
        # no strong coupling is in the process: a fixed scale keeps MadGraph from running alpha_s down to MeV
        settings = {"iseed": seed, "fixed_ren_scale": True, "fixed_fac_scale": True}
        run_card.write_text(set_run_card(run_card.read_text(encoding="utf-8"), settings), encoding="utf-8")
        return survey(process, relative_error=relative_error, name=f"width_{seed}", timeout=self.timeout)

    def compute_widths(self, point: DarkSector, *, relative_error: float = 1e-3) -> Estimate:
        """Let MadGraph's `compute_widths` do it.

        Parameters
        ----------
        point : DarkSector
            The physics point.
        relative_error : float
            Precision asked for; it is the error of the result, since MadGraph tells none.

        Returns
        -------
        Estimate
            Partial width [GeV].

        Raises
        ------
        KinematicsError
            Where the decay is closed.
        EngineError
            Where MadGraph fails.
        """
        card, output = self._card(point), self.work / "widths.dat"
        self.program.script(
            [
                f"import model {self.work / MODEL_NAME}",
                f"compute_widths x2 --body_decay=3 --precision_channel={relative_error:g} --path={card} "
                f"--output={output}",
            ],
            work=self.work,
            timeout=self.timeout,
            name="compute_widths",
            makes=output,
        )
        value = read_partial_width(output.read_text(encoding="utf-8"), self.lepton)
        return Estimate(value, relative_error * value)


def read_partial_width(text: str, lepton: Lepton) -> float:
    """Partial width chi2 -> chi1 l+ l- in the table that `compute_widths` wrote.

    Parameters
    ----------
    text : str
        The table.
    lepton : Lepton
        Final state.

    Returns
    -------
    float
        Width [GeV].

    Raises
    ------
    EngineError
        Where it is not there.
    """
    _, found, tail = text.partition(f"DECAY  {ID_CHI2} ")
    for line in tail.splitlines()[1:] if found else []:
        channel = re.match(r"\s+\S+\s+3\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s*#\s*(\S+)", line)
        if channel and {abs(int(channel[i])) for i in (1, 2, 3)} >= {lepton.pdg}:
            return float(channel[4])
        if line.startswith("DECAY"):
            break
    msg = f"MadGraph's compute_widths found no chi2 -> chi1 {lepton}+ {lepton}-"
    raise EngineError(msg)


@contextmanager
def width_process(
    *, lepton: Lepton = Lepton.ELECTRON, mg5_dir: str | os.PathLike[str] | None = None, timeout: float = 1800.0
) -> Iterator[WidthProcess]:
    """Set up the decay in a temporary folder.

    Parameters
    ----------
    lepton : Lepton
        Final state.
    mg5_dir : path, optional
        MadGraph's folder; else MG5_DIR or PATH.
    timeout : float
        Longest wall time of each run [s].

    Yields
    ------
    WidthProcess
        To be asked for widths.

    Raises
    ------
    EngineError
        Where MadGraph is absent, too old or fails.
    """
    program = locate(mg5_dir)
    with work_folder("madgraph") as work:
        copy_ufo(work / MODEL_NAME)
        program.script(
            [
                f"import model {work / MODEL_NAME}",
                f"generate x2 > x1 {lepton}- {lepton}+",
                f"output {work / 'decay'} -f -nojpeg",
            ],
            work=work,
            timeout=timeout,
            makes=work / "decay/Cards/param_card.dat",
        )
        yield WidthProcess(program, work, lepton, timeout)


def madgraph_width(
    point: DarkSector,
    *,
    mg5_dir: str | os.PathLike[str] | None = None,
    lepton: Lepton = Lepton.ELECTRON,
    method: WidthMethod = WidthMethod.GENERATE,
    relative_error: float = 1e-3,
    seed: int = 1,
    timeout: float = 1800.0,
) -> Estimate:
    """Width of chi2 -> chi1 l+ l- from the user's MadGraph.

    Parameters
    ----------
    point : DarkSector
        The physics point.
    mg5_dir : path, optional
        MadGraph's folder; else MG5_DIR or PATH.
    lepton : Lepton
        Final state.
    method : WidthMethod
        How MadGraph computes it.
    relative_error : float
        Precision of the result.
    seed : int
        Random seed of the integration.
    timeout : float
        Longest wall time of each of the two runs [s].

    Returns
    -------
    Estimate
        Width [GeV]. The A' width is 0 in it: below threshold the propagator has none.

    Raises
    ------
    KinematicsError
        Where the decay is closed.
    EngineError
        Where MadGraph is absent, too old or fails.
    """
    with width_process(lepton=lepton, mg5_dir=mg5_dir, timeout=timeout) as process:
        if method is WidthMethod.COMPUTE_WIDTHS:
            return process.compute_widths(point, relative_error=relative_error)
        return process.width(point, relative_error=relative_error, seed=seed)
