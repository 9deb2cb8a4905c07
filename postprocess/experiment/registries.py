"""What a card names and other packages may add to: scenarios, geometries, requirements.

Only names and places stand here: the things belong to `postprocess.acceptance`, which knows their types, and are
loaded when a name is asked for.
"""

from __future__ import annotations

from typing import Any

from semivis_gen.registry import Registry

__all__ = ["GEOMETRIES", "REQUIREMENTS", "SCENARIOS"]

SCENARIOS: Registry[Any] = Registry(
    "scenario",
    "semivis.scenarios",
    {
        "semivisible": "postprocess.acceptance.scenarios.semivisible:SEMIVISIBLE",
        "invisible": "postprocess.acceptance.scenarios.invisible:INVISIBLE",
        "visible": "postprocess.acceptance.scenarios.visible:VISIBLE",
    },
)
"""What happens to A', by the keys of a card's `modes`; see `postprocess.acceptance.Scenario`."""

GEOMETRIES: Registry[type[Any]] = Registry(
    "geometry",
    "semivis.geometries",
    {
        "planes": "postprocess.acceptance.geometry:Planes",
        "aperture": "postprocess.acceptance.aperture:Aperture",
        "barrel": "postprocess.acceptance.barrel:Barrel",
    },
)
"""Shapes of detectors; see `postprocess.acceptance.Geometry`."""

REQUIREMENTS: Registry[type[Any]] = Registry(
    "requirement",
    "semivis.requirements",
    {
        "photon": "postprocess.acceptance.photons:Photon",
        "recoil_mass": "postprocess.acceptance.photons:RecoilMass",
        "recoil_lepton": "postprocess.acceptance.recoils:RecoilLepton",
        "displaced_pair": "postprocess.acceptance.displaced:DisplacedPair",
    },
)
"""Requirements beyond those that a signature's own keys make; see `postprocess.acceptance.Requirement`."""
