"""Event files through Pythia: undecayed A' in, displaced decays out."""

import dataclasses

import numpy as np
import pytest

from semivis_gen.constants import ATOMIC_MASS_UNIT, M_ELECTRON, nucleus_id
from semivis_gen.engines.pythia import attach, decay_with_pythia, meson_settings
from semivis_gen.errors import EngineError, EventFileError, KinematicsError, ParameterError
from semivis_gen.events import Events, IdMap, RunInfo, Topology
from semivis_gen.io.files import open_writer, read_events
from semivis_gen.model.point import DarkSector
from semivis_gen.model.widths import compute_widths
from semivis_gen.numerics.kinematics import energy_of
from semivis_gen.resources import cards_dir

pythia8mc = pytest.importorskip("pythia8mc")

POINT = DarkSector.at(0.3)
TUNGSTEN, M_TUNGSTEN = nucleus_id(74, 184), 184 * ATOMIC_MASS_UNIT  # an isotope that Pythia's tables lack
N = 200


def undecayed(point=POINT, n=N, vertices=True, pdg=55, mass=None):
    """e- W -> e- W A' with made-up but momentum-conserving kinematics."""
    rng = np.random.default_rng(4)
    beam = np.array([0.0, 0.0, 100.0]) * np.ones((n, 1))
    kick = rng.normal(scale=0.05, size=(2, n, 3))
    dark = kick[0] + [0.0, 0.0, 1.0] * rng.uniform(50, 95, (n, 1))
    electron = kick[1] + [0.0, 0.0, 2.0]
    momentum = np.stack([beam, np.zeros((n, 3)), dark, electron, beam - dark - electron], axis=1)
    topology = Topology(
        pdg=(11, TUNGSTEN, pdg, 11, TUNGSTEN),
        status=(-1, -1, 1, 1, 1),
        mothers=((-1, -1), (-1, -1), (0, 1), (0, 1), (0, 1)),
    )
    masses = np.array([M_ELECTRON, M_TUNGSTEN, mass or point.masses.m_aprime, M_ELECTRON, M_TUNGSTEN])
    z = rng.uniform(0, 50, n)
    vertex = np.stack([0 * z, 0 * z, z, z], axis=1) if vertices else None
    info = RunInfo(masses=point.masses, beam_energy=100.0, target_id=TUNGSTEN, target_mass=M_TUNGSTEN, rate=2.5)
    weight = rng.uniform(0.5, 1.5, n)
    return Events.from_topology(topology, momentum, masses, vertex=vertex, info=info, weight=weight)


def write(path, events, ids=None):
    with open_writer(path, events.info, **({"ids": ids} if ids else {})) as writer:
        writer.write(events)
    return path


def read(path):
    (events,) = read_events(path)
    return events


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pythia")
    source = undecayed()
    assert decay_with_pythia(write(folder / "in.lhe.gz", source), folder / "out.hepmc3", POINT, seed=3) == N
    return source, read(folder / "out.hepmc3"), folder


def test_hard_process_weights_and_vertices_stay(files):
    source, out, _ = files
    assert (out.pdg.reshape(N, 10) == [11, TUNGSTEN, 55, 11, TUNGSTEN, 52, 58, 52, 11, -11]).all()
    assert (out.status.reshape(N, 10) == [-1, -1, 2, 1, 1, 1, 2, 1, 1, 1]).all()
    np.testing.assert_allclose(out.momentum.reshape(N, 10, 3)[:, :5], source.momentum.reshape(N, 5, 3), atol=1e-12)
    np.testing.assert_allclose(out.weight, source.weight, rtol=1e-15)  # an LHE file holds them times the rate
    np.testing.assert_allclose(out.vertex, source.vertex, atol=1e-12)
    assert out.info.rate == 2.5
    assert out.info.point == POINT
    assert "Pythia 8.3" in out.info.extra["decays"]


def test_every_decay_conserves_energy_and_momentum(files):
    _, out, _ = files
    four = np.c_[out.momentum, energy_of(out.momentum, out.mass)].reshape(N, 10, 4)
    np.testing.assert_allclose(four[:, 5] + four[:, 6], four[:, 2], atol=1e-10)
    np.testing.assert_allclose(four[:, 7:].sum(axis=1), four[:, 6], atol=1e-10)


def test_lifetimes_read_back_from_the_vertices(files):
    _, out, _ = files
    ctau, widths = out.ctau.reshape(N, 10), compute_widths(POINT)
    mean = ctau[:, 6].mean() / widths.ctau_chi2
    assert abs(mean - 1) < 4 / np.sqrt(N)
    assert ctau[:, 2].max() < 1e-6  # A' is prompt
    assert (np.delete(ctau, [2, 6], axis=1) == 0).all()


def test_vertices_in_the_file_lie_on_the_flight_path(files):
    import pyhepmc

    source, out, folder = files
    with pyhepmc.open(str(folder / "out.hepmc3")) as stream:
        for index, event in enumerate(stream):
            chi2 = next(p for p in event.particles if p.pid == 58)
            path = np.array(chi2.end_vertex.position) - np.array(chi2.production_vertex.position)
            flight = np.array(chi2.momentum) * out.ctau.reshape(N, 10)[index, 6] / POINT.masses.m_chi2
            np.testing.assert_allclose(path, flight, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(np.array(chi2.production_vertex.position)[2], source.vertex[index, 2], atol=1e-6)


def test_same_seed_same_file_other_seed_other_file(files, tmp_path):
    _, out, folder = files
    for seed, same in ((3, True), (4, False)):
        decay_with_pythia(folder / "in.lhe.gz", tmp_path / "again.hepmc3.gz", POINT, seed=seed)
        assert np.array_equal(read(tmp_path / "again.hepmc3.gz").momentum, out.momentum) is same


def test_decayed_aprime_with_undecayed_chi2_continues_the_chain(files, tmp_path):
    _, out, _ = files
    keep = np.tile(np.arange(10) < 7, N)  # cut the chi2 decay off again
    status = out.status.copy()
    status[out.pdg == 58] = 1
    half = dataclasses.replace(
        out,
        offsets=np.arange(N + 1, dtype=np.int64) * 7,
        status=status[keep],
        ctau=np.where(out.pdg == 55, 4.0, 0.0)[keep],  # as if A' were long-lived
        **{k: getattr(out, k)[keep] for k in ("pdg", "mothers", "momentum", "mass")},
    )
    decay_with_pythia(write(tmp_path / "half.lhe", half), tmp_path / "out.hepmc3", POINT, seed=8)
    again = read(tmp_path / "out.hepmc3")
    assert (again.pdg == out.pdg).all()
    assert (again.mothers == out.mothers).all()
    np.testing.assert_allclose(again.ctau[again.pdg == 55], 4.0, rtol=1e-6)
    np.testing.assert_allclose(
        again.momentum.reshape(N, 10, 3)[:, 7:].sum(axis=1), again.momentum.reshape(N, 10, 3)[:, 6], atol=1e-10
    )


def test_foreign_ids_and_more_settings(tmp_path):
    ids = IdMap(aprime=1023, chi1=1000022, chi2=1000023)
    source = write(tmp_path / "in.lhe", undecayed(n=5), ids)
    settings = ["55:onMode = off", "55:onIfMatch = 11 -11"]
    decay_with_pythia(source, tmp_path / "out.hepmc3", POINT, seed=1, ids=ids, settings=settings)
    assert (read(tmp_path / "out.hepmc3").pdg.reshape(5, 7)[:, 2:] == [55, 11, TUNGSTEN, 11, -11]).all()


def test_wrong_input_leaves_no_file(tmp_path):
    out = tmp_path / "out.hepmc3"
    source = write(tmp_path / "in.lhe", undecayed(n=3))
    with pytest.raises(ParameterError, match=r"m_aprime = 0.3 GeV, the point has 0.31 GeV"):
        decay_with_pythia(source, out, DarkSector.at(0.31), seed=1)
    with pytest.raises(EventFileError, match="no event has an undecayed A'"):
        decay_with_pythia(write(tmp_path / "photon.lhe", undecayed(n=3, pdg=22)), out, POINT, seed=1)
    with pytest.raises(EngineError, match="does not accept the setting 'No:such = 1'"):
        decay_with_pythia(source, out, POINT, seed=1, settings=["No:such = 1"])
    with pytest.raises(EngineError, match="Pythia does not know the particle 9900077"):
        decay_with_pythia(write(tmp_path / "odd.lhe", undecayed(n=3, pdg=9900077)), out, POINT, seed=1)
    with pytest.raises((EngineError, KinematicsError), match=r"0\.2 GeV"):
        decay_with_pythia(write(tmp_path / "light.lhe", undecayed(n=3, mass=0.2)), out, POINT, seed=1)
    truncated = tmp_path / "cut.lhe"
    truncated.write_bytes(source.read_bytes()[:-200])
    with pytest.raises(EventFileError, match="truncated"):
        decay_with_pythia(truncated, out, POINT, seed=1)
    assert not list(tmp_path.glob("*.hepmc3*"))


def pythia_from_card(name, *settings):
    pythia = pythia8mc.Pythia("", False)
    assert pythia.readFile(str(cards_dir() / "pythia" / name))
    attach(pythia, POINT, seed=1)
    for line in ("Print:quiet = on", *settings):
        assert pythia.readString(line)
    assert pythia.init()
    return pythia


@pytest.mark.parametrize("header", ["masses", "decays"])
def test_pythias_own_reader_with_our_decays(files, tmp_path, header):
    source, _, _ = files
    if header == "decays":  # DECAY tables in the file make Pythia decay A' and chi2 its own way, unless we mend it
        source = source.with_info(point=POINT)
    path = write(tmp_path / "in.lhe.gz", source)
    rename = f"LesHouches:idRenameBeams = {TUNGSTEN}"
    pythia = pythia_from_card("read_lhe.cmnd", f"Beams:LHEF = {path}", rename)
    for index in range(N):
        assert pythia.next()
        e = pythia.event
        (dark,) = [i for i in range(e.size()) if e[i].id() == 55]
        np.testing.assert_allclose([e[dark].px(), e[dark].pz()], source.momentum.reshape(N, 5, 3)[index, 2, ::2])
        assert [e[i].id() for i in range(e.size()) if e[i].isFinal()] == [11, TUNGSTEN, 52, 52, 11, -11]
        assert e[dark].daughter2() + 1 == e[e[dark].daughter2()].daughter1()  # in the order of our decays
    assert not pythia.next()
    assert pythia.particleData.m0(58) == POINT.masses.m_chi2


def test_meson_card(tmp_path):
    pythia = pythia_from_card("meson_decays.cmnd", *meson_settings(POINT))
    found = 0
    for _ in range(60):
        assert pythia.next()
        ids = [pythia.event[i].id() for i in range(pythia.event.size())]
        assert ids.count(55) == ids.count(221) + ids.count(331)  # 0.3 GeV is too heavy for pi0
        found += ids.count(55)
    assert found > 5
