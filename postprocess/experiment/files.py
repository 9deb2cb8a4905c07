"""Card files: YAML of plain values, read with limits; cards that extend others; validation."""

from __future__ import annotations

import json
import logging
import re
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from postprocess.experiment.cards import Card, shown
from postprocess.experiment.merging import merge
from postprocess.experiment.messages import one_line
from semivis_gen.errors import CardError, SemivisWarning, did_you_mean
from semivis_gen.resources import cards_dir

__all__ = ["Renew", "card_text", "find_card", "list_cards", "load_card", "parse", "schema_text"]

log = logging.getLogger(__name__)
MAX_BYTES = 1_000_000  # a card is a few kB; more is a wrong file
MAX_DEPTH = 3  # cards extending cards

Renew = Callable[[dict[str, Any], dict[str, Any]], tuple[dict[str, Any], str]]
"""From a card as it is in a file and the card that it extends to the card as it is written now, and advice."""


class _Loader(yaml.SafeLoader):
    """Safe loader of text, numbers, true, false and null, as YAML 1.2 writes them, without aliases and repeated keys.

    Dates and times stay text, 1e-3 is a number and 010 is ten; aliases can expand without bound.
    """

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

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:  # !!int of no number
            why = f"{_text(node)!r} cannot be read as {node.tag.rpartition(':')[2]}"
            raise yaml.constructor.ConstructorError(None, None, why, node.start_mark) from error


def _text(node: yaml.Node) -> str:
    text = str(node.value)
    return text if len(text) <= 40 else f"{text[:37]}..."


FLOAT = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", FLOAT, list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def card_text(path: Path) -> str:
    """Text of a card's file.

    Raises
    ------
    CardError
        Where it cannot be read or is too large for a card.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            msg = f"{path}: {size} bytes is more than a card may have ({MAX_BYTES}); is this the right file?"
            raise CardError(msg)
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read ({error}); give a card name or the path of a YAML file"
        raise CardError(msg) from error


def parse(text: str, path: str | Path) -> dict[str, Any]:
    """Keys of a card.

    Parameters
    ----------
    text : str
        YAML.
    path : str or Path
        Where it is from, for messages.

    Returns
    -------
    dict
        As written.

    Raises
    ------
    CardError
        Where it is not the YAML of a card; the message names the line.
    """
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  (a SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or "nested too deeply"
        msg = f"{path}{line}: not valid YAML ({' '.join(str(why).split())}); correct it"
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
    with suppress(OSError, ValueError):  # no path at all, such as one that is too long
        if path.is_file():
            return path
    hint = did_you_mean(name_or_path, known)
    msg = f"no card {str(name_or_path)!r}: take one of {', '.join(known)} or the path of a YAML file"
    raise CardError(f"{msg}; {hint}" if hint else msg)


def _resolve(path: Path, folder: str, renew: Renew | None, depth: int = 0) -> dict[str, Any]:
    data = parse(card_text(path), path)
    parent = data.pop("extends", None)
    base: dict[str, Any] = {}
    if parent is not None:
        if not isinstance(parent, str) or depth >= MAX_DEPTH:
            rule = f"must name another card, at most {MAX_DEPTH} deep"
            msg = f"{path}: extends = {shown(parent)}: {rule}; correct or remove it"
            raise CardError(msg)
        if Path(parent).name != parent:  # a card from elsewhere must not make this program read other folders
            msg = f"{path}: extends = {shown(parent)}: must be a name without folders; put that card beside this one"
            raise CardError(msg)
        beside = path.parent / parent
        base = _resolve(beside if beside.is_file() else find_card(parent, folder), folder, renew, depth + 1)
    try:
        if renew is not None:
            data, advice = renew(data, base)
            if advice:
                warnings.warn(f"{path}: {advice}", SemivisWarning, stacklevel=2)
        return merge(base, data) if base else data
    except CardError as error:
        msg = f"{path}: {error}"
        raise CardError(msg) from error


AnyCard = TypeVar("AnyCard", bound=Card)


def load_card(model: type[AnyCard], name_or_path: str | Path, folder: str, *, renew: Renew | None = None) -> AnyCard:
    """Read and validate a card.

    Parameters
    ----------
    model : type
        Class of the card.
    name_or_path : str or Path
        Name of a card of the project, or a path to a user's own.
    folder : str
        `experiments` or `benchmarks`.
    renew : callable, optional
        Brings old forms of a card into the present one, file by file; its advice becomes a SemivisWarning.

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
    log.info("card %s: %s", name_or_path, path)
    data = _resolve(path, folder, renew)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        msg = f"{path}: {one_line(error)}"
        raise CardError(msg) from error


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
