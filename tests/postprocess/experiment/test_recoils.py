"""Cards of missing energy and momentum: one line for what would give a limit that means nothing."""

import pytest
from support.cards import experiment

from postprocess.experiment.recoils import least_aprime


def number(value):
    return f"{{value: {value}, status: assumed, note: x}}"


def recoil(name, energy):
    require = f"[{{requirement: recoil_lepton, energy_max_GeV: {number(energy)}}}]"
    return f"signatures: [{{name: {name}, require: {require}}}]"


CASES = {
    "muons in a dump": (
        f"extends: na64-2018\nbeam: {{particle: mu-, energy_GeV: {number(160)}}}",
        "signatures.0.missing_energy_min_GeV.value = 15.0: is energy that the dump does not measure, but a mu- leaves "
        "it with or without A'; take it out (null) and write require: [{requirement: recoil_lepton, energy_max_GeV: "
        "{value: 80, ",
    ),
    "above the beam": (
        "extends: ldmx-4gev\n" + recoil("MM", 4),
        "signatures.0.require.0.energy_max_GeV.value = 4.0: asks for nothing, as the beam has 4 GeV; lower it",
    ),
    "electrons that radiated": (
        "extends: ldmx-4gev\nsignatures: [{name: MM, missing_energy_min_GeV: null}]",
        "signatures.0.require.0.requirement = 'recoil_lepton': also takes e- that lost their energy before they "
        "made A'; add missing_energy_min_GeV, which photons do not pass",
    ),
    "muons that slowed down": (
        f"extends: na64-muons\ntarget: {{depth_x0: {number(30000)}}}",
        "signatures.0.require.0.energy_max_GeV.value = 80.0: takes mu- slowed down by the target alone; lower it, or",
    ),
    "protons": (
        "extends: charm\n" + recoil("S1", 1),
        "looks at the lepton of the beam that leaves a target, but this card has none; drop it",
    ),
    "collider": (
        "extends: babar\n" + recoil("photon", 1),
        "looks at the lepton of the beam that leaves a target, but this card has none; drop it",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_line(refusal, case):
    text, message = CASES[case]
    if case == "protons":
        name = experiment("charm").signatures[0].name
        text = text.replace("name: S1", f"name: {name}")
    assert message in refusal(f"{text}\nname: mine\n")


def test_the_least_aprime_leaves_the_slowest_muon():
    card = experiment("na64-muons")
    # 160 GeV become 158.9 in 40 X0 of lead; less 80 GeV and the nucleus' share of 1 %
    least = least_aprime(card, card.signatures[0])
    assert least == pytest.approx(160 - 80 - 1.6, abs=1.3)
    assert least < 160 - 80 - 1.6
    assert card.e_min("invisible") == least
    electrons = experiment("ldmx-4gev")
    assert least_aprime(electrons, electrons.signatures[0]) == 0
