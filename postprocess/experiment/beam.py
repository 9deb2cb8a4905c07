"""Beam, exposure and target of an experiment card."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from postprocess.experiment.cards import CardModel, Number, reject
from semivis_gen.constants import ID_PROTON

__all__ = ["Beam", "Dump", "Exposure", "Layer", "Run", "beam_ids"]

Particle = Literal["e-", "e+", "mu-", "mu+", "p"]


def beam_ids() -> dict[str, int]:
    """PDG ids of beam particles by their names in cards."""
    from semivis_gen.target import LEPTONS

    return {lepton.symbol: pdg for pdg, lepton in LEPTONS.items()} | {"p": ID_PROTON}


class Beam(CardModel):
    """The beam."""

    particle: Particle
    """What it consists of; the processes under `production` must be able to use it."""
    energy_GeV: Number  # noqa: N815
    """Energy of a particle [GeV]; of a collider with several runs in that of the highest energy."""
    other_energy_GeV: Number | None = None  # noqa: N815
    """Energy of the antiparticles that come against them along -z, at a collider [GeV]."""
    spot_mm: Number | None = None
    """Standard deviation of its position in x and in y [mm]; a point where absent."""
    divergence_mrad: Number | None = None
    """Standard deviation of its angles in x and in y [mrad]; parallel where absent."""

    @property
    def pdg_id(self) -> int:
        """PDG id of the particle."""
        return beam_ids()[self.particle]


def _given(key: str, kind: str = "object") -> JsonValue:
    """JSON schema of a mapping in which a key is there and not null."""
    return {"required": [key], "properties": {key: {"type": kind}}}


class Run(CardModel):
    """Data of a collider at one energy; the second beam stays as it is, the first follows."""

    sqrt_s_GeV: Number  # noqa: N815
    """Energy in the centre-of-mass frame [GeV]."""
    luminosity_fb: Number
    """Integrated luminosity [fb^-1]."""


class Exposure(CardModel):
    """How much beam: one of the keys."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [_given("particles_on_target"), _given("luminosity_fb"), _given("runs", "array")],
        }
    )

    particles_on_target: Number | None = None
    """Number of beam particles that hit the target."""
    luminosity_fb: Number | None = None
    """Integrated luminosity of a collider [fb^-1]."""
    runs: Annotated[tuple[Run, ...], Field(min_length=1)] | None = None
    """Luminosities of a collider at several energies, instead."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        given = [key for key, number in self if number is not None]
        if not given:
            reject("", None, "says nothing", "add particles_on_target, or luminosity_fb of a collider")
        if len(given) > 1:
            rule = f"stands beside {given[0]}, but an experiment has one of the two"
            value = len(self.runs) if self.runs is not None and given[1] == "runs" else getattr(self, given[1]).value
            reject(given[1], value, rule, "drop one (null takes out what an extended card has)")
        for key, number in self._numbers():
            if number.value <= 0:
                reject(f"{key}.value", number.value, "must be positive", "correct the value")
        return self

    def _numbers(self) -> Iterator[tuple[str, Number]]:
        for index, run in enumerate(self.runs or ()):
            yield f"runs.{index}.sqrt_s_GeV", run.sqrt_s_GeV
            yield f"runs.{index}.luminosity_fb", run.luminosity_fb
        for key in ("particles_on_target", "luminosity_fb"):
            if getattr(self, key) is not None:
                yield key, getattr(self, key)

    @property
    def value(self) -> float:
        """The number, in `unit`."""
        if self.runs is not None:
            return math.fsum(run.luminosity_fb.value for run in self.runs)
        number = self.luminosity_fb if self.particles_on_target is None else self.particles_on_target
        assert number is not None  # noqa: S101  (the card is validated)
        return number.value

    @property
    def per_rate(self) -> float:
        """What a rate is multiplied with: particles on target, or luminosity [pb^-1] where it is a cross-section."""
        return self.value if self.particles_on_target is not None else 1e3 * self.value

    @property
    def unit(self) -> str:
        """Unit of `value`: particles on target, or fb^-1."""
        return "fb^-1" if self.particles_on_target is None else "particles on target"


class Layer(CardModel):
    """One layer of the target's repeating unit."""

    material: str
    """Name of a known material, or of one under `materials`."""
    thickness_mm: Number
    """Thickness [mm]."""


class Dump(CardModel):
    """What the beam hits."""

    layers: Annotated[tuple[Layer, ...], Field(min_length=1)]
    """The repeating unit; its composition is the target's."""
    depth_x0: Number | None = None
    """Depth [X0], of a beam of leptons; protons collide once, wherever that is."""
    interaction_length_mm: Number | None = None
    """Mean depth of the first collision of a proton [mm]; nuclear interaction length of the layers where absent."""
    scattering: bool = False
    """Whether electrons and positrons leave the direction of the beam, by multiple scattering."""
