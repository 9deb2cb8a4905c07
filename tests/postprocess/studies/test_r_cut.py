import pytest

from postprocess.experiment.schema import load_experiment
from postprocess.studies.r_cut import cut_efficiency
from semivis_gen.errors import ParameterError

COMPUTED = load_experiment("na64-2018-computed-r")


def test_the_efficiency_on_the_line_is_high_everywhere():
    # the model has no way to the published mean of 0.52 with the beam in the middle of the cells
    found = cut_efficiency(COMPUTED, "containment", [0.1, 0.39], events=1500)
    assert all(row.efficiency > 0.99 for row in found)
    assert [row.m_aprime_GeV for row in found] == [0.1, 0.39]


def test_requirements_and_signatures_that_are_not_there():
    keys = "produced, missing_energy, decay, visible, containment, selection"
    with pytest.raises(ParameterError, match=f"signature S1 has no requirement 'R < 0.08': take one of {keys}"):
        cut_efficiency(COMPUTED, "R < 0.08", [0.3], events=200)
    with pytest.raises(ParameterError, match=r"no cut flow of signature 'S3'; it has S1, S2"):
        cut_efficiency(COMPUTED, "containment", [0.3], signature="S3", events=200)


def test_a_flat_efficiency_is_what_the_card_says():
    (row,) = cut_efficiency(load_experiment("na64-2018"), "R < 0.06", [0.3], events=200)
    assert row.efficiency == pytest.approx(0.52, rel=1e-12)
