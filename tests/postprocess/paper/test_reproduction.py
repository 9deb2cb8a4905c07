"""The main job with small samples: all files, and numbers that belong together."""

import csv
import json
import math

import numpy as np
import pytest
from click.testing import CliRunner

from postprocess.cli.main import cli
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.widths import gamma_chi2_lepton, gamma_chi2_massless

FILES = [
    *("summary.json", "manifest.json", "kfactor.csv", "report.html", "workspace.json", "patchset.json"),
    *("limit_m_eps.csv", "limit_m_alphaD.csv", "limit_m1_f.csv", "limit_m1_f_compact.csv"),
    *("limit_m_eps_1e13_eot.csv", "limit_m_eps_na64-2018-july2021.csv", "limit_m_eps_na64-2018-improved.csv"),
    *("limit_invisible_na64-2018.csv", "acceptance_300MeV.csv", "hepdata/submission.yaml"),
    *("impact.csv", "answer_width.csv", "answer_shape.csv", "answer_muons.csv", "answer_production.csv"),
    *("cuts.csv", "cuts_held.csv", "rcut.csv"),
    *("fig4.png", "fig4.pdf", "fig4_production.png", "invisible.png", "fig5_top.png", "fig5_bottom.pdf"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
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
