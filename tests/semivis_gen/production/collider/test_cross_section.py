"""Cross-section of e+ e- -> gamma A'."""

import csv
import math

import numpy as np
import pytest
from support.dirac import GAMMA, METRIC, ONE, dot, slash
from support.places import REFERENCE

from semivis_gen.constants import ALPHA, HBARC2_GEV2_PB, M_ELECTRON
from semivis_gen.errors import KinematicsError
from semivis_gen.production.collider import cross_section
from semivis_gen.production.collider.cross_section import photon_aprime


def amplitudes(beams, photon, lepton_mass):
    """Amplitudes without the spinors for vector indices of photon and A'."""
    p1, p2 = beams
    x, y = dot(p1, photon), dot(p2, photon)
    first, second = slash(p1 - photon) + lepton_mass * ONE, slash(photon - p2) + lepton_mass * ONE
    return [[-b @ first @ a / (2 * x) - a @ second @ b / (2 * y) for b in GAMMA] for a in GAMMA]


def squared(beams, photon, lepton_mass):
    """|M|^2/(2 e^4) averaged over the beams and summed over photon and A', from traces."""
    made, (p1, p2) = amplitudes(beams, photon, lepton_mass), beams
    ends = slash(p2) - lepton_mass * ONE, slash(p1) + lepton_mass * ONE
    return sum(
        METRIC[a, a] * METRIC[b, b] * np.trace(ends[0] @ m @ ends[1] @ GAMMA[0] @ m.conj().T @ GAMMA[0]).real
        for a, row in enumerate(made)
        for b, m in enumerate(row)
    ) / (4 * 2)


@pytest.mark.parametrize(("lepton_mass", "m_aprime", "cosine"), [(0.5, 0.7, 0.3), (0.2, 1.5, -0.9), (0.9, 0.01, 0.99)])
def test_the_amplitude_is_that_of_traces_whatever_the_mass_of_the_beams(monkeypatch, lepton_mass, m_aprime, cosine):
    monkeypatch.setattr(cross_section, "M_ELECTRON", lepton_mass)
    energy = 1.3
    p = math.sqrt(energy**2 - lepton_mass**2)
    found = photon_aprime(2 * energy, m_aprime)
    k = found.photon_energy
    photon = k * np.array([1, math.sqrt(1 - cosine**2), 0, cosine])
    beams = np.array([energy, 0, 0, p]), np.array([energy, 0, 0, -p])
    bracket = float(found.density(np.array(cosine))) / found.scale
    assert bracket == pytest.approx(squared(beams, photon, lepton_mass), rel=1e-12)
    assert found.scale == pytest.approx(math.pi * ALPHA**2 * HBARC2_GEV2_PB * k / (p * found.s), rel=1e-12)


@pytest.mark.parametrize("m_aprime", [1e-3, 0.3, 3.0, 10.0])
@pytest.mark.parametrize(("low", "high"), [(-0.6, 0.6), (0.2, 1.0), (-1.0, 1.0)])
def test_the_integral_is_that_of_the_density(m_aprime, low, high):
    from scipy.integrate import quad

    found = photon_aprime(10.58, m_aprime)
    turn = found.velocity

    def in_eta(eta):
        bracket = found.flat / math.cosh(eta) ** 2 + found.peak + found.flip * math.cosh(2 * eta)
        return found.scale * bracket / turn

    by_eta, _ = quad(in_eta, found.eta(low), found.eta(high), epsabs=0, epsrel=1e-11, limit=200)
    assert found.integral(low, high) == pytest.approx(by_eta, rel=1e-9)
    if max(-low, high) < 1:
        in_cosine, _ = quad(lambda c: float(found.density(np.array(c))), low, high, epsrel=1e-11)
        assert found.integral(low, high) == pytest.approx(in_cosine, rel=1e-9)


def test_a_light_aprime_is_made_like_a_second_photon():
    # sigma(gamma gamma) = 2 pi alpha^2/s [ln(s/m_e^2) - 1] for identical photons; these are not
    s = 10.58**2
    expected = 4 * math.pi * ALPHA**2 / s * (math.log(s / M_ELECTRON**2) - 1) * HBARC2_GEV2_PB
    assert photon_aprime(10.58, 1e-6).integral(-1, 1) == pytest.approx(expected, rel=1e-6)


def test_it_is_that_of_madgraph():
    with (REFERENCE / "madgraph_mono_photon.csv").open() as stream:
        rows = list(csv.DictReader(line for line in stream if not line.startswith("#")))
    assert len(rows) >= 3
    for row in rows:
        sqrt_s, m, pt, eta, sigma, error = (float(row[key]) for key in row)
        found = photon_aprime(sqrt_s, m)
        high = min(math.tanh(eta), math.sqrt(1 - (pt / found.photon_energy) ** 2))
        assert abs(1e-6 * found.integral(-high, high) - sigma) < 3 * error, row


def test_what_is_too_heavy_is_refused():
    with pytest.raises(KinematicsError, match=r"A' of 11 GeV cannot be made at sqrt\(s\) = 10.58 GeV: lower"):
        photon_aprime(10.58, 11.0)
