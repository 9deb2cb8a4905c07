import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from semivis_gen.errors import ParameterError
from semivis_gen.events import IdMap, RunInfo
from semivis_gen.io.header import HeaderError, digits, dump_info, load_info
from semivis_gen.model.point import DarkSector

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(rate=finite, energy=finite, seed=st.none() | st.integers(0, 2**63), text=st.text(), key=st.text())
def test_every_value_comes_back_exactly(rate, energy, seed, text, key):
    info = RunInfo(generator=text, rate=rate, beam_energy=energy, seed=seed, extra={key: text})
    ids = IdMap(1023, 1000022, 1000023)
    line = dump_info(info, ids)
    assert load_info(line) == (info, ids)
    assert line.isascii()
    assert not set("<>&\n") & set(line)


def test_points_come_back_without_repeating_their_warning(kit, recwarn):
    assert load_info(dump_info(kit.run_info())) == (kit.run_info(), IdMap())
    with pytest.warns(match="Landau"):
        strong = DarkSector.at(0.3, alpha_d=2.0)
    recwarn.clear()
    info = RunInfo(masses=strong.masses, point=strong)
    assert load_info(dump_info(info))[0] == info
    assert not recwarn


def test_numbers_of_numpy_are_numbers():
    info = RunInfo(rate=np.float64(0.1), beam_id=np.int32(11), seed=np.int64(3))
    assert load_info(dump_info(info))[0] == RunInfo(rate=0.1, beam_id=11, seed=3)
    assert digits(np.float64(0.1)) == "0.1"


@pytest.mark.parametrize("change", [{"rate": float("nan")}, {"rate_error": float("inf")}, {"extra": {"a": object()}}])
def test_what_json_cannot_hold_is_refused_on_writing(change):
    with pytest.raises(ParameterError, match="cannot be written"):
        dump_info(replace(RunInfo(), **change))


def spoil(**changes):
    content = json.loads(dump_info(RunInfo()))
    for name, value in changes.items():
        target = content if name in content else content["info"]
        target[name] = value
    return json.dumps(content)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", "1", '"a"', "[" * 5000,
        spoil(format=2), spoil(ids={"aprime": "x"}), spoil(ids={"photon": 22}), spoil(ids=3), spoil(info=[1]),
        spoil(unknown=1), spoil(rate="a"), spoil(rate=None), spoil(beam_id=1.5), spoil(extra=[]), spoil(generator=3),
        spoil(masses={"m_aprime": -1}), spoil(masses={"mass": 1}), spoil(masses=3), spoil(point={"alpha_d": 1}),
        spoil(rate=1e999).replace("Infinity", "1e999"),
    ],
)  # fmt: skip
def test_anything_else_is_a_header_error(text):
    with pytest.raises(HeaderError) as error:
        load_info(text)
    assert len(str(error.value)) <= 300
