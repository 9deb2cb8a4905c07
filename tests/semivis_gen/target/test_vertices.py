"""Where and when A' are made in a dump."""

import numpy as np
import pytest

from semivis_gen.constants import M_MUON
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses
from semivis_gen.production.bremsstrahlung.sampling import ProductionSampler
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThickTarget, ThinTarget

LEAD = material("Pb")


def test_depths_are_in_the_radiation_lengths_of_the_material():
    """5.612 mm for lead (PDG), and the depths of the sampler of momenta."""
    target = ThickTarget(100.0, LEAD, 40.0, 50.0)
    (events,) = generate(DarkMasses(0.1), target, n_events=3000, seed=4, chunk=3000)
    depth = ProductionSampler(0.1, target).sample(3000, np.random.default_rng(np.random.SeedSequence(4).spawn(1)[0]))
    assert events.vertex[:, 2] == pytest.approx(depth.depth_x0 * 5.612, rel=1e-3)
    assert not events.vertex[:, :2].any()


def test_the_clock_runs_with_the_speed_of_the_incoming_particle():
    target = ThickTarget(1.0, LEAD, 40.0, 0.1, beam_id=13)
    momentum = np.array([[0.0, 0.0, 0.1], [0.0, 0.0, 1.0]])
    vertex = target.vertices(np.array([1.0, 2.0]), momentum)
    beta = momentum[:, 2] / np.sqrt(momentum[:, 2] ** 2 + M_MUON**2)
    assert vertex[:, 3] == pytest.approx(vertex[:, 2] / beta)
    assert (vertex[:, 3] > vertex[:, 2]).all()
    assert not ThinTarget(1.0, LEAD).vertices(np.ones(2), momentum).any()


def test_chunks_have_streams_of_their_own():
    one, two = generate(DarkMasses(0.1), ThinTarget(100.0, LEAD), n_events=200, seed=4, chunk=100)
    assert not np.isin(one.momentum[one.pdg == 55], two.momentum[two.pdg == 55]).any()
