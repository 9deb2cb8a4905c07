"""Rules that span several keys of an experiment card: lengths, thresholds, names."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from postprocess.experiment import colliders, recoils
from postprocess.experiment.beam import beam_ids
from postprocess.experiment.cards import Number, reject
from postprocess.experiment.materials import make_materials
from postprocess.experiment.registries import SCENARIOS
from semivis_gen.constants import ID_PROTON
from semivis_gen.errors import ParameterError

if TYPE_CHECKING:
    from postprocess.experiment.beam import Dump
    from postprocess.experiment.schema import Experiment
    from postprocess.experiment.signatures import Signature

__all__ = ["check"]


def check(card: Experiment) -> None:
    """Check an experiment card; the first violated rule is an error that names the key.

    Raises
    ------
    PydanticCustomError
        Caught by the card reader, which turns it into a CardError.
    """
    _check_beam(card)
    _check_target(card)
    colliders.check_beams(card)
    _check_production(card)
    _check_stations(card)
    names = [signature.name for signature in card.signatures]
    for index, signature in enumerate(card.signatures):
        key = f"signatures.{index}"
        if signature.name in names[:index]:
            reject(f"{key}.name", signature.name, "stands twice", "give each signature its own name")
        _check_region(card, signature, key)
        _check_cuts(card, signature, key)
        recoils.check_missing(card, signature, key)
        _check_veto(card, signature, key)
        colliders.check_requirements(card, signature, key)
        _check_containment(card, signature, key)
        _check_sees(card, signature, key)
        _check_counts(signature, key)
    _check_names(card, names)


def _positive(key: str, number: Number) -> None:
    if number.value <= 0:
        reject(f"{key}.value", number.value, "must be positive", "correct the value")


def _check_beam(card: Experiment) -> None:
    _positive("beam.energy_GeV", card.beam.energy_GeV)
    for name in ("spot_mm", "divergence_mrad"):
        number = getattr(card.beam, name)
        if number is not None and number.value < 0:
            reject(f"beam.{name}.value", number.value, "must not be negative", "correct it")


def _check_target(card: Experiment) -> None:
    from semivis_gen.target import material_names

    made = make_materials(card.materials)
    if card.target is None:
        if card.exposure.particles_on_target is not None:
            way_out = "add target: {layers: ..., depth_x0: ...}; a collider has luminosity_fb instead"
            reject("target", None, "is missing, but particles_on_target are to hit it", way_out)
        return
    if card.exposure.particles_on_target is None:
        rule = "is the exposure of a collider, which has no target"
        way_out = "drop target (null takes out what an extended card has), or give particles_on_target"
        key = "exposure.runs" if card.exposure.luminosity_fb is None else "exposure.luminosity_fb.value"
        reject(key, card.exposure.value, rule, way_out)
    _check_depth(card, card.target)
    for index, layer in enumerate(card.target.layers):
        _positive(f"target.layers.{index}.thickness_mm", layer.thickness_mm)
        if layer.material not in made and layer.material not in material_names():
            known = ", ".join([*made, *material_names()])
            way_out = f"take one of {known}, or define it under materials"
            reject(f"target.layers.{index}.material", layer.material, "is not a known material", way_out)


def _check_depth(card: Experiment, target: Dump) -> None:
    """Leptons lose their energy over a depth, protons collide once."""
    proton = card.beam.pdg_id == ID_PROTON
    for key, of_protons in (("depth_x0", False), ("interaction_length_mm", True)):
        number, path = getattr(target, key), f"target.{key}"
        if number is not None and of_protons != proton:
            rule = f"says nothing of a beam of {card.beam.particle}"
            reject(path, number.value, rule, "drop it (null takes out what an extended card has)")
        if number is not None:
            _positive(path, number)
        elif not (of_protons or proton):
            reject(path, None, "is missing: how deep the beam can get", "add it, in radiation lengths")
    if target.scattering and card.beam.particle not in ("e-", "e+"):
        rule = f"is known of electrons and positrons, not of a beam of {card.beam.particle}"
        reject("target.scattering", True, rule, "drop it, or set it to false")


def _check_production(card: Experiment) -> None:
    from semivis_gen.production import PROCESSES, is_colliding

    symbols = {pdg: symbol for symbol, pdg in beam_ids().items()}
    names = [getattr(entry, entry.tag) for entry in card.production]
    for index, name in enumerate(names):
        key = f"production.{index}.process"
        if name in names[:index]:
            reject(key, name, "stands twice", "write each process once")
        if is_colliding(PROCESSES[name]) != (card.target is None):
            kinds = ("two beams that collide", "a target that the beam hits")
            needs, has = kinds if card.target is not None else kinds[::-1]
            known = [n for n in PROCESSES if is_colliding(PROCESSES[n]) == (card.target is None)]
            reject(key, name, f"makes A' with {needs}, but the card has {has}", f"take one of {', '.join(known)}")
        beams = PROCESSES[name].beams
        if card.beam.pdg_id not in beams:
            works = ", ".join(symbols.get(pdg, f"PDG id {pdg}") for pdg in sorted(beams, key=abs))
            rule = f"makes no A' from a beam of {card.beam.particle}, it works with {works}"
            reject(key, name, rule, "change beam.particle or take the process out (drop: true in a card that extends)")


def _check_stations(card: Experiment) -> None:
    flat = card.geometry is None or getattr(card.geometry.made, "flat", True)
    colliders.check_stations(card, flat=flat)
    for name, station in card.stations.items():
        if station.half_width_mm is not None:
            _positive(f"stations.{name}.half_width_mm", station.half_width_mm)
        if station.end_mm.value <= station.begin_mm.value:
            rule = f"must lie behind begin_mm = {station.begin_mm.value:g}"
            reject(f"stations.{name}.end_mm.value", station.end_mm.value, rule, "lengths are positive: swap or correct")
        for kind, number in station.resolution or ():
            if number is not None and number.value < 0:
                reject(f"stations.{name}.resolution.{kind}.value", number.value, "must not be negative", "correct it")
    ordered = sorted(card.stations.items(), key=lambda item: item[1].begin_mm.value)
    for (name, station), (after, follower) in pairwise(ordered):
        if follower.begin_mm.value < station.end_mm.value:
            rule = f"overlaps {name}, which ends at {station.end_mm.value:g}"
            reject(f"stations.{after}.begin_mm.value", follower.begin_mm.value, rule, "move one of them")
    dumps = [name for name, station in card.stations.items() if station.kind == "dump"]
    if card.target is None:
        if dumps:
            reject(f"stations.{dumps[0]}.kind", "dump", "stands where a beam stops, which takes a target", "add target")
        return
    if len(dumps) != 1:
        reject("stations", dumps, "must hold exactly one station of kind dump", "name the place where A' is made")
    front = card.dump.begin_mm.value
    if front != 0:
        reject(f"stations.{dumps[0]}.begin_mm.value", front, "must be 0: z starts at the dump's front", "shift z")


def _check_region(card: Experiment, signature: Signature, key: str) -> None:
    for side in ("decay_from", "decay_to"):
        edge = getattr(signature, side)
        station, _, end = edge.rpartition(".")
        if not (station in card.stations and end in ("begin", "end")) and (side, edge) != ("decay_to", "infinity"):
            also = ", or infinity" if side == "decay_to" else ""
            way_out = f"take STATION.begin or STATION.end of {', '.join(card.stations)}{also}"
            reject(f"{key}.{side}", edge, "is no edge of a station", way_out)
    begin, end_z = card.region(signature)
    if end_z <= begin:
        rule = f"the decay region ends at {end_z:g} mm, before it begins at {begin:g} mm"
        reject(f"{key}.decay_to", signature.decay_to, rule, "swap or correct")
    for index, name in enumerate(signature.quiet):
        if name not in card.stations:
            reject(f"{key}.quiet.{index}", name, "is no station of this card", f"take {', '.join(card.stations)}")
        station_begin, station_end = card.plane(f"{name}.begin"), card.plane(f"{name}.end")
        if station_begin < end_z and begin < station_end:
            rule = "must stay silent but lies in the decay region"
            reject(f"{key}.quiet.{index}", name, rule, "change the region or drop the station")


def _check_cuts(card: Experiment, signature: Signature, key: str) -> None:
    energy = card.available_energy
    cuts = {f"{key}.missing_energy_min_GeV": signature.missing_energy_min_GeV}
    if signature.visible is not None:
        cuts[f"{key}.visible.energy_min_GeV"] = signature.visible.energy_min_GeV
    for path, cut in cuts.items():
        if cut is not None and not 0 <= cut.value < energy:
            rule = f"a threshold lies between 0 and the beam energy, {energy:g} GeV"
            reject(f"{path}.value", cut.value, rule, "lower it")
    if signature.missing_energy_min_GeV is not None and card.target is None:
        rule = "is energy not found in the dump, which a collider has not"
        reject(f"{key}.missing_energy_min_GeV", signature.missing_energy_min_GeV.value, rule, "drop it")
    if signature.visible is None:
        return
    _, end = card.region(signature)
    for index, name in enumerate(signature.visible.stations):
        station = card.stations.get(name)
        if station is None or station.kind != "calorimeter":
            known = [n for n, s in card.stations.items() if s.kind == "calorimeter"]
            path = f"{key}.visible.stations.{index}"
            reject(path, name, "is no calorimeter of this card", f"take {', '.join(known) or 'none: add one'}")
    if max(card.plane(f"{name}.end") for name in signature.visible.stations) < end:
        rule = "the decay region reaches beyond the last calorimeter that must see the decay"
        reject(f"{key}.decay_to", signature.decay_to, rule, "end it there")


def _check_veto(card: Experiment, signature: Signature, key: str) -> None:
    if signature.veto is None:
        return
    path = f"{key}.veto"
    if not math.isinf(card.region(signature)[1]):
        rule = "is about decays in front of what leaves to infinity, but the decay region has an end"
        reject(path, signature.decay_to, rule, "let decay_to be infinity, or drop veto")
    cut = signature.veto.energy_min_GeV.value
    if not 0 <= cut < card.available_energy:
        rule = f"a threshold lies between 0 and the beam energy, {card.available_energy:g} GeV"
        reject(f"{path}.energy_min_GeV.value", cut, rule, "lower it")
    for index, name in enumerate(signature.veto.stations):
        if name not in card.stations:
            rule = "is no station of this card"
            reject(f"{path}.stations.{index}", name, rule, f"take {', '.join(card.stations)}")


def _check_containment(card: Experiment, signature: Signature, key: str) -> None:
    if signature.containment is None:
        return
    path = f"{key}.containment"
    if signature.visible is None:
        reject(path, "containment", "asks for visible energy, which the signature does not", "add visible or drop it")
    cut = signature.containment.outside_max
    if not 0 < cut.value < 1:
        reject(f"{path}.outside_max.value", cut.value, "is a share between 0 and 1", "correct it")
    variable = _variable(signature.containment.title)
    for name, number in signature.efficiencies.items():
        if _variable(name) == variable:  # whatever the value of the cut
            rule = "is computed by containment as well"
            reject(f"{key}.efficiencies.{name}", number.value, rule, "drop one (null removes a key)")
    for index, name in enumerate(signature.containment.stations):
        station = card.stations.get(name)
        if station is None or station.central is None:
            known = [n for n, s in card.stations.items() if s.central is not None]
            rule = "is no calorimeter with central cells"
            reject(f"{path}.stations.{index}", name, rule, f"take {', '.join(known) or 'none: add central to one'}")
        for kind, number in station.central:
            if not kind.startswith("offset") and number.value <= 0:
                reject(f"stations.{name}.central.{kind}.value", number.value, "must be positive", "correct it")


def _check_sees(card: Experiment, signature: Signature, key: str) -> None:
    if signature.sees is None:
        return
    names = [seen.decay for seen in signature.sees]
    for index, seen in enumerate(signature.sees):
        if seen.decay in names[:index]:
            reject(f"{key}.sees.{index}.decay", seen.decay, "stands twice", "write each decay once")
        if seen.efficiency is not None and not 0 < seen.efficiency.value <= 1:
            path = f"{key}.sees.{index}.efficiency.value"
            reject(
                path, seen.efficiency.value, "must lie in (0, 1]", "correct it, or leave out a decay that is not seen"
            )
    if math.isinf(card.region(signature)[1]):
        rule = "names decays, but whatever leaves to infinity counts, decayed or not"
        reject(f"{key}.sees", ", ".join(names), rule, "drop it, or let decay_to be an edge of a station")


def _variable(requirement: str) -> str:
    """What a requirement like R < 0.06 cuts on."""
    return requirement.partition("<")[0].strip()


def _check_counts(signature: Signature, key: str) -> None:
    for name, number in signature.efficiencies.items():
        if not 0 < number.value <= 1:
            reject(f"{key}.efficiencies.{name}.value", number.value, "must lie in (0, 1]", "correct the value")
    background, observed = signature.background, signature.observed
    if background.value < 0:
        reject(f"{key}.background.value", background.value, "must not be negative", "correct the value")
    if background.error is None:
        reject(f"{key}.background.error", None, "a background needs its error", "add error: ... (0 if exact)")
    if observed.value < 0 or observed.value != int(observed.value):
        reject(f"{key}.observed.value", observed.value, "must be a count", "give a whole number of events")


def _check_names(card: Experiment, names: list[str]) -> None:
    titles = [systematic.name for systematic in card.systematics]
    for index, systematic in enumerate(card.systematics):
        if systematic.name in titles[:index]:
            reject(f"systematics.{index}.name", systematic.name, "stands twice", "give each its own name")
        if not 0 < systematic.size.value < 1:
            rule = "a relative uncertainty lies between 0 and 1"
            reject(f"systematics.{index}.size.value", systematic.size.value, rule, "correct or drop it")
        _known(f"systematics.{index}.signatures", systematic.signatures, names)
    if not card.modes:
        reject("modes", {}, "names no mode", "add one with its signatures, such as invisible: {signatures: [NAME]}")
    for mode, entry in card.modes.items():
        try:
            scenario = SCENARIOS[mode]
        except ParameterError as error:
            reject(f"modes.{mode}", mode, "is not a known scenario", str(error))
        _known(f"modes.{mode}.signatures", entry.signatures, names)
        for index, name in enumerate(entry.signatures):
            signature = card.signatures[names.index(name)]
            if not scenario.decays and (signature.visible is not None or signature.sees is not None):
                rule = f"sees decay products, which the {mode} mode has not"
                reject(f"modes.{mode}.signatures.{index}", name, rule, "drop it")


def _known(key: str, used: tuple[str, ...], names: list[str]) -> None:
    for index, name in enumerate(used):
        if name not in names:
            reject(f"{key}.{index}", name, "is no signature of this card", f"take {', '.join(names)}")
