"""The R cut from shower profiles: limits, a Monte Carlo of showers, leakage between modules, cards."""

import numpy as np
import pytest
import yaml
from support.cards import experiment

from postprocess.acceptance.containment import is_contained
from postprocess.acceptance.cut_flow import cut_flow_rows
from postprocess.acceptance.geometry import Planes
from postprocess.acceptance.shower_profile import Medium, deposited_share, rectangle_share, slices
from postprocess.acceptance.sums import accept
from postprocess.experiment.cards import Number
from postprocess.experiment.schema import load_experiment
from semivis_gen.errors import CardError
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses
from semivis_gen.resources import cards_dir

COMPUTED, FLAT = experiment("na64-2018"), experiment("na64-2018-flat-r")
HCAL = [COMPUTED.stations["HCAL2"], COMPUTED.stations["HCAL3"]]
IRON = Medium(z=26, critical_energy=21.7e-3, moliere_mm=23.4, radiation_length_mm=23.9)
BORDER, END, LAST = 97.0, 4377.0, 6000.0


def number(value):
    return Number(value=value, status="assumed", note="a test")


def pairs(x, z, energies=(20.0, 10.0)):
    """Impact on HCAL2 and HCAL3 of e+ and e- along z that start at (x, z), and their energies."""
    x, z = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(z, dtype=float))
    point = np.stack([x, np.zeros_like(x), z], axis=1)
    energy = np.broadcast_to(energies, (len(x), 2))
    momentum = np.zeros((len(x), 2, 3))
    momentum[..., 2] = energy
    return point, momentum, energy


def contained(x, z, *, cut=0.06, stations=HCAL, energies=(20.0, 10.0)):
    point, momentum, energy = pairs(x, z, energies)
    return is_contained(Planes().impact(point, momentum, stations), energy, stations, cut)


def test_showers_in_the_middle_pass_and_at_the_border_fail():
    assert contained([0.0, 50.0, -50.0, BORDER, 150.0, 250.0, 350.0], 3000.0).tolist() == [True] * 3 + [False] * 4
    axis = contained([0.0, -97.0, -60.0, 60.0], 4500.0)  # the middle cell of HCAL3 begins at the beam's axis
    assert axis.tolist() == [False, True, True, False]


def test_both_products_count_with_their_energies():
    # one shower in the middle, one outside: R is its share of the energy, and what the other loses
    point, momentum, energy = pairs([0.0], 3000.0, (20.0, 1.0))
    impact = Planes().impact(point, momentum, HCAL)
    impact.transverse[0, 1] = 250.0
    lost = 1 - rectangle_share([0.0], [0.0], (97.0, 96.0), slices([20.0], IRON).of((slice(None), slice(None)))).mean()
    share = (1.0 + 20 * lost) / 21
    assert [bool(is_contained(impact, energy, HCAL, cut)[0]) for cut in (0.98 * share, 1.02 * share)] == [False, True]


def test_the_bounds_decide_as_the_integral_does():
    rng = np.random.default_rng(5)
    x, z = rng.uniform(-200, 200, 400), rng.uniform(2754, LAST, 400)
    for cut in (0.03, 0.06, 0.3):
        outside, total = np.zeros(400), np.zeros(400)
        for energy in (20.0, 10.0):
            shape, remaining = slices(np.full(400, energy), IRON), np.where(z < END, END, LAST) - z
            first = deposited_share(energy, remaining, IRON)
            second = np.where(z < END, deposited_share(energy, remaining + 1623, IRON), first)
            for low, high, centre in ((0, first, np.where(z < END, 0.0, -97.0)), (first, second, -97.0)):
                upto = [np.clip(8 * np.reshape(s, (-1, 1)) - np.arange(8), 0, 1) / 8 for s in (low, high)]
                inside = rectangle_share((x - centre)[:, None], np.zeros((400, 1)), (97.0, 96.0), shape)
                here = energy * (upto[1] - upto[0])
                total += here.sum(axis=1)
                outside += (here * (1 - inside)).sum(axis=1)
        expected = outside < cut * total
        clear = np.abs(outside / total - cut) > 1e-3  # less than 1e-4 of a shower is not followed
        assert 0.02 < expected.mean() < 0.98
        assert clear.mean() > 0.9
        assert (contained(x, z, cut=cut) == expected)[clear].all()


def test_what_leaks_into_the_next_module_is_outside_if_the_beam_hits_a_border_there():
    # half of it lies in the middle cell: R < 0.06 where less than 0.12 leaks, less twice what is outside in HCAL2
    depth = np.linspace(0, 800, 801)
    passed = contained(np.zeros(801), END - depth)
    edge = depth[np.argmax(passed)]
    assert passed[depth >= edge].all()
    leaked = sum(e * (1 - float(deposited_share(e, edge, IRON))) for e in (20.0, 10.0)) / 30
    lateral = 1 - float(rectangle_share(0.0, 0.0, (97.0, 96.0), slices([10.0], IRON)).mean())
    assert 0.005 < lateral < 0.02
    assert 0.12 - 2 * lateral < leaked < 0.12
    centred = [HCAL[0], HCAL[1].model_copy(update={"offset_x_mm": None})]
    assert contained(np.zeros(801), END - depth, stations=centred).all()


def test_leakage_behind_the_last_module_is_lost():
    cells = HCAL[1].central
    one = HCAL[1].model_copy(update={"offset_x_mm": None, "central": cells})
    assert contained(np.zeros(3), [LAST - 1000, LAST - 100, LAST - 20], stations=[HCAL[0], one]).all()


def test_a_module_moved_sideways_is_a_beam_moved_the_other_way():
    moved = [HCAL[0].model_copy(update={"offset_x_mm": number(60.0)})]
    x = np.linspace(-350, 350, 71)
    assert (contained(x + 60.0, 3000.0, stations=moved) == contained(x, 3000.0, stations=HCAL[:1])).all()
    point, momentum, _ = pairs(x, 3000.0)
    inside = Planes().impact(point, momentum, moved).inside[:, 0]
    assert (inside == (np.abs(x - 60.0) < 300)).all()


def test_two_central_cells_hold_a_shower_on_their_border():
    two = HCAL[1].central.model_copy(update={"half_width_x_mm": number(194.0), "offset_x_mm": number(97.0)})
    stations = [HCAL[0], HCAL[1].model_copy(update={"central": two})]
    assert contained(np.zeros(2), [4500.0, END - 100], stations=stations).all()
    assert not contained(np.zeros(2), [4500.0, END - 100]).any()


def test_nothing_seen_is_not_contained():
    assert not contained([400.0, 0.0], [3000.0, 6100.0]).any()


def sample(card, events=6000):
    return generate(DarkMasses(0.3, 3.0, 0.4), card.source(), n_events=events, seed=1, e_min_aprime=card.e_min())


def test_the_cut_is_a_step_of_its_own_and_scales_the_acceptance():
    computed, flat = (accept(sample(card), card, ctau_mm=[10.0]) for card in (COMPUTED, FLAT))
    steps = {r.step: r for r in cut_flow_rows(computed) if r.signature == "S1"}
    assert 0.4 < steps["R < 0.06"].efficiency < 0.65
    # everything but the R cut is the same
    ratio = computed.acceptance[0, 0] / flat.acceptance[0, 0]
    assert ratio == pytest.approx(steps["R < 0.06"].efficiency / 0.52, rel=1e-6)
    assert computed.acceptance[0, 1] == flat.acceptance[0, 1]


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
        yaml.safe_dump({"extends": "na64-2018", "name": "mine", "signatures": [{"name": "S1", **change}]})
    )
    with pytest.raises(CardError, match=message):
        load_experiment(tmp_path / "mine.yaml")


def test_a_radiation_length_is_positive(tmp_path):
    length = {"radiation_length_mm": {"value": 0.0, "status": "assumed", "note": "x"}}
    (tmp_path / "mine.yaml").write_text(
        yaml.safe_dump({"extends": "na64-2018", "name": "mine", "stations": {"HCAL2": {"central": length}}})
    )
    with pytest.raises(CardError, match=r"HCAL2.central.radiation_length_mm.value = 0.0: must be positive"):
        load_experiment(tmp_path / "mine.yaml")


def test_null_takes_a_key_out_and_other_folders_are_not_read(tmp_path):
    assert FLAT.signatures[0].containment is None
    assert COMPUTED.signatures[0].containment is not None
    source = cards_dir() / "experiments" / "na64-2018.yaml"
    for parent in (str(source), "../na64-2018.yaml"):
        (tmp_path / "mine.yaml").write_text(f"extends: {parent}\nname: mine\n")
        with pytest.raises(CardError, match="without folders"):
            load_experiment(tmp_path / "mine.yaml")
