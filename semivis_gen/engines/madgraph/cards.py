"""MadGraph's cards from a physics point: numbers are put into the card that MadGraph wrote.

A parameter that the card does not have is an error, never ignored: a card of another model or restriction would
run with its own defaults otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from semivis_gen.constants import (
    ALPHA,
    ID_APRIME,
    ID_CHI1,
    ID_CHI2,
    ID_ELECTRON,
    ID_MUON,
    M_ELECTRON,
    M_MUON,
    nucleus_id,
)
from semivis_gen.engines.mg5_plugin.run_card import set_values as set_run_card
from semivis_gen.errors import EngineError
from semivis_gen.model import DarkSector, compute_widths
from semivis_gen.target import Nucleus

__all__ = ["LEAD_ID", "ParameterKey", "param_values", "read_param_card", "set_param_card", "set_run_card"]

LEAD_ID = nucleus_id(82, 208)  # id of the model's nucleus, whatever its Z, A and mass
ParameterKey = tuple[str, int]
"""Block in capitals and code: ("MASS", 55), ("DECAY", 58)."""
_BLOCK = re.compile(r"\s*block\s+(\S+)", re.IGNORECASE)
_DECAY = re.compile(r"(\s*decay\s+)(-?\d+)(\s+)(\S+)(.*)", re.IGNORECASE)
_ENTRY = re.compile(r"(\s*)(-?\d+)(\s+)(\S+)(.*)")


def param_values(
    point: DarkSector, *, nucleus: Nucleus | None = None, stable_aprime: bool = False
) -> dict[ParameterKey, float]:
    """Everything that the param_card of the model needs for a physics point.

    Parameters
    ----------
    point : DarkSector
        The physics point.
    nucleus : Nucleus, optional
        Target nucleus; the card's own stays where absent.
    stable_aprime : bool
        Width 0 for A': in chi2 -> chi1 l+ l- the propagator is below every threshold and has no width.

    Returns
    -------
    dict
        Value of each (block, code); masses and widths [GeV].
    """
    widths, masses = compute_widths(point), point.masses
    values: dict[ParameterKey, float] = {
        ("SMINPUTS", 1): 1 / ALPHA,
        ("DARK", 1): point.epsilon,
        ("DARK", 2): point.alpha_d,
        ("DARK", 3): masses.delta,
        ("MASS", ID_ELECTRON): M_ELECTRON,
        ("MASS", ID_MUON): M_MUON,
        ("MASS", ID_CHI1): masses.m_chi1,
        ("MASS", ID_APRIME): masses.m_aprime,
        ("MASS", ID_CHI2): masses.m_chi2,  # MadGraph takes chi1 + Delta; other readers of the card take this
        ("DECAY", ID_APRIME): 0.0 if stable_aprime else widths.gamma_aprime,
        ("DECAY", ID_CHI2): widths.gamma_chi2,
    }
    if nucleus is not None:
        values |= {
            ("MASS", LEAD_ID): nucleus.mass,
            ("NUCLEUS", 1): float(nucleus.z),
            ("NUCLEUS", 2): float(nucleus.a),
        }
    return values


def _entries(text: str) -> Iterator[tuple[str, tuple[ParameterKey, re.Match[str]] | None]]:
    """Lines of a card, each with its key and parts where it holds a number."""
    block = ""
    for line in text.splitlines():
        content = line.split("#")[0]
        if found := _BLOCK.match(content):
            block = found[1].upper()
            yield line, None
        elif found := _DECAY.match(line):
            block = ""
            yield line, (("DECAY", int(found[2])), found)
        elif block and content.strip() and (found := _ENTRY.match(line)):
            yield line, ((block, int(found[2])), found)
        else:
            yield line, None


def read_param_card(text: str) -> dict[ParameterKey, float]:
    """Numbers of a param_card.

    Parameters
    ----------
    text : str
        The card.

    Returns
    -------
    dict
        Value of each (block, code).
    """
    return {entry[0]: float(entry[1][4]) for _, entry in _entries(text) if entry}


def _number(value: float) -> str:
    """At most 19 characters: MadGraph's Fortran cuts off what follows the twentieth."""
    text = repr(float(value))
    return text if len(text) <= 19 else f"{value:.13e}"


def set_param_card(text: str, values: Mapping[ParameterKey, float]) -> str:
    """Card with changed numbers.

    Parameters
    ----------
    text : str
        The card that MadGraph wrote.
    values : mapping
        New values.

    Returns
    -------
    str
        The new card; numbers have 14 digits or all where they are short. MadEvent itself rounds to 7.

    Raises
    ------
    EngineError
        Where the card lacks one of them.
    """
    lines, left = [], dict(values)
    for line, entry in _entries(text):
        if entry and entry[0] in values:
            key, part = entry
            left.pop(key, None)
            lines.append(f"{part[1]}{part[2]}{part[3]}{_number(values[key])}{part[5]}")
        else:
            lines.append(line)
    if left:
        block, code = next(iter(left))
        msg = f"the param_card has no entry {code} in block {block}: it is not one of the semivis model; output it anew"
        raise EngineError(msg)
    return "\n".join(lines) + "\n"
