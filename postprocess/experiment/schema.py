"""Experiment cards: beam, dump, stations along z, signatures, background; every number with its source.

Coordinates: mm, z along the beam, z = 0 at the front face of the dump.
"""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from postprocess.experiment.cards import Card, CardModel, Number, Status, list_cards, load_card, numbers_of, show
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError

if TYPE_CHECKING:
    from semivis_gen.production import Process
    from semivis_gen.target import Material, ThickTarget

__all__ = [
    "Experiment",
    "Mode",
    "Resolution",
    "Signature",
    "Station",
    "StationKind",
    "list_experiments",
    "load_experiment",
]

FOLDER = "experiments"
THRESHOLD_MARGIN = 3.0  # standard deviations below a threshold from which events can still pass it


class Mode(StrEnum):
    """Names of the scenarios that come with semivis."""

    SEMIVISIBLE = "semivisible"
    INVISIBLE = "invisible"
    VISIBLE = "visible"


class StationKind(StrEnum):
    """What a piece along the beam does."""

    DUMP = "dump"
    """Where the beam stops and A' is made; it measures what does not leave with A'."""
    VETO = "veto"
    """Must stay silent."""
    CALORIMETER = "calorimeter"
    """Measures the decay products."""
    SHIELD = "shield"
    """Absorbs everything else."""
    VOLUME = "volume"
    """Empty: decays in it fly on."""


class Beam(CardModel):
    """The beam."""

    particle: str
    """Name, `e-` or `e+`."""
    energy_GeV: Number  # noqa: N815
    """Energy [GeV]."""
    spread_GeV: Number  # noqa: N815
    """Half-width of the accepted momentum [GeV]."""
    spot_mm: Number | None = None
    """Standard deviation of its position in x and in y [mm]; a point where absent."""
    divergence_mrad: Number | None = None
    """Standard deviation of its angles in x and in y [mrad]; parallel where absent."""


class Exposure(CardModel):
    """How much beam."""

    electrons_on_target: Number
    """Number of electrons."""


class Layer(CardModel):
    """One layer of the dump's repeating unit."""

    material: str
    """Name known to semivis_gen.target.materials."""
    thickness_mm: Number
    """Thickness [mm]."""


class Dump(CardModel):
    """The dump where A' is made."""

    layers: Annotated[tuple[Layer, ...], Field(min_length=1)]
    """The repeating unit; its composition is the dump's."""
    depth_x0: Number
    """Depth in radiation lengths."""
    secondaries: bool = False
    """Whether electrons and positrons of the shower make A' as well, not the beam electron alone."""
    annihilation: bool = False
    """Whether positrons of the shower annihilate into A' on atomic electrons."""
    cross_section: Literal["etl", "ww", "iww"] = "etl"
    """How much bremsstrahlung of A' there is: exact tree level, or an approximation of older results."""
    shape: Literal["etl", "iww"] = "etl"
    """How A' share the electron's energy: exact, or the approximation with A' along the beam."""


class Resolution(CardModel):
    """sigma(E) = min(stochastic sqrt(E) (+) constant E, ceiling)."""

    stochastic: Number | None = None
    """Coefficient of sqrt(E / GeV) [GeV]."""
    constant: Number | None = None
    """Relative resolution."""
    ceiling_GeV: Number | None = None  # noqa: N815
    """Largest sigma [GeV]."""

    def sigma(self, energy: ArrayLike) -> FloatArray:
        """Standard deviation of a measured energy.

        Parameters
        ----------
        energy : array_like
            True energies [GeV].

        Returns
        -------
        ndarray
            [GeV], same shape.
        """
        e = np.maximum(np.asarray(energy, dtype=float), 0.0)
        stochastic, constant = (x.value if x else 0.0 for x in (self.stochastic, self.constant))
        ceiling = self.ceiling_GeV.value if self.ceiling_GeV else np.inf
        return np.asarray(np.minimum(np.hypot(stochastic * np.sqrt(e), constant * e), ceiling))


class CentralCells(CardModel):
    """The cells of a calorimeter that count as its middle, and what an electromagnetic shower sees there."""

    half_width_x_mm: Number
    """Half of their size in x [mm]."""
    half_width_y_mm: Number
    """Half of their size in y [mm]."""
    offset_x_mm: Number
    """Position of their centre against the beam axis [mm]."""
    offset_y_mm: Number
    """The same in y [mm]."""
    moliere_mm: Number
    """Moliere radius [mm]."""
    critical_energy_GeV: Number  # noqa: N815
    """Critical energy [GeV]."""
    z: Number
    """Effective atomic number."""
    noise_GeV: Number  # noqa: N815
    """Noise in the sum of the cells outside [GeV]."""


class Station(CardModel):
    """A piece along the beam axis, centred on it."""

    kind: StationKind
    """What it does."""
    begin_mm: Number
    """First plane [mm]."""
    end_mm: Number
    """Last plane [mm]."""
    half_width_mm: Number
    """Half of its transverse size [mm]; square."""
    resolution: Resolution | None = None
    """Energy resolution of a dump or calorimeter; ideal where absent."""
    central: CentralCells | None = None
    """Its central cells; needed where a signature asks how much lies outside them."""

    def sigma(self, energy: ArrayLike) -> FloatArray:
        """Resolution at true energies [GeV], zero for an ideal station; as `Resolution.sigma`."""
        if self.resolution is None:
            return np.zeros_like(np.asarray(energy, dtype=float))
        return self.resolution.sigma(energy)


class Visible(CardModel):
    """Requirement on the visible decay products."""

    stations: Annotated[tuple[str, ...], Field(min_length=1)]
    """Calorimeters whose energies count."""
    energy_min_GeV: Number  # noqa: N815
    """Smallest sum of e+ and e- energies in them [GeV]."""


class Containment(CardModel):
    """Requirement that decay products shower in the central cells."""

    stations: Annotated[tuple[str, ...], Field(min_length=1)]
    """Calorimeters whose energies count."""
    outside_max: Number
    """Largest share of the energy outside the central cells."""

    @property
    def title(self) -> str:
        """The requirement in words, such as R < 0.06."""
        return f"R < {self.outside_max.value:g}"


class Signature(CardModel):
    """One way to see the signal: where the decay happens and what is asked for."""

    name: str
    """Short name, such as S1."""
    title: str
    """One line."""
    decay_from: str
    """Where the decay region begins: STATION.begin or STATION.end."""
    decay_to: str
    """Where it ends: STATION.begin, STATION.end or infinity."""
    quiet: tuple[str, ...] = ()
    """Stations that must stay silent: the decay region may not touch them."""
    missing_energy_min_GeV: Number | None = None  # noqa: N815
    """Smallest beam energy not found in the dump [GeV]."""
    visible: Visible | None = None
    """What must be seen of the decay; absent where nothing may be seen."""
    containment: Containment | None = None
    """How much of the visible energy must lie in central cells; not asked for where absent."""
    efficiencies: dict[str, Number] = Field(default_factory=dict)
    """Flat efficiencies, multiplied."""
    background: Number
    """Expected background events, with error."""
    observed: Number
    """Observed events."""

    @property
    def efficiency(self) -> float:
        """Product of the flat efficiencies."""
        return math.prod(number.value for number in self.efficiencies.values())


class Systematic(CardModel):
    """A relative uncertainty of the signal."""

    name: str
    """What it is."""
    size: Number
    """Relative standard deviation."""
    signatures: tuple[str, ...] = ()
    """Signatures it touches; all where empty."""


class ModeCard(CardModel):
    """Which signatures serve a mode."""

    signatures: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names of signatures."""


class Experiment(Card):
    """A fixed-target experiment."""

    beam: Beam
    exposure: Exposure
    target: Dump
    stations: dict[str, Station]
    """By name; at least the dump."""
    signatures: Annotated[tuple[Signature, ...], Field(min_length=1)]
    systematics: tuple[Systematic, ...] = ()
    modes: dict[str, ModeCard]
    """Signatures that serve a scenario, by its name."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        from postprocess.experiment.rules import check

        check(self)
        return self

    @property
    def beam_energy(self) -> float:
        """Beam energy [GeV]."""
        return self.beam.energy_GeV.value

    @property
    def electrons(self) -> float:
        """Electrons on target."""
        return self.exposure.electrons_on_target.value

    @property
    def dump(self) -> Station:
        """The station where A' is made."""
        return next(s for s in self.stations.values() if s.kind is StationKind.DUMP)

    def plane(self, edge: str) -> float:
        """Position of an edge such as `HCAL2.begin` [mm]; `infinity` is infinite."""
        if edge == "infinity":
            return math.inf
        station, _, side = edge.rpartition(".")
        number: Number = getattr(self.stations[station], f"{side}_mm")
        return number.value

    def region(self, signature: Signature) -> tuple[float, float]:
        """First and last plane of a signature's decay region [mm]; the last may be infinite."""
        return self.plane(signature.decay_from), self.plane(signature.decay_to)

    def signatures_of(self, mode: str) -> tuple[Signature, ...]:
        """Signatures of a mode, in the order of the card.

        Raises
        ------
        ParameterError
            Where the experiment has no such mode.
        """
        if mode not in self.modes:
            msg = f"{self.name} has no mode {str(mode)!r}; it has {', '.join(self.modes)}"
            raise ParameterError(msg)
        names = self.modes[mode].signatures
        return tuple(s for s in self.signatures if s.name in names)

    def e_min(self, mode: str = "semivisible") -> float:
        """Smallest A' energy that can pass any signature of a mode [GeV].

        Thresholds less three standard deviations of the resolution. Production rates and acceptances refer
        to A' above this energy.
        """
        return max(0.0, min(self._threshold(s) for s in self.signatures_of(mode)))

    def _threshold(self, signature: Signature) -> float:
        lowest = 0.0
        if signature.missing_energy_min_GeV is not None:
            cut = signature.missing_energy_min_GeV.value
            lowest = cut - THRESHOLD_MARGIN * float(self.dump.sigma(self.beam_energy - cut))
        if signature.visible is not None:  # A' carries at least what its decay shows
            cut = signature.visible.energy_min_GeV.value
            station = self.stations[signature.visible.stations[0]]
            lowest = max(lowest, cut - THRESHOLD_MARGIN * float(station.sigma(cut)))
        return lowest

    def material(self) -> Material:
        """Material of the dump, mixed from its layers."""
        from semivis_gen.target import layered

        return layered(f"{self.name} dump", [(x.material, x.thickness_mm.value) for x in self.target.layers])

    def thick_target(self, mode: str = "semivisible") -> ThickTarget:
        """Target for the production code: beam electrons are followed down to the smallest useful energy."""
        from semivis_gen.target import ThickTarget

        return ThickTarget(self.beam_energy, self.material(), self.target.depth_x0.value, self.e_min(mode))

    @property
    def processes(self) -> tuple[Process, ...]:
        """Ways in which A' are made."""
        from semivis_gen.production import Annihilation, Bremsstrahlung, Method, Particles, Shape

        particles = Particles.SHOWER if self.target.secondaries else Particles.PRIMARY
        first = Bremsstrahlung(particles, Method(self.target.cross_section), Shape(self.target.shape))
        return (first, Annihilation()) if self.target.annihilation else (first,)

    def describe(self) -> str:
        """Readable summary: title, references, every number with status and source."""
        lines = [f"{self.name}: {self.title}", "", "references"]
        lines += [f"  {key:<24} {text}" for key, text in self.references.items()]
        lines += ["", "decay regions [mm]"]
        for signature in self.signatures:
            begin, end = self.region(signature)
            lines.append(f"  {signature.name:<24} {begin:g} to {end:g}: {signature.title}")
        lines += [f"  mode {mode:<19} {', '.join(card.signatures)}" for mode, card in self.modes.items()]
        lines += ["", "numbers"]
        for key, number in numbers_of(self):
            lines.append(f"  {key:<48} {show(number):<28} {number.source or ''}".rstrip())
            if number.note and number.status is not Status.PUBLISHED:
                lines.append(f"      {' '.join(number.note.split())}")
        return "\n".join(lines)


def list_experiments() -> list[str]:
    """Names of the experiment cards that come with the project."""
    return list_cards(FOLDER)


def load_experiment(name_or_path: str | Path) -> Experiment:
    """Read and validate an experiment card.

    Parameters
    ----------
    name_or_path : str or Path
        A name of `list_experiments`, or the path of a user's own YAML file, which may start with
        `extends: NAME` and hold only what differs.

    Returns
    -------
    Experiment
        Validated and frozen.

    Raises
    ------
    CardError
        One line: file, key path, value, rule, way out.
    """
    return load_card(Experiment, name_or_path, FOLDER)
