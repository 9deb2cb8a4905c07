"""Beam, exposure and target of an experiment card."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from postprocess.experiment.cards import CardModel, Number, reject
from semivis_gen.constants import ID_PROTON

__all__ = ["Beam", "Dump", "Exposure", "Layer", "beam_ids"]

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
    """Energy of a particle [GeV]."""
    spot_mm: Number | None = None
    """Standard deviation of its position in x and in y [mm]; a point where absent."""
    divergence_mrad: Number | None = None
    """Standard deviation of its angles in x and in y [mrad]; parallel where absent."""

    @property
    def pdg_id(self) -> int:
        """PDG id of the particle."""
        return beam_ids()[self.particle]


def _given(key: str) -> JsonValue:
    """JSON schema of a mapping in which a key is there and not null."""
    return {"required": [key], "properties": {key: {"type": "object"}}}


class Exposure(CardModel):
    """How much beam: one of the two keys."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_given("particles_on_target"), _given("luminosity_fb")]})

    particles_on_target: Number | None = None
    """Number of beam particles that hit the target."""
    luminosity_fb: Number | None = None
    """Integrated luminosity of a collider [fb^-1]."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        given = [number for _, number in self if number is not None]
        if not given:
            reject("", None, "says nothing", "add particles_on_target, or luminosity_fb of a collider")
        if len(given) > 1:
            rule = "stands beside particles_on_target, but an experiment has one of the two"
            reject("luminosity_fb", given[1].value, rule, "drop one (null takes out what an extended card has)")
        if given[0].value <= 0:
            reject(f"{self._key}.value", given[0].value, "must be positive", "correct the value")
        return self

    @property
    def _key(self) -> str:
        return "luminosity_fb" if self.particles_on_target is None else "particles_on_target"

    @property
    def value(self) -> float:
        """The number, in `unit`."""
        number: Number = getattr(self, self._key)
        return number.value

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
