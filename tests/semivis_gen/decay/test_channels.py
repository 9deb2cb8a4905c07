import numpy as np
import pytest

from semivis_gen.decay.channels import chi2_shares, decay_channels, draw_channels
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.model.channels import CHANNELS, HADRONS, LEPTONS
from semivis_gen.model.point import DarkMasses, DarkSector
from semivis_gen.model.widths import compute_widths

RHO = DarkMasses(7.0, 3.0, 0.4)  # Delta = 0.93 GeV
BEYOND = DarkMasses(12.0, 3.0, 0.5)  # Delta = 2 GeV


@pytest.mark.parametrize(
    "masses", [DarkMasses(0.3), DarkMasses(1.2, 3.0, 0.7), RHO, BEYOND, DarkMasses(30.0, 3.0, 0.5)]
)
def test_shares_are_the_branching_fractions_and_add_up(masses):
    shares = chi2_shares(masses)
    assert tuple(shares) == (*LEPTONS, *HADRONS)
    assert sum(shares.values()) == pytest.approx(1.0, rel=1e-12)
    branching = compute_widths(DarkSector(masses, 0.05, 1e-4)).branching_chi2
    assert [branching[f"chi1 {name}"] for name in shares] == pytest.approx(list(shares.values()), rel=1e-12)


def test_all_that_is_open_by_default():
    assert decay_channels(DarkMasses(0.3)) == {"e+ e-": 1.0}
    assert list(decay_channels(DarkMasses(1.7))) == ["e+ e-", "mu+ mu-", "pi0 gamma"]  # Delta = 0.227 GeV
    assert list(decay_channels(RHO)) == ["e+ e-", "mu+ mu-", "pi+ pi-", "pi0 gamma", "pi+ pi- pi0"]
    taus = decay_channels(DarkMasses(30.0, 3.0, 0.5), ["leptons"])  # Delta = 5 GeV
    assert list(taus) == list(LEPTONS)
    assert 0.02 < taus["tau+ tau-"] < taus["mu+ mu-"] < taus["e+ e-"]


def test_the_ones_asked_for_that_are_open():
    assert decay_channels(RHO, ["pi+ pi-", "e+ e-", "K+ K-"]) == {k: chi2_shares(RHO)[k] for k in ("e+ e-", "pi+ pi-")}
    with pytest.raises(KinematicsError, match=r"chi2 -> chi1 mu\+ mu- or pi\+ pi- is closed: Delta = 0.04 GeV"):
        decay_channels(DarkMasses(0.3), ["mu+ mu-", "pi+ pi-"])
    with pytest.raises(ParameterError, match="'muons' is no final state"):
        decay_channels(RHO, ["muons"])


@pytest.mark.parametrize("masses", [RHO, DarkMasses(7.8, 3.0, 0.5), BEYOND, DarkMasses(30.0, 3.0, 0.5)])
def test_every_decay_can_be_generated(masses):
    everything = decay_channels(masses)
    assert sum(everything.values()) == pytest.approx(1.0, rel=1e-12)
    assert everything.keys() <= CHANNELS.keys()
    hadrons = decay_channels(masses, ["hadrons"])
    assert sum(hadrons.values()) + sum(decay_channels(masses, ["leptons"]).values()) == pytest.approx(1.0)
    pions = ("pi+ pi- 2pi0", "2pi+ 2pi-")
    assert all((everything.get(name, 0) > 0) == (masses.delta > 1.04) for name in pions)


def test_drawn_as_often_as_their_share():
    shares = decay_channels(RHO)
    n = 200_000
    count = np.bincount(draw_channels(shares, n, np.random.default_rng(1)), minlength=len(shares))
    expected = n * np.array(list(shares.values())) / sum(shares.values())
    assert np.all(np.abs(count - expected) < 4 * np.sqrt(expected))


def test_one_channel_needs_no_random_numbers():
    rng = np.random.default_rng(1)
    before = rng.bit_generator.state
    assert not draw_channels({"e+ e-": 0.3}, 5, rng).any()
    assert rng.bit_generator.state == before
