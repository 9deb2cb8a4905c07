"""Selection of one signature, step by step: factors of an event and their sums over a sample.

Every requirement multiplies an event's weight by a factor in [0, 1]; the decay does so for every c tau at once.
Sums of weights and squared weights are all that is kept, so a sample of any length needs the same memory.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from postprocess.acceptance.candidates import Candidates
from postprocess.acceptance.decay_points import DecayPoints, decays_in_region, no_decays
from postprocess.acceptance.far import front_of
from postprocess.acceptance.flight import decay_probability, survival
from postprocess.acceptance.geometry import geometry_of
from postprocess.acceptance.requirements import (
    PRODUCED,
    Decay,
    FlatEfficiency,
    Requirement,
    requirements_of,
    sees_products,
)
from postprocess.acceptance.scenarios.protocol import Scenario
from postprocess.acceptance.unseen import unseen_decays
from postprocess.experiment import Experiment, Signature
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import ParameterError
from semivis_gen.model import DECAYS

__all__ = ["CONFIDENCE", "CutFlow", "Selection", "upper_sum"]

CONFIDENCE = 0.9  # of upper bounds


@dataclass(frozen=True, slots=True, eq=False)
class CutFlow:
    """What each requirement of a signature leaves of the sample."""

    signature: str
    """Name of the signature."""
    keys: tuple[str, ...]
    """Keys of the requirements in order; the first is the whole sample."""
    steps: tuple[str, ...]
    """Their titles."""
    events: FloatArray
    """Simulated events that pass, with decays forced (sums of pass probabilities), shape (steps,)."""
    fraction: FloatArray
    """Share of the sample's weight that passes, shape (steps, c tau)."""
    error: FloatArray
    """Its statistical error, shape (steps, c tau)."""
    upper: FloatArray
    """Upper bound of the share after the last step at 90 % CL, also where nothing passed, shape (c tau,)."""

    def step(self, key: str) -> int:
        """Number of a requirement.

        Raises
        ------
        ParameterError
            Where the signature has none of this key; the message lists the keys.
        """
        if key not in self.keys:
            msg = f"signature {self.signature} has no requirement {key!r}: take one of {', '.join(self.keys)}"
            raise ParameterError(msg)
        return self.keys.index(key)


class Selection:
    """Sums over a sample for one signature of an experiment.

    Parameters
    ----------
    experiment : Experiment
        The card.
    signature : Signature
        One of its signatures.
    scenario : Scenario
        What A' does.
    ctau_mm : ndarray
        Proper decay lengths [mm], shape (k,).
    decays : tuple of str, optional
        Final states of the events that count, names of `model.DECAYS`; all events where absent.

    Raises
    ------
    ParameterError
        Where the signature's requirements do not go together, see `requirements_of`.
    """

    def __init__(
        self,
        experiment: Experiment,
        signature: Signature,
        scenario: Scenario,
        ctau_mm: FloatArray,
        decays: tuple[str, ...] | None = None,
    ) -> None:
        self.decays = decays
        self.experiment, self.signature, self.scenario, self.ctau_mm = experiment, signature, scenario, ctau_mm
        self.region, self.geometry = experiment.region(signature), geometry_of(experiment)
        self.requirements = requirements_of(experiment, signature, scenario)
        self.products = sees_products(signature)
        self.front = front_of(experiment, signature, scenario, self.geometry)
        self.decay = next(step for step, asked in enumerate(self.requirements) if isinstance(asked, Decay))
        shape = (1 + len(self.requirements), len(ctau_mm))
        self.events = np.zeros(shape[0])
        self.weight, self.weight2, self.mass = 0.0, 0.0, math.inf
        self.passed, self.passed2, self.cross = np.zeros(shape), np.zeros(shape), np.zeros(shape)

    @property
    def beyond(self) -> bool:
        """Whether particles that never decay are among what it takes."""
        return not self.scenario.decays or math.isinf(self.region[1])

    def add(self, sample: Candidates, rng: np.random.Generator) -> None:
        """Add events to the sums.

        Parameters
        ----------
        sample : Candidates
            Events above the production threshold.
        rng : Generator
            For the forced decay points.
        """
        if self.decays is not None:
            sample = sample.select(np.isin(sample.channel, [DECAYS.index(name) for name in self.decays]))
        self.mass = min(self.mass, float(sample.mass.min(initial=math.inf)))
        at = self._decays(sample, rng)
        if self.front is not None:
            sample, turned = self.front.aim(sample, at.point, rng)
            at = _weighted(at, turned)
        if sample.tries is not None:
            at = _weighted(at, sample.tries)
        factors = [_checked(requirement, sample, at) for requirement in self.requirements]
        self.take(sample, at, factors)
        self._sum(sample.weight, factors[: self.decay], factors[self.decay], factors[self.decay + 1 :])

    def take(self, sample: Candidates, at: DecayPoints, factors: Sequence[FloatArray]) -> None:
        """Look at the events of a block and what each requirement says of them; nothing is kept here."""

    def _decays(self, sample: Candidates, rng: np.random.Generator) -> DecayPoints:
        if not self.scenario.decays:
            return no_decays(sample, self.experiment, self.geometry, self.ctau_mm)
        draw = rng if self.products else None
        at = decays_in_region(
            sample, self.experiment, self.geometry, self.region, self.ctau_mm, rng=draw, front=self.front
        )
        if self.signature.veto is None:
            return at
        begin, veto = self.region[0], self.signature.veto
        unseen = unseen_decays(sample, self.experiment, self.geometry, veto, begin, self.ctau_mm, rng=rng)
        return replace(at, probability=at.probability + unseen)

    def _sum(
        self, weight: FloatArray, ahead: Sequence[FloatArray], decay: FloatArray, behind: Sequence[FloatArray]
    ) -> None:
        """Add weights times factors; those of the decay, shape (n, c tau), stand between the others, shape (n,)."""
        self.weight += float(weight.sum())
        self.weight2 += float((weight**2).sum())
        before = 1 + len(ahead)
        passed = np.ones((1 + before + len(behind), len(weight)))
        for step, factor in enumerate([*ahead, 1.0, *behind]):
            passed[step + 1] = passed[step] * factor
        w1, w2 = weight * passed, weight**2 * passed
        self.events += passed.sum(axis=1)
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
        self.mass = min(self.mass, other.mass)
        for sums, more in ((self.passed, other.passed), (self.passed2, other.passed2), (self.cross, other.cross)):
            sums += more

    def cut_flow(self) -> CutFlow:
        """Shares of the sample after each step, with errors of the weighted ratio."""
        total = self.weight
        fraction = self.passed / total
        # sum over events of [w (x - <x>)]^2: numerator and denominator fluctuate together
        variance = self.passed2 - 2 * fraction * self.cross + fraction**2 * self.weight2
        error = np.sqrt(np.maximum(variance, 0.0)) / total
        return replace(
            self.cut_flow_of_nothing(), events=self.events.copy(), fraction=fraction, error=error, upper=self._upper()
        )

    def _upper(self) -> FloatArray:
        """Upper bound of what passes all steps: that of a Poisson number of equal weights, see `upper_sum`.

        2.3 events that would have passed but did not occur are allowed at least. They weigh as much as those of the
        last step that at least one event passes, or as flyers with the energy of the beam where these live longer.
        """
        last = int(np.flatnonzero(self.events >= 1)[-1]) if self.events[0] >= 1 else 0
        size = np.zeros_like(self.passed[last])
        np.divide(self.passed2[last], self.passed[last], out=size, where=self.passed[last] > 0)
        fastest = self._fastest() * self.weight2 / self.weight
        size = np.maximum(size * self._flat(last), fastest * self._flat(0))
        unseen = upper_sum(np.zeros_like(size), np.zeros_like(size), size=size)
        return np.asarray(np.minimum(np.maximum(upper_sum(self.passed[-1], self.passed2[-1]), unseen) / self.weight, 1))

    def _flat(self, step: int) -> float:
        """Product of the flat efficiencies behind a step."""
        return math.prod(asked.value for asked in self.requirements[step:] if isinstance(asked, FlatEfficiency))

    def _fastest(self) -> FloatArray:
        """Probability that a flyer with the energy of the beam, made at the origin, decays in the region."""
        if not self.scenario.decays or not math.isfinite(self.mass):
            return np.ones(len(self.ctau_mm))
        rate = self.mass / (self.experiment.available_energy * self.ctau_mm)
        begin, end = (max(edge, 0.0) for edge in self.region)
        return survival(begin, rate) if math.isinf(end) else decay_probability(begin, end, rate)

    def cut_flow_of_nothing(self) -> CutFlow:
        """Steps without any events."""
        keys = (PRODUCED, *(requirement.key for requirement in self.requirements))
        titles = ("A' above production threshold", *(requirement.title for requirement in self.requirements))
        zero = np.zeros_like(self.passed)
        return CutFlow(self.signature.name, keys, titles, np.zeros_like(self.events), zero, zero, zero[0])


def upper_sum(total: FloatArray, total2: FloatArray, *, size: FloatArray | None = None) -> FloatArray:
    """Upper limit of the mean of a sum of weights at 90 % CL, by the scaled Poisson distribution.

    A sum W = sum(w) of weights has the mean and the variance of s n, with n Poisson, s = sum(w^2) / sum(w) and the
    effective number n = sum(w)^2 / sum(w^2) (G. Bohm, G. Zech, Nucl. Instrum. Meth. A 748 (2014) 1).

    Parameters
    ----------
    total, total2 : ndarray
        sum(w) and sum(w^2).
    size : ndarray, optional
        s, where it is known otherwise, as it must be for sums of nothing.

    Returns
    -------
    ndarray
        s chi2_0.9(2 n + 2) / 2: 2.303 s where nothing was counted; zero for sums of nothing of unknown size.
    """
    from scipy.special import gammaincinv

    some = (total > 0) & (total2 > 0)  # squares of tiny weights vanish
    number = np.divide(total, total2, out=np.zeros_like(total), where=some) * total
    if size is None:  # weights of both signs may leave nothing
        size = np.divide(total2, total, out=np.sqrt(total2), where=some)
    return np.maximum(size * gammaincinv(number + 1, CONFIDENCE), total)


def _weighted(at: DecayPoints, weight: FloatArray) -> DecayPoints:
    """Decays whose choice has another weight, shape (n,)."""
    uniform = None if at.uniform is None else at.uniform * weight
    return replace(at, probability=at.probability * weight[:, None], uniform=uniform)


def _checked(requirement: Requirement, sample: Candidates, at: DecayPoints) -> FloatArray:
    factor = requirement.factor(sample, at)
    if isinstance(requirement, Decay):  # weights of drawn points, which may be above 1
        return factor
    if len(sample) and (np.shape(factor) != (len(sample),) or not np.all((factor >= 0) & (factor <= 1))):
        found = f"shape {np.shape(factor)}, smallest {np.min(factor):g}, largest {np.max(factor):g}"
        msg = f"requirement {requirement.key!r} gives {found}: it must give {len(sample)} probabilities, one an event"
        raise ParameterError(msg)
    return factor
