"""Relic lines on their own grids against dense computations."""

import numpy as np
import pytest

from postprocess.companions.relic import relic_line
from postprocess.paper.relic_lines import RelicLine, read_relic, relic_job
from postprocess.scan.planes import PlaneName, ScanSettings


def line_between(low, high, plane=PlaneName.M_EPS):
    settings = ScanSettings(m_min=low, m_max=high)
    task, parameters = relic_job(plane, settings)
    return read_relic(plane, settings, task(**parameters))


@pytest.mark.parametrize(("low", "high"), [(0.22, 0.33), (0.90, 1.0)])  # the muon threshold; rho and omega
def test_interpolation_is_good_to_a_per_cent(low, high):
    line = line_between(low, high)
    m = np.linspace(low, high, 42)[1:-1]
    dense = relic_line(m)
    np.testing.assert_allclose(line.at(m), dense, rtol=0.01)
    scan = np.array([low, high])  # two masses of a scan of 36 over three decades are farther apart
    straight = np.exp(np.interp(np.log(m), np.log(scan), np.log(relic_line(scan))))
    assert np.abs(straight / dense - 1).max() > 0.03


def test_chi_that_cannot_annihilate_has_no_line():
    _, parameters = relic_job(PlaneName.M_EPS, ScanSettings())
    assert parameters["m_min"] / 3.0 > 0.511e-3


def test_splittings_are_given_against_m_chi1():
    line = line_between(0.2, 0.25, PlaneName.M1_F)
    assert line.x[[0, -1]] * 3 == pytest.approx([0.2, 0.25])
    assert ((line.y > 0.2) & (line.y < 0.6)).all()


def test_table(tmp_path):
    line = RelicLine(PlaneName.M1_F, np.array([0.1, 0.2, 0.3]), np.array([0.4, np.nan, 0.5]))
    line.to_csv(tmp_path / "line.csv", remark="R = 3")
    text = (tmp_path / "line.csv").read_text().splitlines()
    assert text[-4:] == ["m_chi1_GeV,splitting", "0.1,0.4", "0.2,", "0.3,0.5"]
    assert "R = 3" in text[1]
    assert np.isnan(line.at(np.array([0.05, 0.15, 0.4]))).all()
    assert line.at(np.array([0.1]))[0] == pytest.approx(0.4)
