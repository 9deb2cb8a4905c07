"""What a card names and other packages may add to: scenarios, geometries, requirements.

Only the names are known here. The things live in `postprocess.acceptance`, which gives these registries their types;
they are entry points, loaded when a name is asked for.
"""

from __future__ import annotations

from typing import Any

from semivis_gen.registry import Registry

__all__ = ["GEOMETRIES", "REQUIREMENTS", "SCENARIOS"]

SCENARIOS: Registry[Any] = Registry("scenario", "semivis.scenarios")
"""What happens to A', by the keys of a card's `modes`; see `postprocess.acceptance.Scenario`."""
GEOMETRIES: Registry[type[Any]] = Registry("geometry", "semivis.geometries")
"""Shapes of detectors; see `postprocess.acceptance.Geometry`."""
REQUIREMENTS: Registry[type[Any]] = Registry("requirement", "semivis.requirements")
"""Requirements beyond those that a signature's own keys ask for; see `postprocess.acceptance.Requirement`."""
