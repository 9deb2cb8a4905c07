from dataclasses import replace

import pytest

from semivis_gen.events import IdMap, RunInfo
from semivis_gen.io.text.slha import read_slha, write_slha
from semivis_gen.model.point import DarkMasses, DarkSector
from semivis_gen.model.widths import compute_widths

MADGRAPH = """
BLOCK DARK #
      1 1.000000e-03 # eps
      2 1.000000e-01 # ad
      3 8.200000e+01 # zn
Block mass # a comment
      52 3.333333e-02 # mx1
      55 1.000000D-01 # map
      58 4.666667e-02 # mx2
      1000822080 1.930000e+02 # mn
BLOCK QNUMBERS 55 # ap
      1 0 # 3 times electric charge
DECAY 55 2.5e-03 # wap
DECAY 58 Auto # wx2
      1.0 3 52 11 -11
"""
FOREIGN = IdMap(1023, 1000022, 1000023)


def test_madgraph_card():
    card = read_slha(MADGRAPH)
    assert card.mass == {52: 3.333333e-2, 55: 0.1, 58: 4.666667e-2, 1000822080: 193.0}
    assert card.width == {55: 2.5e-3}
    assert card.dark == {"eps": 1e-3, "ad": 0.1, "zn": 82.0}
    assert card.masses(IdMap()) == DarkMasses(0.1, 3.0, 0.4)
    assert card.epsilon == 1e-3
    assert card.point(IdMap()) is None  # no chi2 width: lifetimes belong to no point


@pytest.mark.parametrize("ids", [IdMap(), FOREIGN])
def test_own_card_gives_the_point_back(kit, ids):
    info = kit.run_info()
    text = write_slha(info, ids)
    card = read_slha(text)
    assert card.masses(ids) == info.masses
    assert card.point(ids) == info.point
    assert card.mass[info.target_id] == info.target_mass
    assert card.width[ids.chi2] == compute_widths(info.point).gamma_chi2
    assert ("QNUMBERS" in text) == (ids != IdMap())


def test_hadrons_have_a_line_for_each_list_of_particles():
    point = DarkSector.at(7.0)  # Delta = 0.93 GeV
    lines = write_slha(RunInfo(masses=point.masses, point=point), IdMap()).splitlines()
    chi2 = next(i for i, line in enumerate(lines) if line.startswith("DECAY 58"))
    rows = {line.partition("# ")[2]: line.split() for line in lines[chi2 + 1 :]}
    branching = compute_widths(point).branching_chi2
    assert set(rows) == {name for name, share in branching.items() if share > 0}
    assert rows["chi1 pi+ pi- pi0"][1:6] == ["4", "52", "-211", "111", "211"]
    assert float(rows["chi1 pi+ pi-"][0]) == branching["chi1 pi+ pi-"]
    assert sum(float(row[0]) for row in rows.values()) == pytest.approx(1, rel=1e-12)


def test_branchings_are_complete_below_hadrons(kit):
    info = kit.run_info()
    rows = [line.split() for line in write_slha(info, IdMap()).splitlines()]
    aprime = rows.index(["DECAY", "55", repr(compute_widths(info.point).gamma_aprime), "#"])
    chi2 = next(i for i, row in enumerate(rows) if row[:2] == ["DECAY", "58"])
    assert sum(float(row[0]) for row in rows[aprime + 1 : chi2]) == pytest.approx(1, rel=1e-12)
    assert sum(float(row[0]) for row in rows[chi2 + 1 :]) == pytest.approx(1, rel=1e-12)
    assert rows[chi2 + 1][1:5] == ["3", "52", "-11", "11"]


def test_a_width_that_is_not_the_exact_one_gives_no_point(kit):
    """The reference file of MadGraph was made with the chi2 width of epsilon = 1 and couplings of 1e-3."""
    card = read_slha(write_slha(kit.run_info(), IdMap()))
    card.width[58] *= 1e6
    assert card.point(IdMap()) is None


def test_masses_alone_and_nothing_at_all():
    masses = DarkMasses(0.3)
    text = write_slha(RunInfo(masses=masses), IdMap())
    assert "DECAY" not in text
    assert read_slha(text).masses(IdMap()) == masses
    assert write_slha(RunInfo(), IdMap()) == ""
    assert read_slha("").masses(IdMap()) is None


@pytest.mark.parametrize(
    "change",
    [("52 3.333333e-02", "52 0.0"), ("58 4.666667e-02", "58 0.02"), ("55 1.000000D-01", "55 0.06"), ("52 3", "53 3")],
)
def test_masses_that_make_no_sense_are_none(change):
    assert read_slha(MADGRAPH.replace(*change)).masses(IdMap()) is None


@pytest.mark.parametrize("line", ["BLOCK", "DECAY", "DECAY 55", "DECAY x 1", "55 nan # x", "55", "1 2 3", "x y # z"])
def test_odd_lines_are_passed_over(line):
    card = read_slha(f"BLOCK MASS\n 55 0.3\n{line}\nBLOCK DARK\n 1 1e-4 # eps\n")
    assert card.mass == {55: 0.3}
    assert card.epsilon == 1e-4


def test_small_splittings_keep_their_digits():
    masses = DarkMasses(0.3, 3.0, 0.0123456)
    info = replace(RunInfo(), masses=masses, point=DarkSector(masses, 0.1, 1e-3))
    assert read_slha(write_slha(info, IdMap())).masses(IdMap()) == masses
