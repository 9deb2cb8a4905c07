"""A' by mixing with vector mesons."""

import numpy as np
import pytest

from semivis_gen.constants import ALPHA, ID_APRIME, M_PROTON
from semivis_gen.errors import KinematicsError, ParameterError
from semivis_gen.numerics.kinematics import energy_of
from semivis_gen.production.mesons.meson_list import MesonList
from semivis_gen.production.mesons.mixing import MixingSampler, VectorMixing, mixing_probability, mixing_rate
from semivis_gen.production.mesons.species import meson
from semivis_gen.production.process import production_rate
from semivis_gen.target.materials import material
from semivis_gen.target.proton_dump import ProtonDump

DUMP = ProtonDump(400.0, material("Cu"))


@pytest.mark.parametrize("name", ["rho", "omega", "phi"])
def test_on_the_resonance_aprime_follow_from_electron_pairs(name):
    """N(A') = 3 pi m / (2 alpha) dN(V -> e e)/dm at epsilon = 1 (Bjorken et al., 0906.0580, eq. 19)."""
    kind = meson(name)
    per_mass2 = 1 / (np.pi * kind.mass * kind.width)  # of a Breit-Wigner at its top
    pairs = 2 * kind.mass * per_mass2 * kind.ee_width / kind.width
    expected = 3 * np.pi * kind.mass / (2 * ALPHA) * pairs
    assert mixing_probability(kind, kind.mass) == pytest.approx(expected, rel=1e-12)


def test_half_maximum_is_at_half_the_width():
    phi = meson("phi")
    peak = mixing_probability(phi, phi.mass)
    assert mixing_probability(phi, phi.mass + phi.width / 2) == pytest.approx(peak / 2, rel=0.01)


def events(m, e_min=0.0, n=20_000, **settings):
    made = VectorMixing(**settings).sampler(m, DUMP, e_min=e_min).sample(n, np.random.default_rng(1))
    return made, made.momentum.reshape(-1, 3, 3)[:, 2], made.energy.reshape(-1, 3)[:, 2]


def test_rates_and_events_agree_and_respect_the_cut():
    made, _, e = events(0.8, e_min=20.0)
    assert e.min() >= 20.0
    assert (made.pdg.reshape(-1, 3) == [2212, 1000290640, ID_APRIME]).all()
    rates = [VectorMixing().rate(0.8, DUMP, e_min=e_min) for e_min in (20.0, 60.0)]
    share = rates[1].value / rates[0].value
    assert abs((e > 60.0).mean() - share) < 4 * np.sqrt(share * (1 - share) / len(e)) + 2 * rates[0].relative_error


def test_centre_of_mass_momenta_are_kept():
    parent = np.array([[0.3, 0.1, 40.0], [0.0, 0.0, 1.0]])
    mesons = MesonList.of([113, 333], parent, [1.0, 1.0])
    made = MixingSampler.of(0.5, DUMP, mesons, e_min=0.0).sample(4000, np.random.default_rng(2))
    found = np.unique(made.momentum.reshape(-1, 3, 3)[:, 2].round(9), axis=0)
    gamma = (400.0 + M_PROTON) / np.sqrt(2 * M_PROTON * (M_PROTON + 400.0))
    flow = np.sqrt(gamma**2 - 1)
    expected = []
    for p, mass in zip(parent, (meson("rho").mass, meson("phi").mass), strict=True):
        along = gamma * p[2] - flow * np.sqrt(p @ p + mass**2)
        energy = np.sqrt(along**2 + p[:2] @ p[:2] + 0.25)
        expected.append([p[0], p[1], gamma * along + flow * energy])
    np.testing.assert_allclose(found, np.array(expected)[np.argsort(np.array(expected)[:, 0])], atol=1e-8)


def test_an_aprime_of_the_mass_of_the_meson_is_the_meson():
    rho = meson("rho")
    mesons = MesonList.of([113], [[0.3, 0.1, 40.0]], [0.5])
    assert mixing_rate(rho.mass, DUMP, mesons).value == pytest.approx(
        0.5 * mixing_probability(rho, rho.mass), rel=1e-12
    )
    made = MixingSampler.of(rho.mass, DUMP, mesons, e_min=0.0).sample(10, np.random.default_rng(1))
    np.testing.assert_allclose(made.momentum.reshape(-1, 3, 3)[:, 2], [[0.3, 0.1, 40.0]] * 10, rtol=1e-11)
    assert energy_of(made.momentum[2::3], rho.mass).max() < 41


def test_heavier_than_the_meson():
    _, _, e = events(1.2, e_min=30.0, mesons=("rho",), rho_per_proton=1.0, n=2000)
    assert e.min() >= 30.0


def test_numbers_of_the_card_scale_the_rate():
    base = production_rate(0.77, DUMP, [VectorMixing(mesons=("phi",), phi_per_proton=0.01)]).value
    assert production_rate(0.77, DUMP, [VectorMixing(mesons=("phi",), phi_per_proton=0.03)]).value == pytest.approx(
        3 * base
    )


def test_what_cannot_be():
    with pytest.raises(
        ParameterError, match=r"vector_mixing: meson 'pi0' makes no A' this way: take some of rho, omega"
    ):
        VectorMixing(mesons=("pi0",))
    with pytest.raises(ParameterError, match="rho_per_proton = 1 is of no use: add rho to mesons = phi"):
        VectorMixing(mesons=("phi",), rho_per_proton=1.0)
    with pytest.raises(KinematicsError, match=r"A' of 30 GeV is closed at sqrt\(s\) = 27.4"):
        VectorMixing().rate(30.0, DUMP)
    with pytest.raises(KinematicsError, match="no vector meson of 400 GeV protons makes an A' above 500 GeV"):
        VectorMixing().sampler(0.7, DUMP, e_min=500.0)
    assert VectorMixing.direction(events(0.8, n=1)[0], None, None) is None


@pytest.mark.parametrize(("name", "branching"), [("rho", 4.72e-5), ("omega", 7.38e-5), ("phi", 2.979e-4)])
def test_widths_to_electrons_are_branchings_of_the_whole(name, branching):
    """PDG 2022 quotes both; those of the omega differ by 6 %."""
    kind = meson(name)
    assert kind.ee_width == pytest.approx(branching * kind.width, rel=0.07)
