"""The limit in which Weizsaecker and Williams are exact, and IWW as a special case of WW."""

import numpy as np
import pytest

from semivis_gen.constants import ALPHA, HBARC2_GEV2_PB, M_ELECTRON, M_MUON, M_PROTON
from semivis_gen.errors import ParameterError
from semivis_gen.production.bremsstrahlung.cross_sections import Method, cross_section, dsigma_dx
from semivis_gen.production.bremsstrahlung.weizsaecker import photon_flux
from semivis_gen.target.form_factors import Nucleus, g2, g2_elastic, g2_inelastic

LEAD = Nucleus(82, 207.2)


@pytest.mark.parametrize(
    ("m", "lepton", "energy"),
    [
        (0.002, M_ELECTRON, 4e2),
        (0.01, M_ELECTRON, 1e4),
        (0.1, M_ELECTRON, 1e6),
        (1.0, M_ELECTRON, 1e8),
        (0.01, M_MUON, 1e5),
        (0.1, M_MUON, 1e5),
        (1.0, M_MUON, 1e6),
    ],
)
def test_exact_cross_section_tends_to_ww_for_nearly_real_photons(m, lepton, energy):
    # a form factor that ends far below the smallest virtuality of the lepton, and a beam so fast that t_min lies far
    # below that: an absolute check of both
    scale = 1e-3 * lepton**2 * min(1.0, (m / lepton) ** 2)

    def soft(t, nucleus):
        return nucleus.z**2 / (1 + t / scale) ** 4

    exact, ww = (
        cross_section(m, energy, LEAD, method=k, form_factor=soft, lepton_mass=lepton).value
        for k in (Method.ETL, Method.WW)
    )
    assert exact / ww == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("m", [1e-3, 0.01, 0.1, 0.3, 1.0])
def test_ww_is_good_for_fast_muons(m):
    # a few per cent for 160 GeV muons on lead: Sieber et al., Phys. Rev. D 108 (2023) 056018 (arXiv:2305.09015); for
    # electrons it is off by 10 % and more, as their virtuality reaches down to m_e^2
    exact, ww = (cross_section(m, 160.0, LEAD, method=k, lepton_mass=M_MUON).value for k in (Method.ETL, Method.WW))
    assert ww == pytest.approx(exact, rel=0.015)


def test_iww_knows_no_muons():
    with pytest.raises(ParameterError, match=r"iww leaves out the lepton mass, here 0.105658 GeV"):
        cross_section(0.3, 160.0, LEAD, method=Method.IWW, lepton_mass=M_MUON)


def test_flux_of_a_point_charge_is_a_logarithm():
    t_min = np.array([1e-9, 1e-6])
    found = photon_flux(t_min, 1e-2, LEAD, lambda t, n: np.ones_like(t))
    assert found == pytest.approx(np.log(1e-2 / t_min) - 1 + t_min / 1e-2, rel=1e-12)


@pytest.mark.parametrize(("energy", "m", "more"), [(4.5, 1.0, 0.2245), (100.0, 0.5, 0.00099), (100.0, 0.1, 0.00004)])
def test_flux_lost_by_squaring_the_nucleon_factors(energy, m, more):
    # 22 % at 4.5 GeV and 1 GeV, less than 0.1 % at 100 GeV and up to 0.5 GeV
    def squared(t, nucleus):
        nucleon = (1 + t * (2.79**2 - 1) / (4 * M_PROTON**2)) / (1 + t / 0.71) ** 4
        return g2_elastic(t, nucleus) + g2_inelastic(t, nucleus) * nucleon

    t_min = np.array([(m**2 / (2 * energy)) ** 2])
    ratio = photon_flux(t_min, m**2, LEAD, g2) / photon_flux(t_min, m**2, LEAD, squared)
    assert float(ratio[0]) - 1 == pytest.approx(more, rel=0.02, abs=1e-5)


def test_iww_spectrum_is_the_published_formula():
    x = np.array([0.2, 0.8, 0.99])
    m, energy = 0.1, 100.0
    flux = float(photon_flux(np.array([(m**2 / 200) ** 2]), m**2, LEAD, g2)[0])
    expected = 4 * ALPHA**3 * flux * np.sqrt(1 - (m / energy) ** 2) * (1 - x + x**2 / 3)
    expected *= HBARC2_GEV2_PB / (m**2 * (1 - x) / x + M_ELECTRON**2 * x)
    assert dsigma_dx(m, energy, LEAD, x, method=Method.IWW) == pytest.approx(expected, rel=1e-12)


def test_ww_lies_between_iww_and_the_exact_cross_section():
    exact, ww, iww = (cross_section(0.3, 100.0, LEAD, method=k).value for k in (Method.ETL, Method.WW, Method.IWW))
    assert exact < ww < iww
