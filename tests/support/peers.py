"""What pylhe and pyhepmc find in a file, in a form that compares with events."""

from collections import Counter

import numpy as np
import pyhepmc
import pylhe

LHE_COLUMNS = ("id", "status", "mother1", "mother2", "color1", "color2", "px", "py", "pz", "m", "lifetime", "spin")
GEV = {pyhepmc.Units.GEV: 1.0, pyhepmc.Units.MEV: 1e-3}
DIGITS = 12  # units and texts of 17 digits cost the last ones


def assert_equal_to_pylhe(path, events):
    """Every number of every particle, and XWGTUP; energies follow from (p, m) here."""
    records = list(pylhe.LHEFile.fromfile(str(path)).events)
    rows = np.array([[getattr(p, key) for key in LHE_COLUMNS] for e in records for p in e.particles], dtype=float)
    assert [len(e.particles) for e in records] == np.diff(events.offsets).tolist()
    mothers = rows[:, 2:4]
    mothers = np.where(mothers == 0, mothers[:, ::-1], mothers)  # (m, 0) is (m, m)
    np.testing.assert_array_equal(np.stack([events.pdg, events.status], axis=1), rows[:, :2])
    np.testing.assert_array_equal(events.mothers + 1, mothers)
    np.testing.assert_array_equal(
        np.column_stack([events.momentum, events.mass, events.ctau]), rows[:, [6, 7, 8, 9, 10]]
    )
    if events.accord is not None:
        np.testing.assert_array_equal(
            np.column_stack([events.accord.colours, events.accord.spins]), rows[:, [4, 5, 11]]
        )
    np.testing.assert_array_equal(events.weight, [e.eventinfo.weight for e in records])


def weights_of_pylhe(path, name):
    """A weight of each event, None where an event lacks it."""
    return [e.weights.get(name) for e in pylhe.LHEFile.fromfile(str(path)).events]


def assert_graph_of_pyhepmc(path, events):
    """Each particle with all its parents, its id, momentum and mass; first weights; the last cross-section."""
    rate = None
    with pyhepmc.open(str(path)) as file:
        count = 0
        for count, record in enumerate(file, 1):
            scale = GEV[record.momentum_unit]
            theirs = Counter(
                (_key(p, scale), tuple(sorted(_key(q, scale) for q in p.parents))) for p in record.particles
            )
            assert _graph(events, count - 1) == theirs
            assert events.weight[count - 1] == (record.weights[0] if len(record.weights) else 1.0)
            rate = record.cross_section
    assert count == len(events)
    if rate is not None:
        np.testing.assert_allclose(events.info.rate, rate.xsec(), rtol=1e-8)  # HepMC3 writes nine digits


def _key(particle, scale):
    p = particle.momentum
    return _rounded(particle.pid, [scale * x for x in (p.px, p.py, p.pz, particle.generated_mass)])


def _rounded(pid, numbers):
    return (int(pid), *(float(f"{x:.{DIGITS}e}") for x in numbers))


def _graph(events, index):
    own = slice(*events.offsets[index : index + 2])
    numbers = np.column_stack([events.momentum, events.mass])[own].tolist()
    keys = [_rounded(pid, row) for pid, row in zip(events.pdg[own], numbers, strict=True)]
    parents = [keys[a : b + 1] if a >= 0 else [] for a, b in np.sort(events.mothers[own], axis=1).tolist()]
    return Counter((key, tuple(sorted(found))) for key, found in zip(keys, parents, strict=True))
