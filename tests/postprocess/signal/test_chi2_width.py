"""What of the decays of chi2 is seen, for sets of channels."""

import numpy as np
import pytest

from postprocess.signal.chi2_width import exact_width, muons_counted, visible_share, width_seeing, without_muons
from semivis_gen.errors import ParameterError
from semivis_gen.model.chi2_leptons import gamma_chi2_lepton
from semivis_gen.model.point import DarkMasses, DarkSector
from semivis_gen.model.widths import compute_widths, gamma_chi2_total

RHO = DarkMasses(7.0, 3.0, 0.4)  # Delta = 0.93 GeV
EPS = np.array([1e-5, 1e-3])
ALPHA_D = np.array([0.1, 0.05])


def test_shares_of_sets_of_channels():
    branching = compute_widths(DarkSector(RHO, 0.1, 1e-3)).branching_chi2
    assert visible_share(RHO, ["e+ e-"]) == pytest.approx(branching["chi1 e+ e-"])
    assert visible_share(RHO, ["hadrons"]) + visible_share(RHO, ["leptons"]) == pytest.approx(1.0)
    both = visible_share(RHO, ["pi+ pi-", "mu+ mu-"])
    assert both == pytest.approx(branching["chi1 pi+ pi-"] + branching["chi1 mu+ mu-"])
    assert visible_share(RHO, ["hadrons"]) > 0.4
    assert visible_share(DarkMasses(0.004), ["mu+ mu-"]) == 1.0  # stable
    with pytest.raises(ParameterError, match="'mu mu' is no final state"):
        width_seeing(["mu mu"])


@pytest.mark.parametrize(
    ("width", "channels"),
    [(exact_width, ["e+ e-"]), (muons_counted, ["e+ e-", "mu+ mu-"]), (width_seeing(["hadrons"]), ["hadrons"])],
)
def test_the_flight_is_always_that_of_the_whole_width(width, channels):
    gamma, shares = width(RHO, ALPHA_D, EPS)
    assert gamma == pytest.approx(gamma_chi2_total(RHO, ALPHA_D, EPS))
    assert shares["e+ e-"] == pytest.approx(visible_share(RHO, channels))


def test_without_muons_there_is_nothing_but_electrons():
    gamma, shares = without_muons(RHO, ALPHA_D, EPS)
    assert gamma == pytest.approx(gamma_chi2_lepton(RHO, ALPHA_D, EPS))
    assert shares == {"e+ e-": 1.0}


def test_all_are_electrons_below_two_muons():
    for width in (exact_width, muons_counted):
        gamma, shares = width(DarkMasses(0.3), ALPHA_D, EPS)
        assert {name for name, share in shares.items() if share} == {"e+ e-"}
        assert shares["e+ e-"] == 1.0
        assert np.array_equal(gamma, gamma_chi2_lepton(DarkMasses(0.3), ALPHA_D, EPS))
