import json
import math

import jsonschema
import pytest
import yaml

from postprocess.experiment.benchmark import Benchmark, list_benchmarks, load_benchmark
from postprocess.experiment.cards import Status, numbers_of
from postprocess.experiment.files import schema_text
from postprocess.experiment.schema import Experiment, list_experiments, load_experiment
from semivis_gen.errors import CardError, ParameterError
from semivis_gen.resources import cards_dir
from semivis_gen.target import ProtonDump

REGENERATE = (
    "python -c 'from postprocess.experiment.files import schema_text as s; "
    "from postprocess.experiment import Benchmark as B, Experiment as E; "
    'open("cards/schema/experiment.json", "w").write(s(E)); '
    'open("cards/schema/benchmark.json", "w").write(s(B))\''
)


@pytest.fixture
def na64():
    return yaml.safe_load((cards_dir() / "experiments" / "na64-2018.yaml").read_text(encoding="utf-8"))


def load_changed(tmp_path, card):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(card, sort_keys=False), encoding="utf-8")
    return load_experiment(path)


def error_of(tmp_path, card):
    with pytest.raises(CardError) as caught:
        load_changed(tmp_path, card)
    message = str(caught.value)
    assert "\n" not in message
    assert str(tmp_path / "mine.yaml") in message
    return message


@pytest.mark.parametrize("name", list_experiments())
def test_every_card_of_the_project_is_valid_and_sourced(name):
    card = load_experiment(name)
    assert card.name == name
    for key, number in numbers_of(card):
        assert number.status is not Status.PUBLISHED or number.source in card.references, key
        assert number.status is Status.PUBLISHED or number.note, key
    assert name in card.describe()


def test_the_na64_numbers_of_the_publications():
    card = load_experiment("na64-2018")
    assert card.beam_energy == 100
    assert card.particles_on_target == 2.84e11
    s1, s2 = card.signatures
    assert (s1.background.value, s1.background.error, s1.observed.value) == (0.19, 0.07, 0)
    assert (s2.background.value, s2.background.error, s2.observed.value) == (0.53, 0.17, 0)
    assert (s1.containment.outside_max.value, set(s1.efficiencies)) == (0.06, {"selection"})
    assert load_experiment("na64-2018-flat-r").signatures[0].efficiencies["R < 0.06"].value == 0.52
    assert card.region(s1) == (card.plane("HCAL2.begin"), card.plane("HCAL3.end"))
    assert card.region(s2) == (card.plane("HCAL3.end"), math.inf)
    assert math.sqrt(sum(s.size.value**2 for s in card.systematics)) == pytest.approx(0.2, abs=2e-3)
    assert [s.name for s in card.signatures_of("invisible")] == ["S2"]


def test_the_dump_has_the_published_depth():
    card = load_experiment("na64-2018")
    lead = card.target.layers[0].thickness_mm.value
    layers = card.dump.end_mm.value / sum(layer.thickness_mm.value for layer in card.target.layers)
    assert layers == 150
    assert layers * lead / 5.612 == pytest.approx(card.target.depth_x0.value, rel=0.02)  # PDG: X0 of lead, mm


def test_hcal_modules_have_the_length_of_their_layers():
    card = load_experiment("na64-2018")
    for name in ("HCAL1", "HCAL2", "HCAL3"):
        station = card.stations[name]
        assert station.end_mm.value - station.begin_mm.value == 48 * 25 + 47 * 9  # mm of iron, of gaps
    cells = card.stations["HCAL2"].central
    assert cells.radiation_length_mm.value == pytest.approx(17.57 * 34 / 25, abs=0.05)
    assert cells.moliere_mm.value == pytest.approx(17.19 * 34 / 25, abs=0.05)
    assert 2 * cells.half_width_x_mm.value == 194
    assert card.stations["HCAL3"].offset("x") == -cells.half_width_x_mm.value  # the beam on a border of cells


def test_the_compact_hcal_shifts_everything_behind_it():
    today, compact = load_experiment("na64-2018"), load_experiment("na64-compact-hcal1")
    assert compact.plane("HCAL1.end") - compact.plane("HCAL1.begin") == 500
    for edge in ("HCAL1.end", "HCAL2.begin", "HCAL2.end", "HCAL3.begin", "HCAL3.end"):
        assert today.plane(edge) - compact.plane(edge) == 1623 - 500
    assert compact.particles_on_target == 5e12
    assert compact.signatures[0].efficiency == today.signatures[0].efficiency


def test_thresholds_set_the_smallest_useful_energy():
    card = load_experiment("na64-2018")
    assert card.e_min("invisible") == pytest.approx(50 - 3 * 0.04 * 50)
    assert card.e_min() == pytest.approx(max(15 - 3 * 0.04 * 85, 15 - 3 * 0.5))
    assert card.source().energy_cut == card.e_min()
    with pytest.raises(ParameterError, match="na64-2018 has no mode 'visible'; it has semivisible, invisible"):
        card.signatures_of("visible")


@pytest.mark.parametrize(("model", "name"), [(Experiment, "experiment"), (Benchmark, "benchmark")])
def test_the_schemas_are_those_of_the_classes(model, name):
    text = (cards_dir() / "schema" / f"{name}.json").read_text(encoding="utf-8")
    assert text == schema_text(model), f"regenerate with {REGENERATE}"
    assert json.loads(text)["properties"]["references"]["description"]


@pytest.mark.parametrize("name", list_experiments())
def test_cards_agree_with_the_json_schema(name):
    schema = json.loads((cards_dir() / "schema" / "experiment.json").read_text(encoding="utf-8"))
    whole = load_experiment(name).model_dump(mode="json")
    jsonschema.validate(whole, schema)
    for key in ("production", "exposure"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**whole, key: {}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**whole, "production": [{"process": "bremsstrahlung", "shape": "round"}]}, schema)


@pytest.mark.parametrize("name", list_benchmarks())
def test_benchmarks_are_valid_physics_points(name):
    card = load_benchmark(name)
    assert card.point.masses.chi2_decays
    assert card.experiment in list_experiments()


def test_a_short_card_extends_another(tmp_path):
    (tmp_path / "near.yaml").write_text(
        "extends: na64-2018-flat-r\nname: near\n"
        "stations: {HCAL3: {end_mm: {value: 5900, status: assumed, note: a scan}}}\n"
        "signatures: [{name: S1, efficiencies: {R < 0.06: {value: 0.45, status: assumed, note: a scan}}}]\n"
    )
    card, base = load_experiment(tmp_path / "near.yaml"), load_experiment("na64-2018-flat-r")
    assert card.plane("HCAL3.end") == 5900
    assert card.stations["HCAL3"].end_mm.source is None  # a number is replaced as a whole, provenance included
    assert card.signatures[0].efficiency == pytest.approx(0.6 * 0.45)
    assert card.signatures[1] == base.signatures[1]
    assert card.stations["HCAL2"] == base.stations["HCAL2"]
    (tmp_path / "loop.yaml").write_text("extends: loop.yaml\n")
    with pytest.raises(CardError, match=r"extends = 'loop.yaml': must name another card"):
        load_experiment(tmp_path / "loop.yaml")


WRONG = {
    "not a number": ("signatures.0.background.value", "many", "valid number"),
    "a truth value": ("signatures.0.background.value", True, "true or false"),
    "not finite": ("beam.energy_GeV.value", math.inf, "finite"),
    "negative beam": ("beam.energy_GeV.value", -100.0, "must be positive"),
    "unknown beam": ("beam.particle", "pi-", "should be 'e-', 'e+', 'mu-', 'mu+' or 'p'"),
    "no electrons": ("exposure.particles_on_target.value", 0, "must be positive"),
    "negative length": ("stations.HCAL2.end_mm.value", 2000.0, "must lie behind begin_mm = 2754"),
    "overlap": ("stations.HCAL2.begin_mm.value", 2700.0, "overlaps HCAL1, which ends at 2754"),
    "no width": ("stations.ECAL.half_width_mm.value", 0.0, "must be positive"),
    "shifted origin": ("stations.ECAL.begin_mm.value", 10.0, "z starts at the dump's front"),
    "threshold above beam": ("signatures.0.missing_energy_min_GeV.value", 120.0, "between 0 and the beam energy, 100"),
    "visible above beam": ("signatures.0.visible.energy_min_GeV.value", 100.0, "beam energy"),
    "unknown material": ("target.layers.0.material", "unobtainium", "unobtainium"),
    "unknown station": ("signatures.0.quiet.1", "HCAL9", "take ECAL, VETO, HCAL1, HCAL2, HCAL3"),
    "unknown edge": ("signatures.0.decay_from", "HCAL2.middle", "is no edge of a station"),
    "unknown calorimeter": ("signatures.0.visible.stations.0", "VETO", "take HCAL1, HCAL2, HCAL3"),
    "empty region": ("signatures.0.decay_from", "HCAL3.end", "ends at 6000 mm, before it begins at 6000"),
    "veto in region": ("signatures.0.decay_from", "HCAL1.begin", "must stay silent but lies in the decay region"),
    "unseen region": ("signatures.0.visible.stations", ["HCAL2"], "beyond the last calorimeter"),
    "efficiency above one": ("signatures.0.efficiencies.selection.value", 1.2, "(0, 1]"),
    "negative background": ("signatures.1.background.value", -1.0, "must not be negative"),
    "background without error": ("signatures.1.background.error", None, "needs its error"),
    "half an event": ("signatures.1.observed.value", 0.5, "must be a count"),
    "same name twice": ("signatures.1.name", "S1", "stands twice"),
    "nuisance too large": ("systematics.0.size.value", 10.0, "between 0 and 1"),
    "nuisance on nothing": ("systematics.0.signatures", ["S7"], "take S1, S2"),
    "mode of nothing": ("modes.invisible.signatures.0", "S7", "take S1, S2"),
    "mode that sees": ("modes.invisible.signatures.0", "S1", "the invisible mode has not"),
    "unknown mode": ("modes.sideways", {"signatures": ["S1"]}, "semivisible"),
    "unknown status": ("beam.energy_GeV.status", "guessed", "published"),
    "source not listed": ("beam.energy_GeV.source", "Nobody:2020", "add it to references"),
    "published without source": ("beam.energy_GeV.source", None, "names its source"),
    "assumed without reason": ("stations.HCAL2.begin_mm.note", None, "assumption is reasoned"),
    "misspelt key": ("signatures.0.backgruond", {"value": 1}, "did you mean background?"),
}


NAMED = {  # where another key than the changed one is the better place to look
    "empty region": "signatures.0.decay_to",
    "veto in region": "signatures.0.quiet.1",
    "unseen region": "signatures.0.decay_to",
}


@pytest.mark.parametrize("case", WRONG)
def test_values_that_make_no_sense_name_their_key(tmp_path, na64, case):
    key, value, hint = WRONG[case]
    place = na64
    *parts, last = key.split(".")
    for part in parts:
        place = place[int(part)] if isinstance(place, list) else place[part]
    place[int(last) if isinstance(place, list) else last] = value
    message = error_of(tmp_path, na64)
    assert NAMED.get(case, key) in message
    assert hint in message


def test_a_nuisance_without_size_names_its_key(tmp_path, na64):
    del na64["systematics"][1]["size"]
    assert "systematics.1.size: is missing; add it" in error_of(tmp_path, na64)


def test_a_card_without_dump_or_with_two_is_refused(tmp_path, na64):
    na64["stations"]["ECAL"]["kind"] = "veto"
    assert "exactly one station of kind dump" in error_of(tmp_path, na64)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "is a mapping of keys, not NoneType"),
        ("- a\n- b\n", "is a mapping of keys, not list"),
        ("name: [\n", "line 2: not valid YAML"),
        ("name: a\nname: b\n", "line 2: not valid YAML (key 'name' appears twice)"),
        ("name: &a x\ntitle: *a\n", "aliases are not allowed"),
        ("name: !!python/object/apply:os.getcwd []\n", "not valid YAML"),
        ("[" * 5000, "not valid YAML"),
        ("name: x\n", "lacks title, references"),
        ("extends: [1]\n", "must name another card"),
    ],
)
def test_files_that_are_no_cards(tmp_path, text, hint):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(CardError) as caught:
        load_experiment(path)
    assert str(path) in str(caught.value)
    assert hint in str(caught.value)


def test_unknown_names_binary_and_huge_files(tmp_path):
    with pytest.raises(CardError, match=r"no card 'na64-2019': take one of .*did you mean na64-2018\?"):
        load_experiment("na64-2019")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CardError, match="cannot be read"):
        load_experiment(tmp_path / "binary.yaml")
    (tmp_path / "huge.yaml").write_text("#" * 1_000_001)
    with pytest.raises(CardError, match="1000001 bytes is more than a card may have"):
        load_experiment(tmp_path / "huge.yaml")


def test_a_digest_once_asked_for_changes_no_card():
    card, same = (load_experiment("na64-2018") for _ in range(2))
    assert len(card.digest) == 64
    assert card == same
    changed = card.model_copy(update={"title": "another"})
    assert changed != card
    assert changed.digest != card.digest == same.digest
    assert changed.model_copy(update={"title": card.title}).digest == card.digest


PROTONS = {
    "depth of protons": ("target: {depth_x0: {value: 20, status: assumed, note: x}}", "says nothing of a beam of p"),
    "process of leptons": (
        "production: [{process: annihilation}]",
        "annihilation': makes no A' from a beam of p, it works with e-, e+",
    ),
    "length": (
        "target: {interaction_length_mm: {value: -1, status: assumed, note: x}}",
        "target.interaction_length_mm.value = -1.0: must be positive",
    ),
}


@pytest.mark.parametrize(("text", "rule"), PROTONS.values(), ids=PROTONS)
def test_what_a_proton_dump_cannot_have(text, rule, refusal):
    assert rule in refusal(f"extends: charm\nname: mine\n{text}\n")


def test_a_lepton_beam_needs_a_depth_and_no_interaction_length(refusal):
    start = "extends: e137\nname: mine\ntarget:"
    assert "target.depth_x0 = None: is missing" in refusal(f"{start} {{depth_x0: null}}\n")
    length = "interaction_length_mm: {value: 100, status: assumed, note: x}"
    assert "says nothing of a beam of e-" in refusal(f"{start} {{{length}}}\n")


def test_a_card_of_protons_makes_a_proton_dump(load):
    dump = load_experiment("charm").source("visible")
    assert isinstance(dump, ProtonDump)
    assert (dump.beam_id, dump.beam_energy) == (2212, 400.0)
    assert dump.depth_mm == pytest.approx(153, abs=1)  # PDG: 137.3 g/cm^2 of copper
    length = "interaction_length_mm: {value: 200, status: assumed, note: x}"
    assert load(f"extends: charm\nname: mine\ntarget: {{{length}}}\n").source("visible").depth_mm == 200.0
