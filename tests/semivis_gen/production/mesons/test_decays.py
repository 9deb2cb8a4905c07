"""A' of meson decays: rates and events against closed forms, each other, and a second calculation by hand."""

import numpy as np
import pytest
from scipy import stats

from semivis_gen.constants import ID_APRIME, M_PROTON
from semivis_gen.errors import KinematicsError
from semivis_gen.numerics.kinematics import energy_of
from semivis_gen.production.mesons.bmpt import Collision, pion_cross_section
from semivis_gen.production.mesons.channels import Channel
from semivis_gen.production.mesons.decays import DecaySampler, decay_rate
from semivis_gen.production.mesons.meson_list import MesonList
from semivis_gen.production.mesons.species import meson
from semivis_gen.production.mesons.spectrum import FittedMesons
from semivis_gen.target.materials import layered, material
from semivis_gen.target.proton_dump import ProtonDump

DUMP = ProtonDump(400.0, material("Cu"))


def channels(m, *names):
    return {meson(name).pdg: Channel(meson(name), m) for name in names}


def fitted(m, *names, numbers=(3.7, 0.5, 0.06)):
    kinds = {meson(name): number for name, number in zip(names, numbers, strict=False)}
    return FittedMesons.of(400.0, DUMP.mass_number, kinds), channels(m, *names)


def columns(events):
    n = len(events)
    return events.momentum.reshape(n, 5, 3), events.energy.reshape(n, 5), events.pdg.reshape(n, 5)


def test_mesons_of_one_momentum():
    """Rate and energies in closed form: BR, flat between the limits; the direction is isotropic in the rest frame."""
    parent = np.array([0.3, -0.4, 30.0])
    mesons = MesonList.of([221], [parent], [0.3])
    decays = channels(0.2, "eta")
    channel = decays[221]
    energy = energy_of(parent[None], channel.meson.mass)[0]
    star = np.hypot(channel.momentum, 0.2)
    low, high = (energy * star + sign * np.linalg.norm(parent) * channel.momentum for sign in (-1, 1))
    low, high = low / channel.meson.mass, high / channel.meson.mass
    for e_min in (0.0, 0.3 * low + 0.7 * high):
        rate = decay_rate(mesons, decays, e_min=e_min)
        expected = 2 * (1 - (0.2 / 0.547862) ** 2) ** 3 * 0.3936 * 0.3 * min(1.0, (high - e_min) / (high - low))
        assert rate.value == pytest.approx(expected, rel=1e-12)
        sampler = DecaySampler.of(DUMP, mesons, decays, e_min=e_min)
        _, e, _ = columns(sampler.sample(20_000, np.random.default_rng(3)))
        start = max(low, e_min)
        assert stats.kstest(e[:, 3], stats.uniform(start, high - start).cdf).pvalue > 1e-3


def test_momentum_and_energy_are_conserved_and_the_record_is_a_tree():
    mesons, decays = fitted(0.1, "pi0", "eta", "eta'")
    events = DecaySampler.of(DUMP, mesons, decays | channels(0.1, "omega"), e_min=0.0).sample(
        30_000, np.random.default_rng(4)
    )
    p, e, pdg = columns(events)
    np.testing.assert_allclose(p[:, 3] + p[:, 4], p[:, 2], rtol=0, atol=1e-13 * e[:, 2].max())
    np.testing.assert_allclose(e[:, 3] + e[:, 4], e[:, 2], rtol=1e-11)
    mass = events.mass.reshape(-1, 5)
    assert (pdg[:, [0, 1, 3, 4]] == [2212, 1000290640, ID_APRIME, 22]).all()
    assert set(pdg[:, 2]) == {111, 221, 331}
    assert set(mass[:, 3]) == {0.1}
    assert (events.mothers.reshape(-1, 5, 2) == [[-1, -1], [-1, -1], [0, 1], [2, 2], [2, 2]]).all()
    assert (events.status.reshape(-1, 5) == [-1, -1, 2, 1, 1]).all()
    assert (events.weight == 1).all()
    np.testing.assert_allclose(p[:, 0], np.tile([0, 0, np.sqrt(400.0**2 - M_PROTON**2)], (30_000, 1)), rtol=1e-14)


def test_omega_makes_a_pion_beside():
    mesons = FittedMesons.of(400.0, DUMP.mass_number, {meson("omega"): 0.5})
    _, e, pdg = columns(
        DecaySampler.of(DUMP, mesons, channels(0.5, "omega"), e_min=2.0).sample(5000, np.random.default_rng(5))
    )
    assert (pdg[:, 2:] == [223, ID_APRIME, 111]).all()
    np.testing.assert_allclose(e[:, 3] + e[:, 4], e[:, 2], rtol=1e-11)
    assert e[:, 3].min() >= 2.0


@pytest.mark.parametrize("e_min", [0.05, 0.3, 3.0, 60.0])
def test_events_are_those_of_the_rate(e_min):
    """Shares above energies, and of each meson, of samples with and without the cut."""
    mesons, decays = fitted(0.02, "pi0", "eta", "eta'", numbers=(1.0, 1.0, 1.0))
    n = 60_000
    _, e, pdg = columns(DecaySampler.of(DUMP, mesons, decays, e_min=e_min).sample(n, np.random.default_rng(6)))
    assert e[:, 3].min() >= e_min * (1 - 1e-12)
    rate = decay_rate(mesons, decays, e_min=e_min).value
    for higher in (1.5 * e_min, 3 * e_min):
        share = decay_rate(mesons, decays, e_min=higher).value / rate
        assert abs((e[:, 3] > higher).mean() - share) < 4 * np.sqrt(share * (1 - share) / n) + 1e-3 * share
    for name in ("pi0", "eta", "eta'"):
        one, own = fitted(0.02, name, numbers=(1.0,))
        share = decay_rate(one, own, e_min=e_min).value / rate
        found = (pdg[:, 2] == meson(name).pdg).mean()
        assert abs(found - share) < 4 * np.sqrt(share * (1 - share) / n) + 1e-3 * share


def test_rate_without_cut_is_multiplicity_times_branching():
    mesons, decays = fitted(0.05, "pi0", "eta", "eta'")
    expected = sum(
        n * decays[meson(k).pdg].branching for k, n in zip(("pi0", "eta", "eta'"), (3.7, 0.5, 0.06), strict=True)
    )
    assert decay_rate(mesons, decays).value == pytest.approx(expected, rel=1e-12)


def test_a_list_drawn_from_the_fit_gives_its_rate():
    mesons, decays = fitted(0.1, "eta", numbers=(0.5,))
    rng = np.random.default_rng(7)
    entry = rng.choice(len(mesons.weight), 40_000, p=mesons.weight / mesons.weight.sum())
    listed = MesonList.of(mesons.pdg[entry], mesons.momenta(entry, rng), np.full(40_000, 0.5 / 40_000))
    for e_min in (0.0, 10.0, 100.0):
        assert abs(decay_rate(mesons, decays, e_min=e_min).pull(decay_rate(listed, decays, e_min=e_min))) < 4


def test_a_far_aperture_by_a_second_calculation():
    """A' of pi0 in a window off the axis, as CHARM's: rejection in lab momentum and angle, boosts as 4 x 4 matrices."""
    rng, m, n = np.random.default_rng(8), 0.05, 200_000
    mesons, decays = fitted(m, "pi0", numbers=(1.0,))
    p, _, _ = columns(DecaySampler.of(DUMP, mesons, decays, e_min=3.0).sample(n, rng))

    def seen(vector):
        x, y = (480e3 * vector[:, i] / vector[:, 2] for i in (0, 1))
        return (np.abs(np.abs(x) - 5000.0) < 1500.0) & (np.abs(y) < 1500.0) & (vector[:, 2] > 0)  # on both sides

    first = seen(p[:, 3]).mean() * decay_rate(mesons, decays, e_min=3.0).value
    frame, mass = Collision(400.0), meson("pi0").mass
    size = np.exp(rng.uniform(np.log(1.0), np.log(400.0), 4 * n))
    theta = np.exp(rng.uniform(np.log(1e-5), np.log(1.0), 4 * n))
    energy, pt, pz = np.hypot(size, mass), size * np.sin(theta), size * np.cos(theta)
    beta = np.sqrt(1 - frame.gamma**-2)
    star = frame.gamma * (energy - beta * pz)
    along = frame.gamma * (pz - beta * energy)
    x_r = star / ((frame.root_s**2 + mass**2 - 4 * M_PROTON**2) / (2 * frame.root_s))
    x_f = np.maximum(2 * along / frame.root_s, 0)
    inside = x_r < 1
    value = np.zeros(4 * n)
    value[inside] = pion_cross_section(x_r[inside], pt[inside])
    value[inside] *= (63.546 / 9.0122) ** ((0.74 - 0.55 * x_f + 0.26 * x_f**2) * (0.98 + 0.21 * pt**2))[inside]
    # per ln p and ln theta: f p^2 dp dOmega / E
    weight = value * 2 * np.pi * np.sin(theta) * theta * size**3 / energy * np.log(400.0) * np.log(1e5)
    phi = rng.uniform(0, 2 * np.pi, 4 * n)
    four = np.stack([energy, pt * np.cos(phi), pt * np.sin(phi), pz], axis=1)
    decay = (mass**2 - m**2) / (2 * mass)
    cosine, turn = rng.uniform(-1, 1, 4 * n), rng.uniform(0, 2 * np.pi, 4 * n)
    sine = np.sqrt(1 - cosine**2)
    rest = np.stack(
        [np.full(4 * n, np.hypot(decay, m)), decay * sine * np.cos(turn), decay * sine * np.sin(turn), decay * cosine],
        axis=1,
    )
    gamma, velocity = energy / mass, four[:, 1:] / energy[:, None]
    matrix = np.empty((4 * n, 4, 4))
    matrix[:, 0, 0] = gamma
    matrix[:, 0, 1:] = matrix[:, 1:, 0] = gamma[:, None] * velocity
    speed2 = (velocity**2).sum(axis=1)
    matrix[:, 1:, 1:] = np.eye(3) + ((gamma - 1) / speed2)[:, None, None] * velocity[:, :, None] * velocity[:, None, :]
    aprime = np.einsum("nij,nj->ni", matrix, rest)
    kept = weight * seen(aprime[:, 1:]) * (aprime[:, 0] > 3.0)
    branching = decays[111].branching / mesons_per_mb()
    second, error = branching * kept.mean(), branching * kept.std() / np.sqrt(4 * n)
    first_error = first / np.sqrt(seen(p[:, 3]).sum())
    assert abs(first - second) < 4 * np.hypot(first_error, error)
    assert error < 0.02 * second


def mesons_per_mb():
    """Integral of the fit on copper [mb]: what one pi0 per proton is normalised to."""
    from semivis_gen.production.mesons.spectrum import fitted_spectrum

    return fitted_spectrum(meson("pi0"), 400.0, 63.546, cells=(1024, 512)).cross_section


def test_nuclei_and_depths_of_a_mixture():
    dump = ProtonDump(400.0, layered("sandwich", [("W", 1.0), ("Al", 3.0)]))
    mesons, decays = fitted(0.1, "pi0")
    events = DecaySampler.of(dump, mesons, decays, e_min=0.0).sample(2000, np.random.default_rng(9))
    nuclei, mass = events.pdg.reshape(-1, 5)[:, 1], events.mass.reshape(-1, 5)[:, 1]
    assert set(nuclei) == {1000741840, 1000130270}
    assert mass[nuclei == 1000741840].min() > 170
    assert events.vertex[:, 2].mean() == pytest.approx(dump.depth_mm, rel=0.1)


def test_no_aprime_has_more_energy_than_the_beam():
    mesons, decays = fitted(0.1, "pi0")
    assert decay_rate(mesons, decays, e_min=401.0).value == 0.0
    with pytest.raises(
        KinematicsError, match=r"no meson of 400 GeV protons makes an A' above 401 GeV: lower the energy"
    ):
        DecaySampler.of(DUMP, mesons, decays, e_min=401.0)
