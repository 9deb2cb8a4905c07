"""The seam of production: what collides, one way to make A', and the sampler of its events.

A process is a frozen dataclass in the registry `PROCESSES` under its `name`. Its fields are its settings: strings,
flags and whole numbers stand in a card as they are, every `float` with its source. A new process is one file:

    @dataclass(frozen=True)
    class MyProcess:
        name: ClassVar[str] = "my_process"
        beams: ClassVar[frozenset[int]] = frozenset({ID_PROTON})
        events_share: ClassVar[float] = 1.0
        multiplicity: float = 2.4
        def rate(self, m_aprime, source, *, e_min=0.0): ...
        def sampler(self, m_aprime, source, *, e_min=0.0): ...
        @staticmethod
        def direction(events, masses, rng): return None

    PROCESSES.register(MyProcess.name, MyProcess)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from functools import reduce
from operator import add
from typing import ClassVar, Protocol

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.events import Events
from semivis_gen.model import DarkMasses, label, labels
from semivis_gen.numerics import Estimate
from semivis_gen.registry import Registry
from semivis_gen.target import Source

__all__ = [
    "PROCESSES",
    "Process",
    "Sampler",
    "as_choices",
    "complete_above",
    "is_colliding",
    "process_rates",
    "production_rate",
    "require_beam",
    "require_e_min",
]


class Sampler(Protocol):
    """Draws events of one process at one A' mass."""

    def sample(self, n: int, rng: np.random.Generator) -> Events:
        """Draw n events in which A' is final; any other particles, weights of mean one, mm and GeV."""


class Process(Protocol):
    """One way to make A'; all rates at epsilon = 1."""

    name: ClassVar[str]
    """Name in cards and file headers."""
    beams: ClassVar[frozenset[int]]
    """PDG ids of beam particles that it works with."""
    events_share: ClassVar[float]
    """Share of a stratified sample that it asks for, against those of the other processes."""

    def rate(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> Estimate:
        """Rate of A' above an energy [GeV], in the unit `source.per`; zero where none is made.

        Raises
        ------
        KinematicsError
            Where the reaction is closed at the beam energy.
        """

    def sampler(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> Sampler:
        """Sampler of A' above an energy [GeV]."""

    @staticmethod
    def direction(events: Events, masses: DarkMasses, rng: np.random.Generator) -> FloatArray | None:
        """Unit vectors of chi1 in the rest frame of each final A', axes parallel to the lab's; None: isotropic."""


PROCESSES: Registry[type[Process]] = Registry(
    "production process",
    "semivis.production",
    {
        "bremsstrahlung": "semivis_gen.production.bremsstrahlung.process:Bremsstrahlung",
        "annihilation": "semivis_gen.production.annihilation.process:Annihilation",
        "collider": "semivis_gen.production.collider.process:ColliderProduction",
        "meson_decay": "semivis_gen.production.mesons.process:MesonDecay",
        "vector_mixing": "semivis_gen.production.mesons.mixing:VectorMixing",
        "proton_bremsstrahlung": "semivis_gen.production.proton_bremsstrahlung.process:ProtonBremsstrahlung",
    },
)


def is_colliding(process: Process | type[Process]) -> bool:
    """Whether a process is one of two beams that collide, which its `colliding` says; else of a beam on a target."""
    return bool(getattr(process, "colliding", False))


def require_beam(process: Process, source: Source) -> None:
    """Refuse a source whose beam a process cannot use.

    Raises
    ------
    ParameterError
        With the beams that it can use.
    """
    if source.beam_id not in process.beams:
        beams = labels(sorted(process.beams))
        msg = f"{process.name} makes no A' from a beam of {label(source.beam_id)}: it works with {beams}"
        raise ParameterError(msg)
    if is_colliding(process) != hasattr(source, "other_id"):
        needs, has = ("two beams that collide", "a target") if is_colliding(process) else ("a target", "two beams")
        msg = f"{process.name} needs {needs}, and a {type(source).__name__} has {has}: take another process or source"
        raise ParameterError(msg)


def complete_above(source: Source, e_min: float) -> float:
    """Energy [GeV] above which no A' is missing: a dump follows its beam down to a cut, whatever is asked for."""
    return max(e_min, getattr(source, "energy_cut", 0.0))


def require_e_min(e_min: float, name: str = "e_min") -> None:
    """Refuse a smallest energy of A' [GeV] that is none.

    Raises
    ------
    ParameterError
        Where it is negative, infinite or no number.
    """
    if not (math.isfinite(e_min) and e_min >= 0):
        msg = f"{name} = {e_min} GeV must be zero or positive"
        raise ParameterError(msg)


def as_choices(process: Process, **kinds: type[StrEnum]) -> None:
    """Turn settings that are words into members of their enumerations, as a process is made.

    Raises
    ------
    ParameterError
        Where a word is none of them.
    """
    for field, kind in kinds.items():
        value = getattr(process, field)
        if value not in list(kind):
            msg = f"{process.name}: {field} = {value!r} is none of {', '.join(kind)}"
            raise ParameterError(msg)
        object.__setattr__(process, field, kind(value))


def process_rates(
    m_aprime: float, source: Source, processes: Sequence[Process], *, e_min: float = 0.0
) -> list[Estimate]:
    """Rates of several processes.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].
    source : Source
        What collides.
    processes : sequence of Process
        The ways to make A'.
    e_min : float
        Smallest A' energy [GeV].

    Returns
    -------
    list of Estimate
        In the unit `source.per` at epsilon = 1; zero for a process that is closed while another is not.

    Raises
    ------
    ParameterError
        Where there is no process, the beam is of no use to one of them, or `e_min` is no energy.
    KinematicsError
        Where all are closed.
    """
    require_e_min(e_min)
    if not processes:
        msg = "no production process: name at least one, such as bremsstrahlung"
        raise ParameterError(msg)
    rates, closed = [], None
    for process in processes:
        require_beam(process, source)
        try:
            rates.append(process.rate(m_aprime, source, e_min=e_min))
        except KinematicsError as error:
            rates.append(Estimate(0.0, 0.0))
            closed = closed or error
    if closed is not None and not any(rate.value for rate in rates):
        raise closed
    return rates


def production_rate(
    m_aprime: float, source: Source, processes: Sequence[Process] | None = None, *, e_min: float = 0.0
) -> Estimate:
    """Rate of A' by all processes together, bremsstrahlung where none is named.

    Parameters, unit and errors as for `process_rates`.

    Examples
    --------
    >>> from semivis_gen.target import ThinTarget, material
    >>> sigma = production_rate(0.1, ThinTarget(100.0, material("Pb"))) * 1e-8
    >>> f"{sigma.value:.0f} pb at epsilon = 1e-4"
    '105 pb at epsilon = 1e-4'
    """
    used = [PROCESSES["bremsstrahlung"]()] if processes is None else processes
    return reduce(add, process_rates(m_aprime, source, used, e_min=e_min))
