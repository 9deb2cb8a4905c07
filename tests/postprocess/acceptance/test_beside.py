"""The lepton beside A', not one that chi2 decayed to."""

import dataclasses

import numpy as np

from postprocess.acceptance.beside import hardest_beside
from semivis_gen.generator import generate
from semivis_gen.model import DarkMasses
from semivis_gen.target import ThinTarget, material


def test_leptons_of_decays_are_not_it():
    (events,) = generate(DarkMasses(0.05), ThinTarget(8.0, material("W")), n_events=300, seed=1, channels=("e+ e-",))
    size = len(events.pdg) // 300
    assert (np.abs(events.pdg[:size]) == 11).sum() == 4  # beam, recoil and a pair
    momentum = events.momentum.copy()
    momentum[size - 1 :: size] *= 1e3  # a lepton of the pair is the harder one
    assert abs(events.pdg[size - 1]) == 11
    found = hardest_beside(dataclasses.replace(events, momentum=momentum), 11)
    np.testing.assert_array_equal(found, events.momentum.reshape(300, size, 3)[:, 4])


def test_nothing_beside_is_zero_and_the_hardest_wins():
    (events,) = generate(DarkMasses(0.05), ThinTarget(8.0, material("W")), n_events=50, seed=1, chain=False)
    assert not hardest_beside(events, 13).any()
    pdg = events.pdg.copy()
    pdg[4:25:5] = -11  # in five events the nucleus passes for another lepton, the other events have none
    pdg[28::5] = 13
    found = hardest_beside(dataclasses.replace(events, pdg=pdg), 11)
    both = events.momentum.reshape(50, 5, 3)[:5, 3:]
    np.testing.assert_array_equal(np.linalg.norm(found[:5], axis=1), np.linalg.norm(both, axis=2).max(axis=1))
    assert not found[5:].any()
