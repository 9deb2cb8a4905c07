import json

import pytest
from support.cards import experiment

from postprocess.studies.r_cut import CutEfficiency, cut_efficiency, cut_efficiency_job
from postprocess.tables import rows_from
from semivis_gen.errors import ParameterError
from semivis_gen.model.point import MassShape

SHAPE = MassShape()
COMPUTED = experiment("na64-2018-computed-r")


def test_the_efficiency_on_the_line_is_high_everywhere():
    # the model has no way to the published mean of 0.52 with the beam in the middle of the cells
    found = cut_efficiency(COMPUTED, "containment", [SHAPE.at(m) for m in (0.1, 0.39)], signature="S1", events=1500)
    assert all(row.efficiency > 0.99 for row in found)
    assert [row.m_aprime_GeV for row in found] == [0.1, 0.39]


def test_requirements_and_signatures_that_are_not_there():
    keys = "produced, missing_energy, decay, visible, containment, selection"
    with pytest.raises(ParameterError, match=f"signature S1 has no requirement 'R < 0.08': take one of {keys}"):
        cut_efficiency(COMPUTED, "R < 0.08", [SHAPE.at(0.3)], signature="S1", events=200)
    with pytest.raises(ParameterError, match=r"no cut flow of signature 'S3'; it has S1, S2"):
        cut_efficiency(COMPUTED, "containment", [SHAPE.at(0.3)], signature="S3", events=200)


def test_a_flat_efficiency_is_what_the_card_says():
    (row,) = cut_efficiency(experiment("na64-2018"), "R < 0.06", [SHAPE.at(0.3)], signature="S1", events=200)
    assert row.efficiency == pytest.approx(0.52, rel=1e-12)


def test_the_job_gives_the_same_rows():
    card, points = experiment("na64-2018"), [SHAPE.at(0.3)]
    task, arguments = cut_efficiency_job(card, "decay", points, signature="S2", alpha_d=0.1, events=200, seed=3)
    result = task(**json.loads(json.dumps(arguments)))
    expected = cut_efficiency(card, "decay", points, signature="S2", alpha_d=0.1, events=200, seed=3)
    assert rows_from(CutEfficiency, result["rows"]) == expected
