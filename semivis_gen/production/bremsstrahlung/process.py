"""Dark bremsstrahlung as a production process: settings, rate, events, spin of A'."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ID_APRIME, ID_ELECTRON
from semivis_gen.errors import ParameterError
from semivis_gen.events import STATUS_FINAL, STATUS_INCOMING, Events, RunInfo, Topology
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import Estimate, tilted
from semivis_gen.production.bremsstrahlung.collinear import CollinearSampler
from semivis_gen.production.bremsstrahlung.cross_sections import Method
from semivis_gen.production.bremsstrahlung.direction import aligned_direction
from semivis_gen.production.bremsstrahlung.rate import bremsstrahlung_rate
from semivis_gen.production.bremsstrahlung.sampling import Production, ProductionSampler
from semivis_gen.production.process import as_choices
from semivis_gen.target import LEPTONS, Source, ThickTarget, ThinTarget

__all__ = ["Bremsstrahlung", "BremsstrahlungSampler", "Particles", "Shape"]

NUCLEUS = 0  # stands for the nucleus, whose id differs from event to event
SHAPE_KEY = "shape"  # in file headers, where it is not the exact one


class Particles(StrEnum):
    """What radiates."""

    PRIMARY = "primary"
    """The beam particle."""
    SHOWER = "shower"
    """Electrons and positrons of its shower as well; no muons."""


class Shape(StrEnum):
    """How A' share the energy of what radiates."""

    ETL = "etl"
    """Exact tree level."""
    IWW = "iww"
    """Improved Weizsaecker-Williams, A' along the beam: for comparison with older results."""


@dataclass(frozen=True, slots=True)
class Bremsstrahlung:
    """A' radiated in the field of a nucleus: l N -> l N A'."""

    name: ClassVar[str] = "bremsstrahlung"
    beams: ClassVar[frozenset[int]] = frozenset(LEPTONS)
    events_share: ClassVar[float] = 0.7

    particles: Particles = Particles.PRIMARY
    """What radiates: the beam particle alone, or its shower as well."""
    cross_section: Method = Method.ETL
    """How much there is: exact tree level, or an approximation of older results."""
    shape: Shape = Shape.ETL
    """How A' share the energy of the lepton: exact, or the approximation with A' along the beam."""

    def __post_init__(self) -> None:
        as_choices(self, particles=Particles, cross_section=Method, shape=Shape)

    @property
    def _secondaries(self) -> bool:
        return self.particles is Particles.SHOWER

    def rate(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> Estimate:
        """See `Process.rate` and `bremsstrahlung_rate`."""
        return bremsstrahlung_rate(
            m_aprime,
            _target(source),
            e_min=e_min,
            cross_section=self.cross_section,
            shape=Method(self.shape),
            secondaries=self._secondaries,
        )

    def sampler(self, m_aprime: float, source: Source, *, e_min: float = 0.0) -> BremsstrahlungSampler:
        """See `Process.sampler`."""
        target = _target(source)
        if self.shape is Shape.ETL:
            exact = ProductionSampler(m_aprime, target, e_min_aprime=e_min, secondaries=self._secondaries)
            return BremsstrahlungSampler(m_aprime, target, exact, self.shape, secondaries=self._secondaries)
        if not isinstance(target, ThickTarget):
            msg = "bremsstrahlung with shape = iww is sampled in thick targets only: take shape = etl"
            raise ParameterError(msg)
        collinear = CollinearSampler(
            m_aprime, target, e_min_aprime=e_min, cross_section=self.cross_section, secondaries=self._secondaries
        )
        return BremsstrahlungSampler(m_aprime, target, collinear, self.shape, secondaries=self._secondaries)

    @staticmethod
    def direction(events: Events, masses: DarkMasses, rng: np.random.Generator) -> FloatArray | None:
        """See `Process.direction`: the polarisation of bremsstrahlung, none in the approximation."""
        n, k = len(events), len(BARE.pdg)
        bare = n > 0 and len(events.pdg) == n * k and bool((events.pdg.reshape(n, k)[:, 2] == ID_APRIME).all())
        if not bare or events.info.extra.get(SHAPE_KEY, Shape.ETL) != Shape.ETL:
            return None
        momentum, mass = events.momentum.reshape(n, k, 3), events.mass.reshape(n, k)
        slope = momentum[:, 0, :2] / momentum[:, 0, 2:]
        beam, _, aprime, lepton, recoil = tilted(momentum, -slope).transpose(1, 0, 2)
        directions = aligned_direction(
            beam, lepton, recoil, aprime, masses, rng, nucleus_mass=mass[:, 1], lepton_mass=float(mass[0, 3])
        )
        return tilted(directions, slope)


BARE = Topology(
    pdg=(ID_ELECTRON, NUCLEUS, ID_APRIME, ID_ELECTRON, NUCLEUS),
    status=(STATUS_INCOMING, STATUS_INCOMING, STATUS_FINAL, STATUS_FINAL, STATUS_FINAL),
    mothers=((-1, -1), (-1, -1), (0, 1), (0, 1), (0, 1)),
)
"""Order of the particles: that of MadGraph's e- N > e- N A'."""


@dataclass(frozen=True, slots=True)
class BremsstrahlungSampler:
    """Events from a sampler of momenta."""

    m_aprime: float
    """Mass of A' [GeV]."""
    target: ThinTarget | ThickTarget
    """What the beam hits."""
    momenta: ProductionSampler | CollinearSampler
    """Where they come from."""
    shape: Shape
    """How A' share the energy."""
    secondaries: bool = False
    """Whether the shower radiates as well."""

    def sample(self, n: int, rng: np.random.Generator) -> Events:
        """Draw n events; see `Sampler.sample`."""
        return self._events(self.momenta.sample(n, rng), rng)

    def _events(self, production: Production, rng: np.random.Generator) -> Events:
        nucleus_mass = np.array([n.mass for n in production.nuclei])[production.nucleus]
        nucleus_id = np.array([n.pdg_id for n in production.nuclei], dtype=np.int32)[production.nucleus]
        lepton = self.target.lepton.mass
        columns: tuple[tuple[FloatArray | float, FloatArray | float], ...] = (
            (production.beam, lepton),
            (0.0, nucleus_mass),
            (production.aprime, self.m_aprime),
            (production.lepton, lepton),
            (production.recoil, nucleus_mass),
        )
        n, k = len(production), len(columns)
        momentum, mass = np.empty((n, k, 3)), np.empty((n, k))
        for index, (p, m) in enumerate(columns):
            momentum[:, index], mass[:, index] = p, m
        vertex = self.target.vertices(production.depth_x0, production.beam)
        momentum = self.target.scattered(momentum, production.depth_x0, rng, shower=1.0 if self.secondaries else 0.0)
        extra = {} if self.shape is Shape.ETL else {SHAPE_KEY: str(self.shape)}
        info = RunInfo(extra=extra)
        events = Events.from_topology(BARE, momentum, mass, weight=production.weight, vertex=vertex, info=info)
        ids = events.pdg.reshape(n, k)
        ids[:, [1, 4]] = nucleus_id[:, None]
        ids[:, [0, 3]] = np.where(production.opposite, -self.target.beam_id, self.target.beam_id)[:, None]
        return events


def _target(source: Source) -> ThinTarget | ThickTarget:
    if not isinstance(source, ThinTarget | ThickTarget):
        msg = f"bremsstrahlung needs nuclei that a beam hits: {type(source).__name__} has none"
        raise ParameterError(msg)
    return source
