"""Turning of vectors."""

import numpy as np

from semivis_gen.numerics.kinematics import isotropic
from semivis_gen.production.transverse import around


def test_the_z_axis_becomes_the_given_one_and_nothing_is_stretched_or_mirrored():
    rng = np.random.default_rng(1)
    axis = np.concatenate([isotropic(1000, rng), [[0, 0, 1.0], [0, 0, -1.0], [1.0, 0, 0], [0, 1e-9, -1.0]]])
    unit = [around(axis, np.tile(row, (len(axis), 1))) for row in np.eye(3)]
    np.testing.assert_allclose(unit[2], axis, atol=1e-15)
    np.testing.assert_allclose(np.cross(unit[0], unit[1]), unit[2], atol=1e-8)
    for vector in unit:
        np.testing.assert_allclose((vector**2).sum(axis=1), 1, atol=1e-8)
    np.testing.assert_allclose((unit[0] * unit[2]).sum(axis=1), 0, atol=1e-8)
