"""Names of the cards that the reproduction uses."""

from __future__ import annotations

__all__ = ["BENCHMARK", "COMPANIONS", "IMPROVED", "JULY_2021", "OTHER_PRODUCTION", "PROJECTION", "SEARCH"]

BENCHMARK = "na64-2021"
SEARCH = "na64-2018"
PROJECTION = "na64-compact-hcal1"
JULY_2021, IMPROVED = "na64-2018-july2021", "na64-2018-improved"  # other production, the same search
OTHER_PRODUCTION = {"semivisible": (JULY_2021, IMPROVED), "invisible": (SEARCH, JULY_2021, IMPROVED)}
"""Cards by mode whose exclusions stand beside the main one."""
COMPANIONS = {"e137": "E137", "charm": "CHARM", "nucal": "NuCal"}
"""Other experiments in figures 4 and 5: card and name; each needs the mode semivisible."""
