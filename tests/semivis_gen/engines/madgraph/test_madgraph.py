"""The MadGraph adapter without MadGraph: cards, the change of the phase space, what the result should be."""

import csv
import math
import re
import warnings

import numpy as np
import pytest
from support.madgraph_cards import PARAM_CARD, RUN_CARD
from support.places import REFERENCE, ROOT

from semivis_gen.constants import ALPHA, M_ELECTRON, M_MUON
from semivis_gen.engines.madgraph import Lepton
from semivis_gen.engines.madgraph.cards import LEAD_ID, param_values, read_param_card, set_param_card, set_run_card
from semivis_gen.engines.madgraph.native import (
    breit_wigner_cut,
    chain_cross_section,
    compare_with_native,
)
from semivis_gen.engines.mg5_plugin.phase_space import MARK, PhaseSpaceError, add_mass_grid
from semivis_gen.engines.mg5_plugin.run_card import remove_cuts
from semivis_gen.errors import EngineError, SemivisWarning
from semivis_gen.model.point import DarkSector
from semivis_gen.model.widths import compute_widths, gamma_aprime_chi, gamma_chi2_lepton, off_shell_chi
from semivis_gen.numerics.estimate import Estimate
from semivis_gen.production.bremsstrahlung.cross_sections import cross_section
from semivis_gen.target.form_factors import Nucleus
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

EVENTS = REFERENCE / "madgraph_semivisible_300MeV.lhe.gz"
POINT = DarkSector.at(0.3)
LEAD = ThinTarget(100.0, material("Pb"))

# a t-channel branch of MadEvent's set_peaks, reduced to the lines that matter
MYAMP = """\
      logical function cut_bw(p)
      end

      subroutine set_peaks
      double precision  xm(-nexternal:nexternal)
      double precision x1,x2,xk(nexternal)
      integer iforest(2,-max_branch:-1,lmaxconfigs)
      double precision stot,m1,m2
            a=-prmass(i,iconfig)**2/stot
             if (i .ne. -1 .or. .true.) call setgrid(-i,xo,a,1)
         endif
      end

      subroutine write_null_results()
      end
"""


# ---- reference runs of the real program


def reference_widths():
    with (REFERENCE / "madgraph_widths.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(line for line in stream if line[0] != "#"))


def test_widths_of_the_real_program_agree_within_its_errors():
    pulls, ratios, leptons = [], [], set()
    for row in reference_widths():
        point = DarkSector.at(float(row["m_aprime_GeV"]), ratio=float(row["ratio"]), splitting=float(row["splitting"]))
        lepton = Lepton(row["lepton"])
        exact = float(gamma_chi2_lepton(point.masses, point.alpha_d, point.epsilon, lepton.mass))
        pulls.append((float(row["gamma_generated_GeV"]) - exact) / float(row["error_GeV"]))
        ratios.append(float(row["gamma_compute_widths_GeV"]) / exact)
        leptons.add(lepton)
    assert len(pulls) >= 30
    assert leptons == set(Lepton)
    assert max(map(abs, pulls)) < 4
    assert 0.4 < np.mean(np.square(pulls)) < 1.6  # chi^2 per point; 35 points scatter by 0.24
    # compute_widths tells no error: 0.3 % is what it reached at a precision of 1e-3
    assert np.max(np.abs(np.array(ratios) - 1)) < 3e-3
    assert np.median(np.abs(np.array(ratios) - 1)) < 1e-3


# ---- cards


def test_param_card_gets_every_number_of_the_point():
    nucleus = Nucleus(13, 26.982)
    point = DarkSector.at(1 / 3, ratio=3.1, splitting=0.37, alpha_d=0.07, epsilon=1.3e-5)
    values = param_values(point, nucleus=nucleus)
    text = set_param_card(PARAM_CARD, values)
    card = read_param_card(text)
    for key, value in values.items():
        assert card[key] == pytest.approx(value, rel=1e-13)
    assert max(len(word) for line in text.splitlines() for word in line.split("#")[0].split()) < 20  # Fortran's limit
    widths = compute_widths(point)
    assert card["DECAY", 55] == pytest.approx(widths.gamma_aprime, rel=1e-13)
    assert card["DECAY", 58] == pytest.approx(widths.gamma_chi2, rel=1e-13)
    assert card["DARK", 3] == pytest.approx(point.masses.delta, rel=1e-13)
    assert card["SMINPUTS", 1] == pytest.approx(1 / ALPHA, rel=1e-13)
    assert (card["NUCLEUS", 1], card["NUCLEUS", 2]) == (13, 26.982)
    assert card["MASS", LEAD_ID] == pytest.approx(nucleus.mass, rel=1e-13)
    assert (card["MASS", 11], card["MASS", 13]) == (M_ELECTRON, M_MUON)
    assert card["QNUMBERS", 1] == 0  # untouched


def test_param_card_keeps_comments_and_a_stable_aprime_has_no_width():
    text = set_param_card(PARAM_CARD, param_values(POINT, stable_aprime=True))
    assert "DECAY  55 0.0 # WAP" in text
    assert text.count("\n") == PARAM_CARD.count("\n")


def test_card_of_another_model_is_refused():
    with pytest.raises(EngineError, match="no entry 3 in block DARK"):
        set_param_card(PARAM_CARD.replace("    3 4.000000e-02 # delta\n", ""), param_values(POINT))


def test_run_card_settings_and_cuts():
    text = set_run_card(remove_cuts(RUN_CARD), {"ebeam1": 20.0, "iseed": 7, "use_syst": False})
    settings = {
        words[1].split()[0]: words[0].strip()
        for line in text.splitlines()
        if not line.startswith("#") and len(words := line.split("=")) >= 2
    }
    assert settings["ebeam1"] == "20.0"
    assert settings["ebeam2"] == "500.0"
    assert settings["iseed"] == "7"
    assert settings["use_syst"] == "False"  # not shown by the card: added
    assert (settings["ptl"], settings["etal"], settings["drll"]) == ("0.0", "-1.0", "0.0")
    assert (settings["ptlmax"], settings["ptl1max"], settings["eta_min_pdg"]) == ("-1.0", "-1.0", "{}")
    assert settings["bwcutoff"] == "15.0"


# ---- the change of the phase space


def test_mass_grid_goes_after_the_grid_of_the_t_channel_once():
    changed = add_mass_grid(MYAMP)
    before, after = changed.split(f"c     {MARK}")
    assert before.rstrip().endswith("call setgrid(-i,xo,a,1)")
    assert "call setgrid(nexternal-3-2*i,xo,0d0,1)" in after
    assert after.count("endif") == MYAMP.split("setgrid")[1].count("endif") + 1
    assert add_mass_grid(changed) == changed
    code = [line for line in changed.splitlines() if not line.startswith("c")]
    assert max(map(len, code)) <= 72  # fixed form


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("set_peaks", "set_grids", "has 0 subroutines set_peaks"),
        ("setgrid(-i,xo,a,1)", "setgrid(-i,xo,a,2)", "sets 0 grids"),
        ("double precision x1,x2,xk(nexternal)", "double precision x1, x2", "does not declare x1,x2"),
    ],
)
def test_another_phase_space_is_refused(old, new, message):
    with pytest.raises(PhaseSpaceError, match=message + r".*3\.5\.7"):
        add_mass_grid(MYAMP.replace(old, new))


def test_two_places_are_refused():
    line = "             if (i .ne. -1 .or. .true.) call setgrid(-i,xo,a,1)\n"
    with pytest.raises(PhaseSpaceError, match="sets 2 grids"):
        add_mass_grid(MYAMP.replace(line, 2 * line))


# ---- what the cross-section should be


def test_narrow_aprime_gives_production_times_the_branching_and_the_kept_tails():
    nucleus = Nucleus(82, 207.2)
    point = DarkSector.at(0.3, alpha_d=1e-5, epsilon=1e-4)
    production = cross_section(0.3, 100.0, nucleus).value * point.epsilon**2
    expected = production * (2 / math.pi * math.atan(2 * 15)) ** 2
    assert chain_cross_section(point, 100.0, nucleus, bwcutoff=15).value == pytest.approx(expected, rel=2e-3)


def test_chain_of_the_benchmark_against_a_run():
    # MadGraph 3.5.7, output fixed_target with the decays, 100 GeV on Pb (A = 207.2), iseed 7,
    # survey --points=10000 --iterations=8 --accuracy=0.003, 2026-11-21: [pb] at eps = 1e-3
    nucleus = Nucleus(82, 207.2)
    for bwcutoff, value, error in ((15, 684.34, 0.70), (100, 702.25, 0.81)):
        native = chain_cross_section(POINT, 100.0, nucleus, bwcutoff=bwcutoff)
        assert Estimate(value, error).value / native.value == pytest.approx(1, abs=5e-3)


def test_off_shell_width_joins_the_width_on_the_shell_and_closes():
    masses = POINT.masses
    assert 0.1 * off_shell_chi(masses, masses.m_aprime) == pytest.approx(float(gamma_aprime_chi(masses, 0.1)))
    assert 0.1 * off_shell_chi(masses, masses.sigma) == 0
    assert 0.1 * off_shell_chi(masses, 0.99 * masses.sigma) == 0


def test_a_broad_aprime_lowers_the_breit_wigner_cut():
    assert breit_wigner_cut(POINT) == 15
    with pytest.warns(SemivisWarning, match="Landau"):
        broad = DarkSector.at(0.3, alpha_d=1.0)
    widths = compute_widths(broad)
    assert breit_wigner_cut(broad) * widths.gamma_aprime < broad.masses.m_aprime - broad.masses.delta


def test_a_wrong_result_is_told_and_a_right_one_is_not():
    native = Estimate(730.0, 0.2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compare_with_native(Estimate(731, 1), native, what="x") == pytest.approx(731 / 730)
        compare_with_native(Estimate(737, 1), native, what="x")  # 7 sigma, 1 %
        compare_with_native(Estimate(800, 40), native, what="x")  # 10 %, 2 sigma
    with pytest.warns(SemivisWarning, match=r"cross-section = 365 \+- 1 is 0.500 times the native"):
        compare_with_native(Estimate(365, 1), native, what="cross-section")


# ---- the published K


def test_the_page_on_k_has_the_numbers_of_the_references():
    text = (ROOT / "docs/kfactor.md").read_text(encoding="utf-8")
    rows = [
        [float(x) for x in row]
        for row in re.findall(r"^\| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| (0\.\d{5}) \|", text, re.M)
    ]
    assert len(rows) >= 25
    for m, ratio, splitting, k_factor in rows:
        assert compute_widths(DarkSector.at(m, ratio=ratio, splitting=splitting)).k_factor == pytest.approx(
            k_factor, abs=6e-6
        )


def test_the_published_k_holds_at_the_published_benchmark_only():
    def k(m, splitting=0.4):
        return compute_widths(DarkSector.at(m, splitting=splitting)).k_factor

    assert all(abs(k(m) - 0.640) < 0.004 for m in (0.136, 0.2, 0.39, 1.0, 1.5))
    assert abs(k(0.13) - 0.640) > 0.004
    assert all(abs(k(m, f) - 0.640) > 0.004 for f in (0.42, 0.5, 0.8) for m in np.geomspace(0.01, 1.5, 30))
