"""Spin of A' from meson decays, against the amplitude with its epsilon tensors written out."""

import itertools

import numpy as np
import pytest
from scipy.integrate import trapezoid

from semivis_gen.constants import ID_CHI2
from semivis_gen.decay.chain import Spin, decay_chain
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses
from semivis_gen.numerics.kinematics import boost_to_rest
from semivis_gen.production.mesons.helicity import helicity_direction
from semivis_gen.production.mesons.process import MesonDecay, MesonListDecay
from semivis_gen.target.materials import material
from semivis_gen.target.proton_dump import ProtonDump

DUMP = ProtonDump(400.0, material("Cu"))
MASSES = DarkMasses(0.3, 3.0, 0.4)
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])


def levi_civita():
    out = np.zeros((4, 4, 4, 4))
    for order in itertools.permutations(range(4)):
        out[order] = np.linalg.det(np.eye(4)[list(order)])
    return out


def intensity(cosine, masses, *, parent, partner):
    """Square of M -> A' X, A' -> chi1 chi2 at one angle in the A' frame, summed over the spins of M, X and chi."""
    m, m1, m2 = masses.m_aprime, masses.m_chi1, masses.m_chi2
    k = np.sqrt((parent**2 - (m + partner) ** 2) * (parent**2 - (m - partner) ** 2)) / (2 * m)  # in the A' frame
    q, other = np.array([m, 0, 0, 0]), np.array([np.hypot(k, partner), 0, 0, -k])
    p = np.sqrt((m**2 - (m1 + m2) ** 2) * (m**2 - (m1 - m2) ** 2)) / (2 * m)
    sine = np.sqrt(1 - cosine**2)
    chi1 = np.array([np.hypot(p, m1), p * sine, 0, p * cosine])
    chi2 = q - chi1
    # the third spin is that of the photon, or of omega, whose sums are -g up to terms along q + k or k that vanish
    tensor = np.einsum("abcd,c,d->ab", levi_civita(), METRIC @ q, METRIC @ other)
    vertex = np.einsum("ab,cd,bd->ac", tensor, tensor, -METRIC)
    product = chi1 @ METRIC @ chi2
    current = np.outer(chi1, chi2) + np.outer(chi2, chi1) - METRIC * (product + m1 * m2)
    return np.einsum("ac,ab,bd,dc->", vertex, METRIC, current, METRIC)


@pytest.mark.parametrize(("name", "parent", "partner"), [("eta", 0.547862, 0.0), ("omega", 0.78266, 0.1349768)])
def test_directions_follow_the_amplitude(name, parent, partner):
    sampler = MesonDecay(mesons=(name,)).sampler(0.3, DUMP, e_min=1.0)
    rng = np.random.default_rng(1)
    events = sampler.sample(40_000, rng)
    direction = helicity_direction(events, MASSES, rng)
    p, m = events.momentum.reshape(-1, 5, 3), events.mass.reshape(-1, 5)
    axis = boost_to_rest(p[:, 2], m[:, 2], p[:, 3], m[:, 3])  # flight of the meson in the A' frame
    cosine = np.einsum("ij,ij->i", direction, axis) / np.linalg.norm(axis, axis=1)
    grid = np.linspace(-1, 1, 201)
    curve = np.array([intensity(c, MASSES, parent=parent, partner=partner) for c in grid])
    curve /= trapezoid(curve, grid)
    expected = trapezoid(curve * grid**2, grid)
    assert abs((cosine**2).mean() - expected) < 4 * (cosine**2).std() / np.sqrt(len(cosine))
    assert expected > 0.35  # against 1/3 of isotropic decays: the sample tells them apart
    assert abs(expected - 1 / 3) > 8 * (cosine**2).std() / np.sqrt(len(cosine))


def test_the_chain_knows_the_spin():
    (events,) = generate(MASSES, DUMP, processes=[MesonDecay(mesons=("eta",))], n_events=500, seed=1)
    assert events.info.process == "meson_decay"
    assert events.info.extra["spin"] == Spin.FULL
    assert np.count_nonzero(events.pdg == ID_CHI2) == 500


def test_mesons_of_fits_and_of_lists_turn_their_aprime_alike():
    bare = MesonDecay(mesons=("eta",)).sampler(0.3, DUMP).sample(50, np.random.default_rng(2))
    one, two = (kind.direction(bare, MASSES, np.random.default_rng(4)) for kind in (MesonDecay, MesonListDecay))
    assert np.array_equal(one, two)
    assert np.linalg.norm(one, axis=1) == pytest.approx(np.ones(50), rel=1e-12)


def test_other_records_decay_isotropically():
    (decayed,) = generate(MASSES, DUMP, processes=[MesonDecay(mesons=("eta",))], n_events=10, seed=1)
    assert helicity_direction(decayed, MASSES, np.random.default_rng(1)) is None
    bare = MesonDecay(mesons=("eta",)).sampler(0.3, DUMP).sample(10, np.random.default_rng(2))
    bare.pdg[:] = 22
    assert helicity_direction(bare, MASSES, np.random.default_rng(1)) is None
    assert decay_chain(bare, MASSES, np.random.default_rng(1)).info.extra["spin"] == Spin.NONE
