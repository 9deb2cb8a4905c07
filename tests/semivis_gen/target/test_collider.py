"""Beams that collide."""

import numpy as np
import pytest

from semivis_gen.constants import M_ELECTRON
from semivis_gen.errors import ParameterError
from semivis_gen.target import Collider


def test_energies_make_the_invariant_mass():
    found = Collider(7.007, 4.0)
    assert found.sqrt_s[0] == pytest.approx(np.sqrt(4 * 7.007 * 4.0), rel=1e-7)
    assert np.hypot(found.momenta, M_ELECTRON)[0] == pytest.approx([7.007, 4.0], rel=1e-12)


def test_runs_keep_the_second_beam():
    found = Collider(9.0, 3.1, runs=((10.02, 15.9), (10.58, 5.9)))
    assert found.sqrt_s == pytest.approx([10.02, 10.58], rel=1e-10)
    assert np.hypot(found.momenta[:, 1], M_ELECTRON) == pytest.approx([3.1, 3.1], rel=1e-12)
    assert found.beam_energy == pytest.approx(10.58**2 / (4 * 3.1), rel=1e-6)
    assert found.luminosity_shares == pytest.approx([15.9 / 21.8, 5.9 / 21.8])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((0.0, 4.0), "beam energy of a collider = 0 GeV"),
        ((7.0, float("inf")), "beam energy of a collider = inf GeV"),
        ((7.0, 4.0, 13), r"beam particle 13 of a collider: take 11 \(e-\) or -11 \(e\+\)"),
        ((7.0, 4.0, 11, ((10.0, -1.0),)), r"run at sqrt\(s\) = 10 GeV with luminosity -1"),
    ],
)
def test_what_cannot_be(values, message):
    with pytest.raises(ParameterError, match=message):
        Collider(*values)
