"""Cross-sections against DMG4's table, MadGraph, published ratios, limits and finer integration."""

import csv
from itertools import pairwise

import numpy as np
import pytest
from support.places import REFERENCE

from semivis_gen.constants import ALPHA, HBARC2_GEV2_PB, M_ELECTRON, M_MUON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.production.bremsstrahlung.cross_sections import (
    Method,
    Rule,
    cross_section,
    dsigma_dx,
    integrate,
    material_cross_section,
)
from semivis_gen.production.bremsstrahlung.phase_space import Reaction
from semivis_gen.target.form_factors import Nucleus, g2, g2_elastic
from semivis_gen.target.materials import material

LEAD = Nucleus(82, 207.2)
VERY_FINE = Rule(56, 32, 100, 20)  # ten times as many nodes


def dmg4():
    with (REFERENCE / "etl_sigma_pb.csv").open() as stream:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(x for x in stream if x[0] != "#")]


@pytest.mark.parametrize("row", dmg4(), ids=lambda r: f"{r['energy_GeV']:g}-{r['m_aprime_GeV']:g}")
def test_dmg4_table(row):
    sigma = cross_section(row["m_aprime_GeV"], row["energy_GeV"], LEAD).value * 1e-8
    # at 20 GeV and large mass t reaches GeV^2, where the magnetic part of the inelastic form factor counts: the
    # table's heavier points lie 1.3 % (0.3, 0.5 GeV) and 3.6 % (1 GeV) below the exact integral there
    heavy_and_slow = row["energy_GeV"] == 20 and row["m_aprime_GeV"] >= 0.3
    assert sigma == pytest.approx(row["sigma_pb"], rel=0.04 if heavy_and_slow else 0.01)


@pytest.mark.parametrize(
    ("m", "point_like", "sigma"),
    [
        (0.1, True, 11939),
        (0.3, True, 1032),
        (0.01, False, 8.371e5),
        (0.03, False, 1.2411e5),
        (0.1, False, 10374),
        (0.3, False, 719.3),
    ],
)
def test_madgraph_setup(m, point_like, sigma):
    # MadGraph 3.5.7 with its sampling cured: 11970(47), 1027(5), 8.43(4)e5, 1.238(5)e5, 10390(38), 718.2(11) pb at
    # eps = 1e-3; the numbers here are an independent exact integral with its parameters
    nucleus = Nucleus(82, 207.97, 193.0)
    form = (lambda t, n: np.full(np.shape(t), float(n.z**2))) if point_like else g2_elastic
    found = cross_section(m, 100.0, nucleus, form_factor=form)
    assert found.value * 1e-6 == pytest.approx(sigma, rel=1e-3)


@pytest.mark.parametrize(
    ("m", "ratio"), [(0.001, 1.40), (0.01, 0.96), (0.1, 0.62), (0.3, 0.52), (0.5, 0.46), (1.0, 0.36)]
)
def test_exact_over_improved_weizsaecker_williams(m, ratio):
    # Gninenko et al., Phys. Lett. B 782 (2018) 406 (arXiv:1712.05706)
    exact = cross_section(m, 100.0, LEAD).value
    assert exact / cross_section(m, 100.0, LEAD, method=Method.IWW).value == pytest.approx(ratio, abs=0.006)


@pytest.mark.parametrize("energy", [10.0, 100.0, 1000.0])
@pytest.mark.parametrize("m", [1e-3, 0.01, 0.1, 2.0])
@pytest.mark.parametrize("method", list(Method))
def test_the_claimed_error_covers_the_true_one(energy, m, method):
    for nucleus in (LEAD, Nucleus(1, 1.008)):
        for e_min in (0.0, 0.5 * energy):
            found = cross_section(m, energy, nucleus, method=method, e_min=e_min)
            fine = integrate(Reaction(energy, m, nucleus.mass), nucleus, VERY_FINE, method=method, e_min=e_min)
            assert abs(found.value - fine) <= found.error
            assert found.relative_error < 1e-3


@pytest.mark.parametrize("energy", [10.0, 160.0])
@pytest.mark.parametrize("m", [1e-3, 0.01, 0.1, 0.3, 1.0])
@pytest.mark.parametrize("method", [Method.ETL, Method.WW])
def test_the_claimed_error_covers_the_true_one_for_muons(energy, m, method):
    for nucleus in (LEAD, Nucleus(1, 1.008)):
        for e_min in (0.0, 0.5 * energy):
            found = cross_section(m, energy, nucleus, method=method, e_min=e_min, lepton_mass=M_MUON)
            reaction = Reaction(energy, m, nucleus.mass, M_MUON)
            fine = integrate(reaction, nucleus, VERY_FINE, method=method, e_min=e_min)
            assert abs(found.value - fine) <= found.error
            assert found.relative_error < 1e-3


@pytest.mark.parametrize("m", [M_MUON, M_ELECTRON])
def test_nothing_happens_where_aprime_and_lepton_weigh_the_same(m):
    # the quadrature changes its variable there
    below, above = (cross_section(m * x, 50.0, LEAD, lepton_mass=m).value for x in (1 - 1e-7, 1 + 1e-7))
    assert below == pytest.approx(above, rel=1e-4)


def point_like(t, nucleus):
    return np.full(np.shape(t), float(nucleus.z**2))


@pytest.mark.parametrize(("energy", "lepton"), [(1.0, M_ELECTRON), (160.0, M_MUON), (1000.0, M_MUON)])
def test_a_massless_aprime_is_a_photon(energy, lepton):
    # Bethe and Heitler without screening, Koch and Motz, Rev. Mod. Phys. 31 (1959) 920, 3BN(b), in a closed form
    x = np.array([0.1, 0.3, 0.5, 0.8, 0.95])
    heavy = Nucleus(82, 207.2, 1e4)
    found = dsigma_dx(1e-4 * lepton, energy, heavy, x, form_factor=point_like, lepton_mass=lepton)
    logarithm = np.log(2 * energy * (1 - x) / (lepton * x)) - 0.5
    expected = 4 * ALPHA**3 * (82 / lepton) ** 2 / x * (4 / 3 * (1 - x) + x * x) * logarithm * HBARC2_GEV2_PB
    assert found == pytest.approx(expected, rel=1.5e-3)


@pytest.mark.parametrize(("z", "a"), [(82, 207.2), (26, 55.845), (6, 12.011)])
def test_soft_aprime_of_muons_are_radiated_as_photons_are(z, a):
    # Kelner, Kokoulin and Petrukhin (1995), the bremsstrahlung of muons on nuclei with size and screening: the formula
    # of Geant4, good to 1 - 2 %
    x, energy = np.array([0.05, 0.1, 0.3, 0.5, 0.8]), 160.0
    found = dsigma_dx(1e-6, energy, Nucleus(z, a), x, form_factor=g2_elastic, lepton_mass=M_MUON)
    delta, root, size = 0.5 * M_MUON**2 * x / (energy * (1 - x)), np.sqrt(np.e), 1.54 * a**0.27
    screening = 182.7 * z ** (-1 / 3)
    ratio = (M_MUON + delta * (size * root - 2)) / (size * (M_ELECTRON + delta * root * screening))
    expected = 16 / 3 * ALPHA**3 * (z / M_MUON) ** 2 / x * (1 - x + 0.75 * x * x) * np.log(screening * ratio)
    assert found == pytest.approx(expected * HBARC2_GEV2_PB, rel=0.02)


def test_point_like_charge_scales_with_its_square_and_epsilon_is_one():
    def unit(t, nucleus):
        return np.full(np.shape(t), float(nucleus.z**2))

    one = cross_section(0.1, 100.0, Nucleus(1, 200, 190.0), form_factor=unit).value
    assert cross_section(0.1, 100.0, Nucleus(9, 200, 190.0), form_factor=unit).value == pytest.approx(81 * one)


def test_differential_integrates_to_the_total_and_to_the_part_above_a_cut():
    edges = np.r_[np.linspace(0.0011, 0.9, 6), 1 - np.geomspace(0.1, 5.2e-6, 14)[1:]]
    node, weight = np.polynomial.legendre.leggauss(8)

    def integral(low, high):
        x = 0.5 * (high + low) + 0.5 * (high - low) * node
        return 0.5 * (high - low) * float(weight @ dsigma_dx(0.1, 100.0, LEAD, x))

    parts = [integral(a, b) for a, b in pairwise(edges)]
    assert sum(parts) == pytest.approx(cross_section(0.1, 100.0, LEAD).value, rel=3e-3)
    above = cross_section(0.1, 100.0, LEAD, e_min=50.0).value
    below = cross_section(0.1, 100.0, LEAD).value - above
    assert integral(0.001, 0.5) == pytest.approx(below, rel=2e-3)


def test_compounds_average_over_their_atoms():
    polystyrene = material("polystyrene")
    carbon, hydrogen = (cross_section(0.1, 50.0, n).value for n, _ in polystyrene.elements)
    found = material_cross_section(0.1, 50.0, polystyrene)
    assert found.value == pytest.approx(0.5 * (carbon + hydrogen), rel=1e-3)


def test_a_compound_is_open_where_its_heaviest_nucleus_is():
    # e- p -> e- p A' of 5 GeV needs 5 + 25 / (2 m_p) = 18 GeV, carbon 6 GeV
    polystyrene = material("polystyrene")
    carbon = polystyrene.elements[0][0]
    found = material_cross_section(5.0, 16.0, polystyrene)
    assert found.value == pytest.approx(0.5 * cross_section(5.0, 16.0, carbon).value, rel=1e-3)
    with pytest.raises(KinematicsError, match="closed"):
        material_cross_section(5.0, 5.5, polystyrene)


def test_nothing_above_the_beam_energy_and_errors_below_threshold():
    assert cross_section(0.1, 100.0, LEAD, e_min=100.0).value == 0.0
    with pytest.raises(KinematicsError, match="closed"):
        cross_section(30.0, 20.0, LEAD)
    with pytest.raises(ParameterError, match="e_min"):
        cross_section(0.1, 100.0, LEAD, e_min=-1)


def test_dsigma_vanishes_outside_phase_space():
    assert np.all(dsigma_dx(0.1, 100.0, LEAD, np.array([0.0, 0.0009, 1.0, 1.1])) == 0)


def test_dmg4_form_factor_convention_explains_half_of_the_heaviest_point():
    # with magnetic factor and dipole squared, as several tools print them, the 20 GeV, 1 GeV point moves from 3.7 % to
    # 2.0 % above the table; the rest is the table's
    from semivis_gen.constants import M_PROTON
    from semivis_gen.target.form_factors import g2_inelastic

    def squared(t, nucleus):
        magnetic = 1 + t * (2.79**2 - 1) / (4 * M_PROTON**2)
        dipole = (1 + t / 0.71) ** 4
        return g2(t, nucleus) + g2_inelastic(t, nucleus) * (magnetic / dipole - 1)

    row = next(r for r in dmg4() if r["energy_GeV"] == 20 and r["m_aprime_GeV"] == 1)
    sigma = cross_section(1.0, 20.0, LEAD, form_factor=squared).value * 1e-8
    exact = cross_section(1.0, 20.0, LEAD).value * 1e-8
    assert row["sigma_pb"] < sigma < row["sigma_pb"] + 0.6 * (exact - row["sigma_pb"])
