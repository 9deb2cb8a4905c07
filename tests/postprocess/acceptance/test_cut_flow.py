"""Cut flows as rows and as a file."""

import csv
from itertools import pairwise

import numpy as np
import pytest

from postprocess.acceptance.cut_flow import cut_flow_rows, write_cut_flows
from postprocess.acceptance.sums import accept
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses


@pytest.fixture(scope="module")
def table(na64):
    masses = DarkMasses(0.3, 3.0, 0.4)
    events = generate(masses, na64.source(), n_events=2000, seed=1, e_min_aprime=na64.e_min())
    return accept(events, na64, ctau_mm=[1.0, 10.0, 100.0], masses=masses)


def test_the_last_step_is_the_acceptance_and_efficiencies_multiply(table):
    rows = list(cut_flow_rows(table))
    for i, name in enumerate(table.signatures):
        for j, ctau in enumerate(table.ctau_mm):
            flow = [row for row in rows if row.signature == name and row.ctau_mm == ctau]
            assert flow[0].share == 1.0
            assert flow[-1].share == pytest.approx(table.acceptance[j, i], rel=1e-12)
            assert flow[-1].error == pytest.approx(table.error[j, i], rel=1e-12)
            assert np.prod([row.efficiency for row in flow[1:]]) == pytest.approx(flow[-1].share, rel=1e-12)
            assert all(after.share <= before.share for before, after in pairwise(flow))


def test_best_shows_the_lifetime_of_the_largest_acceptance(table):
    for i, name in enumerate(table.signatures):
        shown = {row.ctau_mm for row in cut_flow_rows(table, best=True) if row.signature == name}
        assert shown == {table.ctau_mm[np.argmax(table.acceptance[:, i])]}


def test_file_holds_all_rows(table, tmp_path):
    write_cut_flows(table, tmp_path / "flow.csv")
    with (tmp_path / "flow.csv").open() as stream:
        assert stream.readline().startswith("# semivis cut flow, na64-2018")
        found = list(csv.DictReader(stream))
    expected = list(cut_flow_rows(table))
    assert [(row["signature"], row["step"]) for row in found] == [(row.signature, row.step) for row in expected]
    assert [float(row["share"]) for row in found] == pytest.approx([row.share for row in expected], rel=1e-5)
