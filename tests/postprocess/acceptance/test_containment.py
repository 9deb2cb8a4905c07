"""The R cut from shower profiles: limits, a Monte Carlo of showers, cards."""

import numpy as np
import pytest
import yaml
from support.cards import experiment

from postprocess.acceptance.containment import containment_probability
from postprocess.acceptance.cut_flow import cut_flow_rows
from postprocess.acceptance.geometry import Planes
from postprocess.acceptance.shower_profile import Medium, radial_shape, rectangle_share
from postprocess.acceptance.sums import accept
from postprocess.experiment.schema import load_experiment
from semivis_gen.errors import CardError
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses
from semivis_gen.resources import cards_dir

COMPUTED, FLAT = experiment("na64-2018-computed-r"), experiment("na64-2018")
IRON = Medium(z=26, critical_energy=21.7e-3, moliere_mm=19.9)
CELL = np.array([-100.0, -100.0]), np.array([100.0, 100.0])


def changed(**values):
    """HCAL2 of the card with other numbers of its central cells."""
    station = COMPUTED.stations["HCAL2"]
    cells = {key: getattr(station.central, key).model_copy(update={"value": v}) for key, v in values.items()}
    return station.model_copy(update={"central": station.central.model_copy(update=cells)})


def at(x, energies=(20.0, 10.0), **values):
    """Probability to pass for an electron and a positron along z that start at x inside HCAL2."""
    point = np.array([[x, 0.0, 3000.0]])
    energy = np.array([energies])
    momentum = np.zeros((1, 2, 3))
    momentum[..., 2] = energy
    stations = [changed(**values)]
    return float(containment_probability(Planes().impact(point, momentum, stations), energy, stations, 0.06)[0])


def test_showers_in_the_middle_pass_and_at_the_border_fail():
    assert at(0.0) > 0.999
    assert at(100.0) < 0.01
    assert at(250.0) < 1e-6
    assert at(350.0) == 0.0  # beside the module nothing is seen


def test_an_offset_of_the_cells_moves_the_border():
    assert at(60.0, offset_x_mm=-30.0) == pytest.approx(at(90.0), rel=1e-9)


def test_noise_makes_the_cut_soft():
    exact = [at(x, noise_GeV=0.0) for x in (70.0, 90.0)]
    soft = [at(x, noise_GeV=1.0) for x in (70.0, 90.0)]
    assert exact[0] > soft[0]
    assert exact[1] < soft[1]


@pytest.mark.parametrize(("x", "noise"), [(84.0, 0.0), (85.0, 0.0), (80.0, 0.6)])
def test_the_cut_acts_on_energies_measured_in_the_cells_and_beside_them(x, noise):
    """A toy of one electron: both sums smeared, 7.78 % and at most 0.5 GeV, and noise beside the cells."""
    cells = COMPUTED.stations["HCAL2"].central
    medium = Medium(cells.z.value, cells.critical_energy_GeV.value, cells.moliere_mm.value)
    half = np.array([cells.half_width_x_mm.value, cells.half_width_y_mm.value])
    middle = np.array([cells.offset_x_mm.value, cells.offset_y_mm.value])
    inside = 20.0 * float(rectangle_share([x], [0.0], [20.0], middle - half, middle + half, medium)[0])
    n, rng = 200_000, np.random.default_rng(5)
    outside = 20.0 - inside
    measured = [
        e + np.hypot(min(0.0778 * e, 0.5), extra) * rng.standard_normal(n)
        for e, extra in ((outside, noise), (inside, 0.0))
    ]
    toys = np.mean(measured[0] < 0.06 * (measured[0] + measured[1]))
    assert 0.02 < toys < 0.98
    assert abs(at(x, energies=(20.0, 0.0), noise_GeV=noise) - toys) < 4 * np.sqrt(toys * (1 - toys) / n)


def test_share_of_a_rectangle_against_sampled_showers():
    rng = np.random.default_rng(3)
    weight, core, tail = radial_shape([20.0], IRON)
    n = 200_000
    node = rng.integers(0, weight.shape[1], n)
    radius = np.where(rng.random(n) < weight[0, node], core[0, node], tail[0, node])
    u = rng.random(n)
    r = radius * np.sqrt(u / (1 - u))  # inverse of r^2 / (r^2 + R^2)
    phi = 2 * np.pi * rng.random(n)
    x, y = 85.0 + r * np.cos(phi), -20.0 + r * np.sin(phi)
    inside = np.mean((abs(x) < 100) & (abs(y) < 100))
    expected = float(rectangle_share([85.0], [-20.0], [20.0], *CELL, IRON)[0])
    assert abs(inside - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


def test_rectangles_add_up():
    low, high = CELL
    middle = np.array([20.0, 100.0])
    parts = rectangle_share([60.0], [10.0], [15.0], low, middle, IRON) + rectangle_share(
        [60.0], [10.0], [15.0], np.array([20.0, -100.0]), high, IRON
    )
    assert parts == pytest.approx(rectangle_share([60.0], [10.0], [15.0], low, high, IRON), rel=1e-12)


def sample(card, events=3000):
    return generate(DarkMasses(0.3, 3.0, 0.4), card.source(), n_events=events, seed=1, e_min_aprime=card.e_min())


def test_the_cut_is_a_step_of_its_own_and_scales_the_acceptance():
    computed, flat = (accept(sample(card), card, ctau_mm=[10.0]) for card in (COMPUTED, FLAT))
    steps = {r.step: r for r in cut_flow_rows(computed) if r.signature == "S1"}
    assert "R < 0.06" in steps
    # everything but the R cut is the same within the beam's spread
    ratio = computed.acceptance[0, 0] / flat.acceptance[0, 0]
    assert ratio == pytest.approx(steps["R < 0.06"].efficiency / 0.52, rel=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"efficiencies": {"R < 0.06": {"value": 0.5, "status": "assumed", "note": "x"}}},
            "is computed by containment",
        ),
        (
            {"efficiencies": {"R<0.08": {"value": 0.5, "status": "assumed", "note": "x"}}},
            r"efficiencies.R<0.08 = 0.5: is computed by containment",
        ),
        ({"containment": {"stations": ["VETO"]}}, "no calorimeter with central cells"),
        ({"containment": {"outside_max": {"value": 1.5, "status": "assumed", "note": "x"}}}, "between 0 and 1"),
    ],
)
def test_cards_that_make_no_sense(tmp_path, change, message):
    (tmp_path / "mine.yaml").write_text(
        yaml.safe_dump({"extends": "na64-2018-computed-r", "name": "mine", "signatures": [{"name": "S1", **change}]})
    )
    with pytest.raises(CardError, match=message):
        load_experiment(tmp_path / "mine.yaml")


def test_null_takes_a_key_out_and_other_folders_are_not_read(tmp_path):
    assert "R < 0.06" in FLAT.signatures[0].efficiencies
    assert "R < 0.06" not in COMPUTED.signatures[0].efficiencies
    source = cards_dir() / "experiments" / "na64-2018.yaml"
    for parent in (str(source), "../na64-2018.yaml"):
        (tmp_path / "mine.yaml").write_text(f"extends: {parent}\nname: mine\n")
        with pytest.raises(CardError, match="without folders"):
            load_experiment(tmp_path / "mine.yaml")
