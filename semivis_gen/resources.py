"""Where the cards and the UFO model are: in the installed wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path

from semivis_gen.errors import CardError

__all__ = ["cards_dir", "ufo_dir"]

_PACKAGE = Path(__file__).resolve().parent


def _find(name: str) -> Path:
    for candidate in (_PACKAGE / "data" / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    msg = f"{name} is missing from this installation ({_PACKAGE}); reinstall semivis"
    raise CardError(msg)


def cards_dir() -> Path:
    """Folder of the benchmark, experiment and program cards."""
    return _find("cards")


def ufo_dir() -> Path:
    """Folder of the UFO model."""
    return _find("UFO_model")
