"""A number of summary.json: its value, what its error is the error of, and what it may be compared with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["SAMPLES", "Statement", "flat"]

SAMPLES = "event samples"
ROUNDING = 1e-6  # of a number: no sample and no missing correction is as good


@dataclass(frozen=True, slots=True)
class Statement:
    """One number."""

    value: float | None
    """The number; None where there is none."""
    error: float | None = None
    """Its error, in the same unit; None where none is known, `uncertain` says why."""
    uncertain: str = SAMPLES
    """What the error is of; without an error, why there is none."""
    note: str = ""
    """What the number is."""
    published: str = ""
    """How a published number of the same name relates to it."""
    comparable: bool = True
    """Whether a published number of the same name is the same quantity, so that a ratio means something."""


def flat(statements: Mapping[str, Statement], *, compared: bool = True) -> dict[str, Any]:
    """Write statements as flat keys of JSON.

    Parameters
    ----------
    statements : mapping
        By key.
    compared : bool
        Whether published numbers belong to the same point; nothing is said of them otherwise.

    Returns
    -------
    dict
        KEY, KEY_error, KEY_error_of, and KEY_note and KEY_comparable where there is something to say. An error that is
        not a positive number, or of the size of rounding, is None, and KEY_error_of says so.
    """
    result: dict[str, Any] = {}
    for key, one in statements.items():
        error, uncertain = one.error, one.uncertain
        if one.value is None:
            error = None
        elif error is not None and not (math.isfinite(error) and error > ROUNDING * abs(one.value)):
            ends = (
                "of the size of rounding"
                if uncertain != SAMPLES
                else "at least this, the scan or its samples end there"
            )
            uncertain = f"none: {ends if math.isfinite(error) else 'not known'}"
            error = None
        result |= {key: one.value, f"{key}_error": error, f"{key}_error_of": uncertain}
        note = "; ".join(part for part in (one.note, one.published if compared else "") if part)
        if note:
            result[f"{key}_note"] = note
        if compared and not one.comparable:
            result[f"{key}_comparable"] = False
    return result
