"""Fixed-target production from MadGraph: cross-sections and events through the plugin's output mode."""

from __future__ import annotations

import gzip
import math
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from semivis_gen.constants import ID_ELECTRON
from semivis_gen.engines.external import work_folder
from semivis_gen.engines.madgraph.cards import LEAD_ID, param_values, set_param_card, set_run_card
from semivis_gen.engines.madgraph.install import MODEL_NAME, PLUGIN_NAME, copy_plugin, copy_ufo
from semivis_gen.engines.madgraph.native import breit_wigner_cut, chain_cross_section, compare_with_native
from semivis_gen.engines.madgraph.program import locate, madevent
from semivis_gen.engines.madgraph.survey import survey
from semivis_gen.errors import EngineError, ParameterError
from semivis_gen.events import IdMap
from semivis_gen.io import atomic_path
from semivis_gen.model import DarkSector
from semivis_gen.numerics import Estimate
from semivis_gen.production import cross_section
from semivis_gen.target import Nucleus, ThinTarget

__all__ = ["fixed_target_process", "madgraph_cross_section", "madgraph_generate"]

PRODUCTION = "e- nuc > e- nuc ap"
CHAIN = f"{PRODUCTION}, (ap > x1 x2, x2 > x1 e- e+)"
# the grids adapt on few points, and the error that MadEvent prints misses what that leaves: 29 surveys lay up to 0.6 %
# and 4 printed errors off an integral known to 1e-4 (docs/madgraph.md)
SURVEY_FLOOR = 4e-3
LARGEST_SEED = 900_000_000  # MadGraph's own limit is 31328 * 30081
TRIES = 3  # how often MadGraph may be asked again when it makes fewer events than it should
MORE = 1.3


def _nucleus(target: ThinTarget) -> Nucleus:
    if target.beam_id != ID_ELECTRON:
        msg = f"MadGraph is set up for {PRODUCTION}, not for {target.lepton.symbol}: take the native generator"
        raise ParameterError(msg)
    nuclei = [nucleus for nucleus, _ in target.material.elements]
    if len(nuclei) != 1:
        msg = (
            f"MadGraph takes one nucleus and {target.material.name} has {len(nuclei)}: "
            "take an element, or run each element and weight them"
        )
        raise ParameterError(msg)
    return nuclei[0]


def fixed_target_process(
    folder: str | os.PathLike[str],
    point: DarkSector,
    target: ThinTarget,
    *,
    chain: bool = True,
    seed: int = 1,
    events: int = 10_000,
    mg5_dir: str | os.PathLike[str] | None = None,
    timeout: float = 600.0,
) -> Path:
    """Make a MadEvent folder with the plugin's phase space and the cards of a point, ready for `bin/generate_events`.

    Parameters
    ----------
    folder : path
        Folder to make.
    point : DarkSector
        The physics point.
    target : ThinTarget
        Beam energy and an element.
    chain : bool
        Whether A' and chi2 decay; otherwise A' is final.
    seed, events : int
        For the run card.
    mg5_dir : path, optional
        MadGraph's folder; else MG5_DIR or PATH.
    timeout : float
        Longest wall time [s].

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ParameterError
        Where the target is a mixture.
    EngineError
        Where MadGraph is absent, too old or fails, or the folder exists.
    """
    process, nucleus, program = Path(folder).resolve(), _nucleus(target), locate(mg5_dir)
    if process.exists():
        msg = f"{process} exists: choose another folder for MadGraph's process or remove it"
        raise EngineError(msg)
    with work_folder("madgraph") as work:
        copy_ufo(work / MODEL_NAME)
        plugins = work / "MG5aMC_PLUGIN"
        copy_plugin(plugins / PLUGIN_NAME)
        (plugins / "__init__.py").touch()
        program.script(
            [
                f"import model {work / MODEL_NAME}",
                f"generate {CHAIN if chain else PRODUCTION}",
                f"output fixed_target {process} -f -nojpeg",
            ],
            work=work,
            timeout=timeout,
            makes=process / "Cards/param_card.dat",
        )
    param_card, run_card = process / "Cards/param_card.dat", process / "Cards/run_card.dat"
    values = param_values(point, nucleus=nucleus)
    param_card.write_text(set_param_card(param_card.read_text(encoding="utf-8"), values), encoding="utf-8")
    settings = {
        "ebeam1": repr(target.beam_energy),
        "ebeam2": f"{nucleus.mass:.6e}",  # at rest: MadEvent rounds the mass in the card to 7 digits as well
        "bwcutoff": f"{breit_wigner_cut(point):g}",
        "iseed": 1 + seed % LARGEST_SEED,  # 0 would let MadGraph choose
        "nevents": events,
    }
    run_card.write_text(set_run_card(run_card.read_text(encoding="utf-8"), settings), encoding="utf-8")
    return process


@contextmanager
def _process(
    point: DarkSector,
    target: ThinTarget,
    *,
    chain: bool,
    seed: int,
    events: int,
    mg5_dir: str | os.PathLike[str] | None,
    timeout: float,
) -> Iterator[Path]:
    with work_folder("madgraph-run") as work:
        yield fixed_target_process(
            work / "process", point, target, chain=chain, seed=seed, events=events, mg5_dir=mg5_dir, timeout=timeout
        )


def _compare(result: Estimate, point: DarkSector, target: ThinTarget, *, chain: bool) -> None:
    nucleus, energy = _nucleus(target), target.beam_energy
    if chain:
        native = chain_cross_section(point, energy, nucleus)  # with the same breit_wigner_cut
    else:
        native = cross_section(point.masses.m_aprime, energy, nucleus) * point.epsilon**2
    compare_with_native(result, native, what=f"cross-section [pb] of {CHAIN if chain else PRODUCTION}")


def madgraph_cross_section(
    point: DarkSector,
    target: ThinTarget,
    *,
    chain: bool = False,
    mg5_dir: str | os.PathLike[str] | None = None,
    relative_error: float = 3e-3,
    seed: int = 1,
    timeout: float = 1800.0,
) -> Estimate:
    """Cross-section from the user's MadGraph, compared with the native one.

    Parameters
    ----------
    point : DarkSector
        The physics point.
    target : ThinTarget
        Beam energy and an element.
    chain : bool
        With the decays of A' and chi2 to e+ e-, or production alone.
    mg5_dir : path, optional
        MadGraph's folder; else MG5_DIR or PATH.
    relative_error : float
        Precision of the integration.
    seed : int
        Random seed.
    timeout : float
        Longest wall time of each of the two runs [s].

    Returns
    -------
    Estimate
        Cross-section [pb] at the point's epsilon. The error is MadGraph's and, in quadrature, SURVEY_FLOOR.

    Raises
    ------
    ParameterError
        Where the target is a mixture.
    EngineError
        Where MadGraph is absent, too old or fails.

    Warns
    -----
    SemivisWarning
        Where MadGraph and the native integral differ by more than 3 standard deviations and 2 %.
    """
    with _process(point, target, chain=chain, seed=seed, events=1, mg5_dir=mg5_dir, timeout=timeout) as process:
        found = survey(process, relative_error=relative_error, timeout=timeout)
    result = Estimate(found.value, math.hypot(found.error, SURVEY_FLOOR * found.value))
    _compare(result, point, target, chain=chain)
    return result


def madgraph_generate(
    point: DarkSector,
    target: ThinTarget,
    *,
    events: int,
    seed: int,
    output: str | os.PathLike[str],
    ids: IdMap | None = None,
    chain: bool = True,
    mg5_dir: str | os.PathLike[str] | None = None,
    timeout: float = 6 * 3600.0,
) -> Path:
    """Unweighted events from the user's MadGraph; their cross-section is compared with the native one.

    Parameters
    ----------
    point : DarkSector
        The physics point; its couplings set the lifetimes in the file.
    target : ThinTarget
        Beam energy and an element.
    events : int
        How many; MadGraph is asked again where it makes fewer.
    seed : int
        Random seed.
    output : path
        File to make: .lhe or .lhe.gz as MadGraph wrote it (with the target's id), other suffixes converted.
    ids : IdMap, optional
        Ids that the file shall use for the dark sector.
    chain : bool
        Whether A' and chi2 decay; otherwise A' is final.
    mg5_dir : path, optional
        MadGraph's folder; else MG5_DIR or PATH.
    timeout : float
        Longest wall time of each run [s].

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ParameterError
        Where the target is a mixture.
    EngineError
        Where MadGraph is absent, too old, fails or makes too few events.
    OutputError
        Where the file cannot be written.

    Warns
    -----
    SemivisWarning
        Where MadGraph and the native integral differ by more than 3 standard deviations and 2 %.
    """
    with _process(point, target, chain=chain, seed=seed, events=events, mg5_dir=mg5_dir, timeout=timeout) as process:
        asked = events
        for attempt in range(1, TRIES + 1):
            done = madevent(process, [f"generate_events run_{attempt} -f"], timeout=timeout, name=f"events_{attempt}")
            made = process / f"Events/run_{attempt}/unweighted_events.lhe.gz"
            if not made.is_file():
                msg = f"MadGraph made no events; log: {done.log}"
                raise EngineError(msg)
            if count_events(made) >= events:
                break
            asked = int(asked * MORE) + 1
            run_card = process / "Cards/run_card.dat"
            text = set_run_card(run_card.read_text(encoding="utf-8"), {"nevents": asked})
            run_card.write_text(text, encoding="utf-8")
        else:
            msg = f"MadGraph made {count_events(made)} of {events} events in {TRIES} tries; log: {done.log}"
            raise EngineError(msg)
        result = read_rate(made)
        _write(made, Path(output), events, _nucleus(target).pdg_id, ids or IdMap())
    _compare(result, point, target, chain=chain)
    return Path(output)


def _lines(path: Path) -> Iterator[str]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as stream:
        yield from stream


def count_events(path: Path) -> int:
    """Count the events of an LHE file."""
    return sum(1 for line in _lines(path) if line.startswith("<event"))


def read_rate(path: Path) -> Estimate:
    """Cross-section in the <init> block of an LHE file [pb]."""
    lines = _lines(path)
    for line in lines:
        if line.startswith("<init"):
            next(lines)
            value, error = map(float, next(lines).split()[:2])
            return Estimate(value, error)
    msg = f"{path} has no <init> block"
    raise EngineError(msg)


def _write(source: Path, output: Path, events: int, nucleus_id: int, ids: IdMap) -> None:
    """Copy the first events with the id of the target instead of the model's; convert where the suffix says so."""
    name = output.name.removesuffix(".gz")
    if name.endswith(".lhe") and ids == IdMap():
        with atomic_path(output) as temporary:
            _relabel(source, temporary, events, nucleus_id, compress=output.suffix == ".gz")
        return
    from semivis_gen.io import open_writer, read_events

    plain = source.with_name("relabelled.lhe.gz")
    _relabel(source, plain, events, nucleus_id, compress=True)
    chunks = read_events(plain)
    first = next(chunks)
    with open_writer(output, first.info, ids=ids) as writer:
        writer.write(first)
        for chunk in chunks:
            writer.write(chunk)


def _relabel(source: Path, target: Path, events: int, nucleus_id: int, *, compress: bool) -> None:
    label = re.compile(rf"^(\s*(?:11\s+)?){LEAD_ID}\b")
    opener = gzip.open if compress else open
    count, body = 0, False
    with opener(target, "wt", encoding="utf-8") as sink:
        for line in _lines(source):
            body = body or line.startswith("<init")
            if line.startswith("<event"):
                count += 1
                if count > events:
                    sink.write("</LesHouchesEvents>\n")
                    return
            sink.write(label.sub(rf"\g<1>{nucleus_id}", line) if body else line)
