"""HepMC3 files: semivis's own come back the same, pyhepmc sees what it should, foreign and broken ones are handled."""

import gzip
from dataclasses import replace

import numpy as np
import pyhepmc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhepmc import GenCrossSection, GenEvent, GenParticle, GenRunInfo, GenVertex, Units

from semivis_gen.errors import EventFileError
from semivis_gen.events import IdMap, concatenate
from semivis_gen.io import hepmc_scan, open_writer, read_events, read_info
from semivis_gen.io.vertices import production_points

FOREIGN = IdMap(1023, 1000022, 1000023)


def save(path, events, **options):
    with open_writer(path, events.info, **options) as writer:
        writer.write(events)
    return path


def load(path, **options):
    return concatenate(list(read_events(path, **options)))


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


@pytest.mark.parametrize("format_", ["hepmc3", "hepmc2"])
@pytest.mark.parametrize("mev", [False, True])
def test_foreign_files_in_any_units(tmp_path, format_, mev):
    units = ((Units.MEV, Units.CM), (1e3, 0.1)) if mev else ((Units.GEV, Units.MM), (1.0, 1.0))
    run = GenRunInfo()
    run.tools = [GenRunInfo.ToolInfo("Pythia", "8.3", "x")]
    with pyhepmc.open(tmp_path / "a.hepmc", "w", format=format_) as file:
        for number in range(3):
            event = shower_event(*units, number)
            event.run_info = run
            rate = GenCrossSection()
            rate.set_cross_section(7.5, 0.5)
            event.cross_section = rate
            event.weights = [2.0, 3.0] if format_ == "hepmc2" else [2.0]
            file.write(event)
    events = load(tmp_path / "a.hepmc")
    assert len(events) == 3
    check_shower(events)
    assert events.weight.tolist() == [2.0] * 3
    assert events.info.beam_id == 11
    assert events.info.beam_energy == pytest.approx(100.0)
    assert (events.info.target_id, events.info.target_mass) == (1000822080, pytest.approx(193.0))
    assert (events.info.rate, events.info.rate_error) == (7.5, 0.5)
    if format_ == "hepmc3":
        assert (events.info.generator, events.info.version) == ("Pythia", "8.3")


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


def test_bad_files_are_named_with_their_line(tmp_path, text):
    path = tmp_path / "a.hepmc3"
    three = line_of(text, 3)
    fails(path, b"", "the file is empty", 1)
    fails(path, b"hello", "'hello': this is not a HepMC ASCII file", 1)
    fails(path, text[: text.index(b"\nE 3 ") + 1], "without END_EVENT_LISTING", three)
    cut = text[: text.index(b"\nE 3 ") + 200]
    fails(path, cut, "without END_EVENT_LISTING", cut.count(b"\n") + 1)
    fails(path, text[: text.index(b"E 0 ")] + b"HepMC::Asciiv3-END_EVENT_LISTING\n", "holds no events")
    fails(path, text.replace(b"E 3 3 10", b"E 3 3 11"), "announces 11 particles and has 10", three)
    fails(path, text.replace(b"E 3 3 10", b"E 3 2 10"), "damaged", three)
    fails(path, text.replace(b"E 3 3 10", b"E 3 3 1000000"), "1000000 particles", three)
    fails(path, text.replace(b"E 3 3 10", b"E 3 3000000000 10"), "3000000000 vertices", three)
    fails(path, text.replace(b"E 3 3 10", b"E 3 x 10"), "three whole numbers", three)
    fails(path, text.replace(b"E 3 3 10", b"E 3 3 0"), "0 particles", three)
    fails(path, text + text, "events after END_EVENT_LISTING")
    fails(path, text.replace(b"\nE 2 ", b"\nE 2 3 10 " + b"9" * 300_000 + b"\nE 2 "), "has 0")
    fails(path, text.replace(b'"format": 1', b'"format": 9'), "format 9 of the semivis header")


def test_bad_numbers_name_event_and_particle(tmp_path, text):
    path = tmp_path / "a.hepmc3"
    start = text.index(b"\nE 3 ")
    begin = text.index(b"\nP 5 ", start) + 1
    words = text[begin : text.index(b"\n", begin)].split()
    for position, word, says in ((3, b"0", "no particle with id 0"), (3, b"xx", "no particle with id 0"),
                                 (5, b"nan", "momentum"), (8, b"inf", "mass")):  # fmt: skip
        bad = b" ".join([*words[:position], word, *words[position + 1 :]])
        content = text[:begin] + bad + text[begin + len(b" ".join(words)) :]
        fails(path, content, f"particle 5: {'there is ' if 'id' in says else 'the '}{says}", line_of(text, 3))


def test_a_line_without_end_is_refused(tmp_path, text):
    bomb = text.replace(b"E 0 ", b"A " + b"x" * 3_000_000 + b"\nE 0 ")
    fails(tmp_path / "a.hepmc3.gz", gzip.compress(bomb), "a line of more than")


def test_an_event_without_end_is_refused(tmp_path, text, monkeypatch):
    monkeypatch.setattr(hepmc_scan, "MAX_EVENT_BYTES", 2**20)
    bomb = text[: text.index(b"E 0 ")] + b"A 0 a b\n" * 400_000
    fails(tmp_path / "a.hepmc3.gz", gzip.compress(bomb), "an event of more than 1 MB")


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


def test_messages_of_hepmc_stay_quiet_and_settings_come_back(tmp_path, text, capfd):
    before = pyhepmc.Setup.print_errors
    fails(tmp_path / "a.hepmc3", text[:-300], "truncated")
    fails(tmp_path / "a.hepmc3", text.replace(b"E 3 3 10", b"E 3 5 10"), "damaged")
    fails(tmp_path / "a.hepmc3", text.replace(b"V -3 0 [4]", b"V -3 x [4"), "damaged")
    out, err = capfd.readouterr()
    assert err == ""
    assert all(line.endswith("expected") for line in out.splitlines())  # HepMC3 prints this whatever one sets
    assert pyhepmc.Setup.print_errors == before
