"""Closed-form azimuthal mean against a sum over angles; the sampled angle against its density."""

import numpy as np
import pytest

from semivis_gen.constants import M_ELECTRON, M_MUON
from semivis_gen.production.bremsstrahlung.azimuth import Azimuth
from semivis_gen.production.bremsstrahlung.phase_space import Reaction

ANGLES = np.pi * (np.arange(4000) + 0.5) / 4000


def points(energy, m, mass, lepton=M_ELECTRON, *, n=30, seed=1):
    reaction, rng = Reaction(energy, m, mass, lepton), np.random.default_rng(seed)
    low, high = reaction.y_range()
    y = low + (high - low) * np.exp(-rng.uniform(0, 8, n))
    lowest, largest = reaction.virtuality_range(y)
    virtuality = 1 / (1 / lowest + (1 / largest - 1 / lowest) * rng.random(n))
    kin = reaction.kinematics(y, virtuality, lowest)
    t = kin.t_min * (np.maximum(kin.t_max, kin.t_min) / kin.t_min) ** rng.uniform(0.05, 0.9, n)
    return reaction.azimuth(kin, t)


def as_columns(azimuth):
    numbers = {"m2": azimuth.m2, "lepton_mass": azimuth.lepton_mass}
    return Azimuth(**{k: getattr(azimuth, k)[:, None] for k in Azimuth.__slots__ if k not in numbers}, **numbers)


@pytest.mark.parametrize(
    ("energy", "m", "mass", "lepton"),
    [
        (100.0, 0.01, 193.0, M_ELECTRON),
        (10.0, 2.0, 193.0, M_ELECTRON),
        (10.0, 1.0, 0.938, M_ELECTRON),
        (0.02, 0.0011, 0.05, M_ELECTRON),
        (160.0, 0.001, 193.0, M_MUON),
        (160.0, 0.3, 193.0, M_MUON),
        (2.0, 0.2, 0.938, M_MUON),
    ],
)
def test_mean_is_that_over_angles(energy, m, mass, lepton):
    azimuth = points(energy, m, mass, lepton)
    column = as_columns(azimuth)
    in_phi = column.at(np.cos(ANGLES)).mean(axis=1)
    in_eta = column.at_anomaly(np.cos(ANGLES))[0].mean(axis=1) / azimuth.root
    assert azimuth.mean() == pytest.approx(in_phi, rel=1e-9)
    assert azimuth.mean() == pytest.approx(in_eta, rel=1e-9)


def test_sampled_angles_follow_the_amplitude():
    azimuth = points(10.0, 1.0, 0.938, n=6, seed=4)
    edges = np.linspace(0, np.pi, 13)
    for i in range(6):
        one = azimuth.take(np.array([i]))
        f = one.at(np.cos(ANGLES))
        expected = 20_000 * np.histogram(ANGLES, edges, weights=f)[0] / f.sum()
        cosine = azimuth.take(np.full(20_000, i)).sample(np.random.default_rng(i))
        found = np.histogram(np.arccos(cosine), edges)[0]
        chi2 = ((found - expected) ** 2 / np.maximum(expected, 1)).sum()
        assert chi2 < 11 + 4 * np.sqrt(2 * 11)


@pytest.mark.parametrize(
    ("energy", "m", "mass", "lepton"),
    [
        (100.0, 0.01, 193.0, M_ELECTRON),
        (10.0, 0.3, 0.938, M_ELECTRON),
        (1000.0, 0.0011, 193.0, M_ELECTRON),
        (0.02, 0.0011, 0.05, M_ELECTRON),
        (160.0, 0.001, 193.0, M_MUON),
        (2.0, 0.2, 0.938, M_MUON),
    ],
)
def test_the_ceiling_is_never_exceeded_and_often_touched(energy, m, mass, lepton):
    azimuth = points(energy, m, mass, lepton, n=300, seed=9)
    density = as_columns(azimuth).at_anomaly(np.cos(np.linspace(0, np.pi, 801)))[0].max(axis=1)
    ceiling = azimuth._ceiling()
    assert np.all(density <= ceiling * (1 + 1e-9))
    assert np.mean(density / ceiling) > 0.95
