"""Event files of any generator as samples of a scan: which mass each is of, and what its events stand for.

A file says its masses in its header or its record, its cross-section there too (XSECUP of LHE, the last
GenCrossSection of HepMC), or the user gives it. At which epsilon that is, files of semivis and SLHA cards say; for
others the user does: nothing is assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from postprocess.acceptance import Aprimes, find_aprimes
from postprocess.experiment import Experiment
from postprocess.scan.rates import SAME_MASS, GivenRates
from semivis_gen.errors import EventFileError, ParameterError
from semivis_gen.events import Events, IdMap, RunInfo
from semivis_gen.io import STDIN, read_events
from semivis_gen.model import DarkMasses, MassShape
from semivis_gen.numerics import Estimate

__all__ = ["OwnSample", "own_samples", "rate_unit"]

BEGINNING = 1000  # events that tell the masses
LINE_SHAPE = 0.05  # relative: the median of A' masses with a width may be off by so much
RATE_DEVIATIONS = 5.0  # of rates of the parts of one sample


@dataclass(frozen=True, slots=True)
class OwnSample:
    """Files of one mass."""

    masses: DarkMasses
    """Masses."""
    files: tuple[str, ...]
    """Parts of one sample."""
    rate: Estimate
    """Events per beam particle, or their cross-section [pb], at epsilon = 1."""
    origin: str
    """Where the rate is from, for the header of a result."""


def rate_unit(experiment: Experiment, mode: str) -> str:
    """What rates of a card count: `A' per electron` and the like, or `pb` where its exposure is a luminosity."""
    return "pb" if experiment.target is None else experiment.source(mode).per


def own_samples(
    files: Sequence[str],
    experiment: Experiment,
    *,
    mode: str = "semivisible",
    shape: MassShape | None = None,
    ids: IdMap,
    weight: str | None = None,
    rates: GivenRates,
    epsilon: float | None = None,
) -> list[OwnSample]:
    """Find out what files hold, from their beginnings alone.

    Parameters
    ----------
    files : sequence of str
        Event files, one or more a mass.
    experiment : Experiment
        The card: its beam sets the unit of rates.
    mode : str
        Name of the scenario.
    shape : MassShape, optional
        R and f, where the user says them; else those of the headers, or the usual ones.
    ids : IdMap
        Ids in the files.
    weight : str, optional
        Name of the weight that counts.
    rates : GivenRates
        Rates that the user gives; those of the files elsewhere.
    epsilon : float, optional
        At which the files' cross-sections are, where they do not say it.

    Returns
    -------
    list of OwnSample
        In ascending m_A', all of one R and f.

    Raises
    ------
    EventFileError, ParameterError
        Where a file has no mass or rate, one in another unit or at an unknown epsilon, or files of one mass differ.
    """
    if epsilon is not None and not 0 < epsilon <= 1:
        msg = f"--events-epsilon {epsilon:g}: the mixing of the files' cross-sections lies above 0 and is at most 1"
        raise ParameterError(msg)
    groups: dict[DarkMasses, list[tuple[str, RunInfo]]] = {}
    for name in files:
        if name == STDIN:
            msg = "standard input is read once and cannot be compared with other masses: give names of files"
            raise EventFileError(msg)
        first = next(iter(read_events(name, ids=ids, chunk=BEGINNING, weight=weight)))
        masses = _masses(name, first, shape)
        known = next((m for m in groups if abs(m.m_aprime / masses.m_aprime - 1) < SAME_MASS), masses)
        if (other := next(iter(groups), masses)).shape != masses.shape:
            msg = f"{name}: {masses.shape}, where {groups[other][0][0]} has {other.shape}: a limit is of one R and f"
            raise EventFileError(msg)
        groups.setdefault(known, []).append((name, first.info))
    rates.require_used(m.m_aprime for m in groups)
    if epsilon is not None and all(rates.at(m.m_aprime) for m in groups):
        msg = "--events-epsilon says nothing where every mass has its --rate, which is at epsilon = 1: leave it out"
        raise ParameterError(msg)
    unit = rate_unit(experiment, mode)
    made = []
    for masses in sorted(groups, key=lambda m: m.m_aprime):
        group, given = groups[masses], rates.at(masses.m_aprime)
        rate, origin = (given, "--rate") if given else _rate_of(group, masses, unit, experiment.name, epsilon)
        made.append(OwnSample(masses, tuple(name for name, _ in group), rate, origin))
    return made


def _masses(name: str, first: Events, shape: MassShape | None) -> DarkMasses:
    """Masses of a file: its header's, or those of the record."""
    told = first.info.masses
    if told is not None:
        return told if shape is None else shape.at(told.m_aprime)
    found, wanted = find_aprimes(first), shape or MassShape()
    mass = _median_mass(first, found)
    if (found.chi2 < 0).all():
        return wanted.at(mass)
    # decayed A' have a line shape, chi2 has none
    chi2 = float(np.median(first.mass[found.chi2[found.chi2 >= 0]]))
    masses = wanted.at(chi2 * wanted.ratio / (1 + wanted.splitting))
    if abs(masses.m_aprime / mass - 1) > LINE_SHAPE:
        msg = (
            f"{name}: A' of {mass:.4g} GeV and chi2 of {chi2:.4g} GeV are not those of {wanted}: "
            "give --ratio and --splitting of the events"
        )
        raise EventFileError(msg)
    return masses


def _median_mass(events: Events, found: Aprimes) -> float:
    squares = found.energy**2 - np.einsum("ij,ij->i", found.momentum, found.momentum)
    mass = np.sqrt(np.maximum(squares, 0.0))
    recorded = found.row >= 0
    mass[recorded] = events.mass[found.row[recorded]]
    return float(np.median(mass))


def _rate_of(
    group: Sequence[tuple[str, RunInfo]], masses: DarkMasses, unit: str, card: str, epsilon: float | None
) -> tuple[Estimate, str]:
    """Rate of the files of one mass at epsilon = 1, which must agree: they are parts of one sample."""
    found = [_own_rate(name, info, masses, unit, card, epsilon) for name, info in group]
    for (name, _), rate in zip(group[1:], found[1:], strict=True):
        if abs(rate.value / found[0].value - 1) > SAME_MASS and abs(rate.pull(found[0])) > RATE_DEVIATIONS:
            msg = (
                f"{name}: {rate.value:.4g} {unit} where {group[0][0]} has {found[0].value:.4g}: files of one mass are "
                f"parts of one sample; give the rate of all with --rate {masses.m_aprime:g}=VALUE, or limits apart"
            )
            raise EventFileError(msg)
    mean, error = (sum(values) / len(found) for values in zip(*((r.value, r.error) for r in found), strict=True))
    at = {epsilon or info.rate_epsilon for _, info in group}
    return Estimate(mean, error), f"the files, at epsilon = {', '.join(f'{e:g}' for e in sorted(at))}"


def _own_rate(name: str, info: RunInfo, masses: DarkMasses, unit: str, card: str, epsilon: float | None) -> Estimate:
    """Rate that a file tells, at epsilon = 1."""
    way_out = f"--rate {masses.m_aprime:g}=VALUE ({unit} at epsilon = 1)"
    if not info.rate > 0:
        msg = f"{name}: tells no cross-section (XSECUP of LHE, GenCrossSection of HepMC): give {way_out}"
        raise EventFileError(msg)
    if info.rate_unit != unit:
        hint = "multiply the cross-section by the atoms along the track (docs/your_events.md)" if unit != "pb" else ""
        msg = (
            f"{name}: its rate, {info.rate:.4g}, is in {info.rate_unit}, but {card} counts {unit}: "
            f"{f'{hint} and ' if hint else ''}give {way_out}"
        )
        raise EventFileError(msg)
    untold = "rate_epsilon" in info.extra  # only files that do not say it have a remark
    if untold and epsilon is None:
        msg = f"{name}: does not say at which epsilon its cross-section is: give --events-epsilon, or {way_out}"
        raise EventFileError(msg)
    if not untold and epsilon is not None and abs(epsilon / info.rate_epsilon - 1) > SAME_MASS:
        msg = f"{name}: its rate is at epsilon = {info.rate_epsilon:g}, not {epsilon:g}: leave --events-epsilon out"
        raise EventFileError(msg)
    at = epsilon if epsilon is not None and untold else info.rate_epsilon
    return Estimate(info.rate, info.rate_error) * (1 / at**2)
