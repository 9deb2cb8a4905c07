"""The squared amplitude against explicit Dirac traces and against 50-digit arithmetic."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from support.dirac import GAMMA, METRIC, dot, slash

from semivis_gen.constants import ALPHA, M_ELECTRON, M_MUON
from semivis_gen.production.bremsstrahlung.matrix_element import squared_amplitude
from semivis_gen.production.bremsstrahlung.phase_space import Reaction


def traced(p, p_i, p_out, p_f, k, m, lepton):
    """Spin-averaged amplitude with e^6 / t^2 at unit charge and mixing, by matrix products."""
    big_p, one = p_i + p_f, np.eye(4)
    s, u = (dot(x, x) - lepton**2 for x in (p_out + k, p - k))
    vertex = [
        g @ (slash(p_out + k) + lepton * one) @ slash(big_p) / s + slash(big_p) @ (slash(p - k) + lepton * one) @ g / u
        for g in GAMMA
    ]
    polarisation = METRIC @ (-METRIC + np.outer(k, k) / m**2) @ METRIC
    total = 0
    for i in range(4):
        for j in range(4):
            barred = GAMMA[0] @ vertex[j].conj().T @ GAMMA[0]
            chain = (slash(p_out) + lepton * one) @ vertex[i] @ (slash(p) + lepton * one) @ barred
            total += polarisation[i, j] * np.trace(chain)
    t = -dot(p_i - p_f, p_i - p_f)
    return (4 * np.pi * ALPHA) ** 3 * total.real / 2 / t**2


def on_shell(vector, mass):
    return np.array([np.sqrt(vector @ vector + mass**2), *vector])


def random_momenta(energy, m, mass, rng, lepton=M_ELECTRON):
    """A point of phase space by scaling three random momenta in the centre-of-mass frame."""
    p, p_i = on_shell(np.array([0, 0, np.sqrt(energy**2 - lepton**2)]), lepton), np.array([mass, 0, 0, 0.0])
    root_s = np.sqrt(dot(p + p_i, p + p_i))
    a, b = rng.normal(size=(2, 3))
    directions = ((a, lepton), (b, m), (-a - b, mass))
    low, high = 0.0, root_s
    for _ in range(200):
        middle = 0.5 * (low + high)
        total = sum(on_shell(middle * v, x)[0] for v, x in directions)
        low, high = (middle, high) if total < root_s else (low, middle)
    gamma, boost = (p + p_i)[0] / root_s, (p + p_i)[3] / root_s
    out = []
    for v, x in directions:
        q = on_shell(low * v, x)
        out.append(np.array([gamma * q[0] + boost * q[3], q[1], q[2], gamma * q[3] + boost * q[0]]))
    return p, p_i, out[0], out[2], out[1]


@pytest.mark.parametrize(
    ("energy", "m", "mass", "lepton"),
    [
        (0.05, 0.01, 0.1, M_ELECTRON),
        (0.02, 0.0011, 0.05, M_ELECTRON),
        (0.5, 0.1, 0.938, M_ELECTRON),
        (5.0, 0.3, 10.0, M_ELECTRON),
        (1.5, 0.9, 2.0, M_ELECTRON),
        (0.5, 0.01, 0.938, M_MUON),
        (5.0, 0.1, 10.0, M_MUON),
        (2.0, 0.6, 2.0, M_MUON),
    ],
)
def test_amplitude_equals_the_explicit_trace(energy, m, mass, lepton):
    rng = np.random.default_rng(7)
    for _ in range(10):
        momenta = random_momenta(energy, m, mass, rng, lepton)
        four = (v[None] for v in momenta)
        found = squared_amplitude(*four, m_aprime=m, epsilon=1.0, g2=1.0, lepton_mass=lepton)
        assert float(found[0]) == pytest.approx(traced(*momenta, m, lepton), rel=1e-10)


def test_couplings_are_those_of_charge_mixing_and_form_factor():
    momenta = [v[None] for v in random_momenta(5.0, 0.3, 10.0, np.random.default_rng(1))]
    one = squared_amplitude(*momenta, m_aprime=0.3, epsilon=1.0, g2=1.0)
    assert squared_amplitude(*momenta, m_aprime=0.3, epsilon=1e-3, g2=np.array([82.0**2])) == pytest.approx(
        one * 1e-6 * 82**2, rel=1e-14
    )


def test_any_frame_will_do():
    momenta = random_momenta(5.0, 0.3, 10.0, np.random.default_rng(2))
    gamma, boost = np.cosh(1.3), np.sinh(1.3)
    moved = [np.array([gamma * q[0] + boost * q[3], q[1], q[2], gamma * q[3] + boost * q[0]]) for q in momenta]
    here, there = (
        squared_amplitude(*(v[None] for v in x), m_aprime=0.3, epsilon=1.0, g2=1.0) for x in (momenta, moved)
    )
    assert there == pytest.approx(here, rel=1e-10)


def by_definition(energy, m, mass, y, virtuality, t, cos_phi, lepton):
    """Reduced amplitude with 50 digits, every invariant from its definition."""
    with localcontext() as context:
        context.prec = 50
        e, m, mass, y, virtuality, t, c, ml = (
            Decimal(float(v)) for v in (energy, m, mass, y, virtuality, t, cos_phi, lepton)
        )
        e_k = e * (1 - y)
        w, big_t = e - e_k, t / (2 * mass)
        p, k = (e * e - ml * ml).sqrt(), (e_k * e_k - m * m).sqrt()
        v = (w * w - ml * ml + virtuality).sqrt()
        along = (t + virtuality + 2 * w * big_t) / (2 * v)
        across = (t + big_t * big_t - along * along).sqrt()
        k_along = (p * p - k * k - v * v) / (2 * v)
        k_across = (k * k - k_along * k_along).sqrt()
        sigma = 2 * (k_along * along + k_across * across * c - e_k * big_t)
        s, u = sigma + virtuality, -virtuality
        p_dot, q_dot = 2 * mass * e - (s + t) / 2, 2 * mass * (w - big_t) + (u + t) / 2
        t2, p2, balance = m * m - t - sigma, 4 * mass * mass + t, u * p_dot + s * q_dot
        return float(
            2 * (s * s + u * u) * p2 / (s * u)
            - 8 * t / (s * u) * (p_dot**2 + q_dot**2 + (t2 + m * m) * p2 / 2)
            - 2 * (m * m + 2 * ml * ml) * (4 * balance**2 - (s + u) ** 2 * t * p2) / (s * u) ** 2
        )


@pytest.mark.parametrize("energy", [20.0, 100.0, 1000.0])
@pytest.mark.parametrize("m", [1.1e-3, 0.01, 0.3, 1.0])
@pytest.mark.parametrize("lepton", [M_ELECTRON, M_MUON])
def test_no_digits_are_lost_where_t_min_is_1e_13_and_less(energy, m, lepton):
    reaction = Reaction(energy, m, 193.0, lepton)
    rng = np.random.default_rng(5)
    low, high = reaction.y_range()
    y = low * (high / low) ** rng.random(40)
    lowest, largest = reaction.virtuality_range(y)
    virtuality = lowest * np.minimum(largest / lowest, 1e4) ** rng.random(40)
    kin = reaction.kinematics(y, virtuality, lowest)
    # from 0.1 % above t_min to half of t_max
    t = kin.t_min * np.maximum(0.5 * kin.t_max / kin.t_min, 1.001) ** np.linspace(0, 1, 40) * 1.001
    inside = t < kin.t_max
    assert inside.sum() > 30
    cos_phi = np.cos(np.pi * rng.random(40))
    found = reaction.azimuth(kin, t).at(cos_phi)
    for i in np.flatnonzero(inside):
        exact = by_definition(energy, m, 193.0, y[i], virtuality[i], t[i], cos_phi[i], lepton)
        # the factor t - t_min of f loses what t/t_min - 1 loses, and s its last digits where A' and e- are collinear
        assert found[i] == pytest.approx(exact, rel=2e-8)


def test_form_with_four_momenta_equals_the_one_with_phase_space_variables():
    from semivis_gen.production.bremsstrahlung.sampling import ProductionSampler
    from semivis_gen.target.materials import material
    from semivis_gen.target.sources import ThinTarget

    production = ProductionSampler(0.01, ThinTarget(100.0, material("Pb"))).sample(500, np.random.default_rng(3))
    mass = production.nuclei[0].mass
    still = np.zeros_like(production.beam)
    rows = ((production.beam, M_ELECTRON), (still, mass), (production.lepton, M_ELECTRON))
    rows += ((production.recoil, mass), (production.aprime, 0.01))
    four = [np.c_[np.sqrt((v**2).sum(axis=1) + x**2), v] for v, x in rows]
    found = squared_amplitude(*four, m_aprime=0.01, epsilon=1.0, g2=1.0)
    # back from momenta to (y, U, t, phi)
    reaction = Reaction(100.0, 0.01, mass)
    y = 1 - four[4][:, 0] / 100.0
    lowest, _ = reaction.virtuality_range(y)
    k, p = production.aprime, float(reaction.p)
    size = np.sqrt((k**2).sum(axis=1))
    excess = p * (k[:, 0] ** 2 + k[:, 1] ** 2) / (size + k[:, 2])
    kin = reaction.kinematics(y, lowest + 2 * excess, lowest)
    recoil_energy = (production.recoil**2).sum(axis=1) / (four[3][:, 0] + mass)
    t = 2 * mass * recoil_energy
    axis = (production.beam - k) / kin.v[:, None]
    k_across = k - np.einsum("ij,ij->i", k, axis)[:, None] * axis
    q_across = production.recoil - np.einsum("ij,ij->i", production.recoil, axis)[:, None] * axis
    cos_phi = np.einsum("ij,ij->i", k_across, q_across)
    cos_phi /= np.sqrt((k_across**2).sum(axis=1) * (q_across**2).sum(axis=1))
    expected = (4 * np.pi * ALPHA) ** 3 / t**2 * reaction.azimuth(kin, t).at(np.clip(cos_phi, -1, 1))
    # 1 - E_A'/E near x = 1 is what limits this way back, not the amplitude
    assert np.median(np.abs(found / expected - 1)) < 1e-9
    assert np.quantile(np.abs(found / expected - 1), 0.9) < 1e-6
