"""Polarisation of A' against explicit Dirac traces, the unpolarised amplitude, and MadGraph's full chain."""

import numpy as np
import pytest
from support.dirac import GAMMA, dot, slash
from support.places import MADGRAPH_SAMPLE

from semivis_gen.constants import ID_APRIME, ID_CHI2, ID_ELECTRON, ID_MUON, M_ELECTRON, M_MUON
from semivis_gen.decay.chain import Spin
from semivis_gen.events import concatenate
from semivis_gen.generator import generate
from semivis_gen.io.files import read_events
from semivis_gen.model.point import DarkMasses
from semivis_gen.numerics.kinematics import boost_to_rest, energy_of, isotropic
from semivis_gen.production.bremsstrahlung.direction import aligned_direction
from semivis_gen.production.bremsstrahlung.invariants import LabInvariants
from semivis_gen.production.bremsstrahlung.polarisation import (
    linear_polarisation,
    polarisation_vector,
    polarised_amplitude,
)
from semivis_gen.production.bremsstrahlung.sampling import ProductionSampler
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

LEAD = material("Pb")


def traced(n, p, p_out, big_p, m, lepton):
    """The same amplitude with gamma matrices, A' at rest."""
    one, k, pol = np.eye(4), np.array([m, 0, 0, 0]), np.array([0, *n])
    s, u = dot(p_out + k, p_out + k) - lepton**2, dot(p - k, p - k) - lepton**2
    vertex = slash(pol) @ (slash(p_out + k) + lepton * one) @ slash(big_p) / s
    vertex = vertex + slash(big_p) @ (slash(p - k) + lepton * one) @ slash(pol) / u
    barred = GAMMA[0] @ vertex.conj().T @ GAMMA[0]
    chain = (slash(p_out) + lepton * one) @ vertex @ (slash(p) + lepton * one) @ barred
    return np.trace(chain).real / 2


def produced(m, energy, count, beam=ID_ELECTRON, seed=3):
    target = ThinTarget(energy, LEAD, beam)
    production = ProductionSampler(m, target).sample(count, np.random.default_rng(seed))
    mass = np.full(count, production.nuclei[0].mass)
    momenta = (production.beam, production.lepton, production.recoil, production.aprime)
    square = np.full(count, m * m)
    return momenta, mass, LabInvariants.from_momenta(*momenta, mass=mass, m2=square, lepton_mass=target.lepton.mass)


def at_rest(momenta, mass, m, lepton):
    """p, p' and P in the A' rest frame, P without its large part along q."""
    beam, out, recoil, aprime = momenta

    def moved(momentum, x):
        star = boost_to_rest(momentum, x, aprime, m)
        return np.c_[energy_of(star, x), star]

    p, p_out = moved(beam, lepton), moved(out, lepton)
    big_p = moved(np.zeros_like(beam), mass) + moved(recoil, mass)
    q = p_out - p + np.array([m, 0, 0, 0])
    shift = np.array([dot(a, b) / dot(c, b) for a, b, c in zip(big_p, p, q, strict=True)])
    return p, p_out, big_p - shift[:, None] * q


@pytest.mark.parametrize(
    ("m", "energy", "beam", "lepton"),
    [
        (0.3, 5.0, ID_ELECTRON, M_ELECTRON),
        (1.0, 20.0, ID_ELECTRON, M_ELECTRON),
        (0.3, 100.0, ID_ELECTRON, M_ELECTRON),
        (0.05, 5.0, ID_MUON, M_MUON),
        (0.3, 20.0, -ID_MUON, M_MUON),
        (1.0, 160.0, ID_MUON, M_MUON),
    ],
)
def test_closed_form_is_the_trace(m, energy, beam, lepton):
    momenta, mass, invariants = produced(m, energy, 40, beam)
    n = isotropic(40, np.random.default_rng(1))
    ours = polarised_amplitude(polarisation_vector(n, invariants.aprime, m), invariants)
    vectors = at_rest(momenta, mass, m, lepton)
    theirs = [traced(n[i], *(v[i] for v in vectors), m, lepton) for i in range(40)]
    assert ours == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize(("m", "energy"), [(1.2e-3, 1000.0), (1.2e-3, 100.0), (0.01, 160.0), (0.1, 1.0), (1.0, 100.0)])
@pytest.mark.parametrize("beam", [ID_ELECTRON, ID_MUON])
def test_three_polarisations_make_the_unpolarised_amplitude(m, energy, beam):
    # the right-hand side equals MadGraph's amplitude to 1e-11, see test_madgraph_matrix_elements
    _, _, invariants = produced(m, energy, 2000, beam)
    axes = [polarisation_vector(np.tile(axis, (2000, 1)), invariants.aprime, m) for axis in np.eye(3)]
    parts = np.array([polarised_amplitude(axis, invariants) for axis in axes])
    assert parts.sum(axis=0) / invariants.reduced() == pytest.approx(1.0, abs=1e-7)
    assert parts.min() > 0


def test_polarisation_vectors_are_orthonormal():
    momenta, _, invariants = produced(0.3, 100.0, 100)
    n = polarisation_vector(isotropic(100, np.random.default_rng(2)), invariants.aprime, 0.3)
    space2 = np.einsum("ij,ij->i", n.space, n.space)
    assert n.time**2 - space2 == pytest.approx(-1.0, abs=1e-9)
    along = invariants.aprime.time * n.time - np.einsum("ij,ij->i", momenta[3], n.space)
    assert along == pytest.approx(0.0, abs=1e-9)
    assert n.minus == pytest.approx(n.time - n.space[:, 2], abs=1e-9)


def test_fast_aprime_are_transverse():
    momenta, _, invariants = produced(0.3, 100.0, 4000)
    axis = momenta[3] / np.linalg.norm(momenta[3], axis=1, keepdims=True)
    share = linear_polarisation(axis, invariants, 0.3).mean()
    assert share == pytest.approx(0.055, abs=4 * 0.15 / np.sqrt(4000))  # 1/3 unpolarised; same from traces


@pytest.mark.parametrize(("beam", "lepton"), [(ID_ELECTRON, M_ELECTRON), (ID_MUON, M_MUON)])
def test_directions_follow_the_density_matrix(beam, lepton):
    masses, count = DarkMasses(0.3, 3, 0.05), 60_000
    momenta, mass, invariants = produced(0.3, 100.0, count, beam)
    n = aligned_direction(*momenta, masses, np.random.default_rng(2), nucleus_mass=mass, lepton_mass=lepton)
    kappa = 1 - (masses.sigma / 0.3) ** 2
    flat = isotropic(count, np.random.default_rng(4))
    weight = 1 - kappa * linear_polarisation(flat, invariants, 0.3)
    for axis in range(3):
        expected = np.average(flat[:, axis] ** 2, weights=weight)
        assert (n[:, axis] ** 2).mean() == pytest.approx(expected, abs=4 * 0.45 / np.sqrt(count))
    assert np.einsum("ij,ij->i", n, n) == pytest.approx(1.0)


def cosines(events, m_by_event):
    """Of chi2 against the flight of A', in the A' rest frame."""
    aprime, chi2 = events.only(ID_APRIME), events.only(ID_CHI2)
    parent = events.momentum[aprime]
    star = boost_to_rest(events.momentum[chi2], events.mass[chi2], parent, m_by_event[aprime])
    return np.einsum("ij,ij->i", star, parent) / np.linalg.norm(star, axis=1) / np.linalg.norm(parent, axis=1)


def test_the_decay_angle_is_that_of_madgraphs_full_chain():
    theirs = concatenate(list(read_events(MADGRAPH_SAMPLE)))
    ours = concatenate(list(generate(DarkMasses(0.3), ThinTarget(100.0, LEAD), n_events=60_000, seed=5)))
    squares = [cosines(events, events.mass) ** 2 for events in (theirs, ours)]
    means = [s.mean() for s in squares]
    spread = np.hypot(*(s.std() / np.sqrt(len(s)) for s in squares))
    assert abs(means[0] - means[1]) < 4 * spread
    assert means[1] - 1 / 3 > 4 * squares[1].std() / np.sqrt(len(squares[1]))  # visibly not isotropic
    isotropic_chain = concatenate(
        list(generate(DarkMasses(0.3), ThinTarget(100.0, LEAD), n_events=60_000, seed=5, spin=Spin.NONE))
    )
    flat = cosines(isotropic_chain, isotropic_chain.mass) ** 2
    assert flat.mean() == pytest.approx(1 / 3, abs=4 * 0.3 / np.sqrt(60_000))
