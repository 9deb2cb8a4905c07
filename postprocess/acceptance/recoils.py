"""Requirement on the beam particle that recoils against A': missing momentum, as a tracker behind a target sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from postprocess.acceptance.beside import hardest_beside
from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.decay_points import DecayPoints
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.events import Events
from semivis_gen.numerics import energy_of
from semivis_gen.target import LEPTONS

__all__ = ["RecoilLepton", "with_recoil"]


@dataclass(frozen=True, slots=True)
class RecoilLepton:
    """The beam particle leaves with little energy, inside a window of transverse momentum."""

    key: ClassVar[str] = "recoil_lepton"
    products: ClassVar[bool] = False
    recoiling: ClassVar[bool] = True

    energy_max_GeV: float  # noqa: N815
    """Its largest energy [GeV]."""
    energy_min_GeV: float = 0.0  # noqa: N815
    """Its smallest energy, that of a track that is found [GeV]."""
    pt_min_GeV: float = 0.0  # noqa: N815
    """Its smallest transverse momentum against the incoming particle [GeV]."""
    pt_max_GeV: float | None = None  # noqa: N815
    """Its largest transverse momentum against the incoming particle [GeV]."""

    def __post_init__(self) -> None:
        largest = math.inf if self.pt_max_GeV is None else self.pt_max_GeV
        if not (0 <= self.energy_min_GeV < self.energy_max_GeV and 0 <= self.pt_min_GeV < largest):
            msg = (
                f"recoil_lepton: energy_min_GeV = {self.energy_min_GeV:g} and energy_max_GeV = {self.energy_max_GeV:g},"
                f" pt_min_GeV = {self.pt_min_GeV:g} and pt_max_GeV = {largest:g} must rise and not be negative"
            )
            raise ParameterError(msg)

    @property
    def title(self) -> str:
        """Its text in cut flows."""
        text = f"recoil of {self.energy_min_GeV:g} to {self.energy_max_GeV:g} GeV"
        return text + (f", pT > {self.pt_min_GeV:g} GeV" if self.pt_min_GeV else "")

    def factor(self, sample: Candidates, at: DecayPoints) -> FloatArray:
        """One or zero; zero where nothing recoils, as in annihilation."""
        if sample.lepton is None:
            msg = f"requirement {self.key!r} looks at a lepton that leaves the target: the card has none, drop it"
            raise ParameterError(msg)
        energy = energy_of(sample.lepton, LEPTONS[at.experiment.beam.pdg_id].mass)
        pt = np.hypot(sample.lepton[:, 0], sample.lepton[:, 1])
        passed = np.any(sample.lepton != 0, axis=1)
        passed &= (energy >= self.energy_min_GeV) & (energy <= self.energy_max_GeV) & (pt >= self.pt_min_GeV)
        if self.pt_max_GeV is not None:
            passed &= pt <= self.pt_max_GeV
        return np.asarray(passed, dtype=float)


def with_recoil(sample: Candidates, events: Events) -> Candidates:
    """Add the lepton that recoils to candidates.

    Parameters
    ----------
    sample : Candidates
        Of a scenario, one an event.
    events : Events
        The events they come from, of a beam along z.

    Returns
    -------
    Candidates
        With `lepton`, the hardest of the beam's kind that no dark particle decayed to.

    Raises
    ------
    EventFileError
        Where an event has several A'.
    """
    if len(sample) != len(events):
        msg = f"{len(sample)} A' in {len(events)} events: where the recoiling lepton is looked at each event has one"
        raise EventFileError(msg)
    return replace(sample, lepton=hardest_beside(events, events.info.beam_id))
