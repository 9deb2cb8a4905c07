"""Lists of mesons in memory."""

import numpy as np
import pytest

from semivis_gen.errors import ParameterError
from semivis_gen.production.mesons.meson_list import MesonList

P = np.array([[0.1, 0.0, 20.0], [0.0, 0.3, 50.0], [0.2, -0.1, 5.0]])


def test_kinds_that_make_no_aprime_and_empty_weights_are_dropped():
    mesons = MesonList.of([111, 211, 221], P, [1.0, 2.0, 0.5])
    assert list(mesons.pdg) == [111, 221]
    assert (mesons.per_proton(111), mesons.per_proton(221), mesons.per_proton(331)) == (1.0, 0.5, 0.0)
    mass2 = mesons.energy**2 - (P[[0, 2]] ** 2).sum(axis=1)
    np.testing.assert_allclose(mass2, [0.1349768**2, 0.547862**2], rtol=1e-10)
    assert len(MesonList.of([111, 111], P[:2], [1.0, 0.0]).pdg) == 1


def test_scaled_keeps_the_kinds_it_is_given():
    mesons = MesonList.of([111, 221, 331], P, [1.0, 0.5, 0.1]).scaled({221: 2.0, 331: 1.0})
    assert list(mesons.pdg) == [221, 331]
    assert list(mesons.weight) == [1.0, 0.1]


def test_turning_about_the_beam_keeps_momenta_and_angles():
    mesons = MesonList.of([111, 221, 331], P, [1.0, 0.5, 0.1], symmetric=True)
    entry = np.repeat(np.arange(3), 2000)
    turned = mesons.momenta(entry, np.random.default_rng(1))
    np.testing.assert_allclose(np.hypot(turned[:, 0], turned[:, 1]), np.hypot(P[entry, 0], P[entry, 1]), rtol=1e-13)
    assert np.array_equal(turned[:, 2], P[entry, 2])
    angle = np.arctan2(turned[:, 1], turned[:, 0])
    assert abs(np.exp(1j * angle).mean()) < 4 / np.sqrt(6000)
    fixed = MesonList.of([111, 221, 331], P, [1.0, 0.5, 0.1])
    assert np.array_equal(fixed.momenta(entry, np.random.default_rng(1)), P[entry])


def test_errors_are_those_of_a_sample():
    mesons = MesonList.of([111, 111], P[:2], [3.0, 4.0])
    total = mesons.total(lambda pdg, p: np.ones(len(pdg)))
    assert (total.value, total.error) == (7.0, 5.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([111], P, [1.0]), r"meson list: ids \(1,\), momenta \(3, 3\), weights \(1,\) must have shapes"),
        (([111, 221, 331], P, [1.0, -1.0, 1.0]), r"meson 2: .* weight -1.0 must be finite, weights not negative"),
        (([111, 221, 331], P * [[1], [1], [np.nan]], [1.0, 1.0, 1.0]), "meson 3: "),
        (([211, 321, 13], P, [1.0, 1.0, 1.0]), r"none of 3 particles makes A'; give some of 111 \(pi0\), 221"),
    ],
)
def test_what_is_no_list(arguments, message):
    with pytest.raises(ParameterError, match=message):
        MesonList.of(*arguments)


def test_mesons_above_the_beam_energy():
    mesons = MesonList.of([111], [[0.0, 0.0, 14_000.0]], [1.0])
    with pytest.raises(
        ParameterError, match=r"a meson of 14000 GeV cannot come from a proton of 400 GeV: give the list"
    ):
        mesons.require_beam(400.0)
    MesonList.of([111], [[0.0, 0.0, 399.0]], [1.0]).require_beam(400.0)
