"""Squared matrix elements of MadGraph at given momenta, from its standalone output.

Compiled in quadruple precision: at 100 GeV the electron mass and the momentum transfer are lost in differences of
double-precision energies. The energies are made from momenta and masses in that precision.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.engines.external import run, work_folder
from semivis_gen.engines.madgraph.cards import ParameterKey, set_param_card
from semivis_gen.engines.madgraph.install import MODEL_NAME, copy_ufo
from semivis_gen.engines.madgraph.program import locate
from semivis_gen.errors import EngineError, ParameterError

__all__ = ["matrix_elements"]

DRIVER = """\
      program points
      implicit none
      include 'nexternal.inc'
      double precision p(0:3,nexternal), m(nexternal), ans
      integer i, j
      call setpara('param_card.dat')
      read(*,*) (m(i), i=1,nexternal)
      do
         read(*,*,end=10) ((p(j,i), j=1,3), i=1,nexternal)
         do i=1,nexternal
            p(0,i) = sqrt(m(i)**2+p(1,i)**2+p(2,i)**2+p(3,i)**2)
         enddo
         call smatrix(p, ans)
         write(*,'(a,es40.32e4)') 'VALUE ', ans
      enddo
 10   continue
      end
"""
QUADRUPLE = "-freal-8-real-16"  # gfortran


def matrix_elements(
    process: str,
    momenta: FloatArray | Sequence[Sequence[Sequence[str]]],
    masses: Sequence[float],
    values: Mapping[ParameterKey, float],
    *,
    restriction: str = "default",
    quadruple: bool = True,
    mg5_dir: str | os.PathLike[str] | None = None,
    timeout: float = 1800.0,
) -> FloatArray:
    """|M|^2 of a process, averaged over incoming and summed over outgoing spins as MadGraph does.

    Parameters
    ----------
    process : str
        As after `generate`, for example "e- nuc > e- nuc ap".
    momenta : array_like
        Three-momenta [GeV] of all external particles in MadGraph's order, shape (n, k, 3); strings keep more digits
        than a float holds.
    masses : sequence of float
        Masses of these particles [GeV], shape (k,).
    values : mapping
        Numbers for the param_card, as from `param_values`.
    restriction : str
        Restriction of the model.
    quadruple : bool
        Compile in quadruple precision (gfortran).
    mg5_dir : path, optional
        MadGraph's folder; else MG5_DIR or PATH.
    timeout : float
        Longest wall time of each run [s].

    Returns
    -------
    ndarray
        |M|^2, shape (n,).

    Raises
    ------
    ParameterError
        Where momenta and masses do not match.
    EngineError
        Where MadGraph or the compiler is absent or fails.
    """
    points = [[word for vector in point for word in vector] for point in momenta]
    if any(len(point) != 3 * len(masses) for point in points):
        msg = f"{len(masses)} masses and momenta of shape (n, k, 3) with another k: give one of each for each particle"
        raise ParameterError(msg)
    program = locate(mg5_dir)
    with work_folder("madgraph-standalone") as work:
        copy_ufo(work / MODEL_NAME)
        model = f"{work / MODEL_NAME}-{restriction}"
        card = work / "process/Cards/param_card.dat"
        program.script(
            [f"import model {model}", f"generate {process}", f"output standalone {work / 'process'} -f -nojpeg"],
            work=work,
            timeout=timeout,
            makes=card,
        )
        (folder,) = (work / "process/SubProcesses").glob("P*_*")
        (folder / "param_card.dat").write_text(
            set_param_card(card.read_text(encoding="utf-8"), values), encoding="utf-8"
        )
        program_file = _compile(work / "process", folder, quadruple=quadruple, timeout=timeout)
        lines = [
            [repr(float(m)) for m in masses],
            *([w if isinstance(w, str) else repr(float(w)) for w in p] for p in points),
        ]
        done = run(
            [program_file],
            cwd=folder,
            timeout=timeout,
            log=work / "points.log",
            stdin="".join(" ".join(line) + "\n" for line in lines),
        )
        results = [float(line.split()[1]) for line in done.output.splitlines() if line.lstrip().startswith("VALUE")]
        if len(results) != len(points):
            msg = f"MadGraph gave {len(results)} matrix elements for {len(points)} points; log: {done.log}"
            raise EngineError(msg)
    return np.array(results)


def _compile(process: Path, folder: Path, *, quadruple: bool, timeout: float) -> Path:
    """Compile model, amplitudes and the driver anew with one set of flags."""
    flags = "-O -w -fPIC" + (f" {QUADRUPLE}" if quadruple else "")
    (folder / "check_sa.f").write_text(DRIVER, encoding="utf-8")  # the makefile's main program
    for stale in [*process.rglob("*.o"), *process.rglob("*.a"), *process.rglob("*.mod")]:
        stale.unlink()
    run(["make", "-C", "Source"], cwd=process, timeout=timeout, log=process.parent / "make.log", env={"FFLAGS": flags})
    run(["make", "check"], cwd=folder, timeout=timeout, log=process.parent / "make_check.log", env={"FFLAGS": flags})
    return folder / "check"
