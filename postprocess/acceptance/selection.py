"""Selection of one signature, step by step: factors of an event and their sums over a sample.

Every step multiplies an event's weight by a factor in [0, 1]; the decay step does so for every c tau at once.
Sums of weights and squared weights are all that is kept, so a sample of any length needs the same memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postprocess.acceptance.calorimeter import pass_probability, visible_energy
from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.containment import containment_probability
from postprocess.acceptance.flight import decay_density, decay_rate, path_length, sample_distance, survival
from postprocess.experiment import Experiment, Mode, Signature, containment_step
from semivis_gen.arrays import FloatArray

__all__ = ["CutFlow", "Selection"]


@dataclass(frozen=True, slots=True, eq=False)
class CutFlow:
    """What each requirement of a signature leaves of the sample."""

    signature: str
    """Name of the signature."""
    steps: tuple[str, ...]
    """The requirements in order; the first is the whole sample."""
    events: FloatArray
    """Simulated events that pass, with decays forced (sums of pass probabilities), shape (steps,)."""
    fraction: FloatArray
    """Share of the sample's weight that passes, shape (steps, c tau)."""
    error: FloatArray
    """Its statistical error, shape (steps, c tau)."""


class Selection:
    """Sums over a sample for one signature of an experiment.

    Parameters
    ----------
    experiment : Experiment
        The card.
    signature : Signature
        One of its signatures.
    mode : Mode
        What A' does.
    ctau_mm : ndarray
        Proper decay lengths [mm], shape (k,).
    """

    def __init__(self, experiment: Experiment, signature: Signature, mode: Mode, ctau_mm: FloatArray) -> None:
        self.experiment, self.signature, self.mode, self.ctau_mm = experiment, signature, mode, ctau_mm
        self.region = experiment.region(signature)
        self.steps = tuple(self._step_names())
        shape = (len(self.steps), len(ctau_mm))
        self.events = np.zeros(len(self.steps))
        self.weight, self.weight2 = 0.0, 0.0
        self.passed, self.passed2, self.cross = np.zeros(shape), np.zeros(shape), np.zeros(shape)

    def _step_names(self) -> list[str]:
        signature = self.signature
        names = ["A' above production threshold"]
        if signature.missing_energy_min_GeV is not None:
            names.append(f"missing energy > {signature.missing_energy_min_GeV.value:g} GeV")
        if self.mode is Mode.INVISIBLE:
            names.append("chi2 stable")
        else:
            names.append(f"decay between {signature.decay_from} and {signature.decay_to}")
            if signature.visible is not None:
                names.append(f"visible energy > {signature.visible.energy_min_GeV.value:g} GeV")
            if signature.containment is not None:
                names.append(containment_step(signature))
        return names + list(signature.efficiencies)

    def add(self, sample: Candidates, rng: np.random.Generator) -> None:
        """Add events to the sums.

        Parameters
        ----------
        sample : Candidates
            Events above the production threshold.
        rng : Generator
            For the forced decay points.
        """
        signature = self.signature
        if signature.visible is not None:  # the table holds e+ e- decays; yields multiplies with their branching
            sample = sample.select(sample.electrons)
        ones = np.ones(len(sample))
        factors: list[FloatArray | None] = [ones]  # None marks the decay step
        if signature.missing_energy_min_GeV is not None:
            left = self.experiment.beam_energy - sample.e_aprime
            sigma = self.experiment.dump.sigma(left)
            factors.append(pass_probability(sample.e_aprime, signature.missing_energy_min_GeV.value, sigma))
        decay, seen = self._decay(sample, rng)
        factors += [None, *seen]
        factors += [number.value * ones for number in signature.efficiencies.values()]
        self._sum(sample.weight, factors, decay)

    def _decay(self, sample: Candidates, rng: np.random.Generator) -> tuple[FloatArray, list[FloatArray]]:
        """Weight of the decay step, shape (n, k), and pass probabilities of what is asked of the decay, shape (n,)."""
        if self.mode is Mode.INVISIBLE:
            return np.ones((len(sample), len(self.ctau_mm))), []
        rate = decay_rate(sample.momentum, sample.mass, self.ctau_mm)
        begin, end = (path_length(sample.origin, sample.momentum, z) for z in self.region)
        if self.signature.visible is None:
            lost = survival(begin[:, None], rate)
            return (lost - survival(end[:, None], rate) if np.isfinite(self.region[1]) else lost), []
        distance, density = sample_distance(begin, end, rng)
        weight = decay_density(distance, rate) / density[:, None]
        weight[~np.isfinite(begin)] = 0.0
        direction = sample.momentum / np.linalg.norm(sample.momentum, axis=1, keepdims=True)
        point = sample.origin + distance[:, None] * direction
        stations = [self.experiment.stations[name] for name in self.signature.visible.stations]
        seen = visible_energy(point, sample.lepton_momentum, sample.lepton_energy, stations)
        sigma = stations[0].sigma(seen)
        passed = [pass_probability(seen, self.signature.visible.energy_min_GeV.value, sigma)]
        if self.signature.containment is not None:
            stations = [self.experiment.stations[name] for name in self.signature.containment.stations]
            cut = self.signature.containment.outside_max.value
            passed.append(containment_probability(point, sample.lepton_momentum, sample.lepton_energy, stations, cut))
        return weight, passed

    def _sum(self, weight: FloatArray, factors: list[FloatArray | None], decay: FloatArray) -> None:
        self.weight += float(weight.sum())
        self.weight2 += float((weight**2).sum())
        passed = np.ones((len(factors), len(weight)))
        for step, factor in enumerate(factors):
            passed[step] = passed[max(step - 1, 0)] if factor is None else passed[max(step - 1, 0)] * factor
        w1, w2 = weight * passed, weight**2 * passed
        self.events += passed.sum(axis=1)
        before = next(step for step, factor in enumerate(factors) if factor is None)
        for sums, rows in ((self.passed, w1), (self.cross, w2), (self.passed2, w1**2)):
            sums[:before] += rows[:before].sum(axis=1)[:, None]
        # one product of matrices for all steps behind the decay; einsum adds in one order, BLAS in that of its threads
        product = "sn,nk->sk"
        self.passed[before:] += np.einsum(product, w1[before:], decay)
        self.cross[before:] += np.einsum(product, w2[before:], decay)
        self.passed2[before:] += np.einsum(product, w1[before:] ** 2, decay * decay)

    def merge(self, other: Selection) -> None:
        """Add the sums of the same signature over other events."""
        self.events += other.events
        self.weight += other.weight
        self.weight2 += other.weight2
        for sums, more in ((self.passed, other.passed), (self.passed2, other.passed2), (self.cross, other.cross)):
            sums += more

    def cut_flow(self) -> CutFlow:
        """Shares of the sample after each step, with errors of the weighted ratio."""
        total = self.weight
        fraction = self.passed / total
        # sum over events of [w (x - <x>)]^2: numerator and denominator fluctuate together
        variance = self.passed2 - 2 * fraction * self.cross + fraction**2 * self.weight2
        error = np.sqrt(np.maximum(variance, 0.0)) / total
        return CutFlow(self.signature.name, self.steps, self.events.copy(), fraction, error)
