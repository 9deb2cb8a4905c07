"""Exports for other programs: ids of HPS, ROOT trees, lists of BdNMC, limits of Darkcast."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from support.cards import experiment

from postprocess.cli.main import cli
from postprocess.limits.contour import Contour
from semivis_gen.errors import SemivisError
from semivis_gen.events import IdMap, concatenate
from semivis_gen.generator import generate
from semivis_gen.io.files import open_writer, read_events
from semivis_gen.io.vertices import production_points
from semivis_gen.model.point import DarkMasses
from semivis_gen.production.mesons.files import mesons_from_file
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

HPS = IdMap(1023, 1000022, 1000023)


def run(*arguments):
    result = CliRunner().invoke(cli, list(map(str, arguments)))
    if isinstance(result.exception, SemivisError):
        assert "\n" not in str(result.exception)
        return str(result.exception)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Events with displaced vertices, as `generate` writes them, with HPS's ids."""
    name = tmp_path_factory.mktemp("exports") / "ev.lhe"
    options = ["--m-aprime", "0.1", "--energy", "4", "--material", "W", "--events", "200", "--epsilon", "1e-2"]
    ids = [word for pair in ("aprime=1023", "chi1=1000022", "chi2=1000023") for word in ("--pdg", pair)]
    run("generate", *options, *ids, "--output", name)
    return name


def test_ids_of_hps_stand_in_the_file_and_come_back(sample):
    lines = [line.split() for line in sample.read_text().splitlines() if len(line.split()) == 13]
    written = {int(words[0]) for words in lines}
    assert {1023, 1000022, 1000023} <= written
    assert not written & {55, 52, 58}
    events = next(read_events(sample))
    assert {55, 52, 58} <= set(events.pdg.tolist())
    # a file whose header of semivis is lost
    text = sample.read_text()
    begin, end = text.index("<semivis>"), text.index("</semivis>")
    bare = sample.with_name("bare.lhe")
    bare.write_text(text[:begin] + text[end + len("</semivis>\n") :])
    np.testing.assert_array_equal(next(read_events(bare, ids=HPS)).pdg, events.pdg)


def test_a_root_tree_holds_the_events(sample, tmp_path):
    uproot = pytest.importorskip("uproot", reason="needs the extra semivis[root]")
    record = json.loads(run("export", "root", sample, "--output", tmp_path / "ev.root", "--json"))
    assert record["events"] == 200
    events = next(read_events(sample))
    with uproot.open(tmp_path / "ev.root") as file:
        tree = file[record["tree"]]
        assert tree.num_entries == 200
        flat = {
            name: tree[f"particle_{name}"].array().layout.content.data for name in ("pdg", "px", "mass", "x", "energy")
        }
        counts = tree["nparticle"].array(library="np")
        weight, z = (tree[name].array(library="np") for name in ("weight", "vertex_z"))
        assert '"beam_energy": 4.0' in file["semivis"]
    np.testing.assert_array_equal(flat["pdg"], events.pdg)
    np.testing.assert_array_equal(flat["px"], events.momentum[:, 0])
    np.testing.assert_array_equal(flat["mass"], events.mass)
    np.testing.assert_array_equal(flat["energy"], events.energy)
    points = production_points(events)
    np.testing.assert_array_equal(flat["x"], points[:, 0])
    assert np.abs(points).max() > 0  # chi2 flies
    np.testing.assert_array_equal(counts, np.diff(events.offsets))
    np.testing.assert_array_equal(weight, events.weight)
    np.testing.assert_array_equal(z, events.vertex[:, 2])


def test_a_missing_uproot_is_one_line(sample, tmp_path):
    code = "import sys; sys.modules['uproot'] = None; from postprocess.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "export", "root", str(sample), "--output", str(tmp_path / "ev.root")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "pip install 'semivis[root]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "ev.root").exists()
    assert "names that end in .root" in run("export", "root", sample, "--output", tmp_path / "ev.txt")


def bdnmc(path):
    """BdNMC's own rule: lines split at single blanks, # begins a comment; at least px py pz E."""
    for line in path.read_text().splitlines():
        if line and line[0] != "#":
            yield [float(word) for word in line.split(" ")]


def test_lists_for_bdnmc(sample, tmp_path):
    out = tmp_path / "chi2.dat"
    record = json.loads(
        run("export", "particle-list", sample, "--particle", 58, "--positions", "--output", out, "--json")
    )
    rows = np.array(list(bdnmc(out)))
    events = next(read_events(sample))
    chi2 = events.only(58)
    assert record["particles"] == len(rows) == 200
    np.testing.assert_array_equal(rows[:, :3], events.momentum[chi2])
    np.testing.assert_allclose(rows[:, 3], events.energy[chi2], rtol=1e-15)
    np.testing.assert_allclose(rows[:, 4:7] * 1e3, production_points(events)[chi2, :3], rtol=1e-14)
    run("export", "particle-list", sample, "--particle", -11, "--output", out)
    positrons = np.array(list(bdnmc(out)))
    assert positrons.shape == (200, 4)
    # where they are made: c tau of chi2 along its path
    run("export", "particle-list", sample, "--particle", -11, "--positions", "--output", out)
    place = np.array(list(bdnmc(out)))[:, 4:]
    flight = events.ctau[chi2] / events.mass[chi2] * 1e-3
    np.testing.assert_allclose(
        place[:, :3], events.momentum[chi2] * flight[:, None], rtol=1e-7
    )  # A' lives a little, too
    np.testing.assert_allclose(place[:, 3], events.energy[chi2] * flight / 299792458.0, rtol=1e-7)


def test_weights_become_copies_and_mesons_come_back(tmp_path):
    events = concatenate(list(generate(DarkMasses(0.1), ThinTarget(8.0, material("W")), n_events=4000, seed=1)))
    rng = np.random.default_rng(4)
    weighted = replace(events, weight=rng.exponential(3.0, len(events)))
    with open_writer(tmp_path / "w.parquet", weighted.info) as writer:
        writer.write(weighted)
    record = json.loads(
        run(
            "export",
            "particle-list",
            tmp_path / "w.parquet",
            "--particle",
            55,
            "--output",
            tmp_path / "a.dat",
            "--json",
        )
    )
    assert record["sum_of_weights"] == pytest.approx(weighted.weight.sum())
    rows = np.array(list(bdnmc(tmp_path / "a.dat")))
    energy = events.energy[events.only(55)]
    mean = np.average(energy, weights=weighted.weight)
    error = energy.std() * np.sqrt(2 / len(events))  # <w^2> / <w>^2 = 2
    assert abs(rows[:, 3].mean() - mean) < 4 * error
    assert abs(len(rows) - len(events)) < 4 * np.sqrt(len(events) / 4)
    assert abs(rows[:, 3].mean() - energy.mean()) > 0  # the weights count
    # the list of another program's mesons is read back: kind and number are said beside
    pions = events.select(np.ones(len(events), dtype=bool))
    row = pions.only(55)
    pions.pdg[row] = 111
    pions.mass[row] = 0.1349768
    with open_writer(tmp_path / "pi0.parquet", pions.info) as writer:
        writer.write(pions)
    run("export", "particle-list", tmp_path / "pi0.parquet", "--particle", 111, "--output", tmp_path / "pi0.dat")
    back = mesons_from_file(tmp_path / "pi0.dat", pdg=111, per_proton=2.4)
    np.testing.assert_array_equal(back.momentum, pions.momentum[row])
    assert back.per_proton(111) == pytest.approx(2.4)


def test_lists_that_cannot_be(sample, tmp_path):
    options = ("export", "particle-list", sample, "--output", tmp_path / "a.dat", "--particle")
    assert "no 221 (eta) with a weight is among the events" in run(*options, 221)
    events = next(read_events(sample))
    negative = replace(events, weight=events.weight - 2.0)
    with open_writer(tmp_path / "n.parquet", negative.info) as writer:
        writer.write(negative)
    message = run("export", "particle-list", tmp_path / "n.parquet", "--output", tmp_path / "a.dat", "--particle", 55)
    assert "has the weight -1: an unweighted list" in message
    assert "read once" in run("export", "particle-list", "-", "--output", tmp_path / "a.dat", "--particle", 55)
    assert not (tmp_path / "a.dat").exists()


def contour(**changes):
    """Three masses of which the middle one is not excluded."""
    nothing = np.nan
    low, high = np.array([[1e-4, nothing, 3e-4]]), np.array([[0.1, nothing, 0.01]])
    made = Contour(
        "m_aprime_GeV", "epsilon", np.array([0.01, 0.02, 0.04]), np.repeat(low, 6, axis=0), np.repeat(high, 6, axis=0),
        np.array([1, 0, 1]), ("", "", ""), np.full(3, nothing), np.full(3, nothing), ("", "", ""),
    )  # fmt: skip
    return replace(made, **changes)


def written(folder, card, mode="semivisible", **changes):
    digest = experiment(card).digest[:16]
    comments = (f"{card}, {mode}, R = 3, f = 0.4, alpha_D = 0.1", f"semivis 0.2.0, card {digest}, 100 events a mass")
    contour(**changes).to_csv(folder / "limit.csv", comments=comments)
    return folder / "limit.csv"


def darkcast_dataset(path):
    """Darkcast's rule for a limit of one edge: what follows # is a comment, every line has the same number of words."""
    rows = [line.split("#")[0].split() for line in path.read_text().splitlines()]
    rows = [row for row in rows if row]
    assert {len(row) for row in rows} == {2}
    return np.array(rows, dtype=float)


def test_a_limit_for_darkcast(tmp_path):
    limit = written(tmp_path, "na64-2018")
    options = ("--experiment", "na64-2018", "--production", "e_brem")
    text = run("export", "darkcast", limit, *options, "--output", tmp_path / "NA64_mine.lmt")
    assert "lower edge at 3 masses" in text
    rows = darkcast_dataset(tmp_path / "NA64_mine.lmt")
    np.testing.assert_allclose(rows, [[0.01, 1e-4], [0.02, 1e5], [0.04, 3e-4]])
    assert (tmp_path / "NA64_mine.lmt").read_text().split("\n")[0].replace("#", "").split() == ["mass", "lower"]
    note = (tmp_path / "NA64_mine.py").read_text()
    compile(note, "note", "exec")
    assert 'darkcast.Dataset("limits/NA64_mine.lmt")' in note
    assert "na64-2018, semivisible, R = 3, f = 0.4, alpha_D = 0.1" in note
    for word in ("notes", "model", "production", "decay", "bounds", "efficiency"):
        assert f"\n{word} = " in note
    run("export", "darkcast", limit, *options, "--output", tmp_path / "NA64_mine.lmt")  # again


def test_limits_that_darkcast_has_no_use_for(tmp_path):
    limit = written(tmp_path, "na64-2018")

    def refused(*arguments, card="na64-2018", output="a.lmt"):
        options = ("--experiment", card, "--production", "e_brem", "--output", tmp_path / output)
        return run("export", "darkcast", limit, *arguments, *options)

    assert "is of na64-2018 (card" in refused(card="e137")
    assert "take letters, digits and _ and the suffix .lmt" in refused(output="na64-2018.lmt")
    (tmp_path / "b.py").write_text("mine\n")
    assert "is not a note of semivis" in refused(output="b.lmt")
    limit = written(tmp_path, "na64-2018", y_name="alpha_d")
    assert "not of alpha_d against m_aprime_GeV" in refused()
    nothing = np.full((6, 3), np.nan)
    limit = written(tmp_path, "na64-2018", low=nothing, high=nothing)
    assert "excludes nothing" in refused()
    limit = written(tmp_path, "e137")
    assert "ask for a decay, so that the lower edge goes with lifetime" in refused(card="e137")
    assert not list(tmp_path.glob("*.lmt"))
