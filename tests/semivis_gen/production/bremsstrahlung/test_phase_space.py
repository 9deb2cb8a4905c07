"""Phase space: its edges, and the whole integral by another route."""

import numpy as np
import pytest

from semivis_gen.constants import HBARC2_GEV2_PB, M_ELECTRON, M_MUON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.production.bremsstrahlung.cross_sections import cross_section
from semivis_gen.production.bremsstrahlung.matrix_element import squared_amplitude
from semivis_gen.production.bremsstrahlung.phase_space import Reaction, threshold_energy
from semivis_gen.target.form_factors import Nucleus


def unit_charge(t, nucleus):
    return np.ones(np.shape(t))


def gauss(n):
    x, w = np.polynomial.legendre.leggauss(n)
    z = 0.5 * (x + 1)
    return z * z * (3 - 2 * z), 3 * w * z * (1 - z)


def by_two_body_decays(energy, m, mass, lepton, nodes=(40, 40, 24, 16)):
    """l N -> X N, X -> l A': integral over M_X^2, t and the angles of A' in X's frame, from four-momenta alone."""
    p_lab = np.sqrt(energy**2 - lepton**2)
    s_all = mass**2 + lepton**2 + 2 * mass * energy
    root = np.sqrt(s_all)
    (a, wa), (b, wb), (c, wc) = (gauss(n) for n in nodes[:3])
    phi = np.pi * (np.arange(nodes[3]) + 0.5) / nodes[3]
    a, b, c, phi = a[:, None, None, None], b[None, :, None, None], c[None, None, :, None], phi[None, None, None, :]
    low, high = (m + lepton) ** 2 - lepton**2, (root - mass) ** 2 - lepton**2
    s = low * (high / low) ** a
    mx2 = s + lepton**2
    mx = np.sqrt(mx2)

    def momentum(parent2, m1, m2):
        parent = np.sqrt(parent2)
        return np.sqrt((parent2 - (m1 + m2) ** 2) * (parent2 - (m1 - m2) ** 2)) / (2 * parent)

    p_cm, f_cm = momentum(s_all, mass, lepton), momentum(s_all, mass, mx)
    edge = [
        2 * (np.sqrt(p_cm**2 + mass**2) * np.sqrt(f_cm**2 + mass**2) - z * p_cm * f_cm) - 2 * mass**2 for z in (1, -1)
    ]
    t = edge[0] * (edge[1] / edge[0]) ** b
    # rest frame of X = p + q with the beam along z
    e_p = (mx2 + lepton**2 + t) / (2 * mx)
    p = np.sqrt(e_p**2 - lepton**2)
    e_f = (s_all - mx2 - mass**2) / (2 * mx)
    f_z = (t / 2 - e_f * (mx - e_p)) / p
    f_x = np.sqrt(np.maximum(e_f**2 - mass**2 - f_z**2, 0))
    k, e_k = momentum(mx2, m, lepton), (mx2 + m**2 - lepton**2) / (2 * mx)
    virtuality = [2 * (e_p * e_k - z * p * k) - m**2 for z in (1, -1)]
    u = 1 / ((1 - c) / virtuality[0] + c / virtuality[1])
    cosine = np.clip((2 * e_p * e_k - m**2 - u) / (2 * p * k), -1, 1)
    sine = np.sqrt(1 - cosine**2)
    zero = np.zeros(np.broadcast_shapes(a.shape, b.shape, c.shape, phi.shape))

    def vector(*components):
        return np.stack([(x + zero).ravel() for x in components], axis=1)

    beam = vector(e_p, 0, 0, p)
    aprime = vector(e_k, k * sine * np.cos(phi), k * sine * np.sin(phi), k * cosine)
    final = vector(e_f, f_x, 0, f_z)
    x_frame = vector(mx, 0, 0, 0)
    initial = final + x_frame - beam
    m2 = squared_amplitude(
        beam, initial, x_frame - aprime, final, aprime, m_aprime=m, epsilon=1.0, g2=1.0, lepton_mass=lepton
    )
    du = (1 / virtuality[0] - 1 / virtuality[1]) * u**2
    # dPhi_3 = dM_X^2/(2 pi) dt/(16 pi M p) k dcos dphi/(16 pi^2 M_X), dcos = dU/(2 p k)
    weight = s * np.log(high / low) * t * np.log(edge[1] / edge[0]) * du / (2 * p * mx)
    weight = weight * 2 * np.pi / (2 * np.pi * 16 * np.pi * mass * p_lab * 16 * np.pi**2)
    total = np.einsum("ijkl,i,j,k->", m2.reshape(zero.shape) * weight, wa, wb, wc) / nodes[3]
    return float(total) / (4 * mass * p_lab) * HBARC2_GEV2_PB


@pytest.mark.parametrize(
    ("energy", "m", "mass", "lepton"),
    [
        (0.5, 0.05, 0.938, M_ELECTRON),
        (0.1, 0.002, 0.938, M_ELECTRON),
        (3.0, 1.0, 0.938, M_ELECTRON),
        (0.2, 0.02, 0.05, M_ELECTRON),
        (0.5, 0.02, 0.938, M_MUON),
        (2.0, 0.3, 0.938, M_MUON),
        (5.0, 1.0, 10.0, M_MUON),
        (0.3, 0.1, 0.938, M_MUON),
    ],
)
def test_total_by_another_parametrisation(energy, m, mass, lepton):
    # strong recoil, lepton mass and threshold all matter here
    found = cross_section(m, energy, Nucleus(1, 1.0, mass), form_factor=unit_charge, lepton_mass=lepton)
    assert found.value == pytest.approx(by_two_body_decays(energy, m, mass, lepton), rel=1e-3)


@pytest.mark.parametrize("mass", [0.938, 193.0])
@pytest.mark.parametrize(("energy", "m"), [(10.0, 0.001), (100.0, 0.1), (10.0, 2.0), (1000.0, 1.0)])
@pytest.mark.parametrize("lepton", [M_ELECTRON, M_MUON])
def test_edges_in_y_are_where_the_range_of_virtualities_closes(energy, m, mass, lepton):
    reaction = Reaction(energy, m, mass, lepton)
    low, high = reaction.y_range()
    assert 0 < low < high < 1
    inside, outside = low * (1 + 1e-6), low * (1 - 1e-6)
    for y, is_open in ((inside, True), (outside, False)):
        lower, upper = reaction.virtuality_range(np.array(y))
        assert (upper > lower) == is_open
    soft = 1 - m / energy
    lower, upper = reaction.virtuality_range(np.array([high * (1 - 1e-6), min(high * (1 + 1e-6), soft)]))
    assert upper[0] > lower[0]
    if high < soft * (1 - 1e-5):  # a light nucleus at rest is too slow for A' at rest
        assert upper[1] == lower[1]


@pytest.mark.parametrize("energy", [20.0, 100.0, 1000.0])
@pytest.mark.parametrize("m", [1.1e-3, 0.03, 1.0])
@pytest.mark.parametrize("lepton", [M_ELECTRON, M_MUON])
def test_no_negative_or_missing_value_anywhere(energy, m, lepton):
    reaction, rng = Reaction(energy, m, 193.0, lepton), np.random.default_rng(5)
    low, high = reaction.y_range()
    y = low * (high / low) ** rng.random(4000)
    lowest, largest = reaction.virtuality_range(y)
    kin = reaction.kinematics(y, lowest * (largest / lowest) ** rng.random(4000), lowest)
    assert np.all(kin.t_max >= kin.t_min)
    t = kin.t_min * (kin.t_max / kin.t_min) ** rng.random(4000)
    azimuth = reaction.azimuth(kin, t)
    for f in (azimuth.mean(), azimuth.at(np.cos(np.pi * rng.random(4000)))):
        assert np.isfinite(f).all()
        assert (f >= 0).all()
        assert (f == 0).mean() < 0.01  # clipped at zero: next to t_min alone
    assert np.all(azimuth.b < azimuth.s0)


def test_amplitude_vanishes_with_the_transverse_momentum_transfer():
    # at t_min = 2.5e-13 GeV^2 f must fall like t - t_min, not drown in cancellation
    reaction = Reaction(100.0, 0.01, 193.0)
    y = np.array(0.1)
    lowest, _ = reaction.virtuality_range(y)
    kin = reaction.kinematics(y, lowest * 1.3, lowest)
    excess = np.array([1e-2, 1e-4, 1e-6])
    slope = reaction.azimuth(kin, kin.t_min * (1 + excess)).mean() / excess
    assert slope[1:] == pytest.approx(slope[:-1], rel=0.02)


def test_threshold():
    # (m_l + M + m)^2 = m_l^2 + M^2 + 2 M E
    for m, mass, lepton in (
        (0.1, 193.0, M_ELECTRON),
        (2.0, 0.938, M_ELECTRON),
        (0.1, 193.0, M_MUON),
        (2.0, 0.9, M_MUON),
    ):
        energy = float(threshold_energy(m, mass, lepton))
        assert lepton**2 + mass**2 + 2 * mass * energy == pytest.approx((lepton + mass + m) ** 2, rel=1e-14)
        low, high = Reaction(energy * (1 + 1e-9), m, mass, lepton).y_range()
        assert abs(high - low) < 1e-3
    with pytest.raises(KinematicsError, match="take a higher energy or a lighter A'"):
        Reaction(1.0, 1.2, 193.0)
    with pytest.raises(ParameterError, match="positive finite"):
        Reaction(float("nan"), 0.1, 193.0)
    with pytest.raises(ParameterError, match="lepton mass = -1 GeV must be a positive finite number"):
        Reaction(10.0, 0.1, 193.0, -1)
    with pytest.raises(KinematicsError, match=r"m_A' = 0.3 GeV and m_l = 0.105658 GeV"):
        Reaction(0.4, 0.3, 193.0, M_MUON)
