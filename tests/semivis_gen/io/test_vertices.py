from dataclasses import replace

import numpy as np
import pytest

from semivis_gen.errors import OutputError
from semivis_gen.events import Events
from semivis_gen.io.vertices import production_points, proper_length


def test_chain_of_decays_by_hand():
    events = Events(
        offsets=np.array([0, 4]),
        pdg=np.array([11, 55, 58, 52], dtype=np.int32),
        status=np.array([-1, 2, 2, 1], dtype=np.int8),
        mothers=np.array([[-1, -1], [0, 0], [1, 1], [2, 2]], dtype=np.int32),
        momentum=np.array([[0, 0, 9.0], [0, 3, 4.0], [6, 0, 0], [1, 1, 1]]),
        mass=np.array([0.0, 12.0, 2.5, 1.0]),
        ctau=np.array([5.0, 24.0, 5.0, 7.0]),
        weight=np.ones(1),
        vertex=np.array([[1.0, 2, 3, 4]]),
    )
    expected = [[1, 2, 3, 4], [1, 2, 3, 4], [1, 8, 11, 30], [13, 8, 11, 43]]  # 26 = 13/12 24, 13 = 6.5/2.5 5
    np.testing.assert_allclose(production_points(events), expected, rtol=1e-15)


def test_order_of_particles_does_not_matter(kit):
    events = kit.random_events(20, displaced=True)
    reverse = np.arange(len(events.pdg)).reshape(20, 10)[:, ::-1].reshape(-1)
    columns = {k: getattr(events, k)[reverse] for k in kit.columns if k not in ("offsets", "weight", "vertex")}
    columns["mothers"] = np.where(columns["mothers"] >= 0, 9 - columns["mothers"], -1)[:, ::-1]
    turned = replace(events, **columns)
    np.testing.assert_array_equal(production_points(turned), production_points(events)[reverse])


def test_mothers_of_each_other_are_refused(kit):
    events = kit.random_events(3)
    mothers = events.mothers.copy()
    mothers[12] = 3
    mothers[13] = 2
    with pytest.raises(OutputError, match="event 2: particles are each other's mothers"):
        production_points(replace(events, mothers=mothers))


def test_proper_length_at_rest_and_in_flight():
    path = np.array([[0, 3, 4, 10.0], [0, 0, 0, 7.0], [0, 0, 0, -1.0]])
    momentum = np.array([[0, 6, 8.0], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(proper_length(path, momentum, np.array([2.0, 5.0, 5.0])), [1.0, 7.0, 0.0])
