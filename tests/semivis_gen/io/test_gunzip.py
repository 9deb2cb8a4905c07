import gzip
import io
import zlib

import pytest
from hypothesis import given, strategies as st

from semivis_gen.io.gunzip import Gunzip


def read(data, size=1000):
    reader = Gunzip(io.BufferedReader(io.BytesIO(data)))
    out = b""
    while piece := reader.read1(size):
        assert len(piece) <= size
        out += piece
    return out


@given(texts=st.lists(st.binary(max_size=3000), max_size=4), size=st.integers(1, 5000), zeros=st.integers(0, 20))
def test_members_one_after_the_other(texts, size, zeros):
    data = b"".join(gzip.compress(text) for text in texts) + bytes(zeros if texts else 0)
    if texts:
        assert read(data, size) == b"".join(texts)


def test_large_steps(monkeypatch):
    text = b"".join(b"%d " % (i * i) for i in range(50_000))
    for step in (1, 7, 1000):
        monkeypatch.setattr("semivis_gen.io.gunzip.STEP", step)
        assert read(gzip.compress(text), 100_000) == text


def test_every_cut_and_every_wrong_byte_shows():
    text = bytes(range(256)) * 3
    data = gzip.compress(text)
    for place in range(1, len(data)):
        with pytest.raises(EOFError):
            read(data[:place])
    for place in (0, 1, 2, 20, len(data) // 2, len(data) - 1, len(data) - 5):
        spoilt = bytearray(data)
        spoilt[place] ^= 0x55
        with pytest.raises((zlib.error, EOFError)):
            read(bytes(spoilt))
    with pytest.raises(zlib.error):
        read(data + b"garbage")
