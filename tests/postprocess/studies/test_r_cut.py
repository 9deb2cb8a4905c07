import json

import pytest
from support.cards import experiment

from postprocess.experiment.cards import Number
from postprocess.studies.r_cut import CutEfficiency, cut_efficiency, cut_efficiency_job
from postprocess.tables import rows_from
from semivis_gen.errors import ParameterError
from semivis_gen.model.point import MassShape

SHAPE = MassShape()
COMPUTED = experiment("na64-2018")


def test_the_efficiency_on_the_line_is_near_the_published_one():
    # published: 0.52 on average, never less than 0.45; chi2 of 0.1 GeV decay all along both modules, of 0.39 GeV early
    long, short = cut_efficiency(COMPUTED, "containment", [SHAPE.at(m) for m in (0.1, 0.39)], signature="S1")
    assert [row.m_aprime_GeV for row in (long, short)] == [0.1, 0.39]
    assert abs(long.efficiency - 0.415) < 4 * long.error < 0.12
    assert abs(short.efficiency - 0.64) < 4 * short.error < 0.12
    assert abs((long.efficiency + short.efficiency) / 2 - 0.52) < 0.06


@pytest.mark.parametrize("cells", ["centred", "two"])
def test_without_the_shift_or_with_two_central_cells_nothing_is_lost(cells):
    number = Number(value=97.0, status="assumed", note="a test")
    hcal3 = COMPUTED.stations["HCAL3"]
    both = hcal3.central.model_copy(
        update={"offset_x_mm": number, "half_width_x_mm": number.model_copy(update={"value": 194.0})}
    )
    change = {"offset_x_mm": None} if cells == "centred" else {"central": both}
    card = COMPUTED.model_copy(update={"stations": {**COMPUTED.stations, "HCAL3": hcal3.model_copy(update=change)}})
    (row,) = cut_efficiency(card, "containment", [SHAPE.at(0.2)], signature="S1", events=1000)
    assert row.efficiency > 0.99


def test_requirements_and_signatures_that_are_not_there():
    keys = "produced, missing_energy, decay, visible, containment, selection"
    with pytest.raises(ParameterError, match=f"signature S1 has no requirement 'R < 0.08': take one of {keys}"):
        cut_efficiency(COMPUTED, "R < 0.08", [SHAPE.at(0.3)], signature="S1", events=200)
    with pytest.raises(ParameterError, match=r"no cut flow of signature 'S3'; it has S1, S2"):
        cut_efficiency(COMPUTED, "containment", [SHAPE.at(0.3)], signature="S3", events=200)


def test_a_flat_efficiency_is_what_the_card_says():
    (row,) = cut_efficiency(experiment("na64-2018-flat-r"), "R < 0.06", [SHAPE.at(0.3)], signature="S1", events=200)
    assert row.efficiency == pytest.approx(0.52, rel=1e-12)


def test_the_job_gives_the_same_rows():
    card, points = experiment("na64-2018"), [SHAPE.at(0.3)]
    task, arguments = cut_efficiency_job(card, "decay", points, signature="S2", alpha_d=0.1, events=200, seed=3)
    result = task(**json.loads(json.dumps(arguments)))
    expected = cut_efficiency(card, "decay", points, signature="S2", alpha_d=0.1, events=200, seed=3)
    assert rows_from(CutEfficiency, result["rows"]) == expected


def test_where_nothing_is_left_there_is_no_efficiency():
    # the pair takes at most 1 - 1/(1 + f)^2 = 0.04 of 100 GeV, and 15 GeV are asked of it
    point = MassShape(3.0, 0.02).at(0.3)
    assert cut_efficiency(COMPUTED, "containment", [point], signature="S1", events=300) == []
