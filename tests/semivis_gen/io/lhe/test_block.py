"""The fast parser against pylhe: identical numbers or no answer."""

import gzip

import numpy as np
import pylhe
import pytest
from hypothesis import given, settings, strategies as st

from semivis_gen.errors import EventFileError
from semivis_gen.io.lhe.any import parse_any
from semivis_gen.io.lhe.block import parse_block

TABLE = ("heads", "particles", "vertex", "event_line", "particle_line")

FIELDS = ("id", "status", "mother1", "mother2", "color1", "color2", "px", "py", "pz", "e", "m", "lifetime", "spin")
HEAD_FIELDS = ("nparticles", "pid", "weight", "scale", "aqed", "aqcd")
finite = st.floats(allow_nan=False, allow_infinity=False)
small = st.integers(-9, 9)
particle = st.builds(
    pylhe.LHEParticle,
    id=st.integers(-(2**31) + 1, 2**31 - 1), status=small, mother1=small, mother2=small,
    color1=st.integers(0, 999), color2=st.integers(0, 999), px=finite, py=finite, pz=finite, e=finite, m=finite,
    lifetime=finite, spin=finite,
)  # fmt: skip
COMMENTS = ["# a comment", "#aMCatNLO 1 2 3 4 5 6 7 8 9 10 11 12 13", "# vertices 1 2 3 4"]
event = st.builds(
    lambda particles, pid, weight, rest, comments, weights: pylhe.LHEEvent(
        pylhe.LHEEventInfo(len(particles), pid, weight, *rest), particles, optional=comments, weights=weights
    ),
    particles=st.lists(particle, min_size=1, max_size=4),
    pid=st.integers(0, 99),
    weight=finite,
    rest=st.tuples(finite, finite, finite),
    comments=st.lists(st.sampled_from(COMMENTS)),
    weights=st.dictionaries(st.sampled_from(["1", "2"]), finite),
)
plain = pylhe.LHEXMLFormat()
exact = pylhe.LHEXMLFormat(
    eventinfo="{nparticles} {pid} {weight!r} {scale!r} {aqed!r} {aqcd!r}",
    particle="\t{id:+d}  {status} {mother1} {mother2} {color1} {color2} {px:+.16E} {py!r} {pz!r} {e!r} {m!r} "
    "{lifetime!r} {spin!r}",
)


SHELL = """<LesHouchesEvents version="3.0">
<init>
11 11 1 1 0 0 0 0 3 1
1 1 1 1
</init>
%s
</LesHouchesEvents>"""


def by_pylhe(text):
    events = pylhe.LHEFile.fromstring(SHELL % text, generator=False).events
    heads = [[getattr(e.eventinfo, name) for name in HEAD_FIELDS] for e in events]
    particles = [[getattr(p, name) for name in FIELDS] for e in events for p in e.particles]
    return np.array(heads, dtype=float), np.array(particles, dtype=float)


def assert_equal_tables(a, b):
    for name in TABLE:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


@settings(max_examples=60, deadline=None)
@given(
    events=st.lists(event, min_size=1, max_size=4),
    layout=st.sampled_from([plain, exact]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_same_numbers_as_pylhe_for_any_events(events, layout, end):
    text = "\n".join(e.tolhe(layout) for e in events)
    heads, particles = by_pylhe(text)
    data = text.replace("\n", end).encode()
    table = parse_block(data)
    assert table is not None
    np.testing.assert_array_equal(table.heads, heads)
    np.testing.assert_array_equal(table.particles, particles)
    assert_equal_tables(table, parse_any(data, 1, "x"))


def test_same_numbers_as_pylhe_for_madgraph(kit):
    text = gzip.decompress(kit.madgraph.read_bytes())
    body = text[text.index(b"<event>") : text.rindex(b"</event>") + 8]
    heads, particles = by_pylhe(body.decode())
    table = parse_block(body)
    assert len(table.heads) == 3000
    np.testing.assert_array_equal(table.heads, heads)
    np.testing.assert_array_equal(table.particles, particles)


LINE = "11 1 0 0 0 0 1.5 -2.5e-3 +3E+2 1e1 5.11e-4 0. 9."
EVENT = f"<event>\n 2 1 1. -1. -1. -1.\n {LINE}\n {LINE}\n</event>\n"


def test_lines_are_counted_within_the_block():
    weights = "<rwgt>\n<wgt id='1'> 1 </wgt>\n</rwgt>"
    text = f"\n\n{EVENT}\n<event id='3'>\n\n 1 1 1 1 1 1\n{LINE}\n# vertex 1 2 3 4e5\n{weights}\n</event>"
    table = parse_block(text.encode())
    assert table.event_line.tolist() == [3, 10]
    assert table.particle_line.tolist() == [4, 5, 11]
    assert table.vertex.tolist() == [[0, 0, 0, 0], [1, 2, 3, 4e5]]
    assert_equal_tables(table, parse_any(text.encode(), 1, "x"))


@pytest.mark.parametrize("parse", [parse_block, lambda text: parse_any(text, 1, "x")])
def test_fortran_exponents_are_read(parse):
    table = parse(EVENT.replace("1.5", "1.5D+02").replace("1e1", "-2.d-1").encode())
    assert table.particles[0, 6] == 150.0
    assert table.particles[0, 9] == -0.2


@pytest.mark.parametrize(
    "text",
    [
        EVENT.replace("<event>\n", "<event>"),  # numbers on the line of the tag
        EVENT.replace(LINE, LINE + " extra", 1),
        EVENT.replace(f" {LINE}\n", f"# comment in between\n {LINE}\n", 1),
        EVENT.replace("\n</event>", "</event>"),
        EVENT.strip().replace("</event>", "<rwgt> </rwgt> </event>"),
        EVENT.replace("</event>", "<weights>\n1 2\n3\n</weights>\n</event>"),
        "<eventgroup>\n" + EVENT + "</eventgroup>\n",
        EVENT.replace("</event>", "</event >"),
        EVENT.replace("</event>", "</event> # comment behind an event"),
        EVENT.replace("</event>", "# more < less\n<weights>\n1\n</weights>\n</event>"),
    ],
)
def test_other_layouts_are_read_line_by_line(text):
    assert parse_block(text.encode()) is None
    table = parse_any(text.encode(), 1, "x")
    assert len(table.heads) == 1
    assert table.particles[:, 8].tolist() == [300.0, 300.0]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (EVENT.replace(" 2 1", " 3 1"), 11, "announces 3 particles and has 2"),
        (EVENT.replace(" 2 1", " 1 1"), 11, "announces 1 particles and has 2"),
        (EVENT.replace(" 2 1", " 0 1"), 11, "0 particles"),
        (EVENT.replace(" 2 1", " -2 1"), 11, "must begin with 6 numbers"),
        (EVENT.replace(" 2 1", " 2.0 1"), 11, "must begin with 6 numbers"),
        (EVENT.replace(" 2 1", " 9999999 1"), 11, "particles in one event"),
        (EVENT.replace(" 2 1", " 99999999999999999999 1"), 11, "particles in one event"),
        (EVENT.replace(" 2 1 1.", " 2 1 x"), 11, "'x' is not a number"),
        (EVENT.replace("5.11e-4", "5.11e", 1), 12, "'5.11e' is not a number"),
        (EVENT.replace("5.11e-4", "5.11e+", 1), 12, "'5.11e\\+' is not a number"),
        (EVENT.replace("5.11e-4", "5.11+4", 1), 12, "'5.11\\+4' is not a number"),
        (EVENT.replace("5.11e-4", "+", 1), 12, "is not a number"),
        (EVENT.replace("5.11e-4", "+.", 1), 12, "is not a number"),
        (EVENT.replace(" 0. 9.\n</event>", " 0.\n</event>"), 13, "needs 13 numbers and has 12"),
        (EVENT.replace("\n</event>", "\n# vertex 1 2 x 4\n</event>"), 10, "holds no vertex"),
        (EVENT.replace("<event>", ""), 11, "outside of <event>"),
        (EVENT.replace("</event>\n", "") + EVENT, 10, "not closed"),
        (EVENT.replace("</event>", "</eve nt>") + EVENT, 10, "not closed"),
        (EVENT.replace("</event>\n", "</even_t>\n") + EVENT.replace("<event>\n", ""), 10, "tags in the event"),
        (EVENT.replace(" 2 1", " 2 1\r"), 11, "must begin with 6"),
        (EVENT.strip() + "x" + EVENT, 14, "'x' stands outside"),
        (EVENT.strip() + EVENT.replace(" 2 1", " 3 1"), 15, "announces 3"),
        (EVENT + "junk\n" + EVENT, 15, "'junk' stands outside"),
        (EVENT + "</LesHouchesEvents>\n" + EVENT, 15, "goes on after"),
        ("<event>\n</event>\n", 10, "empty"),
        ("<event>\n# only\n</event>\n", 10, "empty"),
    ],
)
def test_broken_events_are_named_by_line(text, line, says):
    assert parse_block(text.encode()) is None
    with pytest.raises(EventFileError, match=rf"^file\.lhe, line {line}: .*{says}"):
        parse_any(text.encode(), 10, "file.lhe")


@pytest.mark.parametrize(
    "text",
    [
        EVENT.replace("1.5", "1.5D+02").replace("1e1", "-2.d-1"),
        f"# before\n{EVENT}# note with < and >\n\n # more\n{EVENT}#end\n",
        EVENT.replace("</event>", "# pT < 10 GeV & more\n</event>"),
        EVENT.replace("</event>", "# vertex 1 2 3 4\n#vertex 5 6 7 8\n# vertex 9 9 9 9\n#x vertex 4 3 2 1D0\n</event>"),
        f"{EVENT}# vertex 7 7 7 7\n{EVENT}",
        EVENT.replace("</event>", "<rwgt> <unclosed\n<wgt id='1'> 1 </wgt>\n</event>"),
        EVENT.replace("11 1 0 0 0 0", "11.5 1 0 0 0 0.25"),
        EVENT.replace("\n", "\r\n"),
        EVENT.replace("1.5", "inf").replace("1e1", "nan"),
        EVENT.replace("\n </", "\n\0\n<").replace(" 2 1", "\t2\t1"),
    ],
)
def test_both_parsers_give_the_same(text):
    fast = parse_block(text.encode())
    assert fast is not None
    assert_equal_tables(fast, parse_any(text.encode(), 1, "x"))


def test_stream_of_blocks_is_the_same_as_one(kit):
    text = gzip.decompress(kit.madgraph.read_bytes())
    body = text[text.index(b"<event>") : text.rindex(b"</event>") + 8]
    cut = body.index(b"</event>", len(body) // 2) + 8
    whole, one, two = parse_block(body), parse_block(body[:cut]), parse_block(body[cut:])
    np.testing.assert_array_equal(whole.particles, np.concatenate([one.particles, two.particles]))
