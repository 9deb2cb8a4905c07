import numpy as np
import pytest

from semivis_gen.constants import ID_CHI2
from semivis_gen.decay.lifetimes import sample_lifetimes
from semivis_gen.events import concatenate
from semivis_gen.generator import generate
from semivis_gen.model.chi2_leptons import gamma_chi2_lepton
from semivis_gen.model.point import DarkSector
from semivis_gen.model.widths import compute_widths, ctau_mm
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

POINT = DarkSector.at(3.0, splitting=0.9)  # Delta = 0.9 GeV


def test_hadrons_shorten_the_flight_in_every_channel_alike():
    events = concatenate(list(generate(POINT.masses, ThinTarget(100.0, material("Pb")), n_events=8000, seed=3)))
    chi2 = sample_lifetimes(events, POINT, np.random.default_rng(1))
    ctau = chi2.ctau[chi2.pdg == ID_CHI2]
    mean = compute_widths(POINT).ctau_chi2
    assert abs(ctau.mean() - mean) < 4 * mean / np.sqrt(len(ctau))
    pions = np.isin(np.arange(len(events)), events.event_of_particle[events.pdg == 211])
    assert 2000 < pions.sum() < 6000
    assert abs(ctau[pions].mean() - mean) < 4 * mean / np.sqrt(pions.sum())
    electrons = float(ctau_mm(gamma_chi2_lepton(POINT.masses, POINT.alpha_d, POINT.epsilon)))
    assert electrons > 3 * mean
    assert mean == pytest.approx(electrons * compute_widths(POINT).branching_chi2["chi1 e+ e-"])
