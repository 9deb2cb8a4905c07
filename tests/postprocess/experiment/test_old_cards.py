import pytest
from support.places import ROOT

from postprocess.experiment.old_cards import new_form
from postprocess.experiment.schema import list_experiments, load_experiment
from semivis_gen.errors import CardError, SemivisWarning
from semivis_gen.production.bremsstrahlung.process import Bremsstrahlung

BEFORE = ROOT / "tests" / "reference" / "cards_before"  # the cards of semivis up to commit c1bee78
CARDS = sorted(path.stem for path in BEFORE.glob("*.yaml"))


def old(load, text):
    """Read a card in its old form, and the advice."""
    with pytest.warns(SemivisWarning) as caught:
        card = load(text)
    assert len(caught) == 1
    assert "\n" not in str(caught[0].message)
    return card, str(caught[0].message)


def concerned(card):
    """What was written otherwise; other numbers of the cards have changed since."""
    return card.beam.energy_GeV, card.exposure, card.target, card.processes, card.modes


def test_every_card_that_was_there_is_there():
    assert set(CARDS) <= set(list_experiments())


@pytest.mark.parametrize("name", CARDS)
def test_the_old_form_of_a_card_is_the_card(name, tmp_path):
    text = (BEFORE / f"{name}.yaml").read_text(encoding="utf-8")
    (tmp_path / "old.yaml").write_text(text, encoding="utf-8")
    if any(key in text for key in ("electrons_on_target", "spread_GeV", "target:")):
        with pytest.warns(SemivisWarning, match=r"old\.yaml: is in the form of an earlier version; write "):
            card = load_experiment(tmp_path / "old.yaml")
    else:  # extends another and changes what is written as before
        card = load_experiment(tmp_path / "old.yaml")
    now = load_experiment(name)
    if name == "e137":  # has the whole shower with its angles since
        changes = {"production": card.production, "target": card.target}
        assert card.processes == (Bremsstrahlung(),) != now.processes
        assert now.target.scattering
        assert not card.target.scattering
        now = now.model_copy(update=changes)
    assert concerned(card) == concerned(now)


def test_old_cards_may_extend_old_ones(tmp_path):
    for name in ("na64-2018", "na64-2018-improved"):
        text = (BEFORE / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{name}-before.yaml").write_text(
            text.replace("extends: na64-2018", "extends: na64-2018-before.yaml")
        )
    with pytest.warns(SemivisWarning) as caught:
        card = load_experiment(tmp_path / "na64-2018-improved-before.yaml")
    assert len(caught) == 2  # a line a file
    assert concerned(card) == concerned(load_experiment("na64-2018-improved"))


def test_an_old_card_on_top_of_a_new_one_takes_processes_out(load):
    card, message = old(load, "extends: na64-2018-improved\nname: mine\ntarget: {annihilation: false}\n")
    assert card.processes == load_experiment("na64-2018-improved").processes[:1]
    assert "production: [{process: annihilation, drop: true}] instead of target.annihilation" in message
    card, _ = old(load, "extends: na64-2018-improved\nname: mine\ntarget: {annihilation: null, secondaries: null}\n")
    assert card.processes == load_experiment("na64-2018").processes


def test_an_old_card_on_top_of_a_new_one_changes_what_it_names(load):
    card, message = old(load, "extends: na64-2018-july2021\nname: mine\ntarget: {cross_section: etl}\n")
    (process,) = card.processes
    assert (process.cross_section, process.shape, process.particles) == ("etl", "iww", "primary")
    assert "production: [{process: bremsstrahlung, cross_section: etl}] instead of target.cross_section" in message
    card, _ = old(load, "extends: na64-2018\nname: mine\ntarget: {annihilation: false, secondaries: yes}\n")
    assert [type(process).__name__ for process in card.processes] == ["Bremsstrahlung"]
    assert card.processes[0].particles == "shower"


def test_the_old_exposure_and_spread(load):
    spread = "{value: 3, status: assumed, note: x}"
    text = f"extends: na64-2018\nname: mine\nbeam: {{spread_GeV: {spread}}}\n"
    text += "exposure: {electrons_on_target: {value: 1.0e+12, status: assumed, note: more}}\n"
    card, message = old(load, text)
    assert (card.exposure.value, card.exposure.unit, card.particles_on_target) == (1e12, "particles on target", 1e12)
    assert "exposure.particles_on_target instead of electrons_on_target" in message
    assert "no beam.spread_GeV, which never entered a result" in message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "exposure: {electrons_on_target: {value: 1}, particles_on_target: {value: 1}}",
            "exposure.electrons_on_target: is the old name of particles_on_target, which stands there as well; drop it",
        ),
        (
            "target: {secondaries: true}\nproduction: [{process: annihilation}]",
            "target.secondaries: is an old key that stands beside production; write it there",
        ),
        ("target: {annihilation: perhaps}", "target.annihilation = 'perhaps': must be true or false"),
    ],
)
def test_old_and_new_do_not_mix(refusal, text, hint):
    assert refusal(f"extends: na64-2018\nname: mine\n{text}\n").startswith(hint)


def test_a_wrong_switch_names_the_key_of_today(load, tmp_path):
    with pytest.warns(SemivisWarning), pytest.raises(CardError, match=r"production\.0\.shape = 'round'"):
        load("extends: na64-2018\nname: mine\ntarget: {shape: round}\n")


def test_cards_of_today_are_left_alone():
    card = {"exposure": {"particles_on_target": {"value": 1}}, "target": {"depth_x0": 1}, "beam": None}
    assert new_form(card, {}) == (card, "")
    assert new_form(card, {"name": "base"}) == (card, "")
