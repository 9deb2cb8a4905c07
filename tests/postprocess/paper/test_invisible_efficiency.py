"""The selection efficiency that a published limit needs, against the limit with that efficiency."""

import numpy as np
import pytest
from support.cards import experiment
from support.places import REFERENCE

from postprocess.experiment.benchmark import load_benchmark
from postprocess.paper.invisible_efficiency import efficiency_rows, optimism
from postprocess.paper.other_production import other_production, published_limit
from postprocess.scan.exclusion import exclude_epsilon
from postprocess.scan.jobs import Backend
from postprocess.scan.planes import ScanSettings
from postprocess.scan.samples import SampleRequest
from semivis_gen.model.point import MassShape

CARD = experiment("na64-2018")


@pytest.fixture(scope="module")
def points():
    return SampleRequest([MassShape().at(m) for m in (0.001, 0.95)], CARD, "invisible", 500).run(backend=Backend(1))


def test_published_numbers_are_those_of_the_digitised_curve():
    mass, epsilon = np.loadtxt(REFERENCE / "na64_invisible_2019.csv", delimiter=",", skiprows=2).T
    for m, value in published_limit(load_benchmark("na64-2021")).items():
        assert value == pytest.approx(np.exp(np.interp(np.log(m), np.log(mass), np.log(epsilon))), rel=1e-3)


def test_with_the_efficiency_needed_the_limit_is_the_published_one(points):
    published = published_limit(load_benchmark("na64-2021"))
    rows = efficiency_rows(points, CARD, published, alpha_d=0.1)
    assert [row.m_aprime_GeV for row in rows] == [0.001, 0.95]
    for row, point in zip(rows, points, strict=True):
        scale = row.efficiency_needed / row.efficiency_card
        edge = exclude_epsilon([point], CARD, alpha_d=0.1, mode="invisible", yield_scale=scale, bands=False).low[0, 0]
        assert edge == pytest.approx(row.epsilon_published, rel=2e-3)
    light, heavy = rows
    assert abs(light.efficiency_needed - 0.74) < 4 * light.efficiency_needed_error + 0.01
    assert abs(heavy.efficiency_needed - 0.29) < 4 * heavy.efficiency_needed_error + 0.01
    assert light.card_is.startswith("pessimistic by 1.2")
    assert heavy.card_is.startswith("optimistic by 2.")
    assert "optimistic at high mass" in optimism(rows)


def test_a_card_without_flat_selection_says_nothing(points):
    bare = [s.model_copy(update={"efficiencies": {}}) for s in CARD.signatures]
    assert efficiency_rows(points, CARD.model_copy(update={"signatures": bare}), {0.95: 1e-2}, alpha_d=0.1) == []
    assert optimism([]) == ""


def test_the_masses_of_the_published_limit_are_sampled():
    asked = {p.m_aprime for p in other_production(ScanSettings(), "invisible")["na64-2018"].points}
    assert set(published_limit(load_benchmark("na64-2021"))) <= asked
