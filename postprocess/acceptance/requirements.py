"""The seam of requirements: what a signature asks of an event, name and pass probability together.

A signature's own keys make the requirements of this file. Others are frozen dataclasses in `REQUIREMENTS` that a card
names under `require`; their fields are settings: strings, flags and whole numbers stand in the card as they are,
every `float` with its source. A new one is

    @dataclass(frozen=True)
    class OpeningAngle:
        key: ClassVar[str] = "opening_angle"
        products: ClassVar[bool] = True
        angle_min_mrad: float
        @property
        def title(self): return f"opening angle > {self.angle_min_mrad:g} mrad"
        def factor(self, sample, at): ...

    REQUIREMENTS.register(OpeningAngle.key, OpeningAngle)
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from postprocess.acceptance.calorimeter import pass_probability, visible_energy
from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.containment import is_contained
from postprocess.acceptance.decay_points import DecayPoints
from postprocess.experiment import REQUIREMENTS as NAMES
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError
from semivis_gen.model import DECAYS, channel_names
from semivis_gen.registry import Registry

if TYPE_CHECKING:
    from postprocess.acceptance.scenarios.protocol import Scenario
    from postprocess.experiment import Experiment, Seen, Signature

__all__ = ["PRODUCED", "REQUIREMENTS", "Decay", "Requirement", "requirements_of", "sees_products"]

PRODUCED = "produced"
"""Key of the first step of a cut flow, the whole sample."""

NEVER = 1e-9
"""Probability to pass below which an event is not looked at more closely."""


class Requirement(Protocol):
    """One step of a signature's selection."""

    @property
    def key(self) -> str:
        """Short name, its own within a signature; what a step of a cut flow is looked up by."""

    @property
    def title(self) -> str:
        """Text of the step in a cut flow."""

    @property
    def products(self) -> bool:
        """Whether it looks at the decay: decay points are drawn, and e+ e- alone count where `sees` says nothing."""

    def factor(self, sample: Candidates, at: DecayPoints) -> FloatArray:
        """Probability of each event to pass.

        Parameters
        ----------
        sample : Candidates
            n events.
        at : DecayPoints
            Their decays; card and geometry.

        Returns
        -------
        ndarray
            Between 0 and 1, shape (n,); that of `Decay` alone has a column for each c tau.
        """


@dataclass(frozen=True, slots=True)
class MissingEnergy:
    """Energy of the beam that the dump does not measure."""

    energy_min: float
    """The cut [GeV]."""
    key: ClassVar[str] = "missing_energy"
    products: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Its text in cut flows."""
        return f"missing energy > {self.energy_min:g} GeV"

    def factor(self, sample: Candidates, at: DecayPoints) -> FloatArray:
        """Probability for the resolution at the energy that is left in the dump."""
        sigma = at.experiment.dump.sigma(at.experiment.beam_energy - sample.e_aprime)
        return pass_probability(sample.e_aprime, self.energy_min, sigma)


@dataclass(frozen=True, slots=True)
class Decay:
    """The flying particle decays in the region, or is stable."""

    title: str
    """Its text in cut flows."""
    key: ClassVar[str] = "decay"
    products: ClassVar[bool] = False

    def factor(self, sample: Candidates, at: DecayPoints) -> FloatArray:
        """Probability for every c tau, shape (n, c tau)."""
        return at.probability


@dataclass(frozen=True, slots=True)
class VisibleEnergy:
    """Energy of the decay products in calorimeters."""

    stations: tuple[str, ...]
    """The calorimeters; the first one's resolution counts."""
    energy_min: float
    """The cut [GeV]."""
    key: ClassVar[str] = "visible"
    products: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Its text in cut flows."""
        return f"visible energy > {self.energy_min:g} GeV"

    def factor(self, sample: Candidates, at: DecayPoints) -> FloatArray:
        """Probability for the resolution at the sum of the energies that arrive."""
        seen = visible_energy(at.impact(sample.product_momentum, self.stations), sample.product_energy)
        return pass_probability(seen, self.energy_min, at.experiment.stations[self.stations[0]].sigma(seen))


@dataclass(frozen=True, slots=True)
class Containment:
    """Showers of the products lie in the central cells."""

    stations: tuple[str, ...]
    """The calorimeters, with central cells."""
    outside_max: float
    """Largest share outside."""
    title: str
    """Its text in cut flows."""
    visible: VisibleEnergy
    """The cut that comes before it; events that never pass that fail here, too."""
    key: ClassVar[str] = "containment"
    products: ClassVar[bool] = True

    def factor(self, sample: Candidates, at: DecayPoints) -> FloatArray:
        """One or zero, from mean shower profiles."""
        rows = np.flatnonzero(self.visible.factor(sample, at) > NEVER)
        impact = at.impact(sample.product_momentum, self.stations).of(rows)
        stations = [at.experiment.stations[name] for name in self.stations]
        contained = np.zeros(len(sample))
        contained[rows] = is_contained(impact, sample.product_energy[rows], stations, self.outside_max)
        return contained


@dataclass(frozen=True, slots=True)
class FlatEfficiency:
    """A number of the card."""

    key: str
    """Its name there."""
    value: float
    """Efficiency."""
    products: ClassVar[bool] = False

    @property
    def title(self) -> str:
        """Its text in cut flows."""
        return self.key

    def factor(self, sample: Candidates, at: DecayPoints) -> FloatArray:
        """The same for all events."""
        return np.full(len(sample), self.value)


@dataclass(frozen=True, slots=True)
class DecayEfficiency:
    """Numbers of the card, one a final state."""

    values: tuple[float, ...]
    """Efficiency of each of `model.DECAYS`."""
    key: ClassVar[str] = "sees"
    title: ClassVar[str] = "efficiency for the decay"
    products: ClassVar[bool] = False

    def factor(self, sample: Candidates, at: DecayPoints) -> FloatArray:
        """That of the event's final state."""
        return np.array(self.values)[sample.channel]


REQUIREMENTS: Registry[type[Requirement]] = NAMES


def _named(signature: Signature) -> tuple[Requirement, ...]:
    """Requirements that the card names beyond the signature's own keys."""
    return tuple(entry.build() for entry in signature.require)


def sees_products(signature: Signature) -> bool:
    """Whether a signature looks at decay products, so that decay points matter."""
    return signature.visible is not None or any(requirement.products for requirement in _named(signature))


def _efficiencies(sees: tuple[Seen, ...]) -> tuple[float, ...]:
    """Efficiency of each final state; one named alone counts over its group."""
    found = dict.fromkeys(DECAYS, 0.0)
    for seen in sorted(sees, key=lambda seen: seen.decay in DECAYS):  # groups first
        found |= dict.fromkeys(channel_names([seen.decay]), 1.0 if seen.efficiency is None else seen.efficiency.value)
    return tuple(found.values())


def requirements_of(experiment: Experiment, signature: Signature, scenario: Scenario) -> tuple[Requirement, ...]:
    """Requirements of a signature in the order of its cut flow.

    Parameters
    ----------
    experiment : Experiment
        The card.
    signature : Signature
        One of its signatures.
    scenario : Scenario
        What A' does.

    Returns
    -------
    tuple of Requirement
        Missing energy, decay, what is asked of the products, flat efficiencies.

    Raises
    ------
    ParameterError
        Where two have the same key, or products are asked for that do not exist or may be infinitely far.
    """
    chosen = tuple(_ordered(signature, scenario))
    keys = [PRODUCED, *(requirement.key for requirement in chosen)]
    where = f"signature {signature.name} of {experiment.name}"
    for key in keys:
        if keys.count(key) > 1:
            msg = f"{where} asks twice for {key!r}: requirements of a signature have different keys, rename or drop one"
            raise ParameterError(msg)
    if sees_products(signature) or signature.sees is not None:
        asked = ", ".join([r.key for r in chosen if r.products] or ["sees"])
        if not scenario.decays:
            msg = f"{where} asks for {asked} of decay products, which the {scenario.name} mode has not: drop it there"
            raise ParameterError(msg)
        if math.isinf(experiment.region(signature)[1]):
            msg = f"{where} asks for {asked} of decays in a region without end: let decay_to be an edge of a station"
            raise ParameterError(msg)
    return chosen


def _ordered(signature: Signature, scenario: Scenario) -> Iterator[Requirement]:
    if signature.missing_energy_min_GeV is not None:
        yield MissingEnergy(signature.missing_energy_min_GeV.value)
    if scenario.decays:
        text = f"decay between {signature.decay_from} and {signature.decay_to}"
        if signature.veto is not None:
            text += f", or before with less than {signature.veto.energy_min_GeV.value:g} GeV seen"
        yield Decay(text)
    else:
        yield Decay(f"{scenario.flyer} stable")
    if signature.visible is not None:
        visible = VisibleEnergy(signature.visible.stations, signature.visible.energy_min_GeV.value)
        yield visible
        if signature.containment is not None:  # never without: rules.py
            asked = signature.containment
            yield Containment(asked.stations, asked.outside_max.value, asked.title, visible)
    yield from _named(signature)
    if signature.sees is not None and any(seen.efficiency is not None for seen in signature.sees):
        yield DecayEfficiency(_efficiencies(signature.sees))
    for name, number in signature.efficiencies.items():
        yield FlatEfficiency(name, number.value)
