import numpy as np
import pytest
from support.cards import experiment
from support.chains import make_events

from postprocess.acceptance.beam import in_beam
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE

SPREAD = experiment("na64-2018").beam
POINT = SPREAD.model_copy(update={"spot_mm": None, "divergence_mrad": None})


def sample(n):
    return SEMIVISIBLE.candidates(make_events(n, 1), None, np.random.default_rng(1))


def test_spot_and_divergence_are_those_of_the_card():
    n = 50_000
    before = sample(n)
    before.momentum[:, :2] = 0.0
    before.momentum[:, 2] = 50.0
    after = in_beam(before, SPREAD, np.random.default_rng(4))
    assert (after.origin - before.origin)[:, :2].std() == pytest.approx(10.0, rel=4 / np.sqrt(4 * n))
    assert (after.origin[:, 2] == before.origin[:, 2]).all()
    slope = after.momentum[:, :2] / after.momentum[:, 2:]
    assert slope.std() == pytest.approx(0.2e-3, rel=4 / np.sqrt(4 * n))


def test_all_momenta_of_an_event_turn_together():
    before = sample(2000)
    after = in_beam(before, SPREAD, np.random.default_rng(4))
    for old, new in ((before.momentum, after.momentum), (before.product_momentum, after.product_momentum)):
        assert np.linalg.norm(new, axis=-1) == pytest.approx(np.linalg.norm(old, axis=-1), rel=1e-12)
        assert np.abs(new - old).max() > 1e-3
    angle = [np.einsum("ij,ikj->ik", s.momentum, s.product_momentum) for s in (before, after)]
    assert angle[1] == pytest.approx(angle[0], rel=1e-12)
    assert (after.product_energy == before.product_energy).all()
    assert (after.weight == before.weight).all()


def test_a_beam_without_spread_changes_nothing_and_draws_nothing():
    rng, untouched = np.random.default_rng(4), np.random.default_rng(4)
    before = sample(10)
    assert in_beam(before, POINT, rng) is before
    assert rng.random() == untouched.random()


@pytest.mark.parametrize("name", ["spot_mm", "divergence_mrad"])
def test_a_spot_needs_no_divergence_and_the_other_way_round(name):
    before, only = sample(1000), SPREAD.model_copy(update={name: None})
    after = in_beam(before, only, np.random.default_rng(4))
    kept = ("origin",) if name == "spot_mm" else ("momentum", "product_momentum")
    for field in ("origin", "momentum", "product_momentum"):
        assert np.isfinite(getattr(after, field)).all()
        assert np.array_equal(getattr(after, field), getattr(before, field)) == (field in kept)
