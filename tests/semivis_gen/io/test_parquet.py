import json
import warnings
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.event_files import FOREIGN, load, save

from semivis_gen.errors import EventFileError, SemivisWarning
from semivis_gen.io import parquet as table
from semivis_gen.io.files import read_info


def test_written_and_read_back_is_the_same(kit, tmp_path, monkeypatch):
    events = kit.mixed_events(weighted=True, displaced=True)
    kit.assert_same(load(save(tmp_path / "a.parquet", events)), events)
    monkeypatch.setattr(table, "ROW_GROUP", 13)
    path = save(tmp_path / "b.parquet", events)
    assert pq.ParquetFile(path).num_row_groups == 7
    kit.assert_same(load(path, chunk=20), events)
    assert read_info(path) == events.info


def test_foreign_ids_are_written_and_known_to_the_reader(kit, tmp_path):
    events = kit.random_events(3)
    path = save(tmp_path / "a.parquet", events, ids=FOREIGN)
    assert 1000023 in pq.read_table(path)["pdg"][0].as_py()
    kit.assert_same(load(path), events)


def test_columns_speak_for_themselves(kit, tmp_path):
    events = kit.random_events(3, displaced=True)
    found = pq.read_table(save(tmp_path / "a.parquet", events))
    assert found["pdg"][1].as_py() == events.pdg[10:20].tolist()
    assert found["pz"][2].as_py() == events.momentum[20:, 2].tolist()
    assert found["ct"].to_pylist() == events.vertex[:, 3].tolist()
    header = json.loads(found.schema.metadata[b"semivis"])
    assert header["info"]["masses"]["m_aprime"] == 0.3


def test_tables_of_others_need_only_the_columns(kit, tmp_path):
    events = kit.random_events(3)
    found = pq.read_table(save(tmp_path / "a.parquet", events)).replace_schema_metadata(None)
    wide = found.set_column(0, "pdg", found["pdg"].cast(pa.large_list(pa.int64())))
    pq.write_table(wide.append_column("more", pa.array([1, 2, 3])), tmp_path / "b.parquet")
    back = load(tmp_path / "b.parquet")
    assert back.info.generator == "unknown"
    kit.assert_same(replace(back, info=events.info), events)


@pytest.fixture
def good(kit, tmp_path):
    return pq.read_table(save(tmp_path / "good.parquet", kit.random_events(4)))


def fails(path, says, content=None):
    if content is not None:
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            pq.write_table(content, path)
    with pytest.raises(EventFileError) as error:
        load(path)
    assert says in str(error.value)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_not_parquet_or_cut_short(tmp_path, good):
    path = tmp_path / "a.parquet"
    fails(path, "No such file")
    fails(path, "not a complete parquet file", b"")
    fails(path, "not a complete parquet file", b"hello" * 100)
    whole = (tmp_path / "good.parquet").read_bytes()
    for place in np.random.default_rng(1).integers(1, len(whole), 20):
        fails(path, "not a complete parquet file", whole[: int(place)])
    damaged = whole[:200] + bytes(100) + whole[300:]
    fails(path, str(path), damaged)
    fails(tmp_path, "unknown kind")
    assert len(good) == 4


def test_wrong_tables_are_named(tmp_path, good):
    path = tmp_path / "a.parquet"
    lists = good["px"].to_pylist()

    def changed(name, values):
        index = good.schema.get_field_index(name)
        return good.set_column(index, name, pa.array(values))

    fails(path, "holds no events", good.slice(0, 0))
    fails(path, "lacks the columns px", good.drop_columns(["px"]))
    fails(path, "event 2: the lists pdg and px differ in length", changed("px", [lists[0], lists[1][:9], *lists[2:]]))
    fails(path, "numbers are missing in events 1 to 4", changed("px", [lists[0], None, *lists[2:]]))
    fails(path, "numbers are missing", changed("px", [[None, *row[1:]] for row in lists]))
    fails(path, "wrong type", changed("weight", ["a", "b", "c", "d"]))
    fails(path, "event 3: the weight", changed("weight", [1, 1, np.nan, 1]))
    fails(path, "event 1, particle 3: the mass", changed("mass", [[1, 1, np.inf] + [1] * 7] * 4))
    fails(path, "event 1, particle 1: a mother", changed("mother_last", [[10] * 10] * 4))
    fails(path, "no particles", empty(good))
    fails(path, "the semivis header is damaged", good.replace_schema_metadata({"semivis": "{}"}))


def empty(good):
    columns = [
        pa.array([[]] * 2, type=f.type) if pa.types.is_list(f.type) else pa.array([1.0, 1.0]) for f in good.schema
    ]
    return pa.Table.from_arrays(columns, schema=good.schema)


def test_every_flipped_bit_is_an_error_or_changes_nothing(kit, tmp_path):
    events = kit.random_events(200, displaced=True, weighted=True)
    good = save(tmp_path / "a.parquet", events).read_bytes()
    footer = int.from_bytes(good[-8:-4], "little") + 8
    rng = np.random.default_rng(5)
    places = [*rng.integers(0, len(good), 150), *rng.integers(len(good) - footer, len(good), 150)]
    path, errors = tmp_path / "b.parquet", []
    for place in places:
        spoilt = bytearray(good)
        spoilt[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(spoilt)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SemivisWarning)  # the checksum's own name is damaged
                back = load(path)
        except EventFileError as error:
            errors.append(str(error))
        else:
            kit.assert_same(back, events)
    assert len(errors) > 200
    assert all(text.startswith(str(path)) and "\n" not in text for text in errors)
