"""Mean expected limit: closed forms, scaling, and the sum over all outcomes."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import poisson
from support.cards import experiment

from postprocess.limits.exact import upper_limit
from postprocess.limits.mean import mean_expected_limit
from postprocess.limits.model import LimitModel
from postprocess.signal.counting import limit_model

CARD = experiment("na64-2018")


def test_mean_expected_limit_is_that_of_the_observation_without_background():
    model = LimitModel(background=(0.0,), background_error=(0.0,), observed=(0,))
    assert mean_expected_limit(model, (1.0,)) == pytest.approx(float(upper_limit(model, [1.0])), rel=1e-9)
    more = LimitModel(background=(0.5,), background_error=(0.0,), observed=(0,))
    assert mean_expected_limit(more, (1.0,)) > 2.31


def test_mean_expected_limit_is_one_on_the_strength():
    model = limit_model(CARD)
    once, twice = mean_expected_limit(model, (0.3, 0.7)), mean_expected_limit(model, (0.6, 1.4))
    assert once / twice == pytest.approx(2.0, rel=1e-12)
    assert mean_expected_limit(model, (0.3, 0.0)) > once  # throwing signal away is never better


def test_mean_expected_limit_counts_all_outcomes_of_a_large_background():
    # without uncertainties and for one bin CLs is Poisson; the mean over n is summed up to where nothing is left
    b = 6.0
    model = LimitModel(background=(b,), background_error=(0.0,), observed=(0,))
    n = np.arange(40)
    limits = [float(upper_limit(replace(model, observed=(int(k),)), [1.0])) for k in n]
    assert mean_expected_limit(model, (1.0,)) == pytest.approx(np.dot(poisson.pmf(n, b), limits), rel=2e-3)
