import mpmath
import numpy as np
import pytest

from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.products import ELECTRONS
from postprocess.acceptance.scenarios.invisible import INVISIBLE
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE
from postprocess.acceptance.selection import Selection
from semivis_gen.errors import ParameterError

CTAU = np.array([0.5, 5.0, 500.0])


def along_the_axis(energies, *, pair=0.5, weight=None):
    """A' of given energies whose chi2 (0.14 GeV) flies along the axis with 60 % of it and gives a pair share."""
    e = np.asarray(energies, dtype=float)
    zero = np.zeros_like(e)
    lepton = np.stack([pair * 0.3 * e] * 2, axis=1)
    return Candidates(
        weight=np.ones_like(e) if weight is None else np.asarray(weight, dtype=float),
        origin=np.zeros((len(e), 3)),
        e_aprime=e,
        momentum=np.stack([zero, zero, 0.6 * e], axis=1),
        mass=np.full_like(e, 0.14),
        product_momentum=np.stack([np.zeros_like(lepton), np.zeros_like(lepton), lepton], axis=2),
        product_energy=lepton,
        channel=np.full(len(e), ELECTRONS),
    )


def run(experiment, name, sample, scenario=SEMIVISIBLE):
    signature = next(s for s in experiment.signatures if s.name == name)
    selection = Selection(experiment, signature, scenario, CTAU)
    selection.add(sample, np.random.default_rng(1))
    return selection.cut_flow()


def test_s2_is_the_closed_form(na64):
    energies = np.array([60.0, 80.0, 95.0])
    flow = run(na64, "S2", along_the_axis(energies, weight=[1.0, 2.0, 3.0]))
    rate = 0.14 / np.outer(0.6 * energies, CTAU)
    exact = np.average(np.exp(-6000 * rate), axis=0, weights=[1.0, 2.0, 3.0]) * 0.6
    assert flow.fraction[-1] == pytest.approx(exact, rel=1e-3)  # all are 4 sigma above the threshold


def test_s1_is_the_closed_form_on_average(na64):
    flow = run(na64, "S1", along_the_axis(np.full(40_000, 90.0)))
    rate = 0.14 / (54.0 * CTAU)
    # 27 GeV of pairs on the axis always pass
    exact = (np.exp(-2875 * rate) - np.exp(-6000 * rate)) * 0.6 * 0.52
    assert np.all(np.abs(flow.fraction[-1] - exact) < 4 * flow.error[-1])
    assert np.all(flow.error[-1] < 0.02 * exact)


def test_energies_below_the_thresholds_fail(na64):
    assert np.all(run(na64, "S1", along_the_axis(np.full(100, 90.0), pair=0.1)).fraction[-1] < 1e-80)  # 5.4 GeV seen
    assert np.all(run(na64, "S2", along_the_axis(np.full(100, 30.0))).fraction[-1] < 1e-10)
    assert np.all(run(na64, "S1", along_the_axis(np.full(100, 30.0), pair=1.0)).fraction[-1] > 0)  # 18 GeV seen


def test_the_invisible_mode_has_no_decay(na64):
    flow = run(na64, "S2", along_the_axis(np.full(10, 90.0)), scenario=INVISIBLE)
    assert flow.steps[2] == "chi2 stable"
    assert flow.fraction[-1] == pytest.approx(np.full(3, 0.6))
    assert flow.error[-1] == pytest.approx(np.zeros(3), abs=1e-7)


def test_backward_chi2_never_arrive(na64):
    sample = along_the_axis(np.full(100, 90.0))
    sample.momentum[:, 2] *= -1
    assert np.all(run(na64, "S1", sample).fraction[-1] == 0)
    assert np.all(run(na64, "S2", sample).fraction[-1] == 0)


def test_the_error_of_a_weighted_share_is_the_binomial_one(na64):
    # half of the events pass: sigma = 1 / sqrt(4 n), as numerator and denominator fluctuate together
    energies = np.repeat([95.0, 20.0], 500)
    flow = run(na64, "S2", along_the_axis(energies), scenario=INVISIBLE)
    assert flow.fraction[1, 0] == pytest.approx(0.5, rel=1e-6)
    assert flow.error[1, 0] == pytest.approx(1 / np.sqrt(4 * 1000), rel=1e-6)


def test_long_sums_keep_their_digits(na64):
    # A' of the beam energy leave nothing in the dump: every step but the flat efficiency has the factor 1
    signature = next(s for s in na64.signatures if s.name == "S2")
    selection = Selection(na64, signature, INVISIBLE, CTAU)
    rng = np.random.default_rng(2)
    exact = mpmath.mpf(0)
    for _ in range(500):
        weight = 10.0 ** rng.uniform(-9, 3, 200)
        selection.add(along_the_axis(np.full(200, 100.0), weight=weight), rng)
        exact += mpmath.fsum(map(mpmath.mpf, weight.tolist()))
    assert selection.weight == pytest.approx(float(exact), rel=1e-13)
    assert selection.passed[-2] == pytest.approx(np.full(3, float(exact)), rel=1e-13)
    assert selection.passed[-1] == pytest.approx(np.full(3, 0.6 * float(exact)), rel=1e-13)


def test_steps_are_found_by_key(na64):
    flow = run(na64, "S1", along_the_axis(np.full(100, 90.0)))
    assert flow.keys == ("produced", "missing_energy", "decay", "visible", "selection", "R < 0.06")
    assert [flow.step(key) for key in ("produced", "visible", "R < 0.06")] == [0, 3, 5]
    with pytest.raises(ParameterError, match=r"S1 has no requirement 'R < 0.08': take one of produced, missing"):
        flow.step("R < 0.08")


def test_a_region_without_products_keeps_all_digits_at_long_lifetimes(na64):
    # a missing-energy signature that ends at a wall: the difference of two survivals would lose its digits here
    s2 = na64.signatures[1].model_copy(update={"decay_from": "HCAL1.begin", "decay_to": "HCAL3.end", "quiet": ()})
    selection = Selection(na64, s2, SEMIVISIBLE, np.array([1e12]))
    selection.add(along_the_axis(np.full(10, 100.0)), np.random.default_rng(1))
    length, rate = 6000.0 - 1250.0, 0.14 / 60.0 / 1e12
    assert selection.cut_flow().fraction[-1] == pytest.approx(0.6 * length * rate, rel=1e-11)
