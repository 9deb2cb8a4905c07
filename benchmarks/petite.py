"""Native A' production against PETITE's dark bremsstrahlung: the same electrons, lead and mass, sampled from scratch.

PETITE (Blinov, Fox, Kelly, Machado, Plestid) is the user's own copy, never part of this project. What is measured is
its own method `DarkShower.draw_dark_sample` with its own vegas maps of DarkBrem, followed by its own function for
the four-vector of A'. The file `dark_maps.pkl` that its constructor reads holds these maps with the maxima that its
utility `find_maxes` finds; as this file is large and missing from some copies, the maxima are found here, by that
utility, from the same maps.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Result, Target, Unavailable, compare, interleave
from benchmarks.point import M_APRIME, lead
from benchmarks.settings import Settings
from semivis_gen.arrays import FloatArray
from semivis_gen.constants import M_ELECTRON
from semivis_gen.production import ProductionSampler

__all__ = ["run"]

ENERGY = 90.0  # [GeV]; PETITE takes the map of the next higher energy it knows, 100 GeV, and warns above
MATERIAL, PROCESS = "lead", "DarkBrem"
PHOTON_CUT = 1e-3  # [GeV]; read by PETITE's sampler, without effect on this process
Z_EFF = 29.508  # PETITE's default, without effect on this process
POINTS, TRIALS = 300, 100  # of find_maxes; the points are also those of a batch of the sampler
FASTER = Target(1.0, ratio=True)


@dataclass(frozen=True, slots=True)
class Petite:
    """What is used of PETITE."""

    shower: Any
    """Object with the method `draw_dark_sample`."""
    four_vector: Callable[[FloatArray], object]
    """From sampled variables to the momentum of A'."""
    weighted: Callable[[], FloatArray]
    """Weights of points of one adaptive map, computed in batches."""


def run(settings: Settings) -> list[Result]:
    """Measure unweighted and weighted production."""
    petite = _load(settings)
    sampler, rng = ProductionSampler(M_APRIME, lead(ENERGY)), np.random.default_rng(1)
    n_own, n_petite = settings.size(500_000, 50_000), settings.size(500, 50)
    weights: dict[str, FloatArray] = {}

    def theirs() -> None:
        for _ in range(n_petite):
            petite.four_vector(petite.shower.draw_dark_sample(ENERGY, process=PROCESS))

    unweighted = interleave({"own": lambda: sampler.sample(n_own, rng), "petite": theirs}, repeats=settings.rounds(5))

    def weighted_own() -> None:
        weights["own"] = sampler.sample(n_own, rng, weighted=True).weight

    def weighted_theirs() -> None:
        weights["petite"] = petite.weighted()

    weighted = interleave({"own": weighted_own, "petite": weighted_theirs}, repeats=settings.rounds(5))
    share = {name: _effective(w) / len(w) for name, w in weights.items()}
    return [
        compare(
            f"unweighted A' production, lead, {ENERGY:g} GeV",
            unweighted["own"],
            work=n_own,
            unit="events/s",
            peer="PETITE, draw_dark_sample",
            peer_times=unweighted["petite"],
            peer_work=n_petite,
            target=FASTER,
            note="semivis: A', electron and recoiling nucleus, weights above one kept, envelope of cells; PETITE: "
            "energy, angle and t of A' and its four-vector without recoil, one event a call, maximum from its utility "
            f"({POINTS} points, {TRIALS} times)",
        ),
        compare(
            f"weighted A' production, lead, {ENERGY:g} GeV",
            weighted["own"],
            work=_effective(weights["own"]),
            unit="effective events/s",
            peer="PETITE's integrand on its vegas map, in batches",
            peer_times=weighted["petite"],
            peer_work=_effective(weights["petite"]),
            target=FASTER,
            note="effective: (sum w)^2 / sum w^2, of the points "
            f"{share['own']:.2g} for semivis and {share['petite']:.2g} for PETITE; "
            "semivis: all momenta with their weights; PETITE: variables and weights only, no momenta",
        ),
    ]


def _effective(weight: FloatArray) -> float:
    """Number of unweighted events that tell as much."""
    return float(weight.sum() ** 2 / (weight @ weight))


def _load(settings: Settings) -> Petite:
    folder = settings.petite
    if folder is None:
        msg = "no copy of PETITE: give --petite DIR or PETITE_DIR"
        raise Unavailable(msg)
    maps_file = folder / f"data/{PROCESS}/mV_{round(1000 * M_APRIME)}MeV/{PROCESS}_AdaptiveMaps.npy"
    if not (folder / "src/PETITE").is_dir() or not maps_file.is_file():
        msg = f"{folder} is no copy of PETITE with the maps of {PROCESS} at {M_APRIME:g} GeV"
        raise Unavailable(msg)
    try:
        importlib.import_module("vegas")
        with _importable(folder / "src", folder / "utilities"), contextlib.redirect_stdout(io.StringIO()):
            shower, kinematics, processes, constants, particle, maxima = (
                importlib.import_module(name)
                for name in (
                    "PETITE.dark_shower",
                    "PETITE.kinematics",
                    "PETITE.all_processes",
                    "PETITE.physical_constants",
                    "PETITE.particle",
                    "find_maxes",
                )
            )
    except ImportError as error:
        msg = f"PETITE cannot be imported ({error}): it needs vegas, tqdm and matplotlib"
        raise Unavailable(msg) from error
    # the maps are pickled objects of vegas, from the user's own copy
    maps = np.load(maps_file, allow_pickle=True)[-3:]
    options = {
        "diff_xsec": processes.dsig_dx_dcostheta_dark_brem_exact_tree_level,
        "neval": POINTS,
        "n_trials": TRIALS,
        "process_targets": [MATERIAL],
        "mV": M_APRIME,
    }
    samples = [maxima.do_find_max_work(options, entry)[0] for entry in maps]
    beam = particle.Particle([ENERGY, 0, 0, float(np.sqrt(ENERGY**2 - M_ELECTRON**2))], [0, 0, 0], {"PID": 11})
    target = constants.target_information[MATERIAL]
    return Petite(
        _shower(shower.DarkShower, samples, target),
        lambda x: kinematics.l_to_lV_fourvecs(beam, x, mV=M_APRIME),
        _weighted(options["diff_xsec"], samples[-1][1]["adaptive_map"], target),
    )


def _shower(kind: Any, samples: list[Any], target: dict[str, float]) -> Any:
    """A DarkShower with what its sampler reads and nothing else: no shower is made."""
    made = kind.__new__(kind)
    made.Zeff = Z_EFF
    made._loaded_dark_samples, made._target_material = {PROCESS: samples}, MATERIAL
    made._maxF_fudge_global, made._max_n_integrators = 1, 10_000
    made._ZTarget, made._ATarget = target["Z_T"], target["A_T"]
    made._mV, made._Egamma_min = M_APRIME, PHOTON_CUT
    return made


def _weighted(density: Any, adaptive_map: Any, target: dict[str, float]) -> Callable[[], FloatArray]:
    vegas = importlib.import_module("vegas")
    event = {"E_inc": ENERGY, "m_lepton": M_ELECTRON, "mV": M_APRIME}
    event.update({"Z_T": target["Z_T"], "A_T": target["A_T"], "mT": target["mT"]})
    function = density(event, 3, batch_mode=True)

    def weighted() -> FloatArray:
        integrator = vegas.Integrator(map=adaptive_map, neval=100_000)
        return np.concatenate([weight * function(x) for x, weight in integrator.random_batch()])

    return weighted


@contextlib.contextmanager
def _importable(*folders: Path) -> Iterator[None]:
    before = list(sys.path)
    sys.path[:0] = [str(folder) for folder in folders]
    try:
        yield
    finally:
        sys.path[:] = before
