"""Registries: what comes with semivis, what is registered, what entry points of other packages add."""

from importlib.metadata import EntryPoint

import pytest

from semivis_gen import registry
from semivis_gen.errors import ParameterError
from semivis_gen.registry import Registry


@pytest.fixture
def numbers(monkeypatch):
    points = [EntryPoint("tau", "math:tau", "g"), EntryPoint("broken", "no_such_package:x", "g")]
    monkeypatch.setattr(registry, "entry_points", lambda *, group: points if group == "g" else [])
    return Registry("number", "g", {"pi": "math:pi"})


def test_names_from_all_three_places(numbers):
    numbers.register("two", 2)
    assert list(numbers) == ["pi", "two", "tau", "broken"]
    assert [numbers[name] for name in ("pi", "two", "tau")] == pytest.approx([3.14159265, 2, 6.2831853])
    assert "tau" in numbers
    assert "e" not in numbers
    numbers.forget("two")
    numbers.forget("pi")  # what comes with semivis stays
    assert list(numbers) == ["pi", "tau", "broken"]


def test_what_cannot_be_had_is_one_line(numbers):
    with pytest.raises(ParameterError, match=r"no number 'taus': take one of pi, tau, broken; did you mean tau\?"):
        numbers["taus"]
    with pytest.raises(ParameterError, match=r"the number 'broken' of no_such_package:x cannot be loaded: ModuleNotF"):
        numbers["broken"]


def test_a_name_belongs_to_one_thing(numbers):
    numbers.register("two", 2)
    numbers.register("two", 2)
    for name in ("two", "pi"):
        with pytest.raises(ParameterError, match=f"there is a number '{name}' already"):
            numbers.register(name, 3)


def test_one_of_its_own_may_register_itself_when_it_is_loaded(numbers):
    numbers.register("pi", 3, place="math:pi")
    assert numbers["pi"] == 3
    with pytest.raises(ParameterError, match="there is a number 'pi' already"):
        numbers.register("pi", 3, place="elsewhere:pi")
