"""Limits from event files: closure with native sampling, and everything that a file can lack."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from support.cards import experiment

from postprocess.cli.main import cli
from postprocess.scan.exclusion import edges_in_epsilon
from postprocess.scan.jobs import Backend
from postprocess.scan.samples import SampleRequest
from semivis_gen.errors import SemivisError, SemivisWarning
from semivis_gen.events import IdMap, concatenate
from semivis_gen.generator import generate
from semivis_gen.io.files import open_writer, read_events
from semivis_gen.model.point import DarkMasses
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

CARD = experiment("na64-2018")
MASSES = (0.05, 0.1, 0.2, 0.3, 0.35)
SUFFIXES = ("lhe.gz", "parquet", "lhe", "hepmc3", "parquet")
EVENTS = 1500
SIGMAS = 4.0


def write(path, events, ids=IdMap()):  # noqa: B008  (frozen)
    with open_writer(path, events.info, ids=ids) as writer:
        writer.write(events)
    return str(path)


def made(m_aprime, seed, n=EVENTS, source=None, **options):
    chunks = generate(
        DarkMasses(m_aprime), source or CARD.source(), processes=CARD.processes, n_events=n, seed=seed,
        e_min_aprime=CARD.e_min() if source is None else 0.0, **options,
    )  # fmt: skip
    return concatenate(list(chunks))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Native events at five masses, in three formats and at another epsilon."""
    folder = tmp_path_factory.mktemp("own")
    result = []
    for i, (m, suffix) in enumerate(zip(MASSES, SUFFIXES, strict=True)):
        events = made(m, seed=10 + i)
        result.append(write(folder / f"m{i}.{suffix}", replace(events, info=events.info.at_epsilon(1e-3))))
    return result


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """LHE as others write it: no header of semivis, no card; cross-section in pb, A' undecayed."""
    folder = tmp_path_factory.mktemp("foreign")
    target = ThinTarget(100.0, material("Pb"))
    path = folder / "own.lhe"
    write(path, made(0.3, seed=3, n=300, source=target, chain=False))
    text = path.read_text()
    begin, end = text.index("<header>"), text.index("</header>")
    plain = folder / "foreign.lhe"
    plain.write_text(text[:begin] + text[end + len("</header>\n") :])
    return str(plain)


def limit(folder, *arguments):
    options = ["limit", "--experiment", "na64-2018", "--workers", "1", "--json", "--no-plot", "--output", str(folder)]
    result = CliRunner().invoke(cli, [*options, *map(str, arguments)])
    if isinstance(result.exception, SemivisError):
        assert "\n" not in str(result.exception)
        return str(result.exception)
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def test_native_events_in_files_give_the_native_edges(files, tmp_path):
    found = limit(tmp_path, "--events", *files)["contour"]
    assert found["m_aprime_GeV"] == list(MASSES)
    points = SampleRequest([DarkMasses(m) for m in MASSES], CARD, events=EVENTS, seed=77).run(backend=Backend(1))
    for i, point in enumerate(points):
        native = edges_in_epsilon(point, CARD, alpha_d=0.1, bands=False)
        for end, value, error in (
            ("low", native.low[0], native.low_error),
            ("high", native.high[0], native.high_error),
        ):
            spread = math.hypot(error, found[f"epsilon_{end}_error"][i])
            assert abs(found[f"epsilon_{end}"][i] - value) < SIGMAS * spread
            assert spread < 0.06 * value  # a real comparison
    text = (tmp_path / "limit_m_eps.csv").read_text()
    assert "events of 5 files, rates of the files, at epsilon = 0.001, seed 1" in text


def test_one_mass_is_an_interval_and_parts_of_its_sample_make_the_errors_smaller(files, tmp_path):
    part = write(tmp_path / "more.parquet", made(0.3, seed=50, n=3 * EVENTS))
    text = CliRunner().invoke(
        cli, ["limit", "--experiment", "na64-2018", "--output", str(tmp_path / "a"), "--workers", "1", files[3]]
    )
    assert "at the one mass, m_aprime_GeV = 0.3" in text.stdout
    one = limit(tmp_path / "a", files[3])["contour"]
    two = limit(tmp_path / "b", files[3], part)["contour"]
    pull = (two["epsilon_low"][0] - one["epsilon_low"][0]) / one["epsilon_low_error"][0]
    assert 0 < abs(pull) < SIGMAS
    assert two["epsilon_low_error"][0] / one["epsilon_low_error"][0] == pytest.approx(0.5, rel=0.1)


def test_rates_by_option_count_and_scale_as_they_must(files, tmp_path):
    info = next(read_events(files[0])).info
    rate = info.rate / info.rate_epsilon**2
    told = limit(tmp_path / "a", files[0])["contour"]
    given = limit(tmp_path / "b", files[0], "--rate", f"0.05={rate!r}")["contour"]
    assert given["epsilon_low"] == pytest.approx(told["epsilon_low"], rel=1e-9)
    table = tmp_path / "rates.csv"
    table.write_text(f"# mine\nm_aprime_GeV,rate,rate_error\n0.05,{4 * rate!r},{0.4 * rate!r}\n")
    more = limit(tmp_path / "c", files[0], "--rate", table)["contour"]
    # all light chi2 fly through: N ~ rate epsilon^2
    assert more["epsilon_low"][0] == pytest.approx(told["epsilon_low"][0] / 2, rel=1e-3)
    expected = math.hypot(told["epsilon_low_error"][0] / told["epsilon_low"][0], 0.05)
    assert more["epsilon_low_error"][0] / more["epsilon_low"][0] == pytest.approx(expected, rel=0.02)


def test_events_below_the_threshold_do_not_count_as_rate(files, tmp_path):
    """Half of the events at 5 GeV, where NA64 sees nothing: half of the rate."""
    events = next(read_events(files[1]))
    soft = replace(events, momentum=events.momentum * np.where(events.status == -1, 1.0, 0.05)[:, None])
    both = concatenate([events, soft])
    both.info.extra["e_min_aprime_GeV"] = "0.1"
    name = write(tmp_path / "half.parquet", both)
    whole, half = (limit(tmp_path / folder, file)["contour"] for folder, file in (("a", files[1]), ("b", name)))
    assert half["epsilon_low"][0] == pytest.approx(whole["epsilon_low"][0] * math.sqrt(2), rel=5e-3)


def test_a_foreign_file_says_mass_and_cross_section_and_no_epsilon(foreign, tmp_path):
    assert "is in pb, but na64-2018 counts A' per electron: multiply" in limit(tmp_path, foreign)
    with pytest.warns(SemivisWarning, match="thin target"):
        found = limit(tmp_path, foreign, "--rate", "0.3=1.7e-5")
    assert found["contour"]["m_aprime_GeV"] == pytest.approx([0.3], rel=1e-6)
    assert "all events are made by beam particles of one energy" in (tmp_path / "limit_m_eps.csv").read_text()


def without_rate(text):
    """The process line of <init> with XSECUP = 0."""
    lines = text.splitlines(keepends=True)
    row = next(i for i, line in enumerate(lines) if line.startswith("<init>")) + 2
    lines[row] = "0 0 0 1\n"
    return "".join(lines)


def test_files_that_lack_something_are_one_line(files, foreign, tmp_path):
    text = Path(foreign).read_text()
    (tmp_path / "none.lhe").write_text(without_rate(text))
    assert "tells no cross-section (XSECUP of LHE" in limit(tmp_path / "x", tmp_path / "none.lhe")
    (tmp_path / "nan.lhe").write_text(text.replace(text.split("<init>\n")[1].splitlines()[1], "nan 0 0 1"))
    assert "a process needs 4 numbers" in limit(tmp_path / "x", tmp_path / "nan.lhe")
    events = next(read_events(files[0]))
    other = write(tmp_path / "other.parquet", replace(events, info=replace(events.info, rate=2 * events.info.rate)))
    shifted = next(read_events(other))
    shifted.momentum[:] *= 1 - 1e-4
    other = write(tmp_path / "shifted.parquet", shifted)
    assert "files of one mass are parts of one sample" in limit(tmp_path / "x", files[0], other)
    assert "is given twice" in limit(tmp_path / "x", files[0], files[0])
    assert "give names of files" in limit(tmp_path / "x", "-")
    assert not (tmp_path / "x").exists()


def test_several_masses_in_one_file(files, tmp_path):
    mixed = concatenate([next(read_events(files[3])), next(read_events(files[4]))])
    name = write(tmp_path / "mixed.parquet", mixed)
    message = limit(tmp_path / "x", name)
    assert "event 1501: chi2 weighs 0.163333 GeV in the events but 0.14 GeV at m_A' = 0.3 GeV" in message
    undecayed = [made(m, seed=1, n=200, chain=False) for m in (0.3, 0.1)]
    name = write(tmp_path / "undecayed.parquet", concatenate(undecayed))
    assert "event 201: A' weighs 0.1 GeV in the events but 0.3 GeV" in limit(tmp_path / "x", name)


def test_masses_of_a_record_without_header(files, tmp_path):
    """chi2 tells m_A' by R and f; what does not fit together is refused."""
    events = next(read_events(files[2]))
    info = replace(events.info, masses=None, point=None)
    name = write(tmp_path / "plain.parquet", replace(events, info=info))
    found = limit(tmp_path / "a", name)["contour"]
    assert found["m_aprime_GeV"] == pytest.approx([0.2], rel=1e-9)
    assert "are not those of R = 3.5, f = 0.4: give" in limit(tmp_path / "b", name, "--ratio", 3.5)
    assert "chi2 weighs" in limit(tmp_path / "b", files[2], "--splitting", 0.3)


def test_epsilon_of_files(files, tmp_path):
    message = limit(tmp_path / "x", files[0], "--events-epsilon", 1)
    assert "its rate is at epsilon = 0.001, not 1: leave --events-epsilon out" in message
    events = next(read_events(files[0]))
    info = replace(events.info, rate_epsilon=1.0)
    info.extra["rate_epsilon"] = "not given in the file"
    name = write(tmp_path / "untold.parquet", replace(events, info=info))
    assert "does not say at which epsilon its cross-section is: give --events-epsilon" in limit(tmp_path / "x", name)
    told = limit(tmp_path / "a", files[0])["contour"]
    given = limit(tmp_path / "b", name, "--events-epsilon", 1e-3)["contour"]
    assert given["epsilon_low"] == pytest.approx(told["epsilon_low"], rel=1e-9)
    assert "lies above 0" in limit(tmp_path / "x", name, "--events-epsilon", 0)
    assert "leave it out" in limit(tmp_path / "x", name, "--events-epsilon", 1, "--rate", "0.05=1")


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        (["0.3=0"], "0.3, 0: mass and rate must be positive and finite"),
        (["0.3=nan"], "must be positive and finite"),
        (["0.3=five"], "could not convert string to float: 'five': write numbers"),
        (["0.3"], "write MASS=VALUE"),
        (["0.3=1", "0.3=2"], "the rate of m_A' = 0.3 GeV is given twice, before by --rate 0.3=1"),
        (["0.05=1", "0.7=1"], "no events of m_A' = 0.7 GeV are among the files, which have 0.05 GeV"),
        (["missing.csv"], "cannot be read (No such file"),
    ],
)
def test_rates_that_are_none(files, tmp_path, rates, message):
    options = [word for rate in rates for word in ("--rate", rate)]
    assert message in limit(tmp_path, files[0], *options)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the columns are none: name them m_aprime_GeV,rate,rate_error"),
        ("0.3,1e-5\n", "line 1: the columns are 0.3, 1e-5: name them"),
        ("m_aprime_GeV,rate\n", "line 1: no rates follow"),
        ("m_aprime_GeV,rate\n0.3\n", "line 2: 1 cells under 2 columns"),
        ("m_aprime_GeV,rate,rate_error\n0.3,1,-1\n", "line 2: 0.3, 1, -1: mass and rate"),
        ("m_aprime_GeV,rate\n0.3,1\n# again\n0.3,1\n", "line 4: the rate of m_A' = 0.3 GeV is given twice, before by"),
    ],
)
def test_tables_of_rates_that_are_none(files, tmp_path, text, message):
    (tmp_path / "rates.csv").write_text(text)
    assert message in limit(tmp_path, files[0], "--rate", tmp_path / "rates.csv")


def test_a_missing_rate_names_its_mass(files, foreign, tmp_path):
    assert "give --rate 0.3=VALUE" in limit(tmp_path, files[0], foreign, "--rate", "0.05=1")


def test_options_of_native_events_mean_nothing_beside_files(files, tmp_path):
    for option in (("--masses", 3), ("--m-min", 0.1), ("--mass", 0.1), ("--no-refine",), ("--precision", 0.1)):
        assert f"{option[0]} goes with native events" in limit(tmp_path, files[0], *option).replace(
            "--refine", "--no-refine"
        )
    assert "--events 200 beside event file" in limit(tmp_path, files[0], "--events", 200)
    assert "--events 300 beside --events 200" in limit(tmp_path, "--events", 200, "--events", 300)
    assert "--rate goes with event files" in limit(tmp_path, "--rate", "0.3=1")
    assert "--plane m1-f needs several splittings" in limit(tmp_path, files[0], "--plane", "m1-f")
    assert "unknown kind of event file" in limit(tmp_path, "--events", "ten")


def test_what_accept_refuses_is_refused_here(files, tmp_path):
    events = next(read_events(files[0]))
    other = write(tmp_path / "other.parquet", replace(events, info=replace(events.info, beam_energy=50.0)))
    message = limit(tmp_path / "x", files[1], other)
    assert message.startswith(f"{other}: these events are not of na64-2018: their beam has 50 GeV, the card's 100 GeV")
    assert "has no weight 'mur=2'" in limit(tmp_path / "x", files[2], "--weight", "mur=2")
    foreign = write(tmp_path / "ids.lhe", made(0.3, seed=9, n=1000), IdMap(1023, 1000022, 1000023))
    plain = (tmp_path / "ids.lhe").read_text()
    begin, end = plain.index("<semivis>"), plain.index("</semivis>")
    (tmp_path / "ids.lhe").write_text(plain[:begin] + plain[end + len("</semivis>\n") :])
    assert "no A'" in limit(tmp_path / "x", foreign)
    ids = [word for pair in ("aprime=1023", "chi1=1000022", "chi2=1000023") for word in ("--pdg", pair)]
    with pytest.warns(SemivisWarning, match="thin target"):
        found = limit(tmp_path / "y", foreign, *ids, "--rate", "0.3=1.68e-5")
    assert found["contour"]["m_aprime_GeV"] == pytest.approx([0.3], rel=1e-6)
