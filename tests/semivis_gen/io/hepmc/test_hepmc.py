"""HepMC3 files: semivis's own come back the same, pyhepmc sees what it should, foreign and broken ones are handled."""

import gzip
from dataclasses import replace

import numpy as np
import pyhepmc
import pytest
from hypothesis import given, settings, strategies as st
from pyhepmc import GenCrossSection, GenEvent, GenParticle, GenRunInfo, GenVertex, Units
from support.event_files import FOREIGN, load, save

from semivis_gen.errors import EventFileError
from semivis_gen.events import IdMap, RunInfo
from semivis_gen.io.files import read_info
from semivis_gen.io.hepmc import reader as hepmc_reader
from semivis_gen.io.hepmc.block import parse_block
from semivis_gen.io.hepmc.graph import incoming, positions, to_events
from semivis_gen.io.vertices import production_points


def assert_ctau(back, events):
    """c tau comes from differences of coordinates: exact to their rounding, scaled by m / p or m / E."""
    far = np.abs(production_points(events)).max()
    fast = np.maximum(np.linalg.norm(events.momentum, axis=1), events.mass / 2)
    bound = 4e-15 * events.ctau + 1e-15 * far * events.mass / fast
    assert np.all(np.abs(back.ctau - events.ctau) <= bound)
    assert np.all(back.ctau[events.ctau == 0] == 0)


@pytest.mark.parametrize("name", ["a.hepmc3", "a.hepmc", "a.hepmc3.gz", "A.HEPMC.GZ"])
def test_written_and_read_back_is_the_same(kit, tmp_path, name):
    events = kit.mixed_events(weighted=True)
    path = save(tmp_path / name, events)
    for back in (load(path), load(path, chunk=7)):
        kit.assert_same(replace(back, ctau=events.ctau), events)
        assert_ctau(back, events)
    assert read_info(path) == events.info


def test_displaced_events_keep_their_vertices(kit, tmp_path):
    events = kit.random_events(20, displaced=True)
    back = load(save(tmp_path / "a.hepmc3", events))
    kit.assert_same(replace(back, ctau=events.ctau), events)
    assert_ctau(back, events)
    np.testing.assert_allclose(production_points(back), production_points(events), rtol=1e-12, atol=1e-9)


def test_pyhepmc_finds_vertices_units_weights_and_rate(kit, tmp_path):
    events = kit.random_events(3, displaced=True, weighted=True)
    point = production_points(events)
    with pyhepmc.open(save(tmp_path / "a.hepmc3", events)) as file:
        found = list(file)
    assert [e.event_number for e in found] == [0, 1, 2]
    for index, event in enumerate(found):
        row = 10 * index
        assert (event.momentum_unit, event.length_unit) == (Units.GEV, Units.MM)
        assert event.weights == [events.weight[index]]
        assert event.cross_section.xsec() == pytest.approx(events.info.rate, rel=1e-8)
        assert [len(v.particles_in) for v in event.vertices] == [2, 1, 1]
        assert [p.status for p in event.particles] == [4, 4, 2, 2, 1, 1, 1, 1, 1, 1]
        chi2 = event.particles[3]
        assert (chi2.pid, chi2.generated_mass) == (58, events.mass[row + 3])
        assert chi2.momentum.pz == events.momentum[row + 3, 2]
        assert chi2.momentum.e == events.energy[row + 3]
        end = chi2.end_vertex.position
        assert (end.x, end.y, end.z, end.t) == tuple(point[row + 9])
        assert {p.pid for p in chi2.end_vertex.particles_out} == {52, 11, -11}
        first = event.particles[0].end_vertex.position
        assert (first.x, first.y, first.z, first.t) == tuple(events.vertex[index])
    tool = found[0].run_info.tools[0]
    assert (tool.name, tool.version) == ("semivis", "1.2")


def test_a_thick_target_has_no_cross_section(kit, tmp_path):
    info = replace(kit.run_info(), rate_unit="A' per electron")
    with pyhepmc.open(save(tmp_path / "a.hepmc3", kit.random_events(1, info=info))) as file:
        assert file.read().cross_section is None
    assert read_info(tmp_path / "a.hepmc3") == info


def test_foreign_ids_are_written_and_known_to_the_reader(kit, tmp_path):
    events = kit.random_events(2)
    path = save(tmp_path / "a.hepmc3", events, ids=FOREIGN)
    assert b"1000023" in path.read_bytes()
    assert load(path).pdg.tolist() == events.pdg.tolist()
    assert read_info(path) == events.info


def test_particles_without_history(kit, tmp_path):
    events = kit.random_events(2)
    events = replace(events, mothers=np.full_like(events.mothers, -1), status=np.ones_like(events.status),
                     ctau=np.zeros_like(events.ctau))  # fmt: skip
    kit.assert_same(load(save(tmp_path / "a.hepmc3", events)), events)


def shower_event(units=(Units.GEV, Units.MM), scale=(1.0, 1.0), number=0):
    """As Pythia writes it: copies of one particle before it decays, vertices that inherit their position."""
    m, d = scale

    def particle(pid, p, mass, status):
        four = (*(m * x for x in p), m * np.sqrt(np.dot(p, p) + mass**2))
        made = GenParticle(four, pid, status)
        made.generated_mass = m * mass
        return made

    event = GenEvent(*units)
    event.event_number = number
    beam, target = particle(11, (0, 0, 100), 5e-4, 4), particle(1000822080, (0, 0, 0), 193.0, 4)
    parton = particle(11, (0, 0, 99), 5e-4, 21)
    hard, recoiled = particle(55, (0, 0, 90), 0.3, 22), particle(55, (0, 1, 89), 0.3, 62)
    chi1, chi2 = particle(52, (0, 0, 40), 0.1, 1), particle(58, (0, 1, 49), 0.14, 2)
    inner, minus, plus = (particle(i, (0, 0, 16), 5e-4, 1) for i in (52, 11, -11))
    links = [([beam, target], [parton]), ([parton], [hard]), ([hard], [recoiled]), ([recoiled], [chi1, chi2])]
    links += [([chi2], [inner, minus, plus])]
    positions = [(1, 2, 3, 4), None, None, None, (1, 2 + 10, 3 + 490, 500)]
    for (before, after), position in zip(links, positions, strict=True):
        vertex = GenVertex() if position is None else GenVertex(tuple(d * x for x in position))
        for p in before:
            vertex.add_particle_in(p)
        for p in after:
            vertex.add_particle_out(p)
        event.add_vertex(vertex)
    return event


def check_shower(events):
    assert events.pdg[events.offsets[0] : events.offsets[1]].tolist() == [
        11,
        1000822080,
        11,
        55,
        55,
        52,
        58,
        52,
        11,
        -11,
    ]
    assert events.status[:10].tolist() == [-1, -1, -1, 3, 2, 1, 2, 1, 1, 1]
    aprime, chi2 = events.only(55), events.only(58)
    assert (aprime[0], chi2[0]) == (4, 6)
    assert events.ctau[aprime[0]] == 0.0
    expected = np.hypot(10, 490) * 0.14 / np.hypot(1, 49)
    assert events.ctau[chi2[0]] == pytest.approx(expected, rel=1e-5)
    assert events.mass[chi2[0]] == pytest.approx(0.14)
    np.testing.assert_allclose(events.vertex[0], [1, 2, 3, 4], rtol=1e-6)
    child, parent = events.children(chi2)
    assert events.pdg[child[parent == 0]].tolist() == [52, 11, -11]
    assert events.mothers[4].tolist() == [3, 3]
    assert events.mothers[2].tolist() == [0, 1]


@pytest.mark.parametrize("mev", [False, True])
def test_foreign_files_in_any_units(tmp_path, mev):
    units = ((Units.MEV, Units.CM), (1e3, 0.1)) if mev else ((Units.GEV, Units.MM), (1.0, 1.0))
    run = GenRunInfo()
    run.tools = [GenRunInfo.ToolInfo("Pythia", "8.3", "x")]
    with pyhepmc.open(tmp_path / "a.hepmc", "w") as file:
        for number in range(3):
            event = shower_event(*units, number)
            event.run_info = run
            rate = GenCrossSection()
            rate.set_cross_section(7.5, 0.5)
            event.cross_section = rate
            event.weights = [2.0]
            file.write(event)
    events = load(tmp_path / "a.hepmc")
    assert len(events) == 3
    check_shower(events)
    assert events.weight.tolist() == [2.0] * 3
    assert events.info.beam_id == 11
    assert events.info.beam_energy == pytest.approx(100.0)
    assert (events.info.target_id, events.info.target_mass) == (1000822080, pytest.approx(193.0))
    assert (events.info.rate, events.info.rate_error) == (7.5, 0.5)
    assert (events.info.generator, events.info.version) == ("Pythia", "8.3")


def test_several_weights_keep_the_first(tmp_path):
    run = GenRunInfo()
    run.weight_names = ["nominal", "up"]
    event = shower_event()
    event.run_info = run
    event.weights = [2.0, 3.0]
    with pyhepmc.open(tmp_path / "a.hepmc", "w") as file:
        file.write(event)
    path = tmp_path / "a.hepmc"
    assert read_info(path).weight_names == ("nominal", "up")
    assert load(path).weight.tolist() == load(path, weight="nominal").weight.tolist() == [2.0]
    assert load(path, weight="up").weight.tolist() == [3.0]
    with pytest.raises(EventFileError, match=r"a\.hepmc: the file has no weight 'x'; its weights are 'nominal', 'up'"):
        load(path, weight="x")
    text = path.read_text()
    path.write_text(text.replace("\nW nominal\\|up\n", "\nW 2\nN nominal\\|up\n"))  # as HepMC3 did at first
    assert load(path, weight="up").weight.tolist() == [3.0]
    line = text[: text.index("\nW 2")].count("\n") + 3
    path.write_text(text.replace(" 3.0000000000000000000000e+00\n", "\n"))
    with pytest.raises(EventFileError, match=rf"line {line - 1}: the event has fewer than 2 weights"):
        load(path, weight="up")


@pytest.fixture
def text(kit, tmp_path):
    return save(tmp_path / "good.hepmc3", kit.random_events(6)).read_bytes()


def fails(path, content, says, line=None):
    path.write_bytes(content)
    with pytest.raises(EventFileError) as error:
        load(path)
    message = str(error.value)
    assert says in message
    assert "\n" not in message
    assert message.startswith(f"{path}, line {line}:" if line else str(path)), message


def line_of(text, event):
    return text[: text.index(b"\nE %d " % event) + 1].count(b"\n") + 1


@pytest.mark.parametrize("compress", [False, True])
def test_no_cut_through_a_file_goes_unnoticed(tmp_path, text, compress):
    content = gzip.compress(text) if compress else text
    rng = np.random.default_rng(4)
    for place in [0, 1, 20, 60, *rng.integers(0, len(content) - 4, size=40)]:
        (tmp_path / "a.hepmc3").write_bytes(content[: int(place)])
        with pytest.raises(EventFileError, match=r"a\.hepmc3"):
            load(tmp_path / "a.hepmc3")


LISTING_END = b"HepMC::Asciiv3-END_EVENT_LISTING\n"


def test_bad_files_are_named_with_their_line(tmp_path, text):
    path = tmp_path / "a.hepmc3"
    three = line_of(text, 3)
    fails(path, b"", "the file is empty", 1)
    fails(path, b"hello", "'hello': this is not a HepMC ASCII file", 1)
    fails(path, text[: text.index(b"\nE 3 ") + 1], "without END_EVENT_LISTING", three)
    cut = text[: text.index(b"\nE 3 ") + 200]
    fails(path, cut, "without END_EVENT_LISTING", cut.count(b"\n") + 1)
    fails(path, text[: text.index(b"E 0 ")] + LISTING_END, "holds no events")
    fails(path, text + text, "goes on after END_EVENT_LISTING", text.count(b"\n"))
    fails(path, text + b"more", "goes on after END_EVENT_LISTING", text.count(b"\n"))
    fails(path, text.replace(b"E 0 ", b"F 0 "), "'F 0 3 10' stands where a header or an event should begin", 6)
    fails(path, text.replace(b'"format": 1', b'"format": 9'), "format 9 of the semivis header", 5)


P5 = b"\nP 5 -1 11 "


@pytest.mark.parametrize(
    ("old", "new", "below", "says"),
    [
        (b"E 3 3 10", b"E 3 3 11", 0, "number of P lines"),
        (b"E 3 3 10", b"E 3 3 0", 0, "number of P lines"),
        (b"E 3 3 10", b"E 3 2 10", 0, "number of vertices"),
        (b"E 3 3 10", b"E 3 3 1000000", 0, "counts of at most 100000"),
        (b"E 3 3 10", b"E 3 3000000000 10", 0, "counts of at most 100000"),
        (b"E 3 3 10", b"E 3 -1 10", 0, "counts of at most 100000"),
        (b"E 3 3 10", b"E 3 1.5 10", 0, "counts of at most 100000"),
        (b"E 3 3 10", b"E 3 x 10", 0, "should be a number"),
        (b"E 3 3 10", b"E 3 10", 0, "too many or too few words"),
        (b"E 3 3 10", b"E 3 3 10 @ 1 2 3", 0, "too many or too few words"),
        (b"E 3 3 10", b"E 3 3 10 x 1 2 3 4", 0, "too many or too few words"),
        (b"U GEV MM", b"U GEV KM", 1, "units must be"),
        (b"U GEV MM", b"X GEV MM", 1, "must begin with E, U, W, A, P or V"),
        (b"U GEV MM", b"UU GEV MM", 1, "must begin with E, U, W, A, P or V"),
        (b"\nW ", b"\nW nan ", 2, "not finite"),
        (b"\nP 2 0", b"\nP 3 0", 5, "numbered from 1"),
        (b"\nV -1 0 [1,2]", b"\nV -1 0 [1,12]", 6, "does not exist"),
        (b"\nV -1 0 [1,2]", b"\nV -1 0 [1,0]", 6, "does not exist"),
        (b"\nV -1 0 [1,2]", b"\nV -1 0 [1,]", 6, "must stand as [1,2]"),
        (b"\nV -1 0 [1,2]", b"\nV -1 0 [1,x]", 6, "must stand as [1,2]"),
        (b"\nV -1 0 [1,2]", b"\nV -1 0 (1,2]", 6, "must stand as [1,2]"),
        (b"\nV -1 0 [1,2]", b"\nV 1 0 [1,2]", 6, "ids below 0"),
        (b"\nV -1 0 [1,2]", b"\nV -1 0 [1,2] @ 1 2 3 x", 6, "should be a number"),
        (b"\nV -2 0 [3]", b"\nV -1 0 [3]", 8, "same id"),
        (b"\nV -2 0 [3]", b"\nV -2 0 [4]", 9, "enters two vertices"),
        (P5, b"\nP 5 -7 11 ", 10, "the vertex of this particle does not exist"),
        (P5, b"\nP 5 5 11 ", 10, "the parent of this particle does not exist"),
        (P5, b"\nP 5 11 11 ", 10, "the parent of this particle does not exist"),
        (P5, b"\nP 5 -1 1.5 ", 10, "must be whole"),
        (P5, b"\nP 5 -1 9999999999 ", 10, "must be whole"),
        (P5, b"\nP 5 -1 xx ", 10, "should be a number"),
        (P5, b"\nP 5 -1 0 ", 10, "no particle with id 0"),
        (P5, b"\nP 5 -1 11 nan ", 10, "too many or too few words"),
        (P5, b"\nP 5 -1 11 1e999", 10, "not finite"),
    ],
)  # fmt: skip
def test_bad_lines_are_named(tmp_path, text, old, new, below, says):
    start = text.index(b"\nE 3 ")
    assert old in text[start:]
    fails(tmp_path / "a.hepmc3", text[:start] + text[start:].replace(old, new, 1), says, line_of(text, 3) + below)


def test_an_event_without_end_is_refused(tmp_path, text, monkeypatch):
    monkeypatch.setattr(hepmc_reader, "MAX_EVENT_BYTES", 2**20)
    begin = text[: text.index(b"\nE 1 ") + 1]
    for filling in (b"A 0 a b\n", b" ", b"x"):
        bomb = begin + filling * (4_000_000 // len(filling))
        fails(tmp_path / "a.hepmc3.gz", gzip.compress(bomb), "an event of more than 1 MB")
    monkeypatch.setattr(hepmc_reader, "MAX_HEADER_BYTES", 2**20)
    bomb = text[: text.index(b"E 0 ")] + b"x" * 4_000_000
    fails(tmp_path / "a.hepmc3.gz", gzip.compress(bomb), "no event within 1 MB", 1)


def random_graph(rng, number):
    """A tree of decays; vertices with one particle and no position have no line of their own."""
    event = GenEvent(Units.GEV, Units.MM)
    event.event_number = number

    def particle(status):
        p = rng.normal(size=3)
        mass = float(rng.random())
        energy = float(np.sqrt(p @ p + mass**2))
        made = GenParticle((*p, energy), int(rng.choice([11, 13, 52, 58, -11])), status)
        made.generated_mass = mass
        return made

    ends = [particle(4), particle(4)]
    first = GenVertex(tuple(rng.normal(size=4)))
    for beam in ends:
        first.add_particle_in(beam)
    growing = [particle(2) for _ in range(2)]
    for child in growing:
        first.add_particle_out(child)
    event.add_vertex(first)
    for _ in range(int(rng.integers(0, 6))):
        mother = growing.pop(int(rng.integers(len(growing))))
        vertex = GenVertex() if rng.random() < 0.5 else GenVertex(tuple(rng.normal(size=4)))
        vertex.add_particle_in(mother)
        for _ in range(int(rng.integers(1, 4))):
            child = particle(int(rng.choice([1, 2, 62])))
            vertex.add_particle_out(child)
            growing.append(child)
        event.add_vertex(vertex)
    return event


def test_same_graphs_as_pyhepmc(tmp_path):
    rng = np.random.default_rng(5)
    path = tmp_path / "a.hepmc"
    with pyhepmc.open(path, "w", precision=16) as file:
        for number in range(200):
            file.write(random_graph(rng, number))
    text = path.read_bytes()
    graph = parse_block(text[text.index(b"E 0 ") : text.index(b"HepMC::Asciiv3-END")])
    assert text.count(b"\nV ") < len(graph.position)  # some vertices have no line
    with pyhepmc.open(path) as file:
        events = list(file)
    assert len(events) == len(graph.weight)
    for index, event in enumerate(events):
        rows = np.arange(graph.offsets[index], graph.offsets[index + 1])
        data = event.numpy.particles
        assert graph.pid[rows].tolist() == data.pid.tolist()
        assert graph.status[rows].tolist() == data.status.tolist()
        assert graph.mass[rows].tolist() == data.generated_mass.tolist()
        assert graph.momentum[rows].T.tolist() == [data.px.tolist(), data.py.tolist(), data.pz.tolist()]
        for row, particle in zip(rows, event.particles, strict=True):
            parents = [p.id - 1 + rows[0] for p in particle.parents]
            born = graph.born[row]
            assert np.flatnonzero(graph.ends == born).tolist() == parents if born >= 0 else not parents
            if particle.end_vertex is None:
                assert graph.ends[row] == -1
            elif particle.end_vertex.has_set_position():
                at = particle.end_vertex.position
                assert graph.position[graph.ends[row]].tolist() == [at.x, at.y, at.z, at.t]
    placed = to_events(graph, RunInfo(), IdMap())
    assert placed.vertex[3].tolist() == [getattr(events[3].particles[0].end_vertex.position, k) for k in "xyzt"]


def test_positions_are_inherited_as_in_hepmc(tmp_path):
    with pyhepmc.open(tmp_path / "a.hepmc", "w", precision=16) as file:
        file.write(shower_event())
    with pyhepmc.open(tmp_path / "a.hepmc") as file:
        event = file.read()
    text = (tmp_path / "a.hepmc").read_bytes()
    graph = parse_block(text[text.index(b"E 0 ") : text.index(b"HepMC::Asciiv3-END")])
    place = positions(graph, *incoming(graph))
    for particle in event.particles:
        if particle.end_vertex is not None:
            at = particle.end_vertex.position
            assert place[graph.ends[particle.id - 1]].tolist() == [at.x, at.y, at.z, at.t]


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_single_wrong_byte_loses_an_event(kit, tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzz.hepmc3"
    save(path, kit.random_events(3))
    good = path.read_bytes()
    place = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.binary(max_size=1))
    path.write_bytes(good[:place] + byte + good[place + data.draw(st.integers(0, 1)) :])
    try:
        events = load(path)
    except EventFileError:
        return
    assert len(events) == 3
    assert np.isfinite(events.energy).all()
