"""Run information in file headers: one JSON object that every format carries, exact to the last digit."""

from __future__ import annotations

import json
import math
import warnings
from dataclasses import asdict, fields
from typing import Any

from semivis_gen.errors import ParameterError, SemivisError, SemivisWarning
from semivis_gen.events import Events, IdMap, RunInfo
from semivis_gen.model import DarkMasses, DarkSector

__all__ = ["HEADER_KEY", "HeaderError", "digits", "dump_info", "load_info", "lost_here"]

HEADER_KEY = "semivis"  # LHE tag, HepMC3 attribute and parquet metadata key
FORMAT = 1
LOST = "lost"  # entry of RunInfo.extra
NATIVE = IdMap()


def digits(value: float) -> str:
    """Shortest text that reads back as the same double, also of NumPy's scalars."""
    return repr(float(value))


class HeaderError(ValueError):
    """The JSON object is not what `dump_info` writes; readers add file and line."""


def dump_info(info: RunInfo, ids: IdMap = NATIVE, *, lost: tuple[str, ...] = ()) -> str:
    """Run information as one line of JSON.

    A file holds one weight: the names of others are dropped, and told among what is lost.

    Parameters
    ----------
    info : RunInfo
        What holds for the run.
    ids : IdMap
        Ids that the file uses.
    lost : tuple of str
        What the events had and the file does not hold.

    Returns
    -------
    str
        ASCII without <, > and &, so that it may stand in XML; floats read back exactly.

    Raises
    ------
    ParameterError
        Where a number is not finite or a value is no number, text or flag.
    """
    told = asdict(info)
    if len(told.pop("weight_names")) > 1:
        lost = (*lost, f"weights other than {info.weight or 'the nominal one'}")
    if lost:
        before = info.extra.get(LOST, "").split("; ") if LOST in info.extra else []
        told["extra"][LOST] = "; ".join(dict.fromkeys([*before, *lost]))
    if info.extra.get("processes", info.process) != info.process:  # that of one chunk, others follow
        told["process"] = ""
    content = {"format": FORMAT, "ids": asdict(ids), "info": told}
    try:
        text = json.dumps(content, sort_keys=True, allow_nan=False, default=lambda scalar: scalar.item())
    except (ValueError, AttributeError) as error:
        msg = f"run information {info} cannot be written ({error}): use finite numbers and text"
        raise ParameterError(msg) from error
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def lost_here(events: Events) -> tuple[str, ...]:
    """What formats other than LHE do not hold of events: the argument `lost` of `dump_info`."""
    return ("colours, spins and scales of the Les Houches file",) if events.accord is not None else ()


def load_info(text: str) -> tuple[RunInfo, IdMap]:
    """Read what `dump_info` wrote.

    Parameters
    ----------
    text : str
        The JSON object.

    Returns
    -------
    RunInfo, IdMap
        Run information and the ids that the file uses.

    Raises
    ------
    HeaderError
        Where the text is anything else.
    """
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            msg = f"format {content['format']!r} of the semivis header is not {FORMAT}: read it with a newer semivis"
            raise HeaderError(msg)
        given = dict(content["info"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SemivisWarning)  # given when the point was chosen
            given["masses"], given["point"] = _masses(given["masses"]), _point(given["point"])
        _check_types(given)
        return RunInfo(**given), IdMap(**{name: int(number) for name, number in content["ids"].items()})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, SemivisError) as error:
        if isinstance(error, HeaderError):
            raise
        msg = f"the semivis header is damaged ({type(error).__name__}: {error})"
        raise HeaderError(msg[:300]) from error


def _masses(given: dict[str, float] | None) -> DarkMasses | None:
    return None if given is None else DarkMasses(**given)


def _point(given: dict[str, Any] | None) -> DarkSector | None:
    return None if given is None else DarkSector(DarkMasses(**given["masses"]), given["alpha_d"], given["epsilon"])


def _check_types(given: dict[str, Any]) -> None:
    model = RunInfo()
    for entry in fields(RunInfo):
        expected = getattr(model, entry.name)
        value = given.get(entry.name, expected)
        if isinstance(expected, float) and not (isinstance(value, int | float) and math.isfinite(value)):
            msg = f"{entry.name} = {value!r} is not a finite number"
            raise ValueError(msg)
        if isinstance(expected, str | dict) and not isinstance(value, type(expected)):
            msg = f"{entry.name} = {value!r} is not a {type(expected).__name__}"
            raise ValueError(msg)
        if type(expected) is int and type(value) is not int:
            msg = f"{entry.name} = {value!r} is not a whole number"
            raise ValueError(msg)
