"""Spin of A' from e+ e- -> gamma A'."""

import numpy as np
import pytest
from support.dirac import GAMMA, METRIC, ONE, dot, slash

from semivis_gen.constants import M_ELECTRON
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import boost_from_rest, isotropic
from semivis_gen.production.collider.polarisation import beam_axes, polarised_direction

SQRT_S = 10.58


def momenta(m_aprime, cosine):
    """Beams, photon and A' in the centre-of-mass frame, the beams without mass."""
    k = (SQRT_S**2 - m_aprime**2) / (2 * SQRT_S)
    photon = k * np.array([np.sqrt(1 - cosine**2), 0, cosine])
    beams = SQRT_S / 2 * np.array([[0, 0, 1.0], [0, 0, -1.0]])
    return beams, photon, -photon


def explicit(beams, photon, polarisation):
    """Square of the amplitude for one linear polarisation of A', from traces."""
    p1, p2 = (np.r_[np.linalg.norm(p), p] for p in beams)
    k = np.r_[np.linalg.norm(photon), photon]
    total = 0.0
    for a in range(4):
        made = -slash(polarisation) @ slash(p1 - k) @ GAMMA[a] / (2 * dot(p1, k))
        made = made - GAMMA[a] @ slash(k - p2) @ slash(polarisation) / (2 * dot(p2, k))
        other = GAMMA[0] @ made.conj().T @ GAMMA[0]
        total -= METRIC[a, a] * np.trace(slash(p2) @ made @ slash(p1) @ other).real
    return total


@pytest.mark.parametrize(("m_aprime", "cosine"), [(0.1, 0.2), (1.0, -0.55), (4.0, 0.9), (9.0, 0.4)])
def test_the_mixture_is_the_density_matrix(m_aprime, cosine):
    beams, photon, aprime = momenta(m_aprime, cosine)
    axes, share = beam_axes(beams[None], np.zeros((1, 2)), aprime[None], np.array([m_aprime]))
    directions = isotropic(20, np.random.default_rng(1))
    basis = [*np.eye(3), *directions]
    found = []
    for n in basis:  # N in the frame of the collision from n in that of A'
        space = boost_from_rest(n[None], np.array([0.0]), aprime[None], m_aprime)[0]
        # a space-like vector: boost of (0, n), not of (|n|, n)
        energy = np.sqrt(aprime @ aprime + m_aprime**2)
        time = aprime @ n / m_aprime
        space = n + aprime * time / (energy + m_aprime)
        found.append(explicit(beams, photon, np.r_[time, space]))
    total = sum(found[:3])
    expected = sum(share[0, i] * (1 - (directions @ axes[0, i]) ** 2) / 2 for i in (0, 1))
    np.testing.assert_allclose(np.array(found[3:]) / total, expected, rtol=1e-9, atol=1e-12)


def test_directions_follow_the_density_matrix():
    masses = DarkMasses(3.0)
    beams, _, aprime = momenta(masses.m_aprime, 0.3)
    n = 200_000
    given = np.tile(beams, (n, 1, 1)), np.full((n, 2), M_ELECTRON), np.tile(aprime, (n, 1)), np.full(n, 3.0)
    axes, share = beam_axes(*given)
    drawn = polarised_direction(*given, masses, np.random.default_rng(2))
    np.testing.assert_allclose((drawn**2).sum(axis=1), 1, atol=1e-9)
    rho = sum(share[0, i] * (ONE[:3, :3] - np.outer(axes[0, i], axes[0, i])) / 2 for i in (0, 1))
    # <n n> of dN ~ 1 - kappa n.rho.n: (1/3 - kappa (1 + 2 rho)/15) / (1 - kappa/3)
    kappa = masses.kappa
    expected = ((5 - kappa) * np.eye(3) - 2 * kappa * rho) / 15 / (1 - kappa / 3)
    outer = np.einsum("ij,ik->ijk", drawn, drawn)
    error = outer.std(axis=0) / np.sqrt(n)
    assert np.abs((outer.mean(axis=0) - expected) / error).max() < 4
    isotropic_apart = np.abs((outer.mean(axis=0) - np.eye(3) / 3) / error).max()
    assert isotropic_apart > 8  # the spin is there
