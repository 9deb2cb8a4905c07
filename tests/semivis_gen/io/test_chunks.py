from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from semivis_gen.errors import ParameterError
from semivis_gen.events import concatenate
from semivis_gen.io.chunks import complaint, rechunk, slice_events


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=8), chunk=st.integers(1, 20))
def test_regrouping_keeps_every_event_in_order(kit, sizes, chunk):
    parts = [kit.random_events(n, seed=i, displaced=True, weighted=True) for i, n in enumerate(sizes)]
    chunks = list(rechunk(iter(parts), chunk))
    assert all(len(c) == chunk for c in chunks[:-1])
    assert 1 <= len(chunks[-1]) <= chunk
    kit.assert_same(concatenate(chunks), concatenate(parts))


def test_chunks_need_a_size(kit):
    with pytest.raises(ParameterError, match="chunk = 0"):
        list(rechunk(iter([kit.random_events(1)]), 0))


def test_slices_of_mixed_topologies(kit):
    events = kit.mixed_events(4)
    kit.assert_same(concatenate([slice_events(events, 0, 5), slice_events(events, 5, 12)]), events)


@pytest.mark.parametrize(
    ("column", "row", "value", "event", "says"),
    [
        ("weight", 3, np.nan, 3, "weight"),
        ("vertex", (2, 1), np.inf, 2, "vertex"),
        ("momentum", (25, 0), -np.inf, 2, "momentum"),
        ("mass", 11, np.nan, 1, "mass"),
        ("ctau", 11, -1.0, 1, "lifetime"),
        ("ctau", 12, np.inf, 1, "lifetime"),
        ("pdg", 30, 0, 3, "id 0"),
        ("mothers", (13, 0), 10, 1, "mother"),
        ("mothers", (13, 1), -2, 1, "mother"),
        ("mothers", (13, 1), 3, 1, "own mother"),
    ],
)
def test_the_first_fault_is_named(kit, column, row, value, event, says):
    events = kit.random_events(4)
    assert complaint(events) is None
    spoilt = getattr(events, column).copy()
    spoilt[row] = value
    found = complaint(replace(events, **{column: spoilt}))
    assert found is not None
    assert found[0] == event
    assert says in found[2]
    particle = -1 if column in ("weight", "vertex") else np.atleast_1d(row)[0]
    assert found[1] == particle
