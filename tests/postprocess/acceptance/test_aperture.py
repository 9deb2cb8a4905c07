"""Apertures beside the beam, round and rectangular: areas and edges known in closed form."""

import math

import numpy as np
import pytest

from postprocess.acceptance.aperture import Aperture
from postprocess.acceptance.geometry import Planes
from semivis_gen.errors import ParameterError

HALF_WIDTH = np.array(1500.0)


def hit_share(geometry, n=400_000):
    """Share of the square |x|, |y| < 8 m that an aperture covers, and its standard deviation."""
    points = np.random.default_rng(1).uniform(-8000, 8000, (n, 2))
    share = geometry.within(points, HALF_WIDTH).mean()
    return share, math.sqrt(share * (1 - share) / n)


@pytest.mark.parametrize(
    ("geometry", "area_m2"),
    [
        (Aperture(), 9.0),
        (Aperture(x_mm=5000.0, y_mm=-300.0), 9.0),
        (Aperture(round=True), math.pi * 2.25),
        (Aperture(height_over_width=1.44), 9.0 * 1.44),
        (Aperture(round=True, y_mm=4000.0, height_over_width=0.5), math.pi * 2.25 / 2),
    ],
)
def test_the_area_of_an_aperture(geometry, area_m2):
    share, error = hit_share(geometry)
    assert abs(share - area_m2 / 256) < 4 * error


def test_the_default_is_that_of_planes():
    points = np.random.default_rng(2).uniform(-3000, 3000, (1000, 2, 2))
    assert np.array_equal(Aperture().within(points, HALF_WIDTH), Planes().within(points, HALF_WIDTH))


def test_edges_of_an_aperture_beside_the_beam():
    aside = Aperture(x_mm=4900.0, height_over_width=0.5)
    points = np.array([[3401.0, 0.0], [3399.0, 0.0], [6399.0, 0.0], [4900.0, 749.0], [4900.0, 751.0], [0.0, 0.0]])
    assert aside.within(points, HALF_WIDTH).tolist() == [True, False, True, True, False, False]


@pytest.mark.parametrize("wrong", [{"x_mm": math.inf}, {"y_mm": math.nan}, {"height_over_width": 0.0}])
def test_an_aperture_that_is_none_is_refused(wrong):
    with pytest.raises(ParameterError, match="position must be finite, the ratio positive"):
        Aperture(**wrong)
