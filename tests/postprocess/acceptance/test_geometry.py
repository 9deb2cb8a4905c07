"""Planes, and two geometries from outside: an aperture off the beam axis, a barrel."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from support.cards import experiment
from support.chains import make_events
from support.entries import requiring, with_geometry

from postprocess.acceptance.geometry import GEOMETRIES, Impact, Planes, geometry_of
from postprocess.acceptance.sums import accept
from postprocess.experiment.cards import Number
from postprocess.experiment.schema import Station
from semivis_gen.errors import ParameterError

CTAU = [2.0, 20.0, 2000.0]
FLAT = experiment("na64-2018-flat-r")  # without a cut on where showers lie
PENCIL = FLAT.model_copy(
    update={
        "beam": FLAT.beam.model_copy(update={"spot_mm": None, "divergence_mrad": None}),
        "stations": {name: s.model_copy(update={"offset_x_mm": None}) for name, s in FLAT.stations.items()},
    }
)


def station(begin, end, half_width=300.0):
    edges = {"begin_mm": begin, "end_mm": end, "half_width_mm": half_width}
    numbers = {key: Number(value=value, status="assumed", note="a test") for key, value in edges.items()}
    return Station(kind="calorimeter", **numbers)


MODULES = [station(4500, 6000), station(2875, 4375)]  # out of order on purpose


def test_paths_between_planes_along_and_across():
    origin = np.array([[0.0, 0.0, 0.0], [1.0, 2.0, 100.0], [0.0, 0.0, 350.0]])
    momentum = np.array([[0.0, 0.0, 5.0], [3.0, 0.0, 4.0], [0.0, 3.0, 4.0]])
    first, last = Planes().path(origin, momentum, (300.0, 500.0))
    assert first == pytest.approx([300.0, 250.0, 0.0])
    assert last == pytest.approx([500.0, 500.0, 187.5])
    first, last = Planes().path(origin, momentum, (300.0, np.inf))
    assert first == pytest.approx([300.0, 250.0, 0.0])
    assert np.all(np.isinf(last))


def test_paths_that_miss_the_planes_are_infinite():
    origin = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 600.0], [0.0, 0.0, 0.0]])
    momentum = np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    assert np.all(np.isinf(Planes().path(origin, momentum, (300.0, 500.0))))


def test_the_smallest_step_to_a_plane_is_not_lost():
    first, last = Planes().path(np.zeros((1, 3)), np.array([[0.0, 0.0, 1.0]]), (1e-320, 1.0))
    assert 0 < first[0] < last[0] == 1.0


def hit(point, direction):
    momentum = np.broadcast_to(np.asarray(direction, dtype=float), (1, 1, 3))
    impact = Planes().impact(np.array([point], dtype=float), momentum, MODULES)
    return int(impact.index[0]), bool(impact.inside[0, 0]), impact.transverse[0, 0].tolist()


def test_a_decay_inside_a_module_counts_where_it_happens():
    assert hit([0, 0, 3000], [0, 0, 1]) == (1, True, [0, 0])
    assert hit([299, -299, 3000], [1, 0, 1]) == (1, True, [299, -299])  # showers at once: the direction is no matter
    assert hit([301, 0, 3000], [0, 0, 1])[:2] == (1, False)


def test_a_decay_between_modules_flies_to_the_next_front():
    index, inside, transverse = hit([0, 0, 4400], [2.9, 0, 1])  # 100 mm to go
    assert (index, inside) == (0, True)
    assert transverse == pytest.approx([290, 0])
    assert not hit([0, 0, 4400], [0, -3.1, 1])[1]
    assert not hit([0, 0, 4400], [0, 0, -1])[1]
    assert hit([0, 0, 100], [0.1, 0, 1])[:2] == (1, True)  # before the first module


def test_a_decay_behind_the_last_module_is_not_seen():
    assert not hit([0, 0, 6000], [0, 0, 1])[1]


def test_a_card_without_a_geometry_has_planes(na64):
    assert geometry_of(na64) == Planes()
    assert GEOMETRIES["planes"] is Planes
    with pytest.raises(ParameterError, match=r"no geometry 'plane': .* did you mean planes\?"):
        GEOMETRIES["plane"]


@dataclass(frozen=True)
class Aside(Planes):
    """Calorimeters whose centre lies beside the beam axis."""

    name: ClassVar[str] = "aside"
    x_mm: float = 0.0

    def impact(self, point, momentum, stations):
        return super().impact(point - [self.x_mm, 0.0, 0.0], momentum, stations)


def test_an_aperture_to_the_right_is_a_beam_to_the_left():
    na64 = PENCIL
    events = make_events(4000, 1)
    vertex = events.vertex.copy()
    vertex[:, 0] -= 300.0
    moved = accept([dataclasses.replace(events, vertex=vertex)], na64, ctau_mm=CTAU)
    aside = accept([events], with_geometry(na64, Aside(300.0)), ctau_mm=CTAU)
    assert aside.acceptance == pytest.approx(moved.acceptance, rel=1e-9)
    central = accept([events], na64, ctau_mm=CTAU)
    share = aside.acceptance[:, 0] / central.acceptance[:, 0]  # the axis lies on the aperture's edge
    assert np.all((share > 0.4) & (share < 0.6))
    assert (aside.acceptance[:, 1] == central.acceptance[:, 1]).all()  # S2 sees nothing of the products


@dataclass(frozen=True)
class Barrel:
    """Cylinders around the beam axis: edges are radii, a station's half width is half of its length."""

    name: ClassVar[str] = "barrel"

    def path(self, origin, momentum, region):
        radial = np.hypot(momentum[:, 0], momentum[:, 1]) / np.linalg.norm(momentum, axis=1)  # from the axis
        return region[0] / radial, region[1] / radial

    def impact(self, point, momentum, stations):
        p, (x, y) = momentum[..., :2], point[:, None, :2].transpose(2, 0, 1)
        radius = np.hypot(x, y)
        inner = np.array([s.begin_mm.value for s in stations])
        index = np.minimum(np.searchsorted(inner, radius[:, 0]), len(stations) - 1)
        goal = np.maximum(inner[index][:, None], radius)
        a, b, c = (p**2).sum(axis=2), x * p[..., 0] + y * p[..., 1], radius**2 - goal**2
        step = (-b + np.sqrt(b * b - a * c)) / a
        z = point[:, None, 2] + step * momentum[..., 2]
        phi = np.arctan2(y + step * p[..., 1], x + step * p[..., 0])
        half = np.array([s.half_width_mm.value for s in stations])[index][:, None]
        return Impact(index, np.stack([goal * phi, z], axis=2), np.abs(z) < half, radius[:, 0] - inner[index])


def long_barrel(card, half_length):
    """The card with stations of another length: they become a barrel."""
    number = Number(value=half_length, status="assumed", note="a test")
    stations = {name: s.model_copy(update={"half_width_mm": number}) for name, s in card.stations.items()}
    return with_geometry(card.model_copy(update={"stations": stations}), Barrel())


def test_a_barrel_is_the_closed_form():
    na64 = PENCIL
    events = make_events(3000, 1)
    events = dataclasses.replace(events, vertex=np.zeros_like(events.vertex))
    card = requiring(na64, "S2", missing_energy_min_GeV=None)  # all that S2 then asks is a decay beyond 6 m
    table = accept([events], long_barrel(card, 1e9), ctau_mm=CTAU)
    p = events.momentum[events.only(58)]
    rate = 0.14 / np.outer(np.hypot(p[:, 0], p[:, 1]), CTAU)  # decays per radial length
    exact = np.average(np.exp(-6000 * rate), axis=0, weights=events.weight)
    assert table.cut_flow("S2").fraction[1] == pytest.approx(exact, rel=1e-12)


def test_a_long_barrel_sees_more():
    na64 = PENCIL
    events = make_events(3000, 1)
    short, long = (accept([events], long_barrel(na64, size), ctau_mm=[1e3, 1e4]) for size in (5e5, 1e9))
    assert np.all(short.acceptance[:, 0] > 0)
    assert np.all(short.acceptance[:, 0] < 0.9 * long.acceptance[:, 0])
