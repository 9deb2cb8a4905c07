"""A scenario from outside: chi2 decays invisibly half of the time."""

from dataclasses import replace

import numpy as np
import pytest
from support.chains import MASSES, make_events

from postprocess.acceptance.scenarios.protocol import SCENARIOS
from postprocess.acceptance.scenarios.semivisible import Semivisible
from postprocess.acceptance.sums import accept
from postprocess.acceptance.table import AcceptanceTable
from postprocess.experiment.schema import load_experiment
from postprocess.signal.yields import expected_yields
from semivis_gen.constants import HBARC_GEV_MM
from semivis_gen.errors import CardError, EventFileError
from semivis_gen.model.widths import gamma_chi2_total
from semivis_gen.numerics import Estimate


class HalfSeen(Semivisible):
    name = "half_seen"

    def flight(self, masses, alpha_d, epsilon, chi2_width):
        flight = super().flight(masses, alpha_d, epsilon, chi2_width)
        shares = {name: share / 2 for name, share in flight.shares.items()}
        return replace(flight, width=2 * flight.width, shares=shares)


@pytest.fixture
def half_seen(tmp_path):
    (tmp_path / "mine.yaml").write_text("extends: na64-2018\nname: mine\nmodes: {half_seen: {signatures: [S1, S2]}}\n")
    SCENARIOS.register("half_seen", HalfSeen())
    yield load_experiment(tmp_path / "mine.yaml")
    SCENARIOS.forget("half_seen")


def test_the_scenarios_that_come_with_semivis():
    assert list(SCENARIOS) == ["semivisible", "invisible", "visible"]
    assert [SCENARIOS[name].name for name in SCENARIOS] == list(SCENARIOS)
    assert [s.decays for s in SCENARIOS.values()] == [True, False, True]
    assert [s.flyer_mass(MASSES) for s in SCENARIOS.values()] == [MASSES.m_chi2, MASSES.m_chi2, MASSES.m_aprime]


def test_a_scenario_from_outside_through_acceptance_and_yields(half_seen, tmp_path):
    tables = {mode: accept([make_events(3000, 1)], half_seen, mode=mode) for mode in ("semivisible", "half_seen")}
    plain, half = tables.values()
    assert (half.acceptance == plain.acceptance).all()  # the same flight at the same c tau
    half.to_csv(tmp_path / "table.csv")
    assert AcceptanceTable.from_csv(tmp_path / "table.csv").mode == "half_seen"
    epsilon = np.array([1e-6, 3e-3])
    one, two = (
        expected_yields(t, half_seen, Estimate(1e-5, 0.0), alpha_d=0.1, epsilon=epsilon) for t in tables.values()
    )
    assert two.ctau_mm == pytest.approx(one.ctau_mm / 2)
    assert two.ctau_mm == pytest.approx(HBARC_GEV_MM / 2 / gamma_chi2_total(MASSES, 0.1, epsilon))
    # at long lifetimes S1 sees half of twice as many decays
    assert two.expected[0, 0] == pytest.approx(one.expected[0, 0], rel=1e-3)
    assert two.expected[1, 0] != pytest.approx(one.expected[1, 0], rel=1e-1)
    shorter, longer = (half.at(signal.ctau_mm)[0][:, 1] for signal in (two, one))
    assert two.expected[:, 1] == pytest.approx(one.expected[:, 1] * shorter / longer)


def test_scenarios_that_are_not_there(tmp_path, half_seen):
    (tmp_path / "typo.yaml").write_text("extends: na64-2018\nname: typo\nmodes: {semivisble: {signatures: [S1]}}\n")
    with pytest.raises(CardError, match=r"modes.semivisble = .* take one of semi.* did you mean semivisible\?"):
        load_experiment(tmp_path / "typo.yaml")
    table = accept([make_events(300, 1)], half_seen, mode="half_seen")
    table.to_csv(tmp_path / "table.csv")
    SCENARIOS.forget("half_seen")
    with pytest.raises(EventFileError, match=r"table.csv: .*no scenario 'half_seen': take one of semivisible, invis"):
        AcceptanceTable.from_csv(tmp_path / "table.csv")
