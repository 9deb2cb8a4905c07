"""The native generator: conservation, reproducibility, lifetimes."""

import numpy as np
import pytest

from semivis_gen.constants import ID_APRIME, ID_CHI2, M_MUON
from semivis_gen.decay.lifetimes import sample_lifetimes
from semivis_gen.errors import EventFileError, KinematicsError, ParameterError
from semivis_gen.events import Events, IdMap, Topology, concatenate
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses, DarkSector
from semivis_gen.model.widths import compute_widths
from semivis_gen.production.process import production_rate
from semivis_gen.target.materials import layered, material
from semivis_gen.target.sources import ThickTarget, ThinTarget

THIN = ThinTarget(100.0, material("Pb"))
THICK = ThickTarget(100.0, layered("e", [("Pb", 1.5), ("scintillator", 1.5)]), 40.0, 50.0)
POINT = DarkSector.at(0.3)
COLUMNS = ("offsets", "pdg", "status", "mothers", "momentum", "mass", "ctau", "weight", "vertex")


def whole(target, **options):
    settings = {"n_events": 3000, "seed": 5, "chunk": 1000, **options}
    return concatenate(list(generate(POINT.masses, target, **settings)))


def test_four_momentum_is_conserved_at_every_vertex():
    events = whole(THICK, e_min_aprime=50.0)
    energy, p = events.energy.reshape(-1, 10), events.momentum.reshape(-1, 10, 3)
    assert np.abs(energy[:, :2].sum(axis=1) - energy[:, [2, 4, 5]].sum(axis=1)).max() < 1e-9
    assert np.abs(energy[:, 2] - energy[:, [3, 6]].sum(axis=1)).max() < 1e-9
    assert np.abs(energy[:, 3] - energy[:, 7:].sum(axis=1)).max() < 1e-9
    assert np.abs(p[:, :2].sum(axis=1) - p[:, [4, 5, 6, 7, 8, 9]].sum(axis=1)).max() < 1e-9


def test_the_record_has_the_order_of_madgraph_and_the_nuclei_of_the_target():
    events = whole(THICK)
    pdg = events.pdg.reshape(-1, 10)
    assert np.all(pdg[:, 2] == ID_APRIME)
    assert np.array_equal(pdg[:, 1], pdg[:, 5])
    assert set(pdg[:, 1]) <= {1000822070, 1000060120, 2212}
    assert events.status.reshape(-1, 10)[0].tolist() == [-1, -1, 2, 2, 1, 1, 1, 1, 1, 1]
    assert np.all(events.vertex[:, 2] >= 0)
    assert events.info.rate == production_rate(0.3, THICK).value


@pytest.mark.parametrize("target", [THIN, THICK])
def test_the_seed_alone_makes_the_events(target):
    one, two = whole(target), whole(target)
    assert all(np.array_equal(getattr(one, name), getattr(two, name)) for name in COLUMNS)
    assert not np.array_equal(one.momentum, whole(target, seed=6).momentum)


def test_a_chunk_does_not_depend_on_the_chunks_before_it():
    third = list(generate(POINT.masses, THIN, n_events=3000, seed=5, chunk=1000))[2]
    fewer = list(generate(POINT.masses, THIN, n_events=2500, seed=5, chunk=1000))[2]
    assert (len(third), len(fewer)) == (1000, 500)
    aprime = third.momentum.reshape(-1, 10, 3)[:500, 2]
    assert np.array_equal(aprime, fewer.momentum.reshape(-1, 10, 3)[:, 2])


def test_without_chain_aprime_is_final_and_a_stable_chi2_stays():
    bare = next(generate(POINT.masses, THIN, n_events=10, seed=1, chain=False))
    assert bare.pdg.reshape(10, 5)[0].tolist()[2] == ID_APRIME
    assert bare.status.reshape(10, 5)[0].tolist() == [-1, -1, 1, 1, 1]
    stable = next(generate(DarkMasses(0.005), THIN, n_events=10, seed=1))
    assert stable.status[stable.only(ID_CHI2)].tolist() == [1] * 10


def test_lifetimes_are_exponential_with_the_exact_mean():
    events = sample_lifetimes(whole(THIN, n_events=20_000, chunk=20_000), POINT, np.random.default_rng(3))
    ctau = events.ctau[events.only(ID_CHI2)]
    mean = compute_widths(POINT).ctau_chi2
    assert ctau.mean() == pytest.approx(mean, abs=4 * mean / np.sqrt(20_000))
    assert (ctau > mean).mean() == pytest.approx(np.exp(-1), abs=4 * 0.48 / np.sqrt(20_000))
    assert events.info.point == POINT
    assert events.info.rate == pytest.approx(production_rate(0.3, THIN).value * POINT.epsilon**2)
    assert np.all(events.ctau[events.status == 1] == 0)


def test_lifetimes_of_another_mass_are_refused():
    events = next(generate(POINT.masses, THIN, n_events=10, seed=1))
    with pytest.raises(ParameterError, match="use the masses of the sample"):
        sample_lifetimes(events, DarkSector.at(0.2), np.random.default_rng(1))


def test_no_events_is_refused():
    with pytest.raises(ParameterError, match="at least 1"):
        next(generate(POINT.masses, THIN, n_events=0, seed=1))


def test_the_event_record():
    events = whole(THIN, n_events=7, chunk=3)
    assert len(events) == 7
    rows = events.only(ID_CHI2)
    child, parent = events.children(rows)
    assert np.array_equal(np.bincount(parent), np.full(7, 3))
    assert set(events.pdg[child]) == {52, 11, -11}
    some = events.select(np.array([True, False] * 3 + [True]))
    assert len(some) == 4
    assert np.array_equal(some.momentum[:10], events.momentum[:10])
    with pytest.raises(EventFileError, match=r"event 1 has 0 particles with id 1000 \(a squark\), not one"):
        events.only(1000, name="a squark")
    with pytest.raises(EventFileError, match="no events to join"):
        concatenate([])


def test_foreign_ids_there_and_back():
    ids = IdMap(aprime=1023, chi1=1000022, chi2=1000023)
    native = np.array([11, 55, 58, -52, 1000822080])
    foreign = ids.from_native(native)
    assert foreign.tolist() == [11, 1023, 1000023, -1000022, 1000822080]
    assert np.array_equal(ids.to_native(foreign), native)


def test_events_from_a_topology_spread_what_is_shared():
    topology = Topology((11, 22), (1, 1), ((-1, -1), (-1, -1)))
    events = Events.from_topology(topology, np.ones((3, 2, 3)), np.array([0.5, 0.0]))
    assert events.mass.tolist() == [0.5, 0.0] * 3
    assert events.energy[1] == pytest.approx(np.sqrt(3))
    assert events.with_info(seed=4).info.seed == 4


def test_chi2_decays_by_branching_unless_channels_are_named():
    masses = DarkMasses(2.4, 3.0, 0.35)  # Delta = 0.28 GeV: muons are open
    share = compute_widths(DarkSector(masses)).branching_chi2["chi1 mu+ mu-"]
    events = concatenate(list(generate(masses, THIN, n_events=4000, seed=8, chunk=1000)))
    muons = (np.abs(events.pdg.reshape(-1, 10)[:, 8:]) == 13).all(axis=1)
    assert abs(muons.sum() - 4000 * share) < 4 * np.sqrt(4000 * share * (1 - share))
    assert np.all(events.mass.reshape(-1, 10)[muons, 8] == M_MUON)
    assert float(events.info.extra["chi2_branching"]) == pytest.approx(1.0)
    only = concatenate(list(generate(masses, THIN, n_events=1000, seed=8, channels=["mu+ mu-"])))
    assert np.all(np.abs(only.pdg.reshape(-1, 10)[:, 8:]) == 13)
    assert float(only.info.extra["chi2_branching"]) == pytest.approx(share)
    assert only.info.rate == events.info.rate  # of production


def test_channels_that_cannot_be_generated_are_refused_before_any_work():
    with pytest.raises(ParameterError, match="'muons' is no final state"):
        next(generate(POINT.masses, THIN, n_events=10, seed=1, channels=["muons"]))
    with pytest.raises(KinematicsError, match="is closed"):
        next(generate(POINT.masses, THIN, n_events=10, seed=1, channels=["K+ K-"]))
