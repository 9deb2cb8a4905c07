"""Requests of points: those of one m_A' share produced A'; what comes back is that of each alone."""

import json

import numpy as np
import pytest
from support.cards import experiment

from postprocess.scan.jobs import Backend
from postprocess.scan.samples import SampleRequest, by_shape
from postprocess.scan.work import Work
from semivis_gen.model.point import DarkMasses, MassShape

CARD = experiment("na64-2018")
SHAPES = (MassShape(3.0, 0.4), MassShape(4.0, 0.2))
HERE = Backend(1)


@pytest.fixture(scope="module")
def points():
    wanted = [SHAPES[0].at(0.3), SHAPES[0].at(0.2), SHAPES[1].at(0.3)]
    return SampleRequest(wanted, CARD, events=400).run(backend=HERE)


def same(one, other):
    return (
        one.masses == other.masses
        and one.rate == other.rate
        and np.array_equal(one.table.acceptance, other.table.acceptance)
        and np.array_equal(one.table.error, other.table.error)
    )


def test_points_of_one_mass_are_one_job(points):
    request = SampleRequest([p.masses for p in points], CARD)
    assert request.groups() == [[SHAPES[0].at(0.3), SHAPES[1].at(0.3)], [SHAPES[0].at(0.2)]]
    jobs = json.loads(json.dumps([arguments for _, arguments in request.jobs()]))
    assert jobs[0]["points"][1] == {"m_aprime": 0.3, "ratio": 4.0, "splitting": 0.2}
    assert [p.masses for p in points] == [SHAPES[0].at(0.3), SHAPES[1].at(0.3), SHAPES[0].at(0.2)]


def test_each_point_is_what_it_is_alone(points):
    for point in points:
        (alone,) = SampleRequest([point.masses], CARD, events=400).run(backend=HERE)
        assert same(point, alone)
    assert not np.array_equal(points[0].table.acceptance, points[1].table.acceptance)


def test_a_mass_out_of_reach_is_left_out():
    request = SampleRequest([DarkMasses(150.0), DarkMasses(0.3)], CARD, events=100)
    assert [p.masses for p in request.run(backend=HERE)] == [DarkMasses(0.3)]


def test_points_by_shape(points):
    groups = by_shape(points)
    assert list(groups) == list(SHAPES)
    assert [p.masses.m_aprime for p in groups[SHAPES[0]]] == [0.3, 0.2]


def test_work_samples_what_two_ask_for_once(points):
    one = SampleRequest([points[0].masses, points[2].masses], CARD, events=400)
    two = SampleRequest([points[1].masses, points[0].masses], CARD, events=400)
    other = SampleRequest([points[2].masses], CARD, events=300)
    work = Work({"one": one}) | Work({"two": two, "other": other}).owned_by("someone")
    seen = []
    assert work.steps == 3  # 0.3 GeV and 0.2 GeV, and 0.2 GeV of another size
    done = work.run(backend=HERE, advance=seen.append)
    assert sum(seen) == 3
    assert all(same(a, b) for a, b in zip(done.samples["one"], (points[0], points[2]), strict=True))
    found = done.part("someone")
    assert all(same(a, b) for a, b in zip(found.samples["two"], (points[1], points[0]), strict=True))
    assert (found.samples["other"][0].table.events, points[2].table.events) == (300, 400)
    assert done.part("nobody").samples == {}
