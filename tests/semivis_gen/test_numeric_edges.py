"""Precision at the ends of phase space, against mpmath with 50 digits."""

import mpmath
import numpy as np
import pytest

from semivis_gen.constants import ALPHA, M_ELECTRON, M_MUON
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.widths import gamma_aprime_chi, gamma_aprime_lepton, gamma_chi2_lepton
from semivis_gen.production.bremsstrahlung.phase_space import Reaction
from semivis_gen.production.bremsstrahlung.sampling import ProductionSampler
from semivis_gen.target.form_factors import Nucleus, g2_elastic
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

mpmath.mp.dps = 50
LEAD = material("Pb")
PB = LEAD.elements[0][0]
ME = mpmath.mpf(M_ELECTRON)


def exact_chi2_width(masses, m_lepton):
    """The integral of the module, from the same doubles, at epsilon = alpha_D = 1."""
    m = mpmath.mpf(masses.m_aprime)
    m1 = m / mpmath.mpf(masses.ratio)
    delta = m1 * mpmath.mpf(masses.splitting)
    m2, sigma, ml2 = m1 + delta, 2 * m1 + delta, mpmath.mpf(m_lepton) ** 2

    def rate(q2):
        r = ml2 / q2
        lepton = (1 + 2 * r) * mpmath.sqrt(max(1 - 4 * r, 0))
        dark = (sigma**2 + 2 * q2) * mpmath.sqrt(max(delta**2 - q2, 0) ** 3 * (sigma**2 - q2))
        return lepton * dark / (q2 - m**2) ** 2

    low, high = 4 * ml2, delta**2
    # q^2 between the ends by a map that takes the square roots out
    value = mpmath.quad(
        lambda u: rate(low + (high - low) * mpmath.sin(u) ** 2) * (high - low) * mpmath.sin(2 * u),
        mpmath.linspace(0, mpmath.pi / 2, 9),
    )
    return mpmath.mpf(ALPHA) / (12 * mpmath.pi * m2**3) * value


@pytest.mark.parametrize(
    ("m", "ratio", "splitting", "lepton"),
    [
        (0.3, 3.0, 0.4, M_ELECTRON),
        (0.3, 3.0, 2 * M_ELECTRON / 0.1 * (1 + 1e-6), M_ELECTRON),  # Delta -> 2 m_e
        (0.3, 3.0, 2 * M_ELECTRON / 0.1 * (1 + 1e-3), M_ELECTRON),
        (0.3, 3.0, 1 - 1e-9, M_ELECTRON),  # f -> R - 2
        (8e-3, 3.0, 0.4, M_ELECTRON),
        (10.0, 3.0, 0.4, M_ELECTRON),
        (1.0, 3.0, 2 * M_MUON * 3.0 * (1 + 1e-6), M_MUON),
        (0.06, 5.0, 0.1, M_ELECTRON),
    ],
)
def test_chi2_width(m, ratio, splitting, lepton):
    masses = DarkMasses(m, ratio, splitting)
    found = float(gamma_chi2_lepton(masses, 1.0, 1.0, lepton))
    expected = exact_chi2_width(masses, lepton)
    # next to threshold the width goes as (Delta - 2 m_l)^3: one rounding of Delta is worth 3e-16 / 1e-6 of it
    gap = float(1 - 2 * lepton / masses.delta)
    assert found == pytest.approx(float(expected), rel=1e-10 + 1e-14 / gap)
    assert found > 0


@pytest.mark.parametrize("close", [1e-3, 1e-6, 1e-9])
def test_aprime_widths_at_their_thresholds(close):
    ratio = 2 + 0.4 + close
    masses = DarkMasses(0.3, ratio, 0.4)
    m, sigma = mpmath.mpf(0.3), mpmath.mpf(0.3) / mpmath.mpf(ratio) * (2 + mpmath.mpf(0.4))
    delta = mpmath.mpf(0.3) / mpmath.mpf(ratio) * mpmath.mpf(0.4)
    expected = (
        m / 3 * mpmath.sqrt((1 - sigma**2 / m**2) * (1 - delta**2 / m**2))
        * (1 + sigma**2 / (2 * m**2)) * (1 - delta**2 / m**2)
    )  # fmt: skip
    assert float(gamma_aprime_chi(masses, 1.0)) == pytest.approx(float(expected), rel=1e-12 + 1e-15 / close)
    light = 2 * M_ELECTRON * (1 + close)
    r = (ME / mpmath.mpf(light)) ** 2
    electrons = mpmath.mpf(ALPHA) * mpmath.mpf(light) / 3 * mpmath.sqrt(1 - 4 * r) * (1 + 2 * r)
    assert float(gamma_aprime_lepton(light, 1.0, M_ELECTRON)) == pytest.approx(
        float(electrons), rel=1e-12 + 1e-15 / close
    )


@pytest.mark.parametrize("t", [1e-30, 1e-18, 1e-10, 1e-3, 1.0, 100.0])
def test_elastic_form_factor(t):
    a2 = (111 / mpmath.mpf(82) ** (mpmath.mpf(1) / 3) / ME) ** 2
    d = mpmath.mpf("0.164") / mpmath.mpf(PB.a) ** (mpmath.mpf(2) / 3)
    exact = (a2 * t / (1 + a2 * t)) ** 2 / (1 + t / d) ** 2 * 82**2
    assert float(g2_elastic(t, Nucleus(82, PB.a, PB.mass))) == pytest.approx(float(exact), rel=1e-12)


def exact_t_min(energy, m, mass, y):
    """Smallest momentum transfer for an A' of energy (1 - y) E along the beam, from conservation alone.

    The electron is on its shell, (v0 - T)^2 - |V - Q|^2 = m_e^2, for Q along V: with T = t/2M and Q^2 = t + T^2,
    [U + t (1 + v0/M)]^2 = 4 V^2 (t + t^2/4M^2), where U = m_e^2 - v0^2 + V^2.
    """
    e, big = mpmath.mpf(energy), mpmath.mpf(mass)
    k0 = (1 - mpmath.mpf(y)) * e
    v0 = e - k0
    v = mpmath.sqrt(e**2 - ME**2) - mpmath.sqrt(k0**2 - mpmath.mpf(m) ** 2)
    u = ME**2 - v0**2 + v**2
    b = 1 + v0 / big
    square, linear = b**2 - v**2 / big**2, 4 * v**2 - 2 * u * b
    return 2 * u**2 / (linear + mpmath.sqrt(linear**2 - 4 * square * u**2))


@pytest.mark.parametrize("energy", [1.0, 100.0, 1000.0])
@pytest.mark.parametrize("m", [2 * M_ELECTRON * (1 + 1e-3), 0.01, 0.3])
@pytest.mark.parametrize("y", [0.5, 0.05, 1e-3])
def test_smallest_momentum_transfer(energy, m, y):
    # 3e-20 GeV^2 at 1 TeV, thirty orders below the squares of the momenta
    reaction = Reaction(np.array([energy]), m, PB.mass)
    low, high = reaction.y_range()
    if not low[0] < y < high[0]:
        pytest.skip("outside phase space")
    lowest, _ = reaction.virtuality_range(np.array([y]))
    kin = reaction.kinematics(np.array([y]), lowest, lowest)
    assert float(kin.t_min[0]) == pytest.approx(float(exact_t_min(energy, m, PB.mass, y)), rel=1e-9)


@pytest.mark.parametrize(
    ("energy", "m"),
    [
        (100.0, 2 * M_ELECTRON * (1 + 1e-3)),
        (1000.0, 2 * M_ELECTRON * (1 + 1e-3)),
        (1000.0, 1.0),
        (5.0, 4.0),
        (100.0, 20.0),
    ],
)
def test_events_at_the_corners(energy, m):
    masses = DarkMasses(m, 3.0, 0.4)
    (events,) = generate(masses, ThinTarget(energy, LEAD), n_events=3000, seed=5, channels=["e+ e-"])
    k = len(events.pdg) // len(events)
    momentum, four = events.momentum.reshape(-1, k, 3), events.energy.reshape(-1, k)
    sign = np.array([{-1: 1, 1: -1, 2: 0}[s] for s in events.status[:k]])
    assert np.isfinite(momentum).all()
    assert (events.weight > 0).all()
    assert np.abs(np.einsum("ijk,j->ik", momentum, sign)).max() < 1e-9 * energy
    assert np.abs(four @ sign).max() < 1e-9 * four[:, 1].max()
    assert {11, -11, 52, 55, 58} >= set(np.unique(events.pdg[np.abs(events.pdg) < 1000]))


@pytest.mark.parametrize("energy", [100.0, 1000.0])
def test_weights_towards_x_of_one(energy):
    sampler = ProductionSampler(0.01, ThinTarget(energy, LEAD))
    sample = sampler.sample(20_000, np.random.default_rng(1), weighted=True)
    assert np.isfinite(sample.weight).all()
    assert (sample.weight > 0).all()
    left = energy - np.sqrt((sample.aprime**2).sum(axis=1) + 1e-4)
    assert left.min() < 1e-3 * energy
    assert left.min() > 0
