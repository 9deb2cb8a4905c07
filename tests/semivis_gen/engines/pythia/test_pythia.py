"""Dark decays inside the real Pythia of the pythia8mc wheel."""

import gc
import sys
import weakref

import numpy as np
import pytest
from scipy import integrate, stats

from semivis_gen.constants import M_ELECTRON, M_MUON
from semivis_gen.engines.pythia import attach, import_pythia, meson_settings
from semivis_gen.engines.pythia.data import dark_channels
from semivis_gen.errors import EngineError
from semivis_gen.model.chi2_hadrons import chi2_hadron_rate_dq2
from semivis_gen.model.point import DarkSector
from semivis_gen.model.widths import chi2_rate_dq2, compute_widths

pythia8mc = pytest.importorskip("pythia8mc")

POINT = DarkSector.at(0.3)
HEAVY = DarkSector.at(1.0, splitting=0.8)
RHO = DarkSector.at(3.0, splitting=0.9)  # Delta = 0.9 GeV
QUIET = ["ProcessLevel:all = off", "Print:quiet = on", "Random:setSeed = on", "Random:seed = 11"]


def start(point, *settings, seed=5, base=QUIET):
    pythia = pythia8mc.Pythia("", False)
    for line in base:
        assert pythia.readString(line)
    attach(pythia, point, seed=seed)  # what it returns need not be kept
    gc.collect()
    for line in settings:
        assert pythia.readString(line)
    assert pythia.init()
    return pythia


def shoot(pythia, pdg, mass, momentum, n):
    """Events of one particle from the origin: rows of (id, status, mother, x, y, z, t, px, py, pz, e, m, tau)."""
    return np.array(shoot_any(pythia, pdg, mass, momentum, n))


def shoot_any(pythia, pdg, mass, momentum, n):
    """As `shoot`, for events of different length."""
    out = []
    energy = float(np.sqrt(np.dot(momentum, momentum) + mass**2))
    for _ in range(n):
        pythia.event.reset()
        pythia.event.append(pdg, 1, 0, 0, *momentum, energy, mass)
        assert pythia.next()
        e = pythia.event
        out.append(np.array([row(e[i]) for i in range(1, e.size())]))
    return out


def row(p):
    where = p.xProd(), p.yProd(), p.zProd(), p.tProd()
    return p.id(), p.status(), p.mother1(), *where, p.px(), p.py(), p.pz(), p.e(), p.m(), p.tau()


@pytest.fixture(scope="module")
def chi2_events():
    return shoot(start(POINT), 58, POINT.masses.m_chi2, (1.0, -2.0, 40.0), 12_000)


@pytest.fixture(scope="module")
def chain_events():
    return shoot(start(POINT), 55, 0.3, (0.5, 0.0, 60.0), 3000)


def test_particle_data_survives_init():
    pythia = start(POINT)
    shoot(pythia, 58, POINT.masses.m_chi2, (0.0, 0.0, 1.0), 1)
    widths, data = compute_widths(POINT), pythia.particleData
    assert data.m0(52) == POINT.masses.m_chi1
    assert data.m0(58) == POINT.masses.m_chi2
    assert data.tau0(58) == pytest.approx(widths.ctau_chi2, rel=1e-12)
    assert data.tau0(55) == pytest.approx(widths.ctau_aprime, rel=1e-12)
    assert data.mWidth(55) == pytest.approx(widths.gamma_aprime, rel=1e-12)
    assert data.mWidth(58) == pytest.approx(widths.gamma_chi2, rel=1e-12)
    channel = data.particleDataEntryPtr(55).channel(0)
    assert channel.bRatio() == widths.branching_aprime["chi1 chi2"]
    assert [channel.product(i) for i in range(channel.multiplicity())] == [52, 58]
    assert not any(data.hasAnti(pdg) or data.isVisible(pdg) or data.isResonance(pdg) for pdg in (52, 55, 58))


def test_chi2_decay_products_and_energy_momentum(chi2_events):
    assert (chi2_events[:, :, 0] == [58, 52, 11, -11]).all()
    assert (chi2_events[:, :, 1] == [-1, 91, 91, 91]).all()
    assert (chi2_events[:, 1:, 2] == 1).all()
    np.testing.assert_allclose(chi2_events[:, 1:, 7:11].sum(axis=1), chi2_events[:, 0, 7:11], rtol=0, atol=1e-11)
    p, e, m = chi2_events[..., 7:10], chi2_events[..., 10], chi2_events[..., 11]
    np.testing.assert_allclose(e, np.sqrt((p**2).sum(axis=-1) + m**2), rtol=1e-14)


def test_lifetimes_are_exponential_with_the_exact_mean(chi2_events):
    mean, tau = compute_widths(POINT).ctau_chi2, chi2_events[:, 0, 12]
    assert abs(tau.mean() - mean) < 4 * mean / np.sqrt(len(tau))
    assert stats.kstest(tau, stats.expon(scale=mean).cdf).pvalue > 1e-4


def test_vertices_are_displaced_by_beta_gamma_c_tau(chi2_events):
    parent = chi2_events[:, 0]
    flight = parent[:, 7:11] * (parent[:, 12] / parent[:, 11])[:, None]
    for daughter in (1, 2, 3):
        np.testing.assert_allclose(chi2_events[:, daughter, 3:7], flight, rtol=1e-12)
    gamma_beta = 40.0 / POINT.masses.m_chi2
    np.testing.assert_allclose(chi2_events[:, 2, 5], gamma_beta * parent[:, 12], rtol=1e-12)


def pair_mass_squared(events, first, second):
    p = events[:, first, 7:11] + events[:, second, 7:11]
    return p[:, 3] ** 2 - (p[:, :3] ** 2).sum(axis=1)


def spectrum_cdf(point, m_lepton):
    q2 = np.geomspace(4 * m_lepton**2, point.masses.delta**2, 20_001)
    cumulative = integrate.cumulative_trapezoid(chi2_rate_dq2(point.masses, q2, m_lepton), q2, initial=0.0)
    return lambda x: np.interp(x, q2, cumulative / cumulative[-1])


def test_pair_mass_follows_the_exact_formula(chi2_events):
    q2 = pair_mass_squared(chi2_events, 2, 3)
    assert stats.kstest(q2, spectrum_cdf(POINT, M_ELECTRON)).pvalue > 1e-4
    flat = integrate.cumulative_trapezoid  # what Pythia's own phase space would give is excluded
    x = np.geomspace(4 * M_ELECTRON**2, POINT.masses.delta**2, 20_001)
    two = np.sqrt((1 - 4 * M_ELECTRON**2 / x) * (POINT.masses.delta**2 - x) * (POINT.masses.sigma**2 - x))
    cumulative = flat(two, x, initial=0.0)
    assert stats.kstest(q2, lambda v: np.interp(v, x, cumulative / cumulative[-1])).pvalue < 1e-12


def test_muon_channel_can_be_forced_and_follows_its_formula():
    events = shoot(start(HEAVY, "58:onMode = off", "58:onIfAny = 13"), 58, HEAVY.masses.m_chi2, (0.0, 0.0, 20.0), 3000)
    assert (events[:, :, 0] == [58, 52, 13, -13]).all()
    assert stats.kstest(pair_mass_squared(events, 2, 3), spectrum_cdf(HEAVY, M_MUON)).pvalue > 1e-4


def test_branching_fractions_of_chi2():
    events = shoot(start(HEAVY), 58, HEAVY.masses.m_chi2, (0.0, 0.0, 20.0), 3000)
    share = compute_widths(HEAVY).branching_chi2["chi1 mu+ mu-"]
    found = (events[:, 2, 0] == 13).sum()
    assert abs(found - 3000 * share) < 4 * np.sqrt(3000 * share * (1 - share))


def test_hadrons_of_chi2():
    events = shoot_any(start(RHO), 58, RHO.masses.m_chi2, (0.0, 0.0, 20.0), 2000)
    found = [tuple(int(p[0]) for p in event if p[2] == 1) for event in events]
    shares = dark_channels(RHO)[58]
    for products, share in shares.items():
        count = found.count(products)
        assert abs(count - 2000 * share) < 4 * np.sqrt(2000 * share * (1 - share)) + 1
    assert set(found) <= set(shares)
    for event in events:  # pi0 decay further in Pythia: what is final carries all
        total = sum(p[7:11] for p in event if p[1] > 0)
        np.testing.assert_allclose(total, event[0][7:11], rtol=0, atol=1e-6)
    pions = [event for event, products in zip(events, found, strict=True) if products == (52, 211, -211)]
    q2 = pair_mass_squared(np.array([event[:4] for event in pions]), 2, 3)
    grid = np.linspace(0.2792**2, RHO.masses.delta**2, 20_001)
    rate = integrate.cumulative_trapezoid(chi2_hadron_rate_dq2(RHO.masses, grid, "pi+ pi-"), grid, initial=0.0)
    assert stats.kstest(q2, lambda x: np.interp(x, grid, rate / rate[-1])).pvalue > 1e-4


def test_chain_is_isotropic_two_body_then_displaced_three_body(chain_events):
    assert (chain_events[:, :, 0] == [55, 52, 58, 52, 11, -11]).all()
    assert (chain_events[:, :, 2] == [0, 1, 1, 3, 3, 3]).all()
    final = [1, 3, 4, 5]
    np.testing.assert_allclose(chain_events[:, final, 7:11].sum(axis=1), chain_events[:, 0, 7:11], rtol=0, atol=1e-11)
    chi2 = chain_events[:, 2]
    decay = chi2[:, 3:7] + chi2[:, 7:11] * (chi2[:, 12] / chi2[:, 11])[:, None]
    np.testing.assert_allclose(chain_events[:, 4, 3:7], decay, rtol=1e-12)
    # isotropic: the energy of chi2 is flat between its ends
    m, gamma = POINT.masses, chain_events[0, 0, 10] / 0.3
    star = np.sqrt((m.m_aprime**2 - m.sigma**2) * (m.m_aprime**2 - m.delta**2)) / (2 * m.m_aprime)
    middle, half = gamma * np.hypot(star, m.m_chi2), np.sqrt(gamma**2 - 1) * star
    assert stats.kstest(chi2[:, 10], stats.uniform(middle - half, 2 * half).cdf).pvalue > 1e-4


def test_visible_aprime_channels_by_pythias_own_switches():
    events = shoot(start(POINT, "55:onMode = off", "55:onIfMatch = 11 -11"), 55, 0.3, (0.0, 0.0, 5.0), 50)
    assert (events[:, :, 0] == [55, 11, -11]).all()


def test_masses_off_the_shell_and_rounded_ones_conserve_energy():
    pythia = start(POINT)
    for pdg, mass in ((55, 0.291), (58, POINT.masses.m_chi2 * (1 + 3e-7))):
        events = shoot(pythia, pdg, mass, (0.0, 3.0, 30.0), 20)
        final = events[:, :, 1] > 0
        total = (events[:, :, 7:11] * final[..., None]).sum(axis=1)
        np.testing.assert_allclose(total, events[:, 0, 7:11], rtol=0, atol=1e-12)


def test_a_particle_too_light_for_its_decay_is_an_error():
    with pytest.raises(EngineError, match=r"of 0.2 GeV cannot decay to 52 \(chi1\), 58 \(chi2\) of 0.24 GeV"):
        shoot(start(POINT), 55, 0.2, (0.0, 0.0, 5.0), 1)


def test_everything_switched_off_is_an_error():
    with pytest.raises(EngineError, match=r"all decay channels of 58 \(chi2\) are switched off"):
        shoot(start(POINT, "58:onMode = off"), 58, POINT.masses.m_chi2, (0.0, 0.0, 5.0), 1)


def test_foreign_channel_is_an_error():
    with pytest.raises(EngineError, match=r"58 \(chi2\) -> 52 \(chi1\), 22 \(gamma\) is no channel of this model"):
        shoot(start(POINT, "58:oneChannel = 1 1.0 0 52 22"), 58, POINT.masses.m_chi2, (0.0, 0.0, 5.0), 1)


def test_a_given_lifetime_is_kept():
    pythia = start(POINT)
    pythia.event.reset()
    pythia.event.append(58, 1, 0, 0, 0.0, 0.0, 3.0, float(np.hypot(3.0, POINT.masses.m_chi2)), POINT.masses.m_chi2)
    pythia.event[1].tau(7.0)
    assert pythia.next()
    assert pythia.event[3].zProd() == pytest.approx(7.0 * 3.0 / POINT.masses.m_chi2, rel=1e-12)


def test_same_seed_same_decays():
    one, two, other = (shoot(start(POINT, seed=s), 55, 0.3, (0.0, 0.0, 9.0), 5) for s in (3, 3, 4))
    assert (one == two).all()
    assert (one != other).any()


def test_dropped_pythia_is_freed():
    pythia = start(POINT)
    alive = weakref.ref(pythia)
    del pythia
    gc.collect()
    assert alive() is None


def test_mesons_of_a_proton_beam_give_displaced_pairs():
    point = DarkSector.at(0.06, splitting=0.4)
    base = [
        "Beams:frameType = 2", "Beams:eA = 120", "Beams:eB = 0", "SoftQCD:inelastic = on", *QUIET[1:]
    ]  # fmt: skip
    pythia = start(point, *meson_settings(point), base=base)
    decays = 0
    for _ in range(60):
        assert pythia.next()
        e = pythia.event
        assert not any(e[i].isFinal() and e[i].id() in (55, 58) for i in range(e.size()))
        for i in range(e.size()):
            if e[i].id() == 55:
                mother, chi2 = e[e[i].mother1()], e[e[i].daughter2()]
                assert mother.id() in (111, 221, 331)
                assert [e[j].id() for j in mother.daughterList()] == [22, 55]
                electron = e[chi2.daughter2()]
                path = np.array([getattr(electron, k)() - getattr(chi2, k)() for k in ("xProd", "yProd", "zProd")])
                flight = np.array([chi2.px(), chi2.py(), chi2.pz()]) * chi2.tau() / chi2.m()
                np.testing.assert_allclose(path, flight, rtol=1e-9)
                decays += 1
    assert decays > 50


def test_absent_pythia_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pythia8mc", None)
    with pytest.raises(EngineError, match=r"pip install 'semivis\[pythia\]'"):
        import_pythia()


class Stub:
    version = 8.310

    def __init__(self, *_):
        pass

    def parm(self, _name):
        return self.version

    def readString(self, line):
        return "58:" not in line


def test_refused_settings():
    with pytest.raises(EngineError, match="does not accept the setting '58:new"):
        attach(Stub(), POINT, seed=1)


@pytest.mark.parametrize(
    ("version", "message"), [(8.310, r"pythia8mc 8\.310 is too old: 8\.311"), (0.0, "set PYTHIA8DATA")]
)
def test_old_or_broken_pythia(monkeypatch, version, message):
    monkeypatch.setattr(Stub, "version", version)
    monkeypatch.setattr(pythia8mc, "Pythia", Stub)
    with pytest.raises(EngineError, match=message):
        import_pythia()
