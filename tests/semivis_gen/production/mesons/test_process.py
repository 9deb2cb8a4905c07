"""Meson decays as a process: settings, sources of mesons, whole runs, files."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from semivis_gen.constants import ID_APRIME, ID_CHI1, ID_CHI2, M_ELECTRON
from semivis_gen.errors import EventFileError, KinematicsError, ParameterError
from semivis_gen.events import STATUS_DECAYED, concatenate
from semivis_gen.generator import generate
from semivis_gen.io.files import open_writer, read_events, read_info
from semivis_gen.model.point import DarkMasses
from semivis_gen.model.widths import ctau_mm, gamma_aprime_lepton
from semivis_gen.production.mesons.channels import FormFactor
from semivis_gen.production.mesons.files import write_mesons
from semivis_gen.production.mesons.meson_list import MesonList
from semivis_gen.production.mesons.mixing import VectorMixing
from semivis_gen.production.mesons.process import MesonDecay, MesonListDecay
from semivis_gen.production.process import PROCESSES, process_rates, production_rate
from semivis_gen.production.proton_bremsstrahlung.process import ProtonBremsstrahlung
from semivis_gen.target.materials import material
from semivis_gen.target.proton_dump import ProtonDump
from semivis_gen.target.sources import ThickTarget

DUMP = ProtonDump(400.0, material("Cu"))
NUCAL = ProtonDump(70.0, material("Fe"))
MASSES = DarkMasses(0.1, 3.0, 0.4)


def some_mesons(n=3000):
    rng = np.random.default_rng(3)
    p = np.abs(rng.normal(size=(n, 3))) * [0.2, 0.2, 15.0]
    return MesonList.of(rng.choice([111, 221], n, p=[0.85, 0.15]), p, np.full(n, 4.0 / n))


def test_the_registry_knows_them():
    assert PROCESSES["meson_decay"] is MesonDecay
    assert PROCESSES["vector_mixing"] is VectorMixing
    assert PROCESSES["proton_bremsstrahlung"] is ProtonBremsstrahlung


def test_numbers_of_a_card_replace_those_of_the_table():
    own = MesonDecay(mesons=("pi0", "eta"), pi0_per_proton=2.4, eta_per_proton=0.26)
    expected = (
        2 * 2.4 * (1 - (0.1 / 0.1349768) ** 2) ** 3 * 0.98823 + 2 * 0.26 * (1 - (0.1 / 0.547862) ** 2) ** 3 * 0.3936
    )
    assert own.rate(0.1, DUMP).value == pytest.approx(expected, rel=1e-12)
    table = MesonDecay(mesons=("pi0",)).rate(0.1, DUMP).value
    assert table / MesonDecay(mesons=("pi0",), pi0_per_proton=1.0).rate(0.1, DUMP).value == pytest.approx(
        3.673, rel=1e-3
    )


def test_closed_mesons_fall_away():
    both = MesonDecay(mesons=("pi0", "eta"))
    assert both.rate(0.3, DUMP).value == pytest.approx(MesonDecay(mesons=("eta",)).rate(0.3, DUMP).value, rel=1e-12)
    with pytest.raises(
        KinematicsError, match=r"decay of pi0, eta to A' of 0\.6 GeV is closed: it takes an A' below 0\.547862"
    ):
        both.rate(0.6, DUMP)


def test_rates_above_an_energy_fall_and_end():
    rates = [MesonDecay().rate(0.1, NUCAL, e_min=e).value for e in (0.0, 3.0, 10.0, 30.0, 71.0)]
    assert all(a > b for a, b in pairwise(rates))
    assert rates[-1] == 0.0


def test_the_form_factor_adds_aprime_of_eta_prime():
    point, rho = (MesonDecay(mesons=("eta'",), form_factor=f) for f in ("point", "rho"))
    assert rho.form_factor is FormFactor.RHO
    assert rho.rate(0.77, DUMP).value > 10 * point.rate(0.77, DUMP).value


def test_a_file_of_mesons(tmp_path):
    mesons, path = some_mesons(), tmp_path / "mesons.txt"
    write_mesons(mesons, path)
    for settings in ({}, {"pi0_per_proton": 7.0}):
        process = MesonDecay(mesons=("pi0", "eta"), spectrum=str(path), **settings)
        factor = 1.0 if not settings else 7.0 / mesons.per_proton(111)
        listed = MesonListDecay(mesons.scaled({111: factor, 221: 1.0}))
        for e_min in (0.0, 8.0):
            assert process.rate(0.1, DUMP, e_min=e_min).value == pytest.approx(
                listed.rate(0.1, DUMP, e_min=e_min).value
            )
    rng = (np.random.default_rng(1), np.random.default_rng(1))
    first, second = (
        p.sampler(0.1, DUMP, e_min=8.0).sample(100, r) for p, r in zip((process, listed), rng, strict=True)
    )
    assert np.array_equal(first.momentum, second.momentum)
    parents = first.momentum.reshape(-1, 5, 3)[:, 2]
    assert np.isin(parents[:, 2], mesons.momentum[:, 2]).all()


def test_a_file_that_changes_is_read_again(tmp_path):
    path = tmp_path / "mesons.txt"
    path.write_text("111 0 0 20 1.0\n")
    process = MesonDecay(mesons=("pi0",), spectrum=str(path))
    first = process.rate(0.1, DUMP).value
    path.write_text("111 0 0 20 1.0\n111 0 0 30 1.5\n")
    assert process.rate(0.1, DUMP).value == pytest.approx(2.5 * first)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "111 0 0 14000 1\n221 0 0 20000 1\n",
            r"a meson of 20000 GeV cannot come from a proton of 400 GeV: give the list in GeV",
        ),
        ("111 0 0 14 1\n", r"holds no eta \(221\): take it out of the process, or add it to the file"),
    ],
)
def test_files_that_do_not_fit(tmp_path, content, message):
    (tmp_path / "mesons.txt").write_text(content)
    with pytest.raises((ParameterError, EventFileError), match=message):
        MesonDecay(mesons=("pi0", "eta"), spectrum=str(tmp_path / "mesons.txt")).rate(0.1, DUMP)


def test_what_cannot_be():
    electrons = ThickTarget(100.0, material("Pb"), 40.0, 50.0)
    with pytest.raises(ParameterError, match=r"makes no A' from a beam of 11 \(e-\): it works with 2212"):
        production_rate(0.1, electrons, [MesonDecay()])
    with pytest.raises(
        ParameterError, match="meson_decay needs protons that stop in a block: give a ProtonDump, not a ThickT"
    ):
        MesonDecay().rate(0.1, electrons)
    with pytest.raises(ParameterError, match=r"bremsstrahlung makes no A' from a beam of 2212 \(p\): it works with"):
        production_rate(0.1, DUMP)
    with pytest.raises(ParameterError, match=r"mesons = \(\) names none: take some of pi0, eta, eta', omega"):
        MesonDecay(mesons=())
    with pytest.raises(ParameterError, match="meson 'rho' makes no A' this way"):
        MesonDecay(mesons=("rho",))
    with pytest.raises(ParameterError, match="mesons = pi0, pi0: name each once"):
        MesonDecay(mesons=("pi0", "pi0"))
    with pytest.raises(ParameterError, match="pi0_per_proton = -1 must be finite and not negative"):
        MesonDecay(pi0_per_proton=-1)
    with pytest.raises(ParameterError, match=r"omega_per_proton = 0\.5 is of no use: add omega"):
        MesonDecay(omega_per_proton=0.5)
    with pytest.raises(ParameterError, match="form_factor = 'vmd' is none of point, rho"):
        MesonDecay(form_factor="vmd")
    with pytest.raises(ParameterError, match="form_factor = 'vmd' is none of point, rho"):
        MesonListDecay(some_mesons(), form_factor="vmd")
    with pytest.raises(
        ParameterError, match=r"spectrum = 'mesons.tx' is neither bmpt nor a file of mesons that is there"
    ):
        MesonDecay(spectrum="mesons.tx").rate(0.1, DUMP)
    with pytest.raises(ParameterError, match=r"pi0 per proton are known from 60 to 800 GeV"):
        MesonDecay().rate(0.1, ProtonDump(8.9, material("Fe")))
    with pytest.raises(KinematicsError, match=r"decay of pi0, eta to A' of 0\.6 GeV is closed"):
        MesonListDecay(some_mesons()).rate(0.6, DUMP)


PROCESSES_OF_A_DUMP = [MesonDecay(), ProtonBremsstrahlung(), VectorMixing(mesons=("phi",))]


@pytest.mark.parametrize("stratified", [False, True])
def test_whole_runs(stratified):
    """Every A' decays; the shares of the processes are those of the rates; sums of weights give back each rate."""
    n = 6000
    chunks = list(
        generate(
            MASSES, NUCAL, processes=PROCESSES_OF_A_DUMP, n_events=n, seed=1, e_min_aprime=8.0, stratified=stratified
        )
    )
    rates = process_rates(0.1, NUCAL, PROCESSES_OF_A_DUMP, e_min=8.0)
    total = sum(rate.value for rate in rates)
    for process, rate in zip(PROCESSES_OF_A_DUMP, rates, strict=True):
        mine = [c for c in chunks if c.info.process == process.name]
        weight = sum(c.weight.sum() for c in mine)
        count = sum(len(c) for c in mine)
        share = rate.value / total
        error = weight / np.sqrt(count) if count else 1.0
        assert abs(weight - n * share) < 4 * max(error, 1.0)
    for c in chunks:
        aprime = c.pdg == ID_APRIME
        assert (c.status[aprime] == STATUS_DECAYED).all()
        assert c.energy[aprime].min() >= 8.0 * (1 - 1e-12)
        assert np.count_nonzero(c.pdg == ID_CHI2) == len(c)
        assert c.info.rate == pytest.approx(total)
        assert (c.info.beam_id, c.info.rate_unit, c.info.extra["material"]) == (2212, "A' per proton", "Fe")
        start = c.offsets[:-1][c.event_of_particle]
        for parent in (ID_APRIME, ID_CHI2):  # momenta of the decay products add up
            rows = np.flatnonzero(c.pdg == parent)
            child, of = c.children(rows)
            p = np.zeros((len(rows), 3))
            np.add.at(p, of, c.momentum[child])
            np.testing.assert_allclose(p, c.momentum[rows], atol=1e-10)
        assert (start >= 0).all()
        assert np.count_nonzero(c.pdg == ID_CHI1) == 2 * len(c)


@pytest.mark.parametrize("name", ["dump.lhe", "dump.hepmc3", "dump.hepmc3.gz", "dump.parquet"])
def test_files(tmp_path, name):
    masses = replace(MASSES)
    made = concatenate(list(generate(masses, DUMP, processes=[MesonDecay()], n_events=300, seed=2, e_min_aprime=5.0)))
    with open_writer(tmp_path / name, made.info) as writer:
        writer.write(made)
    back = concatenate(list(read_events(tmp_path / name)))
    info = read_info(tmp_path / name)
    assert (info.beam_id, info.rate_unit, info.process) == (2212, "A' per proton", "meson_decay")
    assert info.rate == made.info.rate
    assert np.array_equal(back.pdg, made.pdg)
    assert np.array_equal(back.status, made.status)
    np.testing.assert_allclose(back.momentum, made.momentum, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(back.vertex, made.vertex, rtol=1e-12, atol=1e-9)
    chi2, aprime = back.only(ID_CHI2), back.only(ID_APRIME)
    child, parent = back.children(aprime)
    assert np.isin(chi2, child).all()
    mother = back.mothers[aprime, 0] + back.offsets[:-1]
    assert np.isin(back.pdg[mother], (111, 221, 331)).all()
    assert len(np.unique(parent)) == 300


def test_hepmc3_graphs_are_whole(tmp_path):
    """As pyhepmc sees them: the meson leaves the collision and ends in A' and a photon."""
    import pyhepmc

    made = concatenate(list(generate(MASSES, DUMP, processes=[MesonDecay()], n_events=20, seed=2)))
    with open_writer(tmp_path / "dump.hepmc3", made.info) as writer:
        writer.write(made)
    with pyhepmc.open(str(tmp_path / "dump.hepmc3")) as file:
        for event in file:
            (meson,) = (p for p in event.particles if p.pid in (111, 221, 331))
            assert {p.pid for p in meson.end_vertex.particles_out} == {ID_APRIME, 22}
            assert {p.pid for p in meson.production_vertex.particles_in} == {2212, 1000290640}
            out = [p.momentum for p in meson.end_vertex.particles_out]
            assert sum(p.e for p in out) == pytest.approx(meson.momentum.e, rel=1e-10)


@pytest.mark.parametrize(
    ("dump", "numbers", "protons", "metres", "aperture", "e_min", "efficiency", "limit", "epsilon"),
    [
        (DUMP, (2.4, 0.26), 2.4e18, (480, 515), (5.0, 1.5), 3.0, 0.51, 2.3, 1.88e-7),
        (NUCAL, (2.37, 0.26), 1.7e18, (64, 87), (0.0, 1.3), 10.0, 0.7, 3.6, 2.02e-7),
    ],
    ids=["CHARM", "NuCal"],
)
def test_published_limits_have_their_number_of_events(
    dump, numbers, protons, metres, aperture, e_min, efficiency, limit, epsilon
):
    """Rough: A' -> e e of 50 MeV at the smallest excluded epsilon of 1908.07525, with the meson numbers of recasts.

    A square of 3 m beside the axis, a disc around it; no detector. N goes with epsilon^4 there.
    """
    m, n = 0.05, 20_000
    process = MesonDecay(mesons=("pi0", "eta"), pi0_per_proton=numbers[0], eta_per_proton=numbers[1])
    events = process.sampler(m, dump, e_min=e_min).sample(n, np.random.default_rng(1))
    p = events.momentum.reshape(n, 5, 3)[:, 3]
    beyond = metres[1] * np.hypot(p[:, 0], p[:, 1]) / p[:, 2]
    offset, half = aperture
    turn = np.linspace(0, 2 * np.pi, 64, endpoint=False)[:, None]  # round about the beam
    x, y = np.abs(beyond * np.cos(turn) - offset), np.abs(beyond * np.sin(turn))
    seen = ((x < half) & (y < half) if offset else (x**2 + y**2 < half**2)).mean(axis=0)
    length = np.linalg.norm(p, axis=1) / m * ctau_mm(gamma_aprime_lepton(m, epsilon, M_ELECTRON)) / 1000
    inside = np.exp(-metres[0] / length) - np.exp(-metres[1] / length)
    rate = process.rate(m, dump, e_min=e_min).value
    found = protons * epsilon**2 * rate * (seen * inside).mean() * efficiency
    assert 1 / 1.5 < found / limit < 1.5
