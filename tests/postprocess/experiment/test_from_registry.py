"""Things of a registry in cards: what is asked of a dataclass, of a card, of the JSON schema."""

import copy
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from multiprocessing import get_context
from typing import Annotated, ClassVar, Literal

import pytest
from pydantic import Field, ValidationError

from postprocess.experiment.cards import CardModel, numbers_of
from postprocess.experiment.from_registry import Entry, FromRegistry, card_class, field_docs
from postprocess.experiment.messages import one_line
from postprocess.experiment.schema import load_experiment
from semivis_gen.errors import ParameterError
from semivis_gen.registry import Registry


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Planes:
    """Planes across the beam."""


@dataclass(frozen=True, slots=True)
class Barrel:
    """A barrel around the beam.

    More of it.
    """

    name: ClassVar[str] = "barrel"
    radius_mm: float
    """Radius [mm]."""
    turns: int
    """How often
    it turns."""
    side: Side = Side.LEFT
    """Where it is."""
    shape: Literal["round", "square"] = "round"
    closed: bool = False
    gap_mm: float = 5.0
    """Gap [mm]."""
    tilt_mrad: float | None = None
    """Tilt [mrad]; upright where absent."""
    edges_mm: tuple[float, ...] = (1.0, 2.0)
    """Edges [mm]."""
    parts: tuple[str, ...] = ()
    label: str | None = "none"
    made: int = field(default=3, init=False)

    def __post_init__(self):
        if self.turns < 0:
            msg = f"turns = {self.turns} must not be negative"
            raise ParameterError(msg)


GEOMETRIES = Registry("geometry", "semivis.geometries.of.a.test")
GEOMETRIES.register("planes", Planes)
GEOMETRIES.register("barrel", Barrel)


class House(CardModel):
    """Two places for things of a registry."""

    geometry: Annotated[Entry, FromRegistry(GEOMETRIES, "geometry")] = Field(
        default_factory=lambda: card_class(Planes, "planes", "geometry")(geometry="planes")
    )
    """How."""
    more: tuple[Annotated[Entry, FromRegistry(GEOMETRIES, "geometry")], ...] = ()
    """Further ones."""


def number(value):
    return {"value": value, "status": "assumed", "note": "x"}


def problem(**keys):
    with pytest.raises(ValidationError) as caught:
        House.model_validate(keys)
    return one_line(caught.value)


BARREL = {"geometry": "barrel", "radius_mm": number(10), "turns": 2}


def test_a_card_makes_the_object_with_the_defaults_of_its_class():
    house = House.model_validate({"more": [BARREL, {**BARREL, "side": "right", "edges_mm": [number(7)]}]})
    assert house.geometry.build() == Planes()
    assert house.more[0].build() == Barrel(10.0, 2)
    made = house.more[1].build()
    assert (made.side, made.edges_mm, made.gap_mm, made.tilt_mrad) == (Side.RIGHT, (7.0,), 5.0, None)
    assert House.model_validate({"geometry": {**BARREL, "label": None}}).geometry.build().label is None
    assert House.model_validate({"geometry": BARREL}).geometry.build().label == "none"
    full = {**BARREL, "gap_mm": number(1), "tilt_mrad": number(2), "parts": ["a"], "closed": True, "shape": "square"}
    assert House.model_validate({"geometry": full}).geometry.build() == Barrel(
        10.0, 2, shape="square", closed=True, gap_mm=1.0, tilt_mrad=2.0, parts=("a",)
    )


def test_numbers_keep_their_provenance_and_cards_survive_json():
    house = House.model_validate({"geometry": {**BARREL, "edges_mm": [number(1), number(3)]}})
    assert {key: n.value for key, n in numbers_of(house)} == {
        "geometry.radius_mm": 10,
        "geometry.edges_mm.0": 1,
        "geometry.edges_mm.1": 3,
    }
    assert House.model_validate(house.model_dump()) == house
    assert House.model_validate(json.loads(house.model_dump_json())) == house
    assert House.model_validate(house.model_dump(mode="json")).geometry.build() == house.geometry.build()
    assert House(geometry=house.geometry) == house


def test_cards_go_to_worker_processes():
    house = House.model_validate({"geometry": {**BARREL, "edges_mm": [number(1), number(3)]}})
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(load_experiment, "na64-2018-improved").result() == load_experiment("na64-2018-improved")
    again = copy.copy(house.geometry), copy.deepcopy(house.geometry)
    assert all(entry == house.geometry and type(entry) is type(house.geometry) for entry in again)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"radius_mm": 10},
            "more.0.radius_mm = 10: a number stands with where it comes from; write {value: 10",
        ),
        ({"turns": 2.5}, "more.0.turns = 2.5: must be a whole number; correct the value"),
        ({"turns": True}, "more.0.turns = True: must be a whole number; correct the value"),
        ({"closed": "yes"}, "more.0.closed = 'yes': must be true or false; correct the value"),
        ({"side": "up"}, "more.0.side = 'up': input should be 'left' or 'right'; correct the value"),
        ({"shape": "oval"}, "more.0.shape = 'oval': input should be 'round' or 'square'; correct the value"),
        ({"raduis_mm": 3}, "more.0.raduis_mm: is not a key here; did you mean radius_mm?"),
        ({"made": 3}, "more.0.made: is not a key here; "),
        ({"turns": -1}, "more.0: turns = -1 must not be negative"),
        ({"parts": "a"}, "more.0.parts = 'a': must be a list; "),
        (
            {"radius_mm": {"value": 1, "status": "assumed"}},
            "more.0.radius_mm.note = None: every assumption is",
        ),
        (
            {"geometry": "barel"},
            "more.0.geometry: no geometry 'barel': take one of planes, barrel; did you mean barrel?",
        ),
        ({"geometry": 7}, "more.0.geometry = 7: is not the name of a geometry; take one of planes, barrel"),
    ],
)
def test_errors_name_the_key_as_it_is_in_the_card(keys, message):
    assert problem(more=[{**BARREL, **keys}]).startswith(message)


def test_a_thing_without_name_is_told_of_the_names():
    wanted = "names a geometry; write geometry: one of planes, barrel, then its keys"
    assert problem(more=["barrel"]) == f"more.0 = 'barrel': {wanted}"
    assert problem(geometry={"radius_mm": 1}).endswith(wanted)
    assert problem(more=[{"geometry": "barrel"}]) == "more.0: lacks radius_mm and turns; add them"


def test_the_json_schema_describes_what_is_registered():
    schema = House.model_json_schema()
    planes, place = schema["properties"]["more"]["items"]["oneOf"]
    barrel = schema["$defs"][place["$ref"].removeprefix("#/$defs/")]
    assert planes["properties"]["geometry"] == {
        "const": "planes",
        "description": "Planes across the beam.",
        "title": "Geometry",
        "type": "string",
    }
    assert barrel["additionalProperties"] is False
    assert barrel["required"] == ["geometry", "radius_mm", "turns"]
    texts = {key: entry.get("description", "") for key, entry in barrel["properties"].items()}
    assert texts["geometry"] == "A barrel around the beam."
    assert (texts["turns"], texts["gap_mm"]) == ("How often it turns.", "Gap [mm]; 5.0 where absent.")
    assert texts["tilt_mrad"] == "Tilt [mrad]; upright where absent."


def test_docstrings_of_fields_are_inherited():
    class Longer(Barrel):
        length_mm: float = 1.0
        """Length [mm]."""

    assert field_docs(Longer)["length_mm"] == "Length [mm]."
    assert field_docs(Longer)["gap_mm"] == "Gap [mm]."
    assert field_docs(int) == {}


def test_what_cannot_stand_in_a_card_is_refused_with_its_name():
    @dataclass(frozen=True)
    class Open:
        anything: dict[str, float]

    @dataclass(frozen=True)
    class Mixed:
        either: int | str

    @dataclass(frozen=True)
    class Same:
        geometry: str

    @dataclass(frozen=True)
    class Late:
        somewhere: "Nowhere"  # noqa: F821

    with pytest.raises(ParameterError, match="Late: name 'Nowhere' is not defined"):
        card_class(Late, "x", "geometry")
    for made, name in ((Open, "Open.anything"), (Mixed, "Mixed.either"), (Same, "Same.geometry")):
        with pytest.raises(ParameterError, match=name):
            card_class(made, "x", "geometry")
    with pytest.raises(ParameterError, match="must be made by a dataclass, not by"):
        card_class(lambda: None, "x", "geometry")
