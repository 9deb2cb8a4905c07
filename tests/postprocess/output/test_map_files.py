"""Acceptance maps: with decays of another sample, folded by the reader that comes along, they give its acceptance."""

import importlib.util
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.special import ndtr
from support.cards import experiment

from postprocess.acceptance.acceptance_map import MapSelection
from postprocess.acceptance.aprimes import find_aprimes
from postprocess.acceptance.decays import channels_open
from postprocess.acceptance.far import chance_of
from postprocess.acceptance.map_bins import AXES
from postprocess.acceptance.scenarios.protocol import SCENARIOS
from postprocess.acceptance.sums import sum_up, table_of
from postprocess.output.map_files import READER, MapExport, write_map
from semivis_gen.errors import OutputError, ParameterError
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses

SIGMAS = 4.0
CTAU = [1.0, 10.0, 100.0, 1000.0]


class Recorder(MapSelection):
    """Keeps what a user has of his decays: variables and weights."""

    def take(self, sample, at, factors):
        kept = (sample.weight[:, None] * at.probability, sample.e_aprime, np.stack(self._values(sample, at)))
        self.kept = [*getattr(self, "kept", []), kept]


def events(card, masses, n, seed, *, power=0.0, mode="semivisible"):
    chain = SCENARIOS[mode].chain and chance_of(card, mode) is None
    for chunk in generate(
        masses, card.source(mode), processes=card.processes, n_events=n, seed=seed, chunk=10_000,
        e_min_aprime=card.e_min(mode), chain=chain, channels=channels_open(card, mode, masses),
    ):  # fmt: skip
        weight = chunk.weight * (find_aprimes(chunk).energy / card.beam_energy) ** power
        yield replace(chunk, weight=weight)


def summed(card, masses, n, seed, selection, ctau, **options):
    stream = events(card, masses, n, seed, **options)
    mode = options.get("mode", "semivisible")
    return sum_up(stream, card, ctau_mm=ctau, seed=[seed], masses=masses, mode=mode, selection=selection)


def exported(card, masses, n, ctau, folder, mode="semivisible"):
    sums = summed(card, masses, n, 1, MapSelection, ctau, mode=mode)
    maps = tuple(one.map() for one in sums.selections if one.weight > 0)
    return write_map(MapExport(maps, table_of(sums, card, mode=mode), SCENARIOS[mode].shares(masses)), folder)


@pytest.fixture(scope="module")
def na64(tmp_path_factory):
    return exported(experiment("na64-2018"), DarkMasses(0.3), 40_000, CTAU, tmp_path_factory.mktemp("map") / "na64")


def reader_of(folder):
    spec = importlib.util.spec_from_file_location("read_map", folder / "read_map.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, module.read(folder / "acceptance_map.npz")


def folds(folder, sums):
    """Folded and direct shares with the errors of the map and of the sample, by map and c tau; empty cells."""
    reader, table = reader_of(folder)
    names = table["names"].tolist()
    for name, one in zip(names, [s for s in sums.selections if s.weight > 0], strict=True):
        columns = list(zip(*one.kept, strict=True))
        weight, e_aprime, values = *map(np.concatenate, columns[:2]), np.concatenate(columns[2], axis=1)
        flow = one.cut_flow()
        for i in range(len(one.ctau_mm)):
            found, error, empty = reader.fold(table, name, weight[:, i] / one.weight, e_aprime, *values)
            yield (
                name,
                found,
                error,
                flow.fraction[-1, i],
                flow.error[-1, i],
                empty * one.weight / weight[:, i].sum(),
            )


@pytest.mark.parametrize("power", [0.0, -1.0])  # another spectrum: soft A' count five times as much
def test_folding_another_sample_gives_its_acceptance(na64, power):
    card, masses = experiment("na64-2018"), DarkMasses(0.3)
    sums = summed(card, masses, 20_000, 2, Recorder, CTAU, power=power)
    rows = list(folds(na64, sums))
    assert [row[0] for row in rows] == ["S1 e+ e-"] * 4 + ["S2"] * 4
    for _, found, error, direct, spread, empty in rows:
        sigma = np.hypot(error, spread)
        # decays in empty cells are selected, too: their share of decays, up to twice that of what is selected
        assert found - SIGMAS * sigma < direct < found + 2 * empty * direct + SIGMAS * sigma
        assert sigma < 0.2 * direct  # a real comparison
        assert empty < 0.06
    # the sample's own error is shared by both: what S2 asks is known exactly
    assert all(row[1] == pytest.approx(row[3], rel=1e-4) for row in rows[4:])


def test_the_map_tells_what_the_acceptance_depends_on(na64):
    """Where all is alike but one variable, the chance follows it: visible energy has a threshold at 15 GeV."""
    _, table = reader_of(na64)
    name = "S1 e+ e-"
    chance, n, edges = (table[f"{name}/{key}"] for key in ("selected", "events", "visible_GeV"))
    filled = n > 0
    assert np.isnan(chance[~filled]).all()
    assert (n[~filled] == 0).all()
    low, high = edges[1:] <= 15 - 3 * 0.5, edges[:-1] >= 15 + 3 * 0.5
    below = np.nansum((chance * n)[:, :, :, low]) / n[:, :, :, low].sum()
    above = np.nansum((chance * n)[:, :, :, high]) / n[:, :, :, high].sum()
    assert below < 1e-3
    assert 0.2 < above <= 0.6  # times the R cut
    energy = np.array([5.0, 15.0, 60.0])
    ahead = np.interp(energy, table[f"{name}/e_aprime_GeV"], table[f"{name}/ahead"])
    assert ahead == pytest.approx(ndtr((energy - 15.0) / (0.04 * (100.0 - energy))), rel=1e-3)  # 4 % of what is left
    assert table["S2/selected"].ravel() == pytest.approx([0.6])


def test_every_cell_has_an_error(na64):
    _, table = reader_of(na64)
    chance, error, n = (table[f"S1 e+ e-/{key}"] for key in ("selected", "error", "events"))
    filled = n > 0
    assert (error[filled] > 0).all()
    single = filled & (n == 1)
    assert (error[single] > 0.1).all()
    assert (chance[filled] >= 0).all()
    assert (chance[filled] <= 1).all()


def test_far_calorimeters_and_several_final_states(tmp_path):
    """Aimed decays are weighted back: NuCal's pairs, mu+ mu- beside e+ e-."""
    card, masses = experiment("nucal"), DarkMasses(0.9, 3.0, 0.9)
    ctau = [1e3, 1e5]
    folder = exported(card, masses, 12_000, ctau, tmp_path / "map")
    sums = summed(card, masses, 8_000, 2, Recorder, ctau)
    rows = list(folds(folder, sums))
    assert {row[0] for row in rows} == {"shower e+ e-", "shower mu+ mu-"}
    for _, found, error, direct, spread, empty in rows:
        sigma = np.hypot(error, spread)
        assert found - SIGMAS * sigma < direct < found + 2 * empty * direct + SIGMAS * sigma
        assert sigma < 0.4 * direct


def test_parquet_and_hepdata_hold_the_same_cells(na64):
    _, table = reader_of(na64)
    rows = pq.read_table(na64 / "acceptance_map.parquet").to_pylist()
    sizes = {name: table[f"{name}/selected"].size for name in table["names"].tolist()}
    assert len(rows) == sum(sizes.values())
    flat = table["S1 e+ e-/selected"].ravel()
    for row, chance in zip(rows[: len(flat)], flat, strict=True):
        assert row["empty"] == bool(np.isnan(chance))
        assert row["empty"] or row["selected"] == chance
        assert all(row[f"{axis}_low"] < row[f"{axis}_high"] for axis in AXES)
    text = (na64 / "hepdata" / "acceptance_map_s1_e+_e-.yaml").read_text()
    assert text.count("- low:") + text.count("low:") >= 5 * np.count_nonzero(table["S1 e+ e-/events"])


def test_the_reader_is_short_and_needs_numpy_alone(na64):
    code = [line for line in READER.splitlines() if line.strip()]
    assert len(code) <= 20
    run = (
        "import sys; sys.path.insert(0, '.'); import numpy as np; before = set(sys.modules); import read_map; "
        "assert {m.split('.')[0] for m in set(sys.modules) - before} <= {'read_map'}; t = read_map.read(); "
        "print(*read_map.fold(t, 'S2', np.ones(2), np.array([80.0, 10.0]), [60.0, 5.0], [7e3, 7e3], *[[0.1, 0.1]] * 3))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", run], cwd=na64, capture_output=True, text=True, check=True)
    found, error, empty = map(float, done.stdout.split())
    assert found == pytest.approx(0.6, abs=1e-3)
    assert 0 < error < 1e-3
    assert empty == 0


def test_what_has_no_map(na64, tmp_path):
    card = experiment("na64-2018")
    with pytest.raises(ParameterError, match="the invisible mode of na64-2018 has no decays to map"):
        summed(card, DarkMasses(0.3), 100, 1, MapSelection, [1.0], mode="invisible")
    with pytest.raises(ParameterError, match="no decay of these events lies in the region of S1"):
        MapSelection(card, card.signatures[0], SCENARIOS["semivisible"], np.array([1.0])).map()
    (tmp_path / "note.txt").touch()
    with pytest.raises(OutputError, match="holds something else than an acceptance map"):
        write_map(None, tmp_path)
