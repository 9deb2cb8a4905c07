"""Libraries of dark bremsstrahlung for G4DarkBreM, the Geant4 process of LDMX (Eichlersmith et al., arXiv:2211.03873).

A library holds unweighted events l N -> l N A' at several energies of the lepton; the Geant4 process takes those of the
next higher energy (and nuclear charge) and scales them. Its reader wants one line of names, then lines of ten numbers,
momenta in GeV, in the order of `COLUMNS`, where the centre of momentum is recoiling lepton plus A'.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_ELECTRON
from semivis_gen.errors import ParameterError
from semivis_gen.io import OutputStream, atomic_path
from semivis_gen.numerics import Estimate, energy_of
from semivis_gen.production import Production, ProductionSampler, cross_section
from semivis_gen.target import Material, Nucleus, ThinTarget

__all__ = ["COLUMNS", "Library", "library_energies", "write_library"]

COLUMNS = (
    "target_Z",
    "incident_energy",
    *(f"recoil_{component}" for component in ("energy", "px", "py", "pz")),
    *(f"centerMomentum_{component}" for component in ("energy", "px", "py", "pz")),
)
"""Names in the first line of a library."""
STEP = 0.1  # of an energy to the next, as in LDMX's libraries
SUFFIXES = (".csv", ".csv.gz")
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Library:
    """What was written at one nucleus and energy."""

    nucleus: Nucleus
    """What the lepton hits."""
    energy: float
    """Its energy [GeV]."""
    cross_section: Estimate
    """Exact tree level at epsilon = 1 [pb]: what users of a library scale the process with."""


def library_energies(largest: float, *, smallest: float | None = None) -> FloatArray:
    """Energies of a library.

    Parameters
    ----------
    largest : float
        Energy of the beam [GeV].
    smallest : float, optional
        Lowest energy [GeV]; half of the largest where absent.

    Returns
    -------
    ndarray
        Ascending in steps of 10 %, the last one is the largest.

    Raises
    ------
    ParameterError
        Where they are no energies.

    Examples
    --------
    >>> library_energies(4.0).round(2).tolist()
    [2.0, 2.2, 2.42, 2.66, 2.93, 3.22, 3.54, 3.9, 4.0]
    """
    first = largest / 2 if smallest is None else smallest
    if not 0 < first <= largest < math.inf:
        msg = f"energies of a library from {first:g} to {largest:g} GeV: both positive, the first not above the last"
        raise ParameterError(msg)
    steps = math.ceil(math.log(largest / first) / math.log1p(STEP) - 1e-9)
    return np.asarray(np.append(first * (1 + STEP) ** np.arange(steps), largest))


def write_library(
    path: str | Path,
    m_aprime: float,
    material: Material,
    energies: FloatArray,
    *,
    events: int = 20_000,
    seed: int = 1,
    beam_id: int = ID_ELECTRON,
    advance: Callable[[int], None] = lambda _: None,
) -> list[Library]:
    """Write a library of unweighted events; it appears whole or not at all.

    Parameters
    ----------
    path : str or Path
        A name that ends in .csv or .csv.gz.
    m_aprime : float
        Mass of A' [GeV].
    material : Material
        Every element of it gets its own events.
    energies : ndarray
        Energies of the lepton [GeV], see `library_energies`.
    events : int
        Events at each energy and element.
    seed : int
        Each energy and element has a random stream of its own.
    beam_id : int
        PDG id of the lepton.
    advance : callable
        Told how many more events are written.

    Returns
    -------
    list of Library
        Exact cross-sections of all nuclei and energies, in the order of the file.

    Raises
    ------
    ParameterError, KinematicsError, OutputError
        Where a number makes no sense, nothing can be produced, or the file cannot be written.
    """
    name = str(path)
    if not name.endswith(SUFFIXES):
        msg = f"{path}: G4DarkBreM reads libraries by their suffix: take a name that ends in {' or '.join(SUFFIXES)}"
        raise ParameterError(msg)
    if events < 1:
        msg = f"{events} events at each energy: take at least one"
        raise ParameterError(msg)
    made = []
    for nucleus, _ in material.elements:
        alone = Material(material.name, material.density_g_cm3, material.radiation_length_g_cm2, ((nucleus, 1.0),))
        for energy in energies.tolist():
            target = ThinTarget(energy, alone, beam_id)
            sigma = cross_section(m_aprime, energy, nucleus, lepton_mass=target.lepton.mass)
            made.append((Library(nucleus, energy, sigma), ProductionSampler(m_aprime, target)))
    streams = np.random.SeedSequence(seed).spawn(len(made))
    with atomic_path(path) as temporary:
        stream = OutputStream(temporary, compress=name.endswith(".gz"))
        try:
            stream.write((",".join(COLUMNS) + "\n").encode())
            for (library, sampler), own in zip(made, streams, strict=True):
                rng = np.random.default_rng(own)
                for done in range(0, events, CHUNK):
                    n = min(CHUNK, events - done)
                    rows = _rows(sampler.sample(n, rng), sampler, rng)
                    start = f"{library.nucleus.z},{library.energy!r},"
                    text = "".join(start + ",".join(map(repr, row)) + "\n" for row in rows.tolist())
                    stream.write(text.encode())
                    advance(n)
        finally:
            stream.close()
    return [library for library, _ in made]


def _rows(production: Production, sampler: ProductionSampler, rng: np.random.Generator) -> FloatArray:
    """Numbers of n events [GeV], shape (n, 8); the few of a weight above one stand twice, the last ones give way."""
    lepton, aprime = production.lepton, production.aprime
    energy = energy_of(lepton, sampler.target.lepton.mass)
    total = energy + energy_of(aprime, sampler.m_aprime)
    rows = np.column_stack([energy, lepton, total, lepton + aprime])
    copies = np.floor(production.weight + rng.random(len(rows))).astype(np.int64)
    return np.asarray(np.repeat(rows, copies, axis=0)[: len(rows)])
