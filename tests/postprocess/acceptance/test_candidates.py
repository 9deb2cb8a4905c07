"""Decays of chi2 to hadrons and muons in files: they fly, and a card says which of them count."""

from dataclasses import replace

import numpy as np
import pytest

from postprocess.acceptance.products import ELECTRONS
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE
from postprocess.acceptance.sums import accept
from postprocess.experiment.schema import load_experiment
from semivis_gen.constants import ID_CHI2
from semivis_gen.decay.channels import decay_channels
from semivis_gen.errors import EventFileError
from semivis_gen.events import concatenate
from semivis_gen.generator import generate
from semivis_gen.model.channels import DECAYS
from semivis_gen.model.point import DarkMasses
from semivis_gen.target.materials import material
from semivis_gen.target.sources import ThinTarget

MASSES = DarkMasses(3.0, 3.0, 0.9)  # Delta = 0.9 GeV
TARGET = ThinTarget(100.0, material("Pb"))


@pytest.fixture(scope="module")
def mixed():
    return concatenate(list(generate(MASSES, TARGET, n_events=3000, seed=4)))


def test_hadrons_fly_like_others_but_are_no_electrons(mixed):
    sample = SEMIVISIBLE.candidates(mixed, MASSES, np.random.default_rng(1))
    chi2 = mixed.pdg == ID_CHI2
    assert np.array_equal(sample.momentum, mixed.momentum[chi2])
    owner = mixed.event_of_particle[mixed.pdg == -11]
    electrons = sample.channel == ELECTRONS
    assert np.array_equal(np.flatnonzero(electrons), owner)
    assert 0.1 < electrons.mean() < 0.5
    assert [DECAYS[i] for i in np.unique(sample.channel)] == list(decay_channels(MASSES))
    energy = np.sqrt(np.sum(sample.product_momentum**2, axis=2))
    assert (sample.product_energy[electrons, :2] > 0).all()
    assert not sample.product_energy[electrons, 2:].any()
    assert (sample.product_energy >= energy * (1 - 1e-15)).all()  # a photon's are equal
    three = sample.channel == DECAYS.index("pi+ pi- pi0")
    assert (sample.product_energy[three] > 0).all()
    # chi1 takes the rest
    rest = np.hypot(np.linalg.norm(sample.momentum, axis=1), MASSES.m_chi2) - sample.product_energy.sum(axis=1)
    left = sample.momentum - sample.product_momentum.sum(axis=1)
    assert np.sqrt(rest**2 - (left**2).sum(axis=1)) == pytest.approx(np.full(len(rest), MASSES.m_chi1), rel=1e-6)


def test_the_table_is_that_of_the_electrons_for_what_must_be_seen_and_of_all_for_what_must_leave():
    card = load_experiment("na64-2018")
    table, alone = (
        accept(
            generate(MASSES, card.source(), n_events=3000, seed=4, e_min_aprime=card.e_min(), channels=channels),
            card,
            ctau_mm=[3.0, 30.0],
            masses=MASSES,
        )
        for channels in (None, ("e+ e-",))
    )
    difference = np.abs(table.acceptance - alone.acceptance)
    assert np.all(difference < 4 * np.hypot(table.error, alone.error))


def test_what_is_no_decay_of_this_model_is_refused(mixed):
    wrong = np.where(np.abs(mixed.pdg) == 211, 12, mixed.pdg)
    events = replace(mixed, pdg=wrong)
    with pytest.raises(
        EventFileError, match=r"decays to .*12 .*, neither to a pair of leptons nor to hadrons of no charge"
    ):
        SEMIVISIBLE.candidates(events, MASSES, np.random.default_rng(1))
