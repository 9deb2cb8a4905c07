"""Energy loss of muons against an independent code, the PDG's critical energies, and limits."""

import numpy as np
import pytest
from scipy.optimize import brentq

from semivis_gen.constants import M_MUON
from semivis_gen.target.form_factors import Nucleus
from semivis_gen.target.materials import Material, material, mixture
from semivis_gen.target.muon_loss import ionisation_loss, muon_loss, radiation_loss

# PUMAS (Niess, as in the package mulder 0.3.7, with its default models SSR19 for bremsstrahlung and pairs and DRSS01
# for inelastic scattering, tabulated density effects), at kinetic energies of
# 10, 30, 100, 160 and 1000 GeV [MeV cm^2/g]
PUMAS = {
    "Pb": (1.691, 2.061, 3.219, 4.2365, 19.41),
    "Fe": (1.974, 2.214, 2.781, 3.2396, 9.837),
    "C": (2.206, 2.377, 2.658, 2.8487, 5.266),
}


@pytest.mark.parametrize("name", PUMAS)
def test_loss_is_that_of_another_code(name):
    found = 1e3 * muon_loss(np.array([10.0, 30.0, 100.0, 160.0, 1000.0]) + M_MUON, material(name))
    # the general density effect costs 1 % in lead at 10 GeV, the models of bremsstrahlung differ by 0.3 % at 1 TeV
    assert found[:2] == pytest.approx(PUMAS[name][:2], rel=0.013)
    assert found[2:] == pytest.approx(PUMAS[name][2:], rel=0.003)


@pytest.mark.parametrize(
    ("name", "energy", "tolerance"), [("Fe", 347.0, 0.02), ("Cu", 317.0, 0.02), ("Pb", 141.0, 0.07)]
)
def test_critical_energies(name, energy, tolerance):
    # PDG, Atomic and nuclear properties: where radiation equals ionisation; its lead has the older bremsstrahlung
    stuff = material(name)

    def difference(e):
        return (ionisation_loss(np.array([e]), stuff) - radiation_loss(np.array([e]), stuff.elements[0][0]))[0]

    assert brentq(difference, 30.0, 2000.0) == pytest.approx(energy, rel=tolerance)


def test_ionisation_at_its_minimum():
    # PDG: 1.451 MeV cm^2/g in iron at 0.36 GeV of total energy
    energy = np.linspace(0.25, 0.6, 200)
    loss = 1e3 * ionisation_loss(energy, material("Fe"))
    assert loss.min() == pytest.approx(1.451, rel=0.02)
    assert energy[loss.argmin()] == pytest.approx(0.36, abs=0.1)


def test_density_stops_the_rise_of_ionisation():
    # without density effect a dilute gas rises by K Z/A ln(gamma) more than a solid does, and density alone matters
    iron = material("Fe")
    gas = Material("iron vapour", 1e-8, iron.radiation_length_g_cm2, iron.elements)
    energy = np.array([1e3, 1e4])
    rise = [np.diff(ionisation_loss(energy, stuff))[0] for stuff in (gas, iron)]
    assert rise[0] > 1.4 * rise[1]


def test_radiation_scales_with_charge_and_grows_with_energy():
    energy = np.array([10.0, 100.0, 1000.0])
    iron, lead = (radiation_loss(energy, material(name).elements[0][0]) for name in ("Fe", "Pb"))
    scale = (82**2 / 207.2) / (26**2 / 55.845)
    assert lead / iron == pytest.approx(scale, rel=0.3)
    b = lead / energy
    assert (np.diff(b) > 0).all()
    # 1.4 to 1.5e-5 cm^2/g in lead at 100 GeV and more
    assert b[1] == pytest.approx(1.36e-5, rel=0.02)


def test_mixtures_add_by_mass():
    parts = [(material("Pb"), 0.7), (material("C"), 0.3)]
    energy = np.array([50.0, 500.0])
    both = mixture("both", parts, density_g_cm3=5.0)
    found = muon_loss(energy, both) - ionisation_loss(energy, both)
    expected = sum(share * radiation_loss(energy, part.elements[0][0]) for part, share in parts)
    assert found == pytest.approx(expected, rel=1e-12)
    bragg = sum(share * ionisation_loss(energy, part) for part, share in parts)
    assert ionisation_loss(energy, both) == pytest.approx(bragg, rel=0.03)


def test_any_element_and_any_energy_of_a_fast_muon():
    energy = np.geomspace(2.1 * M_MUON, 1e5, 40)
    for z, a in ((1, 1.008), (20, 40.1), (92, 238.0), (100, 257.0)):
        stuff = Material("x", 5.0, 10.0, ((Nucleus(z, a), 1.0),))
        loss = muon_loss(energy, stuff)
        assert np.isfinite(loss).all()
        assert (loss > 0.8e-3).all()
        assert (radiation_loss(energy, Nucleus(z, a)) >= 0).all()
