"""Generator, rate, acceptance and yields together."""

import numpy as np
import pytest

from postprocess.acceptance.sums import accept
from postprocess.experiment.schema import load_experiment
from postprocess.signal.yields import expected_yields, production_estimate
from semivis_gen.generator import generate
from semivis_gen.model.point import DarkMasses
from semivis_gen.production.process import production_rate

MASSES = DarkMasses(0.3)


@pytest.fixture(scope="module")
def sample(na64):
    return list(generate(MASSES, na64.source(), n_events=20_000, seed=1, e_min_aprime=na64.e_min()))


def test_events_above_a_threshold_follow_the_integrated_rate(na64, sample):
    # two ways to the A' above 50 GeV: share of the sample times its rate, and the integral from there
    table = accept(sample, na64, ctau_mm=[1.0])
    energy = np.concatenate([chunk.energy[chunk.only(55)] for chunk in sample])
    share = (energy > 50).mean()
    error = np.sqrt(share * (1 - share) / len(energy))
    target = na64.source()
    ratio = production_rate(0.3, target, e_min=50.0).value / production_rate(0.3, target, e_min=na64.e_min()).value
    assert abs(share - ratio) < 4 * error + 1e-3 * ratio
    # the 2 GeV resolution at the threshold moves as many events in as out, up to the slope of the spectrum
    assert table.cut_flows[1].fraction[1, 0] == pytest.approx(share, rel=0.01)


def test_two_modes_with_different_thresholds_agree_where_chi2_is_stable(na64, sample):
    semivisible = accept(sample, na64)
    harder = generate(MASSES, na64.source("invisible"), n_events=20_000, seed=2, e_min_aprime=44.0)
    invisible = accept(harder, na64, mode="invisible")
    counts = []
    for table, mode in ((semivisible, "semivisible"), (invisible, "invisible")):
        rate = production_estimate(na64, MASSES, mode=mode)
        assert rate.relative_error < 0.01
        signal = expected_yields(table, na64, rate, alpha_d=0.1, epsilon=1e-7)
        counts.append((signal.expected[-1], signal.error[-1]))
    (a, da), (b, db) = counts
    assert abs(a - b) < 4 * np.hypot(da, db)


def test_the_paper_range_is_excluded_and_its_surroundings_are_not(na64, sample):
    # (g-2) line at 0.3 GeV: eps = 6.1e-3; three events exclude, none do not
    table = accept(sample, na64)
    rate = production_estimate(na64, MASSES)
    total = expected_yields(table, na64, rate, alpha_d=0.1, epsilon=[1e-4, 6.1e-3, 5e-2]).expected.sum(axis=1)
    assert total[1] > 2.3
    assert total[0] < 2.3
    assert total[2] < 2.3


def test_secondaries_of_a_card_add_to_the_rate_above_the_same_threshold(na64, tmp_path):
    from postprocess.signal.yields import production_estimate
    from semivis_gen.model.point import DarkMasses

    card = tmp_path / "shower.yaml"
    card.write_text("extends: na64-2018\nname: shower\nproduction: [{process: bremsstrahlung, particles: shower}]\n")
    masses = DarkMasses(0.3)
    primary = production_estimate(na64, masses, mode="invisible")
    shower = production_estimate(load_experiment(card), masses, mode="invisible")
    # electrons and positrons above 44 GeV add about a tenth to the track length of the beam electron
    assert 1.05 < shower.value / primary.value < 1.2
