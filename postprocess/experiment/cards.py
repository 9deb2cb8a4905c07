"""What every card holds: keys that are checked, and numbers with their provenance."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, NoReturn, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from semivis_gen.errors import did_you_mean

__all__ = [
    "Card",
    "CardModel",
    "Line",
    "Name",
    "Number",
    "Status",
    "numbers_of",
    "reject",
    "show",
    "shown",
]

SHOWN = 60  # characters of a value in a message
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Status(StrEnum):
    """Where a number comes from."""

    PUBLISHED = "published"
    """Stated in `source`."""
    DERIVED = "derived"
    """Follows from published numbers by the arithmetic in `note`."""
    ASSUMED = "assumed"
    """In no publication; `note` gives the reasoning."""
    TUNED = "tuned"
    """Chosen so that the card gives a published result: that of `source`, which `note` names."""


REASONS = {
    Status.DERIVED: "derived number shows its arithmetic",
    Status.ASSUMED: "assumption is reasoned",
    Status.TUNED: "tuned number names the result that it gives",
}


def shown(value: object) -> str:
    """Value as messages show it: short, whatever a file holds."""
    try:
        text = repr(value)
    except ValueError:  # an integer of more than 4300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def reject(key: str, value: object, rule: str, way_out: str) -> NoReturn:
    """Raise the error of a rule: the key below the part that is validated, its value, the rule and the way out."""
    kind = "card"
    raise PydanticCustomError(
        kind, "{rule}; {way_out}", {"key": key, "value": shown(value), "rule": rule, "way_out": way_out}
    )


def _plain_number(value: object) -> object:
    if isinstance(value, bool):
        kind = "not_a_number"
        raise PydanticCustomError(kind, "Input should be a number, not true or false")
    if isinstance(value, int):
        try:
            return float(value)
        except OverflowError:
            kind = "too_large"
            raise PydanticCustomError(kind, "Input should be a number of at most 308 digits") from None
    return value


def _one_line(text: str) -> str:
    if not text.strip() or text[0] in "=+-@" or CONTROL.search(text):
        rule = "must be one line of text that begins with none of = + - @, as it stands in tables"
        reject("", text, rule, "change it")
    return text


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        rule = "a name holds letters, digits and . _ + - alone, as it names columns and files"
        reject("", text, rule, f"write {re.sub('[^A-Za-z0-9._+-]+', '_', text).strip('_.+-') or 'NAME'}")
    return text


Finite = Annotated[float, BeforeValidator(_plain_number), Field(allow_inf_nan=False)]
Line = Annotated[str, AfterValidator(_one_line)]
"""One line of text."""
Name = Annotated[str, AfterValidator(_name), Field(json_schema_extra={"pattern": f"^{NAME.pattern}$"})]
"""Word that names columns of tables and files."""


class CardModel(BaseModel):
    """Base of everything in a card: unknown keys are errors and values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _keys(cls, data: Any) -> Any:
        if isinstance(data, BaseModel):
            return data
        keys = list(cls.model_fields)
        if not isinstance(data, dict):
            rule = f"holds keys, such as {', '.join(keys[:3])}"
            reject("", data, rule, "write them in the lines below it, indented")
        for key in data:
            if key not in keys:
                hint = did_you_mean(key, keys) or f"take {', '.join(keys)}"
                kind = "unknown_key"
                raise PydanticCustomError(kind, "is not a key here; {hint}", {"key": str(key), "hint": hint})
        return data


class Number(CardModel):
    """A number with its provenance. The key that holds it names the unit, such as `begin_mm`."""

    value: Finite
    """The number."""
    error: Annotated[float, BeforeValidator(_plain_number), Field(ge=0, allow_inf_nan=False)] | None = None
    """One standard deviation, where one is known."""
    status: Status
    """Published, derived from published numbers, assumed, or tuned to a published result."""
    source: str | None = None
    """INSPIRE key of the publication, one of the card's `references`."""
    note: str | None = None
    """Place in the publication, arithmetic, or the reasoning behind an assumption."""

    @model_validator(mode="before")
    @classmethod
    def _with_source(cls, data: Any) -> Any:
        if not isinstance(data, dict | BaseModel):
            plain = isinstance(data, int | float) and not isinstance(data, bool) and abs(data) < math.inf
            example = shown(data) if plain else "..."
            way_out = f"write {{value: {example}, status: assumed, note: WHY}}, or published and its source"
            reject("", data, "a number stands with where it comes from", way_out)
        return data

    @model_validator(mode="after")
    def _provenance(self) -> Self:
        if self.status in (Status.PUBLISHED, Status.TUNED) and not self.source:
            reject("source", None, f"a {self.status} number names its source", "add source: INSPIRE-KEY")
        if self.status in REASONS and not self.note:
            reject("note", None, f"every {REASONS[self.status]}", "add note: ...")
        return self


class Card(CardModel):
    """What every card has."""

    name: Name
    """Short name: that of the file, without .yaml."""
    title: Line
    """One line for lists and plots."""
    references: dict[str, str]
    """INSPIRE key of each source and its journal reference."""

    @model_validator(mode="after")
    def _sources_are_listed(self) -> Self:
        for key, number in numbers_of(self):
            if number.source is not None and number.source not in self.references:
                reject(f"{key}.source", number.source, "is not among the card's references", "add it to references")
        return self


def numbers_of(model: object, prefix: str = "") -> Iterator[tuple[str, Number]]:
    """Walk a card and yield every number with its key path.

    Parameters
    ----------
    model : object
        A card or a part of one.
    prefix : str
        Key path of `model`.

    Yields
    ------
    (str, Number)
        Such as ("beam.energy_GeV", ...).
    """
    if isinstance(model, Number):
        yield prefix, model
        return
    items: Iterator[tuple[object, object]] = iter(())
    if isinstance(model, BaseModel):
        items = ((name, getattr(model, name)) for name in type(model).model_fields)
    elif isinstance(model, dict):
        items = iter(model.items())
    elif isinstance(model, tuple):
        items = iter(enumerate(model))
    for name, value in items:
        yield from numbers_of(value, f"{prefix}.{name}" if prefix else str(name))


def show(number: Number) -> str:
    """Value, error and status of a number, for people."""
    digits = f"{number.value:g}" if math.isfinite(number.value) else str(number.value)
    error = f" +- {number.error:g}" if number.error else ""
    return f"{digits}{error} [{number.status.value}]"
