"""CLs limits against closed forms, published Poisson limits, other implementations and toys."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from postprocess.limits.exact import BANDS, cls, cls_with_bands, expected_limits, upper_limit
from postprocess.limits.model import LimitModel, Nuisance
from postprocess.signal.counting import limit_model
from semivis_gen.errors import ParameterError

BACKGROUND, ERROR = (0.19, 0.53), (0.07, 0.17)  # NA64, EPJC 81 (2021) 959
SYSTEMATICS = (Nuisance("form factor", (0.1, 0.1)), Nuisance("dimuon", (0.1, 0.1)), Nuisance("rest", (0.141, 0.141)))


def model(observed=(0, 0), nuisances=()):
    return LimitModel(BACKGROUND, ERROR, observed, nuisances)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("background", [(0.0, 0.0), (0.19, 0.53), (3.0, 1.0)])
def test_nothing_observed_gives_ln_10_for_any_split_and_background(share, background):
    error = tuple(0.3 * b for b in background)
    limit = upper_limit(LimitModel(background, error, (0, 0)), [share, 1 - share])
    assert limit == pytest.approx(math.log(10), rel=1e-6)


def test_nothing_observed_gives_exp_minus_s():
    s = np.random.default_rng(1).exponential(2.0, (50, 2))
    assert cls(model(), s) == pytest.approx(np.exp(-s.sum(axis=1)), rel=1e-9)


# PDG review of statistics (PTEP 2022, 083C01, table 40.3): upper limits on a Poisson mean at 90 % without background
@pytest.mark.parametrize(("n", "limit"), [(0, 2.30), (1, 3.89), (2, 5.32), (3, 6.68), (4, 7.99), (9, 14.21)])
def test_poisson_limits_of_the_pdg(n, limit):
    assert upper_limit(LimitModel((0.0,), (0.0,), (n,)), [1.0]) == pytest.approx(limit, abs=0.005)


@pytest.mark.parametrize("n", [0, 1, 3, 12])
def test_single_bin_of_known_background_is_the_ratio_of_poisson_sums(n):
    b, s = 2.3, np.linspace(0, 30, 20)
    expected = stats.poisson.cdf(n, s + b) / stats.poisson.cdf(n, b)
    assert cls(LimitModel((b,), (0.0,), (n,)), s[:, None]) == pytest.approx(expected, rel=1e-6)


def test_signal_uncertainty_is_the_lognormal_integral():
    spread = math.sqrt(sum(math.log1p(n.sizes[0]) ** 2 for n in SYSTEMATICS))
    for s in (0.5, 2.3, 5.0, 9.0):
        expected, _ = integrate.quad(lambda z, s=s: stats.norm.pdf(z) * math.exp(-s * math.exp(spread * z)), -9, 9)
        assert cls(model(nuisances=SYSTEMATICS), [0.3 * s, 0.7 * s]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("sizes", [(0.3, -0.2), (-0.3, -0.3), (0.4, 0.0)])
def test_the_sign_of_a_nuisance_is_kept(sizes):
    """Nothing seen: CLs is the mean of exp(-sum s_i (1 + size_i)^z) over a normal z."""
    s = (1.0, 2.0)

    def integrand(z):
        return stats.norm.pdf(z) * math.exp(-sum(x * (1 + size) ** z for x, size in zip(s, sizes, strict=True)))

    expected, _ = integrate.quad(integrand, -9, 9)
    assert cls(model(nuisances=(Nuisance("migration", sizes),)), s) == pytest.approx(expected, rel=1e-5)


def test_uncertainties_cost_little_when_nothing_is_seen():
    with_all = upper_limit(model(nuisances=SYSTEMATICS), [0.5, 0.5])
    assert with_all == pytest.approx(2.356, abs=0.002)  # 20 % signal uncertainty: 2.3 % above ln 10
    assert upper_limit(model(nuisances=SYSTEMATICS).without(), [0.5, 0.5]) < with_all
    smaller = model(nuisances=SYSTEMATICS).without("rest")
    assert [n.name for n in smaller.nuisances] == ["form factor", "dimuon"]
    assert math.log(10) < upper_limit(smaller, [0.5, 0.5]) < with_all


def brute_force(m, s, rng, draws):
    """CLs by drawing nuisances, then counts: likelihoods averaged over one set of draws, tails over another."""
    top = 25
    n = np.arange(top)
    b, db = np.array(m.background), np.array(m.background_error)
    sizes = np.log1p(np.array([x.sizes for x in m.nuisances]))

    def nuisances():
        theta = np.exp(rng.standard_normal((draws, len(sizes))) @ sizes)
        return theta, rng.gamma((b / db) ** 2, db**2 / b, (draws, 2))

    theta, back = nuisances()
    signal, only = (
        np.einsum("da,db->ab", *(stats.poisson.pmf(n, x[:, i, None]) for i in range(2))) / draws
        for x in (s * theta + back, back)
    )
    q = signal / only
    accepted = q <= q[m.observed] * (1 + 1e-6)
    theta, back = nuisances()
    tails = []
    for mean in (s * theta + back, back):
        counts = np.minimum(rng.poisson(mean), top - 1)
        inside = accepted[counts[:, 0], counts[:, 1]].mean()
        tails.append((inside, math.sqrt(inside * (1 - inside) / draws)))
    (sb, dsb), (bo, dbo) = tails
    return sb / bo, sb / bo * math.hypot(dsb / sb, dbo / bo)


@pytest.mark.parametrize(("observed", "signal"), [((0, 0), (1.0, 1.2)), ((1, 0), (3.0, 0.7)), ((1, 2), (1.0, 4.0))])
def test_toys_agree(observed, signal):
    m = model(observed, (*SYSTEMATICS, Nuisance("one bin", (0.3, 0.0))))
    toys, error = brute_force(m, np.array(signal), np.random.default_rng(20), 40_000)
    assert abs(cls(m, signal) - toys) < 4 * error


# pyhf 0.7 validates with a class that jsonschema has deprecated
PYHF_WARNING = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver is deprecated:DeprecationWarning")


def pyhf_model(share):
    pyhf = pytest.importorskip("pyhf")
    m = pyhf.simplemodels.uncorrelated_background(list(share), list(BACKGROUND), list(ERROR))
    return m, [0, 0, *m.config.auxdata]


@PYHF_WARNING
@pytest.mark.parametrize(("share", "limit"), [((1, 0), 1.51), ((0.5, 0.5), 1.67), ((0, 1), 1.64)])
def test_asymptotic_formula_is_wrong_by_a_third(share, limit):
    pyhf = pytest.importorskip("pyhf")
    m, data = pyhf_model(share)
    asymptotic = optimize.brentq(lambda mu: float(pyhf.infer.hypotest(mu, data, m)) - 0.1, 0.5, 5.0, xtol=1e-3)
    assert asymptotic == pytest.approx(limit, abs=0.006)
    assert upper_limit(model(), share) == pytest.approx(2.3026, abs=1e-4)


@PYHF_WARNING
def test_profile_likelihood_toys_of_pyhf_agree():
    pytest.importorskip("pyhf")
    from pyhf.infer.calculators import ToyCalculator

    m, data = pyhf_model((0.5, 0.5))
    mu, toys = 1.0, 100
    state = np.random.get_state()  # noqa: NPY002  pyhf draws from numpy's global generator
    np.random.seed(3)  # noqa: NPY002
    try:
        calculator = ToyCalculator(data, m, ntoys=toys, track_progress=False)
        sb, b, value = (
            float(x) for x in calculator.pvalues(calculator.teststatistic(mu), *calculator.distributions(mu))
        )
    finally:
        np.random.set_state(state)  # noqa: NPY002
    error = value * math.sqrt((1 - sb) / (sb * toys) + (1 - b) / (b * toys))
    assert abs(value - cls(model(), (0.5 * mu, 0.5 * mu))) < 4 * error


def test_more_outcomes_change_nothing(monkeypatch):
    m = LimitModel((0.19, 0.53, 1.0), (0.07, 0.17, 0.5), (1, 0, 4), (Nuisance("a", (0.1, 0.2, 0.0)),))
    s = np.random.default_rng(2).exponential(2.0, (40, 3))
    before = cls_with_bands(m, s)
    monkeypatch.setattr("postprocess.limits.exact.OMITTED", 1e-10)
    assert before == pytest.approx(cls_with_bands(m, s), rel=1e-6)


def test_more_nodes_change_nothing(monkeypatch):
    m = model((1, 1), (*SYSTEMATICS, Nuisance("one bin", (0.3, 0.0))))
    s = np.random.default_rng(2).exponential(2.0, (40, 2))
    before = cls(m, s)
    monkeypatch.setattr("postprocess.limits.exact.NODES", {2: 30})
    assert before == pytest.approx(cls(m, s), rel=1e-3)


def test_cls_falls_with_the_signal_and_is_one_without():
    s = np.linspace(0, 12, 200)[:, None] * np.array([0.4, 0.6])
    values = cls(model(nuisances=SYSTEMATICS), s)
    assert values[0] == pytest.approx(1.0, abs=1e-9)
    assert (np.diff(values) < 0).all()


def test_huge_signals_are_excluded_without_overflow():
    assert (cls_with_bands(model((2, 1), SYSTEMATICS), [[1e9, 0.0], [1e300, 1e300], [0.0, 1e4]]) < 1e-30).all()


def test_a_bin_without_signal_does_not_matter():
    one = LimitModel((0.53,), (0.17,), (1,))
    for other in (0, 1, 5):
        both = LimitModel(BACKGROUND, ERROR, (other, 1))
        assert upper_limit(both, [0.0, 1.0]) == pytest.approx(upper_limit(one, [1.0]), rel=1e-5)


def test_expected_limits_are_quantiles_of_the_outcomes():
    bands = expected_limits(model(), [0.5, 0.5])
    assert (np.diff(bands) >= 0).all()
    # P(0, 0) is 0.49 under background alone: below the median, above the one-sigma quantile
    assert bands[:2] == pytest.approx([math.log(10)] * 2, rel=1e-6)
    rng = np.random.default_rng(5)
    b, db = np.array(BACKGROUND), np.array(ERROR)
    counts = rng.poisson(rng.gamma((b / db) ** 2, db**2 / b, (20_000, 2)))
    outcomes, weight = np.unique(counts, axis=0, return_counts=True)
    limits = np.array([upper_limit(model(tuple(int(x) for x in n)), [0.5, 0.5]) for n in outcomes])
    order = np.argsort(limits)
    reached = np.cumsum(weight[order]) / weight.sum()
    for sigma, band in zip(BANDS, bands, strict=True):
        p = stats.norm.cdf(sigma)
        low, high = (limits[order][np.searchsorted(reached, p + shift)] for shift in (-0.015, 0.015))
        assert low * (1 - 1e-4) <= band <= high * (1 + 1e-4)


def test_bands_and_observation_come_from_the_same_likelihood():
    s = np.random.default_rng(3).exponential(2.0, (30, 2))
    m = model(nuisances=SYSTEMATICS)
    values = cls_with_bands(m, s)
    assert values.shape == (6, 30)
    assert values[0] == pytest.approx(cls(m, s), rel=1e-12)
    assert (np.diff(values[1:], axis=0) >= -1e-12).all()


def test_limits_keep_the_shape_of_the_directions():
    assert upper_limit(model(), np.ones((3, 4, 2))).shape == (3, 4)
    assert expected_limits(model(), np.ones((3, 2))).shape == (5, 3)
    assert cls(model(), np.ones((0, 2))).shape == (0,)


def test_large_counts_approach_the_gaussian_limit():
    m = LimitModel((100.0,), (0.0,), (100,))
    # CLs of a Gaussian of width 10 at its mean: 2 (1 - Phi(s / sigma)) = 0.1
    assert upper_limit(m, [1.0]) == pytest.approx(1.645 * math.sqrt(100), rel=0.1)


def card_number(value, error=None):
    return SimpleNamespace(value=value, error=error)


def test_model_of_a_card():
    signatures = (
        SimpleNamespace(name="S1", background=card_number(0.19, 0.07), observed=card_number(0.0)),
        SimpleNamespace(name="S2", background=card_number(0.53, None), observed=card_number(1.0)),
    )
    systematics = (
        SimpleNamespace(name="form factor", size=card_number(0.1), signatures=()),
        SimpleNamespace(name="R cut", size=card_number(0.05), signatures=("S1",)),
    )
    card = SimpleNamespace(signatures_of=lambda mode: signatures, systematics=systematics)
    m = limit_model(card)
    assert m == LimitModel(
        (0.19, 0.53),
        (0.07, 0.0),
        (0, 1),
        (Nuisance("form factor", (0.1, 0.1)), Nuisance("R cut", (0.05, 0.0))),
        ("S1", "S2"),
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((-0.1,), (0.0,), (0,)), "background = -0.1"),
        (((math.nan,), (0.0,), (0,)), "background = nan"),
        (((0.1, 0.2), (0.0,), (0, 0)), "background_error has 1 entries"),
        (((0.1,), (0.0,), (-1,)), "observed = -1 must be a count"),
        (((0.0,), (0.1,), (0,)), "0 \\+- 0.1"),
        (((0.1,), (0.0,), (0,), (Nuisance("x", (0.1, 0.1)),)), "'x' has 2 sizes for 1"),
        (((0.1,), (0.0,), (0,), (Nuisance("x", (-1.0,)),)), "larger than -1"),
        (((), (), ()), "0 entries"),
    ],
)
def test_models_that_make_no_sense(arguments, message):
    with pytest.raises(ParameterError, match=message):
        LimitModel(*arguments)


def test_bad_signals_and_levels():
    with pytest.raises(ParameterError, match="one entry for each of the 2"):
        cls(model(), [1.0, 2.0, 3.0])
    with pytest.raises(ParameterError, match="negative or NaN"):
        cls(model(), [1.0, math.nan])
    with pytest.raises(ParameterError, match="direction without signal"):
        upper_limit(model(), [0.0, 0.0])
    with pytest.raises(ParameterError, match="level = 0"):
        upper_limit(model(), [1.0, 0.0], level=0)
    with pytest.raises(ParameterError, match="no nuisance 'x'; this model has form factor"):
        model(nuisances=SYSTEMATICS).without("x")


def test_counts_too_large_to_enumerate_are_one_line_and_take_no_memory():
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for model in (
        LimitModel((40_000.0,), (1000.0,), (40_000,)),
        LimitModel((0.2,), (0.1,), (50_000,)),
        LimitModel((3000.0, 3000.0), (10.0, 10.0), (3000, 3000)),
        LimitModel((0.2, 9000.0), (0.1, 0.0), (0, 9000)),  # one of two
    ):
        with pytest.raises(ParameterError, match=r"too many outcomes to enumerate them exactly \(S1: "):
            upper_limit(model, [1.0] * model.bins)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kB


def test_a_thousand_events_are_near_the_gaussian_limit():
    # s_up of CLs for a Gaussian count: z sigma with Phi(z) = 1 - level Phi(0), observed = expected
    from scipy.stats import norm

    found = float(upper_limit(LimitModel((1000.0,), (0.0,), (1000,)), [1.0]))
    sigma = np.sqrt(1000.0 + found)  # of the signal hypothesis
    assert found == pytest.approx(norm.isf(0.1 * 0.5) * sigma, rel=0.02)
