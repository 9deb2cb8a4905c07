"""What is wrong with a card, in one line: the key, its value, the rule and the way out."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from postprocess.experiment.cards import shown

__all__ = ["one_line"]

RULES = {  # pydantic's words for types, in those of YAML
    "string_type": "must be text; write it in quotes",
    "bool_type": "must be true or false; correct the value",
    "int_type": "must be a whole number; correct the value",
    "too_short": "must hold one item at least; add it",
    "tuple_type": "must be a list; write each item in a line of its own, behind a dash",
    "dict_type": "must hold names, each with its own keys; write them in the lines below it, indented",
}
EMPTY = "too_short"  # also said of a list of which no item is right
KEY = "[key]"  # stands behind the name in a mapping where the name itself is wrong


def one_line(error: ValidationError) -> str:
    """Describe the first problem and count the others.

    Parameters
    ----------
    error : ValidationError
        Of the card or a part of it.

    Returns
    -------
    str
        Such as `beam.energy_GeV.value = -100.0: must be positive; correct the value (and 2 more)`. Keys that are
        missing at one place are named together.
    """
    problems = error.errors(include_url=False)
    places = [p["loc"] for p in problems if p["type"] != EMPTY]
    problems = [p for p in problems if p["type"] != EMPTY or not any(x[: len(p["loc"])] == p["loc"] for x in places)]
    first = problems[0]
    if first["type"] == "missing":
        same = [p for p in problems if p["type"] == "missing" and p["loc"][:-1] == first["loc"][:-1]]
        text = _missing(same)
    else:
        same = [first]
        text = _problem(first)
    left = len(problems) - len(same)
    return " ".join(text.split()) + (f" (and {left} more)" if left else "")


def _missing(problems: Sequence[ErrorDetails]) -> str:
    keys = [str(problem["loc"][-1]) for problem in problems]
    where = ".".join(str(part) for part in problems[0]["loc"][:-1])
    if len(keys) == 1:
        key = f"{where}.{keys[0]}".lstrip(".")
        return f"{key}: is missing; add it (`semivis experiments --new NAME` shows all keys)"
    lacks = f"lacks {', '.join(keys[:-1])} and {keys[-1]}"
    if where:
        return f"{where}: {lacks}; add them"
    return f"{lacks}; `semivis experiments --new NAME` prints a whole card{_shipped(problems[0]['input'])}"


def _shipped(card: object) -> str:
    """Advice where a card that is not whole has the name of one that comes with semivis."""
    from postprocess.experiment.files import list_cards

    name = card.get("name") if isinstance(card, dict) else None
    known = isinstance(name, str) and name in list_cards("experiments")
    return f", and a card that comes with semivis is changed by one that begins with extends: {name}" if known else ""


def _problem(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    location = [str(part) for part in error["loc"] if part != KEY]
    kind = error["type"]
    if "key" in context:  # a rule of this package
        location += [context["key"]] if context["key"] else []
    key = ".".join(location) or "card"
    if kind == "card":
        return f"{key} = {context['value']}: {context['rule']}; {context['way_out']}"
    if kind in ("unknown_key", "refused"):  # the message names value, rule and way out
        return f"{key}: {error['msg']}"
    rule = RULES.get(kind) or f"{error['msg'][0].lower()}{error['msg'][1:]}; correct the value"
    return f"{key} = {shown(error['input'])}: {rule}"
