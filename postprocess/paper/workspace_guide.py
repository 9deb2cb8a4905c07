"""The page beside the exported workspace: what pyhf's default does to these counts, and what to do instead."""

from __future__ import annotations

from collections.abc import Sequence

from postprocess.output import WARNING
from postprocess.paper.statistic import StatisticRow

__all__ = ["workspace_guide"]

USE = """
    pyhf cls --calctype toybased --test-stat qtilde workspace.json       # toys; slow, right
    pyhf patchset apply workspace.json patchset.json --name NAME         # the signal at another mass

The `upper_limit` of pyhf 0.7.6 ignores its `level` where no `scan` is given: it finds the limit at 95 % CL. Limits of
the paper and of semivis are at 90 %. `postprocess.limits` has exact CLs for any signal; the other files of this folder
hold its results.
"""


def workspace_guide(rows: Sequence[StatisticRow]) -> str:
    """Text of the page.

    Parameters
    ----------
    rows : sequence of StatisticRow
        Reach and limit in events by both methods, from `statistic_rows`.

    Returns
    -------
    str
        Markdown.
    """
    lines = ["# workspace.json and patchset.json", "", WARNING, ""]
    lines += ["| CLs from | reach on the (g-2) line, m_A' [GeV] | limit there [signal events] |", "|---|---|---|"]
    lines += [f"| {row.method} | {_cell(row.reach_GeV, '.4f')} | {_cell(row.limit_events, '.2f')} |" for row in rows]
    return "\n".join(lines) + "\n" + USE


def _cell(value: float | None, form: str) -> str:
    return "none" if value is None else format(value, form)
