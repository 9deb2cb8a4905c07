"""Experiment cards: beam, exposure, target, production, stations along z, signatures; every number with its source.

Coordinates: mm, z along the beam, z = 0 at the front face of the dump.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from postprocess.experiment.beam import Beam, Dump, Exposure
from postprocess.experiment.cards import Card, Line, Number, Status, numbers_of, show
from postprocess.experiment.checksum import digest
from postprocess.experiment.files import card_text, find_card, list_cards, load_card
from postprocess.experiment.from_registry import Entry, FromRegistry
from postprocess.experiment.materials import MaterialCard, make_materials
from postprocess.experiment.messages import one_line
from postprocess.experiment.old_cards import new_form
from postprocess.experiment.recoils import least_aprime
from postprocess.experiment.registries import GEOMETRIES
from postprocess.experiment.signatures import ModeCard, Signature, Systematic
from postprocess.experiment.stations import Station, StationKind
from semivis_gen.errors import CardError, ParameterError
from semivis_gen.production import PROCESSES

if TYPE_CHECKING:
    from semivis_gen.production import Process
    from semivis_gen.target import Collider, Material, ProtonDump, ThickTarget

__all__ = ["FOLDER", "Experiment", "card_file", "experiment_from", "list_experiments", "load_experiment"]

FOLDER = "experiments"
THRESHOLD_MARGIN = 3.0  # standard deviations below a threshold from which events can still pass it


class Experiment(Card):
    """An experiment: what collides, how A' are made, where decays are looked for and what is asked of them."""

    beam: Beam
    """The beam."""
    exposure: Exposure
    """How much beam."""
    materials: dict[Line, MaterialCard] = Field(default_factory=dict)
    """Materials of this card, by name, beside those that semivis knows."""
    target: Dump | None = None
    """What the beam hits; a collider has none."""
    production: Annotated[tuple[Annotated[Entry, FromRegistry(PROCESSES, "process")], ...], Field(min_length=1)]
    """Ways in which A' are made, each once."""
    geometry: Annotated[Entry, FromRegistry(GEOMETRIES, "geometry")] | None = None
    """What the edges of stations mean: planes across the beam where absent."""
    stations: dict[Line, Station]
    """Pieces along the beam axis, by name; where there is a target, one of them is the dump."""
    signatures: Annotated[tuple[Signature, ...], Field(min_length=1)]
    """Ways to see the signal."""
    systematics: tuple[Systematic, ...] = ()
    """Relative uncertainties of the signal."""
    modes: dict[str, ModeCard]
    """Signatures that serve a scenario, by its name: semivisible, invisible, visible or one of another package."""

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
    def available_energy(self) -> float:
        """Energy of the beam, or of both beams together [GeV]: what A' may have at most."""
        other = self.beam.other_energy_GeV
        return self.beam_energy + (other.value if other is not None else 0.0)

    @cached_property
    def digest(self) -> str:
        """Digest of all that the card holds: cards of the same name may differ."""
        return digest(self.model_dump(mode="json"))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy with changes; its digest is its own."""
        copy = super().model_copy(update=update, deep=deep)
        copy.__dict__.pop("digest", None)
        return copy

    @property
    def particles_on_target(self) -> float:
        """Particles on target; `exposure` may be a luminosity instead.

        Raises
        ------
        ParameterError
            Where the card gives a luminosity.
        """
        if self.exposure.particles_on_target is None:
            msg = f"{self.name} has a luminosity, {self.exposure.value:g} {self.exposure.unit}, no particles on target"
            raise ParameterError(msg)
        return self.exposure.particles_on_target.value

    @property
    def dump(self) -> Station:
        """The station where A' is made.

        Raises
        ------
        ParameterError
            Where there is none: at a collider.
        """
        for station in self.stations.values():
            if station.kind is StationKind.DUMP:
                return station
        msg = f"{self.name} has no dump: its exposure is a luminosity"
        raise ParameterError(msg)

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
        lowest = least_aprime(self, signature)
        if signature.missing_energy_min_GeV is not None:
            cut = signature.missing_energy_min_GeV.value
            lowest = max(lowest, cut - THRESHOLD_MARGIN * float(self.dump.sigma(self.beam_energy - cut)))
        if signature.visible is not None:  # A' carries at least what its decay shows
            cut = signature.visible.energy_min_GeV.value
            station = self.stations[signature.visible.stations[0]]
            lowest = max(lowest, cut - THRESHOLD_MARGIN * float(station.sigma(cut)))
        return lowest

    def material(self) -> Material:
        """Material of the target, mixed from its layers.

        Raises
        ------
        ParameterError
            Where there is no target.
        """
        from semivis_gen.target import layered

        target, own = self._target(), make_materials(self.materials)
        layers = [(own.get(x.material, x.material), x.thickness_mm.value) for x in target.layers]
        return layered(f"{self.name} dump", layers)

    def _target(self) -> Dump:
        if self.target is None:
            msg = f"{self.name} has no target: two beams collide there"
            raise ParameterError(msg)
        return self.target

    @property
    def processes(self) -> tuple[Process, ...]:
        """Ways in which A' are made."""
        return tuple(entry.build() for entry in self.production)

    def source(self, mode: str = "semivisible") -> ThickTarget | ProtonDump | Collider:
        """What collides, for the production code: leptons are followed down to the smallest useful energy."""
        from semivis_gen.target import Collider, ProtonDump, ThickTarget

        other, beam = self.beam.other_energy_GeV, self.beam.pdg_id
        if other is not None:
            runs = tuple((run.sqrt_s_GeV.value, run.luminosity_fb.value) for run in self.exposure.runs or ())
            return Collider(self.beam_energy, other.value, beam, runs)
        target = self._target()
        if target.depth_x0 is None:  # of protons alone, see the rules
            length = target.interaction_length_mm
            return ProtonDump(self.beam_energy, self.material(), length.value if length else None)
        depth, low = target.depth_x0.value, self.e_min(mode)
        return ThickTarget(self.beam_energy, self.material(), depth, low, beam, target.scattering)

    def describe(self) -> str:
        """Readable summary: title, references, every number with status and source."""
        lines = [f"{self.name}: {self.title}", "", "references"]
        lines += [f"  {key:<24} {text}" for key, text in self.references.items()]
        lines += ["", "production"]
        for entry in self.production:
            settings = entry.model_dump(mode="json", exclude_none=True)
            texts = [f"{key} {value}" for key, value in settings.items() if key != entry.tag and isinstance(value, str)]
            lines.append(f"  {settings[entry.tag]:<24} {', '.join(texts)}".rstrip())
        for name, made in make_materials(self.materials).items():
            density, length = f"{made.density_g_cm3:g} g/cm^3", f"{made.radiation_length_g_cm2:.4g} g/cm^2"
            lines.append(f"  material {name:<15} {density}, X0 = {length}")
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


def experiment_from(stored: dict[str, Any]) -> Experiment:
    """Card from what `model_dump(mode="json")` made of it: how cards travel to workers.

    Raises
    ------
    CardError
        Where it is none here, such as a process that was registered in another program: one line.
    """
    try:
        return Experiment.model_validate(stored)
    except ValidationError as error:
        msg = (
            f"the card {stored.get('name')!r} cannot be read by a worker: {one_line(error)}; what a program registers "
            "is known to workers as an entry point of an installed package alone: take one worker, or install it"
        )
        raise CardError(msg) from error


def list_experiments() -> list[str]:
    """Names of the experiment cards that come with the project."""
    return list_cards(FOLDER)


def card_file(name_or_path: str | Path) -> tuple[Path, str]:
    """Where an experiment card lies, and its text as it is.

    Raises
    ------
    CardError
        Where there is none, or it cannot be read.
    """
    path = find_card(name_or_path, FOLDER).resolve()
    return path, card_text(path)


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

    Warns
    -----
    SemivisWarning
        Where the card is written in the form of an earlier version, with what to write now.
    """
    return load_card(Experiment, name_or_path, FOLDER, renew=new_form)
