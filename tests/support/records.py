"""Random events of realistic sizes, and what it means that two records are the same."""

import numpy as np
from support.places import MADGRAPH_SAMPLE

from semivis_gen.events import Events, RunInfo, Topology, concatenate
from semivis_gen.model.point import DarkSector

CHAIN = Topology(
    pdg=(11, 1000822070, 55, 58, 11, 1000822070, 52, 52, 11, -11),
    status=(-1, -1, 2, 2, 1, 1, 1, 1, 1, 1),
    mothers=((-1, -1), (-1, -1), (0, 1), (2, 2), (0, 1), (0, 1), (2, 2), (3, 3), (3, 3), (3, 3)),
)
SHORT = Topology((11, 1000060120, 55, 11, 1000060120), (-1, -1, 1, 1, 1), ((-1, -1), (-1, -1), (0, 1), (0, 1), (0, 1)))
COLUMNS = ("offsets", "pdg", "status", "mothers", "momentum", "mass", "ctau", "weight", "vertex")


def run_info():
    point = DarkSector.at(0.3, epsilon=3.3e-4)
    return RunInfo(
        version="1.2", masses=point.masses, point=point, beam_energy=100.0, target_id=1000822070, target_mass=192.9,
        rate=1234.5678901234567, rate_error=0.1, seed=7, extra={"note": "a < b & 'c' > \"d\""},
    )  # fmt: skip


def random_events(n, *, seed=1, topology=CHAIN, weighted=False, displaced=False, info=None):
    rng = np.random.default_rng(seed)
    k = len(topology.pdg)
    momentum = rng.normal(size=(n, k, 3)) * 10.0 ** rng.integers(-12, 3, size=(n, k, 1))
    momentum[:, 1] = 0.0
    masses = {11: 0.51099895e-3, 52: 0.1, 55: 0.3, 58: 0.14, 1000822070: 192.9, 1000060120: 11.17}
    mass = np.broadcast_to([masses[abs(i)] for i in topology.pdg], (n, k)).copy()
    mass[:, 2] *= 1 + 1e-3 * rng.normal(size=n)
    decays = np.asarray(topology.status) == 2
    ctau = np.where(decays, rng.exponential(300.0, size=(n, k)), 0.0)
    return Events.from_topology(
        topology,
        momentum,
        mass,
        ctau=ctau,
        weight=rng.normal(size=n) if weighted else None,
        vertex=rng.normal(size=(n, 4)) if displaced else None,
        info=info or run_info(),
    )


def mixed_events(n=30, **options):
    """Events of two topologies, alternating in blocks."""
    parts = [random_events(n, seed=i, topology=t, **options) for i, t in enumerate((CHAIN, SHORT, CHAIN))]
    return concatenate(parts)


def assert_same(a, b, *, loose=()):
    for name in COLUMNS:
        x, y = getattr(a, name), getattr(b, name)
        assert x.dtype == y.dtype, name
        assert x.shape == y.shape, name
        if name in loose:
            np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-12, err_msg=name)
        else:
            np.testing.assert_array_equal(x, y, err_msg=name)
    assert a.info == b.info


class Kit:
    """What the tests of event files share."""

    random_events = staticmethod(random_events)
    mixed_events = staticmethod(mixed_events)
    assert_same = staticmethod(assert_same)
    run_info = staticmethod(run_info)
    chain, short, columns = CHAIN, SHORT, COLUMNS
    madgraph = MADGRAPH_SAMPLE
