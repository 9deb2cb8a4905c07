"""The adapter against small stand-ins, the model cards, and the stored results of the real CalcHEP."""

import csv
import math
import os
import re
import shutil
import time
from pathlib import Path

import pytest
from support.places import REFERENCE

from semivis_gen.constants import ALPHA, M_ELECTRON, M_MUON, M_TAU
from semivis_gen.engines.calchep import calchep_aprime_width, calchep_version, calchep_width, find_calchep
from semivis_gen.errors import EngineError, KinematicsError, ParameterError, SemivisWarning
from semivis_gen.model.point import DarkMasses, DarkSector
from semivis_gen.model.widths import gamma_aprime_chi, gamma_aprime_lepton, gamma_chi2_lepton
from semivis_gen.resources import cards_dir

WIDTHS = REFERENCE / "widths_calchep_semivis.csv"
POINT = DarkSector.at(0.3)
GAMMA = float(gamma_chi2_lepton(POINT.masses, POINT.alpha_d, POINT.epsilon))

# no #! lines, like the originals
SCRIPTS = {
    "mkWORKdir": 'mkdir "$1" "$1/models" "$1/results"; touch "$1/models/vars2.mdl"\n',
    "FlagsForSh": "CC=cc\n",
    "include/version.h": '#define VERSION  "3.6.30"\n',
    "bin/s_calchep": "",
    "bin/s_blind": 'test -f models/lgrng1.mdl && test ! -e models/vars2.mdl && echo "$2" > results/process\n',
    "bin/make_VandP": "touch EXTLIBsh\n",
    "bin/set_param": 'while test $# -gt 0; do echo "  $1 = $2"; shift 2; done > session.dat\n',
    "bin/set_vegas": "test $# -eq 5\n",
    "bin/run_vegas": "echo 5.0288E-16 1.40E-02\n",
    "sbin/nCompil": 'test "$CC" = cc || true\n',
    "sbin/ld_n": "printf 'exit 0' > n_calchep; chmod +x n_calchep\n",
}


@pytest.fixture
def calchep(tmp_path, monkeypatch):
    monkeypatch.delenv("CALCHEP_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    root = tmp_path / "calchep"
    for name, text in SCRIPTS.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def change(name, text):
        (root / name).write_text(text)
        return root

    return change


def left_over(tmp_path):
    return list(tmp_path.glob("semivis-calchep-*"))


def test_width_and_error_are_parsed_and_the_folder_goes(calchep, tmp_path):
    root = calchep("bin/run_vegas", "echo starting; echo ' 5.0288E-16 1.40E-02 '\n")
    found = calchep_width(POINT, calchep_dir=root)
    assert found.value == 5.0288e-16
    assert found.error == pytest.approx(5.0288e-16 * math.hypot(1.4e-4, 1e-4 / 5.0288 / math.sqrt(12)), rel=1e-12)
    assert not left_over(tmp_path)


@pytest.mark.parametrize(
    ("call", "process", "exact"),
    [
        (lambda p, d: calchep_width(p, lepton="mu", calchep_dir=d), "x2->x1,m,M", "mu"),
        (lambda p, d: calchep_aprime_width(p, calchep_dir=d), "Ap->x1,x2", "chi"),
        (lambda p, d: calchep_aprime_width(p, final="e", calchep_dir=d), "Ap->e,E", "e"),
    ],
)
def test_each_process_is_asked_for_by_its_names(calchep, call, process, exact):
    point = DarkSector.at(1.0, splitting=0.8)
    values = {
        "mu": gamma_chi2_lepton(point.masses, 0.1, 1e-3, M_MUON),
        "chi": gamma_aprime_chi(point.masses, 0.1),
        "e": gamma_aprime_lepton(1.0, 1e-3, M_ELECTRON),
    }
    root = calchep("bin/run_vegas", f'test "$(cat process)" = "{process}"; echo {float(values[exact]):.4E} 0.0\n')
    assert call(point, root).value == pytest.approx(float(values[exact]), rel=1e-4)


def test_negative_width_explains_the_sign_trap_and_keeps_the_log(calchep, tmp_path):
    root = calchep("bin/run_vegas", "echo -5.0282E-16 1.40E-02\n")
    with pytest.raises(
        EngineError, match=r"negative width -5.0282e-16 GeV for x2->x1,e,E: .* must be i\*gD.*log: "
    ) as e:
        calchep_width(POINT, calchep_dir=root)
    assert Path(str(e.value).rsplit("log: ", 1)[1]).is_file()
    assert len(left_over(tmp_path)) == 1


def test_gamma5_ratio_warns(calchep):
    root = calchep("bin/run_vegas", "echo 1.4737E-15 1.40E-02\n")
    with pytest.warns(SemivisWarning, match=r"ratio 2\.930\d.*gamma5"):
        calchep_width(POINT, calchep_dir=root)


@pytest.mark.parametrize("printed", ["", "nan nan", "0.0E+0 0", "1e-16 0 7", "* *"])
def test_no_sensible_width(calchep, printed):
    root = calchep("bin/run_vegas", f"echo '{printed}'\n")
    with pytest.raises(EngineError, match=r"(printed no width|gives the width).*log: "):
        calchep_width(POINT, calchep_dir=root)


@pytest.mark.parametrize(
    ("script", "step"),
    [
        ("mkWORKdir", "mkworkdir"),
        ("bin/s_blind", "symbolic"),
        ("bin/make_VandP", "compile"),
        ("sbin/nCompil", "compile"),
        ("sbin/ld_n", "compile"),
        ("bin/set_param", "parameters"),
        ("bin/set_vegas", "vegas-setup"),
        ("bin/run_vegas", "vegas"),
    ],
)
def test_a_failing_step_is_named_with_its_log(calchep, script, step):
    root = calchep(script, "echo something went wrong; exit 3\n")
    with pytest.raises(
        EngineError, match=rf"CalcHEP \({step}\) failed with exit code 3; log: .*{step}.log(.|\n)*wrong$"
    ):
        calchep_width(POINT, calchep_dir=root)


def test_parameters_that_did_not_arrive(calchep):
    root = calchep("bin/set_param", "echo '  aEWM1 = 1.370360E+02' > session.dat\n")
    with pytest.raises(EngineError, match=r"did not take aEWM1 = 137.035999 \(its session has 1.370360E\+02\)"):
        calchep_width(POINT, calchep_dir=root)


def test_time_out_covers_all_steps_together(calchep):
    calchep("bin/s_blind", "sleep 0.3\n")
    root = calchep("bin/run_vegas", "sleep 60\n")
    started = time.monotonic()
    with pytest.raises(EngineError, match=r"CalcHEP \(vegas\) took longer than .* s and was stopped"):
        calchep_width(POINT, calchep_dir=root, timeout=1.0)
    assert time.monotonic() - started < 10


def test_absent_not_compiled_too_old_or_nameless(calchep, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineError, match=r"CalcHEP not found: .*CALCHEP_DIR=FOLDER"):
        find_calchep()
    root = calchep("include/version.h", '#define VERSION "3.4.2"\n')
    monkeypatch.setenv("CALCHEP_DIR", str(root))
    with pytest.raises(EngineError, match=r"CalcHEP 3.4.2 in .* is too old: 3.6"):
        find_calchep()
    (root / "include/version.h").unlink()
    with pytest.raises(EngineError, match="names no CalcHEP version"):
        find_calchep()
    (root / "FlagsForSh").unlink()
    with pytest.raises(EngineError, match="not compiled: FlagsForSh is missing; run make"):
        find_calchep()
    with pytest.raises(EngineError, match="has no file mkWORKdir"):
        find_calchep(tmp_path / "nowhere")


def test_wrong_requests_never_start_a_program():
    with pytest.raises(ParameterError, match="lepton = 'tau'"):
        calchep_width(POINT, lepton="tau")
    with pytest.raises(ParameterError, match="final = 'nu'"):
        calchep_aprime_width(POINT, final="nu")
    with pytest.raises(KinematicsError, match="chi2 -> chi1 mu"):
        calchep_width(POINT, lepton="mu")
    with pytest.raises(KinematicsError, match="A' -> mu"):
        calchep_aprime_width(DarkSector.at(0.2), final="mu")
    with pytest.raises(ParameterError, match="calls = 10"):
        calchep_width(POINT, calls=10)


def test_incomplete_model_folder(calchep, tmp_path):
    root = calchep("FlagsForSh", "")
    with pytest.raises(EngineError, match=r"vars1.mdl is missing"):
        calchep_width(POINT, calchep_dir=root, model=tmp_path)


def table(name):
    lines = (cards_dir() / "calchep" / f"{name}1.mdl").read_text().splitlines()
    assert lines[-1].startswith("====")
    return [[cell.strip() for cell in line.split("|")] for line in lines[3:-1]]


def test_model_has_one_imaginary_majorana_vertex_and_aligned_currents():
    vertices = {tuple(sorted(row[:3])): row[4:] for row in table("lgrng")}
    assert len(vertices) == len(table("lgrng"))
    assert vertices["Ap", "x1", "x2"] == ["i*gD", "G(m3)"]
    for lepton in "eml":
        assert vertices["A", lepton.upper(), lepton] == ["-ee", "G(m3)"]
        assert vertices["Ap", lepton.upper(), lepton] == ["-eps*ee", "G(m3)"]
    particles = {row[1]: row for row in table("prtcls")}
    assert {particles[name][3] for name in ("Ap", "x1", "x2")} == {"55", "52", "58"}
    assert all(particles[name][1] == particles[name][2] for name in ("A", "Ap", "x1", "x2"))


def test_model_defaults_are_the_benchmark():
    values = {row[0]: float(row[1]) for row in table("vars")}
    assert values["aEWM1"] == pytest.approx(1 / ALPHA, rel=1e-12)
    assert [values[k] for k in ("Me", "MMU", "MTA")] == [M_ELECTRON, M_MUON, M_TAU]
    assert DarkMasses(values["MAP"], values["MAP"] / values["MX1"], values["delta"] / values["MX1"]).m_aprime == 0.3
    names = {"sqrt": math.sqrt, "pi": math.pi, **values}
    internal = {row[0]: eval(row[1].split("%")[0], {}, names) for row in table("func")}  # noqa: S307
    assert internal["MX2"] == pytest.approx(POINT.masses.m_chi2)
    assert internal["gD"] == pytest.approx(POINT.g_d)
    assert internal["ee"] == pytest.approx(POINT.e_charge)


def reference():
    lines = [line for line in WIDTHS.read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def exact_width(row):
    masses = DarkMasses(*(float(row[k]) for k in ("m_aprime_GeV", "ratio", "splitting")))
    lepton = M_MUON if "mu" in row["process"] else M_ELECTRON
    if row["process"].startswith("chi2"):
        return float(gamma_chi2_lepton(masses, 0.1, 1e-3, lepton))
    if "chi1" in row["process"]:
        return float(gamma_aprime_chi(masses, 0.1))
    return float(gamma_aprime_lepton(masses.m_aprime, 1e-3, lepton))


@pytest.mark.parametrize("row", reference(), ids=lambda r: "-".join(list(r.values())[:4]))
def test_exact_widths_against_stored_calchep_runs(row):
    exact, found, error = exact_width(row), float(row["gamma_calchep_GeV"]), float(row["error_GeV"])
    assert found == pytest.approx(exact, rel=1e-3)
    assert abs(found - exact) < 4 * error
    assert float(row["gamma_exact_GeV"]) == pytest.approx(exact, rel=1e-7)


def test_stored_runs_cover_what_is_claimed():
    rows = [r for r in reference() if r["process"].startswith("chi2")]
    assert sum("mu+" in r["process"] for r in rows) >= 4
    assert len(rows) >= 20
    for key, low, high in (("m_aprime_GeV", 0.01, 1.0), ("ratio", 2.5, 5.0), ("splitting", 0.05, 1.0)):
        found = [float(r[key]) for r in rows]
        assert (min(found), max(found)) == (low, high)


@pytest.mark.engine
@pytest.mark.skipif(not os.environ.get("CALCHEP_DIR"), reason="needs CALCHEP_DIR")
def test_the_real_program_and_the_real_traps(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # the failing run leaves its folder
    found = calchep_width(POINT)
    assert found.value == pytest.approx(GAMMA, rel=1e-3)
    assert abs(found.value - GAMMA) < 4 * found.error
    assert re.fullmatch(r"\d+\.\d+[.\d]*", calchep_version(find_calchep()))
    cards = cards_dir() / "calchep"
    for file in cards.glob("*.mdl"):
        shutil.copy(file, tmp_path)
    vertices = (cards / "lgrng1.mdl").read_text()
    (tmp_path / "lgrng1.mdl").write_text(vertices.replace("i*gD ", "gD   "))
    with pytest.raises(EngineError, match="negative width"):
        calchep_width(POINT, model=tmp_path)
    gamma5 = re.sub(r"i\*gD( +)\|G\(m3\)", r"gD  \1|G(m3)*G5", vertices)
    (tmp_path / "lgrng1.mdl").write_text(gamma5)
    with pytest.warns(SemivisWarning, match=r"ratio 2\.93"):
        calchep_width(POINT, model=tmp_path)
