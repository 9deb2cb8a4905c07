"""Acceptance tables: one event sample gives the acceptance of every signature for every c tau.

The couplings never enter: they only set c tau of the flying particle and the production rate. Each event is
forced to decay inside a signature's region and weighted with the probability of that decay; the detector's
response is evaluated once an event. Acceptance is the selected share of the sample's weight, the sample
being all A' produced with an energy above `e_min`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
from numpy.typing import ArrayLike

from postprocess.acceptance.beam import in_beam
from postprocess.acceptance.collision import with_collision
from postprocess.acceptance.consistency import DECAYS_LACKING, Consistency, require_known
from postprocess.acceptance.decays import channels_seen, decays_seen, seen_share, strata
from postprocess.acceptance.far import chance_of
from postprocess.acceptance.recoils import with_recoil
from postprocess.acceptance.scenarios.protocol import SCENARIOS
from postprocess.acceptance.selection import CutFlow, Selection
from postprocess.acceptance.strata import combined, lacking
from postprocess.acceptance.table import AcceptanceTable
from postprocess.experiment import Experiment
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.events import Events
from semivis_gen.model import DECAYS, DarkMasses
from semivis_gen.numerics import Estimate

__all__ = ["Accepted", "accept", "ctau_grid", "sum_up", "table_of"]

BLOCK = 10_000  # events at once: bounds the memory of (events, c tau) arrays
GRID_POINTS = 100
LOST_MAX = 0.01  # share of what a signature sees that a sample may lack unasked; it counts as not seen
SHORTEST, LONGEST = 1 / 100, 1e5  # of the first plane, in decay lengths of the fastest particle


def ctau_grid(experiment: Experiment, masses: DarkMasses, *, mode: str = "semivisible") -> FloatArray:
    """Proper decay lengths that cover an experiment from no to certain survival.

    Parameters
    ----------
    experiment : Experiment
        The card.
    masses : DarkMasses
        Masses of the sample.
    mode : str
        Name of the scenario.

    Returns
    -------
    ndarray
        Logarithmic grid [mm].
    """
    begins = [max(experiment.region(s)[0], 1.0) for s in experiment.signatures_of(mode)]
    reference = min(begins) * SCENARIOS[mode].flyer_mass(masses) / experiment.available_energy
    return np.geomspace(SHORTEST * reference, LONGEST * max(begins) / min(begins) * reference, GRID_POINTS)


@dataclass(slots=True)
class Accepted:
    """Sums over a sample while it streams by; those of several samples add up."""

    masses: DarkMasses | None
    """Masses of the sample, where known."""
    events: int = 0
    """A' above the smallest useful energy."""
    total: int = 0
    """All A' of the sample."""
    weight: float = 0.0
    """Sum of the weights of all of them."""
    above: float = 0.0
    """Sum of the weights of those above the smallest useful energy."""
    of_events: float = 0.0
    """Sum of the weights of the events, which may hold several A'."""
    weight2: float = 0.0
    """Sum of the squared weights of all A'."""
    above2: float = 0.0
    """Sum of the squared weights of those above the smallest useful energy."""
    allowed: dict[str, str] = field(default_factory=dict)
    """Differences between events and card that were allowed, by name."""
    allow: frozenset[str] = frozenset()
    """Differences that may be."""
    present: frozenset[str] = frozenset()
    """Final states of the particle that flies, names of `model.DECAYS`."""
    selections: list[Selection] = field(default_factory=list)
    """One for each of the final states that a signature tells apart, see `decays.strata`; none where nothing came."""

    @property
    def above_per_event(self) -> Estimate:
        """A' above the smallest useful energy per event, by weight: times the rate of events it is theirs."""
        share = self.above / self.of_events
        variance = self.above2 * (1 - 2 * share) + share**2 * self.weight2
        return Estimate(share, math.sqrt(max(variance, 0.0)) / abs(self.of_events))

    def merge(self, other: Accepted) -> None:
        """Add the sums of another part of the sample."""
        self.masses = self.masses or other.masses
        self.events += other.events
        self.total += other.total
        self.weight += other.weight
        self.above += other.above
        self.of_events += other.of_events
        self.weight2 += other.weight2
        self.above2 += other.above2
        self.allowed |= other.allowed
        self.allow |= other.allow
        self.present |= other.present
        if not self.selections:
            self.selections = other.selections
            return
        for mine, more in zip(self.selections, other.selections, strict=False):
            mine.merge(more)


def accept(
    events: Iterable[Events],
    experiment: Experiment,
    *,
    ctau_mm: ArrayLike | None = None,
    seed: int = 1,
    masses: DarkMasses | None = None,
    mode: str = "semivisible",
    allow: Collection[str] = (),
) -> AcceptanceTable:
    """Acceptance of every signature of a mode, from a stream of events.

    Parameters
    ----------
    events : iterable of Events
        Chunks of one sample from any generator, native or read from files. Only one chunk is held at a time.
    experiment : Experiment
        The card.
    ctau_mm : array_like, optional
        Proper decay lengths [mm]; `ctau_grid` where absent.
    seed : int
        Seed of forced decay points and of decays done here.
    masses : DarkMasses, optional
        Masses of the sample; taken from the events' run information where absent.
    mode : str
        Name of the scenario: semivisible, invisible, visible or another one of the card.
    allow : collection of str
        Differences between events and card that are wanted, names of `consistency.CHECKS`.

    Returns
    -------
    AcceptanceTable
        Acceptance and error for each c tau and signature, and the cut flows.

    Raises
    ------
    EventFileError
        Where there are no events, or none above the experiment's smallest useful A' energy, or they lack
        A' or chi2, or are not of this experiment.
    ParameterError
        Where c tau is missing or not positive.
    """
    sums = sum_up(events, experiment, ctau_mm=ctau_mm, seed=[seed], masses=masses, mode=mode, allow=allow)
    return table_of(sums, experiment, mode=mode)


def sum_up(
    events: Iterable[Events],
    experiment: Experiment,
    *,
    ctau_mm: ArrayLike | None,
    seed: Sequence[int],
    masses: DarkMasses | None,
    mode: str,
    allow: Collection[str] = (),
    selection: type[Selection] = Selection,
) -> Accepted:
    """Sums over a part of a sample, for `table_of`.

    Parameters
    ----------
    events, experiment, ctau_mm, masses, mode, allow
        As for `accept`.
    seed : sequence of int
        The seed, followed by the number of the part.
    selection : type
        What sums up each signature; `MapSelection` makes acceptance maps as well.

    Returns
    -------
    Accepted
        The sums.
    """
    chosen, scenario = experiment.signatures_of(mode), SCENARIOS[mode]
    e_min = experiment.e_min(mode)
    sums = Accepted(masses, allow=frozenset(allow))
    require_known(allow)
    consistency = Consistency(experiment, mode, frozenset(allow), sums.allowed)
    first, *others = (np.random.default_rng([seed[0], index, *seed[1:]]) for index in range(len(chosen) + 1))
    streams = {signature.name: rng for signature, rng in zip(chosen, others, strict=True)}
    channels = channels_seen(experiment, mode)
    chance = chance_of(experiment, mode)
    recoiling = any(getattr(entry.build(), "recoiling", False) for signature in chosen for entry in signature.require)
    for chunk in events:
        consistency.check(chunk)
        if chunk.info.weight:
            sums.allowed.setdefault("weight", f"that called {chunk.info.weight!r} in the file")
        _check_threshold(chunk, experiment, e_min)
        if sums.masses is None:
            sums.masses = chunk.info.masses
        if not sums.selections:
            grid = _grid(ctau_mm, experiment, sums.masses, mode)
            sums.selections = [selection(experiment, s, scenario, grid, d) for s in chosen for d in strata(s)]
        sample = scenario.candidates(chunk, sums.masses, first, channels, chance=chance)
        if experiment.target is None:
            sample = with_collision(sample, chunk)
        if recoiling:
            sample = with_recoil(sample, chunk)
        sums.present |= {DECAYS[number] for number in np.unique(sample.channel) if number >= 0}
        sums.total += len(sample)
        sums.weight += float(sample.weight.sum())
        sums.of_events += float(chunk.weight.sum())
        sums.weight2 += float((sample.weight**2).sum())
        sample = in_beam(sample.select(sample.e_aprime > e_min), experiment.beam, first)
        sums.above += float(sample.weight.sum())
        sums.above2 += float((sample.weight**2).sum())
        sums.events += len(sample)
        for start in range(0, len(sample), BLOCK):
            block = sample.select(slice(start, start + BLOCK))
            for each in sums.selections:
                each.add(block, streams[each.signature.name])
    return sums


def _check_threshold(chunk: Events, experiment: Experiment, e_min: float) -> None:
    """Refuse events generated above a threshold that cuts into what the experiment sees."""
    made_above = float(chunk.info.extra.get("e_min_aprime_GeV", 0.0))
    if made_above > e_min * (1 + 1e-9):
        msg = (
            f"the events hold A' above {made_above:g} GeV only but {experiment.name} sees them above {e_min:g} GeV: "
            f"generate them with --e-min {e_min:g} or less"
        )
        raise EventFileError(msg)


def _grid(ctau_mm: ArrayLike | None, experiment: Experiment, masses: DarkMasses | None, mode: str) -> FloatArray:
    if ctau_mm is None:
        if masses is None:
            msg = (
                "the events do not say the masses of the dark sector: map foreign ids with --pdg NAME=ID, "
                "give --m-aprime, --ratio and --splitting, or the c tau values"
            )
            raise ParameterError(msg)
        return ctau_grid(experiment, masses, mode=mode)
    grid = np.unique(np.atleast_1d(np.asarray(ctau_mm, dtype=float)))
    if not (len(grid) and np.all(grid > 0) and np.all(np.isfinite(grid))):
        msg = f"c tau = {grid[0] if len(grid) else 'nothing'} mm: decay lengths must be positive and finite"
        raise ParameterError(msg)
    return grid


def table_of(sums: Accepted, experiment: Experiment, *, mode: str) -> AcceptanceTable:
    """Acceptance table of a whole sample.

    Parameters
    ----------
    sums : Accepted
        Over all of its parts.
    experiment : Experiment
        The card.
    mode : str
        As for `accept`.

    Returns
    -------
    AcceptanceTable
        As for `accept`.

    Raises
    ------
    EventFileError
        As for `accept`.
    """
    selections, e_min = sums.selections, experiment.e_min(mode)
    if not selections:
        msg = "no events: the source is empty"
        raise EventFileError(msg)
    if sums.events == 0:
        msg = (
            f"no events with an A' above {e_min:g} GeV, the least that {experiment.name} can see: "
            "generate with a higher beam energy or check the units of the file (GeV)"
        )
        raise EventFileError(msg)
    if sums.above <= 0:
        msg = (
            f"the weights of the {sums.events} A' above {e_min:g} GeV sum up to {sums.above:g}: shares of that mean "
            "nothing; take another weight of the file with --weight"
        )
        raise EventFileError(msg)
    shares = _shares(sums, mode)
    remarks = dict(sums.allowed)
    by_signature = [list(group) for _, group in groupby(selections, key=lambda selection: selection.signature.name)]
    for group in by_signature:
        if lost := lacking(group, shares, sums.present):
            remarks[f"{DECAYS_LACKING} {group[0].signature.name}"] = _lost(group, lost, sums, experiment, e_min)
    flows: tuple[CutFlow, ...] = tuple(combined(group, shares, sums.present) for group in by_signature)
    chosen = [group[0].signature for group in by_signature]
    return AcceptanceTable(
        experiment=experiment.name,
        mode=str(mode),
        masses=sums.masses,
        signatures=tuple(flow.signature for flow in flows),
        beyond=tuple(group[0].beyond for group in by_signature),
        decays=tuple(", ".join(decays_seen(signature) or ()) for signature in chosen),
        branching=tuple(seen_share(signature, shares) for signature in chosen),
        ctau_mm=selections[0].ctau_mm,
        acceptance=np.stack([flow.fraction[-1] for flow in flows], axis=1),
        error=np.stack([flow.error[-1] for flow in flows], axis=1),
        upper=np.stack([flow.upper for flow in flows], axis=1),
        events=sums.events,
        e_min=e_min,
        card=experiment.digest,
        produced=sums.total,
        share_above=sums.above / sums.weight if sums.weight else None,
        remarks=tuple(f"{name}: {what}" for name, what in remarks.items()),
        cut_flows=flows,
    )


def _shares(sums: Accepted, mode: str) -> Mapping[str, float]:
    """Branching fractions that the masses give; those of one final state where only it matters."""
    if sums.masses is not None:
        return SCENARIOS[mode].shares(sums.masses)
    seen = [decays_seen(selection.signature) or () for selection in sums.selections]
    if any(len(names) > 1 for names in seen):
        msg = (
            "signatures see several decays, whose shares follow from the masses, and the events do not say these: give "
            "m_A', R and f"
        )
        raise ParameterError(msg)
    return {name: 1.0 for names in seen for name in names}


def _lost(
    group: Sequence[Selection], lost: Mapping[str, float], sums: Accepted, experiment: Experiment, e_min: float
) -> str:
    """What a signature sees and the sample lacks, for the table; an error where it is much.

    Raises
    ------
    EventFileError
        Where it is more than `LOST_MAX` and not allowed.
    """
    share, names = sum(lost.values()), " or ".join(lost)
    if not any(selection.weight > 0 for selection in group) or (share > LOST_MAX and DECAYS_LACKING not in sums.allow):
        msg = (
            f"no weight in {names} decays among the {sums.events} A' above {e_min:g} GeV, and signature "
            f"{group[0].signature.name} of {experiment.name} looks at them: take events with such decays, or "
            "undecayed ones, which are decayed here"
        )
        if any(selection.weight > 0 for selection in group):
            msg += f"; --allow {DECAYS_LACKING} counts these {share:.1%} of what it sees as not seen"
        raise EventFileError(msg)
    return f"no {names} among the events, {share:.2g} of what {group[0].signature.name} sees, counted as not seen"
