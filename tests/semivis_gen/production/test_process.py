"""The seam of production: a process from outside, mixed with those of the project, and what cannot be."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2, ID_PHOTON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, Events
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses
from semivis_gen.numerics.estimate import Estimate
from semivis_gen.numerics.kinematics import isotropic
from semivis_gen.production.annihilation.process import Annihilation
from semivis_gen.production.bremsstrahlung.process import Bremsstrahlung
from semivis_gen.production.process import PROCESSES, process_rates, production_rate
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThickTarget, ThinTarget

MASSES = DarkMasses(0.1, 3.0, 0.4)
DUMP = ThickTarget(100.0, material("Pb"), 40.0, 50.0)


@dataclass(frozen=True)
class Pions:
    """pi0 -> gamma A' of pions of one energy along the beam: several A' an event, as in hadron showers."""

    name: ClassVar[str] = "pions"
    beams: ClassVar[frozenset[int]] = frozenset({11})
    events_share: ClassVar[float] = 1.0
    multiplicity: float = 2.0

    def rate(self, m_aprime, source, *, e_min=0.0):
        return Estimate(1e-3 * self.multiplicity)

    def sampler(self, m_aprime, source, *, e_min=0.0):
        return self

    def sample(self, n, rng):
        """One or two A', a photon beside each."""
        number = rng.integers(1, 3, n)
        offsets = np.r_[0, np.cumsum(2 * number)]
        size = int(offsets[-1])
        momentum = 60.0 * isotropic(size, rng)
        momentum[:, 2] = np.abs(momentum[:, 2])
        aprime = np.arange(size) % 2 == 1
        return Events(
            offsets=offsets, pdg=np.where(aprime, ID_APRIME, ID_PHOTON).astype(np.int32),
            status=np.full(size, STATUS_FINAL, dtype=np.int8), mothers=np.full((size, 2), -1, dtype=np.int32),
            momentum=momentum, mass=np.where(aprime, MASSES.m_aprime, 0.0), ctau=np.zeros(size),
            weight=np.ones(n), vertex=np.zeros((n, 4)),
        )  # fmt: skip

    @staticmethod
    def direction(events, masses, rng):
        return None


@pytest.fixture
def pions():
    PROCESSES.register(Pions.name, Pions)
    yield Pions()
    PROCESSES.forget(Pions.name)


def test_a_process_from_outside_makes_events_beside_those_of_the_project(pions):
    processes = [Bremsstrahlung(), pions]
    chunks = list(generate(MASSES, DUMP, processes=processes, n_events=3000, seed=1, e_min_aprime=50.0))
    rates = process_rates(0.1, DUMP, processes, e_min=50.0)
    share = rates[1].value / (rates[0].value + rates[1].value)
    assert {c.info.process for c in chunks} <= {"bremsstrahlung", "pions"}
    found = sum(len(c) for c in chunks if c.info.process == "pions") / 3000
    assert abs(found - share) <= 4 * np.sqrt(share * (1 - share) / 3000)
    assert chunks[0].info.rate == pytest.approx(rates[0].value + rates[1].value)


def test_every_aprime_of_an_event_decays(pions):
    (events,) = generate(MASSES, DUMP, processes=[pions], n_events=2000, seed=1)
    (bare,) = generate(MASSES, DUMP, processes=[pions], n_events=2000, seed=1, chain=False)
    number = np.bincount(bare.event_of_particle[bare.pdg == ID_APRIME], minlength=2000)
    assert set(number) == {1, 2}
    assert np.array_equal(np.diff(events.offsets), np.diff(bare.offsets) + 5 * number)
    aprime, chi2 = (np.flatnonzero(events.pdg == pdg) for pdg in (ID_APRIME, ID_CHI2))
    assert np.array_equal(chi2, aprime + 1)
    assert (events.status[np.r_[aprime, chi2]] == STATUS_DECAYED).all()
    assert np.array_equal(events.momentum[aprime], bare.momentum[bare.pdg == ID_APRIME])
    start = events.offsets[:-1][events.event_of_particle]
    mother = np.where(events.mothers[:, 0] >= 0, start + events.mothers[:, 0], -1)
    for parents, daughters in ((aprime, 2), (chi2, 3)):  # each parent's momentum and energy is that of its daughters
        for parent in parents:
            rows = np.flatnonzero(mother == parent)
            assert len(rows) == daughters
            assert events.momentum[rows].sum(axis=0) == pytest.approx(events.momentum[parent], abs=1e-9)
            assert events.energy[rows].sum() == pytest.approx(events.energy[parent], rel=1e-9)
    ids = np.abs(events.pdg[mother >= 0])
    assert np.count_nonzero(ids == ID_CHI1) == 2 * len(aprime)
    assert events.info.extra["spin"] == "none"


@pytest.mark.parametrize("e_min", [-50.0, np.nan, np.inf])
def test_an_energy_that_is_none_is_refused_for_every_process(e_min, pions):
    for process in (Annihilation(), Pions()):  # bremsstrahlung was alone in looking
        with pytest.raises(ParameterError, match=r"^e_min = \S+ GeV must be zero or positive$"):
            production_rate(0.1, DUMP, [process], e_min=e_min)


def test_what_cannot_be():
    with pytest.raises(ParameterError, match="no production process: name at least one"):
        production_rate(0.1, DUMP, [])
    with pytest.raises(ParameterError, match=r"no A' from a beam of 13 \(mu-\): it works with -11 \(e\+\), 11"):
        production_rate(0.1, ThickTarget(100.0, material("Pb"), 40.0, 50.0, beam_id=13), [Annihilation()])
    with pytest.raises(ParameterError, match="annihilation needs positrons of many energies: give a thick target"):
        production_rate(0.1, ThinTarget(100.0, material("Pb")), [Annihilation()])
    with pytest.raises(ParameterError, match="beam particle 2212 on a target: take the PDG id of a lepton"):
        ThinTarget(100.0, material("Pb"), beam_id=2212)
    with pytest.raises(ParameterError, match=r"bremsstrahlung: particles = 'all' is none of primary, shower"):
        Bremsstrahlung(particles="all")
    with pytest.raises(KinematicsError, match="is closed"):
        production_rate(200.0, DUMP)
    with pytest.raises(KinematicsError, match=r"no A' of 0\.1 GeV above"):
        next(generate(MASSES, DUMP, n_events=1, seed=1, e_min_aprime=99.9999999))
