"""Decays that a veto does not notice."""

import numpy as np
import pytest
from support.cards import experiment
from support.entries import requiring

from postprocess.acceptance.acceptance_map import MapSelection
from postprocess.acceptance.geometry import geometry_of
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE
from postprocess.acceptance.sums import accept
from postprocess.acceptance.unseen import unseen_decays
from postprocess.experiment import Veto
from semivis_gen.errors import ParameterError
from semivis_gen.generator import generate
from semivis_gen.model import DarkMasses

CARD = experiment("babar")
BARREL = geometry_of(CARD)
MASSES = DarkMasses(0.5)
CTAU = np.array([1e-3, 1.0, 10.0, 100.0, 1000.0])
END = 1360.0


@pytest.fixture(scope="module")
def events():
    return next(generate(MASSES, CARD.source(), processes=CARD.processes, n_events=20_000, seed=3))


@pytest.fixture(scope="module")
def sample(events):
    return SEMIVISIBLE.candidates(events, MASSES, np.random.default_rng(1))


def veto(energy):
    number = {"value": energy, "status": "assumed", "note": "a test"}
    return Veto.model_validate({"stations": ["EMC"], "energy_min_GeV": number})


def unseen(sample, energy):
    rng = np.random.default_rng(5)
    return unseen_decays(sample, CARD, BARREL, veto(energy), END, CTAU, rng=rng)


def hardest(sample, point):
    inside = BARREL.impact(point, sample.product_momentum, [CARD.stations["EMC"]]).inside
    return (sample.product_energy * inside).max(axis=1)


def test_it_is_that_of_decays_drawn_from_their_lifetimes(sample):
    found = unseen(sample, 0.3)
    rng = np.random.default_rng(7)
    unit = sample.momentum / np.linalg.norm(sample.momentum, axis=1, keepdims=True)
    _, last = BARREL.path(sample.origin, sample.momentum, (0.0, END))
    for column, ctau in enumerate(CTAU):
        length = ctau * np.linalg.norm(sample.momentum, axis=1) / sample.mass * rng.standard_exponential(len(sample))
        lost = (length < last) & (hardest(sample, length[:, None] * unit) < 0.3)
        error = np.hypot(lost.std(), found[:, column].std()) / np.sqrt(len(sample))
        assert abs(found[:, column].mean() - lost.mean()) < 4 * error
        assert lost.mean() > 0.02


def test_decays_at_once_are_exact(sample):
    at_origin = hardest(sample, sample.origin) < 0.3
    np.testing.assert_allclose(unseen(sample, 0.3)[:, 0], at_origin, atol=1e-9)


def test_a_veto_that_notices_nothing_loses_nothing(events):
    everything = requiring(CARD, "photon", veto=veto(12.0))
    table = accept([events], everything, ctau_mm=CTAU)
    assert table.cut_flow("photon").fraction[1] == pytest.approx(np.ones(len(CTAU)), abs=1e-9)


def test_without_veto_every_earlier_decay_is_lost(events):
    without, with_it = (
        accept([events], requiring(CARD, "photon", veto=asked), ctau_mm=CTAU).acceptance[:, 0]
        for asked in (None, veto(0.1))
    )
    assert (without < with_it).all()
    assert without[0] == 0
    assert with_it[-1] == pytest.approx(without[-1], rel=0.05)
    assert with_it[0] > 0


def test_a_map_of_a_signature_with_a_veto_is_refused():
    with pytest.raises(ParameterError, match=r"signature photon of babar counts decays in front of its region, too"):
        MapSelection(CARD, CARD.signatures[0], SEMIVISIBLE, CTAU)


def test_a_higher_threshold_loses_less(sample):
    low, high = (unseen(sample, energy).mean(axis=0) for energy in (0.05, 0.5))
    assert (low < high).all()
