"""The MadGraph adapter with a stand-in for MadGraph: installation, runs, failures."""

import gzip
import os
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from support.madgraph_cards import PARAM_CARD, RUN_CARD
from support.places import REFERENCE

from semivis_gen.engines.madgraph import (
    Lepton,
    WidthMethod,
    copy_ufo,
    install_ufo,
    locate,
    madgraph_cross_section,
    madgraph_generate,
    madgraph_width,
    production as mg5_production,
)
from semivis_gen.engines.madgraph.cards import param_values, read_param_card
from semivis_gen.engines.madgraph.native import chain_cross_section
from semivis_gen.engines.madgraph.standalone import matrix_elements
from semivis_gen.engines.madgraph.width import read_partial_width
from semivis_gen.errors import EngineError, KinematicsError, OutputError, ParameterError, SemivisWarning
from semivis_gen.events import IdMap, RunInfo
from semivis_gen.io.files import read_events
from semivis_gen.model.point import DarkSector
from semivis_gen.numerics.estimate import Estimate
from semivis_gen.production.bremsstrahlung.cross_sections import cross_section
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

EVENTS = REFERENCE / "madgraph_semivisible_300MeV.lhe.gz"
POINT = DarkSector.at(0.3)
LEAD = ThinTarget(100.0, material("Pb"))

HERE = Path(__file__).parent


def put_program(path, source):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\n" + (HERE / source).read_text(encoding="utf-8"), encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def mg5(tmp_path, monkeypatch):
    folder, cards = tmp_path / "MG5", tmp_path / "cards"
    put_program(folder / "bin/mg5_aMC", "stand_in_mg5.py")
    put_program(folder / "bin/madevent", "stand_in_madevent.py")
    (folder / "VERSION").write_text("version = 3.5.7\ndate = 2024-11-29\n")
    for name in ("models", "PLUGIN"):
        (folder / name).mkdir()
    cards.mkdir()
    (cards / "param_card.dat").write_text(PARAM_CARD)
    (cards / "run_card.dat").write_text(RUN_CARD)
    monkeypatch.setenv("FAKE_CARDS", str(cards))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("MG5_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


# ---- installation


def test_install_puts_model_and_plugin_and_is_repeatable(mg5):
    model, plugin = install_ufo(mg5)
    assert (model, plugin) == (mg5 / "models/semivis", mg5 / "PLUGIN/semivis")
    assert (model / "restrict_default.dat").is_file()
    assert (plugin / "exporter.py").is_file()
    assert not list(model.rglob("__pycache__"))
    (model / "py3_model.pkl").write_text("MadGraph's own")
    stamp = model.stat().st_ino
    assert install_ufo(mg5) == [model, plugin]
    assert model.stat().st_ino == stamp
    assert sorted(p.name for p in (mg5 / "models").iterdir()) == ["semivis"]


def test_install_refuses_what_differs_and_changes_nothing_then(mg5):
    other = mg5 / "PLUGIN/semivis"
    other.mkdir()
    (other / "__init__.py").write_text("something else")
    with pytest.raises(EngineError, match=r"PLUGIN/semivis exists and differs.*--force"):
        install_ufo(mg5)
    assert not (mg5 / "models/semivis").exists()
    assert (other / "__init__.py").read_text() == "something else"
    install_ufo(mg5, force=True)
    assert (other / "exporter.py").is_file()
    assert sorted(p.name for p in (mg5 / "PLUGIN").iterdir()) == ["semivis"]


def test_install_replaces_a_link_not_its_target(mg5, tmp_path):
    elsewhere = tmp_path / "checkout"
    elsewhere.mkdir()
    (elsewhere / "keep").touch()
    (mg5 / "models/semivis").symlink_to(elsewhere)
    with pytest.raises(EngineError, match="differs"):
        install_ufo(mg5)
    install_ufo(mg5, force=True)
    assert (elsewhere / "keep").exists()
    assert not (mg5 / "models/semivis").is_symlink()


def test_a_disk_that_cannot_be_written_is_one_line(mg5, monkeypatch):
    """As on a read-only file system, where also removing a file that was never made fails."""

    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(shutil, "copytree", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OutputError, match=r"^cannot write .*models/semivis: Read-only file system; choose") as error:
        install_ufo(mg5)
    assert "\n" not in str(error.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_install_into_a_read_only_installation(mg5):
    (mg5 / "models").chmod(0o555)
    with pytest.raises(OutputError, match=r"models.*Permission denied; choose another folder"):
        install_ufo(mg5)


def test_a_failed_replacement_leaves_the_old_folder(mg5, monkeypatch):
    install_ufo(mg5)
    changed = mg5 / "models/semivis/particles.py"
    changed.write_text("changed")
    monkeypatch.setattr(shutil, "copytree", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(OutputError, match="No space left"):
        install_ufo(mg5, force=True)
    assert changed.read_text() == "changed"
    assert sorted(p.name for p in (mg5 / "models").iterdir()) == ["semivis"]


def test_copy_of_the_dirac_model(tmp_path):
    text = (copy_ufo(tmp_path / "dirac", dirac=True) / "particles.py").read_text()
    assert "\nDIRAC = True\n" in text
    with pytest.raises(OutputError, match="cannot write"):
        copy_ufo(tmp_path / "dirac")


# ---- finding it


def test_absent(monkeypatch, tmp_path):
    monkeypatch.delenv("MG5_DIR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=r"not found.*MG5_DIR"):
        madgraph_width(POINT)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version = 2.9.18\n", r"2\.9\.18 .* is not supported: take 3\.5\.0 or a later 3\.x"),
        ("version = 3.4.2\n", "is not supported"),
        ("version = 4.0.0\n", "is not supported"),
        ("", "does not tell its version"),
    ],
)
def test_wrong_version(mg5, text, message):
    (mg5 / "VERSION").write_text(text)
    with pytest.raises(EngineError, match=message):
        locate(mg5)


def test_found_by_variable(mg5, monkeypatch):
    monkeypatch.setenv("MG5_DIR", str(mg5))
    program = locate()
    assert program.folder == mg5
    assert program.name == "MadGraph5_aMC@NLO 3.5.7"


# ---- runs


def leftovers(tmp_path):
    return [p.name for p in tmp_path.iterdir() if p.name.startswith("semivis-")]


def test_width_is_read_and_nothing_stays(mg5, tmp_path):
    assert madgraph_width(POINT, mg5_dir=mg5, relative_error=2e-3) == Estimate(0.50294e-15, 0.55745e-18)
    assert leftovers(tmp_path) == []
    assert list((mg5 / "models").iterdir()) == []  # nothing is written into the installation


def test_the_precision_is_the_one_asked_for(mg5, monkeypatch):
    """MadGraph ends after its iterations whatever the error is: 3e-3 where 1e-3 was asked for."""
    monkeypatch.setenv("FAKE_SPREAD", "3e-3")
    assert madgraph_width(POINT, mg5_dir=mg5, relative_error=5e-3).relative_error == pytest.approx(3e-3)
    assert 0.7e-3 < madgraph_width(POINT, mg5_dir=mg5, relative_error=1e-3).relative_error <= 1e-3
    with pytest.warns(SemivisWarning, match=r"reached a precision of 0\.00015, not the 1e-06 asked for"):
        found = madgraph_width(POINT, mg5_dir=mg5, relative_error=1e-6)
    assert found.relative_error == pytest.approx(3e-3 / 20)


def test_folders_with_blanks_are_refused_before_anything_is_started(mg5, tmp_path, monkeypatch):
    moved = mg5.rename(tmp_path / "my MG5")
    with pytest.raises(EngineError, match=r"my MG5' has a blank in it.*: move it"):
        madgraph_width(POINT, mg5_dir=moved)
    moved.rename(mg5)
    (tmp_path / "of mine").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "of mine"))
    monkeypatch.setattr("tempfile.tempdir", None)
    with pytest.raises(EngineError, match=r"of mine' has a blank in it.*: set TMPDIR to another folder"):
        madgraph_width(POINT, mg5_dir=mg5)


def test_compute_widths_table(mg5):
    result = madgraph_width(POINT, mg5_dir=mg5, method=WidthMethod.COMPUTE_WIDTHS, relative_error=1e-2)
    assert result == Estimate(4.5e-16, 1e-2 * 4.5e-16)
    text = "DECAY  58   5.0e-16\n   1.0e-01   3    -13  13  52 # 5e-17\nDECAY  6  1\n   1.0   3  -11 11 5 # 7\n"
    assert read_partial_width(text, Lepton.MUON) == 5e-17
    with pytest.raises(EngineError, match=r"found no chi2 -> chi1 e\+ e-"):
        read_partial_width(text, Lepton.ELECTRON)


def test_closed_decay_is_told_before_the_run(mg5):
    with pytest.raises(KinematicsError, match=r"mu\+ mu- is closed"):
        madgraph_width(POINT, mg5_dir=mg5, lepton=Lepton.MUON)


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("crash", r"failed with exit code 7; log: .*mg5\.log, last lines:\n(.*\n)*    the last words"),
        ("error", r"mg5_aMC reports an error; log: .*\n(.*\n)*    Error detected in sub-command"),
    ],
)
def test_failure_shows_the_log_and_keeps_it(mg5, tmp_path, monkeypatch, mode, message):
    monkeypatch.setenv("FAKE_MG5", mode)
    with pytest.raises(EngineError, match=message):
        madgraph_width(POINT, mg5_dir=mg5)
    (folder,) = leftovers(tmp_path)
    assert (tmp_path / folder / "mg5.log").is_file()
    assert all(path.is_file() for path in (tmp_path / folder).iterdir())  # not the model and all that was compiled


def test_no_table_from_compute_widths(mg5, monkeypatch):
    monkeypatch.setenv("FAKE_MG5", "no table")
    with pytest.raises(EngineError, match=r"ended without widths\.dat"):
        madgraph_width(POINT, mg5_dir=mg5, method=WidthMethod.COMPUTE_WIDTHS)


def test_time_out_ends_the_children_too(mg5, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_MG5", "sleep")
    monkeypatch.setenv("FAKE_PID", str(tmp_path / "pid"))
    with pytest.raises(EngineError, match=r"took longer than 1 s and was stopped"):
        madgraph_width(POINT, mg5_dir=mg5, timeout=1.0)
    child = Path(f"/proc/{(tmp_path / 'pid').read_text()}/stat")
    deadline = time.monotonic() + 5
    while child.exists() and child.read_text().rsplit(")", 1)[1].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("", "left no result"),
        ("nonsense", "left no result"),
        ("0 0 0", "makes no sense"),
        ("nan 1 0", "makes no sense"),
    ],
)
def test_missing_or_senseless_result(mg5, monkeypatch, result, message):
    monkeypatch.setenv("FAKE_RESULT", result)
    with pytest.raises(EngineError, match=message):
        madgraph_width(POINT, mg5_dir=mg5)


def test_cross_section_is_compared_with_the_native_one(mg5, monkeypatch):
    native = cross_section(0.3, 100.0, LEAD.material.elements[0][0]) * POINT.epsilon**2
    monkeypatch.setenv("FAKE_RESULT", f"{native.value} {native.value * 1e-3} 0")
    assert madgraph_cross_section(POINT, LEAD, mg5_dir=mg5).value == pytest.approx(native.value)
    monkeypatch.setenv("FAKE_RESULT", f"{native.value / 2} {native.value * 1e-3} 0")
    with pytest.warns(SemivisWarning, match=r"is 0\.500 times the native"):
        madgraph_cross_section(POINT, LEAD, mg5_dir=mg5)


def test_mixtures_are_refused(mg5):
    with pytest.raises(ParameterError, match="PbWO4 has 3"):
        madgraph_cross_section(POINT, ThinTarget(100.0, material("PbWO4")), mg5_dir=mg5)


@pytest.fixture
def fake_events(mg5, tmp_path, monkeypatch):
    """Ten real events whose rate is the native one."""
    source, few = tmp_path / "few.lhe.gz", 0
    rate = chain_cross_section(POINT, 100.0, LEAD.material.elements[0][0]).value
    with gzip.open(EVENTS, "rt") as reader, gzip.open(source, "wt") as writer:
        for line in reader:
            if line.startswith("<event") and (few := few + 1) > 10:
                break
            writer.write(line.replace("3.791430e-04 8.309814e-07", f"{rate:.6e} {rate / 100:.6e}"))
        writer.write("</LesHouchesEvents>\n")
    monkeypatch.setenv("FAKE_EVENTS", str(source))
    return source


@pytest.mark.parametrize("name", ["events.lhe", "events.lhe.gz", "events.parquet"])
def test_events_have_the_targets_id_and_their_number(mg5, fake_events, tmp_path, name):
    output = tmp_path / name
    assert madgraph_generate(POINT, LEAD, events=8, seed=1, output=output, mg5_dir=mg5) == output
    (events,) = read_events(output)
    assert len(events) == 8
    assert set(events.pdg[np.abs(events.pdg) > 10**6]) == {1000822070}  # natural lead
    assert isinstance(events.info, RunInfo)
    assert events.info.target_id == 1000822070


@pytest.mark.parametrize("name", ["events.lhe", "events.hepmc3"])
def test_events_with_foreign_ids(mg5, fake_events, tmp_path, name):
    output = tmp_path / name
    madgraph_generate(POINT, LEAD, events=8, seed=1, output=output, ids=IdMap(1023, 1000022, 1000023), mg5_dir=mg5)
    assert {1023, 1000022, 1000023} <= {int(word) for word in output.read_text().split() if word.isdigit()}
    (events,) = read_events(output)
    assert {52, 55, 58} <= set(events.pdg.tolist())


def test_too_few_events_are_asked_for_again_and_then_told(mg5, fake_events, tmp_path):
    with pytest.raises(EngineError, match=r"made 10 of 20 events in 3 tries"):
        madgraph_generate(POINT, LEAD, events=20, seed=1, output=tmp_path / "out.lhe", mg5_dir=mg5)
    assert int(fake_events.with_name("asked").read_text()) > 30
    assert not (tmp_path / "out.lhe").exists()


def test_no_events_at_all(mg5, tmp_path):
    with pytest.raises(EngineError, match="made no events"):
        madgraph_generate(POINT, LEAD, events=5, seed=1, output=tmp_path / "out.lhe", mg5_dir=mg5)


def test_an_existing_process_folder_is_not_touched(mg5, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    with pytest.raises(EngineError, match="exists: choose another folder"):
        mg5_production.fixed_target_process(folder, POINT, LEAD, mg5_dir=mg5)


def test_process_folder_has_the_cards_of_the_point(mg5, tmp_path):
    folder = mg5_production.fixed_target_process(tmp_path / "p", POINT, LEAD, seed=0, events=77, mg5_dir=mg5)
    run_card = (folder / "Cards/run_card.dat").read_text()
    assert "100.0     = ebeam1" in run_card
    assert "1.929637e+02     = ebeam2" in run_card
    assert "  1   = iseed" in run_card  # 0 would mean any
    assert "  77 = nevents" in run_card
    card = read_param_card((folder / "Cards/param_card.dat").read_text())
    assert card["NUCLEUS", 2] == 207.2


def test_matrix_elements_are_read_in_order(mg5, monkeypatch):
    monkeypatch.setenv("FAKE_VALUES", " VALUE   0.25E+0001\n VALUE 0.5")
    momenta = np.zeros((2, 3, 3))
    values = matrix_elements("ap > x1 x2", momenta, [0.3, 0.1, 0.14], param_values(POINT), mg5_dir=mg5)
    assert values.tolist() == [2.5, 0.5]


def test_matrix_elements_of_the_wrong_number_or_shape(mg5, tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_VALUES", "VALUE 1.0")
    with pytest.raises(EngineError, match="gave 1 matrix elements for 2 points"):
        matrix_elements("ap > x1 x2", np.zeros((2, 3, 3)), [0.3, 0.1, 0.14], param_values(POINT), mg5_dir=mg5)
    with pytest.raises(ParameterError, match="2 masses and momenta"):
        matrix_elements("ap > x1 x2", np.zeros((2, 3, 3)), [0.3, 0.1], param_values(POINT), mg5_dir=mg5)
