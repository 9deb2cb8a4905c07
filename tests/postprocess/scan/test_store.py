import json

import pytest

from postprocess.experiment import digest
from postprocess.scan.store import PointStore
from semivis_gen.errors import OutputError


@pytest.fixture
def store(tmp_path):
    return PointStore(tmp_path / "points")


def test_a_saved_point_comes_back_bit_for_bit(store):
    result = {"x": 0.1 + 0.2, "table": [[1e-300, 3.0]]}
    store.save(digest("a"), result)
    assert store.load(digest("a")) == result


def test_an_unknown_point_is_absent(store):
    assert store.load(digest("never computed")) is None


@pytest.mark.parametrize(
    "damage", [b"", b"{", b'{"result": {}}', b"\xff\xfe", b"[]", b"[" * 200_000, b'{"a":' * 200_000]
)
def test_a_damaged_point_is_computed_again(store, damage, caplog):
    key = digest("a")
    store.save(key, {"x": 1.0})
    store.path(key).write_bytes(damage)
    assert store.load(key) is None
    assert "damaged" in caplog.text


def test_a_changed_number_is_noticed(store):
    key = digest("a")
    store.save(key, {"x": 1.0})
    stored = json.loads(store.path(key).read_text())
    stored["result"]["x"] = 2.0
    store.path(key).write_text(json.dumps(stored))
    assert store.load(key) is None


def test_digest_depends_on_every_digit():
    assert digest({"m": 0.3}) != digest({"m": 0.1 + 0.2})
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="choose another --output"):
        PointStore(tmp_path / "file" / "points").save(digest("a"), {})
