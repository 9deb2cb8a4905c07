"""Masses added to a scan: around its ends, where edges bend, and nowhere else."""

import math
from itertools import pairwise

import numpy as np
import pytest

from postprocess.limits.edges import Edges
from postprocess.scan.refinement import MISS, TIP, added_masses, is_tip


def island(tip, *, error=1e-3, doubt=0.0):
    """Exclusion of a signal that falls as m^-35 and is a Gaussian in ln epsilon around a slope: it ends at `tip`."""

    def at(m):
        strength = float((m / tip) ** -35)
        if strength <= 1:
            return Edges((math.nan,), (math.nan,), 0, strength=strength, doubt="allowed" * (strength > 1 - doubt))
        half = math.sqrt(2 * math.log(strength) / 3)
        low, high = 1e-3 * m * math.exp(-half), 1e-3 * m * math.exp(half)
        return Edges((low,), (high,), 1, "", error * low, error * high, strength=min(strength, 12.0))

    return at


def refined(at, masses, room=100):
    edges = {m: at(m) for m in masses}
    rounds = 0
    while more := added_masses(edges, room=room - len(edges)):
        assert not set(more) & set(edges)
        edges |= {m: at(m) for m in more}
        rounds += 1
    return edges, rounds


@pytest.mark.parametrize("tip", np.geomspace(0.3, 0.5, 9))
def test_a_tip_is_known_to_one_percent_with_few_masses(tip):
    start = np.geomspace(0.1, 1.0, 12).tolist()
    edges, rounds = refined(island(tip), start)
    inside = max(m for m, e in edges.items() if e.intervals)
    outside = min(m for m, e in edges.items() if not e.intervals)
    assert inside < tip < outside < inside * (1 + 1.1 * TIP)
    assert rounds < 9
    near = [m for m in edges if m not in start and m > tip]
    assert len(near) <= 4  # the law of the strength is guessed, not halved


@pytest.mark.parametrize("tip", [0.31, 0.42])
def test_straight_lines_between_the_masses_miss_no_edge_by_much(tip):
    at = island(tip)
    edges, _ = refined(at, np.geomspace(0.1, 1.0, 12).tolist())
    masses = np.array(sorted(m for m, e in edges.items() if e.intervals))
    misses = []
    for a, b in pairwise(masses):
        middle = at(math.sqrt(a * b))
        for end in ("low", "high"):
            line = math.sqrt(getattr(edges[a], end)[0] * getattr(edges[b], end)[0])
            misses.append(abs(math.log(getattr(middle, end)[0] / line)))
    assert max(misses[:-4]) < 1.5 * MISS  # beside the tip the second derivative is not known
    assert max(misses) < 0.12
    coarse = sorted(m for m in np.geomspace(0.1, 1.0, 12) if m < tip)
    assert len(masses) < len(coarse) + 20


def test_where_lines_are_straight_nothing_is_added():
    edges = {m: Edges((m**2,), (1 / m,), 1, "", 1e-9, 1e-9, strength=12.0) for m in np.geomspace(0.1, 0.9, 9)}
    assert added_masses(edges, room=9) == []
    bent = edges | {0.5: Edges((0.3,), (2.0,), 1, "", 1e-3, 1e-3, strength=12.0)}
    assert added_masses(bent, room=9)
    noisy = {m: Edges(e.low, e.high, 1, "", 0.5 * e.low[0], 0.5 * e.high[0], strength=12.0) for m, e in bent.items()}
    assert added_masses(noisy, room=9) == []
    opened = {m: Edges(e.low, (1.0,), 1, "high", 1e-9, strength=12.0) for m, e in edges.items()}
    assert added_masses(opened, room=9) == []


def test_a_closed_channel_is_halved_down_to_one_percent():
    threshold = 0.00767

    def at(m):
        if m < threshold:
            return Edges((math.nan,), (math.nan,), 0, strength=0.0)
        return Edges((1e-5,), (1e-2,), 1, "", 1e-8, 1e-5, strength=12.0)

    edges, rounds = refined(at, [0.005, 0.01])
    below, above = max(m for m in edges if m < threshold), min(m for m in edges if m > threshold)
    assert above / below < 1 + 1.1 * TIP
    assert rounds == 7


def test_a_mass_in_doubt_is_the_tip_where_the_signal_falls_steeply():
    sure = Edges((1e-4,), (1e-2,), 1, "", 1e-6, 1e-4, "", 2.0, 0.02)
    doubt = Edges((1e-3,), (2e-3,), 1, "", 1e-4, 1e-4, "excluded", 1.01, 0.02)
    assert is_tip({0.30: sure, 0.303: doubt}, 0.303)  # ln 2 in 1 % of mass: 5 % are 0.07 %
    assert not is_tip({0.30: sure, 0.303: doubt}, 0.30)
    assert not is_tip({0.20: sure, 0.303: doubt}, 0.303)  # ln 2 in ln 1.5: 5 % are 3 % of mass
    assert is_tip({0.20: sure, 0.303: doubt, 0.304: Edges((math.nan,), (math.nan,), 0, strength=0.8)}, 0.303)
    closed = Edges((math.nan,), (math.nan,), 0, strength=0.0)
    assert not is_tip({0.303: doubt, 0.304: closed}, 0.303)
    assert not is_tip({0.303: doubt}, 0.303)
    below, above = {0.30: sure, 0.303: doubt, 0.4: closed}, {0.3: closed, 0.36: doubt, 0.364: sure}
    for edges, wanted in ((below, 0.303 * math.exp(0.009)), (above, 0.36 * math.exp(-0.009))):
        assert added_masses(edges, room=9) == [pytest.approx(wanted)]


def test_a_tip_in_doubt_is_left_and_the_number_is_bounded():
    edges = {m: island(0.3, doubt=1.0)(m) for m in (0.2, 0.4)}
    assert added_masses(edges, room=9) == []
    assert len(refined(island(0.42), np.geomspace(0.1, 1.0, 12).tolist(), room=15)[0]) == 15
    assert added_masses({m: island(0.3)(m) for m in (0.2, 0.4)}, room=0) == []
    assert added_masses({0.2: island(0.3)(0.2)}, room=9) == []
