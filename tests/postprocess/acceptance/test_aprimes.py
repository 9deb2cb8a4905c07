"""A' of events of all kinds: several an event, not recorded, decayed or not."""

from dataclasses import replace

import numpy as np
import pytest

from postprocess.acceptance.aprimes import find_aprimes
from postprocess.acceptance.products import ELECTRONS
from postprocess.acceptance.scenarios.invisible import INVISIBLE
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE
from semivis_gen.errors import EventFileError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, Events, RunInfo, concatenate
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

MASSES = DarkMasses(0.3)
TARGET = ThinTarget(100.0, material("Pb"))


@pytest.fixture(scope="module")
def chain():
    (events,) = generate(MASSES, TARGET, n_events=300, seed=3)
    return events


def without_aprime(events):
    """The same events with chi1 and chi2 from the collision itself, as 2 -> 4 matrix elements give them."""
    n = len(events)
    keep = np.array([0, 1, 3, 4, 5, 6, 7, 8, 9])
    rows = (np.arange(n)[:, None] * 10 + keep).ravel()
    mothers = events.mothers[rows].reshape(n, 9, 2)
    mothers[:, [2, 5]] = 0, 1  # chi2, chi1
    mothers[:, 6:] = 2  # the products of chi2
    columns = {name: getattr(events, name)[rows] for name in ("pdg", "status", "momentum", "mass", "ctau")}
    return Events(
        offsets=np.arange(n + 1) * 9, mothers=mothers.reshape(-1, 2).astype(np.int32), weight=events.weight,
        vertex=events.vertex, info=events.info, **columns,
    )  # fmt: skip


@pytest.mark.parametrize(("scenario", "mass"), [(SEMIVISIBLE, MASSES.m_chi2), (INVISIBLE, MASSES.m_aprime)])
def test_aprime_follows_from_chi1_and_chi2(chain, scenario, mass):
    rng = np.random.default_rng(1)
    whole, rebuilt = (scenario.candidates(e, MASSES, rng) for e in (chain, without_aprime(chain)))
    assert rebuilt.e_aprime == pytest.approx(whole.e_aprime, rel=1e-12)
    assert rebuilt.momentum == pytest.approx(whole.momentum, rel=1e-9)
    assert rebuilt.mass == pytest.approx(whole.mass, rel=1e-6)
    assert whole.mass == pytest.approx(np.full(300, mass), rel=1e-6)
    assert np.array_equal(rebuilt.product_energy, whole.product_energy)


def test_recorded_and_unrecorded_ones_side_by_side_keep_their_order(chain):
    mixed = concatenate([chain, without_aprime(chain), chain])
    found = find_aprimes(mixed)
    assert np.array_equal(found.event, np.arange(900))
    assert ((found.row < 0) == ((found.event >= 300) & (found.event < 600))).all()
    assert found.energy[300:600] == pytest.approx(found.energy[:300], rel=1e-12)


def test_aprime_may_stand_first(chain):
    """Records that begin with A', without what collides."""
    n = len(chain)
    rows = (np.arange(n)[:, None] * 10 + np.array([2, 3, 6, 7, 8, 9])).ravel()
    mothers = np.tile(np.array([-1, 0, 0, 1, 1, 1], dtype=np.int32)[:, None], (n, 2))
    columns = {name: getattr(chain, name)[rows] for name in ("pdg", "status", "momentum", "mass", "ctau")}
    short = replace(chain, offsets=np.arange(n + 1) * 6, mothers=mothers, **columns)
    found, whole = find_aprimes(short), find_aprimes(chain)
    assert np.array_equal(found.energy, whole.energy)
    assert (found.row == 6 * np.arange(n)).all()
    assert (found.chi2 == 6 * np.arange(n) + 1).all()


def test_a_second_mother_need_not_be_named(chain):
    """Many generators leave it out where there is one mother."""
    mothers = chain.mothers.copy()
    mothers[3::10, 1] = -1  # of chi2
    found, whole = find_aprimes(replace(chain, mothers=mothers)), find_aprimes(chain)
    for name in ("event", "row", "chi2"):
        assert np.array_equal(getattr(found, name), getattr(whole, name))
    assert (whole.chi2 == np.arange(3, 3000, 10)).all()


def test_each_of_several_aprimes_counts(chain):
    """Two events made one."""
    pair = Events(
        offsets=chain.offsets[::2], pdg=chain.pdg, status=chain.status, momentum=chain.momentum, mass=chain.mass,
        mothers=np.where(chain.mothers >= 0, chain.mothers + np.tile(np.repeat([0, 10], 10), 150)[:, None], -1).astype(
            np.int32
        ),
        ctau=chain.ctau, weight=chain.weight[::2], vertex=chain.vertex[::2], info=chain.info,
    )  # fmt: skip
    one, two = (SEMIVISIBLE.candidates(e, MASSES, np.random.default_rng(1)) for e in (chain, pair))
    assert len(two) == 300
    assert np.array_equal(one.momentum, two.momentum)
    assert np.array_equal(one.product_momentum, two.product_momentum)


def test_decayed_and_undecayed_ones_mix(chain):
    bare = next(generate(MASSES, TARGET, n_events=200, seed=5, chain=False))
    mixed = SEMIVISIBLE.candidates(concatenate([chain, bare]), MASSES, np.random.default_rng(1))
    alone = SEMIVISIBLE.candidates(bare, MASSES, np.random.default_rng(1))
    assert mixed.mass == pytest.approx(np.full(500, MASSES.m_chi2))
    assert np.array_equal(mixed.momentum[300:], alone.momentum)
    assert np.array_equal(mixed.product_momentum[300:], alone.product_momentum)
    assert (mixed.channel == ELECTRONS).all()


def small(pdg, status, mothers):
    k = len(pdg)
    return Events(
        offsets=np.array([0, k]), pdg=np.array(pdg, dtype=np.int32), status=np.array(status, dtype=np.int8),
        mothers=np.array(mothers, dtype=np.int32), momentum=np.full((k, 3), 10.0), mass=np.full(k, 0.1),
        ctau=np.zeros(k), weight=np.ones(1), vertex=np.zeros((1, 4)), info=RunInfo(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pdg", "says"),
    [
        ((11, 11), r"event 1 has no A' \(id 55\) and no chi1 chi2"),
        ((58, 11), "event 1: a chi2 without A' has 0 chi1 and no other chi2 of the same mothers"),
        ((58, 52, 52), "has 2 chi1 and no other chi2"),
        ((58, 58, 52, 52), "has 2 chi1 and other chi2"),
        ((58, 58, 52), "has 1 chi1 and other chi2"),
    ],
)
def test_what_is_not_clear_is_refused(pdg, says):
    events = small((11, *pdg), (-1, *[STATUS_FINAL] * len(pdg)), ((-1, -1), *[(0, 0)] * len(pdg)))
    with pytest.raises(EventFileError, match=says):
        find_aprimes(events)


def test_an_aprime_that_decays_otherwise_is_told():
    events = small((11, 55, 13, -13), (-1, STATUS_DECAYED, 1, 1), ((-1, -1), (0, 0), (1, 1), (1, 1)))
    with pytest.raises(EventFileError, match=r"event 1: A' decays to 13 \(mu-\), -13 \(mu\+\), not to chi1 chi2"):
        SEMIVISIBLE.candidates(events, MASSES, np.random.default_rng(1))
