"""YAML of cards: plain values, read as YAML 1.2 means them; every other thing is one line that names it."""

import math

import pytest

from postprocess.experiment.files import parse
from semivis_gen.errors import CardError

VALUES = {
    "12": 12,
    "-7": -7,
    "010": 10.0,  # octal for YAML 1.1
    "1e-3": 1e-3,  # text for YAML 1.1
    "1.0e+12": 1e12,
    ".5": 0.5,
    "5.": 5.0,
    "-.inf": -math.inf,
    "true": True,
    "False": False,
    "~": None,
    "null": None,
    "": None,
    "yes": "yes",  # true for YAML 1.1
    "no": "no",
    "190:20:30": "190:20:30",  # a number to the base 60 for YAML 1.1
    "2021-01-02": "2021-01-02",  # a date for YAML 1.1
    "2021-13-45": "2021-13-45",  # and one that ended in a traceback
    "0x1F": "0x1F",
    "=": "=",
    "'12'": "12",
    "e-": "e-",
}


@pytest.mark.parametrize("text", VALUES)
def test_values_are_those_of_yaml_today(text):
    value = parse(f"key: {text}", "a")["key"]
    assert value == VALUES[text]
    assert type(value) is type(VALUES[text])


def test_nan_is_read_as_such():
    assert math.isnan(parse("key: .nan", "a")["key"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"a: 1\nkey: {'9' * 10_000}",
            f"card, line 2: not valid YAML ('{'9' * 37}...' cannot be read as int)",
        ),
        ("key: !!float many", "card, line 1: not valid YAML ('many' cannot be read as float); correct it"),
        ("key: !!timestamp soon", "card, line 1: not valid YAML ('soon' cannot be read as timestamp); correct it"),
        ("key: !!bool perhaps", "card, line 1: not valid YAML ('perhaps' cannot be read as bool); correct it"),
        ("key: !!int ''", "card, line 1: not valid YAML ('' cannot be read as int); correct it"),
        ("key: !!python/name:os.system x", "card, line 1: not valid YAML (could not determine a constructor"),
        ("? [a, b]\n: c", "card, line 1: not valid YAML (found unhashable key); correct it"),
        ("a: b: c", "card, line 1: not valid YAML (mapping values are not allowed here); correct it"),
    ],
)
def test_what_is_no_value_names_its_line(text, message):
    with pytest.raises(CardError) as caught:
        parse(text, "card")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_numbers_of_thousands_of_digits_can_be_shown(refusal):
    huge = "0x" + "f" * 20_000
    message = refusal(f"extends: na64-2018\nname: mine\ntarget: {{depth_x0: !!int {huge}}}\n")
    assert message.startswith("target.depth_x0 = a number of thousands of digits: a number stands with")
    message = refusal(
        f"extends: na64-2018\nname: mine\ntarget: {{depth_x0: {{value: !!int {huge}, status: assumed, note: x}}}}\n"
    )
    assert message.startswith("target.depth_x0.value = a number of thousands of digits: input should be a number of at")


def test_a_card_with_a_date_as_note_is_read(load):
    note = load("extends: na64-2018\nname: x\ntarget: {depth_x0: {value: 40.0, status: assumed, note: 2021-13-45}}\n")
    assert note.target.depth_x0.note == "2021-13-45"
