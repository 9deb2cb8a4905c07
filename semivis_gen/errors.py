"""Errors: one root class, so that a caller can catch everything semivis raises on purpose.

Every message names the value, the rule it breaks and the way out, in one line.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "CardError",
    "EngineError",
    "EventFileError",
    "KinematicsError",
    "OutputError",
    "ParameterError",
    "SemivisError",
    "SemivisWarning",
    "did_you_mean",
]


class SemivisError(Exception):
    """Root of all errors raised by semivis."""


class ParameterError(SemivisError):
    """A physics parameter lies outside its allowed range."""


class KinematicsError(ParameterError):
    """A decay or reaction is closed at these masses and energies."""


class CardError(SemivisError):
    """An experiment or benchmark card is missing, malformed or makes no sense."""


class EventFileError(SemivisError):
    """An event file is missing, truncated, not of its format, or lacks what is asked of it."""


class OutputError(SemivisError):
    """A result cannot be written where the user wants it."""


class EngineError(SemivisError):
    """An external program (MadGraph, CalcHEP, Pythia) is absent, too old or failed."""


class SemivisWarning(UserWarning):
    """Something is unusual but computable, for example a Landau pole below 1 TeV."""


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Question for a message: the known name that is closest to a wrong one; empty where none is close."""
    import difflib

    close = difflib.get_close_matches(str(name), list(known), n=1)
    return f"did you mean {close[0]}?" if close else ""
