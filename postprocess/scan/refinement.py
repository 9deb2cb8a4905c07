"""Masses to add to a scan: where the exclusion ends between two masses, and where its edges bend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from postprocess.limits import COMPLETE, SURE, Edges
from semivis_gen.arrays import FloatArray

__all__ = ["TIP", "added_masses", "is_tip"]

TIP = 0.01  # relative distance of two masses between which an exclusion may end unseen
MISS = 0.01  # relative: by how much a straight line in (ln m, ln y) may miss an edge
FAINT = 1e-3  # strength below which there is no law to extrapolate: kinematics closed the channel
SIGNIFICANT = 2.0  # standard deviations by which a bend must stand out of the errors


def added_masses(edges: Mapping[float, Edges], *, room: int) -> list[float]:
    """Masses that a scan lacks; none where it is fine enough.

    Parameters
    ----------
    edges : mapping
        Excluded interval by mass [GeV].
    room : int
        How many masses may be added at most.

    Returns
    -------
    list of float
        [GeV], new ones, the most wanted first: around the mass at which the signal falls to what an exclusion needs, by
        interpolation of its strength in (ln m, ln strength), until the last mass that is excluded and the first that
        is not are 1 % apart; a mass in doubt that `is_tip` gets a neighbour 1 % beyond it, any other in doubt ends
        the search; then in the middle of two masses between which the curvature of an edge makes a straight line in
        (ln m, ln y) miss it by more than 1 %.
    """
    masses = np.array(sorted(edges))
    found = [edges[m] for m in masses]
    wanted = [m for pair in pairwise(sorted(edges)) for m in _toward_tip(edges, *pair)]
    wanted += _where_bent(masses, found)
    return list(dict.fromkeys(m for m in wanted if m not in edges))[: max(room, 0)]


def is_tip(edges: Mapping[float, Edges], m_aprime: float) -> bool:
    """Whether a mass in doubt is the end of an exclusion, known to 1 %: more events would not tell more.

    Parameters
    ----------
    edges : mapping
        Excluded interval by mass [GeV].
    m_aprime : float
        One of the masses [GeV].

    Returns
    -------
    bool
        True where, by the strengths of the signal at this mass and at a neighbour that is not in doubt, the mass at
        which it is what an exclusion needs lies within 1 %, with two standard deviations.
    """
    here = edges[m_aprime]
    if here.doubt == SURE or not here.strength > FAINT:
        return False
    masses = sorted(edges)
    place = masses.index(m_aprime)
    uncertain = abs(math.log(here.strength)) + 2 * here.strength_error / here.strength
    for other in (*masses[max(place - 1, 0) : place], *masses[place + 1 : place + 2]):
        there = edges[other]
        if there.doubt == SURE and there.strength > FAINT:
            slope = math.log(there.strength / here.strength) / math.log(other / m_aprime)
            if uncertain < TIP * abs(slope):
                return True
    return False


def _toward_tip(edges: Mapping[float, Edges], low: float, high: float) -> list[float]:
    """Masses that enclose the end of an exclusion between two."""
    pair = edges[low], edges[high]
    width = math.log(high / low)
    excluded = [not math.isnan(e.low[0]) for e in pair]
    if excluded[0] == excluded[1] or width <= TIP:
        return []
    if any(e.doubt != SURE for e in pair):
        beyond = [low * math.exp(0.9 * TIP)] * is_tip(edges, low) + [high * math.exp(-0.9 * TIP)] * is_tip(edges, high)
        return beyond if len(beyond) == 1 else []
    strength = [e.strength for e in pair]
    if width <= 2 * TIP or not min(strength) > FAINT:
        return [math.sqrt(low * high)]
    logs = np.log(strength)
    guess = float(np.clip(logs[0] / (logs[0] - logs[1]), 0.0, 1.0)) * width
    around = np.clip([guess - 0.4 * TIP, guess + 0.4 * TIP], 0.1 * width, 0.9 * width)
    return [low * math.exp(step) for step in dict.fromkeys(around.tolist())]


def _where_bent(masses: FloatArray, edges: Sequence[Edges]) -> list[float]:
    """Middles of intervals in which the second derivative of an edge makes a straight line miss it, the worst first."""
    x = np.log(masses)
    if len(x) < 3:
        return []
    step = np.diff(x)
    miss = np.zeros(len(step))
    for edge, error in (_logs(edges, "low"), _logs(edges, "high")):
        slope = np.diff(edge) / step
        spread = (step[1:] + step[:-1]) / 2
        bend = np.abs(np.diff(slope) / spread)
        noise = np.hypot.reduce(
            [error[2:] / step[1:], error[1:-1] * (1 / step[1:] + 1 / step[:-1]), error[:-2] / step[:-1]]
        )
        bend[~(bend > SIGNIFICANT * noise / spread)] = 0.0  # also where it is not known
        largest = np.maximum(np.r_[0.0, bend], np.r_[bend, 0.0])
        largest[np.isnan(slope)] = 0.0
        miss = np.maximum(miss, largest * step**2 / 8)
    order = np.argsort(-miss, kind="stable")
    return [float(np.exp((x[i] + x[i + 1]) / 2)) for i in order if miss[i] > MISS and step[i] > TIP]


def _logs(edges: Sequence[Edges], end: str) -> tuple[FloatArray, FloatArray]:
    """Logarithms of an observed edge, with errors; NaN where the scan ends."""
    values = np.array([(e.low if end == "low" else e.high)[0] for e in edges])
    errors = np.array([e.low_error if end == "low" else e.high_error for e in edges])
    values[[e.open_end not in (COMPLETE, *({"low", "high"} - {end})) for e in edges]] = np.nan
    return np.log(values), np.nan_to_num(errors / values)
