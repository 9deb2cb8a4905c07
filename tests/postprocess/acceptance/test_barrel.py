"""Cylinders around a collision: closed forms against stepping along the paths."""

import numpy as np
import pytest

from postprocess.acceptance.barrel import Barrel
from postprocess.experiment import Station
from semivis_gen.errors import ParameterError
from semivis_gen.numerics import isotropic

BARREL = Barrel(-1500.0, 2300.0, 15.0, 140.0)
REGIONS = [(0.0, 920.0), (200.0, 900.0), (1360.0, np.inf), (0.0, np.inf)]


def station(begin, end):
    number = {"status": "assumed", "note": "a test"}
    edges = {"begin_mm": {"value": begin, **number}, "end_mm": {"value": end, **number}}
    return Station.model_validate({"kind": "calorimeter", **edges})


def inside(points, radius):
    r, z = np.hypot(points[..., 0], points[..., 1]), points[..., 2]
    return (r < radius) & (z > BARREL.z_min_mm) & (z < BARREL.z_max_mm)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("spread", [0.0, 100.0, 1500.0])
def test_a_path_is_where_stepping_finds_it(region, spread):
    rng = np.random.default_rng(1)
    origin, unit = spread * rng.standard_normal((200, 3)), isotropic(200, rng)
    first, last = BARREL.path(origin, 3.0 * unit, region)
    step = np.linspace(0, 9000, 3001)
    points = origin[:, None] + step[None, :, None] * unit[:, None]
    there = inside(points, region[1]) if np.isfinite(region[1]) else np.ones(points.shape[:2], dtype=bool)
    there &= ~inside(points, region[0])
    begin = there.argmax(axis=1)  # of the first piece
    gone = ~there & (np.arange(len(step)) > begin[:, None])
    end = np.where(gone.any(axis=1), gone.argmax(axis=1), len(step))
    found = there.any(axis=1)
    last = np.minimum(last, 9000.0)
    length = np.where(np.isfinite(first), last - np.minimum(first, 9000.0), 0.0)
    assert (length[~found] < 9).all()  # shorter ones lie between two steps
    long = found & (length > 9)
    assert long.sum() > 30
    np.testing.assert_allclose(first[long], step[begin[long]], atol=3.0)
    close = np.abs(last - np.append(step, step[-1])[end])[long] <= 3.0
    assert close.mean() > 0.99  # a chord of the inner cylinder may lie between two steps, too


def test_paths_from_the_collision_are_the_closed_form():
    theta = np.radians([1.0, 30.0, 90.0, 150.0, 179.0])
    unit = np.stack([np.sin(theta), np.zeros(5), np.cos(theta)], axis=1)
    first, last = BARREL.path(np.zeros((5, 3)), unit, (1360.0, np.inf))
    ends = np.where(np.cos(theta) > 0, 2300.0, -1500.0) / np.cos(theta)
    np.testing.assert_allclose(first, np.minimum(1360.0 / np.sin(theta), ends), rtol=1e-12)
    assert np.isinf(last).all()


def test_paths_along_the_axis_leave_through_the_ends():
    unit = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]])
    first, last = BARREL.path(np.zeros((2, 3)), unit, (1360.0, np.inf))
    assert first.tolist() == [2300.0, 1500.0]
    assert np.isinf(last).all()
    first, last = BARREL.path(np.zeros((2, 3)), unit, (200.0, 900.0))
    assert np.isinf(first).all()
    assert np.isinf(last).all()


def test_every_path_from_the_collision_ends_in_the_detector_or_behind_it():
    unit = isotropic(1000, np.random.default_rng(2))
    origin = np.zeros((1000, 3))
    inner, outer = (BARREL.path(origin, unit, region) for region in ((0.0, 1360.0), (1360.0, np.inf)))
    assert (inner[0] == 0).all()
    np.testing.assert_array_equal(inner[1], outer[0])


def test_products_arrive_where_stepping_finds_them():
    rng = np.random.default_rng(3)
    point = 300.0 * rng.standard_normal((300, 3))
    point = point[np.hypot(point[:, 0], point[:, 1]) < 900]
    momentum = isotropic(2 * len(point), rng).reshape(-1, 2, 3)
    found = BARREL.impact(point, momentum, [station(920.0, 1360.0)])
    step = np.linspace(0, 6000, 6001)
    path = point[:, None, None] + step[:, None] * momentum[:, :, None]
    out = (~inside(path, 920.0)).argmax(axis=2)
    end = np.take_along_axis(path, out[..., None, None], axis=2)[:, :, 0]
    np.testing.assert_allclose(found.transverse[..., 1], end[..., 2], atol=1.0)
    theta = np.degrees(np.arctan2(np.hypot(end[..., 0], end[..., 1]), end[..., 2]))
    clear = np.minimum(np.abs(theta - 15), np.abs(theta - 140)) > 0.2
    assert (found.inside == ((theta > 15) & (theta < 140)))[clear].all()
    assert 0.5 < found.inside.mean() < 0.99
    assert (found.depth == 0).all()


def test_decays_in_a_shell_are_seen_where_they_are_and_none_behind_it():
    point = np.array([[1000.0, 0.0, 0.0], [0.0, 1400.0, 0.0], [100.0, 0.0, 2400.0], [0.0, 0.0, 0.0]])
    momentum = np.tile([[[-1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]], (4, 1, 1))
    found = BARREL.impact(point, momentum, [station(920.0, 1360.0)])
    assert found.inside.tolist() == [[True, False], [False, False], [False, False], [True, False]]
    assert found.depth[0] == 80.0
    assert found.transverse[3, 0] == pytest.approx([920.0 * np.pi, 0.0])


def test_the_next_shell_counts():
    point = np.array([[100.0, 0.0, 0.0], [700.0, 0.0, 0.0], [950.0, 0.0, 0.0]])
    momentum = np.tile([[[1.0, 0.0, 0.0]]], (3, 1, 1))
    shells = [station(920.0, 1360.0), station(500.0, 600.0)]
    assert BARREL.impact(point, momentum, shells).index.tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((10.0, 20.0), "it holds the collision at z = 0"),
        ((-10.0, np.inf), "it holds the collision at z = 0"),
        ((-10.0, 10.0, 90.0, 20.0), "theta_min_deg = 90.0 and theta_max_deg = 20.0 must rise"),
    ],
)
def test_shapes_that_are_none(values, message):
    with pytest.raises(ParameterError, match=message):
        Barrel(*values)
