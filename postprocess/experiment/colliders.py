"""Rules for cards of colliders and of barrels: what they have, and what only a beam on a target or planes have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postprocess.experiment.cards import reject
from semivis_gen.constants import ID_ELECTRON
from semivis_gen.errors import ParameterError

if TYPE_CHECKING:
    from postprocess.experiment.schema import Experiment
    from postprocess.experiment.signatures import Signature
    from postprocess.experiment.stations import Station

__all__ = ["check_beams", "check_requirements", "check_stations"]

ENERGY_TOLERANCE = 1e-3
TAKE_OUT = "drop it (null takes out what an extended card has)"


def check_beams(card: Experiment) -> None:
    """Two beams and a luminosity go together, a target and its particles do; see `rules.check` for the errors."""
    other = card.beam.other_energy_GeV
    if card.target is not None:
        if other is not None:
            rule = "is the energy of a second beam, but the first hits a target"
            reject("beam.other_energy_GeV.value", other.value, rule, "drop one of the two (null takes out a key)")
        return
    if other is None:
        rule = "is missing: what collides with the beam, as the exposure is a luminosity"
        reject("beam.other_energy_GeV", None, rule, "add the energy of the antiparticles that come along -z")
    if other.value <= 0:
        reject("beam.other_energy_GeV.value", other.value, "must be positive", "correct the value")
    if abs(card.beam.pdg_id) != ID_ELECTRON:
        rule = "does not collide here: colliders have e- and e+"
        reject("beam.particle", card.beam.particle, rule, "take e- or e+, or give the beam a target")
    try:
        highest = card.source().beam_energy
    except ParameterError as error:
        reject("beam", f"{card.beam_energy:g} and {other.value:g} GeV", str(error), "correct it")
    given = card.beam.energy_GeV.value
    if abs(highest / given - 1) > ENERGY_TOLERANCE:
        rule = f"is not that of the run of the highest energy, {highest:.6g} GeV beside {other.value:g} GeV"
        reject("beam.energy_GeV.value", given, rule, "correct it, or the runs")


def check_requirements(card: Experiment, signature: Signature, key: str) -> None:
    """What looks at the photon of a collision has none where a beam hits a target."""
    for index, entry in enumerate(signature.require):
        if getattr(entry.made, "colliding", False) and card.target is not None:
            rule = "looks at the photon beside A' at a collider, but the beam hits a target"
            reject(f"{key}.require.{index}.{entry.tag}", getattr(entry, entry.tag), rule, "drop it")


def check_stations(card: Experiment, *, flat: bool) -> None:
    """Pieces of a barrel have neither widths nor places across the beam, planes have both."""
    for name, station in card.stations.items():
        if flat:
            if station.half_width_mm is None:
                way_out = "add it, or make them a barrel (geometry: {geometry: barrel, ...})"
                reject(
                    f"stations.{name}.half_width_mm", None, "is missing: planes have a size across the beam", way_out
                )
            continue
        _check_shell(name, station)


def _check_shell(name: str, station: Station) -> None:
    path = f"stations.{name}"
    if station.kind == "dump":
        rule = "is where a beam stops, but these stations are a barrel around two beams that collide"
        reject(f"{path}.kind", "dump", rule, "take planes, or another kind")
    if station.begin_mm.value < 0:
        reject(
            f"{path}.begin_mm.value", station.begin_mm.value, "is a radius, as these stations are a barrel", "correct"
        )
    for key in ("half_width_mm", "offset_x_mm", "offset_y_mm", "central"):
        found = getattr(station, key)
        if found is not None:
            value = "central" if key == "central" else found.value
            reject(f"{path}.{key}", value, "belongs to planes across the beam, these stations are a barrel", TAKE_OUT)
