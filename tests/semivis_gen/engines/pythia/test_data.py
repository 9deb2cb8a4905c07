import math

import pytest

from semivis_gen.constants import HBARC_GEV_MM
from semivis_gen.engines.pythia.data import (
    TWO_PHOTONS,
    aprime_branching,
    dark_channels,
    meson_settings,
    particle_data,
)
from semivis_gen.errors import ParameterError
from semivis_gen.model.particles import Particle
from semivis_gen.model.point import DarkSector
from semivis_gen.model.widths import compute_widths

POINT = DarkSector.at(0.3)


def test_settings_hold_masses_widths_and_lifetimes():
    lines = particle_data(POINT)
    chi2 = next(line for line in lines if line.startswith("58:new")).split()
    assert chi2[2:7] == ["chi2", "void", "2", "0", "0"]
    mass, width, low, high, ctau = (float(word) for word in chi2[7:])
    assert mass == POINT.masses.m_chi2
    assert width * ctau == pytest.approx(HBARC_GEV_MM, rel=1e-12)
    assert (low, high) == (0, 0)
    aprime = next(line for line in lines if line.startswith("55:new")).split()
    assert float(aprime[7]) == 0.3
    assert float(aprime[9]) == pytest.approx(POINT.masses.sigma)  # 15 widths below would be closed
    assert float(aprime[10]) == pytest.approx(0.3 + 15 * compute_widths(POINT).gamma_aprime)


@pytest.mark.parametrize(("point", "muons"), [(POINT, False), (DarkSector.at(1.0, splitting=0.8), True)])
def test_only_open_channels_are_listed(point, muons):
    lines = particle_data(point)
    assert any("58:addChannel" in line and line.endswith("52 13 -13") for line in lines) is muons
    shares = [float(line.split()[3]) for line in lines if line.startswith("55:") and "Channel" in line]
    assert math.fsum(shares) == pytest.approx(1.0, rel=1e-7)  # three pions of A' are left out
    assert sum("oneChannel" in line for line in lines) == 2


def test_hadrons_of_chi2_are_all_there_and_those_of_aprime_in_pairs():
    point = DarkSector.at(7.0)  # Delta = 0.93 GeV
    channels = dark_channels(point)
    assert math.fsum(channels[58].values()) == pytest.approx(1.0)
    three = compute_widths(point).branching_chi2["chi1 pi+ pi- pi0"]
    assert channels[58][52, 211, -211, 111] == pytest.approx(three, rel=1e-12)
    assert all(len(products) == 2 for products in channels[55])
    assert (211, -211) in channels[55]
    heavy = dark_channels(DarkSector.at(12.0, splitting=0.5))[58]  # Delta = 2 GeV: many mesons
    assert math.fsum(heavy.values()) == pytest.approx(1.0)
    assert max(map(len, heavy)) == 7  # chi1 and six pions


def test_meson_branching_limits_and_scaling():
    light = DarkSector.at(0.012, epsilon=1e-4)
    mass, two_photons = Particle.of(221).mass, TWO_PHOTONS[221]
    assert aprime_branching(light, 221) == pytest.approx(2e-8 * two_photons, rel=2e-3)  # photon-like A'
    assert aprime_branching(DarkSector.at(0.012, epsilon=2e-4), 221) == pytest.approx(4 * aprime_branching(light, 221))
    near = DarkSector.at(0.999 * mass, epsilon=1e-4)
    assert aprime_branching(near, 221) == pytest.approx(2e-8 * two_photons * (1 - 0.999**2) ** 3, rel=1e-12)
    assert aprime_branching(POINT, 111) == 0.0
    with pytest.raises(ParameterError, match=r"113 \(rho\(770\)0\) has no photon"):
        aprime_branching(POINT, 113)


def test_meson_settings_leave_closed_mesons_alone():
    assert meson_settings(POINT) == ["221:oneChannel = 1 1.0 0 22 55", "331:oneChannel = 1 1.0 0 22 55"]
    (line,) = meson_settings(POINT, (221,), forced=False)
    assert line.startswith("221:addChannel = 1 ")
    assert float(line.split()[3]) == aprime_branching(POINT, 221)
