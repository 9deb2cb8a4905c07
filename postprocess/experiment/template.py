"""A card to start from: every key of the schema with its meaning and unit, with the numbers of a simple experiment.

Keys that need not be there are switched off by a `#` at the begin of their lines; without it they are YAML as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

from postprocess.experiment.cards import Name
from postprocess.experiment.files import list_cards
from postprocess.experiment.keys import Key, Part, parts_of
from postprocess.experiment.schema import FOLDER, Experiment
from semivis_gen.errors import CardError

__all__ = ["new_card"]

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.]*[-+]?")
EXAMPLE: dict[str, Any] = {  # an active dump, a veto and a calorimeter
    "title": "My experiment",
    "references": {"Author:2026abc": "A. Author, Journal 1 (2026) 1"},
    "beam": {"particle": "e-", "energy_GeV": 100.0},
    "exposure": {"particles_on_target": 1e12},
    "target": {"layers": [{"material": "Pb", "thickness_mm": 1.0}], "depth_x0": 40.0},
    "production": [{"process": "bremsstrahlung", "particles": "primary"}],
    "stations": {
        "DUMP": {
            "kind": "dump",
            "begin_mm": 0.0,
            "end_mm": 225.0,
            "half_width_mm": 100.0,
            "resolution": {"constant": 0.04},
        },
        "VETO": {"kind": "veto", "begin_mm": 300.0, "end_mm": 350.0, "half_width_mm": 300.0},
        "CALORIMETER": {"kind": "calorimeter", "begin_mm": 1000.0, "end_mm": 3000.0, "half_width_mm": 300.0},
    },
    "signatures": [
        {
            "name": "visible",
            "title": "chi2 decays in the calorimeter behind a silent veto",
            "decay_from": "CALORIMETER.begin",
            "decay_to": "CALORIMETER.end",
            "quiet": ["VETO"],
            "missing_energy_min_GeV": 15.0,
            "visible": {"stations": ["CALORIMETER"], "energy_min_GeV": 15.0},
            "efficiencies": {"selection": 0.6},
            "background": (0.5, 0.2),
            "observed": 0.0,
        },
        {
            "name": "missing",
            "title": "chi2 decays behind everything, all of the energy of A' is missing",
            "decay_from": "CALORIMETER.end",
            "decay_to": "infinity",
            "quiet": ["VETO", "CALORIMETER"],
            "missing_energy_min_GeV": 50.0,
            "efficiencies": {"selection": 0.6},
            "background": (0.5, 0.2),
            "observed": 0.0,
        },
    ],
    "systematics": [{"name": "yield", "size": 0.1}],
    "modes": {"semivisible": {"signatures": ["visible", "missing"]}, "invisible": {"signatures": ["missing"]}},
}
HEAD = """\
# {name}: an experiment card for semivis, made to be changed. All numbers are invented: put yours and where they come
# from. Units are in the names of keys; z runs along the beam from the front face of the target. Keys behind a # at the
# begin of a line are switched off. `semivis experiments FILE` checks a card, docs/cards.md explains it.
"""


def new_card(name: str) -> str:
    """Write a card to start from.

    Parameters
    ----------
    name : str
        Name of the experiment: letters, digits and . _ + -.

    Returns
    -------
    str
        YAML of a valid card in which every key is explained; what is optional is switched off.

    Raises
    ------
    CardError
        Where the name is none, or that of a card that comes with semivis.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError as error:
        msg = f"--new {name!r}: a name holds letters, digits and . _ + - alone, as it names columns and files"
        raise CardError(msg) from error
    if name in list_cards(FOLDER):
        msg = f"--new {name}: a card of this name comes with semivis; choose another"
        raise CardError(msg)
    lines = _mapping(parts_of(Experiment), {"name": name, **EXAMPLE}, 0, explain=True)
    return HEAD.format(name=name) + "\n".join(lines) + "\n"


def _mapping(part: Part, values: Mapping[str, Any], depth: int, *, explain: bool) -> Iterator[str]:
    """Lines of the keys of a mapping: those with a value, the others switched off."""
    for key in part.keys:
        if depth == 0:
            yield ""
        there = key.name in values
        if not there and not explain:
            continue
        lines = _entry(key, values[key.name] if there else None, depth, explain=explain)
        yield from lines if there else (f"#{line}" for line in lines)


def _entry(key: Key, value: Any, depth: int, *, explain: bool) -> Iterator[str]:
    pad = "  " * depth
    if explain:
        yield from wrap(_comment(key), 118, initial_indent=f"{pad}# ", subsequent_indent=f"{pad}# ")
    if not key.parts:
        yield f"{pad}{key.name}: {_scalar(key, value)}"
        return
    yield f"{pad}{key.name}:"
    if key.many == "names":
        for index, (name, inner) in enumerate((value or {"NAME": {}}).items()):
            yield f"{pad}  {_text(name)}:"
            yield from _mapping(key.parts[0], _filled(key.parts[0], inner), depth + 2, explain=explain and index == 0)
    elif key.many == "list":
        yield from _items(key, value or [{}], depth, explain=explain)
    else:
        tag, given = key.parts[0].keys[0], value or {}
        chosen = next((part for part in key.parts if part.keys[0].form == given.get(tag.name)), key.parts[0])
        yield from _mapping(chosen, _filled(chosen, given), depth + 1, explain=explain)
        for part in key.parts if explain else ():  # the others stay off where the key is switched on
            if part is not chosen:
                lines = _mapping(part, _filled(part, {tag.name: part.keys[0].form}), 1, explain=True)
                yield from (f"{pad}  #{line}" for line in lines)


def _items(key: Key, values: list[dict[str, Any]], depth: int, *, explain: bool) -> Iterator[str]:
    tag = key.parts[0].keys[0]
    alternatives = {part.keys[0].form: part for part in key.parts} if len(key.parts) > 1 else {}
    for index, value in enumerate(values):
        part = alternatives.get(value.get(tag.name, ""), key.parts[0])
        yield from _item(part, value, depth, explain=explain and (index == 0 or bool(alternatives)))
    used = [value.get(tag.name) for value in values]
    for name, part in alternatives.items():
        if name not in used and explain:
            yield from (f"#{line}" for line in _item(part, {tag.name: name}, depth, explain=True))


def _item(part: Part, value: dict[str, Any], depth: int, *, explain: bool) -> Iterator[str]:
    """Lines of an item of a list; the dash stands before its first key."""
    dash = True
    for line in _mapping(part, _filled(part, value), depth + 2, explain=explain):
        if not dash:
            yield line
        elif line.lstrip().startswith("#"):  # what the first key is
            yield line[2:]
        else:
            pad = "  " * (depth + 1)
            yield f"{pad}- {line[len(pad) + 2 :]}"
            dash = False


def _filled(part: Part, value: dict[str, Any]) -> dict[str, Any]:
    """Values with placeholders for keys that must be there."""
    return {key.name: value.get(key.name) for key in part.keys if key.required or key.name in value}


def _comment(key: Key) -> str:
    choices = key.form if ", " in key.form and not key.many else ""
    absent = "" if key.required else "optional" if key.default in (None, [], {}) else f"{key.default} where absent"
    notes = "; ".join(filter(None, (choices, absent)))
    return f"{key.text.rstrip('.')} ({notes})." if notes else key.text


def _scalar(key: Key, value: Any) -> str:
    """Value of a key without parts, on one line; a placeholder where there is none."""
    if isinstance(value, dict) and key.many == "names":
        inner = key.form.rpartition(" with ")[2]
        pairs = (f"{_text(name)}: {_number(v) if 'number' in inner else _text(v)}" for name, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if key.many == "names":
        return "{NAME: " + (_number(0.5) if "number" in key.form else "TEXT") + "}"
    if key.many == "list":
        return f"[{', '.join(map(_text, value or []))}]"
    if key.form == "number":
        return _number(value)
    if value is None:
        value = key.default if key.default is not None else key.form.partition(",")[0]
    return _text(value)


def _number(value: Any) -> str:
    number, error = value if isinstance(value, tuple) else (value or 0.0, None)
    digits = f"{number:.1e}" if abs(number) >= 1e6 else f"{number}"
    spread = f", error: {error}" if error is not None else ""
    return f'{{value: {digits}{spread}, status: assumed, note: "invented"}}'


def _text(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    text = str(value)
    return text if PLAIN.fullmatch(text) and text not in ("true", "false", "null") else json.dumps(text)
