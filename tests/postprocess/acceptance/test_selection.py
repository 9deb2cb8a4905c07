import mpmath
import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from support.cards import experiment

from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.products import ELECTRONS
from postprocess.acceptance.scenarios.invisible import INVISIBLE
from postprocess.acceptance.scenarios.semivisible import SEMIVISIBLE
from postprocess.acceptance.selection import Selection, upper_sum
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


def test_s1_is_the_closed_form_on_average():
    flow = run(experiment("na64-2018-flat-r"), "S1", along_the_axis(np.full(40_000, 90.0)))
    rate = 0.14 / (54.0 * CTAU)
    # 27 GeV of pairs on the axis always pass
    exact = (np.exp(-2754 * rate) - np.exp(-6000 * rate)) * 0.6 * 0.52
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
    assert flow.keys == ("produced", "missing_energy", "decay", "visible", "containment", "selection")
    assert [flow.step(key) for key in ("produced", "visible", "containment")] == [0, 3, 4]
    with pytest.raises(ParameterError, match=r"S1 has no requirement 'R < 0.08': take one of produced, missing"):
        flow.step("R < 0.08")


def test_a_region_without_products_keeps_all_digits_at_long_lifetimes(na64):
    # a missing-energy signature that ends at a wall: the difference of two survivals would lose its digits here
    s2 = na64.signatures[1].model_copy(update={"decay_from": "HCAL1.begin", "decay_to": "HCAL3.end", "quiet": ()})
    selection = Selection(na64, s2, SEMIVISIBLE, np.array([1e12]))
    selection.add(along_the_axis(np.full(10, 100.0)), np.random.default_rng(1))
    length, rate = 6000.0 - 1250.0, 0.14 / 60.0 / 1e12
    assert selection.cut_flow().fraction[-1] == pytest.approx(0.6 * length * rate, rel=1e-11)


def test_upper_bounds_of_counts_are_the_poisson_ones():
    n = np.array([0.0, 1.0, 5.0, 100.0])
    exact = stats.chi2.ppf(0.9, 2 * (n + 1)) / 2
    assert upper_sum(n, n, size=np.ones(4)) == pytest.approx(exact)
    assert upper_sum(3 * n[1:], 9 * n[1:]) == pytest.approx(3 * exact[1:])  # weights of 3
    assert upper_sum(np.zeros(1), np.zeros(1)) == 0
    assert upper_sum(np.array([-1.0]), np.array([4.0])) == pytest.approx(2 * exact[0])  # nothing left of +- weights


@pytest.mark.parametrize("mean", [3.0, 10.0, 40.0])
def test_upper_bounds_of_weights_cover(mean):
    rng = np.random.default_rng(1)
    toys = 4000
    number = rng.poisson(mean, toys)
    weight = rng.uniform(0.2, 1.8, number.sum())
    owner = np.repeat(np.arange(toys), number)
    total, total2 = (np.bincount(owner, weights=w, minlength=toys) for w in (weight, weight**2))
    upper = upper_sum(total, total2)
    covered = np.mean((upper >= mean) | (number == 0))
    assert covered > 0.9 - 4 * np.sqrt(0.09 / toys) - 0.01
    assert covered < 0.96


def test_where_nothing_passes_the_bound_is_of_what_decays():
    n, rate, length = 20_000, 0.14 / (54.0 * CTAU), 3246.0
    flow = run(experiment("na64-2018-flat-r"), "S1", along_the_axis(np.full(n, 90.0), pair=0.1))
    assert np.all(flow.fraction[-1] < 1e-80)
    for k, upper in enumerate(flow.upper):
        # weights of forced decays x = p(d)/g(d): half of the points uniform, half in the logarithm
        def density(d, k=k):
            return rate[k] * np.exp(-(2754 + d) * rate[k])

        def drawn(d):
            return (0.5 + 0.5 / (np.log(1001) * (d / length + 1e-3))) / length

        first = quad(density, 0, length)[0]
        second = quad(lambda d: density(d) ** 2 / drawn(d), 0, length, points=[1.0, 10.0, 100.0])[0]
        fastest = 0.14 / (100 * CTAU[k])  # others might have had the energy of the beam
        most = max(second / first, np.exp(-2754 * fastest) - np.exp(-6000 * fastest))
        assert upper == pytest.approx(np.log(10) * most * 0.6 * 0.52 / n, rel=0.1)


def test_the_bound_of_a_share_that_all_pass_is_one(na64):
    flow = run(na64, "S2", along_the_axis(np.full(3, 95.0)))
    assert np.all(flow.upper <= 1)
    assert np.all(flow.upper >= flow.fraction[-1])
