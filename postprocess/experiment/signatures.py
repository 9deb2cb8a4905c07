"""Signatures of an experiment card: what is asked of a decay, background, observed events, systematics."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from postprocess.experiment.cards import CardModel, Line, Name, Number, reject
from postprocess.experiment.from_registry import Entry, FromRegistry
from postprocess.experiment.registries import REQUIREMENTS
from semivis_gen.errors import ParameterError
from semivis_gen.model import DECAY_NAMES, channel_names

__all__ = ["Containment", "ModeCard", "Seen", "Signature", "Systematic", "Veto", "Visible"]


def _decay(name: str) -> str:
    try:
        channel_names([name])
    except ParameterError:
        reject("", name, "is no final state", f"take one of {', '.join(DECAY_NAMES)}")
    return name


class Seen(CardModel):
    """A decay of the particle that flies that counts."""

    decay: Annotated[str, AfterValidator(_decay), Field(json_schema_extra={"enum": list(DECAY_NAMES)})]
    """Its final state, chi1 not named, or a group of them."""
    efficiency: Number | None = None
    """Share of such decays that is found, times everything else that is asked for; 1 where absent."""

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, data: Any) -> Any:
        return {"decay": data} if isinstance(data, str) else data

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Keys, or the name of the decay alone."""
        keys = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [keys, {"type": "string", "enum": list(DECAY_NAMES)}], "description": keys["description"]}


class Visible(CardModel):
    """Requirement on the visible decay products."""

    stations: Annotated[tuple[str, ...], Field(min_length=1)]
    """Calorimeters whose energies count."""
    energy_min_GeV: Number  # noqa: N815
    """Smallest sum of the products' energies in them [GeV]."""


class Veto(CardModel):
    """What of an earlier decay spoils the event."""

    stations: Annotated[tuple[str, ...], Field(min_length=1)]
    """Pieces that see the products, such as a calorimeter: the first that is hit counts."""
    energy_min_GeV: Number  # noqa: N815
    """Smallest energy of a product that is noticed there [GeV]."""


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

    name: Name
    """Short name, such as S1."""
    title: Line
    """One line."""
    decay_from: str
    """Where the decay region begins: STATION.begin or STATION.end."""
    decay_to: str
    """Where it ends: STATION.begin, STATION.end or infinity."""
    quiet: tuple[str, ...] = ()
    """Stations that must stay silent: the decay region may not touch them."""
    missing_energy_min_GeV: Number | None = None  # noqa: N815
    """Smallest beam energy not found in the dump [GeV]."""
    veto: Veto | None = None
    """How decays in front of the region are noticed: those that are not count as well. Where absent none counts."""
    visible: Visible | None = None
    """What must be seen of the decay; absent where nothing may be seen."""
    containment: Containment | None = None
    """How much of the visible energy must lie in central cells; not asked for where absent."""
    require: tuple[Annotated[Entry, FromRegistry(REQUIREMENTS, "requirement")], ...] = ()
    """Requirements of other packages."""
    efficiencies: dict[Line, Number] = Field(default_factory=dict)
    """Flat efficiencies, multiplied."""
    sees: Annotated[tuple[Seen, ...], Field(min_length=1)] | None = None
    """Decays that count, each with its keys or its name alone. Where absent: e+ e- where something is asked of the
    products, all otherwise."""
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

    name: Line
    """What it is."""
    size: Number
    """Relative standard deviation."""
    signatures: tuple[str, ...] = ()
    """Signatures it touches; all where empty."""


class ModeCard(CardModel):
    """Which signatures serve a mode."""

    signatures: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names of signatures."""
