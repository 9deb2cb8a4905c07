"""Beam muons in a dump: ranges, energy along the depth, and the thin limit of rates."""

import numpy as np
import pytest
from scipy.integrate import trapezoid

from semivis_gen.constants import ID_MUON, M_MUON
from semivis_gen.errors import ParameterError
from semivis_gen.production.bremsstrahlung.cross_sections import material_cross_section
from semivis_gen.production.bremsstrahlung.rate import bremsstrahlung_rate
from semivis_gen.target.materials import material
from semivis_gen.target.muon_loss import muon_loss
from semivis_gen.target.muons import muon_track
from semivis_gen.target.sources import ThickTarget

LEAD = material("Pb")
# ranges at kinetic energies of 10, 100 and 160 GeV by continuous slowing down from PUMAS, as in test_muon_loss [g/cm^2]
PUMAS = {"Pb": (6676.7, 44277.9, 60480.4), "Fe": (5537.3, 43100.4, 63067.0), "C": (4839.8, 41226.6, 63012.8)}


@pytest.mark.parametrize("name", PUMAS)
def test_ranges_are_those_of_another_code(name):
    stuff, lowest = material(name), 0.3
    for energy, listed in zip((10.0, 100.0, 160.0), PUMAS[name], strict=True):
        found = muon_track(energy + M_MUON, lowest, 1e9, stuff).total * stuff.radiation_length_g_cm2
        # what is left below 0.3 GeV: the loss is near its minimum there
        rest = (lowest - M_MUON) / float(muon_loss(np.array([lowest]), stuff)[0]) * 0.9
        # the general density effect makes slow muons lose up to 1.5 % more in lead
        assert found + rest == pytest.approx(listed, rel=0.016 if energy == 10.0 else 0.008)


def test_energy_falls_as_the_loss_says():
    track = muon_track(160.0, 1.0, 4000.0, LEAD)
    depth = np.linspace(100.0, 3900.0, 20)
    step = 5.0
    slope = (track.energy_at(depth - step) - track.energy_at(depth + step)) / (2 * step)
    expected = muon_loss(track.energy_at(depth), LEAD) * LEAD.radiation_length_g_cm2
    assert slope == pytest.approx(expected, rel=5e-3)  # of a polygon
    assert track.above(track.energy_at(depth)) == pytest.approx(depth, rel=1e-9)
    assert track.depth_row(track.energy_at(depth)) == pytest.approx(depth, rel=1e-9)


def test_it_ends_at_the_cut_or_at_the_end_of_the_block():
    short, long = muon_track(160.0, 80.0, 40.0, LEAD), muon_track(160.0, 80.0, 1e5, LEAD)
    assert short.total == 40.0
    assert short.energy[-1] == pytest.approx(158.92, abs=0.01)
    assert float(short.above(100.0)) == 40.0
    assert long.energy[-1] == 80.0
    assert 3000 < long.total < 5000
    with pytest.raises(ParameterError, match=r"energy cut 0.1 GeV of muons: .* take 0.21 or more"):
        muon_track(160.0, 0.1, 40.0, LEAD)


@pytest.mark.parametrize("m", [1e-3, 0.1, 1.0])
def test_rate_of_a_thin_block_is_cross_section_times_atoms(m):
    nucleus = LEAD.elements[0][0]
    target = ThickTarget(160.0, LEAD, 1e-3, 80.0, ID_MUON)
    expected = material_cross_section(m, 160.0, LEAD, e_min=80.0, lepton_mass=M_MUON).value
    expected *= LEAD.atoms_per_radiation_length(nucleus) * 1e-3
    assert bremsstrahlung_rate(m, target, e_min=80.0).value == pytest.approx(expected, rel=1e-4)


def test_rate_of_a_deep_dump_is_the_integral_along_the_track():
    target, nucleus = ThickTarget(100.0, LEAD, 3000.0, 5.0, -ID_MUON), LEAD.elements[0][0]
    track = target.track_length()
    depth = np.linspace(0.0, track.total, 201)
    sigma = [
        material_cross_section(0.2, float(e), LEAD, e_min=5.0, lepton_mass=M_MUON).value
        for e in np.minimum(track.energy_at(depth), 100.0)
    ]
    expected = trapezoid(sigma, depth) * LEAD.atoms_per_radiation_length(nucleus)
    found = bremsstrahlung_rate(0.2, target, e_min=5.0)
    assert abs(found.value - expected) < 2e-4 * expected + found.error


def test_muons_have_no_shower():
    target = ThickTarget(160.0, LEAD, 40.0, 80.0, ID_MUON)
    with pytest.raises(ParameterError, match="a beam of mu- has no shower here: take particles = primary"):
        target.track_length(secondaries=True)
