"""The main job with small samples: all files, and numbers that belong together."""

import csv
import json
import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from postprocess.cli.main import cli
from postprocess.experiment.schema import load_experiment
from postprocess.limits.contour import Contour
from postprocess.limits.union import union_of
from postprocess.output.hepdata import validate_submission
from postprocess.paper import reproduction
from postprocess.paper.reproduction import benchmark_settings
from postprocess.studies.registry import STUDIES, study
from semivis_gen.model.point import DarkMasses, MassShape
from semivis_gen.model.widths import gamma_chi2_lepton, gamma_chi2_massless
from semivis_gen.numerics.estimate import Estimate

FILES = [
    *("summary.json", "manifest.json", "kfactor.csv", "report.html", "workspace.json", "patchset.json"),
    *("limit_m_eps.csv", "limit_m_alphaD.csv", "limit_m1_f.csv", "limit_m1_f_compact.csv"),
    *("limit_m_eps_1e13_eot.csv", "limit_m_eps_na64-2018-july2021.csv", "limit_m_eps_na64-2018-improved.csv"),
    *("limit_invisible_na64-2018.csv", "acceptance_300MeV.csv", "hepdata/submission.yaml"),
    *("impact.csv", "answer_width.csv", "answer_shape.csv", "answer_muons.csv", "answer_production.csv"),
    *("cuts.csv", "cuts_held.csv", "rcut.csv", "answer_statistic.csv", "invisible_efficiency.csv"),
    *("relic_m_eps.csv", "relic_m_alphaD.csv", "relic_m1_f.csv", "workspace_README.md"),
    *("limit_m_eps_charm.csv", "limit_m_alphaD_charm.csv", "union_m_eps.csv", "union_m_alphaD.csv"),
    *("fig4.png", "fig4.pdf", "fig4_production.png", "invisible.png", "fig5_top.png", "fig5_bottom.pdf"),
]


@dataclass(frozen=True)
class DepthRow:
    masses: DarkMasses
    largest: float | None
    rate: Estimate


@pytest.fixture(scope="module")
def depth():
    """A study from outside: largest acceptance and rate of a few points of the main scan."""

    @study("depth", "Largest acceptance", independent=("m_aprime_GeV", "ratio"), units={"rate": "1/EOT"})
    def depth(context):
        rows = [DepthRow(p.masses, float(p.table.acceptance.max()), p.rate) for p in context.points[:3]]
        return [*rows, DepthRow(MassShape(4.0, 0.2).at(0.3), math.nan, Estimate(0.5, math.nan))]

    yield depth
    STUDIES.forget("depth")


def unrefined(line, start, **_):
    return start[::4], line(start[::4], np.full(len(start[::4]), np.nan))


@pytest.fixture(scope="module")
def coarse():
    """Grids of fewer points: every mass costs a quarter of a second, however few its events."""
    settings = replace(benchmark_settings(), masses=8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("postprocess.cli.reproduce.benchmark_settings", lambda: settings)
        patch.setattr(reproduction, "SPLITTING_SCAN", replace(reproduction.SPLITTING_SCAN, masses=5, splittings=5))
        patch.setattr(reproduction, "K_NODES", (17, 12))
        patch.setattr("postprocess.studies.shape.MASSES", np.geomspace(0.1, 1.2, 4))
        masses = [0.01, 0.1, 0.25, 0.34, 0.38, 0.42, 0.5, 1.0]
        patch.setattr("postprocess.paper.other_production._masses", lambda *_: masses)
        patch.setattr("postprocess.paper.relic_lines.refine_line", unrefined)
        patch.setattr("postprocess.paper.companions.COMPANIONS", {"charm": "CHARM"})
        patch.setattr("postprocess.paper.companions.MASSES", 4)
        patch.setattr("postprocess.paper.companions.NEAR_THRESHOLD", (1.3,))
        patch.setattr("postprocess.paper.studies.CUT_MASSES", (0.34, 0.40))
        patch.setattr("postprocess.paper.studies.R_CUT_MASSES", (0.1, 0.39))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory, depth, coarse):
    folder = tmp_path_factory.mktemp("reproduce")
    result = CliRunner().invoke(cli, ["reproduce", "--output", str(folder), "--events", "300", "--workers", "1"])
    assert result.exit_code == 0, result.output
    return folder


def rows(path):
    with path.open() as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


def test_all_files_are_there(folder):
    for name in FILES:
        assert (folder / name).stat().st_size > 100, name


def test_summary(folder):
    summary = json.loads((folder / "summary.json").read_text())
    masses = DarkMasses(0.3, 3.0, 0.4)
    exact = float(gamma_chi2_lepton(masses, 0.1, 1e-3) / gamma_chi2_massless(masses, 0.1, 1e-3))
    assert summary["K_benchmark"] == pytest.approx(exact, rel=1e-12)
    assert 0.36 < summary["m_aprime_max_gminus2_GeV"] < 0.40
    assert summary["m_aprime_max_1e13_eot_GeV"] > summary["m_aprime_max_gminus2_GeV"]
    assert all(math.isfinite(v) for v in summary.values() if isinstance(v, float))


def test_every_number_says_what_its_error_is_of(folder):
    summary = json.loads((folder / "summary.json").read_text())
    own = {key for key in summary if key.endswith("_error_of")}
    bare = {"wall_time_s", "seed", "events_per_mass"}
    ends = ("_error", "_error_of", "_note", "_comparable")
    assert {f"{key}_error_of" for key in summary if not key.endswith(ends)} - own == {f"{key}_error_of" for key in bare}
    for key in own:
        number, error = summary[key.removesuffix("_error_of")], summary[key.removesuffix("_of")]
        assert error is None or 1e-6 * abs(number) < error < abs(number), key
    assert (summary["epsilon_excluded_min_comparable"], summary["epsilon_excluded_max_comparable"]) == (False, False)


def test_the_r_cut_is_computed_not_the_cards_own_number(folder):
    summary = json.loads((folder / "summary.json").read_text())
    computed = [float(row["efficiency"]) for row in rows(folder / "rcut.csv")]
    assert summary["rcut_efficiency_mean"] == pytest.approx(sum(computed) / len(computed), rel=3e-6)  # six digits
    assert summary["rcut_efficiency_min"] == pytest.approx(min(computed), rel=3e-6)


def interpolate(edge, mass):
    known = sorted(edge)
    return float(np.exp(np.interp(np.log(mass), np.log(known), np.log([edge[m] for m in known]))))


def test_annihilation_helps_where_it_resonates(folder):
    edge = {
        card: {round(float(r["m_aprime_GeV"]), 6): float(r["epsilon_low"] or "nan") for r in rows(folder / name)}
        for card, name in (
            ("plain", "limit_invisible_na64-2018.csv"),
            ("all", "limit_invisible_na64-2018-improved.csv"),
        )
    }
    assert interpolate(edge["plain"], 0.25) / edge["all"][0.25] > 3
    assert 1 < interpolate(edge["plain"], 0.5) / interpolate(edge["all"], 0.5) < 1.1  # secondaries alone


def test_a_study_from_outside_is_in_csv_report_and_hepdata(folder):
    text = (folder / "depth.csv").read_text().splitlines()
    assert text[:2] == ["# Largest acceptance", "m_aprime_GeV,ratio,splitting,largest,rate,rate_error"]
    assert text[-1] == "0.3,4,0.2,,0.5,"
    assert "<summary>Largest acceptance</summary>" in (folder / "report.html").read_text()
    table = yaml.safe_load((folder / "hepdata" / "depth.yaml").read_text())
    assert [v["header"] for v in table["independent_variables"]] == [
        {"name": "m aprime", "units": "GeV"},
        {"name": "ratio"},
    ]
    splitting, largest, rate = table["dependent_variables"]
    assert splitting["values"][-1] == {"value": 0.2}
    assert largest["values"][-1] == {"value": "-"}
    assert rate["header"] == {"name": "rate", "units": "1/EOT"}
    assert rate["values"][-1] == {"value": 0.5}
    assert rate["values"][0]["errors"][0]["symerror"] > 0


def numbers(node):
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from numbers(child)
    else:
        yield node


def test_every_study_is_a_valid_hepdata_table_without_missing_numbers(folder):
    validate_submission(folder / "hepdata")
    _, *tables = yaml.safe_load_all((folder / "hepdata" / "submission.yaml").read_text())
    names = {table["data_file"].removesuffix(".yaml") for table in tables}
    assert set(STUDIES) <= names
    for name in STUDIES:
        assert (folder / f"{name}.csv").is_file()
        content = list(numbers(yaml.safe_load((folder / "hepdata" / f"{name}.yaml").read_text())))
        assert None not in content
        assert all(math.isfinite(value) for value in content if isinstance(value, float))
        assert not {"nan", "NaN", "None", ""} & {value for value in content if isinstance(value, str)}


def test_the_order_of_tables_in_the_report(folder):
    report = (folder / "report.html").read_text()
    titles = [
        *("Reach on the (g-2) line without each", "Limits with the exact", "Reach on the (g-2) line over R and f"),
        *("Reach on the (g-2) line where chi2", "Reach on the (g-2) line with other", "Efficiency of the R cut"),
        *("Cuts with the strongest", "The same with the visible", "Exclusion in"),
    ]
    places = [report.index(f"<summary>{title}") for title in titles]
    assert places == sorted(places)


def test_the_workspace_travels_with_its_warning(folder):
    documents = list(yaml.safe_load_all((folder / "hepdata" / "submission.yaml").read_text()))
    attached = {r["location"]: r for r in documents[0]["additional_resources"]}
    for name in ("workspace.json", "patchset.json"):
        assert (folder / "hepdata" / name).read_bytes() == (folder / name).read_bytes()
        assert attached[name]["type"] == "HistFactory"
        assert "asymptotic" in attached[name]["description"]
        assert "asymptotic" in (folder / name).read_text()
    guide = (folder / "workspace_README.md").read_text()
    assert guide == (folder / "hepdata" / "workspace_README.md").read_text()
    summary = json.loads((folder / "summary.json").read_text())
    assert f"{summary['m_aprime_max_gminus2_GeV']:.4f}" in guide
    assert 0.005 < summary["m_aprime_max_gminus2_GeV_asymptotic"] - summary["m_aprime_max_gminus2_GeV"] < 0.03


def test_relic_lines_say_what_is_held_fixed(folder):
    for stem, held in (("relic_m_eps", "alpha_D = 0.1"), ("relic_m_alphaD", "(g-2)_mu"), ("relic_m1_f", "R = 3")):
        assert held in (folder / f"{stem}.csv").read_text()
        assert len(rows(folder / f"{stem}.csv")) > 5


def test_planes_say_what_they_hold_fixed(folder):
    text = (folder / "limit_m_alphaD.csv").read_text()
    header = "".join(line for line in text.splitlines() if line.startswith("#"))
    assert "f = 0.4" in header
    assert "alpha_D" not in header
    _, *tables = yaml.safe_load_all((folder / "hepdata" / "submission.yaml").read_text())
    told = {table["name"]: table["description"] for table in tables}
    plane = told["Exclusion in (m_A', alpha_D) on the central (g-2) line"]
    assert "f = 0.4" in plane
    assert "alpha_D =" not in plane


def test_limits_on_an_invisible_aprime_say_how_optimistic_they_are(folder):
    needed = {
        float(r["m_aprime_GeV"]): float(r["efficiency_needed"]) for r in rows(folder / "invisible_efficiency.csv")
    }
    assert needed[0.01] > needed[0.1]
    assert "optimistic at high mass" in (folder / "limit_invisible_na64-2018.csv").read_text()
    assert "optimistic at high mass" in (folder / "report.html").read_text()


def test_companions_are_recasts_and_their_union_with_the_search(folder):
    names = {"na64-2018": "limit_m_eps.csv", "charm": "limit_m_eps_charm.csv"}
    contours = {name: Contour.from_csv(folder / file) for name, file in names.items()}
    wanted = union_of(contours).columns()
    union = rows(folder / "union_m_eps.csv")
    assert [row["low_from"] for row in union] == wanted["low_from"]
    assert {"na64-2018", "charm"} == {row["low_from"] for row in union} - {""}
    assert "recast (this work)" in (folder / "limit_m_alphaD_charm.csv").read_text()
    report = (folder / "report.html").read_text()
    assert "CHARM: recast (this work), 90 % CL." in report
    assert "<summary>Union of experiments: exclusion in (m_A" in report
    _, *tables = yaml.safe_load_all((folder / "hepdata" / "submission.yaml").read_text())
    titles = {table["name"] for table in tables}
    for plane in ("exclusion in (m_A', epsilon)", "exclusion in (m_A', alpha_D) on the central (g-2) line"):
        assert {f"CHARM, {plane}", f"Union, {plane}"} <= titles
    assert "charm" in json.loads((folder / "manifest.json").read_text())["cards_sha256"]


def test_no_companions_change_nothing_else(coarse):
    settings = replace(benchmark_settings(), masses=8, events=300)
    cards = load_experiment("na64-2018"), load_experiment("na64-compact-hcal1")
    with_, without = (reproduction._work(*cards, settings, companions=flag) for flag in (True, False))
    added = {name for name in with_.samples if name not in without.samples}
    assert added == {"companions/charm"}
    assert [job for name in without.samples for job in without.samples[name].jobs()] == [
        job for name in without.samples for job in with_.samples[name].jobs()
    ]
    assert with_.jobs == without.jobs
