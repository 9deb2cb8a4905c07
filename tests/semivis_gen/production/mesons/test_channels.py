"""Branchings and energies of single decays: limits and closed forms."""

import numpy as np
import pytest
from scipy import stats

from semivis_gen.production.mesons.channels import Channel, FormFactor
from semivis_gen.production.mesons.species import meson

M_PI0 = meson("pi0").mass


@pytest.mark.parametrize("name", ["pi0", "eta", "eta'"])
@pytest.mark.parametrize("x", [1e-6, 0.3, 0.9])
def test_photon_and_aprime(name, x):
    kind = meson(name)
    expected = 2 * (1 - x**2) ** 3 * kind.photon_branching
    assert Channel(kind, x * kind.mass).branching == pytest.approx(expected, rel=1e-10)


def test_omega_goes_over_to_its_photon_decay_and_ends_at_the_threshold():
    omega = meson("omega")
    assert Channel(omega, 1e-6).branching == pytest.approx(0.0835, rel=1e-9)
    end = omega.mass - M_PI0
    near = [Channel(omega, end - d).branching for d in (1e-4, 4e-4)]
    assert near[1] / near[0] == pytest.approx(8.0, rel=0.01)  # P wave: p^3, p ~ sqrt(d)
    # Kaellen function to the 3/2, as it is usually written
    m, M = 0.4, omega.mass
    kallen = (1 - ((m + M_PI0) / M) ** 2) * (1 - ((m - M_PI0) / M) ** 2)
    assert Channel(omega, m).branching == pytest.approx(0.0835 * kallen**1.5 / (1 - (M_PI0 / M) ** 2) ** 3, rel=1e-12)


@pytest.mark.parametrize(("name", "end"), [("pi0", 0.1349768), ("omega", 0.6476832)])
def test_closed(name, end):
    assert Channel(meson(name), end * (1 - 1e-9)).open
    closed = Channel(meson(name), end * (1 + 1e-9))
    assert not closed.open
    assert closed.branching == 0.0


def test_rho_dominance():
    assert FormFactor.RHO.squared(0.0) == pytest.approx(1.0, rel=1e-14)
    assert FormFactor.RHO.squared(0.4) == pytest.approx(1 / (1 - 0.16 / 0.77526**2) ** 2, rel=0.05)
    peak = np.array([FormFactor.RHO.squared(m) for m in np.linspace(0.7, 0.85, 151)])
    assert peak.max() == pytest.approx((0.77526 / 0.1474) ** 2, rel=0.01)
    ratio = Channel(meson("eta"), 0.4, FormFactor.RHO).branching / Channel(meson("eta"), 0.4).branching
    assert ratio == pytest.approx(FormFactor.RHO.squared(0.4), rel=1e-12)


@pytest.mark.parametrize(("name", "m"), [("pi0", 0.1), ("eta", 0.001), ("omega", 0.5)])
def test_energies_are_flat_between_the_limits(name, m):
    channel, energy = Channel(meson(name), m), np.array([25.0])
    gamma = 25.0 / channel.meson.mass
    star = np.hypot(channel.momentum, m)
    spread = np.sqrt(gamma**2 - 1) * channel.momentum
    low, high = gamma * star - spread, gamma * star + spread
    edges = np.array([low * (1 - 1e-9), low * (1 + 1e-9), (low + high) / 2, high * (1 - 1e-9), high * (1 + 1e-9)])
    share = [(1 - channel.lowest_cosine(energy, e)[0]) / 2 for e in edges]
    np.testing.assert_allclose(share, [1, 1, 0.5, 0, 0], atol=1e-6)
    flat = stats.uniform(low, high - low)
    for e in np.linspace(low, high, 7):
        assert (1 - channel.lowest_cosine(energy, e)[0]) / 2 == pytest.approx(flat.sf(e), abs=1e-9)


def test_a_meson_at_rest_makes_one_energy():
    channel = Channel(meson("eta"), 0.3)
    energy = np.hypot(channel.momentum, 0.3)
    cosines = [channel.lowest_cosine(np.array([meson("eta").mass]), e)[0] for e in (energy - 1e-9, energy + 1e-9)]
    assert cosines == [-1.0, 1.0]
