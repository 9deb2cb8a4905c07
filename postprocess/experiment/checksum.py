"""Digests of what results depend on: cards, arguments of tasks, stored points."""

from __future__ import annotations

import hashlib
import json
from typing import Any

__all__ = ["digest"]


def digest(payload: Any) -> str:
    """SHA-256 of a JSON-able value.

    Parameters
    ----------
    payload : object
        Anything `json.dumps` takes; floats count with all their digits.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
