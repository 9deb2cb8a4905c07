"""Displaced pairs in a barrel."""

from types import SimpleNamespace

import numpy as np
import pytest
from support.cards import experiment
from support.entries import requiring

from postprocess.acceptance.displaced import DisplacedPair
from postprocess.acceptance.sums import accept
from semivis_gen.errors import ParameterError
from semivis_gen.generator import generate
from semivis_gen.model import DarkMasses

CARD = experiment("belle2")
MASSES = DarkMasses(0.5)
CTAU = np.array([1.0, 10.0, 100.0])


def pair(*momenta, z=0.0):
    momentum = np.array([momenta], dtype=float)
    mass = 0.51099895e-3
    energy = np.sqrt((momentum**2).sum(axis=2) + mass**2)
    sample = SimpleNamespace(product_momentum=momentum, product_energy=energy)
    return sample, SimpleNamespace(point=np.array([[0.0, 0.0, z]]))


@pytest.mark.parametrize(
    ("cuts", "z", "passes"),
    [
        ({}, 0.0, True),
        ({"momentum_min_GeV": 0.9}, 0.0, True),
        ({"momentum_min_GeV": 1.1}, 0.0, False),  # the softer one has 1 GeV
        ({"opening_min_rad": 0.19}, 0.0, True),  # atan(0.2)
        ({"opening_min_rad": 0.20}, 0.0, False),
        ({"mass_min_GeV": 0.27}, 0.0, True),  # m^2 = 2 p1 p2 (1 - cos)
        ({"mass_min_GeV": 0.29}, 0.0, False),
        ({"theta_min_deg": 10.0}, 0.0, False),  # one flies along the beam
        ({"z_max_mm": 10.0}, 9.0, True),
        ({"z_max_mm": 10.0}, 11.0, False),
        ({"z_min_mm": 0.0}, -1.0, False),
    ],
)
def test_cuts(cuts, z, passes):
    sample, at = pair([0, 0, 1.0], [0.4, 0, 2.0], z=z)
    assert DisplacedPair(**cuts).factor(sample, at).tolist() == [float(passes)]


@pytest.fixture(scope="module")
def events():
    return next(generate(MASSES, CARD.source(), processes=CARD.processes, n_events=5000, seed=1))


def test_without_cuts_it_is_the_probability_to_decay_between_the_radii(events):
    card = requiring(requiring(CARD, "inner", DisplacedPair()), "outer", DisplacedPair())
    table = accept([events], card, ctau_mm=CTAU)
    p = events.momentum[events.only(58)]
    rate = MASSES.m_chi2 / np.outer(np.hypot(p[:, 0], p[:, 1]), CTAU)  # decays per radial length
    for name, (begin, end) in {"inner": (2.0, 9.0), "outer": (170.0, 600.0)}.items():
        flow = table.cut_flow(name)
        each = np.exp(-begin * rate) - np.exp(-end * rate)
        forward = np.hypot(p[:, 0], p[:, 1]) / p[:, 2]
        if name == "outer":  # some leave through the ends before
            long = np.where(p[:, 2] > 0, 1960.0 * forward, -1020.0 * forward)
            each = np.exp(-np.minimum(begin, long)[:, None] * rate) - np.exp(-np.minimum(end, long)[:, None] * rate)
        step = flow.step("displaced_pair")
        assert (np.abs(flow.fraction[step] - each.mean(axis=0)) < 4 * flow.error[step] + 1e-9).all()


def test_cuts_of_the_card_lose_a_part(events):
    table = accept([events], CARD, ctau_mm=CTAU)
    flow = table.cut_flow("inner")
    before, after = (flow.fraction[flow.step(key), 0] for key in ("photon", "displaced_pair"))
    assert 0.02 < after / before < 0.9
    assert table.acceptance[0, 1] > 0


@pytest.mark.parametrize(
    ("cuts", "message"),
    [
        ({"momentum_min_GeV": -1.0}, "momentum_min_GeV = -1.0 must be zero or positive"),
        ({"opening_min_rad": np.nan}, "opening_min_rad = nan must be zero or positive"),
        ({"z_min_mm": 5.0, "z_max_mm": 1.0}, "z_min_mm = 5.0 and z_max_mm = 1.0 must rise"),
        ({"theta_max_deg": 200.0}, "theta_max_deg = 200.0 must rise between 0 and 180"),
    ],
)
def test_settings_that_make_no_sense(cuts, message):
    with pytest.raises(ParameterError, match=message):
        DisplacedPair(**cuts)
