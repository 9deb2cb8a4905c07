import re

import pytest
from support.places import ROOT

from postprocess.experiment.guide import guide_text
from postprocess.experiment.keys import parts_of, walk
from postprocess.experiment.schema import Experiment

PAGE = ROOT / "docs" / "cards.md"
REGENERATE = (
    'python -c \'from postprocess.experiment.guide import guide_text as g; open("docs/cards.md", "w").write(g())\''
)
EXAMPLES = re.findall(r"```yaml\n(.*?)```", guide_text(), flags=re.DOTALL)
UNITS = {
    "_mm": "mm",
    "_GeV": "GeV",
    "_mrad": "mrad",
    "_x0": "X0",
    "_fb": "fb^-1",
    "_g_cm3": "g/cm^3",
    "_g_cm2": "g/cm^2",
}


def test_the_page_is_that_of_the_schema():
    assert PAGE.read_text(encoding="utf-8") == guide_text(), f"regenerate with {REGENERATE}"


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_are_cards(load, text):
    assert load(text).name == "mine"


def test_every_key_has_a_meaning_and_numbers_the_unit_of_their_name():
    text = guide_text()
    for path, key in walk(parts_of(Experiment)):
        assert key.meaning, path
        assert f"| `{key.name}` |" in text, path
        unit = next((unit for suffix, unit in UNITS.items() if key.name.endswith(suffix)), None)
        assert unit is None or key.unit == unit, path
