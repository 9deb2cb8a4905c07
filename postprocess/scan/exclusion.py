"""Exclusions in the planes (m_A', epsilon), (m_A', alpha_D) and (m_chi1, f), from sampled mass points.

Every edge has the error of its sample: the signal is shifted at each coupling by its own error, down and up, and half
the distance of the two edges that come out is the error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from postprocess.companions import FERMILAB_2021
from postprocess.experiment import Experiment
from postprocess.limits import Contour, Edges, LimitModel, cls, cls_with_bands, excluded_edges
from postprocess.scan.ranges import alpha_d_scan, epsilon_scan
from postprocess.scan.samples import MassPoint
from postprocess.scan.signals import Signal, signal_with_error
from postprocess.signal import Chi2Width, exact_width, limit_model
from semivis_gen.arrays import FloatArray

__all__ = [
    "by_mass",
    "edges_in_alpha_d",
    "edges_in_epsilon",
    "edges_in_splitting",
    "exclude_epsilon",
    "exclude_splitting",
    "with_exposure",
]

Line = Callable[[FloatArray], FloatArray]
SPLITTING_STEPS = 120
TINY = 1e-30  # events


def edges_in_epsilon(
    point: MassPoint,
    experiment: Experiment,
    *,
    alpha_d: float,
    mode: str = "semivisible",
    model: LimitModel | None = None,
    chi2_width: Chi2Width = exact_width,
    yield_scale: ArrayLike = 1.0,
    bands: bool = True,
    smallest: float | None = None,
    largest: float | None = None,
) -> Edges:
    """Excluded epsilon at a mass.

    Parameters
    ----------
    point : MassPoint
        The mass.
    experiment : Experiment
        The card.
    alpha_d : float
        Dark coupling.
    mode : str
        Which signatures count.
    model : LimitModel, optional
        Counts and uncertainties; those of the card where absent.
    chi2_width : Chi2Width
        See `postprocess.signal.chi2_width`.
    yield_scale : array_like
        Factor on the signal, or one for each bin of the model.
    bands : bool
        With the expected exclusion, or the observed alone, which is four times faster.
    smallest, largest : float, optional
        Ends of the scan, see `ranges.epsilon_scan`.

    Returns
    -------
    Edges
        Observed and expected.
    """
    chosen = model or limit_model(experiment, mode)

    def found(epsilon: FloatArray) -> Signal:
        made = signal_with_error(point, experiment, chosen, alpha_d=alpha_d, epsilon=epsilon, chi2_width=chi2_width)
        return made * yield_scale

    scan = epsilon_scan(point, experiment, smallest=smallest, largest=largest)
    return _edges(chosen, found, scan, bands=bands)


def edges_in_alpha_d(
    point: MassPoint, experiment: Experiment, *, epsilon_line: Line = FERMILAB_2021.epsilon, mode: str = "semivisible"
) -> Edges:
    """Excluded alpha_D at a mass where epsilon follows a line, by default the central (g-2)_mu one.

    Parameters
    ----------
    point : MassPoint
        The mass.
    experiment : Experiment
        The card.
    epsilon_line : callable
        epsilon as a function of m_A' [GeV].
    mode : str
        Which signatures count.

    Returns
    -------
    Edges
        Observed and expected.
    """
    model = limit_model(experiment, mode)
    epsilon = float(epsilon_line(np.array([point.masses.m_aprime]))[0])

    def found(alpha_d: FloatArray) -> Signal:
        return signal_with_error(point, experiment, model, alpha_d=alpha_d, epsilon=epsilon)

    return _edges(model, found, alpha_d_scan(lambda a: found(a).expected.sum(axis=-1)))


def edges_in_splitting(
    group: Sequence[MassPoint],
    experiment: Experiment,
    *,
    alpha_d: float,
    epsilon_line: Line = FERMILAB_2021.epsilon,
    mode: str = "semivisible",
) -> Edges:
    """Excluded f at a mass where epsilon follows a line.

    Parameters
    ----------
    group : sequence of MassPoint
        Two or more splittings at one mass; the signal is interpolated between them in ln N against ln f.
    experiment : Experiment
        The card.
    alpha_d : float
        Dark coupling.
    epsilon_line : callable
        epsilon as a function of m_A' [GeV].
    mode : str
        Which signatures count.

    Returns
    -------
    Edges
        Observed and expected.
    """
    from scipy.interpolate import PchipInterpolator

    model = limit_model(experiment, mode)
    ordered = sorted(group, key=lambda p: p.masses.splitting)
    epsilon = float(epsilon_line(np.array([ordered[0].masses.m_aprime]))[0])
    knots = np.log([p.masses.splitting for p in ordered])
    made = [signal_with_error(p, experiment, model, alpha_d=alpha_d, epsilon=epsilon) for p in ordered]
    expected, error = np.array([m.expected for m in made]), np.array([m.error for m in made])
    curve = PchipInterpolator(knots, np.log(np.maximum(expected, TINY)), axis=0)
    relative = np.divide(error, expected, out=np.zeros_like(error), where=expected > TINY)

    def found(splitting: FloatArray) -> Signal:
        x = np.clip(np.log(splitting), knots[0], knots[-1])
        events = np.exp(curve(x))
        return Signal(events, events * np.stack([np.interp(x, knots, column) for column in relative.T], axis=-1))

    return _edges(model, found, np.exp(np.linspace(knots[0], knots[-1], SPLITTING_STEPS)))


def _edges(model: LimitModel, found: Callable[[FloatArray], Signal], scan: FloatArray, *, bands: bool = True) -> Edges:
    statistic = cls_with_bands if bands else cls
    return excluded_edges(
        lambda y: statistic(model, found(y).expected),
        scan,
        shifted=lambda y: cls(model, np.stack(found(y).shifted())),
    )


def exclude_epsilon(
    points: Sequence[MassPoint],
    experiment: Experiment,
    *,
    alpha_d: float,
    mode: str = "semivisible",
    model: LimitModel | None = None,
    chi2_width: Chi2Width = exact_width,
    yield_scale: ArrayLike = 1.0,
    bands: bool = True,
) -> Contour:
    """Exclusion in (m_A', epsilon) of points at one mass each; parameters as for `edges_in_epsilon`."""
    edges = [
        edges_in_epsilon(
            point, experiment, alpha_d=alpha_d, mode=mode, model=model, chi2_width=chi2_width,
            yield_scale=yield_scale, bands=bands,
        )
        for point in points
    ]  # fmt: skip
    return Contour.build([p.masses.m_aprime for p in points], edges, x_name="m_aprime_GeV", y_name="epsilon")


def exclude_splitting(
    points: Sequence[MassPoint], experiment: Experiment, *, alpha_d: float, mode: str = "semivisible"
) -> Contour:
    """Exclusion in (m_chi1, f) of points at several splittings a mass; parameters as for `edges_in_splitting`."""
    groups = [group for group in by_mass(points).values() if len(group) > 1]
    edges = [edges_in_splitting(group, experiment, alpha_d=alpha_d, mode=mode) for group in groups]
    return Contour.build([g[0].masses.m_chi1 for g in groups], edges, x_name="m_chi1_GeV", y_name="splitting")


def by_mass(points: Iterable[MassPoint]) -> dict[float, list[MassPoint]]:
    """Group points by m_A', in the order in which these first occur."""
    groups: dict[float, list[MassPoint]] = {}
    for point in points:
        groups.setdefault(point.masses.m_aprime, []).append(point)
    return groups


def with_exposure(points: Sequence[MassPoint], factor: float) -> list[MassPoint]:
    """Points with the rate scaled: another number of electrons on target, everything else equal.

    Parameters
    ----------
    points : sequence of MassPoint
        The points.
    factor : float
        New exposure over that of the card.

    Returns
    -------
    list of MassPoint
        Scaled copies.
    """
    return [replace(p, rate=p.rate * factor) for p in points]
