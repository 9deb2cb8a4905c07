"""Weights by name."""

import pytest
from support.event_files import load, save

from semivis_gen.errors import EventFileError
from semivis_gen.io.files import read_info

HEAD = """<LesHouchesEvents version="3.0">
<header>
<initrwgt>
<weight id='plain'> no group </weight>
<weightgroup name='scale' combine='envelope'>
<weight id="1001"> muR=1 </weight>
<weight MUF='2' id='1002'> muR=2 </weight>
</weightgroup>
</initrwgt>
</header>
<init>
11 1000822080 100. 193. 0 0 0 0 -4 1
2.5 0.3 1. 1
</init>
"""
EVENT = """<event>
 1 1 %s -1. -1. -1.
 11 1 0 0 0 0 0. 0. 100. 100. 5.11e-4 0. 9.
%s
</event>
"""
NAMED = "<rwgt>\n<wgt id='plain'> %s </wgt>\n<wgt id=\"1001\"> %s </wgt>\n<wgt id='1002'>%s</wgt>\n</rwgt>"
END = "</LesHouchesEvents>\n"


@pytest.fixture
def lhe(tmp_path):
    def write(text):
        (tmp_path / "a.lhe").write_text(text)
        return tmp_path / "a.lhe"

    return write


def named(n):
    return "".join(EVENT % (1 + i, NAMED % (2 + i, f"{3 + i}.5D0", 4 + i)) for i in range(n))


def test_each_weight_by_its_name(lhe):
    path = lhe(HEAD + named(3) + END)
    assert read_info(path).weight_names == ("plain", "1001", "1002")
    assert load(path).weight.tolist() == [1, 2, 3]
    assert load(path).info.weight == ""
    assert load(path, weight="plain").weight.tolist() == [2, 3, 4]
    events = load(path, weight="1001", chunk=2)
    assert events.weight.tolist() == [3.5, 4.5, 5.5]
    assert events.info.weight == "1001"
    assert load(path, weight="1002").weight.tolist() == [4, 5, 6]


def test_lists_of_weights_follow_the_header(lhe):
    path = lhe(HEAD + EVENT % (1, "<weights> 2 3\n4 </weights>") + EVENT % (1, "<weights>\n5 6 7\n</weights>") + END)
    assert load(path, weight="1001").weight.tolist() == [3, 6]
    assert load(path, weight="1002").weight.tolist() == [4, 7]


def test_names_from_weightinfo_and_from_nowhere(lhe):
    info = "<weightinfo name='a' muf='1'/>\n<weightinfo name='b'/>\n</init>"
    path = lhe((HEAD + EVENT % (1, "<weights> 2 3 </weights>") + END).replace("</init>", info).replace("initrwgt", "x"))
    assert read_info(path).weight_names == ("a", "b")
    assert load(path, weight="b").weight.tolist() == [3]
    path = lhe((HEAD + named(2) + END).replace("initrwgt", "x"))
    assert read_info(path).weight_names == ()
    assert load(path, weight="1002").weight.tolist() == [4, 5]
    fails(
        path,
        "1003",
        "line 16: the event that begins here has no weight '1003'; its weights are 'plain', '1001', '1002'",
    )


def fails(path, name, says):
    with pytest.raises(EventFileError) as error:
        load(path, weight=name)
    assert says in str(error.value)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_unknown_missing_and_damaged_weights_are_one_line(lhe):
    good = HEAD + named(3) + END
    fails(lhe(good), "x", "the file has no weight 'x'; its weights are 'plain', '1001', '1002'")
    line = good[: good.index('<wgt id="1001"> 4.5')].count("\n") - 3
    fails(
        lhe(good.replace('<wgt id="1001"> 4.5D0 </wgt>\n', "")), "1001", f"line {line}: the event that begins here has"
    )
    for wrong in ("x", "nan", "1e999", ""):
        fails(lhe(good.replace(" 4.5D0 ", wrong)), "1001", f"line {line}: the weight '1001' of the event")
    fails(lhe((good).replace(good[good.index("<header>") : good.index("<init>")], "")), "y", "no weight 'y'")


def test_files_with_one_weight(kit, tmp_path):
    events = kit.random_events(3)
    for name in ("a.lhe", "a.parquet"):
        with pytest.raises(EventFileError, match="no weight 'x'; it has one weight, without a name"):
            load(save(tmp_path / name, events), weight="x")
    with pytest.raises(EventFileError, match="no weight 'x'; its weights are 'Default'"):
        load(save(tmp_path / "a.hepmc3", events), weight="x")


def test_a_written_file_says_which_weight_it_holds_and_what_is_lost(lhe, tmp_path):
    events = load(lhe(HEAD + named(3) + END), weight="1002")
    for name in ("b.lhe", "b.hepmc3", "b.parquet"):
        info = read_info(save(tmp_path / name, events))
        assert info.weight == "1002"
        assert info.weight_names == ()
        assert "weights other than 1002" in info.extra["lost"]
        assert load(tmp_path / name).weight.tolist() == [4, 5, 6]
    assert load(tmp_path / "b.hepmc3", weight="1002").weight.tolist() == [4, 5, 6]
