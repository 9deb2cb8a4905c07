"""Cross-section with an error: the product rule of semivis against vegas on the same integrand, to the same error."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.measure import Result, Unavailable, compare, interleave
from benchmarks.point import BEAM_ENERGY, M_APRIME, lead
from benchmarks.settings import Settings
from semivis_gen.arrays import FloatArray
from semivis_gen.numerics import Estimate
from semivis_gen.production import Reaction, cross_section, screening_gev2, unit_cube
from semivis_gen.target import Nucleus, g2

__all__ = ["integrand", "run"]

WARM_UP = {"nitn": 5, "neval": 10_000}  # iterations in which the grid adapts; their results are not used
SIZES = (10_000, 30_000, 100_000)  # points an iteration: the best for vegas is compared with
MOST_ITERATIONS = 200


def run(settings: Settings) -> list[Result]:
    """Measure at two masses."""
    try:
        vegas = importlib.import_module("vegas")
    except ImportError:
        msg = "the package vegas is not installed (pip install vegas, not a dependency of semivis)"
        raise Unavailable(msg) from None
    return [_compare(vegas, m, settings) for m in ((M_APRIME,) if settings.quick else (0.01, M_APRIME))]


def _compare(vegas: Any, m_aprime: float, settings: Settings) -> Result:
    nucleus = lead().material.elements[0][0]
    own = cross_section(m_aprime, BEAM_ENERGY, nucleus)
    wanted = own.relative_error
    found: dict[int, list[Estimate]] = {size: [] for size in SIZES}

    def integrate(size: int) -> Callable[[], None]:
        return lambda: found[size].append(_vegas(vegas, m_aprime, nucleus, size, wanted))

    actions: dict[str, Callable[[], object]] = {str(size): integrate(size) for size in SIZES}
    actions["own"] = lambda: cross_section(m_aprime, BEAM_ENERGY, nucleus)
    times = interleave(actions, repeats=settings.rounds(5, 1))
    best = min(SIZES, key=lambda size: float(np.median([t.wall for t in times[str(size)]])))
    last = found[best][-1]
    pull = (own.value - last.value) / math.hypot(own.error, last.error)
    return compare(
        f"integral at {m_aprime:g} GeV to {wanted:.1g}",
        times["own"],
        work=1,
        unit="integrals/s",
        peer=f"vegas, {best} points an iteration",
        peer_times=times[str(best)],
        note=f"[pb] semivis {own.value:.6g} +- {own.error:.2g}, vegas {last.value:.6g} +- {last.error:.2g}: "
        f"{pull:+.1f} standard deviations apart; vegas is given semivis's own variables, which map the peaks away",
    )


def integrand(m_aprime: float, nucleus: Nucleus) -> Callable[[FloatArray], FloatArray]:
    """Cross-section per unit of the cube [pb], for points of shape (n, 3)."""
    reaction = Reaction(BEAM_ENERGY, m_aprime, nucleus.mass)
    y_range = tuple(np.asarray(edge) for edge in reaction.y_range())
    screening = screening_gev2(nucleus)

    def value(points: FloatArray) -> FloatArray:
        r, v, c = np.asarray(points).T
        kin, t, jacobian = unit_cube(reaction, (r, v, c), y_range=(y_range[0], y_range[1]), screening=screening)
        with np.errstate(divide="ignore", invalid="ignore"):  # points outside phase space
            density = reaction.flux(kin) * reaction.azimuth(kin, t).mean() * g2(t, nucleus) / (t * t) * jacobian
        return np.where(jacobian > 0, 2 * math.pi * density, 0.0)

    return value


def _vegas(vegas: Any, m_aprime: float, nucleus: Nucleus, size: int, wanted: float) -> Estimate:
    """Adapt, then add iterations until the relative error is reached."""
    function = vegas.lbatchintegrand(integrand(m_aprime, nucleus))
    integrator = vegas.Integrator(3 * [[0.0, 1.0]])
    integrator(function, **WARM_UP)
    weights, total = 0.0, 0.0
    for _ in range(MOST_ITERATIONS):
        found = integrator(function, nitn=1, neval=size)
        weight = 1 / found.sdev**2
        weights, total = weights + weight, total + weight * found.mean
        if math.sqrt(1 / weights) <= wanted * total / weights:
            break
    return Estimate(total / weights, math.sqrt(1 / weights))
