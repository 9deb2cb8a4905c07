"""More events where edges are uncertain, in parts that pool to one sample."""

import math
from dataclasses import replace

import numpy as np
import pytest
from support.cards import experiment

from postprocess.limits.edges import Edges
from postprocess.scan.exclusion import edges_in_epsilon
from postprocess.scan.jobs import Backend, job_key
from postprocess.scan.precision import LARGEST_FACTOR, LARGEST_PART, first_parts, more_events, parts, pooled
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
    assert first_parts(request) == [request]
    large = SampleRequest(request.points, CARD, events=2 * LARGEST_PART + 1)
    assert [part.events for part in first_parts(large)] == [LARGEST_PART, LARGEST_PART, 1]
    assert first_parts(large)[0].seed == large.seed
    assert made == [*parts(request, 3 * LARGEST_PART + 7, done=1), *parts(request, 7, done=5)]


def test_edges_of_a_far_dump_agree_within_their_errors_for_every_seed():
    """E137 behind 200 m, few decays toward the calorimeter: pulls of six seeds, chi^2 of five degrees of freedom."""
    wanted = [MassShape().at(m) for m in (0.3, 1.0)]
    found = {0.3: [], 1.0: []}
    for seed in range(1, 7):
        for point in SampleRequest(wanted, CARD, events=2000, seed=seed).run(backend=Backend(1)):
            found[point.masses.m_aprime].append(edges_in_epsilon(point, CARD, alpha_d=0.1, bands=False))
    for edges in found.values():
        for end in ("low", "high"):
            value, error = (np.array([getattr(e, name) for e in edges]) for name in (end, f"{end}_error"))
            chi2 = float((((value[:, 0] - value.mean()) / error) ** 2).sum())
            assert 0.3 < chi2 < 21  # 99.9 % of all
            assert (error < 0.2 * value[:, 0]).all()


def test_what_nothing_was_seen_of_may_still_be_excluded():
    (point,) = SampleRequest([MassShape().at(0.3)], CARD, events=300).run(backend=Backend(1))
    largest = float(point.table.acceptance.max())

    def blind(bound, n=1):
        nothing = np.zeros_like(point.table.acceptance)
        upper = bound * point.table.acceptance / largest
        table = replace(point.table, acceptance=nothing, error=nothing, upper=upper)
        return pooled([replace(point, table=table)] * n)

    found = edges_in_epsilon(blind(largest), CARD, alpha_d=0.1, bands=False)
    assert (found.doubt, found.strength, found.intervals) == ("allowed", 0.0, 0)
    assert edges_in_epsilon(blind(1e-9 * largest), CARD, alpha_d=0.1, bands=False).doubt == ""
    assert blind(largest, 4).table.upper.max() == pytest.approx(largest / 4)  # 2.3 of four times as many events
    without = replace(point, table=replace(blind(largest).table, upper=None))
    assert edges_in_epsilon(without, CARD, alpha_d=0.1, bands=False).doubt == ""


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
    above = twice.table.upper - twice.table.acceptance
    seen = twice.table.acceptance > 0
    assert above[seen] == pytest.approx((samples[0].table.upper - a[0])[seen] / math.sqrt(2))
    assert (np.abs(a[0] - a[1]) < 6 * np.hypot(e[0], e[1]) + 1e-300).all()
