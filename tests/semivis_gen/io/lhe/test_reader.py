"""MadGraph's file, foreign files, and everything that can be wrong with a file."""

import gzip
import io
import subprocess
import sys
import time
from contextlib import suppress
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from semivis_gen.errors import EventFileError
from semivis_gen.events import IdMap, concatenate
from semivis_gen.io import formats
from semivis_gen.io.files import open_writer, read_events, read_info
from semivis_gen.io.lhe import beginning, reader as lhe_reader
from semivis_gen.model.point import DarkMasses

EVENT = """<event>
 3 1 2.5 -1. -1. -1.
 11 -1 0 0 0 0 0. 0. 100. 100. 5.11e-4 0. 9.
 58 2 1 0 0 0 1. 2. 3. 3.743 0.14 12.5 9.
 52 1 2 2 0 0 1. 2. 3. 3.743 0.1 0. 9.
</event>
"""
HEAD = """<LesHouchesEvents version="1.0">
<init>
11 1000822080 100. 193. 0 0 0 0 3 2
1.5 0.3 1. 1
2.5 0.4 1. 2
</init>
"""
END = "</LesHouchesEvents>\n"
START = HEAD.count("\n") + 1  # line of the first event


@pytest.fixture
def lhe(tmp_path):
    def write(text, name="a.lhe"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def load(path, **options):
    return concatenate(list(read_events(path, **options)))


def test_madgraph_file(kit):
    events = load(kit.madgraph)
    assert len(events) == 3000
    info = events.info
    assert (info.generator, info.version) == ("MadGraph5_aMC@NLO", "3.5.7")
    assert info.masses == DarkMasses(0.3, 3.0, 0.4)
    assert info.point is None  # the card's chi2 width is that of epsilon = 1, its epsilon 1e-3
    assert info.extra == {"width_aprime_GeV": "0.007709741", "width_chi2_GeV": "5.02901e-10"}
    assert (info.beam_id, info.beam_energy, info.target_id, info.target_mass) == (11, 100.0, 1000822080, 193.0)
    assert (info.rate, info.rate_error, info.rate_epsilon) == (3.791430e-04, 8.309814e-07, 1e-3)
    assert read_info(kit.madgraph) == info
    assert events.pdg[:10].tolist() == [11, 1000822080, 55, 58, 11, 1000822080, 52, 52, 11, -11]
    assert tuple(map(tuple, events.mothers[:10])) == kit.chain.mothers
    assert events.mass[2:4].tolist() == [0.29793593579, 0.14000000144]  # off shell and smeared as in the file
    assert events.ctau[2:4].tolist() == [1.215e-11, 2.2826e-4]
    assert np.all(events.weight == 3.79143e-4)


def test_madgraph_conserves_momentum_with_energies_from_masses(kit):
    events = load(kit.madgraph)
    sign = np.where(events.status == -1, -1.0, np.where(events.status == 1, 1.0, 0.0))
    four = np.c_[events.momentum, events.energy] * sign[:, None]
    total = np.add.reduceat(four, events.offsets[:-1])
    assert np.abs(total).max() < 1e-7


def test_foreign_file_without_card(lhe):
    events = load(lhe(HEAD + EVENT + END))
    info = events.info
    assert info.masses is None
    assert info.generator == "unknown"
    assert (info.rate, info.rate_error) == (4.0, pytest.approx(0.5, rel=1e-15))
    assert "not given" in info.extra["rate_epsilon"]
    assert events.mothers.tolist() == [[-1, -1], [0, 0], [1, 1]]  # (m, 0) and (m, m) are one mother
    assert events.ctau.tolist() == [0, 12.5, 0]
    assert events.weight.tolist() == [2.5]


def test_comments_in_the_init_block_and_a_single_second_mother(lhe):
    text = (HEAD + EVENT + END).replace("11 1000822080", "# beams\n11 1000822080").replace("52 1 2 2", "52 1 0 2")
    events = load(lhe(text))
    assert events.info.rate == 4.0
    assert events.mothers[2].tolist() == [1, 1]


def test_foreign_ids(lhe):
    text = (HEAD + EVENT + END).replace(" 58 2", " 1000023 2").replace(" 52 1", " -1000022 1")
    events = load(lhe(text), ids=IdMap(1023, 1000022, 1000023))
    assert events.pdg.tolist() == [11, 58, -52]


def test_several_weights_keep_the_nominal_one(lhe):
    weights = "<rwgt>\n<wgt id='1001'> 7. </wgt>\n<wgt id='1002'> 8. </wgt>\n</rwgt>\n<scales muf='1' />\n</event>"
    assert load(lhe(HEAD + EVENT.replace("</event>", weights) + END)).weight.tolist() == [2.5]


def test_an_init_block_quoted_in_the_header_is_not_the_init_block(lhe):
    header = "<header>\n<MG5>\n<init>\n0 0\n</init>\n</MG5>\n</header>\n<init>"
    assert load(lhe((HEAD + EVENT + END).replace("<init>", header, 1))).info.beam_energy == 100.0


def test_compression_is_seen_in_the_content_not_the_name(lhe):
    text = (HEAD + EVENT * 3 + END).encode()
    for name, content in (("a.lhe", gzip.compress(text)), ("b.lhe.gz", text), ("C.LHE.GZ", gzip.compress(text))):
        assert len(load(lhe(content, name))) == 3


def test_standard_input(monkeypatch):
    text = (HEAD + EVENT * 3 + END).encode()
    for content in (text, gzip.compress(text)):
        stdin = io.BytesIO(content)
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stdin))
        assert len(load("-")) == 3
        assert not stdin.closed
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
    with pytest.raises(EventFileError, match=r"^stdin, line 1: the file is empty"):
        load("-")


def fails(path, says, line=None, **options):
    with pytest.raises(EventFileError) as error:
        load(path, **options)
    message = str(error.value)
    assert says in message
    assert "\n" not in message
    assert message.startswith(f"{path}, line {line}:" if line else str(path)), message


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "empty"),
        ("  \n\n", 1, "not an LHE file"),
        ("hello\nworld\n", 1, "'hello': this is not an LHE file"),
        (b"\x00\xff" * 1000, 1, "not an LHE file"),
        (HEAD[:-9], START - 2, "before </init>"),
        (HEAD, START, "without </LesHouchesEvents>"),
        (HEAD + END, START, "holds no events"),
        (HEAD + EVENT, START + 6, "without </LesHouchesEvents>"),
        (HEAD + EVENT + EVENT[:50], START + 6, "not complete"),
        (HEAD + EVENT + "</LesHouch", START + 6, "truncated"),
        (HEAD + EVENT + END + HEAD + EVENT + END, START + 6, "goes on after"),
        (HEAD + EVENT + END + "more", START + 7, "goes on after"),
        (HEAD + EVENT + "junk\n" + END, START + 6, "'junk'"),
        (HEAD.replace("11 1000822080", "eleven 5") + EVENT + END, 3, "10 numbers"),
        (HEAD.replace(" 3 2", " 3") + EVENT + END, 3, "10 numbers"),
        (HEAD.replace(" 3 2", " 3 3") + EVENT + END, 3, "announces 3 processes and describes 2"),
        (HEAD.replace("2.5 0.4", "x 0.4") + EVENT + END, 5, "a process needs 4 numbers"),
        (HEAD + EVENT.replace("100. 100.", "nan 100.") + END, START + 2, "momentum"),
        (HEAD + EVENT.replace(" 0.14 ", " inf "), START + 3, "mass"),
        (HEAD + EVENT.replace("12.5", "-12.5"), START + 3, "lifetime"),
        (HEAD + EVENT.replace("2.5 -1.", "nan -1."), START + 1, "weight"),
        (HEAD + EVENT.replace("3.743 0.14", "1e999 0.14"), START + 3, "not finite"),
        (HEAD + EVENT.replace("2.5 -1.", "2.5 -inf"), START + 1, "not finite"),
        (HEAD + EVENT.replace("52 1 2 2", "52 1 4 4"), START + 4, "mother"),
        (HEAD + EVENT.replace("52 1 2 2", "52 1 2 99999999999"), START + 4, "whole numbers within bounds"),
        (HEAD + EVENT.replace("52 1 2 2", "52 1 3 3"), START + 4, "own mother"),
        (HEAD + EVENT.replace("52 1 2 2", "52 1 2 -2"), START + 4, "mother"),
        (HEAD + EVENT.replace("52 1 2 2", "52 1 1.5 2"), START + 4, "whole numbers"),
        (HEAD + EVENT.replace("52 1", "3e9 1"), START + 4, "whole numbers within bounds"),
        (HEAD + EVENT.replace("52 1", "52 300"), START + 4, "whole numbers within bounds"),
        (HEAD + EVENT.replace("52 1", "0 1"), START + 4, "id 0"),
        (HEAD + EVENT.replace(" 3 1", " 4 1"), START + 1, "announces 4 particles and has 3"),
        (HEAD + EVENT.replace(" 3 1", " 2000000 1"), START + 1, "particles in one event"),
    ],
)
def test_bad_files_are_named_with_their_line(lhe, text, line, says):
    fails(lhe(text), says, line)


def test_lines_are_counted_across_blocks(lhe, monkeypatch):
    monkeypatch.setattr(lhe_reader, "BLOCK_BYTES", 700)
    events = [EVENT] * 50
    assert len(load(lhe(HEAD + "".join(events) + END))) == 50
    events[41] = EVENT.replace("3.743", "3,743", 1)
    fails(lhe(HEAD + "".join(events) + END), "'3,743' is not a number", START + 6 * 41 + 3)


def test_missing_files_and_folders(tmp_path):
    fails(tmp_path / "none.lhe", "cannot be read: No such file")
    (tmp_path / "a.lhe").mkdir()
    fails(tmp_path / "a.lhe", "cannot be read: Is a directory")
    fails(tmp_path / "a.root", "unknown kind of event file")


@pytest.mark.parametrize("compress", [False, True])
def test_no_cut_through_a_file_goes_unnoticed(kit, lhe, compress):
    text = gzip.decompress(kit.madgraph.read_bytes())
    start = text.index(b"<event>")
    text = text[: start + 30_000]
    text = text[: text.rindex(b"</event>") + 8] + b"\n</LesHouchesEvents>\n"
    content = gzip.compress(text) if compress else text
    assert len(load(lhe(content))) == text.count(b"<event>")
    rng = np.random.default_rng(4)
    places = rng.integers(0, len(content) - 2, size=60)  # the very last line break may go
    for place in [0, 1, 2, 10, *places]:
        with pytest.raises(EventFileError, match=r"a\.lhe"):
            load(lhe(content[: int(place)]))


def test_a_cut_gz_file_names_the_line_up_to_which_it_is_good(lhe):
    text = (HEAD + EVENT * 20_000 + END).encode()
    content = gzip.compress(text)
    path = lhe(content[: len(content) // 2])
    with pytest.raises(EventFileError, match="end too early: the file is truncated") as error:
        load(path)
    line = int(str(error.value).split("line ")[1].split(":")[0])
    assert 0.3 < line / text.count(b"\n") < 0.6
    damaged = bytearray(content)
    damaged[len(content) // 2] ^= 255
    fails(lhe(bytes(damaged)), "are damaged")


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255), kind=st.sampled_from(["replace", "insert", "delete"]))
def test_no_single_wrong_byte_loses_an_event(tmp_path_factory, place, byte, kind):
    good = (HEAD + EVENT * 3 + END).encode()
    place %= len(good)
    middle = {"replace": (bytes([byte]), 1), "insert": (bytes([byte]), 0), "delete": (b"", 1)}[kind]
    path = tmp_path_factory.getbasetemp() / "fuzz.lhe"
    path.write_bytes(good[:place] + middle[0] + good[place + middle[1] :])
    # an error or all events: nothing in between, nothing else
    with suppress(EventFileError):
        events = load(path)
        assert len(events) == 3
        assert np.isfinite(events.energy).all()


@settings(max_examples=50, deadline=None)
@given(junk=st.binary(max_size=200), head=st.booleans())
def test_junk_is_refused(tmp_path_factory, junk, head):
    path = tmp_path_factory.getbasetemp() / "junk.lhe"
    path.write_bytes((HEAD.encode() if head else b"") + junk)
    with pytest.raises(EventFileError):
        load(path)


@pytest.mark.parametrize("filling", [b" ", b"0 ", b"<event>\n", b"x", b"</event", b"<event "])
def test_gzip_bombs_are_refused_before_they_fill_the_memory(lhe, monkeypatch, filling):
    monkeypatch.setattr(lhe_reader, "MAX_EVENT_BYTES", 3 * 2**20)
    bomb = gzip.compress(HEAD.encode() + filling * (8 * 2**20 // len(filling)), 1)
    fails(lhe(bomb), "no </event> within 3 MB", START)
    monkeypatch.setattr(beginning, "MAX_HEADER_BYTES", 3 * 2**20)
    bomb = gzip.compress(b"<LesHouchesEvents>\n" + filling * (8 * 2**20 // len(filling)), 1)
    fails(lhe(bomb), "no </init> within 3 MB")


def test_limits_are_those_of_physics():
    assert 10_000 < formats.MAX_PARTICLES < 1_000_000
    assert formats.MAX_PARTICLES * 300 < formats.MAX_EVENT_BYTES


def test_a_damaged_own_header_names_its_line(kit, tmp_path):
    path = tmp_path / "a.lhe"
    with open_writer(path, kit.run_info()) as writer:
        writer.write(kit.random_events(2))
    text = path.read_text()
    path.write_text(text.replace('"format": 1', '"format": 9'))
    fails(path, "format 9 of the semivis header", text[: text.index("<semivis>")].count("\n") + 1)


REST = "</header>\n<init>" + HEAD.split("<init>")[1] + EVENT + END
HOSTILE = {
    "comment open": (HEAD + EVENT, "<!--", EVENT + END),
    "comments": (HEAD + EVENT, "<!---->", EVENT + END),
    "one long comment": (HEAD + EVENT + "<!--", "x y z\n", "-->" + EVENT + END),
    "notes": (HEAD + EVENT, "# a note\n", EVENT + END),
    "one long note": (HEAD + EVENT + "#", "x", "\n" + EVENT + END),
    "notes in an event": (HEAD + EVENT[: EVENT.index("</event>")], "# a note of some length\n", "</event>\n" + END),
    "slha": (HEAD.split("<init>")[0] + "<header>", "<slha>", REST),
    "slha open": (HEAD.split("<init>")[0] + "<header>", "<slha ", REST),
    "events open": (HEAD + EVENT, "<event ", EVENT + END),
    "events closed": (HEAD, "</event", END),
    "trailer": (HEAD + EVENT + END, "# random\n", ""),
    "before the root": ("<!--", "a\n", "-->" + HEAD + EVENT + END),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_time_grows_with_the_text_whatever_it_repeats(lhe, kind):
    begin, word, end = HOSTILE[kind]

    def seconds(size):
        path = lhe(begin + word * (size // len(word)) + end)
        start = time.process_time()
        with suppress(EventFileError):
            load(path)
        return time.process_time() - start

    seconds(10_000)
    one = min(seconds(250_000) for _ in range(3))
    assert seconds(2_000_000) < 30 * one + 0.1  # 8 times the text; squared it would be 64 times


MEMORY = """
import resource, sys
from semivis_gen.errors import EventFileError
from semivis_gen.io import read_events
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    list(read_events(sys.argv[1]))
except EventFileError:
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize("kind", ["one long comment", "notes", "one long note", "trailer", "comment open"])
def test_memory_does_not_grow_with_comments(lhe, kind):
    begin, word, end = HOSTILE[kind]

    def peak(size):
        path = lhe(begin + word * (size // len(word)) + end)
        run = subprocess.run([sys.executable, "-c", MEMORY, path], capture_output=True, text=True, check=True)
        return int(run.stdout)

    assert peak(20_000_000) - peak(2_000_000) < 15_000  # kB; the text alone would be 18,000
