"""Requirements of cards, and one from outside: the opening angle of the pair."""

import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
from support.cards import experiment
from support.chains import make_events
from support.entries import requiring

from postprocess.acceptance.requirements import REQUIREMENTS, MissingEnergy, requirements_of, sees_products
from postprocess.acceptance.scenarios.invisible import INVISIBLE
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE
from postprocess.acceptance.sums import accept
from semivis_gen.errors import ParameterError

FLAT, COMPUTED = experiment("na64-2018-flat-r"), experiment("na64-2018")


@dataclass(frozen=True)
class OpeningAngle:
    """The pair is wider than an angle."""

    key: ClassVar[str] = "opening_angle"
    products: ClassVar[bool] = True
    angle_min_mrad: float = 0.0

    @property
    def title(self):
        return f"opening angle > {self.angle_min_mrad:g} mrad"

    def factor(self, sample, at):
        return 1.0 * (angles(sample.product_momentum) > self.angle_min_mrad)


def angles(momentum):
    unit = momentum / np.linalg.norm(momentum, axis=2, keepdims=True)
    return 1e3 * np.arccos((unit[:, 0] * unit[:, 1]).sum(axis=1))


@dataclass(frozen=True)
class Late:
    """The decay lies behind a plane."""

    key: ClassVar[str] = "late"
    products: ClassVar[bool] = True
    z_min_mm: float = 0.0
    title: ClassVar[str] = "late"

    def factor(self, sample, at):
        return 1.0 * (at.point[:, 2] > self.z_min_mm)


def texts(card, number):
    requirements = requirements_of(card, card.signatures[number], SEMIVISIBLE)
    return [(r.key, r.title) for r in requirements]


def test_requirements_of_a_signature_in_the_order_of_its_cut_flow():
    assert texts(COMPUTED, 0) == [
        ("missing_energy", "missing energy > 15 GeV"),
        ("decay", "decay between HCAL2.begin and HCAL3.end"),
        ("visible", "visible energy > 15 GeV"),
        ("containment", "R < 0.06"),
        ("selection", "selection"),
    ]
    assert [key for key, _ in texts(FLAT, 1)] == ["missing_energy", "decay", "selection"]
    stable = requirements_of(FLAT, FLAT.signatures[1], INVISIBLE)
    assert [r.title for r in stable] == ["missing energy > 50 GeV", "chi2 stable", "selection"]


def test_missing_energy_is_as_uncertain_as_the_energy_left_in_the_dump():
    energy = np.array([46.0, 48.0, 50.0, 53.0, 99.0])
    sample = SimpleNamespace(e_aprime=energy)
    found = MissingEnergy(50.0).factor(sample, SimpleNamespace(experiment=FLAT))
    sigma = 0.04 * (100.0 - energy)  # the dump's 4 % of what A' leaves of the beam's 100 GeV
    assert found == pytest.approx(
        [0.5 * math.erfc((50.0 - e) / s / math.sqrt(2)) for e, s in zip(energy, sigma, strict=True)]
    )


def test_a_requirement_from_outside_takes_its_share():
    # at long lifetimes an event weighs m / |p|, whatever its pair does; no other cut stands in the signature
    events = make_events(20_000, 1)
    card = requiring(FLAT, "S1", OpeningAngle(3.0), visible=None, missing_energy_min_GeV=None)
    flow = accept([events], card, ctau_mm=[1e8, 1e9]).cut_flow("S1")
    step = flow.step("opening_angle")
    assert flow.steps[step] == "opening angle > 3 mrad"
    p = events.momentum.reshape(-1, 7, 3)
    wide = angles(p[:, 5:]) > 3.0
    expected = np.average(wide, weights=events.weight / np.linalg.norm(p[:, 2], axis=1))
    assert 0.1 < expected < 0.9
    found = flow.fraction[step] / flow.fraction[step - 1]
    error = flow.error[step - 1] / flow.fraction[step - 1]  # of points drawn
    assert np.all(np.abs(found - expected) < 4 * error)
    assert np.all(error < 0.03)


def test_it_may_ask_where_the_decay_is():
    cards = FLAT, requiring(FLAT, "S1", Late(0.0)), requiring(FLAT, "S1", Late(4000.0))
    anywhere, everywhere, late = (
        accept([make_events(4000, 1)], card, ctau_mm=[5.0, 50.0]).acceptance for card in cards
    )
    assert everywhere == pytest.approx(anywhere)
    assert np.all(late[:, 0] < anywhere[:, 0])
    assert (late[:, 1] == anywhere[:, 1]).all()


def test_a_signature_that_looks_at_products_says_so():
    assert [sees_products(s) for s in FLAT.signatures] == [True, False]
    blind = requiring(FLAT, "S1", visible=None).signatures[0]
    asking = requiring(FLAT, "S1", OpeningAngle(3.0), visible=None).signatures[0]
    assert [sees_products(s) for s in (blind, asking)] == [False, True]


def test_requirements_that_do_not_go_together():
    events = [make_events(50, 1)]
    with pytest.raises(
        ParameterError, match=r"S2 of na64-2018-flat-r asks for opening_angle .* the invisible mode has not"
    ):
        accept(events, requiring(FLAT, "S2", OpeningAngle(3.0)), mode="invisible")
    with pytest.raises(ParameterError, match=r"asks for opening_angle of decays in a region without end: let decay_to"):
        accept(events, requiring(FLAT, "S2", OpeningAngle(3.0)))
    with pytest.raises(ParameterError, match=r"signature S1 of na64-2018-flat-r asks twice for 'opening_angle'"):
        accept(events, requiring(FLAT, "S1", OpeningAngle(3.0), OpeningAngle(4.0)))


@pytest.mark.parametrize("factor", [lambda n: np.full(n, 1.5), lambda n: np.full(n, np.nan), lambda n: np.ones((n, 1))])
def test_factors_that_are_no_probabilities_are_refused(factor):
    class Wrong(OpeningAngle):
        def factor(self, sample, at):
            return factor(len(sample))

    with pytest.raises(ParameterError, match=r"requirement 'opening_angle' gives shape .*: it must give 50 probab"):
        accept([make_events(50, 1)], requiring(FLAT, "S1", Wrong(), missing_energy_min_GeV=None))


def test_the_registry_holds_what_is_added():
    REQUIREMENTS.register("opening_angle", OpeningAngle)
    try:
        assert REQUIREMENTS["opening_angle"](angle_min_mrad=2.0).title == "opening angle > 2 mrad"
    finally:
        REQUIREMENTS.forget("opening_angle")
