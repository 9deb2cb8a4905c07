"""The keys of a card, read from its JSON schema: for the guide and for new cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

__all__ = ["Key", "Part", "parts_of"]

UNIT = re.compile(r" \[([^\]]+)\]")
WORDS = {"string": "text", "boolean": "true or false", "integer": "integer", "number": "plain number"}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a card."""

    name: str
    """As written in the card."""
    text: str
    """What it is, with the unit in brackets."""
    unit: str
    """Unit of a number; empty where it has none."""
    form: str
    """What stands behind it: number, text, a list, one of some words."""
    required: bool
    """Whether it must be there."""
    default: Any
    """What holds where it is absent; None where the meaning says so."""
    parts: tuple[Part, ...] = ()
    """The keys below it: one part, or one for each thing of a registry."""
    many: str = ""
    """Whether there are several such parts: `list`, `names`, or empty."""

    @property
    def meaning(self) -> str:
        """What it is, without the unit."""
        return UNIT.sub("", self.text)


@dataclass(frozen=True, slots=True)
class Part:
    """A mapping of a card."""

    meaning: str
    """What it is."""
    keys: tuple[Key, ...] = field(default=())
    """Its keys, in their order."""


def parts_of(model: type[BaseModel]) -> Part:
    """Keys of a card and of all its parts.

    Parameters
    ----------
    model : type
        Class of the card.

    Returns
    -------
    Part
        The card.
    """
    schema = model.model_json_schema()
    return _part(schema, schema.get("$defs", {}))


def _part(schema: dict[str, Any], known: dict[str, Any]) -> Part:
    required = schema.get("required", [])
    keys = (_key(name, entry, name in required, known) for name, entry in schema["properties"].items())
    return Part(_text(schema), tuple(keys))


def _key(name: str, entry: dict[str, Any], required: bool, known: dict[str, Any]) -> Key:
    node = _plain(entry, known)
    text = _text(entry) or _text(node)
    unit = UNIT.search(text)
    many, inner = "", node
    if node.get("type") == "array":
        many, inner = "list", _plain(node["items"], known)
    elif "additionalProperties" in node and isinstance(node["additionalProperties"], dict):
        many, inner = "names", _plain(node["additionalProperties"], known)
    choices = inner.get("oneOf", []) if "properties" not in inner else []
    mappings = choices or ([inner] if "properties" in inner and not _is_number(inner) else [])
    parts = tuple(_part(_plain(mapping, known), known) for mapping in mappings)
    words = list(_plain(node["propertyNames"], known).get("enum", [])) if "propertyNames" in node else []
    return Key(
        name=name,
        text=text,
        unit=unit[1] if unit else "",
        form=_form(inner, many, bool(parts), words),
        required=required,
        default=entry.get("default"),
        parts=parts,
        many=many,
    )


def _plain(entry: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Schema behind references, without null."""
    options = [option for option in entry.get("anyOf", []) if option.get("type") != "null"]
    if options:
        entry = options[0]
    reference: str = entry.get("$ref", "")
    return _plain(known[reference.rpartition("/")[2]], known) if reference else entry


def _text(schema: dict[str, Any]) -> str:
    return " ".join(str(schema.get("description", "")).partition("\n\n")[0].split())


def _is_number(schema: dict[str, Any]) -> bool:
    return {"value", "status", "source"} <= set(schema.get("properties", {}))


def _form(inner: dict[str, Any], many: str, mapping: bool, words: list[str]) -> str:
    if mapping or (inner.get("type") == "object" and not _is_number(inner)):
        what = "keys"
    elif _is_number(inner):
        what = "number"
    elif "enum" in inner or "const" in inner:
        what = ", ".join(map(str, inner.get("enum", [inner.get("const")])))
    else:
        what = WORDS.get(inner.get("type", ""), "text")
    if many == "names":
        return f"{', '.join(words) or 'names'}, each with {what if mapping else f'a {what}'.replace('a text', 'text')}"
    return f"list of {what}" if many else what


def walk(part: Part, path: str = "") -> Iterator[tuple[str, Key]]:
    """Every key below a part with its path, such as ("stations.NAME.begin_mm", ...)."""
    for key in part.keys:
        where = f"{path}.{key.name}" if path else key.name
        yield where, key
        below = {"list": f"{where}[]", "names": f"{where}.NAME"}.get(key.many, where)
        for inner in key.parts:
            yield from walk(inner, below)
