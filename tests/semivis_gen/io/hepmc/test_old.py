"""HepMC2 files: what pyhepmc finds in them, and every damage named."""

import gzip

import numpy as np
import pyhepmc
import pytest
from hypothesis import given, settings, strategies as st
from pyhepmc import GenCrossSection, GenEvent, GenParticle, GenRunInfo, GenVertex, Units
from support.event_files import load, save
from support.peers import assert_graph_of_pyhepmc

from semivis_gen.errors import EventFileError
from semivis_gen.io.files import read_info


def random_event(rng, number, units=(Units.GEV, Units.MM)):
    """Two beams, a vertex, decays and a vertex of two particles that do not stand side by side."""
    event = GenEvent(*units)
    event.event_number = number

    def particle(status):
        p = rng.normal(size=3)
        mass = float(rng.random())
        energy = float(np.sqrt(p @ p + mass**2))
        made = GenParticle((*p, energy), int(rng.choice([11, 13, 52, 58, -11])), status)
        made.generated_mass = mass
        return made

    growing = [particle(4), particle(4)]
    for step in range(int(rng.integers(2, 7))):
        vertex = GenVertex(tuple(rng.normal(size=4)))
        for _ in range(2 if step in (0, 2) else 1):
            vertex.add_particle_in(growing.pop(0))
        for _ in range(int(rng.integers(2, 4))):
            child = particle(int(rng.choice([1, 2, 62])))
            vertex.add_particle_out(child)
            growing.append(child)
        event.add_vertex(vertex)
    return event


@pytest.fixture
def old(tmp_path):
    def write(n=5, names=("nominal", "up"), units=(Units.GEV, Units.MM), seed=3):
        rng = np.random.default_rng(seed)
        run = GenRunInfo()
        run.weight_names = list(names)
        path = tmp_path / "a.hepmc"
        with pyhepmc.open(path, "w", format="hepmc2", precision=16) as file:
            for number in range(n):
                event = random_event(rng, number, units)
                event.run_info = run
                event.weights = [number + 1.0 + 10 * i for i in range(len(names))]
                rate = GenCrossSection()
                rate.set_cross_section(100.0 / (number + 1), 0.5)
                event.cross_section = rate
                file.write(event)
        return path

    return write


def families(events):
    return [
        sorted((p.momentum.px, p.pid, sorted(q.momentum.px for q in p.parents)) for p in event.particles)
        for event in events
    ]


@pytest.mark.parametrize("units", [(Units.GEV, Units.MM), (Units.MEV, Units.CM)])
def test_pyhepmc_finds_the_same(old, tmp_path, units):
    path = old(units=units)
    events = load(path)
    with pyhepmc.open(path) as file:
        theirs = list(file)
    assert len(events) == len(theirs) == 5
    scale = 1e-3 if units[0] is Units.MEV else 1.0
    for index, event in enumerate(theirs):
        rows = slice(int(events.offsets[index]), int(events.offsets[index + 1]))
        data = event.numpy.particles
        order, mine = np.argsort(data.px), np.argsort(events.momentum[rows, 0])
        np.testing.assert_allclose(
            events.momentum[rows][mine].T, scale * np.array([data.px, data.py, data.pz])[:, order]
        )
        np.testing.assert_allclose(events.mass[rows][mine], scale * data.generated_mass[order])
        assert events.pdg[rows][mine].tolist() == data.pid[order].tolist()
        place = next(p.end_vertex.position for p in event.particles if p.status == 4)
        length = 10.0 if units[1] is Units.CM else 1.0
        np.testing.assert_allclose(events.vertex[index], length * np.array([place.x, place.y, place.z, place.t]))
    if scale == 1.0:  # a copy in HepMC3 has the same graph
        with pyhepmc.open(save(tmp_path / "b.hepmc3", events)) as file:
            assert families(file) == families(theirs)


def test_weights_cross_section_and_compression(old, tmp_path):
    path = old()
    info = read_info(path)
    assert info.weight_names == ("nominal", "up")
    assert (info.rate, info.rate_error) == (20.0, 0.5)  # the last one
    assert load(path).weight.tolist() == [1, 2, 3, 4, 5]
    assert load(path, weight="up").weight.tolist() == [11, 12, 13, 14, 15]
    with pytest.raises(EventFileError, match="no weight 'down'; its weights are 'nominal', 'up'"):
        load(path, weight="down")
    packed = tmp_path / "b.hepmc.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert load(packed).momentum.tolist() == load(path).momentum.tolist()


def test_events_without_weights_names_units_and_rate(old, tmp_path):
    lines = old(n=2).read_text().split("\n")
    bare = [line for line in lines if line[:2] not in ("N ", "U ", "C ")]
    bare = [line[: line.rindex(" 2 ")] + " 0" if line.startswith("E ") else line for line in bare]
    (tmp_path / "b.hepmc").write_text("\n".join(bare))
    events = load(tmp_path / "b.hepmc")
    assert events.weight.tolist() == [1, 1]
    assert events.info.weight_names == ()
    assert events.momentum.tolist() == load(tmp_path / "a.hepmc").momentum.tolist()


def spoilt(text, old, new, event=3):
    start = text.index(f"\nE {event} ")
    at = text.index(old, start)
    return text[:at] + new + text[at + len(old) :], text[:at].count("\n") + 1 + old.startswith("\n")


@pytest.mark.parametrize(
    ("old_text", "new", "says"),
    [
        ("\nV -1 ", "\nV -1.5 ", "barcodes"),
        ("\nV -1 ", "\nV 1 ", "barcodes"),
        ("\nV -1 ", "\nX -1 ", "must begin with E, N, U, C, H, F, V or P"),
        ("\nP 10001 ", "\nP ", "too few words"),
        ("\nP 10001 ", "\nP 10001 1 ", "a count must be whole"),
        ("\nU GEV MM", "\nU GEV KM", "units must be"),
        ("\nP 10001 ", "\nC 1 2\nC ", "number of P lines"),
        (" -1 0\n", " -77 0\n", "the vertex in which this particle ends does not exist"),
        (" -1 0\n", " 1 0\n", "the end vertex of a particle"),
        (" -1 0\n", " -1 1\n", "too many or too few words"),
    ],
)
def test_damage_is_named(old, tmp_path, old_text, new, says):
    text, line = spoilt(old().read_text(), old_text, new)
    (tmp_path / "b.hepmc").write_text(text)
    with pytest.raises(EventFileError, match=r"b\.hepmc, line \d+: ") as error:
        load(tmp_path / "b.hepmc")
    assert says in str(error.value)
    assert abs(int(str(error.value).split("line ")[1].split(":")[0]) - line) <= 1


def test_cuts_and_joins(old, tmp_path):
    text = old().read_text()
    for place in np.random.default_rng(1).integers(60, len(text) - 50, 30):
        (tmp_path / "b.hepmc").write_text(text[: int(place)])
        with pytest.raises(EventFileError, match=r"b\.hepmc"):
            load(tmp_path / "b.hepmc")
    (tmp_path / "b.hepmc").write_text(text + text)
    with pytest.raises(EventFileError, match="goes on after END_EVENT_LISTING"):
        load(tmp_path / "b.hepmc")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_single_wrong_byte_loses_an_event(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "good.hepmc"
    if not path.exists():
        with pyhepmc.open(path, "w", format="hepmc2", precision=16) as file:
            for number in range(3):
                file.write(random_event(np.random.default_rng(number), number))
    good = path.read_bytes()
    place = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.binary(max_size=1))
    (folder / "fuzz.hepmc").write_bytes(good[:place] + byte + good[place + data.draw(st.integers(0, 1)) :])
    try:
        events = load(folder / "fuzz.hepmc")
    except EventFileError:
        return
    assert len(events) == 3
    assert np.isfinite(events.energy).all()


def test_beams_among_what_comes_out_of_the_only_vertex_go_into_it(tmp_path):
    """Transport codes write one vertex of which all comes out; HepMC3 lets the beams enter it."""
    rows = ["2212 0 0 5 5.1 0.9 4", "2212 0 0 -5 5.1 0.9 4", "11 3 0 4 5 0 1", "22 -3 0 -4 5 0 1"]
    lines = ["HepMC::Version 2.06.09", "HepMC::IO_GenEvent-START_EVENT_LISTING", "E 1 -1 -1 -1 -1 0 0 1 0 0 0 0"]
    lines += ["U GEV MM", f"V -1 0 0 0 0 0 0 {len(rows)} 0"]
    lines += [f"P {10001 + i} {row} 0 0 0 0" for i, row in enumerate(rows)]
    path = tmp_path / "single.hepmc"
    path.write_text("\n".join([*lines, "HepMC::IO_GenEvent-END_EVENT_LISTING", ""]))
    events = load(path)
    assert events.mothers.tolist() == [[-1, -1], [-1, -1], [0, 1], [0, 1]]
    assert_graph_of_pyhepmc(path, events)
