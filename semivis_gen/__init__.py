"""Generators for semi-visible dark photons: model, widths, production, decay, event files."""

from semivis_gen.errors import SemivisError
from semivis_gen.estimate import Estimate
from semivis_gen.events import Events, IdMap, RunInfo
from semivis_gen.model import DarkMasses, DarkSector
from semivis_gen.version import __version__
from semivis_gen.widths import Widths, compute_widths

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
