"""The page beside the workspace has the numbers that it was given."""

from postprocess.output.workspace import WARNING
from postprocess.paper.statistic import StatisticRow
from postprocess.paper.workspace_guide import workspace_guide


def test_both_methods_and_the_warning():
    text = workspace_guide([StatisticRow("exact", 0.37412, 0.001, 2.361), StatisticRow("asymptotic", None, None, None)])
    assert WARNING in text
    assert "| exact | 0.3741 | 2.36 |" in text
    assert "| asymptotic | none | none |" in text
    assert "toybased" in text
