"""The form factor of the pion against its value, slope and threshold law at s = 0, and measured cross-sections."""

import csv

import numpy as np
import pytest

from semivis_gen.constants import M_PION
from semivis_gen.model.pion import pion_form_factor, pion_ratio
from semivis_gen.resources import cards_dir

HBARC = 0.1973269804  # [GeV fm]


def test_charge_and_charge_radius():
    assert abs(complex(pion_form_factor(1e-6)) - 1) < 3e-5
    slope = (complex(pion_form_factor(2e-3)) - complex(pion_form_factor(1e-3))).real / 1e-3
    assert np.sqrt(6 * slope) * HBARC == pytest.approx(0.659, abs=0.004)  # PDG 2022: 0.659 +- 0.004 fm


def test_continuous_through_threshold_and_nearly_real_below():
    below, above = pion_form_factor(4 * M_PION**2 * np.array([1 - 1e-6, 1 + 1e-6]))
    assert below == pytest.approx(above, rel=1e-5)
    assert abs(below.imag) < 2e-3 * below.real  # unitarity would have it real; the fit's phases leave 0.15 %


def test_p_wave_at_threshold():
    s = 4 * M_PION**2 * (1 + np.array([1e-4, 2e-4]))
    low, high = pion_ratio(s)
    assert high / low == pytest.approx(2**1.5, rel=1e-3)
    assert pion_ratio(4 * M_PION**2) == 0
    assert pion_ratio(0.05) == 0


def test_peak_and_the_edge_that_omega_cuts():
    energy = np.linspace(0.6, 0.9, 3001)
    squared = np.abs(pion_form_factor(energy**2)) ** 2
    assert squared.max() == pytest.approx(45, rel=0.03)
    steepest = energy[np.argmin(np.gradient(squared, energy))]
    assert steepest == pytest.approx(0.7827, abs=1.5e-3)  # the mass of the omega
    before, after = (np.abs(complex(pion_form_factor(e**2))) ** 2 for e in (0.777, 0.786))
    assert 0.6 < after / before < 0.75  # the rho alone falls by 3 %


@pytest.mark.parametrize(("low", "high"), [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (0.6, 0.7)])
def test_measured_ratio_below_the_omega(low, high):
    # R of the data has vacuum polarisation taken out (-2 %) and radiation of pions (+0.8 %) left in
    with (cards_dir() / "data/r_ratio_pdg2020.csv").open() as stream:
        rows = [list(map(float, row)) for row in csv.reader(line for line in stream if line[:1].isdigit())]
    energy, r, error, _ = np.array([row for row in rows if low <= row[0] < high]).T
    model = pion_ratio(energy**2)
    weight = (model / error) ** 2
    ratio = np.average(r / model, weights=weight)
    assert abs(ratio - 0.988) < 0.02 + 2 * weight.sum() ** -0.5
    assert (weight * (r / model - ratio) ** 2).sum() < 1.5 * len(energy)
