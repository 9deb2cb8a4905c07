"""Impact of uncertainties: limits in which the result is known."""

import numpy as np
import pytest

from postprocess.companions.gminus2 import FERMILAB_2021
from postprocess.limits.model import Nuisance
from postprocess.scan.mass_reach import reach
from postprocess.scan.signals import signal
from postprocess.signal.counting import limit_model
from postprocess.studies.impact import impact_table
from postprocess.tables import flat_rows


def test_without_any_uncertainty_the_reach_is_where_2_3026_events_are_expected(points, search):
    rows = {row.name: row for row in impact_table(points, search, alpha_d=0.1)}
    found = rows["all"].reach_GeV
    model = limit_model(search)
    line = FERMILAB_2021.epsilon(np.array([p.masses.m_aprime for p in points]))
    expected = [
        signal(p, search, model, alpha_d=0.1, epsilon=float(e)).sum() for p, e in zip(points, line, strict=True)
    ]
    masses = np.array([p.masses.m_aprime for p in points])
    crossing = np.exp(np.interp(-np.log(2.302585), -np.log(expected), np.log(masses)))
    assert found == pytest.approx(crossing, rel=3e-3)
    assert rows["the card as it is"].reach_GeV <= rows["efficiencies"].reach_GeV <= found
    for row in rows.values():
        if row.size is not None:
            assert row.reach_signal_low_GeV < rows["the card as it is"].reach_GeV < row.reach_signal_high_GeV


def test_impact_shifts_only_the_bins_that_a_nuisance_touches(points, search):
    first = search.systematics[0]
    card = search.model_copy(update={"systematics": (first.model_copy(update={"signatures": ("S2",)}),)})
    model = limit_model(card)
    assert model.nuisances == (Nuisance("form factor", (0.0, 0.1)),)
    row = next(r for r in impact_table(points, card, alpha_d=0.1) if r.name == "form factor")
    expected = reach(points, card, alpha_d=0.1, yield_scale=(1.0, 1.1)).value
    everywhere = reach(points, card, alpha_d=0.1, yield_scale=1.1).value
    assert row.reach_signal_high_GeV == pytest.approx(expected, rel=1e-12)
    assert row.reach_signal_high_GeV < everywhere
    assert row.epsilon_min_signal_high < row.epsilon_min_signal_low


def test_smallest_epsilon_goes_as_the_root_of_the_signal(points, search):
    # S2 alone sees it, N ~ eps^2: 14.1 % more signal reaches 1.141^(-1/2) lower
    rows = {row["name"]: row for row in flat_rows(impact_table(points, search, alpha_d=0.1))}
    row = rows["efficiencies"]
    ratio = row["epsilon_min_signal_low"] / row["epsilon_min_signal_high"]
    assert ratio == pytest.approx(1.141, rel=0.02)
    assert rows["all"]["reach_GeV"] >= rows["the card as it is"]["reach_GeV"]
