"""Samples of the cards with other production, and of the search for an invisible A'."""

from __future__ import annotations

import numpy as np

from postprocess.experiment import load_experiment
from postprocess.paper.cards import IMPROVED, OTHER_PRODUCTION
from postprocess.scan import SampleRequest, ScanSettings

__all__ = ["other_production"]

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


def _masses(settings: ScanSettings, card: str, mode: str) -> list[float]:
    """Fewer masses than the main scan has; fine where annihilation resonates and where the (g-2) line leaves."""
    masses = {*np.geomspace(settings.m_min, settings.m_max, 14)}
    if mode == "semivisible":
        masses |= {*np.linspace(0.36, 0.46, 6)}
    if card == IMPROVED:
        masses |= {*np.linspace(0.2, 0.34, 15)}
    return [float(m) for m in sorted(masses) if m <= settings.m_max]
