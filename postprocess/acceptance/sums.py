"""Acceptance tables: one event sample gives the acceptance of every signature for every c tau.

The couplings never enter: they only set c tau of the flying particle and the production rate. Each event is
forced to decay inside a signature's region and weighted with the probability of that decay; the detector's
response is evaluated once an event. Acceptance is the selected share of the sample's weight, the sample
being all A' produced with an energy above `e_min`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from postprocess.acceptance.beam import in_beam
from postprocess.acceptance.consistency import Consistency, require_known
from postprocess.acceptance.scenarios.protocol import SCENARIOS
from postprocess.acceptance.selection import Selection
from postprocess.acceptance.table import AcceptanceTable
from postprocess.experiment import Experiment
from semivis_gen.arrays import FloatArray
from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.events import Events
from semivis_gen.model import DarkMasses

__all__ = ["Accepted", "accept", "ctau_grid", "sum_up", "table_of"]

BLOCK = 10_000  # events at once: bounds the memory of (events, c tau) arrays
GRID_POINTS = 100
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
    reference = min(begins) * SCENARIOS[mode].flyer_mass(masses) / experiment.beam_energy
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
    allowed: dict[str, str] = field(default_factory=dict)
    """Differences between events and card that were allowed, by name."""
    selections: list[Selection] = field(default_factory=list)
    """One a signature; none where nothing came."""

    def merge(self, other: Accepted) -> None:
        """Add the sums of another part of the sample."""
        self.masses = self.masses or other.masses
        self.events += other.events
        self.total += other.total
        self.weight += other.weight
        self.above += other.above
        self.allowed |= other.allowed
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
) -> Accepted:
    """Sums over a part of a sample, for `table_of`.

    Parameters
    ----------
    events, experiment, ctau_mm, masses, mode, allow
        As for `accept`.
    seed : sequence of int
        The seed, followed by the number of the part.

    Returns
    -------
    Accepted
        The sums.
    """
    chosen, scenario = experiment.signatures_of(mode), SCENARIOS[mode]
    e_min = experiment.e_min(mode)
    sums = Accepted(masses)
    require_known(allow)
    consistency = Consistency(experiment, mode, frozenset(allow), sums.allowed)
    rngs = [np.random.default_rng([seed[0], index, *seed[1:]]) for index in range(len(chosen) + 1)]
    for chunk in events:
        consistency.check(chunk)
        if chunk.info.weight:
            sums.allowed.setdefault("weight", f"that called {chunk.info.weight!r} in the file")
        _check_threshold(chunk, experiment, e_min)
        if sums.masses is None:
            sums.masses = chunk.info.masses
        if not sums.selections:
            grid = _grid(ctau_mm, experiment, sums.masses, mode)
            sums.selections = [Selection(experiment, s, scenario, grid) for s in chosen]
        sample = scenario.candidates(chunk, sums.masses, rngs[0])
        sums.total += len(sample)
        sums.weight += float(sample.weight.sum())
        sample = in_beam(sample.select(sample.e_aprime > e_min), experiment.beam, rngs[0])
        sums.above += float(sample.weight.sum())
        sums.events += len(sample)
        for start in range(0, len(sample), BLOCK):
            block = sample.select(slice(start, start + BLOCK))
            for selection, rng in zip(sums.selections, rngs[1:], strict=True):
                selection.add(block, rng)
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
    for selection in selections:
        if selection.weight <= 0:
            msg = (
                f"no weight in e+ e- decays among the {sums.events} A' above {e_min:g} GeV, and signature "
                f"{selection.signature.name} of {experiment.name} looks at them: take events with such decays, or "
                "undecayed ones, which are decayed here"
            )
            raise EventFileError(msg)
    flows = tuple(selection.cut_flow() for selection in selections)
    return AcceptanceTable(
        experiment=experiment.name,
        mode=str(mode),
        masses=sums.masses,
        signatures=tuple(flow.signature for flow in flows),
        beyond=tuple(selection.beyond for selection in selections),
        ctau_mm=selections[0].ctau_mm,
        acceptance=np.stack([flow.fraction[-1] for flow in flows], axis=1),
        error=np.stack([flow.error[-1] for flow in flows], axis=1),
        events=sums.events,
        e_min=e_min,
        card=experiment.digest,
        produced=sums.total,
        share_above=sums.above / sums.weight if sums.weight else None,
        remarks=tuple(f"{name}: {what}" for name, what in sums.allowed.items()),
        cut_flows=flows,
    )
