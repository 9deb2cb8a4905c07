"""Proton bremsstrahlung: rates against integrals in closed form, events against rates, what is refused."""

import math

import numpy as np
import pytest
from scipy import integrate

from semivis_gen.constants import ALPHA, ID_APRIME, M_PROTON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.production.proton_bremsstrahlung.form_factor import ProtonFormFactor, dirac_form_factor_squared
from semivis_gen.production.proton_bremsstrahlung.process import ProtonBremsstrahlung
from semivis_gen.production.proton_bremsstrahlung.splitting import proton_proton_cross_section
from semivis_gen.target.materials import material
from semivis_gen.target.proton_dump import ProtonDump
from semivis_gen.target.sources import ThickTarget

DUMP = ProtonDump(400.0, material("Cu"))
POINT = ProtonBremsstrahlung(form_factor="point")


def over_pt(z, m, pt_max):
    """Integral of w over pT^2 in closed form."""
    a, p2, M2 = (1 - z) * m**2 + z**2 * M_PROTON**2, pt_max**2, M_PROTON**2
    one = math.log1p(p2 / a)  # of 1/H, 1/H^2, 1/H^3
    two = 1 / a - 1 / (a + p2)
    three = (1 / a**2 - 1 / (a + p2) ** 2) / 2
    rest = 1 - z
    value = (1 + rest**2) / z * one - 2 * z * rest * ((2 * M2 + m**2) * two - 2 * z**2 * M2**2 * three)
    value += 2 * z * rest * (z + rest**2) * M2 * m**2 * three + 2 * z * rest**2 * m**4 * three
    return ALPHA / (2 * math.pi) * value


@pytest.mark.parametrize("m", [0.01, 0.3, 1.2])
def test_rate_by_closed_form(m):
    """The cross-section at the energy left, for which pT hardly matters: 1e-4 of the energy."""
    beam = DUMP.beam_energy

    def per_z(z):
        energy = math.sqrt((z * DUMP.beam_momentum) ** 2 + m**2 + 0.1)
        ratio = proton_proton_cross_section(2 * M_PROTON * (beam - energy)) / proton_proton_cross_section(
            2 * M_PROTON * beam
        )
        return over_pt(z, m, 1.0) * float(ratio)

    expected, _ = integrate.quad(per_z, 0.1, 0.9)
    rate = POINT.rate(m, DUMP)
    assert rate.value == pytest.approx(expected, rel=1e-4)
    assert rate.relative_error < 1e-6
    with_mesons = ProtonBremsstrahlung().rate(m, DUMP).value
    assert with_mesons / rate.value == pytest.approx(float(dirac_form_factor_squared(m)), rel=1e-12)


def test_limits_are_settings():
    wide, narrow = ProtonBremsstrahlung(z_min=0.05, pt_max_GeV=1.5), ProtonBremsstrahlung(z_max=0.5)
    middle = ProtonBremsstrahlung().rate(0.3, DUMP).value
    assert narrow.rate(0.3, DUMP).value < middle < wide.rate(0.3, DUMP).value
    z = ProtonBremsstrahlung(z_min=0.3, z_max=0.3 + 1e-6, pt_max_GeV=0.7, form_factor="point").rate(0.3, DUMP).value
    left = 2 * M_PROTON * (400.0 - 0.3 * DUMP.beam_momentum)
    ratio = proton_proton_cross_section(left) / proton_proton_cross_section(2 * M_PROTON * 400.0)
    assert z == pytest.approx(1e-6 * over_pt(0.3, 0.3, 0.7) * float(ratio), rel=1e-4)


@pytest.mark.parametrize(("m", "e_min"), [(0.05, 0.0), (0.5, 60.0), (1.0, 200.0)])
def test_events_are_those_of_the_rate(m, e_min):
    n = 60_000
    events = ProtonBremsstrahlung().sampler(m, DUMP, e_min=e_min).sample(n, np.random.default_rng(1))
    p, e = events.momentum.reshape(n, 3, 3)[:, 2], events.energy.reshape(n, 3)[:, 2]
    assert (events.pdg.reshape(n, 3) == [2212, 1000290640, ID_APRIME]).all()
    assert (events.weight == 1).all()
    pt, z = np.hypot(p[:, 0], p[:, 1]), p[:, 2] / DUMP.beam_momentum
    assert e.min() >= e_min * (1 - 1e-12)
    assert pt.max() <= 1.0 + 1e-9
    assert z.min() >= 0.1 - 1e-9
    assert z.max() <= 0.9 + 1e-9
    rate = ProtonBremsstrahlung().rate(m, DUMP, e_min=e_min).value
    for setting, found in (
        (ProtonBremsstrahlung(pt_max_GeV=0.3), pt < 0.3),
        (ProtonBremsstrahlung(pt_max_GeV=0.6), pt < 0.6),
        (ProtonBremsstrahlung(z_max=0.7), z < 0.7),
    ):
        share = setting.rate(m, DUMP, e_min=e_min).value / rate
        assert abs(found.mean() - share) < 4 * math.sqrt(share * (1 - share) / n) + 1e-4
    share = ProtonBremsstrahlung().rate(m, DUMP, e_min=max(100.0, 1.3 * e_min)).value / rate
    assert abs((e > max(100.0, 1.3 * e_min)).mean() - share) < 4 * math.sqrt(share * (1 - share) / n) + 1e-4
    assert abs(np.exp(1j * np.arctan2(p[:, 1], p[:, 0])).mean()) < 4 / math.sqrt(n)


def test_small_masses_have_a_limit():
    rates = [POINT.rate(m, DUMP).value for m in (1e-4, 1e-3)]
    assert rates[0] == pytest.approx(rates[1], rel=1e-4)


def test_what_cannot_be():
    with pytest.raises(ParameterError, match=r"z_min = 0\.9 and z_max = 0\.1 must rise between 0 and 1"):
        ProtonBremsstrahlung(z_min=0.9, z_max=0.1)
    with pytest.raises(ParameterError, match=r"pt_max_GeV = 0\.0 must be positive and finite"):
        ProtonBremsstrahlung(pt_max_GeV=0.0)
    with pytest.raises(ParameterError, match="form_factor = 'dipole' is none of vector_mesons, point"):
        ProtonBremsstrahlung(form_factor="dipole")
    with pytest.raises(ParameterError, match="needs protons that stop in a block"):
        ProtonBremsstrahlung().rate(0.1, ThickTarget(100.0, material("Pb"), 40.0, 50.0))
    with pytest.raises(
        KinematicsError, match=r"of A' of 0\.3 GeV is closed at 10 GeV and z_max = 0\.9: raise the beam"
    ):
        ProtonBremsstrahlung().rate(0.3, ProtonDump(10.0, material("Fe")))
    with pytest.raises(
        KinematicsError, match=r"no A' of proton bremsstrahlung above 390 GeV from 400 GeV and z_max = 0\.9"
    ):
        ProtonBremsstrahlung().sampler(0.3, DUMP, e_min=390.0)
    assert ProtonBremsstrahlung().rate(0.3, DUMP, e_min=390.0).value == 0.0
    assert ProtonBremsstrahlung(form_factor="point").form_factor is ProtonFormFactor.POINT
    assert ProtonBremsstrahlung.direction(None, None, None) is None


def test_phase_space_begins_at_the_smallest_energy_for_every_transverse_momentum():
    space = POINT._phase_space(0.3, DUMP, 60.0)
    z, pt, _ = space.at(np.linspace(0, 1, 11), np.zeros(11))
    energy = np.sqrt((z * DUMP.beam_momentum) ** 2 + pt**2 + 0.3**2)
    assert energy == pytest.approx(np.full(11, 60.0), rel=1e-12)
    assert (np.diff(pt) > 0).all()
