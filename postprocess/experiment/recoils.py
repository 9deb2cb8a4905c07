"""Rules for cards of missing energy and momentum: what a dump misses, and the beam particle that leaves the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postprocess.experiment.cards import reject
from semivis_gen.constants import ID_MUON, M_MUON

if TYPE_CHECKING:
    from postprocess.experiment.schema import Experiment
    from postprocess.experiment.signatures import Signature

__all__ = ["check_missing", "least_aprime"]

NUCLEUS = 0.01  # of the beam energy: more than a nucleus takes
SUGGESTED = 0.5  # of the beam energy, in messages: what NA64 asks of a muon


def check_missing(card: Experiment, signature: Signature, key: str) -> None:
    """Dumps of electrons miss the energy of A', those of muons that of the muon as well; see `rules.check`."""
    muons, missing = _of_muons(card), signature.missing_energy_min_GeV
    if muons and missing is not None:
        way_out = (
            "take it out (null) and write require: [{requirement: recoil_lepton, energy_max_GeV: {value: "
            f"{SUGGESTED * card.beam_energy:g}, status: assumed, note: WHY}}}}]"
        )
        rule = f"is energy that the dump does not measure, but a {card.beam.particle} leaves it with or without A'"
        reject(f"{key}.missing_energy_min_GeV.value", missing.value, rule, way_out)
    for index, entry in enumerate(signature.require):
        asked = entry.build()
        if not getattr(asked, "recoiling", False):
            continue
        path = f"{key}.require.{index}"
        if card.target is None or card.target.depth_x0 is None:
            rule = "looks at the lepton of the beam that leaves a target, but this card has none"
            reject(f"{path}.{entry.tag}", getattr(entry, entry.tag), rule, "drop it")
        largest = asked.energy_max_GeV
        if largest >= card.beam_energy:
            rule = f"asks for nothing, as the beam has {card.beam_energy:g} GeV"
            reject(f"{path}.energy_max_GeV.value", largest, rule, "lower it")
        if not muons and missing is None and signature.visible is None:
            rule = f"also takes {card.beam.particle} that lost their energy before they made A'"
            way_out = "add missing_energy_min_GeV, which photons do not pass"
            reject(f"{path}.{entry.tag}", getattr(entry, entry.tag), rule, way_out)
        if muons and least_aprime(card, signature) <= 0:
            rule = f"takes {card.beam.particle} slowed down by the target alone"
            reject(f"{path}.energy_max_GeV.value", largest, rule, "lower it, or target.depth_x0")


def least_aprime(card: Experiment, signature: Signature) -> float:
    """Smallest energy of A' that leaves a muon as slow as a signature asks for [GeV]; zero where it asks for nothing.

    The slowest muon to make A' is the one at the end of the target: A' has what it lacks, less what the nucleus takes.
    """
    asked = [entry.build() for entry in signature.require]
    largest = [float(requirement.energy_max_GeV) for requirement in asked if getattr(requirement, "recoiling", False)]
    if not (largest and _of_muons(card)) or card.target is None or card.target.depth_x0 is None:
        return 0.0
    from semivis_gen.target import ThickTarget

    depth = card.target.depth_x0.value
    target = ThickTarget(card.beam_energy, card.material(), depth, 2 * M_MUON, beam_id=card.beam.pdg_id)
    return max(0.0, float(target.track_length().energy[-1]) - min(largest) - NUCLEUS * card.beam_energy)


def _of_muons(card: Experiment) -> bool:
    return abs(card.beam.pdg_id) == ID_MUON and card.target is not None
