"""The command line as a user meets it: right answers, and one clear line with exit code 2 for every mistake."""

import gzip
import json
import os
import re
import subprocess
import sys

import pytest
from support.places import REFERENCE, ROOT

from postprocess.experiment.schema import load_experiment
from semivis_gen.io import read_events
from semivis_gen.production import process_rates

MADGRAPH = REFERENCE / "madgraph_semivisible_300MeV.lhe.gz"


def semivis(*arguments, cwd=None, stdin=None):
    command = [sys.executable, "-c", "from postprocess.cli.main import main; main()", *map(str, arguments)]
    root = ROOT
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(
        command,
        capture_output=True,
        text=stdin is None,
        cwd=cwd,
        input=stdin,
        env=environment,
        check=False,
        timeout=120,
    )


def answer(*arguments, **options):
    run = semivis(*arguments, "--json", **options)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def complaint(*arguments, **options):
    run = semivis(*arguments, **options)
    errors = run.stderr if isinstance(run.stderr, str) else run.stderr.decode()
    assert run.returncode == 2, errors
    lines = [line for line in errors.splitlines() if line.startswith("error:")]
    assert len(lines) == 1, errors
    assert "Traceback" not in errors
    return lines[0]


def test_width():
    record = answer("width", "--m-aprime", 0.2)
    assert record["K"] == pytest.approx(0.640, abs=0.004)
    assert record["engine"] == "native"
    widths = {"gamma_chi2_GeV", "gamma_chi2_hadrons_error_GeV", "gamma_aprime_GeV"}
    assert set(record) == {"engine", "ctau_chi2_mm", "K", "branching", *widths}


def test_width_with_hadrons():
    text = semivis("width", "--m-aprime", 7).stdout
    assert "from R(s)" in text
    assert "BR(chi2 -> chi1 pi+ pi-)" in text
    assert "K+ K-" not in text.partition("BR(chi2")[2]  # closed channels are not listed
    record = answer("width", "--m-aprime", 7)
    assert sum(record["branching"]["chi2"].values()) == pytest.approx(1.0)
    assert 0 < record["gamma_chi2_hadrons_error_GeV"] < 0.02 * record["gamma_chi2_GeV"]


def test_generate_channels_by_branching_or_by_name(tmp_path):
    base = ("generate", "--m-aprime", 3, "--splitting", 0.9, "--energy", 100, "--events", 300)
    every = answer(*base, "--output", tmp_path / "all.lhe")
    assert every["chi2_channels"].startswith("e+ e-, mu+ mu-, pi+ pi-")
    assert float(every["chi2_branching"]) == pytest.approx(1.0)
    some = answer(*base, "--channel", "pi+ pi-", "--channel", "mu+ mu-", "--output", tmp_path / "two.lhe")
    assert some["chi2_channels"] == "mu+ mu-, pi+ pi-"
    assert 0.5 < float(some["chi2_branching"]) < 0.75
    table = answer("accept", tmp_path / "all.lhe", "--experiment", "na64-2018", "--ctau", 400)
    assert 0 < table["acceptance"]["S2"][0] < 1
    wrong = complaint(*base, "--channel", "pions", "--output", tmp_path / "no.lhe")
    assert "'pions' is no final state of a virtual A': take some of e+ e-" in wrong
    for option, why in ((["--no-decay"], "names decays"), (["--engine", "madgraph"], "is not for MadGraph")):
        assert why in complaint(*base, "--channel", "e+ e-", *option, "--output", tmp_path / "no.lhe")


def test_xsec():
    record = answer("xsec", "--m-aprime", 0.1, "--energy", 100, "--material", "Pb", "--epsilon", 1e-4)
    assert record["sigma_pb"] == pytest.approx(106.0, rel=0.01)
    assert 0 < record["sigma_error_pb"] < 2e-3 * record["sigma_pb"]
    assert answer("xsec", "--m-aprime", 0.1, "--energy", 100, "--method", "iww")["method"] == "iww"


def test_rates_of_an_experiment_are_those_above_the_energy_they_name():
    card = load_experiment("na64-2018")
    record = answer("xsec", "--m-aprime", 0.1, "--experiment", "na64-2018")
    assert record["e_min_GeV"] == card.source().energy_cut
    given = answer("xsec", "--m-aprime", 0.1, "--experiment", "na64-2018", "--e-min", record["e_min_GeV"])
    assert given == record
    (whole,) = process_rates(0.1, card.source(), card.processes, e_min=record["e_min_GeV"])
    assert record["processes"]["bremsstrahlung"]["rate"] == pytest.approx(1e-6 * whole.value, rel=1e-12)


@pytest.mark.parametrize(("beam", "sigma"), [("e-", 117.88), ("e+", 117.88), ("mu-", 9.654), ("mu+", 9.654)])
def test_xsec_of_each_lepton(beam, sigma):
    record = answer("xsec", "--m-aprime", 0.1, "--energy", 160, "--beam", beam, "--epsilon", 1e-4)
    assert record["beam"] == beam
    assert record["sigma_pb"] == pytest.approx(sigma, rel=1e-3)


def test_generate_with_each_lepton(tmp_path):
    for beam, pdg in (("e-", 11), ("e+", -11), ("mu-", 13), ("mu+", -13)):
        file = tmp_path / "events.lhe"
        answer("generate", "--m-aprime", 0.3, "--energy", 160, "--beam", beam, "--events", 10, "--output", file)
        assert f"<init>\n{pdg} 1000822070 160.0" in file.read_text()


def test_experiments_list_show_and_help():
    assert "na64-2018" in answer("experiments")
    shown = semivis("experiments", "na64-2018")
    assert shown.returncode == 0
    assert "assumed" in shown.stdout
    assert "Commands" in semivis("--help").stdout


@pytest.mark.parametrize("suffix", [".lhe", ".lhe.gz", ".hepmc3", ".hepmc3.gz", ".parquet"])
def test_generate_then_accept_in_every_format(tmp_path, suffix):
    file = tmp_path / f"events{suffix}"
    options = ("--experiment", "na64-2018", "--events", 500, "--output", file)
    record = answer("generate", "--m-aprime", 0.3, *options)
    assert record["events"] == 500
    table = answer("accept", file, "--experiment", "na64-2018", "--ctau", 400, "--m-aprime", 0.3)
    assert table["events"] <= 500
    assert 0 < table["acceptance"]["S2"][0] < 1


def test_same_seed_same_file(tmp_path):
    for name in ("a.lhe", "b.lhe"):
        semivis("generate", "--m-aprime", 0.3, "--energy", 100, "--events", 50, "--output", tmp_path / name)
    assert (tmp_path / "a.lhe").read_bytes() == (tmp_path / "b.lhe").read_bytes()


def test_accept_reads_madgraph_from_a_file_and_from_stdin(tmp_path):
    table = answer("accept", MADGRAPH, "--experiment", "na64-2018", "--ctau", 400)
    piped = semivis(
        "accept",
        "-",
        "--experiment",
        "na64-2018",
        "--ctau",
        400,
        "--json",
        stdin=gzip.decompress(MADGRAPH.read_bytes()),
    )
    assert json.loads(piped.stdout)["acceptance"] == table["acceptance"]
    out = tmp_path / "table.csv"
    assert semivis("accept", MADGRAPH, "--experiment", "na64-2018", "--output", out).returncode == 0
    assert out.read_text().startswith("# semivis acceptance table")


def test_accept_bounds_what_it_does_not_see_and_warns_of_large_errors():
    native = ("accept", "--experiment", "na64-2018", "--m-aprime", 0.3)
    run = semivis(*native, "--events", 10, "--ctau", 0.1, "--ctau", 400)
    assert run.returncode == 0, run.stderr
    short, long = (line for line in run.stdout.splitlines() if line.startswith(("0.1 ", "400 ")))
    assert re.search(r"^0.1 +< \d\.\de-\d+ \(90 % CL\)", short)
    assert re.search(r"^400 +\d\.\d{4}e-\d+ \+- ", long)
    few = answer(*native, "--events", 40, "--ctau", 10)
    message = "signature S1: the statistical error is above 10% at c tau = 10 mm; take more events, in the files or"
    assert few["warnings"][0].startswith(message)
    assert few["upper"]["S1"][0] > few["acceptance"]["S1"][0]
    assert answer("accept", MADGRAPH, "--experiment", "na64-2018", "--ctau", 400)["warnings"] == []


def test_limit_resumes_and_does_not_depend_on_workers(tmp_path):
    options = ("--experiment", "na64-2018", "--m-min", 0.1, "--m-max", 0.4, "--masses", 3, "--events", 500)
    options += ("--no-refine", "--precision", "inf", "--no-plot")
    answer("limit", *options, "--workers", 1, "--output", tmp_path / "one")
    answer("limit", *options, "--workers", 2, "--output", tmp_path / "two")
    one, two = ((tmp_path / d / "limit_m_eps.csv").read_text() for d in ("one", "two"))
    assert one == two
    header = next(line for line in one.splitlines() if not line.startswith("#"))
    assert header.startswith("m_aprime_GeV,epsilon_low,epsilon_high")
    points = sorted((tmp_path / "one" / "points").iterdir())
    before = [p.stat().st_mtime_ns for p in points]
    answer("limit", *options, "--workers", 1, "--output", tmp_path / "one")
    assert [p.stat().st_mtime_ns for p in points] == before


def test_closed_decays_and_couplings_out_of_range():
    assert "closed" in complaint("width", "--m-aprime", 0.003)
    assert "take R > 2 + f" in complaint("width", "--m-aprime", 0.3, "--ratio", 2.1)
    assert "alpha_D" in complaint("width", "--m-aprime", 0.3, "--alpha-d", 20)
    assert "epsilon" in complaint("width", "--m-aprime", 0.3, "--epsilon", 2)
    assert "m_A' = -1" in complaint("xsec", "--m-aprime", -1, "--energy", 100)
    assert "unknown material" in complaint("xsec", "--m-aprime", 0.1, "--energy", 100, "--material", "Kryptonite")
    assert "closed" in complaint("xsec", "--m-aprime", 30, "--energy", 20)
    madgraph = ("xsec", "--m-aprime", 0.1, "--energy", 100, "--engine", "madgraph")
    assert "leave out --method" in complaint(*madgraph, "--method", "iww")
    assert "take an element" in complaint(*madgraph, "--material", "polystyrene")
    assert "/nowhere" in complaint(*madgraph, "--program", "/nowhere")
    assert "not for mu-" in complaint(*madgraph, "--beam", "mu-")
    assert "holds for electrons" in complaint(
        "xsec", "--m-aprime", 1, "--energy", 100, "--beam", "mu+", "--method", "iww"
    )
    experiment = ("generate", "--m-aprime", 0.1, "--experiment", "na64-2018", "--beam", "e+", "--output", "x.lhe")
    assert "--beam goes with --energy" in complaint(*experiment)


def test_unknown_experiment_and_malformed_card(tmp_path):
    assert "na64-2019" in complaint("experiments", "na64-2019")
    card = tmp_path / "mine.yaml"
    card.write_text("extends: na64-2018\nname: mine\nbeam: {energy_GeV: {value: -5, status: assumed, note: x}}\n")
    assert "beam.energy_GeV" in complaint("experiments", card)
    card.write_text("extends: na64-2018\nname: mine\nbeem: 1\n")
    assert "beem" in complaint("experiments", card)


def test_damaged_event_files(tmp_path):
    def accept(path):
        return complaint("accept", path, "--experiment", "na64-2018")

    text = gzip.decompress(MADGRAPH.read_bytes())
    cases = {
        "empty.lhe": b"",
        "cut.lhe": text[: len(text) // 2],
        "no.lhe": b"hello\nworld\n",
        "cut.lhe.gz": MADGRAPH.read_bytes()[:9000],
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        assert name in accept(tmp_path / name)
    assert "line" in accept(tmp_path / "cut.lhe")
    assert "o such file" in accept(tmp_path / "absent.lhe")
    assert ".lhe" in accept(__file__)


def test_missing_chi2_names_the_option_that_helps():
    line = complaint("accept", MADGRAPH, "--experiment", "na64-2018", "--pdg", "chi2=1000023")
    assert "--pdg" in line
    assert "write aprime=ID" in complaint("accept", MADGRAPH, "--experiment", "na64-2018", "--pdg", "chi3=1")


def test_outputs_that_cannot_be_written_leave_nothing_behind(tmp_path):
    (tmp_path / "file").write_text("")
    assert "choose another --output" in complaint(
        "limit", "--experiment", "na64-2018", "--output", tmp_path / "file" / "sub"
    )
    target = tmp_path / "nowhere" / "e.lhe"
    assert "does not exist" in complaint(
        "generate", "--m-aprime", 0.3, "--energy", 100, "--events", 10, "--output", target
    )
    assert "unknown kind" in complaint(
        "generate", "--m-aprime", 0.3, "--energy", 100, "--events", 10, "--output", tmp_path / "e.root"
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


def test_options_that_contradict_each_other():
    assert "either --experiment" in complaint("generate", "--m-aprime", 0.3, "--output", "x.lhe")
    assert "nothing to accept" in complaint("accept", "--experiment", "na64-2018")
    limit = ("limit", "--experiment", "na64-2018", "--output", "x")
    assert "m_min = 1 GeV" in complaint(*limit, "--m-min", 1, "--m-max", 0.1)
    assert "--workers 0: take at least one" in complaint(*limit, "--workers", 0)


def test_a_low_landau_pole_is_a_warning_and_no_error():
    run = semivis("width", "--m-aprime", 0.3, "--alpha-d", 0.9)
    assert run.returncode == 0
    assert run.stderr.startswith("warning: alpha_D")


@pytest.mark.parametrize("suffix", ["lhe", "hepmc3", "parquet"])
def test_generate_writes_foreign_ids(tmp_path, suffix):
    path = tmp_path / f"hps.{suffix}"
    ids = [word for name in ("aprime=1023", "chi1=1000022", "chi2=1000023") for word in ("--pdg", name)]
    answer("generate", "--m-aprime", 0.3, "--energy", 100, "--events", 20, "--output", path, *ids)
    (events,) = read_events(path)
    assert {52, 55, 58} < set(events.pdg.tolist())
    if suffix != "parquet":
        body = path.read_text().split("</init>" if suffix == "lhe" else "U GEV MM")[1]
        assert all(re.search(rf"\b{number} ", body) for number in (1023, 1000022, 1000023))
        assert not re.search(r"\n(?:P \d+ -?\d+ )?(?:52|55|58) ", body)


def test_nothing_is_silently_ignored_or_overwritten(tmp_path):
    events = tmp_path / "e.lhe"
    answer("generate", "--m-aprime", 0.3, "--energy", 100, "--events", 50, "--output", events)
    na64 = ("--experiment", "na64-2018")
    assert "--material goes with --energy" in complaint(
        "generate", "--m-aprime", 0.3, *na64, "--material", "W", "--output", tmp_path / "x.lhe"
    )
    assert "--events is the number of native events" in complaint("accept", events, *na64, "--events", 5)
    assert "--ratio says nothing without --m-aprime" in complaint("accept", events, *na64, "--ratio", 4)
    assert "--workers serves several event files" in complaint("accept", events, *na64, "--workers", 2)
    assert "goes with event files" in complaint("accept", *na64, "--m-aprime", 0.3, "--allow", "energy")
    before = events.read_bytes()
    assert "is an input as well" in complaint("accept", events, *na64, "--output", events)
    assert events.read_bytes() == before
    both = tmp_path / "a.csv"
    assert "is --output as well" in complaint("accept", events, *na64, "--output", both, "--cut-flow", both)
    assert "it is given twice" in complaint("accept", events, events, *na64)
    scan = ("limit", "--no-plot", "--masses", 2, "--events", 100, "--workers", 1, "--output", tmp_path / "scan")
    scan += ("--no-refine", "--precision", "inf")
    answer(*scan, *na64)
    kept = (tmp_path / "scan" / "limit_m_eps.csv").read_bytes()
    assert "holds na64-2018, semivisible, R = 3" in complaint(*scan, "--experiment", "na64-2018-improved")
    assert (tmp_path / "scan" / "limit_m_eps.csv").read_bytes() == kept


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("width", "--m-aprime", 0.3, "--epsilon", "1e-200"), "epsilon = 1e-200 must lie between 1e-30 and 1"),
        (("width", "--m-aprime", 0.3, "--alpha-d", "1e-320"), "must lie between 1e-30 and 4 pi"),
        (("width", "--m-aprime", "1e300"), "m_A' = 1e+300 GeV must lie between 1e-09 and 1e+06 GeV"),
        (("xsec", "--m-aprime", 0.1, "--energy", 100, "--epsilon", "nan"), "epsilon = nan must lie"),
        (("xsec", "--m-aprime", 0.1, "--energy", 100, "--epsilon", -1), "epsilon = -1 must lie"),
        (("xsec", "--m-aprime", 0.1, "--energy", 100, "--epsilon", 10), "epsilon = 10 must lie"),
        (("xsec", "--m-aprime", 0.1, "--energy", "1e300"), "beam energy = 1e+300 GeV must be positive and at most"),
        (("generate", "--m-aprime", 0.1, "--energy", 9, "--e-min", 8.999999, "--output", "x.lhe"), "no A' of 0.1"),
        (("limit", "--experiment", "na64-2018", "--m-max", "inf", "--output", "x"), "both finite"),
        (("accept", "x.lhe", "--experiment", "na64-2018", "--pdg", "chi2=\u00b2"), "--pdg chi2=\u00b2: write"),
        (("accept", "x.lhe", "--experiment", "na64-2018", "--pdg", "chi2=" + 10_000 * "9"), "with a whole number"),
    ],
)  # fmt: skip
def test_numbers_beyond_reason_are_one_line(arguments, says):
    told = complaint(*arguments)
    assert says in told
    assert "Traceback" not in told
