"""Native squared amplitudes against MadGraph's, point by point, from the production to the whole chain.

The reference was computed in quadruple precision, so what differs is the rounding of the stored momenta and of the
native code: 1e-12 where it starts from invariants, 1e-10 from double-precision momenta, even where the momentum
transfer is 1e-14 of the energies squared.
"""

import math

import numpy as np
import pytest
from support.places import REFERENCE

from semivis_gen.constants import ALPHA, M_ELECTRON, M_MUON
from semivis_gen.decay.amplitudes import (
    aprime_decay_amplitude,
    chain_amplitude,
    chi2_decay_amplitude,
    production_amplitude,
)
from semivis_gen.decay.sampling import angular_asymmetry
from semivis_gen.model.point import DarkSector
from semivis_gen.model.widths import chi2_rate_dq2, gamma_aprime_chi, gamma_aprime_lepton, gamma_chi2_lepton
from semivis_gen.numerics.kinematics import breakup_momentum, energy_of
from semivis_gen.production.bremsstrahlung.matrix_element import reduced_amplitude, squared_amplitude
from semivis_gen.production.bremsstrahlung.phase_space import Reaction
from semivis_gen.target.form_factors import Nucleus, g2

EPSILON = 1e-3
E6 = (4 * math.pi * ALPHA) ** 3


@pytest.fixture(scope="module")
def reference():
    return dict(np.load(REFERENCE / "madgraph_matrix_elements.npz"))


def four(momentum, mass):
    return np.concatenate([energy_of(momentum, mass)[:, None], momentum], axis=1)


def form_factor(z, a, t, kind):
    if kind == "point":
        return z**2
    return np.array([float(g2(x, Nucleus(int(i), j))) for i, j, x in zip(z, a, t, strict=True)])


def off(value, expected):
    return np.abs(value / expected - 1)


# ---- production


@pytest.mark.parametrize("kind", ["point", "ff"])
def test_production_from_invariants(reference, kind):
    _, m, z, a, _, _, _, t, _ = reference["production"].T
    f = reduced_amplitude(*reference["production_invariants"].T, m**2)
    value = E6 * EPSILON**2 * form_factor(z, a, t, kind) / t**2 * f
    assert len(value) == 200
    assert off(value, reference[f"production_me_{kind}"]).max() < 1e-12


@pytest.mark.parametrize("kind", ["point", "ff"])
def test_production_from_the_variables_of_the_generator(reference, kind):
    # what cross-sections and events are made of
    values = []
    for energy, m, _, _, mass, y, virtuality, t, cos_phi in reference["production"]:
        reaction = Reaction(energy, m, mass)
        lowest, _ = reaction.virtuality_range(np.array([y]))
        kin = reaction.kinematics(np.array([y]), np.array([virtuality]), lowest)
        values.append(float(reaction.azimuth(kin, np.array([t])).at(np.array([cos_phi]))[0]))
    _, _, z, a, _, _, _, t, _ = reference["production"].T
    value = E6 * EPSILON**2 * form_factor(z, a, t, kind) / t**2 * np.array(values)
    difference = off(value, reference[f"production_me_{kind}"])
    assert difference.max() < 1e-10
    assert np.median(difference) < 1e-14


@pytest.mark.parametrize("kind", ["point", "ff"])
def test_production_from_lab_momenta(reference, kind):
    _, m, z, a, mass, _, _, t, _ = reference["production"].T
    beam, _, electron, recoil, aprime = np.moveaxis(reference["production_momenta"], 1, 0)
    g2_of_t = form_factor(z, a, t, kind)
    value = production_amplitude(
        beam, electron, recoil, aprime, m_aprime=m, nucleus_mass=mass, epsilon=EPSILON, g2=g2_of_t
    )
    difference = off(value, reference[f"production_me_{kind}"])
    assert difference.max() < 5e-11
    assert np.median(difference) < 1e-14


@pytest.mark.parametrize("kind", ["point", "ff"])
def test_production_from_four_momenta_of_any_frame(reference, kind):
    _, m, z, a, mass, _, _, t, _ = reference["production"].T
    p, p_i, p_out, p_f, k = (
        four(v, x)
        for v, x in zip(
            np.moveaxis(reference["production_momenta"], 1, 0), (M_ELECTRON, mass, M_ELECTRON, mass, m), strict=True
        )
    )
    values = [
        squared_amplitude(*(v[i : i + 1] for v in (p, p_i, p_out, p_f, k)), m_aprime=m[i], epsilon=EPSILON, g2=f)[0]
        for i, f in enumerate(form_factor(z, a, t, kind))
    ]
    difference = off(np.array(values), reference[f"production_me_{kind}"])
    assert difference.max() < 1e-9
    assert np.median(difference) < 1e-13


# ---- decays


def aprime_amplitude(point):
    """|M|^2 of A' -> chi1 chi2, averaged over polarisations: from the width."""
    masses = point.masses
    momentum = float(breakup_momentum(masses.m_aprime, masses.m_chi1, masses.m_chi2))
    return 8 * math.pi * masses.m_aprime**2 * float(gamma_aprime_chi(masses, point.alpha_d)) / momentum


def chi2_amplitude(point, q2, cosine, m_lepton):
    """|M|^2 of chi2 -> chi1 l- l+ from the density that is sampled, dGamma/(dq^2 dcos), over its phase space."""
    masses = point.masses
    m2, pair = masses.m_chi2, np.sqrt(q2)
    eta = angular_asymmetry(masses, q2, channel="e+ e-" if m_lepton == M_ELECTRON else "mu+ mu-")
    couplings = ALPHA * point.alpha_d * point.epsilon**2 / (12 * math.pi * m2**3)
    density = couplings * chi2_rate_dq2(masses, q2, m_lepton) * (1 - eta * cosine**2) / (2 - 2 * eta / 3)
    chi1, lepton = breakup_momentum(m2, masses.m_chi1, pair), 0.5 * pair * np.sqrt(1 - 4 * m_lepton**2 / q2)
    return density * (2 * math.pi) ** 5 * 16 * m2**2 / (8 * math.pi**2 * chi1 * lepton / (2 * pair))


def test_aprime_decay(reference):
    points = [DarkSector.at(m, ratio=r, splitting=f, alpha_d=a, epsilon=e) for m, r, f, a, e in reference["aprime"]]
    assert len(points) == 120
    assert off(np.array([aprime_amplitude(p) for p in points]), reference["aprime_me"]).max() < 1e-13
    ours = np.array([float(aprime_decay_amplitude(p.masses, p.alpha_d)) for p in points])
    assert off(ours, reference["aprime_me"]).max() < 1e-13


def chi2_points(reference):
    for row, exact, momenta, expected in zip(
        reference["chi2"], reference["chi2_exact"], reference["chi2_momenta"], reference["chi2_me"], strict=True
    ):
        muon, m, ratio, splitting, alpha_d, epsilon = row
        point = DarkSector.at(m, ratio=ratio, splitting=splitting, alpha_d=alpha_d, epsilon=epsilon)
        yield point, M_MUON if muon else M_ELECTRON, exact, momenta, expected


def test_chi2_decay_from_its_variables(reference):
    # tolerance: Delta^2 - q^2 near the end point of the spectrum
    differences = [
        off(float(chi2_amplitude(point, *exact, m_lepton)), expected)
        for point, m_lepton, exact, _, expected in chi2_points(reference)
    ]
    assert len(differences) == 140
    assert max(differences) < 1e-11


def test_chi2_decay_from_momenta(reference):
    differences = []
    for point, m_lepton, _, momenta, expected in chi2_points(reference):
        products = (v[None] for v in momenta[1:])
        couplings = {"alpha_d": point.alpha_d, "epsilon": point.epsilon}
        value = chi2_decay_amplitude(*products, point.masses, **couplings, m_lepton=m_lepton)
        differences.append(float(off(value, expected)[0]))
    assert max(differences) < 1e-11  # up to m_chi2 = 4.7 MeV at 30 GeV: gamma = 7000
    assert np.median(differences) < 1e-14


# ---- the whole chain with its spin correlations


def widths_of_the_reference(point):
    """Widths of A' and chi2 on MadGraph's card when it ran: without taus and hadrons."""
    pairs = [gamma_chi2_lepton(point.masses, point.alpha_d, point.epsilon, m) for m in (M_ELECTRON, M_MUON)]
    to_pairs = [gamma_aprime_lepton(point.masses.m_aprime, point.epsilon, m) for m in (M_ELECTRON, M_MUON)]
    return float(gamma_aprime_chi(point.masses, point.alpha_d) + sum(to_pairs)), float(sum(pairs))


def chain(row, momenta):
    _, m, ratio, splitting, z, a, mass, _, _, t, _ = row
    point, nucleus = DarkSector.at(m, ratio=ratio, splitting=splitting), Nucleus(int(z), a, mass)
    gamma_aprime, gamma_chi2 = widths_of_the_reference(point)
    beam, _, electron, recoil, first, second, minus, plus, _, _ = (v[None] for v in momenta)
    value = chain_amplitude(
        beam, electron, recoil, first, second, minus, plus, point,
        nucleus_mass=mass, g2=float(g2(t, nucleus)), gamma_aprime=gamma_aprime, gamma_chi2=gamma_chi2,
        virtual_width=gamma_aprime,  # MadGraph keeps it there
    )  # fmt: skip
    return float(value[0])


def test_whole_chain_from_momenta(reference):
    values = [chain(row, v) for row, v in zip(reference["chain"], reference["chain_momenta"], strict=True)]
    difference = off(np.array(values), reference["chain_me"])
    assert len(difference) == 150
    assert difference.max() < 1e-10
    assert np.median(difference) < 1e-13
