"""Cards of colliders and barrels: what is read, and one line for what does not go together."""

import math

import pytest
from support.cards import experiment

from postprocess.experiment.cards import Status, numbers_of
from semivis_gen.errors import ParameterError
from semivis_gen.target import Collider

MINE = "extends: babar\nname: mine\n"


def number(value):
    return f"{{value: {value}, status: assumed, note: x}}"


PLANES = f"""
geometry: null
stations:
  TRACKER: {{half_width_mm: {number(900)}}}
  EMC: {{half_width_mm: {number(900)}}}
"""
CASES = {
    "process of a target": (
        "production: [{process: collider, drop: true}, {process: bremsstrahlung}]",
        "production.0.process = 'bremsstrahlung': makes A' with a target that the beam hits, but the card has two "
        "beams that collide; take one of collider",
    ),
    "process for this beam": (
        "beam: {particle: p}",
        "beam.particle = 'p': does not collide here: colliders have e- and e+; take e- or e+, or",
    ),
    "luminosity and particles": (
        f"exposure: {{runs: null, luminosity_fb: {number(50)}, particles_on_target: {number(1e12)}}}",
        "exposure.luminosity_fb = 50.0: stands beside particles_on_target, but an experiment has one of the two",
    ),
    "luminosity and runs": (
        f"exposure: {{luminosity_fb: {number(50)}}}",
        "exposure.runs = 3: stands beside luminosity_fb, but an experiment has one of the two; drop one",
    ),
    "no data": (
        f"exposure: {{runs: [{{sqrt_s_GeV: {number(10.58)}, luminosity_fb: {number(0)}}}]}}",
        "exposure.runs.0.luminosity_fb.value = 0.0: must be positive; correct the value",
    ),
    "target": (
        f"target: {{layers: [{{material: Pb, thickness_mm: {number(1)}}}], depth_x0: {number(1)}}}",
        "exposure.runs = 53.0: is the exposure of a collider, which has no target; drop target",
    ),
    "one beam": ("beam: {other_energy_GeV: null}", "beam.other_energy_GeV = None: is missing: what collides"),
    "beam at rest": (
        f"beam: {{other_energy_GeV: {number(0)}}}",
        "beam.other_energy_GeV.value = 0.0: must be positive; correct the value",
    ),
    "beam below its mass": (
        f"beam: {{other_energy_GeV: {number(1e-4)}}}",
        "beam = '9.0271 and 0.0001 GeV': beam energy of a collider = 0.0001 GeV must lie above the electron's mass",
    ),
    "beam of another run": (
        f"beam: {{energy_GeV: {number(8.0)}}}",
        "beam.energy_GeV.value = 8.0: is not that of the run of the highest energy, 9.02713 GeV beside 3.1 GeV",
    ),
    "dump in a barrel": (
        "stations: {EMC: {kind: dump}}",
        "stations.EMC.kind = 'dump': is where a beam stops, but these stations are a barrel around two beams that",
    ),
    "width of a barrel": (
        f"stations: {{EMC: {{half_width_mm: {number(100)}}}}}",
        "stations.EMC.half_width_mm = 100.0: belongs to planes across the beam, these stations are a barrel; drop it",
    ),
    "place of a barrel": (
        f"stations: {{EMC: {{offset_x_mm: {number(100)}}}}}",
        "stations.EMC.offset_x_mm = 100.0: belongs to planes",
    ),
    "negative radius": (
        f"stations: {{TRACKER: {{begin_mm: {number(-1)}}}}}",
        "stations.TRACKER.begin_mm.value = -1.0: is a radius, as these stations are a barrel; correct",
    ),
    "planes without width": (
        "geometry: null",
        "stations.TRACKER.half_width_mm = None: is missing: planes have a size across the beam; add it, or make them a",
    ),
    "dump among planes": (
        PLANES.replace("EMC: {", "EMC: {kind: dump, "),
        "stations.EMC.kind = 'dump': stands where a beam stops, which takes a target; add target",
    ),
    "missing energy": (
        f"signatures: [{{name: photon, missing_energy_min_GeV: {number(1)}}}]",
        "signatures.0.missing_energy_min_GeV = 1.0: is energy not found in the dump, which a collider has not; drop it",
    ),
    "barrel inside out": (
        f"geometry: {{z_min_mm: {number(10)}}}",
        "geometry: barrel from z_min_mm = 10.0 to z_max_mm = 2300.0: it holds the collision at z = 0",
    ),
    "veto in a region with an end": (
        "signatures: [{name: photon, decay_from: TRACKER.begin, decay_to: EMC.end}]",
        "signatures.0.veto = 'EMC.end': is about decays in front of what leaves to infinity, but the decay region",
    ),
    "veto of nothing": (
        "signatures: [{name: photon, veto: {stations: [MUONS]}}]",
        "signatures.0.veto.stations.0 = 'MUONS': is no station of this card; take TRACKER, EMC",
    ),
    "veto above the energy": (
        f"signatures: [{{name: photon, veto: {{energy_min_GeV: {number(20)}}}}}]",
        "signatures.0.veto.energy_min_GeV.value = 20.0: a threshold lies between 0 and the beam energy, 12.1271 GeV",
    ),
    "tuned to nothing": (
        "beam: {energy_GeV: {value: 9.0271, status: tuned, note: x}}",
        "beam.energy_GeV.source = None: a tuned number names its source",
    ),
    "tuned without result": (
        'beam: {energy_GeV: {value: 9.0271, status: tuned, source: "BaBar:2017tiz"}}',
        "beam.energy_GeV.note = None: every tuned number names the result that it gives",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_does_not_go_together(refusal, case):
    text, message = CASES[case]
    assert refusal(f"{MINE}{text}\n").startswith(message)


def test_a_dump_has_no_second_beam_and_no_process_of_two(refusal):
    dump = "extends: na64-2018\nname: mine\n"
    assert refusal(f"{dump}beam: {{other_energy_GeV: {number(4)}}}\n").startswith(
        "beam.other_energy_GeV.value = 4.0: is the energy of a second beam, but the first hits a target; drop one"
    )
    assert refusal(f"{dump}production: [{{process: collider}}]\n").startswith(
        "production.1.process = 'collider': makes A' with two beams that collide, but the card has a target that the "
        "beam hits; take one of bremsstrahlung, annihilation, "
    )


def test_the_photon_of_a_dump(refusal):
    text = "extends: na64-2018\nname: mine\nsignatures: [{name: S2, require: [{requirement: photon}]}]\n"
    assert refusal(text) == (
        "signatures.1.require.0.requirement = 'photon': looks at the photon beside A' at a collider, but the beam hits "
        "a target; drop it"
    )


def test_a_collider_is_a_source():
    card = experiment("babar")
    source = card.source("invisible")
    assert isinstance(source, Collider)
    assert source.sqrt_s == pytest.approx([10.02, 10.36, 10.58])
    assert (card.exposure.value, card.exposure.unit) == (pytest.approx(53.0), "fb^-1")
    assert card.exposure.per_rate == pytest.approx(53e3)  # pb^-1
    assert card.available_energy == pytest.approx(12.1271)
    assert card.e_min() == 0
    for ask in (card.material, lambda: card.dump, lambda: card.particles_on_target):
        with pytest.raises(ParameterError, match="babar has"):
            ask()


def test_planes_at_a_collider_are_a_card_too(load):
    card = load(f"{MINE}{PLANES}signatures: [{{name: photon, veto: null}}]\n")
    assert card.geometry is None
    assert card.stations["EMC"].half_width == 900.0
    assert math.isinf(experiment("babar").stations["EMC"].half_width)


def test_what_is_tuned_says_so():
    tuned = [key for key, number in numbers_of(experiment("babar")) if number.status is Status.TUNED]
    assert len(tuned) == 9
    assert all(".efficiency." in key for key in tuned)
    assert "[tuned]" in experiment("babar").describe()
