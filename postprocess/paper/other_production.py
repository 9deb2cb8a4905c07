"""Samples of the cards with other production, and of the search for an invisible A'."""

from __future__ import annotations

import numpy as np

from postprocess.experiment import Benchmark, load_benchmark, load_experiment
from postprocess.paper.cards import BENCHMARK, IMPROVED, OTHER_PRODUCTION, SEARCH
from postprocess.scan import SampleRequest, ScanSettings

__all__ = ["other_production", "published_limit"]

EVENTS = 8_000


def other_production(settings: ScanSettings, mode: str) -> dict[str, SampleRequest]:
    """Requests by card.

    Parameters
    ----------
    settings : ScanSettings
        Parameters of the main scan.
    mode : str
        semivisible or invisible.

    Returns
    -------
    dict
        One request a card of `OTHER_PRODUCTION`.
    """
    return {
        name: SampleRequest(
            [settings.shape.at(m) for m in _masses(settings, name, mode)],
            load_experiment(name),
            mode,
            min(EVENTS, settings.events),
            settings.seed,
        )
        for name in OTHER_PRODUCTION[mode]
    }


def published_limit(benchmark: Benchmark) -> dict[float, float]:
    """Published limit: smallest excluded epsilon by m_A' [GeV], from results such as `epsilon_invisible_10MeV`."""
    start, end = "epsilon_invisible_", "MeV"
    return {
        float(key.removeprefix(start).removesuffix(end)) / 1000: number.value
        for key, number in benchmark.results.items()
        if key.startswith(start) and key.endswith(end)
    }


def _masses(settings: ScanSettings, card: str, mode: str) -> list[float]:
    """Fewer masses than the main scan has; fine where annihilation resonates and where the (g-2) line leaves."""
    masses = {*np.geomspace(settings.m_min, settings.m_max, 14)}
    if mode == "semivisible":
        masses |= {*np.linspace(0.36, 0.46, 6)}
    if card == IMPROVED:
        masses |= {*np.linspace(0.2, 0.34, 15)}
    if mode == "invisible" and card == SEARCH:
        masses |= set(published_limit(load_benchmark(BENCHMARK)))
    return [float(m) for m in sorted(masses) if m <= settings.m_max]
