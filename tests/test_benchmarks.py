"""The benchmarks run, and their JSON says what was measured with what."""

import importlib
import json
import os
import subprocess
import sys

import pytest
from support.places import ROOT


def bench(*options, **environment):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", *map(str, options)],
        cwd=ROOT,
        env={**{k: v for k, v in os.environ.items() if k not in ("MG5_DIR", "PETITE_DIR")}, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    only = [f"--only={name}" for name in ("lhe", "madgraph", "petite")]
    done = bench(*only, "--repeats", 2, "--work", folder, "--output", folder / "bench.json")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in folder.iterdir()] == ["bench.json"]  # nothing else is left behind
    assert "reading .lhe" in done.stdout
    return json.loads((folder / "bench.json").read_text())


def test_the_document_tells_machine_and_versions(document):
    assert set(document) == {"date", "machine", "versions", "settings", "results", "skipped", "failed"}
    assert {"cpu", "cores"} <= set(document["machine"])
    assert {"python", "numpy", "semivis", "pylhe"} <= set(document["versions"])


def test_each_ratio_has_median_and_spread(document):
    rows = {row["name"]: row for row in document["results"]}
    assert {"reading .lhe", "reading .lhe.gz", "writing .lhe", "writing .lhe.gz"} <= set(rows)
    for row in rows.values():
        for key in ("value", "peer_value", "ratio"):
            assert row[key]["repeats"] == 2
            assert 0 < row[key]["low"] <= row[key]["median"] <= row[key]["high"]
    assert "both find the same numbers" in rows["reading .lhe"]["note"]


def test_what_is_absent_is_skipped_with_the_reason(document):
    assert not document["failed"]
    assert set(document["skipped"]) == {"madgraph", "petite"}
    assert "--petite" in document["skipped"]["petite"]


def test_an_unknown_subject_is_bad_usage():
    assert bench("--only", "nothing").returncode == 2


def test_ratios_are_taken_round_by_round_and_the_faster_is_above_one(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    measure = importlib.import_module("benchmarks.measure")
    own, peer = ([measure.Timing(seconds, seconds) for seconds in row] for row in ((1.0, 2.0, 4.0), (10.0, 20.0, 40.0)))
    result = measure.compare(
        "x", own, work=5, unit="1/s", peer="y", peer_times=peer, target=measure.Target(9, ratio=True)
    )
    assert (result.value.median, result.peer_value.median) == (2.5, 0.25)
    assert (result.ratio.low, result.ratio.median, result.ratio.high) == (10, 10, 10)
    assert result.met


def test_turns_go_forwards_and_backwards(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    measure = importlib.import_module("benchmarks.measure")
    order = []
    times = measure.interleave({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, repeats=2)
    assert order == ["a", "b", "a", "b", "b", "a"]
    assert {name: len(rounds) for name, rounds in times.items()} == {"a": 2, "b": 2}
