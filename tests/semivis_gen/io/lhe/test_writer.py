"""Written files: the same events for semivis, pylhe, pyhepmc's LHEF reader and Pythia."""

import gzip
from dataclasses import replace

import numpy as np
import pyhepmc
import pylhe
import pytest
from support.event_files import FOREIGN, load, save

from semivis_gen.errors import OutputError
from semivis_gen.events import concatenate
from semivis_gen.io.files import open_writer, read_events, read_info
from semivis_gen.resources import cards_dir


@pytest.mark.parametrize("name", ["a.lhe", "a.lhe.gz"])
@pytest.mark.parametrize("options", [{}, {"weighted": True, "displaced": True}])
def test_written_and_read_back_is_the_same(kit, tmp_path, name, options):
    events = kit.mixed_events(**options)
    path = save(tmp_path / name, events)
    kit.assert_same(load(path), events, loose=("weight",))  # XWGTUP is the weight times the rate
    kit.assert_same(load(path, chunk=7), events, loose=("weight",))
    assert read_info(path) == events.info


def test_extreme_numbers_come_back(kit, tmp_path):
    events = kit.random_events(2, weighted=True, displaced=True)
    numbers = [5e-324, 1.7976931348623157e150, -0.0, 0.1, 1 / 3, 1e22, 123456789.123456789, 2.0**60, 1e-5, -1e16]
    momentum, vertex = events.momentum.copy(), events.vertex.copy()
    momentum[:10, 0] = numbers
    vertex[0] = [1e-300, 0, -0.0, 1e300]
    events = replace(events, momentum=momentum, vertex=vertex)
    back = load(save(tmp_path / "a.lhe", events))
    kit.assert_same(back, events, loose=("weight",))
    assert np.array_equal(np.signbit(back.momentum), np.signbit(events.momentum))


def test_chunks_and_a_single_write_give_equal_bytes(kit, tmp_path):
    parts = [kit.random_events(20, seed=i) for i in range(3)]
    one = save(tmp_path / "one.lhe.gz", concatenate(parts))
    with open_writer(tmp_path / "two.lhe.gz", parts[0].info) as writer:
        for part in parts:
            writer.write(part)
    # deflate may cut its blocks differently: the text is what must not depend on chunks
    text, other = (gzip.decompress(path.read_bytes()) for path in (one, tmp_path / "two.lhe.gz"))
    assert text == other
    assert text.startswith(b"<LesHouchesEvents")


def test_foreign_ids_are_written_and_known_to_the_reader(kit, tmp_path):
    events = kit.random_events(5)
    path = save(tmp_path / "a.lhe", events, ids=FOREIGN)
    ids = {p.id for e in pylhe.LHEFile.fromfile(path, generator=False).events for p in e.particles}
    assert ids == {11, -11, 1000822070, 1023, 1000022, 1000023}
    kit.assert_same(load(path), events)
    kit.assert_same(load(path, ids=FOREIGN), events)


def test_weights_choose_the_strategy(kit, tmp_path):
    unit, weighted = kit.random_events(3), kit.random_events(3, weighted=True)
    init = [pylhe.LHEFile.fromfile(save(tmp_path / "a.lhe", e), generator=False).init for e in (unit, weighted)]
    assert [i.initInfo.weightingStrategy for i in init] == [3, -4]
    assert [i.procInfo[0].xSection for i in init] == [unit.info.rate] * 2

    def mix():
        with open_writer(tmp_path / "b.lhe", unit.info) as writer:
            writer.write(unit)
            writer.write(weighted)

    with pytest.raises(OutputError, match="weights other than 1"):
        mix()
    assert not (tmp_path / "b.lhe").exists()
    with open_writer(tmp_path / "c.lhe", unit.info) as writer:
        writer.write(weighted)
        writer.write(unit)
    np.testing.assert_allclose(load(tmp_path / "c.lhe").weight, [*weighted.weight, 1, 1, 1], rtol=1e-15)


def test_rare_weights_above_one_leave_a_sample_unweighted(kit, tmp_path):
    events = kit.random_events(200)
    events.weight[[3, 77]] = 1.03
    file = pylhe.LHEFile.fromfile(save(tmp_path / "a.lhe", events), generator=False)
    assert file.init.initInfo.weightingStrategy == 3
    assert load(tmp_path / "a.lhe").weight.tolist() == events.weight.tolist()
    events.weight[5] = 0.97
    file = pylhe.LHEFile.fromfile(save(tmp_path / "a.lhe", events), generator=False)
    assert file.init.initInfo.weightingStrategy == -4


def test_a_mixture_names_the_first_nucleus(kit, tmp_path):
    info = replace(kit.run_info(), target_id=0, target_mass=0.0)
    init = pylhe.LHEFile.fromfile(
        save(tmp_path / "a.lhe", kit.random_events(2, info=info)), generator=False
    ).init.initInfo
    assert (init.beamB, init.energyB) == (1000822070, 192.9)
    assert read_info(tmp_path / "a.lhe").target_id == 0


def test_a_file_without_events_is_complete_but_refused(kit, tmp_path):
    with open_writer(tmp_path / "a.lhe", kit.run_info()):
        pass
    assert pylhe.LHEFile.count_events(tmp_path / "a.lhe") == 0
    assert read_info(tmp_path / "a.lhe") == kit.run_info()


@pytest.mark.parametrize("name", ["a.lhe", "a.lhe.gz"])
def test_pylhe_reads_the_same(kit, tmp_path, name):
    events = kit.random_events(40, weighted=True, displaced=True)
    file = pylhe.LHEFile.fromfile(save(tmp_path / name, events), generator=False)
    assert len(file.events) == 40
    particles = [p for e in file.events for p in e.particles]
    for field, column in (("px", events.momentum[:, 0]), ("pz", events.momentum[:, 2]), ("e", events.energy),
                          ("m", events.mass), ("lifetime", events.ctau), ("id", events.pdg)):  # fmt: skip
        assert [getattr(p, field) for p in particles] == column.tolist()
    assert [p.mother1 for p in particles] == (events.mothers[:, 0] + 1).tolist()
    np.testing.assert_allclose([e.eventinfo.weight for e in file.events], events.weight * events.info.rate, rtol=1e-15)
    assert [e.optional[0].split()[1] for e in file.events] == ["vertex"] * 40
    assert (file.init.generators[0].name, file.init.generators[0].version) == ("semivis", "1.2")
    assert {child.tag for child in file.header.extra_elements} >= {"semivis", "slha"}


def test_hepmc3_reads_lhe(kit, tmp_path):
    events = kit.random_events(5)
    with pyhepmc.open(str(save(tmp_path / "a.lhe", events)), format="lhef") as file:
        found = [(len(e.particles), sorted(p.pid for p in e.particles)) for e in file]
    assert found == [(10, sorted(events.pdg[:10].tolist()))] * 5


@pytest.mark.parametrize("displaced", [False, True])
def test_pythia_reads_the_same(kit, tmp_path, displaced):
    pythia8 = pytest.importorskip("pythia8mc")
    events = next(read_events(kit.madgraph, chunk=20))
    if displaced:
        events = replace(events, vertex=np.ones((20, 4)), weight=np.ones(20))
    pythia = pythia8.Pythia("", False)
    pythia.readString("Print:quiet = on")
    assert pythia.readFile(str(cards_dir() / "pythia" / "read_lhe.cmnd"))
    pythia.readString(f"LesHouches:idRenameBeams = {events.info.target_id}")
    pythia.readString(f"Beams:LHEF = {save(tmp_path / 'a.lhe', events)}")
    assert pythia.init()
    for index in range(20):
        assert pythia.next()
        record = [pythia.event[i] for i in range(5, pythia.event.size())]
        rows = np.flatnonzero(events.status[10 * index : 10 * index + 10] != -1) + 10 * index
        found = sorted((p.id(), p.px(), p.py(), p.pz(), p.m(), p.tau()) for p in record)
        expected = sorted(zip(events.pdg[rows].tolist(), *events.momentum[rows].T.tolist(),
                              events.mass[rows].tolist(), events.ctau[rows].tolist(), strict=True))  # fmt: skip
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
        chi2 = next(p for p in record if p.id() == 58)
        electron = pythia.event[chi2.daughter2()]
        row = 10 * index + 3
        flight = events.momentum[row, 2] * events.ctau[row] / events.mass[row]
        assert electron.zProd() - chi2.zProd() == pytest.approx(flight, rel=1e-6)
        assert pythia.infoPython().weight() == pytest.approx(events.weight[index])
    assert not pythia.next()
    assert pythia.infoPython().sigmaGen() * 1e9 == pytest.approx(events.info.rate if not displaced else 3.79143e-4)


RICH = """<LesHouchesEvents version="1.0">
<init>
2212 2212 6500. 6500. 0 0 247000 247000 %d 2
1.5 0.3 9. 1
2.5 0.4 9. 2
</init>
<event>
 3 2 %s 91.5 0.0078 0.118
 21 -1 0 0 501 502 0. 0. 50. 50. 0. 0. 1.
 1 -1 0 0 502 0 0. 0. -50. 50. 0. 0. -1.
 55 1 1 2 501 0 1. 2. 3. 3.75 0.5 0. 0.
</event>
</LesHouchesEvents>
"""


def test_colours_spins_and_scales_of_others_are_kept(tmp_path):
    (tmp_path / "a.lhe").write_text(RICH % (3, "1."))
    events = load(tmp_path / "a.lhe")
    assert events.accord.colours.tolist() == [[501, 502], [502, 0], [501, 0]]
    two = concatenate([events, events])
    path = save(tmp_path / "b.lhe", two)
    back = load(path)
    for name in ("colours", "spins", "scales"):
        np.testing.assert_array_equal(getattr(back.accord, name), getattr(two.accord, name))
    theirs = pylhe.LHEFile.fromfile(path, generator=False).events[1]
    assert [(p.color1, p.color2, p.spin) for p in theirs.particles] == [(501, 502, 1), (502, 0, -1), (501, 0, 0)]
    head = theirs.eventinfo
    assert (head.scale, head.aqed, head.aqcd) == (91.5, 0.0078, 0.118)
    beams = pylhe.LHEFile.fromfile(path, generator=False).init.initInfo
    assert (beams.beamA, beams.beamB, beams.energyA, beams.energyB) == (2212, 2212, 6500, 6500)
    assert back.select(np.array([False, True])).accord.colours.tolist() == events.accord.colours.tolist()
    for name in ("b.hepmc3", "b.parquet"):
        assert (
            read_info(save(tmp_path / name, two)).extra["lost"] == "colours, spins and scales of the Les Houches file"
        )


def test_own_files_carry_no_columns_for_what_is_unknown(kit, tmp_path):
    events = load(save(tmp_path / "a.lhe", kit.random_events(3)))
    assert events.accord is None
    rich = tmp_path / "b.lhe"
    rich.write_text(RICH % (3, "1."))
    assert concatenate([events, load(rich)]).accord is None


@pytest.mark.parametrize(
    ("strategy", "weight", "written"),
    [(3, "1.", -3), (-3, "-1.", -3), (3, "0.25", -3), (-4, "4.", -4), (4, "0.5", -4), (1, "4.", -4), (2, "0.5", -3)],
)
def test_strategies_of_others_say_the_same_when_rewritten(tmp_path, strategy, weight, written):
    """-4 promises that XSECUP is the mean of XWGTUP, so it is written only where that was so."""
    (tmp_path / "a.lhe").write_text(RICH % (strategy, weight))
    events = load(tmp_path / "a.lhe")
    file = pylhe.LHEFile.fromfile(save(tmp_path / "b.lhe", events), generator=False)
    assert file.init.initInfo.weightingStrategy == written
    assert sum(p.xSection for p in file.init.procInfo) == 4.0
    assert [e.eventinfo.weight for e in file.events] == [float(weight)]
    assert load(tmp_path / "b.lhe").info == events.info


def test_pythia_finds_the_rate_of_weighted_events(kit, tmp_path):
    pythia8 = pytest.importorskip("pythia8mc")
    events = next(read_events(kit.madgraph, chunk=40))
    weight = np.tile([0.5, 1.5], 20)  # relative, of mean one
    info = replace(events.info, weight_mean="one", rate=7.5)
    pythia = pythia8.Pythia("", False)
    pythia.readString("Print:quiet = on")
    assert pythia.readFile(str(cards_dir() / "pythia" / "read_lhe.cmnd"))
    pythia.readString(f"LesHouches:idRenameBeams = {info.target_id}")
    pythia.readString(f"Beams:LHEF = {save(tmp_path / 'a.lhe', replace(events, weight=weight, info=info))}")
    assert pythia.init()
    found = []
    while pythia.next():
        found.append(pythia.infoPython().weight())
    np.testing.assert_allclose(found, weight * 7.5)
    assert pythia.infoPython().sigmaGen() * 1e9 == pytest.approx(7.5)
