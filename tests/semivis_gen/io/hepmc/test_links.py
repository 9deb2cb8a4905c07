"""Any graph is written and read back as the same graph, and what is none is refused."""

import re
from dataclasses import replace

import numpy as np
import pyhepmc
import pytest
from hypothesis import given, settings, strategies as st
from support.event_files import load, save

from semivis_gen.errors import EventFileError, OutputError
from semivis_gen.events import Events, Origin
from semivis_gen.io.hepmc.links import linked
from semivis_gen.io.hepmc.order import CircleError, mothers_first


def random_graph(rng, size):
    """Production and end vertices of a random graph without circles, particles in any order."""
    born, ends = [], []
    vertices = 0
    free = []
    for _ in range(int(rng.integers(1, 3))):
        free.append(len(born))
        born.append(-1)
        ends.append(-1)
    while len(born) < size:
        taken = rng.permutation(len(free))[: int(rng.integers(1, min(len(free), 3) + 1))]
        for i in taken:
            ends[free[i]] = vertices
        free = [row for i, row in enumerate(free) if i not in taken]
        for _ in range(int(rng.integers(1, 4))):
            free.append(len(born))
            born.append(vertices)
            ends.append(-1)
        vertices += 1
    shuffle = rng.permutation(len(born))
    return np.array(born)[shuffle], np.array(ends)[shuffle], vertices


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), sizes=st.lists(st.integers(2, 30), min_size=1, max_size=4))
def test_mothers_side_by_side_and_before_their_daughters(seed, sizes):
    rng = np.random.default_rng(seed)
    parts = [random_graph(rng, size) for size in sizes]
    shift = np.cumsum([0] + [v for _, _, v in parts])
    born, ends = (
        np.concatenate([np.where(p[k] >= 0, p[k] + s, -1) for p, s in zip(parts, shift, strict=False)]) for k in (0, 1)
    )
    event = np.repeat(np.arange(len(parts)), [len(p[0]) for p in parts])
    order = mothers_first(born, ends, event, int(shift[-1]))
    order = np.arange(len(born)) if order is None else order
    assert sorted(order) == list(range(len(born)))
    assert np.array_equal(event[order], event)
    for vertex in range(shift[-1]):
        mothers, daughters = np.flatnonzero(ends[order] == vertex), np.flatnonzero(born[order] == vertex)
        assert np.array_equal(mothers, np.arange(mothers[0], mothers[0] + len(mothers)))
        assert mothers[-1] < daughters[0]
    again = mothers_first(born[order], ends[order], event, int(shift[-1]))
    assert again is None


def test_circles_are_found():
    with pytest.raises(CircleError) as error:
        mothers_first(np.array([-1, 2, 1, 0]), np.array([0, 1, 2, -1]), np.zeros(4, dtype=int), 3)
    assert error.value.vertex in (1, 2)


def record(mothers, *, copies=1, **options):
    """Events of particles with momenta that tell them apart."""
    k = len(mothers)
    n = k * copies
    mothers = np.array(mothers, dtype=np.int32)
    parents = {int(m) for pair in mothers for m in pair}
    status = np.array([-1 if pair[0] < 0 else 2 if row in parents else 1 for row, pair in enumerate(mothers)])
    return Events(
        offsets=np.arange(copies + 1) * k, pdg=np.full(n, 11, dtype=np.int32),
        status=np.tile(status, copies).astype(np.int8), mothers=np.tile(mothers, (copies, 1)),
        momentum=np.c_[np.zeros((n, 2)), np.arange(1.0, n + 1)], mass=np.full(n, 0.1), ctau=np.zeros(n),
        weight=np.ones(copies), vertex=np.zeros((copies, 4)), **options,
    )  # fmt: skip


def parents_by_pyhepmc(path):
    with pyhepmc.open(path) as file:
        events = list(file)
    return [{p.momentum.pz: sorted(q.momentum.pz for q in p.parents) for p in event.particles} for event in events]


@pytest.mark.parametrize(
    ("mothers", "parents"),
    [
        ([(-1, -1), (-1, -1), (0, 1), (0, 1), (2, 3)], {5: [3, 4]}),
        ([(-1, -1), (-1, -1), (1, 0), (1, 0), (2, -1)], {3: [1, 2], 5: [3]}),
        ([(-1, -1), (-1, -1), (0, 1), (2, 2), (2, 2), (2, 2), (3, 5), (6, 6)], {7: [4, 5, 6], 8: [7]}),
        ([(2, 2), (0, 0), (-1, -1), (1, 1)], {1: [3], 2: [1], 4: [2]}),  # daughters before their mothers
        ([(3, 4), (-1, -1), (-1, -1), (1, 2), (1, 2), (0, 0)], {1: [4, 5], 4: [2, 3], 6: [1]}),
    ],
)
def test_what_is_written_is_what_the_record_means(tmp_path, mothers, parents):
    events = record(mothers, copies=3)
    path = save(tmp_path / "a.hepmc3", events)
    found = parents_by_pyhepmc(path)
    back = load(path)
    assert len(found) == len(back) == 3
    for index, graph in enumerate(found):
        first = index * len(mothers)
        for daughter, expected in parents.items():
            assert graph[first + daughter] == [first + p for p in expected]
    again = save(tmp_path / "b.hepmc3", back)
    assert parents_by_pyhepmc(again) == found


@pytest.mark.parametrize(
    ("mothers", "says"),
    [
        ([(-1, -1), (-1, -1), (0, 1), (0, 0)], "particle 1 belongs to two different groups of mothers"),
        ([(-1, -1), (0, 0), (0, 0), (0, 0), (1, 2), (2, 3)], "particle 3 belongs to two different groups"),
        ([(-1, -1), (0, 0), (0, 0), (0, 0), (3, 1)], "its mothers 4 and 2 are no range"),
        ([(-1, -1), (2, 2), (1, 1)], "each other's mothers"),
        ([(-1, -1), (0, 0), (1, 3), (0, 0)], "each other's mothers"),  # particle 3 among its own mothers
    ],
)
def test_what_is_no_graph_is_refused(tmp_path, mothers, says):
    events = record(mothers, copies=2)
    with pytest.raises(OutputError, match=rf"^event 1: .*{says}"):
        save(tmp_path / "a.hepmc3", events)
    assert not (tmp_path / "a.hepmc3").exists()
    origin = Origin("old.lhe", np.array([7, 9]), np.array([70, 90]))
    with pytest.raises(OutputError, match=r"^old\.lhe, line 70, event 7: "):
        linked(replace(events, origin=origin))


def test_incoming_partons_are_not_beams(tmp_path):
    events = record([(-1, -1), (-1, -1), (0, 0), (1, 1), (2, 3)])
    events.status[2:4] = -1
    with pyhepmc.open(save(tmp_path / "a.hepmc3", events)) as file:
        event = file.read()
    assert [p.status for p in event.particles] == [4, 4, 21, 21, 1]
    assert load(tmp_path / "a.hepmc3").status.tolist() == [-1, -1, -1, -1, 1]


def test_a_circle_in_a_file_is_named(tmp_path):
    text = save(tmp_path / "a.hepmc3", record([(-1, -1), (0, 0), (0, 0), (1, 1), (3, 3), (4, 4)], copies=2))
    text = text.read_text()
    at = text.index("\nE 1 ") + 1
    spoilt = re.sub(r"\nP 2 1 ", "\nP 2 5 ", text[at:], count=1)
    (tmp_path / "b.hepmc3").write_text(text[:at] + spoilt)
    line = text[:at].count("\n") + 1
    with pytest.raises(EventFileError, match=rf"b\.hepmc3, line {line}: event 2: particles are each other's mothers"):
        load(tmp_path / "b.hepmc3")
