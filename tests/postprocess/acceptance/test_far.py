import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from support.cards import experiment
from support.chains import make_events

from postprocess.acceptance import selection, sums
from postprocess.acceptance.aperture import Aperture
from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.far import Front, chance_of, front_of
from postprocess.acceptance.geometry import Planes
from postprocess.acceptance.products import ELECTRONS
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE
from postprocess.acceptance.scenarios.visible import VISIBLE
from postprocess.acceptance.sums import accept
from semivis_gen.constants import M_ELECTRON
from semivis_gen.decay import ELECTRONS_ONLY, chi2_decay, decay_chain, two_body
from semivis_gen.generator import generate
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import boost_to_rest

FRONT = Front((179e3, 383e3), (0.0, 0.0, 383e3), math.hypot(1500.0, 1500.0), 3000.0**2, 2.0)


def flyers(n, momentum, mass, rng):
    """Particles on the axis that decay to e+ e- at once, of free orientation."""
    flight = np.tile([0.0, 0.0, momentum], (n, 1))
    pair = np.stack(two_body(flight, mass, M_ELECTRON, M_ELECTRON, rng), axis=1)
    one = np.ones(n)
    energy = np.sqrt((pair**2).sum(axis=2) + M_ELECTRON**2)
    return Candidates(one, np.zeros((n, 3)), one, flight, mass * one, pair, energy, np.full(n, ELECTRONS), free=one > 0)


@pytest.mark.parametrize("distance", [2e5, 3e4, 3e3, 300.0])
def test_isotropic_decays_through_a_circle_are_the_closed_form(distance):
    n, momentum, mass, radius = 20_000, 10.0, 0.5, 1400.0
    rng = np.random.default_rng(1)
    point = np.tile([0.0, 0.0, FRONT.middle[2] - distance], (n, 1))
    aimed, weight = FRONT.aim(flyers(n, momentum, mass, rng), point, rng)
    p = aimed.product_momentum
    inside = (p[..., 2] > 0) & (np.hypot(p[..., 0], p[..., 1]) * distance < radius * p[..., 2])
    found = weight * inside[:, 0]
    beta = momentum / np.hypot(momentum, mass)
    cosine = distance / np.hypot(distance, radius)
    exact = 0.5 * (1 - (cosine - beta) / (1 - beta * cosine))
    error = found.std() / np.sqrt(n)
    assert abs(found.mean() - exact) < 4 * error
    assert error < 2.2 * exact / np.sqrt(n)  # drawn as they are: sqrt((1 - P) / P), 13 at 200 m
    assert abs(weight.mean() - 1) < 4 * weight.std() / np.sqrt(n)
    assert weight.max() <= 1 / 0.2 + 1e-9


def test_pairs_are_turned_as_a_whole():
    rng = np.random.default_rng(2)
    masses = DarkMasses(0.3)
    before = SEMIVISIBLE.candidates(undecayed(masses, 2000, 1), masses, rng)
    point = np.tile([300.0, -200.0, 300e3], (2000, 1))
    after, _ = FRONT.aim(before, point, rng)
    at_rest = [
        np.stack([boost_to_rest(s.product_momentum[:, i], M_ELECTRON, s.momentum, s.mass) for i in (0, 1)], axis=1)
        for s in (before, after)
    ]
    sizes, inner = zip(*[((p**2).sum(axis=2), (p[:, 0] * p[:, 1]).sum(axis=1)) for p in at_rest], strict=True)
    assert sizes[1] == pytest.approx(sizes[0], rel=1e-6)
    assert inner[1] == pytest.approx(inner[0], rel=1e-6, abs=1e-9)
    assert not np.allclose(at_rest[0], at_rest[1])
    assert after.product_energy == pytest.approx(np.sqrt((after.product_momentum**2).sum(axis=2) + M_ELECTRON**2))


def undecayed(masses, n, seed, name="e137"):
    card = experiment(name)
    (chunk,) = generate(
        masses, card.source(), n_events=n, seed=seed, processes=card.processes, e_min_aprime=card.e_min(),
        chain=False, chunk=n, stratified=True,
    )  # fmt: skip
    return chunk


def test_pairs_that_events_hold_stay_as_they_are():
    rng = np.random.default_rng(1)
    found = SEMIVISIBLE.candidates(make_events(50, 1), None, rng)
    aimed, weight = FRONT.aim(found, np.tile([0.0, 0.0, 3e5], (50, 1)), rng)
    assert np.array_equal(aimed.product_momentum, found.product_momentum)
    assert np.array_equal(weight, np.ones(50))


@pytest.mark.parametrize("offset", [0.0, 800.0, 5e3, 5e4])
def test_the_chance_is_the_integral_of_its_formula(offset):
    momentum, mass, energy = 10.0, 0.5, 0.1
    gamma, radius2 = np.hypot(momentum, mass) / mass, 4 / np.pi * 1500.0**2
    g2 = gamma**2

    def density(x):
        return g2 * radius2 * (x * x + g2 * radius2) / (x * x + g2 * (radius2 + offset**2)) ** 2

    exact = quad(density, 0, 204e3, epsrel=1e-10, limit=200)[0] * mass / momentum
    exact *= (1 - 2.0 / (2 * gamma * energy)) ** 2
    origin, flight = np.array([[offset, 0.0, 0.0]]), np.array([[0.0, 0.0, momentum]])
    assert FRONT.chance(origin, flight, np.array([mass]), energy) == pytest.approx(exact, rel=1e-8)
    assert FRONT.chance(origin, -flight, np.array([mass]), energy) == 0
    assert FRONT.chance(origin, flight, np.array([mass]), 0.04) == 0  # the threshold is out of reach


def test_one_of_several_tries_leaves_every_mean_as_it_is():
    masses, n = DarkMasses(0.6), 20_000
    events, chance = undecayed(masses, n, 1), chance_of(experiment("e137"), "semivisible")
    kept = SEMIVISIBLE.candidates(events, masses, np.random.default_rng(2), chance=chance)
    plain = SEMIVISIBLE.candidates(events, masses, np.random.default_rng(3))
    assert plain.tries is None
    for observable in (
        lambda s: np.ones(len(s)),
        lambda s: s.momentum[:, 2],
        lambda s: 1.0 * (np.hypot(*s.momentum[:, :2].T) < 0.02),
    ):
        one, two = kept.tries * observable(kept), observable(plain)
        assert abs(one.mean() - two.mean()) < 4 * np.hypot(one.std(), two.std()) / np.sqrt(n)
    assert kept.tries.max() <= 1 / 0.2 + 1e-9


@pytest.mark.parametrize(("mode", "m_aprime", "gain"), [("semivisible", 1.0, 10), ("visible", 0.5, 1.5)])
def test_aimed_decays_agree_with_twenty_times_as_many_plain_ones(monkeypatch, mode, m_aprime, gain):
    card, masses, n = experiment("e137"), DarkMasses(m_aprime), 10_000
    ctau = np.geomspace(1e3, 1e7, 5) * m_aprime
    aimed = accept([undecayed(masses, n, 1)], card, ctau_mm=ctau, masses=masses, mode=mode)
    monkeypatch.setattr(selection, "front_of", lambda *_: None)
    monkeypatch.setattr(sums, "chance_of", lambda *_: None)
    many = undecayed(masses, 20 * n, 2)
    if mode == "semivisible":
        many = decay_chain(many, masses, np.random.default_rng(3), channels=ELECTRONS_ONLY)
    plain = accept([many], card, ctau_mm=ctau, masses=masses, mode=mode)
    assert np.all(np.abs(aimed.acceptance - plain.acceptance) < 3.5 * np.hypot(aimed.error, plain.error))
    assert np.all(aimed.acceptance > 0)
    assert np.all(20 * plain.error[-2:] ** 2 > gain * aimed.error[-2:] ** 2)


def test_only_calorimeters_behind_the_whole_decay_region_are_far():
    far, near = experiment("e137"), experiment("na64-2018")
    shower, s1 = far.signatures[0], near.signatures[0]
    for scenario in (SEMIVISIBLE, VISIBLE):
        assert front_of(far, shower, scenario, Planes()) == FRONT
    hole = Aperture(x_mm=10.0, y_mm=-4800.0, height_over_width=0.5)
    beside = front_of(far, shower, SEMIVISIBLE, hole)
    assert beside == Front((179e3, 383e3), (10.0, -4800.0, 383e3), np.hypot(1500.0, 750.0), 3000.0 * 1500.0, 2.0)
    disc = front_of(far, shower, SEMIVISIBLE, replace(hole, round=True))
    assert (disc.reach_mm, disc.area_mm2) == (1500.0, pytest.approx(np.pi * 1500.0 * 750.0))
    assert front_of(near, s1, SEMIVISIBLE, Planes()) is None
    assert front_of(near, near.signatures[1], SEMIVISIBLE, Planes()) is None
    assert chance_of(near, "semivisible") is None
    assert chance_of(near, "invisible") is None

    class Aside(Planes):
        pass

    assert front_of(far, shower, SEMIVISIBLE, Aside()) is None


def test_flyers_that_turn_back_or_start_behind_are_no_trouble():
    sample = flyers(4, 10.0, 0.5, np.random.default_rng(1))
    sample.momentum[0] *= -1
    sample.origin[1, 2] = 4e5
    sample = replace(sample, origin=sample.origin)
    plane, width = FRONT.toward(sample)
    assert np.isfinite(plane).all()
    assert np.isfinite(width).all()
    assert (width > 0).all()
    assert (FRONT.chance(sample.origin, sample.momentum, sample.mass, 0.25)[:2] == 0).all()
    masses = DarkMasses(0.2)
    table = accept([undecayed(masses, 500, 1)], experiment("e137"), masses=masses, mode="visible")
    assert np.isfinite(table.acceptance).all()


def test_decays_to_three_are_turned_and_weighted_alike():
    # chi2 -> chi1 pi+ pi- pi0 (omega): where products fly, summed over all, is as without aiming
    masses, n, rng = DarkMasses(7.0, 3.0, 0.4), 20_000, np.random.default_rng(1)
    flight = np.tile([0.3, 0.0, 20.0], (n, 1))
    decay = np.stack(chi2_decay(flight, masses, rng, channel="pi+ pi- pi0")[1:], axis=1)
    decay = np.pad(decay, [(0, 0), (0, 1), (0, 0)])
    mass = np.array([0.13957, 0.13957, 0.13498, 0.0])
    energy = np.sqrt((decay**2).sum(axis=2) + mass**2) * (np.arange(4) < 3)
    one = np.ones(n)
    plain = Candidates(one, np.zeros((n, 3)), one, flight, masses.m_chi2 * one, decay, energy, one > 0, free=one > 0)
    front = replace(FRONT, middle=(2e3, 0.0, 383e3))
    aimed, weight = front.aim(plain, np.tile([4e3, 0.0, 37e4], (n, 1)), rng)
    assert np.array_equal(aimed.product_energy[:, 3], np.zeros(n))
    own = aimed.product_energy[:, :3] ** 2 - (aimed.product_momentum[:, :3] ** 2).sum(axis=2)
    assert own == pytest.approx(np.tile(mass[:3] ** 2, (n, 1)), rel=1e-6)
    pair = [(s.product_momentum[:, 0] + s.product_momentum[:, 1]) for s in (plain, aimed)]
    for observable in (lambda p: p[:, 2], lambda p: p[:, 0], lambda p: 1.0 * (p[:, 0] < 0), lambda p: p[:, 0] ** 2):
        one, two = observable(pair[0]), weight * observable(pair[1])
        assert abs(one.mean() - two.mean()) < 4 * np.hypot(one.std(), two.std()) / np.sqrt(n)


def test_a_detector_beside_the_beam_is_found(monkeypatch):
    card, masses, n = experiment("charm"), DarkMasses(0.1), 4000
    ctau, settings = [1e4, 1e8], {"masses": masses, "mode": "visible"}

    def made(number, seed):
        return generate(
            masses, card.source("visible"), n_events=number, seed=seed, processes=card.processes, chain=False,
            e_min_aprime=card.e_min("visible"), stratified=True,
        )  # fmt: skip

    aimed = accept(made(n, 1), card, ctau_mm=ctau, **settings)
    monkeypatch.setattr(selection, "front_of", lambda *_: None)
    monkeypatch.setattr(sums, "chance_of", lambda *_: None)
    plain = accept(made(10 * n, 2), card, ctau_mm=ctau, **settings)
    assert np.all(aimed.acceptance > 0)
    assert np.all(np.abs(aimed.acceptance - plain.acceptance) < 3.5 * np.hypot(aimed.error, plain.error))
    assert np.all(aimed.error**2 < 10 * plain.error**2)
