import numpy as np
import pytest

from postprocess.experiment.cards import Number
from postprocess.experiment.stations import Resolution, Station


def number(value):
    return Number(value=value, status="assumed", note="a test")


def station(begin, end):
    edges = {"begin_mm": number(begin), "end_mm": number(end), "half_width_mm": number(300.0)}
    return Station(kind="calorimeter", **edges)


def test_resolution_terms():
    energy = np.array([0.0, 1.0, 25.0, 100.0])
    both = Resolution(stochastic=number(0.1), constant=number(0.02))
    assert both.sigma(energy) == pytest.approx(np.sqrt(0.01 * energy + 0.0004 * energy**2))
    capped = Resolution(constant=number(0.35 / 4.5), ceiling_GeV=number(0.5))
    assert capped.sigma([4.5, 7.0, 80.0]) == pytest.approx([0.35, 0.5, 0.5], rel=0.09)
    assert capped.sigma([4.5]) == pytest.approx([0.35])
    assert station(0.0, 1.0).sigma(energy) == pytest.approx(np.zeros(4))
