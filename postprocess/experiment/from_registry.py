"""Card classes of what a registry holds: a frozen dataclass that is registered can be written in a card.

    production:
      - process: my_process            # the tag: name in the registry
        particles: shower              # text, flags, whole numbers and choices as they are
        multiplicity: {value: 2.4, status: published, source: "Smith:2020abc"}     # every float with its source

A card class is made when a card names the thing, so that packages may register theirs at any time.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, Field as DataclassField, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from itertools import pairwise
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, Union, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, Field, StrictBool, StrictInt, create_model, model_validator
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from postprocess.experiment.cards import CardModel, Number, reject
from semivis_gen.errors import ParameterError, SemivisError
from semivis_gen.registry import Registry

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

__all__ = ["Entry", "FromRegistry", "card_class", "field_docs"]

PLAIN: dict[object, Any] = {float: Number, bool: StrictBool, int: StrictInt, str: str, NoneType: None}


class Entry(CardModel):
    """A registered thing as a card writes it; the classes of `card_class` derive from this one."""

    model_config = ConfigDict(use_attribute_docstrings=False, protected_namespaces=())  # descriptions are given

    tag: ClassVar[str]
    made: ClassVar[type]

    def build(self) -> Any:
        """Make the thing: an object of the registered dataclass, its defaults where the card says nothing."""
        keys = {key: info for key, info in type(self).model_fields.items() if key != self.tag}
        values = {key: _value(getattr(self, key)) for key in keys}
        absent = {key for key, info in keys.items() if values[key] is None and info.default is None}
        return self.made(**{key: value for key, value in values.items() if key not in absent})

    def __reduce__(self) -> tuple[Any, ...]:
        """Worker processes make the class anew, as it stands in no module."""
        return _restore, (self.made, getattr(self, self.tag), self.tag, dict(self))

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        try:
            self.build()
        except (SemivisError, TypeError, ValueError) as error:
            kind = "refused"
            raise PydanticCustomError(kind, "{rule}", {"rule": str(error)}) from error
        return self


def _restore(made: type, name: str, tag: str, values: dict[str, Any]) -> Entry:
    return card_class(made, name, tag).model_construct(**values)


def _has_default(field: DataclassField[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _value(card: Any) -> Any:
    if isinstance(card, Number):
        return card.value
    return tuple(map(_value, card)) if isinstance(card, tuple) else card


@cache
def card_class(made: type, name: str, tag: str) -> type[Entry]:
    """Card class of a registered dataclass.

    Parameters
    ----------
    made : type
        The dataclass; its fields are str, bool, int, float, Literal, Enum, or tuples of these, or None.
    name : str
        Its name in the registry.
    tag : str
        Key of the card that holds the name, such as `process`.

    Returns
    -------
    type
        Class whose objects have the tag and the fields; each float is a `Number`, optional where the dataclass has a
        default. Attribute docstrings are the descriptions in the JSON schema.

    Raises
    ------
    ParameterError
        Where it is no dataclass, or a field has a type that no card can hold or that cannot be found.
    """
    if not (isinstance(made, type) and is_dataclass(made)):
        msg = f"{tag} {name!r} of a card must be made by a dataclass, not by {made!r}: its fields are the keys"
        raise ParameterError(msg)
    try:
        hints, docs = get_type_hints(made), field_docs(made)
    except NameError as error:
        msg = f"{made.__name__}: {error}, which one of its fields is of; import it where it runs, not for type checkers"
        raise ParameterError(msg) from error
    keys: dict[str, Any] = {tag: (Literal[name], Field(description=_first_line(made)))}
    for field in fields(made):
        if field.init:
            if field.name in keys or hasattr(Entry, field.name):
                msg = f"{made.__name__}.{field.name}: a card cannot have this key beside {tag}; rename the field"
                raise ParameterError(msg)
            keys[field.name] = _key(field, hints[field.name], docs.get(field.name, ""), f"{made.__name__}.{field.name}")
    model: type[Entry] = create_model(made.__name__, __base__=Entry, __module__=made.__module__, **keys)
    model.__doc__ = _first_line(made)
    model.tag, model.made = tag, made
    return model


def _key(field: DataclassField[Any], hint: Any, description: str, where: str) -> tuple[Any, Any]:
    kind = _kind(hint, where)
    if not _has_default(field):
        return kind, Field(description=description)
    factory = field.default_factory
    default = field.default if factory is MISSING else factory()
    if not _holds_number(hint):
        return kind, Field(default=default, description=description)
    absent = f"{description.rstrip('.')}; {default} where absent." if default is not None else description
    return kind | None, Field(default=None, description=absent)


def _kind(hint: Any, where: str) -> Any:
    """Type in the card of a type in the dataclass."""
    if hint in PLAIN:
        return PLAIN[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal or (isinstance(hint, type) and issubclass(hint, Enum)):
        return hint
    if origin in (Union, UnionType) and len(args) == 2 and NoneType in args:
        return next(_kind(arg, where) for arg in args if arg is not NoneType) | None
    if origin is tuple:
        return tuple[tuple(arg if arg is Ellipsis else _kind(arg, where) for arg in args)]  # type: ignore[misc]
    msg = f"{where} is of type {hint}, which no card can hold: take str, bool, int, float, Literal, Enum or a tuple"
    raise ParameterError(msg)


def _holds_number(hint: Any) -> bool:
    return hint is float or any(_holds_number(arg) for arg in get_args(hint))


def _first_line(made: type) -> str:
    return (inspect.getdoc(made) or made.__name__).partition("\n\n")[0].replace("\n", " ")


def field_docs(made: type) -> dict[str, str]:
    """Docstrings under the fields of a class and its bases; none where there is no source."""
    docs: dict[str, str] = {}
    for base in reversed(made.__mro__):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError, SyntaxError):
            continue
        docs |= dict(_docs(tree.body[0].body)) if isinstance(tree.body[0], ast.ClassDef) else {}
    return docs


def _docs(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for item, after in pairwise(body):
        match item, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, " ".join(inspect.cleandoc(text).split())


@dataclass(frozen=True)
class FromRegistry:
    """Marks a field of a card that holds things of a registry: `Annotated[Entry, FromRegistry(PROCESSES, "process")]`.

    The registry is asked when a card is read, and when a JSON schema is written.
    """

    registry: Registry[Any]
    """Where the things are."""
    tag: str
    """Key that holds the name."""

    def card(self, name: str) -> type[Entry]:
        """Card class of a name."""
        return card_class(self.registry[name], name, self.tag)

    def _validate(self, value: object) -> Entry:
        if isinstance(value, Entry) and value.tag == self.tag:
            return value
        names = ", ".join(self.registry)
        if not isinstance(value, dict) or self.tag not in value:
            reject("", value, f"names a {self.registry.kind}", f"write {self.tag}: one of {names}, then its keys")
        name = value[self.tag]
        if not isinstance(name, str):
            reject(self.tag, name, f"is not the name of a {self.registry.kind}", f"take one of {names}")
        try:
            card = self.card(name)
        except ParameterError as error:
            kind = "refused"
            raise PydanticCustomError(kind, "{rule}", {"key": self.tag, "rule": str(error)}) from error
        return card.model_validate(value)  # pydantic joins the keys of errors

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        serialize = core_schema.plain_serializer_function_ser_schema(
            lambda entry, info: entry.model_dump(mode=info.mode), info_arg=True
        )
        return core_schema.no_info_plain_validator_function(self._validate, serialization=serialize)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        known = [handler(self.card(name).__pydantic_core_schema__) for name in self.registry]
        return {"oneOf": known} if known else {"type": "object", "required": [self.tag]}
