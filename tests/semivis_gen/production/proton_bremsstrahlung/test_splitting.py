"""Splitting function of protons and their cross-section: limits in closed form."""

import math

import numpy as np
import pytest

from semivis_gen.constants import ALPHA, M_PROTON
from semivis_gen.production.proton_bremsstrahlung import splitting as module
from semivis_gen.production.proton_bremsstrahlung.splitting import proton_proton_cross_section, splitting, virtuality


@pytest.mark.parametrize("z", [0.1, 0.5, 0.9])
def test_fast_transverse_momenta_see_the_photon_of_weizsaecker_and_williams(z):
    """pT far above all masses: alpha/(2 pi) [1 + (1-z)^2]/z per d ln pT^2."""
    found = splitting(np.array(z), np.array(1e8), 0.1)
    assert float(found) * 1e8 == pytest.approx(ALPHA / (2 * math.pi) * (1 + (1 - z) ** 2) / z, rel=1e-6)


@pytest.mark.parametrize("z", [0.2, 0.7])
def test_a_light_radiator_at_rest_in_the_transverse_plane(monkeypatch, z):
    """M = 0, pT = 0: H = (1-z) m^2, and the longitudinal terms cancel."""
    monkeypatch.setattr(module, "M_PROTON", 1e-12)
    m = 0.3
    expected = ALPHA / (2 * math.pi) * (1 + (1 - z) ** 2) / z / ((1 - z) * m**2)
    assert float(splitting(np.array(z), np.array(0.0), m)) == pytest.approx(expected, rel=1e-12)


def by_hand(z, pt2, m):
    """The formula as it is printed."""
    M, h = M_PROTON, pt2 + (1 - z) * m**2 + z**2 * M_PROTON**2
    terms = [
        (1 + (1 - z) ** 2) / z,
        -2 * z * (1 - z) * ((2 * M**2 + m**2) / h - z**2 * 2 * M**4 / h**2),
        2 * z * (1 - z) * (z + (1 - z) ** 2) * M**2 * m**2 / h**2,
        2 * z * (1 - z) ** 2 * m**4 / h**2,
    ]
    return ALPHA / (2 * math.pi * h) * sum(terms)


@pytest.mark.parametrize("m", [0.01, 0.3, 1.5])
def test_formula(m):
    z, pt2 = np.meshgrid(np.linspace(0.1, 0.9, 9), np.linspace(0.0, 1.0, 11))
    found = splitting(z, pt2, m)
    np.testing.assert_allclose(found, by_hand(z, pt2, m), rtol=1e-12)
    assert (found > 0).all()
    np.testing.assert_allclose(virtuality(z, m), (1 - z) * m**2 + z**2 * M_PROTON**2)


@pytest.mark.parametrize(("beam", "measured"), [(100.0, 38.46), (200.0, 38.97)])
def test_total_cross_section(beam, measured):
    """Carroll et al., Phys. Lett. B 80 (1979) 423, on hydrogen [mb]."""
    assert float(proton_proton_cross_section(2 * M_PROTON * (M_PROTON + beam))) == pytest.approx(measured, rel=0.01)
