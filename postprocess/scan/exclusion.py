"""Exclusions in the planes (m_A', epsilon), (m_A', alpha_D) and (m_chi1, f), from sampled mass points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from postprocess.companions import FERMILAB_2021
from postprocess.experiment import Experiment
from postprocess.limits import Contour, Edges, LimitModel, cls, cls_with_bands, excluded_edges
from postprocess.scan.samples import MassPoint
from postprocess.signal import Chi2Width, ExpectedSignal, exact_width, expected_yields, limit_model
from semivis_gen.arrays import FloatArray

__all__ = [
    "ALPHA_D_SCAN",
    "EPSILON_SCAN",
    "epsilon_scan",
    "exclude_alpha_d",
    "exclude_epsilon",
    "exclude_splitting",
    "in_bins",
    "signal",
    "with_exposure",
]

Line = Callable[[FloatArray], FloatArray]
EPSILON_SCAN = np.geomspace(1e-6, 0.5, 160)
LEAST_EVENTS = 0.01  # fewer exclude nothing: where the scan of epsilon may begin
ALPHA_D_SCAN = np.geomspace(1e-5, 4.0, 140)
SPLITTING_STEPS = 120


def signal(
    point: MassPoint,
    experiment: Experiment,
    model: LimitModel,
    *,
    alpha_d: ArrayLike,
    epsilon: ArrayLike,
    chi2_width: Chi2Width = exact_width,
) -> FloatArray:
    """Expected signal in the bins of a limit model.

    Parameters
    ----------
    point : MassPoint
        Acceptance and rate.
    experiment : Experiment
        The card.
    model : LimitModel
        Its `names` order the bins; a signature the point cannot have gets no signal.
    alpha_d, epsilon : array_like
        Couplings; they broadcast.
    chi2_width : Chi2Width
        See `postprocess.signal.chi2_width`.

    Returns
    -------
    ndarray (..., bins)
        Expected events.
    """
    found = expected_yields(
        point.table, experiment, point.rate, alpha_d=alpha_d, epsilon=epsilon, chi2_width=chi2_width
    )
    return in_bins(found, model)


def in_bins(found: ExpectedSignal, model: LimitModel) -> FloatArray:
    """Expected events in the order of a model's `names`, shape (..., bins); no events where a signature is missing."""
    columns = dict(zip(found.signatures, np.moveaxis(found.expected, -1, 0), strict=True))
    nothing = np.zeros(found.expected.shape[:-1])
    return np.stack([columns.get(name, nothing) for name in model.names], axis=-1)


def epsilon_scan(point: MassPoint, experiment: Experiment) -> FloatArray:
    """Values of epsilon that hold every exclusion of a point: from where too few A' are made for any, to 0.5.

    Parameters
    ----------
    point : MassPoint
        Its rate counts.
    experiment : Experiment
        Its exposure counts.

    Returns
    -------
    ndarray
        Ascending, in steps of 8 %; they begin at 1e-6, or below it where exposure x rate x epsilon^2 is still
        `LEAST_EVENTS`, all of which would have to be seen.
    """
    made = experiment.particles_on_target * point.rate.value
    step = float(np.log(EPSILON_SCAN[-1] / EPSILON_SCAN[0])) / (len(EPSILON_SCAN) - 1)
    excess = made * EPSILON_SCAN[0] ** 2 / LEAST_EVENTS
    below = int(np.ceil(0.5 * np.log(excess) / step)) if excess > 1 else 0
    return np.asarray(np.r_[EPSILON_SCAN[0] * np.exp(-step * np.arange(below, 0, -1)), EPSILON_SCAN])


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
    """Exclusion in (m_A', epsilon).

    Parameters
    ----------
    points : sequence of MassPoint
        One a mass.
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

    Returns
    -------
    Contour
        Observed and expected.
    """
    statistic = cls_with_bands if bands else cls
    chosen = model or limit_model(experiment, mode)
    scale = np.asarray(yield_scale, dtype=np.float64)

    def expected(point: MassPoint, epsilon: FloatArray) -> FloatArray:
        found = signal(point, experiment, chosen, alpha_d=alpha_d, epsilon=epsilon, chi2_width=chi2_width)
        return found * scale

    edges = [
        excluded_edges(
            lambda eps, p=point: statistic(chosen, expected(p, eps)),  # type: ignore[misc]
            epsilon_scan(point, experiment),
        )
        for point in points
    ]
    return Contour.build([p.masses.m_aprime for p in points], edges, x_name="m_aprime_GeV", y_name="epsilon")


def exclude_alpha_d(
    points: Sequence[MassPoint],
    experiment: Experiment,
    *,
    epsilon_line: Line = FERMILAB_2021.epsilon,
    mode: str = "semivisible",
) -> Contour:
    """Exclusion in (m_A', alpha_D) where epsilon follows a line, by default the central (g-2)_mu one.

    Parameters
    ----------
    points : sequence of MassPoint
        One a mass.
    experiment : Experiment
        The card.
    epsilon_line : callable
        epsilon as a function of m_A' [GeV].
    mode : str
        Which signatures count.

    Returns
    -------
    Contour
        Observed and expected.
    """
    model = limit_model(experiment, mode)
    edges = []
    for point in points:
        epsilon = float(epsilon_line(np.array([point.masses.m_aprime]))[0])
        edges.append(
            excluded_edges(
                lambda a, p=point, e=epsilon: cls_with_bands(  # type: ignore[misc]
                    model, signal(p, experiment, model, alpha_d=a, epsilon=e)
                ),
                ALPHA_D_SCAN,
            )
        )
    return Contour.build([p.masses.m_aprime for p in points], edges, x_name="m_aprime_GeV", y_name="alpha_d")


def exclude_splitting(
    points: Sequence[MassPoint],
    experiment: Experiment,
    *,
    alpha_d: float,
    epsilon_line: Line = FERMILAB_2021.epsilon,
    mode: str = "semivisible",
) -> Contour:
    """Exclusion in (m_chi1, f) where epsilon follows a line.

    Parameters
    ----------
    points : sequence of MassPoint
        Several splittings at each mass; the signal is interpolated between them in ln N against ln f.
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
    Contour
        Observed and expected.
    """
    model = limit_model(experiment, mode)
    groups: dict[float, list[MassPoint]] = {}
    for point in points:
        groups.setdefault(point.masses.m_aprime, []).append(point)
    x, edges = [], []
    for m_aprime, group in groups.items():
        if len(group) < 2:
            continue
        ordered = sorted(group, key=lambda p: p.masses.splitting)
        epsilon = float(epsilon_line(np.array([m_aprime]))[0])
        knots = np.log([p.masses.splitting for p in ordered])
        found = [signal(p, experiment, model, alpha_d=alpha_d, epsilon=epsilon) for p in ordered]
        edges.append(_edges_in_splitting(model, knots, np.log(np.maximum(found, 1e-30))))
        x.append(ordered[0].masses.m_chi1)
    return Contour.build(x, edges, x_name="m_chi1_GeV", y_name="splitting")


def _edges_in_splitting(model: LimitModel, knots: FloatArray, log_signal: FloatArray) -> Edges:
    from scipy.interpolate import PchipInterpolator

    curve = PchipInterpolator(knots, log_signal, axis=0)
    scan = np.exp(np.linspace(knots[0], knots[-1], SPLITTING_STEPS))
    return excluded_edges(lambda f: cls_with_bands(model, np.exp(curve(np.clip(np.log(f), knots[0], knots[-1])))), scan)


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
