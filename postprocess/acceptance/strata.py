"""Acceptance of a signature from its final states: each counts by its branching, whatever its share of the sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from postprocess.acceptance.decays import seen_share
from postprocess.acceptance.selection import CutFlow, Selection
from semivis_gen.model import LEPTONS, OTHER_HADRONS

__all__ = ["combined", "lacking"]

SURELY = 10.0  # events of a final state that would be expected where it is among those generated


def combined(selections: Sequence[Selection], shares: Mapping[str, float], present: frozenset[str]) -> CutFlow:
    """Cut flow of a signature.

    Parameters
    ----------
    selections : sequence of Selection
        One for each of `decays.strata`, all of one signature.
    shares : mapping
        Branching fractions of the particle that flies.
    present : frozenset of str
        Final states in the sample.

    Returns
    -------
    CutFlow
        Shares of the decays that the signature sees, with those that the sample lacks as lost; of all A' where it
        sees all. Zero where all that it sees is closed.
    """
    first = selections[0]
    if first.decays is None:
        return first.cut_flow()
    total = seen_share(first.signature, shares)
    if len(selections) == 1 and total > 0 and not lacking(selections, shares, present):
        return first.cut_flow()
    flows = [
        (_share(selection, shares, present) / total, selection.cut_flow())
        for selection in selections
        if total > 0 and selection.weight > 0
    ]
    empty = first.cut_flow_of_nothing()
    return replace(
        empty,
        events=sum((flow.events for _, flow in flows), empty.events),
        fraction=sum((part * flow.fraction for part, flow in flows), empty.fraction),
        error=np.sqrt(sum(((part * flow.error) ** 2 for part, flow in flows), empty.error)),
        # independent: what each bound is above its share adds in squares
        upper=sum((part * flow.fraction[-1] for part, flow in flows), empty.upper)
        + np.sqrt(sum(((part * (flow.upper - flow.fraction[-1])) ** 2 for part, flow in flows), empty.upper)),
    )


def lacking(selections: Sequence[Selection], shares: Mapping[str, float], present: frozenset[str]) -> dict[str, float]:
    """Final states that a signature sees and the sample lacks, each with its share of what the signature sees."""
    total = seen_share(selections[0].signature, shares)
    if selections[0].decays is None or total == 0:
        return {}
    return {
        name: shares[name] / total
        for selection in selections
        for name in selection.decays or ()
        if shares.get(name, 0.0) > 0 and not _holds(selection, name, shares, present)
    }


def _share(selection: Selection, shares: Mapping[str, float], present: frozenset[str]) -> float:
    """Share of decays that a stratum stands for."""
    held = (name for name in selection.decays or () if _holds(selection, name, shares, present))
    return sum(shares.get(name, 0.0) for name in held)


def _holds(selection: Selection, name: str, shares: Mapping[str, float], present: frozenset[str]) -> bool:
    """Whether a final state is among the events of a stratum, or is so rare that none needs to be."""
    if selection.weight <= 0:
        return False
    if name in LEPTONS or name in present or OTHER_HADRONS in present:  # others than ours make hadrons of all kinds
        return True
    names = [other for other in selection.decays or () if other in present]
    expected = float(selection.events[0]) * shares.get(name, 0.0) / max(sum(shares.get(n, 0.0) for n in names), 1e-300)
    return expected < SURELY
