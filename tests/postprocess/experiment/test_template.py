import re

import pytest

from postprocess.experiment.files import parse
from postprocess.experiment.keys import parts_of, walk
from postprocess.experiment.schema import Experiment, list_experiments
from postprocess.experiment.template import new_card
from semivis_gen.errors import CardError


def test_a_new_card_is_read_and_used(load):
    card = load(new_card("mine"))
    assert card.name == "mine"
    assert card.source().energy_cut == card.e_min() > 0
    assert [s.name for s in card.signatures_of("semivisible")] == ["visible", "missing"]


@pytest.mark.parametrize("name", ["a", "2018", "na64-2030", "true", "x.y_z+1", "1e3"])
def test_any_name_is_that_of_the_card(load, name):
    assert load(new_card(name)).name == name


def test_every_key_is_there_with_its_meaning():
    lines = new_card("mine").splitlines()
    explained = " ".join(" ".join(line.lstrip("# ") for line in lines).split())
    for path, key in walk(parts_of(Experiment)):
        assert any(re.match(rf"[# ]*(- )?{key.name}:", line) for line in lines), path
        assert " ".join(key.text.rstrip(".").split()) in explained, path


def test_keys_that_are_switched_off_are_yaml_as_well():
    """Level by level; lines of a # and one blank explain the keys at the top."""
    text = new_card("mine")
    head, _, body = text.partition("\n\n")
    for _ in range(3):
        body = re.sub(r"^#(?! \S)", "", body, flags=re.MULTILINE)
        parse(body, "new card")
    data = parse(body, "new card")
    assert data["materials"]["NAME"]["elements"][0]["z"] == "integer"  # what shall stand there
    assert data["beam"]["spot_mm"]["value"] == 0.0
    assert [item["process"] for item in data["production"]][:2] == ["bremsstrahlung", "annihilation"]
    assert head.startswith("# mine: ")


@pytest.mark.parametrize("name", ["", "a b", "../x", "=x", "a/b", "x\n", list_experiments()[0]])
def test_names_that_are_none(name):
    with pytest.raises(CardError, match="--new"):
        new_card(name)
