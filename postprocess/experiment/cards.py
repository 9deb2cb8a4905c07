"""Cards: YAML files in which every number carries its provenance, read with errors that name the key."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, Self, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from semivis_gen.errors import CardError
from semivis_gen.resources import cards_dir

__all__ = [
    "Card",
    "CardModel",
    "Number",
    "Status",
    "find_card",
    "list_cards",
    "load_card",
    "numbers_of",
    "reject",
    "schema_text",
    "show",
]

MAX_BYTES = 1_000_000  # a card is a few kB; more is a wrong file
MAX_DEPTH = 3  # cards extending cards


class Status(StrEnum):
    """Where a number comes from."""

    PUBLISHED = "published"
    """Stated in `source`."""
    DERIVED = "derived"
    """Follows from published numbers by the arithmetic in `note`."""
    ASSUMED = "assumed"
    """In no publication; `note` gives the reasoning."""


def reject(key: str, value: object, rule: str, way_out: str) -> NoReturn:
    """Raise the error of a rule that spans several keys: the key, its value, the rule and the way out."""
    kind = "card"
    raise PydanticCustomError(
        kind, "{rule}; {way_out}", {"key": key, "value": repr(value), "rule": rule, "way_out": way_out}
    )


def _plain_number(value: object) -> object:
    if isinstance(value, bool):
        msg = "not_a_number"
        raise PydanticCustomError(msg, "Input should be a number, not true or false")
    return value


Finite = Annotated[float, BeforeValidator(_plain_number), Field(allow_inf_nan=False)]


class CardModel(BaseModel):
    """Base of everything in a card: unknown keys are errors and values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Number(CardModel):
    """A number with its provenance. The key that holds it names the unit, such as `begin_mm`."""

    value: Finite
    """The number."""
    error: Annotated[float, BeforeValidator(_plain_number), Field(ge=0, allow_inf_nan=False)] | None = None
    """One standard deviation, where one is known."""
    status: Status
    """Published, derived from published numbers, or assumed."""
    source: str | None = None
    """INSPIRE key of the publication, one of the card's `references`."""
    note: str | None = None
    """Place in the publication, arithmetic, or the reasoning behind an assumption."""

    @model_validator(mode="after")
    def _provenance(self) -> Self:
        if self.status is Status.PUBLISHED and not self.source:
            reject("source", None, "a published number names its source", "add source: INSPIRE-KEY")
        if self.status is not Status.PUBLISHED and not self.note:
            kind = "derived number shows its arithmetic" if self.status is Status.DERIVED else "assumption is reasoned"
            reject("note", None, f"every {kind}", "add note: ...")
        return self


class Card(CardModel):
    """What every card has."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Short name: that of the file, without .yaml."""
    title: str
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


class _Loader(yaml.SafeLoader):
    """Safe loader that also refuses aliases (they can expand without bound) and repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(None, None, "YAML aliases are not allowed", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = str(key_node.value)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} appears twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _read(path: Path) -> dict[str, Any]:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            msg = f"{path}: {size} bytes is more than a card may have ({MAX_BYTES}); is this the right file?"
            raise CardError(msg)
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  (a SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read ({error}); give a card name or the path of a YAML file"
        raise CardError(msg) from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or "nested too deeply"
        msg = f"{path}{line}: not valid YAML ({why}); correct it"
        raise CardError(msg) from error
    if not isinstance(data, dict):
        msg = f"{path}: a card is a mapping of keys, not {type(data).__name__}; see cards/experiments for examples"
        raise CardError(msg)
    return data


def list_cards(folder: str) -> list[str]:
    """Names of the cards that come with the project, sorted.

    Parameters
    ----------
    folder : str
        `experiments` or `benchmarks`.
    """
    return sorted(path.stem for path in (cards_dir() / folder).glob("*.yaml"))


def find_card(name_or_path: str | Path, folder: str) -> Path:
    """Path of a card, from its name or from a path to a user's own file.

    Raises
    ------
    CardError
        Where there is none; the message lists the names.
    """
    known = list_cards(folder)
    if str(name_or_path) in known:
        return cards_dir() / folder / f"{name_or_path}.yaml"
    path = Path(name_or_path)
    if path.is_file():
        return path
    close = difflib.get_close_matches(str(name_or_path), known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    msg = f"no card {str(name_or_path)!r}: take one of {', '.join(known)} or the path of a YAML file{hint}"
    raise CardError(msg)


def _merge(base: Any, change: Any) -> Any:
    """Lay a card over the one it extends: mappings merge, lists by `name`, numbers as a whole; null removes."""
    if isinstance(base, dict) and isinstance(change, dict) and "value" not in change:
        merged = {**base, **{k: _merge(base[k], v) if k in base else v for k, v in change.items()}}
        return {k: v for k, v in merged.items() if not (k in change and change[k] is None)}
    named = [isinstance(x, list) and x and all(isinstance(i, dict) and "name" in i for i in x) for x in (base, change)]
    if all(named):
        changes = {item["name"]: item for item in change}
        items = [_merge(item, changes.pop(item["name"], {})) for item in base]
        return items + list(changes.values())
    return change


def _resolve(path: Path, folder: str, depth: int = 0) -> dict[str, Any]:
    data = _read(path)
    parent = data.pop("extends", None)
    if parent is None:
        return data
    if not isinstance(parent, str) or depth >= MAX_DEPTH:
        msg = f"{path}: extends = {parent!r}: must name another card, at most {MAX_DEPTH} deep; correct or remove it"
        raise CardError(msg)
    if Path(parent).name != parent:  # a card from elsewhere must not make this program read other folders
        msg = f"{path}: extends = {parent!r}: must be a name without folders; put that card beside this one"
        raise CardError(msg)
    beside = path.parent / parent
    source = beside if beside.is_file() else find_card(parent, folder)
    merged: dict[str, Any] = _merge(_resolve(source, folder, depth + 1), data)
    return merged


def _one_line(error: ErrorDetails, model: type[BaseModel]) -> str:
    context = error.get("ctx", {})
    location = [str(part) for part in error["loc"]]
    if error["type"] == "card":
        key = ".".join([*location, context["key"]])
        return f"{key} = {context['value']}: {context['rule']}; {context['way_out']}"
    key, rule = ".".join(location) or "card", error["msg"]
    if error["type"] == "missing":
        return f"{key}: is missing; add it (cards/schema lists all keys)"
    if error["type"] == "extra_forbidden":
        close = difflib.get_close_matches(location[-1], _all_keys(model), n=1)
        return f"{key}: is not a key of this card; " + (f"did you mean {close[0]}?" if close else "remove it")
    shown = repr(error["input"])
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return f"{key} = {shown}: {rule[0].lower() + rule[1:]}; correct the value"


def _all_keys(model: type[BaseModel]) -> list[str]:
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({key for part in parts for key in part.get("properties", {})})


AnyCard = TypeVar("AnyCard", bound=Card)


def load_card(model: type[AnyCard], name_or_path: str | Path, folder: str) -> AnyCard:
    """Read and validate a card.

    Parameters
    ----------
    model : type
        Class of the card.
    name_or_path : str or Path
        Name of a card of the project, or a path to a user's own.
    folder : str
        `experiments` or `benchmarks`.

    Returns
    -------
    Card
        Validated and frozen.

    Raises
    ------
    CardError
        One line: file, key path, value, rule, way out; further problems are counted.
    """
    path = find_card(name_or_path, folder)
    data = _resolve(path, folder)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        msg = f"{path}: {_one_line(problems[0], model)}{more}"
        raise CardError(" ".join(msg.split())) from error


def schema_text(model: type[Card]) -> str:
    """JSON schema of a complete card, as it stands in cards/schema.

    Parameters
    ----------
    model : type
        Class of the card.

    Returns
    -------
    str
        Sorted JSON with a final newline; `extends` is added, which the reader resolves before it validates.
    """
    schema = model.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    text = "Name or path of the card that this one changes: only what differs need be written."
    schema["properties"]["extends"] = {"type": "string", "description": text}
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def show(number: Number) -> str:
    """Value, error and status of a number, for people."""
    digits = f"{number.value:g}" if math.isfinite(number.value) else str(number.value)
    error = f" +- {number.error:g}" if number.error else ""
    return f"{digits}{error} [{number.status.value}]"
