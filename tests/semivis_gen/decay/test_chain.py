"""Chains with several channels: every chi2 by its branching, whatever the event around it."""

import numpy as np
import pytest

from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2, ID_PHOTON
from semivis_gen.decay.chain import Spin, decay_chain, directions
from semivis_gen.decay.channels import decay_channels
from semivis_gen.decay.sampling import chi2_decay
from semivis_gen.errors import ParameterError
from semivis_gen.events import STATUS_DECAYED, STATUS_FINAL, Events
from semivis_gen.generator import generate
from semivis_gen.model.channels import CHANNELS
from semivis_gen.model.point import DarkMasses
from semivis_gen.production import Bremsstrahlung
from semivis_gen.target import ThinTarget, material

RHO = DarkMasses(7.0, 3.0, 0.4)  # Delta = 0.93 GeV: three pions among the channels
PAIRS = ["e+ e-", "mu+ mu-", "pi+ pi-", "pi0 gamma"]


def with_aprimes(number, masses, seed=1):
    """Events of a photon and some final A' each."""
    number = np.asarray(number)
    rng = np.random.default_rng(seed)
    offsets = np.r_[0, np.cumsum(number + 1)].astype(np.int64)
    size = int(offsets[-1])
    pdg = np.full(size, ID_APRIME, dtype=np.int32)
    pdg[offsets[:-1]] = ID_PHOTON
    return Events(
        offsets=offsets, pdg=pdg, status=np.full(size, STATUS_FINAL, dtype=np.int8),
        mothers=np.full((size, 2), -1, dtype=np.int32), momentum=20 * rng.normal(size=(size, 3)),
        mass=np.where(pdg == ID_APRIME, masses.m_aprime, 0.0), ctau=np.zeros(size),
        weight=np.ones(len(number)), vertex=np.zeros((len(number), 4)),
    )  # fmt: skip


def final_states(events):
    """Ids of the products of every chi2 besides chi1, in the order of the chi2."""
    rows = np.flatnonzero(events.pdg == ID_CHI2)
    start = np.repeat(events.offsets[:-1], np.diff(events.offsets))
    mother = np.where(events.mothers[:, 0] >= 0, start + events.mothers[:, 0], -1)
    return [tuple(events.pdg[mother == row]) for row in rows]


@pytest.mark.parametrize(("number", "channels"), [([1] * 4000, None), ([1] * 4000, PAIRS), ([1, 2, 0, 3] * 500, None)])
def test_four_momentum_ids_and_masses_in_every_decay(number, channels):
    events = with_aprimes(number, RHO)
    out = decay_chain(events, RHO, np.random.default_rng(2), channels=channels)
    energy = out.energy
    start = np.repeat(out.offsets[:-1], np.diff(out.offsets))
    mother = np.where(out.mothers[:, 0] >= 0, start + out.mothers[:, 0], -1)
    assert set(out.pdg[mother[mother >= 0]]) == {ID_APRIME, ID_CHI2}
    child = mother >= 0
    for values in (energy, *out.momentum.T):
        after = np.bincount(mother[child], weights=values[child], minlength=len(out.pdg))
        parents = out.status == STATUS_DECAYED
        assert np.abs(after - values)[parents].max() < 1e-9
    masses = {abs(i): m for c in CHANNELS.values() for i, m in zip(c.pdg, c.masses, strict=True)}
    masses |= {ID_APRIME: RHO.m_aprime, ID_CHI1: RHO.m_chi1, ID_CHI2: RHO.m_chi2, ID_PHOTON: 0.0}
    assert np.array_equal(out.mass, [masses[abs(i)] for i in out.pdg])
    assert np.array_equal(np.diff(out.offsets) > 2, np.asarray(number) > 0)
    assert (out.pdg == ID_APRIME).sum() == sum(number)


def test_events_of_the_same_length_may_have_their_aprime_elsewhere():
    events = with_aprimes([1] * 6, RHO)
    for column in (events.pdg, events.momentum, events.mass):
        column[8:10] = column[[9, 8]]  # of the fifth event
    out = decay_chain(events, RHO, np.random.default_rng(2), channels=["e+ e-"])
    assert (
        out.pdg.reshape(6, 7)[[0, 4], :3] == [[ID_PHOTON, ID_APRIME, ID_CHI2], [ID_APRIME, ID_CHI2, ID_PHOTON]]
    ).all()
    momentum, pdg = out.momentum.reshape(6, 7, 3), out.pdg.reshape(6, 7)
    for event in range(6):
        mother = momentum[event, pdg[event] == ID_APRIME][0]
        assert momentum[event, -4:].sum(axis=0) == pytest.approx(mother, abs=1e-9)
        assert (momentum[event, pdg[event] == ID_PHOTON][0] == events.momentum[events.pdg == ID_PHOTON][event]).all()


def test_channels_come_by_their_branching_in_mixed_events():
    number = np.resize([1, 2, 1, 3], 8000)
    out = decay_chain(with_aprimes(number, RHO), RHO, np.random.default_rng(3))
    shares = decay_channels(RHO)
    found = final_states(out.select(np.arange(len(out)) < 1500))
    known = {(ID_CHI1, *CHANNELS[name].pdg): name for name in shares}
    count = dict.fromkeys(shares, 0)
    for products in found:
        count[known[products]] += 1  # another final state would be a KeyError
    for name, share in shares.items():
        expected = len(found) * share / sum(shares.values())
        assert abs(count[name] - expected) < 4 * np.sqrt(expected) + 1, name
    assert out.info.extra["chi2_channels"] == ", ".join(shares)
    assert float(out.info.extra["chi2_branching"]) == pytest.approx(1.0, abs=1e-9)


def test_channel_by_channel_the_momenta_are_those_of_chi2_decay():
    # the mean energy of the pions in the frame of chi2 does not know of other channels
    n = 30_000
    out = decay_chain(with_aprimes([1] * n, RHO), RHO, np.random.default_rng(4), channels=["mu+ mu-", "pi+ pi-"])
    pions = out.pdg == 211
    chi2 = np.repeat(out.offsets[:-1], np.diff(out.offsets))[pions] + 2  # behind the photon and A'
    product = out.energy[chi2] * out.energy[pions] - np.einsum("ij,ij->i", out.momentum[chi2], out.momentum[pions])
    alone = chi2_decay(np.zeros((n, 3)), RHO, np.random.default_rng(5), channel="pi+ pi-")[1]
    expected = np.sqrt((alone**2).sum(axis=1) + 0.13957039**2)
    measured = product / RHO.m_chi2
    error = np.hypot(measured.std() / np.sqrt(len(measured)), expected.std() / np.sqrt(n))
    assert abs(measured.mean() - expected.mean()) < 4 * error


def test_one_channel_is_the_same_as_before_where_nothing_else_is_open():
    light = DarkMasses(0.3)
    events = with_aprimes([1] * 100, light)
    one, two = (decay_chain(events, light, np.random.default_rng(6), channels=c) for c in (None, ("e+ e-",)))
    assert np.array_equal(one.momentum, two.momentum)
    assert one.info.extra["chi2_channels"] == "e+ e-"


def test_spin_by_name():
    assert [Spin(name) for name in ("full", "none")] == [Spin.FULL, Spin.NONE]


def test_a_stable_chi2_and_unknown_channels():
    light = DarkMasses(0.005)
    out = decay_chain(with_aprimes([1, 2], light), light, np.random.default_rng(7))
    assert set(out.status[out.pdg == ID_CHI2]) == {STATUS_FINAL}
    assert "chi2_channels" not in out.info.extra
    with pytest.raises(ParameterError, match="'pi pi' is no final state"):
        decay_chain(with_aprimes([1], RHO), RHO, np.random.default_rng(7), channels=["pi pi"])


def test_directions_are_those_of_the_process_named():
    masses = DarkMasses(0.3)
    (events,) = generate(masses, ThinTarget(100.0, material("Pb")), n_events=200, seed=1, chain=False)
    found = directions(events, masses, np.random.default_rng(2))
    assert np.array_equal(found, Bremsstrahlung.direction(events, masses, np.random.default_rng(2)))
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(200))
    for unknown in ("", "elsewhere"):
        assert directions(events.with_info(process=unknown), masses, np.random.default_rng(2)) is None
