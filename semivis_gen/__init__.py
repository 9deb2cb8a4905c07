"""Generators for semi-visible dark photons: model, widths, production, decay, event files."""

from semivis_gen.errors import SemivisError
from semivis_gen.events import Events, IdMap, RunInfo
from semivis_gen.model import DarkMasses, DarkSector, Widths, compute_widths
from semivis_gen.numerics import Estimate
from semivis_gen.version import __version__

__all__ = [
    "DarkMasses",
    "DarkSector",
    "Estimate",
    "Events",
    "IdMap",
    "RunInfo",
    "SemivisError",
    "Widths",
    "__version__",
    "compute_widths",
]
