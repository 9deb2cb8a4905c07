"""Decays against explicit traces, the analytic spectrum and conservation laws."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from scipy.integrate import quad, trapezoid
from scipy.stats import kstest, uniform
from support.dirac import METRIC, ONE, dot, slash, trace

from semivis_gen.constants import M_ELECTRON
from semivis_gen.decay.pairs import two_body
from semivis_gen.decay.sampling import angular_asymmetry, chi2_decay, sample_polar_angle, sample_q2
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.model.channels import CHANNELS, LEPTONS, Current
from semivis_gen.model.chi2_hadrons import chi2_hadron_rate_dq2, chi2_narrow_states
from semivis_gen.model.chi2_leptons import chi2_rate_dq2
from semivis_gen.model.hadrons import hadron_ratios
from semivis_gen.model.pion import pion_form_factor
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.vector_mesons import pi0_gamma_ratio
from semivis_gen.numerics.kinematics import boost_to_rest, breakup_momentum, energy_of

LEVI_CIVITA = np.zeros((4, 4, 4, 4))
for order in permutations(range(4)):
    LEVI_CIVITA[order] = np.linalg.det(np.eye(4)[list(order)])
HEAVY = DarkMasses(9.0, 3, 0.4)  # Delta = 1.2 GeV: every pair but taus is open
WIDE = DarkMasses(20.0, 3, 0.4)  # Delta = 2.7 GeV: four pions and more
POINTS = [DarkMasses(0.3), DarkMasses(0.05, 3, 0.8), DarkMasses(1.0, 2.5, 0.3), DarkMasses(0.012)]


def contracted(dark, current, q, masses):
    """Dark tensor times that of a current, over the propagator squared; momenta (E, x, y, z)."""
    return np.einsum("ij,ik,jl,kl->", dark, METRIC, METRIC, current).real / (dot(q, q) - masses.m_aprime**2) ** 2


def dark_tensor(p2, p1, masses):
    return trace(slash(p1) + masses.m_chi1 * ONE, slash(p2) + masses.m_chi2 * ONE)


def of_leptons(minus, plus, mass):
    return trace(slash(minus) + mass * ONE, slash(plus) - mass * ONE)


def of_scalars(first, second, mass):
    return np.outer(first - second, first - second)


def of_pi0_gamma(pion, photon, mass):
    """Sum over the photon's helicities of J^mu = eps^{mu nu a b} e_nu pion_a photon_b."""
    tensor = np.einsum("mnab,a,b->mn", LEVI_CIVITA, METRIC @ pion, METRIC @ photon)
    return -tensor @ METRIC @ tensor.T


CURRENTS = [
    ("e+ e-", DarkMasses(0.3), of_leptons),
    ("mu+ mu-", DarkMasses(1.4, 3, 0.9), of_leptons),
    ("tau+ tau-", DarkMasses(20.0, 3, 0.9), of_leptons),
    ("pi+ pi-", DarkMasses(1.6, 3, 0.9), of_scalars),
    ("K+ K-", DarkMasses(3.5, 3, 0.9), of_scalars),
    ("pi0 gamma", DarkMasses(1.6, 3, 0.9), of_pi0_gamma),
]


@pytest.mark.parametrize(("channel", "masses", "tensor"), CURRENTS, ids=[c[0] for c in CURRENTS])
def test_dalitz_density_is_the_trace(channel, masses, tensor):
    # at fixed q^2 the trace must be proportional to 1 - eta cos^2, and over q^2 to rate / (phase space)
    first_mass, second_mass = CHANNELS[channel].masses

    def at(q2, cosine):
        pair = np.sqrt(q2)
        size = float(breakup_momentum(masses.m_chi2, masses.m_chi1, pair))
        star = float(breakup_momentum(pair, first_mass, second_mass))
        q = np.array([np.hypot(size, pair), 0, 0, size])
        p1 = np.array([np.hypot(size, masses.m_chi1), 0, 0, -size])
        energy, gamma, beta = np.hypot(star, first_mass), q[0] / pair, size / q[0]
        x, z = star * np.sqrt(1 - cosine**2), star * cosine
        first = np.array([gamma * (energy + beta * z), x, 0, gamma * (z + beta * energy)])
        dark = dark_tensor(np.array([masses.m_chi2, 0, 0, 0]), p1, masses)
        return contracted(dark, tensor(first, q - first, first_mass), q, masses), size * star / pair

    def rate(q2):
        if channel in LEPTONS:
            return float(chi2_rate_dq2(masses, q2, first_mass))
        squared = {
            "pi+ pi-": lambda: abs(complex(pion_form_factor(q2))) ** 2,
            "K+ K-": lambda: hadron_ratios(q2)[3] / (1 - 4 * first_mass**2 / q2) ** 1.5,
            "pi0 gamma": lambda: pi0_gamma_ratio(np.array(q2)) / (q2 * (1 - first_mass**2 / q2) ** 3),
        }
        return float(chi2_hadron_rate_dq2(masses, q2, channel) / squared[channel]())

    low, high = (first_mass + second_mass) ** 2, masses.delta**2
    ratios = []
    for q2 in np.linspace(low, high, 7)[1:-1]:
        values = np.array([at(q2, c)[0] for c in (0.0, 0.5, 0.9, -0.9)])
        eta = float(angular_asymmetry(masses, np.array(q2), channel=channel))
        assert values / values[0] == pytest.approx(1 - eta * np.array([0.0, 0.25, 0.81, 0.81]), rel=1e-9)
        ratios.append(values[0] * (1 - eta / 3) * at(q2, 0.0)[1] / rate(q2))
    assert np.array(ratios) == pytest.approx(ratios[0], rel=1e-9)


def point_for(channel):
    return WIDE if CHANNELS[channel].current is Current.FLAT else HEAVY


@pytest.mark.parametrize("channel", [name for name in CHANNELS if name != "tau+ tau-"])
def test_sampled_q2_follows_the_rate_of_its_channel(channel):
    masses = point_for(channel)
    q = np.sqrt(sample_q2(masses, 100_000, np.random.default_rng(4), channel=channel))
    grid = np.linspace(CHANNELS[channel].threshold, masses.delta, 100_001)
    if channel in LEPTONS:
        rate = chi2_rate_dq2(masses, grid**2, CHANNELS[channel].masses[0])
    else:
        rate = chi2_hadron_rate_dq2(masses, grid**2, channel)
    steps = 0.5 * (rate * grid)[1:] + 0.5 * (rate * grid)[:-1]
    cumulative = np.r_[0.0, np.cumsum(steps)] / steps.sum()
    edges = np.interp(np.linspace(0, 1, 51), cumulative, grid)  # 50 bins of the same content
    count = np.histogram(q, edges)[0]
    assert ((count - 2000.0) ** 2).sum() / 2000 < 49 + 4 * np.sqrt(2 * 49)
    assert q.min() > CHANNELS[channel].threshold
    assert q.max() < masses.delta


@pytest.mark.parametrize("masses", POINTS, ids=lambda m: f"{m.m_aprime:g}-{m.splitting:g}")
def test_sampled_q2_follows_the_width(masses):
    q2 = sample_q2(masses, 50_000, np.random.default_rng(5))
    edges = np.exp(np.linspace(2 * np.log(2 * M_ELECTRON), 2 * np.log(masses.delta), 13))
    expected = [quad(lambda s: float(chi2_rate_dq2(masses, s)), a, b)[0] for a, b in pairwise(edges)]
    expected = np.array(expected) / sum(expected) * len(q2)
    count = np.histogram(q2, edges)[0]
    good = expected > 10
    assert ((count - expected)[good] ** 2 / expected[good]).sum() / good.sum() < 2.5
    assert q2.min() > 4 * M_ELECTRON**2
    assert q2.max() < masses.delta**2


@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0, -1e-6, -0.5, -30.0, -1e6])
def test_polar_angle_moments(eta):
    cosine = sample_polar_angle(np.full(100_000, eta), np.random.default_rng(6))
    second, fourth = ((1 / (k + 1) - eta / (k + 3)) / (1 - eta / 3) for k in (2, 4))
    assert abs((cosine**2).mean() - second) < 4 * np.sqrt((fourth - second**2) / 1e5)
    assert abs(cosine.mean()) < 4 * np.sqrt(second / 1e5)


@pytest.mark.parametrize("channel", [name for name in CHANNELS if name != "tau+ tau-"])
def test_every_channel_conserves_four_momentum_and_has_its_angles(channel):
    masses = point_for(channel)
    rng = np.random.default_rng(7)
    n, made = 60_000, CHANNELS[channel]
    parent = rng.normal(size=(n, 3)) * np.geomspace(1e-2, 1e3, n)[:, None]
    chi1, *products = chi2_decay(parent, masses, rng, channel=channel)
    assert len(products) == len(made.pdg)
    energy = energy_of(chi1, masses.m_chi1) + sum(energy_of(p, m) for p, m in zip(products, made.masses, strict=True))
    assert (np.abs(energy / energy_of(parent, masses.m_chi2) - 1)).max() < 1e-12
    assert np.abs(chi1 + sum(products) - parent).max() < 1e-9
    at_rest = np.zeros((n, 3))
    chi1, *products = chi2_decay(at_rest, masses, rng, channel=channel)
    pair, energies = -chi1, [energy_of(p, m) for p, m in zip(products, made.masses, strict=True)]
    mass = np.sqrt(sum(energies) ** 2 - (pair**2).sum(axis=1))
    inside = [boost_to_rest(p, m, pair, mass) for p, m in zip(products, made.masses, strict=True)]
    axis = np.cross(inside[0], inside[1]) if len(inside) == 3 else inside[0]
    cosine = np.einsum("ij,ij->i", axis, pair) / np.linalg.norm(axis, axis=1) / np.linalg.norm(pair, axis=1)
    eta = angular_asymmetry(masses, mass**2, channel=channel)
    second, fourth = ((1 / (k + 1) - eta / (k + 3)) / (1 - eta / 3) for k in (2, 4))
    assert abs((cosine**2 - second).mean()) < 4 * np.sqrt((fourth - second**2).mean() / n)
    isotropic = CHANNELS[channel].current is Current.FLAT
    assert (abs(second.mean() - 1 / 3) < 0.05) == isotropic
    assert abs(cosine.mean()) < 4 / np.sqrt(3 * n)
    assert np.abs(pair.mean(axis=0)).max() < 4 * np.sqrt((pair**2).mean() / n)  # the pair goes everywhere alike


@pytest.mark.parametrize("masses", POINTS, ids=lambda m: f"{m.m_aprime:g}-{m.splitting:g}")
def test_decays_conserve_four_momentum_at_any_boost(masses):
    rng = np.random.default_rng(2)
    parent = rng.normal(size=(5000, 3)) * np.geomspace(1e-3, 1e3, 5000)[:, None]
    chi1, chi2 = two_body(parent, masses.m_aprime, masses.m_chi1, masses.m_chi2, rng)
    energy = energy_of(parent, masses.m_aprime)
    assert np.abs(energy_of(chi1, masses.m_chi1) + energy_of(chi2, masses.m_chi2) - energy).max() < 1e-9
    inner, minus, plus = chi2_decay(chi2, masses, rng)
    after = energy_of(inner, masses.m_chi1) + energy_of(minus, M_ELECTRON) + energy_of(plus, M_ELECTRON)
    assert np.abs(after - energy_of(chi2, masses.m_chi2)).max() < 1e-9
    assert np.abs(inner + minus + plus - chi2).max() < 1e-9


def test_the_lepton_angle_in_the_pair_frame_is_not_flat():
    masses = DarkMasses(0.3)
    rest = np.zeros((60_000, 3))
    chi1, minus, plus = chi2_decay(rest, masses, np.random.default_rng(8))
    pair = minus + plus
    pair_mass = np.sqrt((energy_of(minus, M_ELECTRON) + energy_of(plus, M_ELECTRON)) ** 2 - (pair**2).sum(axis=1))
    star = boost_to_rest(minus, M_ELECTRON, pair, pair_mass)
    cosine = np.einsum("ij,ij->i", star, -chi1) / np.linalg.norm(star, axis=1) / np.linalg.norm(chi1, axis=1)
    eta = angular_asymmetry(masses, pair_mass**2)
    expected = ((1 / 3 - eta / 5) / (1 - eta / 3)).mean()
    assert (cosine**2).mean() == pytest.approx(expected, abs=4 * 0.3 / np.sqrt(60_000))
    assert expected < 0.25  # flat would be 1/3


@pytest.mark.parametrize("channel", [name for name in CHANNELS if name != "tau+ tau-"])
def test_all_orientations_at_rest_are_alike(channel):
    """Flight of what chi1 leaves, and the plane of the first product around it."""
    chi1, first, *_ = chi2_decay(np.zeros((20_000, 3)), point_for(channel), np.random.default_rng(3), channel=channel)
    flight = -chi1 / np.linalg.norm(chi1, axis=1, keepdims=True)
    side = np.cross([0.0, 0.0, 1.0], flight)
    turn = np.arctan2((first * np.cross(flight, side)).sum(axis=1), (first * side).sum(axis=1))
    for angle in (np.arctan2(flight[:, 1], flight[:, 0]), turn):
        assert kstest(angle, uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3
    assert kstest(flight[:, 2], uniform(-1, 2).cdf).pvalue > 1e-3


def test_a_closed_decay_is_refused():
    with pytest.raises(KinematicsError, match="closed"):
        chi2_decay(np.zeros((1, 3)), DarkMasses(0.005), np.random.default_rng(1))
    with pytest.raises(KinematicsError, match="closed"):
        chi2_decay(np.zeros((1, 3)), DarkMasses(0.3), np.random.default_rng(1), channel="mu+ mu-")


@pytest.mark.parametrize("channel", ["e e", "other hadrons"])
def test_a_channel_without_particles_is_refused(channel):
    with pytest.raises(ParameterError, match="cannot be generated: take one of e\\+ e-"):
        chi2_decay(np.zeros((1, 3)), HEAVY, np.random.default_rng(1), channel=channel)


def test_a_state_that_was_not_measured_so_low_is_closed():
    with pytest.raises(KinematicsError, match=r"chi2 -> chi1 K\+ K- 2pi0 is closed: below Delta = 1.36 GeV it has not"):
        sample_q2(DarkMasses(10.2, 3, 0.4), 1, np.random.default_rng(1), channel="K+ K- 2pi0")


def test_jpsi_decays_to_several_mesons_where_delta_passes_it():
    masses, channel, n = DarkMasses(30.0, 3, 0.4), "2pi+ 2pi- 2pi0", 100_000  # Delta = 4 GeV
    q2 = sample_q2(masses, n, np.random.default_rng(3), channel=channel)
    shares = dict(chi2_narrow_states(masses, channel))
    grid = np.linspace(CHANNELS[channel].threshold, masses.delta, 200_001)
    smooth = trapezoid(chi2_hadron_rate_dq2(masses, grid**2, channel) * 2 * grid, grid)
    whole = smooth + sum(shares.values())
    assert list(shares) == [3.0969, 3.6861]
    for mass, strength in shares.items():
        expected = n * strength / whole
        assert expected > 100
        assert abs((q2 == mass**2).sum() - expected) < 4 * np.sqrt(expected)
