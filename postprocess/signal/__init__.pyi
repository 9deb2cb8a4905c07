from .chi2_width import (
    Chi2Width as Chi2Width,
    constant_k as constant_k,
    exact_width as exact_width,
    muons_counted as muons_counted,
    visible_share as visible_share,
    width_seeing as width_seeing,
    without_muons as without_muons,
)
from .counting import limit_model as limit_model
from .yields import (
    ExpectedSignal as ExpectedSignal,
    expected_yields as expected_yields,
    production_estimate as production_estimate,
)
