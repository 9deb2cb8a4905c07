"""Proper lifetimes of A' and chi2 for a physics point: the only place where couplings enter events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from semivis_gen.constants import ID_APRIME, ID_CHI2
from semivis_gen.errors import ParameterError
from semivis_gen.events import STATUS_DECAYED, Events
from semivis_gen.model import DarkSector, compute_widths

__all__ = ["sample_lifetimes"]


def sample_lifetimes(events: Events, point: DarkSector, rng: np.random.Generator) -> Events:
    """Give every decayed A' and chi2 an exponential proper decay length.

    Parameters
    ----------
    events : Events
        Events of any lifetimes, of the same masses.
    point : DarkSector
        Physics point; its widths set the mean decay lengths.
    rng : Generator
        Source of randomness.

    Returns
    -------
    Events
        The same events with `ctau` [mm] of A' and chi2 filled and `info.point` set.

    Raises
    ------
    ParameterError
        Where the events were made for other masses.
    """
    if events.info.masses is not None and events.info.masses != point.masses:
        msg = f"lifetimes for {point.masses} asked of events with {events.info.masses}: use the masses of the sample"
        raise ParameterError(msg)
    widths = compute_widths(point)
    ctau = events.ctau.copy()
    for pdg, mean in ((ID_APRIME, widths.ctau_aprime), (ID_CHI2, widths.ctau_chi2)):
        rows = np.flatnonzero((events.pdg == pdg) & (events.status == STATUS_DECAYED))
        ctau[rows] = rng.exponential(mean, len(rows))
    info = replace(events.info.at_epsilon(point.epsilon), point=point, masses=point.masses)
    return replace(events, ctau=ctau, info=info)
