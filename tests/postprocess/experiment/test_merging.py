import pytest

from postprocess.experiment.merging import merge
from semivis_gen.errors import CardError

BASE = {
    "beam": {"particle": "e-", "spot_mm": {"value": 1, "note": "x"}},
    "list": [1, 2],
    "production": [{"process": "a", "k": 1}, {"process": "b", "k": 2}],
    "signatures": [{"name": "S1", "require": [{"requirement": "r", "x": 1}]}, {"name": "S2"}],
    "geometry": {"geometry": "planes", "width": 1},
}


@pytest.mark.parametrize(
    ("change", "key", "wanted"),
    [
        ({"beam": {"particle": "e+"}}, "beam", {"particle": "e+", "spot_mm": {"value": 1, "note": "x"}}),
        ({"beam": {"spot_mm": {"value": 2}}}, "beam", {"particle": "e-", "spot_mm": {"value": 2}}),  # as a whole
        ({"beam": {"spot_mm": None}}, "beam", {"particle": "e-"}),
        ({"list": [3]}, "list", [3]),
        (
            {"production": [{"process": "b", "k": 3}]},
            "production",
            [{"process": "a", "k": 1}, {"process": "b", "k": 3}],
        ),
        ({"production": [{"process": "c"}]}, "production", [*BASE["production"], {"process": "c"}]),
        ({"production": [{"process": "a", "drop": True}]}, "production", BASE["production"][1:]),
        ({"production": []}, "production", []),
        (
            {"signatures": [{"name": "S1", "require": [{"requirement": "r", "x": 2}]}, {"name": "S2", "drop": True}]},
            "signatures",
            [{"name": "S1", "require": [{"requirement": "r", "x": 2}]}],
        ),
        ({"geometry": {"geometry": "barrel"}}, "geometry", {"geometry": "barrel"}),  # other keys are the old one's
        ({"geometry": {"geometry": "planes", "depth": 2}}, "geometry", {"geometry": "planes", "width": 1, "depth": 2}),
    ],
)
def test_what_a_change_does(change, key, wanted):
    merged = merge(BASE, change)
    assert merged[key] == wanted
    assert {k: v for k, v in merged.items() if k != key} == {k: v for k, v in BASE.items() if k != key}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ([{"name": "S3", "drop": True}], "signatures.S3.drop: there is no such name to take out; there is S1, S2"),
        ([{"name": "S1"}, {"name": "S1"}], "signatures: name 'S1' stands twice; write what changes in it once"),
        ([{"name": "S1", "drop": False}], "signatures.S1.drop = False: must be true, which takes the item out"),
    ],
)
def test_what_a_change_may_not_do(change, message):
    with pytest.raises(CardError) as caught:
        merge(BASE, {"signatures": change})
    assert str(caught.value).startswith(message)


def test_a_card_names_the_file_of_such_a_change(refusal):
    message = refusal("extends: na64-2018\nname: mine\nsignatures: [{name: S9, drop: true}]\n")
    assert message == "signatures.S9.drop: there is no such name to take out; there is S1, S2"
    assert "drop" in refusal("extends: e137\nname: mine\nsignatures: [{name: new, drop: true, title: x}]\n")
