"""More events where edges are uncertain, in parts that pool to one sample."""

import math

import numpy as np
import pytest
from support.cards import experiment

from postprocess.limits.edges import Edges
from postprocess.scan.jobs import Backend, job_key
from postprocess.scan.precision import LARGEST_FACTOR, LARGEST_PART, more_events, parts, pooled
from postprocess.scan.samples import SampleRequest
from semivis_gen.model.point import MassShape

CARD = experiment("e137")


def edges(relative, doubt=""):
    return Edges((1e-4,), (1e-2,), 1, "", relative * 1e-4, 0.1 * relative * 1e-2, doubt)


@pytest.mark.parametrize(
    ("found", "have", "total"),
    [
        (edges(0.01), 1000, 1000),
        (edges(0.03), 1000, 4000),  # (0.03 / 0.02)^2 = 2.25, to the next power of two
        (edges(0.04), 1000, 4000),
        (edges(0.03), 4000, 16000),
        (edges(5.0), 1000, 1000 * LARGEST_FACTOR),
        (edges(5.0), 1000 * LARGEST_FACTOR, 1000 * LARGEST_FACTOR),
        (edges(math.nan), 1000, 8000),
        (edges(0.01, "excluded"), 1000, 8000),
        (Edges((math.nan,), (math.nan,), 0, doubt="allowed"), 2000, 16000),
        (Edges((math.nan,), (math.nan,), 0), 1000, 1000),
    ],
)
def test_events_for_a_precision(found, have, total):
    assert have + more_events(found, have=have, start=1000, precision=0.02) == total
    assert more_events(found, have=have, start=1000, precision=math.inf) == 0


def test_parts_have_streams_of_their_own_and_bounded_sizes():
    request = SampleRequest([MassShape().at(0.3)], CARD, events=500)
    made = [*parts(request, 3 * LARGEST_PART + 7, done=1), *parts(request, 7, done=5)]
    assert [part.events for part in made] == [LARGEST_PART] * 3 + [7, 7]
    assert len({request.seed, *(part.seed for part in made)}) == 6
    assert len({job_key(part.jobs()[0]) for part in made}) == 5
    assert made == [*parts(request, 3 * LARGEST_PART + 7, done=1), *parts(request, 7, done=5)]


def test_parts_pool_to_a_sample_of_all_their_events():
    request = SampleRequest([MassShape().at(0.1)], CARD, events=400)
    samples = [part.run(backend=Backend(1))[0] for part in (request, *parts(request, 1600, done=1))]
    whole = pooled(samples)
    assert whole.table.events == sum(point.table.events for point in samples)
    assert pooled(samples[:1]) is samples[0]
    n = np.array([point.table.events for point in samples])
    a, e = (np.array([getattr(p.table, name) for p in samples]) for name in ("acceptance", "error"))
    assert whole.table.acceptance == pytest.approx(np.average(a, axis=0, weights=n))
    # twice the same: the value stays and the error falls by the root of two
    twice = pooled([samples[0]] * 2)
    assert twice.table.acceptance == pytest.approx(a[0])
    assert twice.table.error == pytest.approx(e[0] / math.sqrt(2))
    assert (np.abs(a[0] - a[1]) < 6 * np.hypot(e[0], e[1]) + 1e-300).all()
