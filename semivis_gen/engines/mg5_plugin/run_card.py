"""Run card of MadEvent as text: change settings in place, take out the cuts."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["remove_cuts", "set_values"]

_LINE = re.compile(r"(\s*)([^=#!]*?)(\s*=\s*)(\w+)(\s*(?:!.*)?)$")
# lower and upper bounds of the cuts on leptons and masses; the other cuts are on jets and photons, or off
_OFF = (
    (re.compile(r"(?:x?pt|e)(?:l|heavy)(?:\d?min)?$|ptllmin$|drll$|mm(?:ll|nl)$|etalmin$|dsqrt_shat$"), "0.0"),
    (re.compile(r"(?:pt|e)l(?:\d?max)?$|ptllmax$|drllmax$|mm(?:ll|nl)max$|etal$|dsqrt_shatmax$"), "-1.0"),
)


def set_values(text: str, values: Mapping[str, object]) -> str:
    """Return the card with changed settings.

    Parameters
    ----------
    text : str
        The card that MadGraph wrote.
    values : mapping
        Value of each setting; ones that the card does not show are added at its end, which MadGraph reads as well.

    Returns
    -------
    str
        The new card.
    """
    lines, left = [], dict(values)
    for line in text.splitlines():
        found = _LINE.match(line)
        if found and found.group(4) in values:
            left.pop(found.group(4), None)
            indent, _, equals, name, comment = found.groups()
            line = f"{indent}{values[name]}{equals}{name}{comment}"
        lines.append(line)
    return "\n".join([*lines, *(f"  {value} = {name}" for name, value in left.items()), ""])


def remove_cuts(text: str) -> str:
    """Return the card with every cut that it shows on leptons, heavy particles and masses switched off.

    Parameters
    ----------
    text : str
        The card that MadGraph wrote.

    Returns
    -------
    str
        The new card.
    """
    off = {}
    for line in text.splitlines():
        found = _LINE.match(line)
        for pattern, value in _OFF if found else ():
            if pattern.match(found.group(4)):
                off[found.group(4)] = value
                break
    return set_values(text, off)
