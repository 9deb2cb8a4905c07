"""The squared amplitude against explicit Dirac traces, and the phase space that feeds it."""

import numpy as np
import pytest

from semivis_gen.constants import ALPHA, M_ELECTRON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.production.matrix_element import squared_amplitude
from semivis_gen.production.phase_space import Reaction

METRIC = np.diag([1.0, -1, -1, -1])
PAULI = [np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.array([[1, 0], [0, -1]])]
GAMMA = [np.diag([1, 1, -1, -1]).astype(complex)] + [
    np.block([[np.zeros((2, 2)), s], [-s, np.zeros((2, 2))]]) for s in PAULI
]


def slash(p):
    return sum(METRIC[i, i] * p[i] * GAMMA[i] for i in range(4))


def dot(a, b):
    return a[0] * b[0] - a[1:] @ b[1:]


def traced(p, p_i, p_out, p_f, k, m):
    """Spin-averaged amplitude without couplings and 1/t^2, by matrix products."""
    big_p, one = p_i + p_f, np.eye(4)
    first = dot(p_out + k, p_out + k) - M_ELECTRON**2
    second = dot(p - k, p - k) - M_ELECTRON**2
    vertex = [
        g @ (slash(p_out + k) + M_ELECTRON * one) @ slash(big_p) / first
        + slash(big_p) @ (slash(p - k) + M_ELECTRON * one) @ g / second
        for g in GAMMA
    ]
    polarisation = METRIC @ (-METRIC + np.outer(k, k) / m**2) @ METRIC
    total = 0
    for i in range(4):
        for j in range(4):
            barred = GAMMA[0] @ vertex[j].conj().T @ GAMMA[0]
            chain = (slash(p_out) + M_ELECTRON * one) @ vertex[i] @ (slash(p) + M_ELECTRON * one) @ barred
            total += polarisation[i, j] * np.trace(chain)
    return total.real / 2


def random_point(reaction, rng, *, spread=0.3):
    """Four-momenta of a random point of phase space, built from the integration variables."""
    low, high = reaction.y_range()
    y = np.array(low * (high / low) ** rng.uniform(0.2, 0.9))
    forward = reaction.forward_virtuality(y)
    u = forward + spread * rng.uniform() * (np.minimum(reaction.virtuality_end(y), 50 * forward) - forward)
    kin = reaction.kinematics(y, u, forward)
    t = kin.t_min * (kin.t_max / kin.t_min) ** rng.uniform(0.0, 0.6)
    cos_phi = np.cos(rng.uniform(0, np.pi))
    mass = reaction.nucleus_mass
    p = np.array([reaction.energy, 0, 0, float(reaction.p)])
    cosine = 1 - kin.one_minus_cos
    k = np.array([kin.e_aprime, kin.k * np.sqrt(kin.one_minus_cos * (2 - kin.one_minus_cos)), 0, kin.k * cosine])
    v = p[1:] - k[1:]
    axis = v / np.linalg.norm(v)
    e1 = k[1:] - (k[1:] @ axis) * axis
    e1 /= np.linalg.norm(e1)
    big_t = t / (2 * mass)
    size = np.sqrt(t + big_t**2)
    along = (t - kin.u + 2 * kin.w * big_t) / (2 * kin.v)
    across = np.sqrt(size**2 - along**2)
    recoil = along * axis + across * (cos_phi * e1 + np.sqrt(1 - cos_phi**2) * np.cross(axis, e1))
    p_i, p_f = np.array([mass, 0, 0, 0]), np.array([mass + big_t, *recoil])
    return reaction.amplitude(kin, t, np.array(cos_phi)), (p, p_i, p + p_i - p_f - k, p_f, k), float(t)


@pytest.mark.parametrize(("energy", "m", "mass"), [(5.0, 0.3, 3.0), (1.0, 0.05, 0.9), (30.0, 2.0, 10.0)])
def test_amplitude_equals_the_explicit_trace(energy, m, mass):
    reaction, rng = Reaction(energy, m, mass), np.random.default_rng(7)
    for _ in range(30):
        value, (p, p_i, p_out, p_f, k), _ = random_point(reaction, rng)
        # the four-momenta lose digits in the trace: 1e-7 of the terms that cancel there
        assert float(value) == pytest.approx(traced(p, p_i, p_out, p_f, k, m), rel=1e-6)
        assert dot(p_out, p_out) == pytest.approx(M_ELECTRON**2, abs=1e-11 * energy**2)


def test_the_form_with_four_momenta_carries_all_couplings():
    reaction, rng = Reaction(5.0, 0.3, 3.0), np.random.default_rng(3)
    value, momenta, t = random_point(reaction, rng)
    p, p_i, p_out, p_f, k = (x[None, :] for x in momenta)
    squared = squared_amplitude(p, p_i, p_out, p_f, k, epsilon=1e-3, g2=np.array([82.0**2]))
    expected = (4 * np.pi * ALPHA) ** 3 * 1e-6 * 82**2 / t**2 * float(value)
    assert float(squared[0]) == pytest.approx(expected, rel=1e-6)


def test_the_amplitude_vanishes_with_the_transverse_momentum_transfer():
    # t -> t_min at 100 GeV on lead, t_min = 2.5e-13 GeV^2: f must fall like t - t_min, not drown in cancellation
    reaction = Reaction(100.0, 0.01, 193.0)
    y = np.array(0.1)
    forward = reaction.forward_virtuality(y)
    kin = reaction.kinematics(y, forward * 1.3, forward)
    excess = np.array([1e-1, 1e-2, 1e-3])
    f = reaction.amplitude(kin, kin.t_min * (1 + excess), np.zeros(3))
    slope = f / (excess * kin.t_min)
    assert slope[1] == pytest.approx(slope[0], rel=0.2)
    assert slope[2] == pytest.approx(slope[1], rel=0.05)


@pytest.mark.parametrize("energy", [20.0, 100.0, 1000.0])
@pytest.mark.parametrize("m", [1.1e-3, 0.03, 1.0])
def test_no_negative_or_missing_value_anywhere_in_phase_space(energy, m):
    reaction = Reaction(energy, m, 193.0)
    low, high = reaction.y_range()
    rng = np.random.default_rng(5)
    y = low * (high / low) ** rng.random(4000)
    forward = reaction.forward_virtuality(y)
    u = forward * (reaction.virtuality_end(y) / forward) ** rng.random(4000)
    kin = reaction.kinematics(y, u, forward)
    inside = kin.t_max > kin.t_min
    t = kin.t_min * np.where(inside, kin.t_max / kin.t_min, 1.0) ** rng.random(4000)
    f = reaction.amplitude(kin, t, np.cos(np.pi * rng.random(4000)))[inside]
    assert inside.mean() > 0.5
    assert np.isfinite(f).all()
    assert (f >= 0).all()
    assert (f == 0).mean() < 0.02  # clipped points are rare: next to t_min alone


def test_below_threshold_is_one_clear_line():
    with pytest.raises(KinematicsError, match="take a higher energy or a lighter A'"):
        Reaction(1.0, 1.2, 193.0)
    with pytest.raises(ParameterError, match="positive finite"):
        Reaction(float("nan"), 0.1, 193.0)
