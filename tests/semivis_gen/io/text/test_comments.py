"""Comments vanish, line numbers stay, wherever the blocks are cut; time grows with the text, not with its square."""

import re
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings, strategies as st

from semivis_gen.errors import EventFileError
from semivis_gen.io.text.comments import WithoutComments

WORDS = [
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<!",
    "<",
    "-",
    ">",
    "]",
    "text",
    "\n",
    "a < b\n",
    "<event>",
    "<![CD",
    "<!-",
]


class Pieces:
    path = "x.lhe"

    def __init__(self, text, cuts):
        self._pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True) if b > a]
        self.lines = 0

    def read(self, _):
        piece = self._pieces.pop(0) if self._pieces else b""
        self.lines += piece.count(b"\n")
        return piece


def clean(text, cuts=()):
    source = WithoutComments(Pieces(text, cuts))
    out = b""
    while piece := source.read(1):
        out += piece
    return out


def by_hand(text):
    """The same with one regular expression over the whole text, or None where a section stays open."""

    def replaced(found):
        if found[1] is not None:
            return b"\n" * found[1].count(b"\n")
        return found[2].translate(bytes.maketrans(b"<>", b"  "))

    section = re.compile(rb"<!--(.*?)-->|<!\[CDATA\[(.*?)\]\]>", flags=re.DOTALL)
    rest = section.sub(lambda found: b"", text)
    return (
        None if b"<!--" in section.sub(lambda _: b"\0", text) or b"<![CDATA[" in rest else section.sub(replaced, text)
    )


@settings(max_examples=300, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), max_size=20), data=st.data())
def test_any_cut_gives_the_same(words, data):
    text = "".join(words).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6, unique=True)))
    try:
        whole = clean(text)
    except EventFileError as error:
        with pytest.raises(EventFileError, match=re.escape(str(error))):
            clean(text, cuts)
        return
    assert clean(text, cuts) == whole
    assert whole.count(b"\n") == text.count(b"\n")
    expected = by_hand(text)
    if expected is not None:
        assert whole == expected


def test_an_open_comment_is_named_by_its_line():
    with pytest.raises(EventFileError, match=r"^x\.lhe, line 3: what begins here with <!-- is not closed"):
        clean(b"<!-- a\n -->\n \t<!-- b\n\n\n")


@pytest.mark.parametrize("word", [b"<!--", b"<!---->", b"<![CDATA[", b"<!", b"<", b"<!-- -", b"\n<!-- x\n-->"])
def test_time_grows_with_the_text(word):
    def seconds(size):
        text = word * (size // len(word))
        begin = time.process_time()
        with suppress(EventFileError):
            clean(text, range(100_000, len(text), 100_000))
        return time.process_time() - begin

    seconds(10_000)
    one = min(seconds(200_000) for _ in range(3))
    assert seconds(1_600_000) < 30 * one + 0.05  # 8 times the text; squared it would be 64 times
