"""What a card is told: one line with key, value, rule and way out."""

import pytest
from support.places import ROOT

from postprocess.experiment.schema import load_experiment
from semivis_gen.errors import CardError

FOREIGN = "extends: na64-2018\nname: mine\n"
CASES = {
    "plain number": (
        "beam: {energy_GeV: 20}",
        "beam.energy_GeV = 20: a number stands with where it comes from; "
        "write {value: 20, status: assumed, note: WHY}, or published and its source",
    ),
    "plain text": ("target: {depth_x0: deep}", "target.depth_x0 = 'deep': a number stands with where it comes from;"),
    "list for a number": ("target: {depth_x0: [4]}", "target.depth_x0 = [4]: a number stands with"),
    "key of another place": (
        "stations: {HCAL3: {moliere_mm: {value: 3, status: assumed, note: x}}}",
        "stations.HCAL3.moliere_mm: is not a key here; take kind, begin_mm, end_mm, half_width_mm, offset_x_mm,",
    ),
    "misspelt key": ("beam: {partcle: e-}", "beam.partcle: is not a key here; did you mean particle?"),
    "misspelt part": ("beem: 1", "beem: is not a key here; did you mean beam?"),
    "key that is no text": ("{2018-01-01: 3}", "2018-01-01: is not a key here"),
    "number as a key": ("beam: {7: 3}", "beam.7: is not a key here; take particle, energy_GeV"),
    "infinite without provenance": (
        "target: {depth_x0: .inf}",
        "target.depth_x0 = inf: a number stands with where",
    ),
    "no item": ("production: []", "production = []: must hold one item at least; add it"),
    "no mode": (
        "modes: {semivisible: null, invisible: null}",
        "modes = {}: names no mode; add one with its",
    ),
    "not a number": ("target: {depth_x0: {value: .nan, status: assumed, note: x}}", "target.depth_x0.value = nan: "),
    "infinite": ("target: {depth_x0: {value: .inf, status: assumed, note: x}}", "target.depth_x0.value = inf: "),
    "too large": ("target: {depth_x0: {value: 1e999, status: assumed, note: x}}", "target.depth_x0.value = inf: "),
    "truth": ("target: {depth_x0: {value: true, status: assumed, note: x}}", "target.depth_x0.value = True: "),
    "error not finite": (
        "target: {depth_x0: {value: 1, error: .nan, status: assumed, note: x}}",
        "target.depth_x0.error = nan: ",
    ),
    "digits without end": (
        f"exposure: {{particles_on_target: {{value: {'9' * 400}, status: assumed, note: x}}}}",
        "exposure.particles_on_target.value = 9999",
    ),
    "number as text": ("title: 2018", "title = 2018: must be text; write it in quotes"),
    "number as a name": ("signatures: [{name: 7}]", "signatures.0.name = 7: must be text; write it in quotes"),
    "mapping as text": ("title: {a: b}", "title = {'a': 'b'}: must be text; write it in quotes"),
    "nothing": ("beam: {particle: null}", "beam.particle: is missing; add it"),
    "number for keys": (
        "beam: 5",
        "beam = 5: holds keys, such as particle, energy_GeV, other_energy_GeV; write them in",
    ),
    "list for keys": ("beam: [e-]", "beam = ['e-']: holds keys, such as particle"),
    "mapping for a list": (
        "production: {process: annihilation}",
        "production = {'process': 'annihilation'}: must be a list; write each item in a line of its own, behind a dash",
    ),
    "word in a list": ("production: [annihilation]", "production.0 = 'annihilation': names a production process; "),
    "list for names": ("stations: []", "stations = []: must hold names, each with its own keys"),
    "infinity in other words": (
        "signatures: [{name: S2, decay_to: Infinity}]",
        "signatures.1.decay_to = 'Infinity': is no edge of a station; "
        "take STATION.begin or STATION.end of ECAL, VETO, HCAL1, HCAL2, HCAL3, or infinity",
    ),
    "infinity of YAML": ("signatures: [{name: S2, decay_to: .inf}]", "signatures.1.decay_to = inf: must be text"),
    "name with blanks": (
        "signatures: [{name: S 2}]",
        "signatures.2.name = 'S 2': a name holds letters, digits and . _ + - alone, as it names columns and files; "
        "write S_2",
    ),
    "name of a formula": ('signatures: [{name: "=cmd(),x\\ny"}]', "signatures.2.name = '=cmd(),x\\ny': a name holds"),
    "efficiency of two lines": (
        'signatures: [{name: S2, efficiencies: {"a,b\\n=1": {value: 0.5, status: assumed, note: x}}}]',
        "signatures.1.efficiencies.a,b =1 = 'a,b\\n=1': must be one line of text",
    ),
    "scattering of muons": (
        "beam: {particle: mu-}\ntarget: {scattering: true}",
        "target.scattering = True: is known of electrons and positrons, not of a beam of mu-; drop it",
    ),
    "pion beam": ("beam: {particle: pi}", "beam.particle = 'pi': input should be 'e-', 'e+', 'mu-', 'mu+' or 'p'"),
    "several keys missing": (
        "stations: {NEW: {kind: veto}}",
        "stations.NEW: lacks begin_mm and end_mm; add them",
    ),
    "one systematic twice": (
        "systematics: [{name: chi2 width, drop: true}, {name: chi2 width, drop: true}]",
        "systematics: name 'chi2 width' stands twice",
    ),
    "extends without name": ("signatures: [{name: S3, drop: yes}]", "signatures.S3.drop = 'yes': must be true"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_line_with_key_value_rule_and_way_out(refusal, case):
    text, message = CASES[case]
    assert refusal(f"{FOREIGN}{text}\n" if not text.startswith("{") else f"{text}\n").startswith(message)


def test_a_card_of_two_lines_hears_one_sentence(refusal):
    assert refusal("name: belle2\ntitle: collider\n") == (
        "lacks references, beam, exposure, production, stations, signatures and modes; "
        "`semivis experiments --new NAME` prints a whole card, "
        "and a card that comes with semivis is changed by one that begins with extends: belle2"
    )
    assert refusal("name: mine\ntitle: collider\n").endswith("prints a whole card")


def test_other_problems_are_counted(refusal):
    assert refusal(f"{FOREIGN}title: 1\nbeam: {{particle: pi}}\n").endswith("; write it in quotes (and 1 more)")


LUMINOSITY = "luminosity_fb: {value: 50, status: assumed, note: x}"


def test_exposure_is_one_of_two(load, refusal):
    both = refusal(f"{FOREIGN}exposure: {{{LUMINOSITY}}}\n")
    assert both == (
        "exposure.luminosity_fb = 50.0: stands beside particles_on_target, but an experiment has one of the "
        "two; drop one (null takes out what an extended card has)"
    )
    neither = refusal(f"{FOREIGN}exposure: {{particles_on_target: null}}\n")
    assert neither == "exposure = None: says nothing; add particles_on_target, or luminosity_fb of a collider"
    none = refusal(f"{FOREIGN}exposure: {{particles_on_target: {{value: 0, status: assumed, note: x}}}}\n")
    assert none == "exposure.particles_on_target.value = 0.0: must be positive; correct the value"


def test_a_collider_has_no_target_and_a_dump_has_one(refusal):
    swapped = f"{FOREIGN}exposure: {{particles_on_target: null, {LUMINOSITY}}}\n"
    assert refusal(swapped) == (
        "exposure.luminosity_fb.value = 50.0: is the exposure of a collider, which has no target; "
        "drop target (null takes out what an extended card has), or give particles_on_target"
    )
    assert refusal(f"{FOREIGN}target: null\n") == (
        "target = None: is missing, but particles_on_target are to hit it; "
        "add target: {layers: ..., depth_x0: ...}; a collider has luminosity_fb instead"
    )
    assert refusal(f"{swapped}target: null\n") == (
        "beam.other_energy_GeV = None: is missing: what collides with the beam, as the exposure is a luminosity; "
        "add the energy of the antiparticles that come along -z"
    )


def test_a_card_that_extends_one_with_an_unreadable_file_names_it(tmp_path):
    (tmp_path / "base.yaml").write_bytes(b"\xff")
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\n")
    with pytest.raises(CardError, match=r"base\.yaml: cannot be read"):
        load_experiment(tmp_path / "mine.yaml")


def test_messages_point_to_what_is_there():
    assert (ROOT / "docs" / "cards.md").is_file()
