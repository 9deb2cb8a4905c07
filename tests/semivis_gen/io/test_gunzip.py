"""Both libraries read and write the same."""

import gzip
import io

import pytest
from hypothesis import given, settings, strategies as st

from semivis_gen.io import gunzip
from semivis_gen.io.gunzip import DAMAGED, compressor, open_gzip, whole_lines

LIBRARIES = ["gzip", "isal"]


@pytest.fixture(params=LIBRARIES)
def library(request, monkeypatch):
    if request.param == "gzip":
        monkeypatch.setattr(gunzip, "igzip", None)
        monkeypatch.setattr(gunzip, "isal_zlib", None)
    else:
        pytest.importorskip("isal")
    return request.param


def read(data, size=1000, **options):
    out = b""
    with open_gzip(io.BufferedReader(io.BytesIO(data)), **options) as stream:
        while piece := stream.read1(size):
            assert len(piece) <= size
            out += piece
    return out


@settings(deadline=None)
@given(texts=st.lists(st.binary(max_size=3000), min_size=1, max_size=4), zeros=st.integers(0, 20), fast=st.booleans())
def test_members_one_after_the_other(texts, zeros, fast):
    data = b"".join(gzip.compress(text) for text in texts) + bytes(zeros)
    assert read(data, fast=fast) == b"".join(texts)


def test_written_and_read_back(library):
    text = b"".join(b"%d " % (i * i) for i in range(200_000))
    packed = compressor()
    data = b"".join(packed.compress(text[i : i + 77_777]) for i in range(0, len(text), 77_777)) + packed.flush()
    assert gzip.decompress(data) == text
    assert read(data) == text
    assert data[4:8] == bytes(4)  # no time
    assert not data[3]  # no name
    assert (type(packed).__module__ == "zlib") == (library == "gzip")


def test_every_cut_and_every_wrong_byte_shows(library):
    text = bytes(range(256)) * 3
    data = gzip.compress(text)
    for place in range(1, len(data)):
        with pytest.raises(DAMAGED):
            read(data[:place])
    for place in (0, 1, 2, 20, len(data) // 2, len(data) - 1, len(data) - 5):
        spoilt = bytearray(data)
        spoilt[place] ^= 0x55
        with pytest.raises(DAMAGED):
            read(bytes(spoilt))
    with pytest.raises(DAMAGED):
        read(data + b"garbage")


def test_the_place_of_the_damage_is_found(tmp_path):
    text = b"".join(b"%d\n" % (i * i * 7919) for i in range(300_000))
    data = gzip.compress(text)
    path = tmp_path / "a.gz"
    path.write_bytes(data[: len(data) // 2])
    lines, error = whole_lines(str(path), ValueError())
    assert isinstance(error, EOFError)
    assert 0.45 < lines / 300_000 < 0.55
    path.write_bytes(data)
    assert whole_lines(str(path), (kept := ValueError())) == (300_000, kept)
