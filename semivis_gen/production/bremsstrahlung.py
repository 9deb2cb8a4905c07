"""Total and differential cross-sections of dark bremsstrahlung: exact tree level, WW and IWW.

The exact integral runs over four variables in which the integrand is smooth (see `unit_cube`), by Gauss-Legendre
products; its error is the difference to a coarser rule.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from semivis_gen.constants import ALPHA, HBARC2_GEV2_PB, M_ELECTRON
from semivis_gen.errors import ParameterError
from semivis_gen.estimate import Estimate
from semivis_gen.formfactors import Nucleus, g2
from semivis_gen.production.materials import Material
from semivis_gen.production.phase_space import Kinematics, Reaction

__all__ = ["Method", "cross_section", "dsigma_dx", "material_cross_section", "soft_scale", "unit_cube"]

FloatArray = NDArray[np.float64]
Bound = float | FloatArray
FormFactor = Callable[[FloatArray, Nucleus], FloatArray]
FINE, COARSE = (32, 16, 56, 16), (24, 12, 40, 12)  # nodes in y, U, t, phi; errors are measured in the tests
ROUGH = (18, 10, 30, 9)
MIN_RELATIVE_ERROR = 2e-4  # never claim better: the rule's own error scatters below that


class Method(StrEnum):
    """How the cross-section is computed."""

    ETL = "etl"
    """Exact tree level."""
    WW = "ww"
    """Weizsaecker-Williams: t_min depends on x and theta."""
    IWW = "iww"
    """Improved Weizsaecker-Williams: t_min = (m^2 / 2E)^2; off by up to a factor 3, for comparison only."""


@lru_cache(maxsize=64)
def _rule(n: int) -> tuple[FloatArray, FloatArray]:
    x, w = np.polynomial.legendre.leggauss(n)
    return 0.5 * (x + 1), 0.5 * w


def soft_scale(reaction: Reaction) -> FloatArray:
    """Energy share y below which the electron mass ends the rise towards x -> 1: (m_e/m)^2 and the edge."""
    return np.asarray(np.minimum(1.0, (M_ELECTRON / reaction.m) ** 2 + M_ELECTRON / reaction.energy))


def unit_cube(
    reaction: Reaction, r: FloatArray, z: FloatArray, c: FloatArray, *, y_range: tuple[Bound, Bound]
) -> tuple[FloatArray, Kinematics, FloatArray, FloatArray]:
    """Map three numbers in (0, 1) to y, U and t such that the cross-section becomes smooth.

    y: uniform in ln(y + y0), the peak at x -> 1 that the electron mass ends. U: uniform in 1/U, the square of the
    electron propagator. t: uniform in ln t, the photon propagator between t_min and the form factor.

    Parameters
    ----------
    reaction : Reaction
        The reaction.
    r, z, c : ndarray
        Numbers in (0, 1) that broadcast.
    y_range : pair of float or ndarray
        Range of y = 1 - E_A'/E.

    Returns
    -------
    y, kinematics, t, jacobian : ndarray, Kinematics, ndarray, ndarray
        Point and d(y, U, t)/d(r, z, c).
    """
    y0 = soft_scale(reaction)
    low, high = (np.log(edge + y0) for edge in y_range)
    shifted = np.exp(low + (high - low) * r)
    y = np.clip(shifted - y0, *y_range)
    forward = reaction.forward_virtuality(y)
    end = np.maximum(reaction.virtuality_end(y), forward)
    # backward A' (theta = pi) can come before the energy of the recoil ends U
    e_k = reaction.energy * (1 - y)
    k = np.sqrt(np.maximum((e_k - reaction.m) * (e_k + reaction.m), 0.0))
    end = np.minimum(end, forward + 4 * reaction.p * k)
    share = 1 - forward / end
    virtuality = forward / (1 - z * share)
    kin = reaction.kinematics(y, virtuality, forward)
    log_span = np.log(np.maximum(kin.t_max / kin.t_min, 1.0))
    t = kin.t_min * np.exp(log_span * c)
    jacobian = shifted * (high - low) * virtuality**2 / forward * share * t * log_span
    return y, kin, t, jacobian


def _integrate(
    reaction: Reaction, nucleus: Nucleus, form_factor: FormFactor, nodes: tuple[int, ...], y_range: tuple[float, float]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Nodes in y, weights in y and d sigma/dy at them [pb]."""
    (r, wr), (z, wz), (c, wc) = (_rule(n) for n in nodes[:3])
    # end points of U and t carry square roots and steep falls: cubic maps press the nodes there
    z, wz = z * z * (3 - 2 * z), wz * 6 * z * (1 - z)
    y, kin, t, jacobian = unit_cube(reaction, r[:, None, None], z[None, :, None], c[None, None, :], y_range=y_range)
    cos_phi = np.cos(np.pi * (np.arange(nodes[3]) + 0.5) / nodes[3])
    spread = Kinematics(*(getattr(kin, name)[..., None] for name in Kinematics.__slots__))
    f = np.empty(t.shape)
    for i in range(nodes[0]):  # slices of y that stay in the processor's cache: three times faster
        part = Kinematics(*(getattr(spread, name)[i] for name in Kinematics.__slots__))
        f[i] = reaction.amplitude(part, t[i, ..., None], cos_phi).mean(axis=-1)
    density = reaction.differential(kin, f, t, form_factor(t, nucleus)) * 2 * math.pi
    inner = np.einsum("ijk,j,k->i", density * jacobian, wz, wc)
    y = y[:, 0, 0]
    y0 = float(soft_scale(reaction))
    measure = (y + y0) * math.log((y_range[1] + y0) / (y_range[0] + y0))
    return y, wr * measure, inner / measure


def cross_section(
    m_aprime: float,
    energy: float,
    nucleus: Nucleus,
    *,
    method: Method = Method.ETL,
    e_min: float = 0.0,
    form_factor: FormFactor = g2,
    rules: tuple[tuple[int, ...], tuple[int, ...]] = (FINE, COARSE),
) -> Estimate:
    """Cross-section of e- N -> e- N A' at epsilon = 1.

    Parameters
    ----------
    m_aprime, energy : float
        Mass of A' and energy of the electron [GeV].
    nucleus : Nucleus
        Target nucleus at rest.
    method : Method
        Exact tree level or an approximation.
    e_min : float
        Smallest A' energy [GeV].
    form_factor : callable
        G2(t, nucleus).
    rules : pair of tuple
        Quadrature nodes of the result and of the coarser rule that gives its error.

    Returns
    -------
    Estimate
        Cross-section and numerical error [pb]; zero where e_min exceeds what is possible.

    Raises
    ------
    ParameterError, KinematicsError
        Where a value is not positive or the reaction is closed.
    """
    if not (math.isfinite(e_min) and e_min >= 0):
        msg = f"e_min = {e_min} GeV must be zero or positive"
        raise ParameterError(msg)
    reaction = Reaction(energy, m_aprime, nucleus.mass)
    low, high = reaction.y_range()
    high = min(high, 1 - e_min / energy)
    if high <= low:
        return Estimate(0.0, 0.0)
    if method is not Method.ETL:
        values = [_weizsaecker_williams(reaction, nucleus, method, (low, high), n, form_factor) for n in (64, 48)]
    else:
        values = []
        for nodes in rules:
            _, weight, density = _integrate(reaction, nucleus, form_factor, nodes, (low, high))
            values.append(float(weight @ density))
    return Estimate(values[0], max(abs(values[0] - values[1]), MIN_RELATIVE_ERROR * values[0]))


def dsigma_dx(
    m_aprime: float, energy: float, nucleus: Nucleus, x: FloatArray, *, form_factor: FormFactor = g2
) -> FloatArray:
    """Exact d sigma/dx, x = E_A'/E, at epsilon = 1.

    Parameters
    ----------
    m_aprime, energy : float
        Mass of A' and energy of the electron [GeV].
    nucleus : Nucleus
        Target nucleus.
    x : ndarray
        Energy fractions.
    form_factor : callable
        G2(t, nucleus).

    Returns
    -------
    ndarray
        [pb], zero outside phase space.
    """
    reaction = Reaction(energy, m_aprime, nucleus.mass)
    low, high = reaction.y_range()
    out = np.zeros(len(x))
    for index, value in enumerate(np.asarray(x, dtype=float)):
        y = 1 - value
        if low < y < high:
            # a sliver around y: the density varies smoothly, so one node suffices
            width = min(1e-6 * y, y - low, high - y)
            _, _, density = _integrate(reaction, nucleus, form_factor, (1, *FINE[1:]), (y - width, y + width))
            out[index] = density[0]
    return out


def material_cross_section(
    m_aprime: float, energy: float, material: Material, *, method: Method = Method.ETL, e_min: float = 0.0
) -> Estimate:
    """Cross-section per atom of a material, averaged over its atoms, at epsilon = 1.

    Parameters
    ----------
    m_aprime, energy, method, e_min
        As for `cross_section`.
    material : Material
        Composition; an element has one nucleus.

    Returns
    -------
    Estimate
        [pb].
    """
    total = Estimate(0.0, 0.0)
    for nucleus, share in material.atom_fractions():
        total = total + cross_section(m_aprime, energy, nucleus, method=method, e_min=e_min) * share
    return total


def _weizsaecker_williams(
    reaction: Reaction, nucleus: Nucleus, method: Method, y_range: tuple[float, float], n: int, form_factor: FormFactor
) -> float:
    """WW and IWW of Bjorken et al., Phys. Rev. D 80 (2009) 075018, eqs. A10-A14.

    d sigma/(dx dU') = 2 ... with U' = E^2 x theta^2 + m^2 (1 - x)/x + m_e^2 x; integrated over U' with constant
    chi this is 4 alpha^3 beta chi (1 - x + x^2/3) / [m^2 (1 - x)/x + m_e^2 x] for m_e << m.
    """
    e, m = float(reaction.energy), reaction.m
    beta = math.sqrt(1 - (m / e) ** 2)
    r, wr = _rule(n)
    y0 = float(soft_scale(reaction))
    low, high = (math.log(edge + y0) for edge in y_range)
    shifted = np.exp(low + (high - low) * r)
    y = shifted - y0
    x = 1 - y
    measure = wr * shifted * (high - low)
    u0 = m * m * y / x + M_ELECTRON**2 * x
    if method is Method.IWW:
        chi = _chi(np.array([(m * m / (2 * e)) ** 2]), m * m, nucleus, form_factor)[0]
        density = 4 * ALPHA**3 * beta * chi * (1 - x + x * x / 3) / u0
        return float(measure @ density) * HBARC2_GEV2_PB
    z, wz = _rule(n)
    u = u0[:, None] / (1 - z)  # uniform in 1/U
    chi = _chi((u / (2 * e * y[:, None])) ** 2, m * m, nucleus, form_factor)
    shape = (1 - x + x * x / 2)[:, None] / u**2 + (y * m * m)[:, None] ** 2 / u**4 - (y * x * m * m)[:, None] / u**3
    # dU = E^2 x dtheta^2; Jacobian of U(z) is U^2/u0
    density = 4 * ALPHA**3 * beta * np.einsum("ij,ij,j->i", shape * u**2 / u0[:, None], chi, wz)
    return float(measure @ density) * HBARC2_GEV2_PB


def _chi(t_min: FloatArray, t_max: float, nucleus: Nucleus, form_factor: FormFactor) -> FloatArray:
    """Photon flux chi = int_tmin^tmax dt (t - t_min)/t^2 G2(t), shape of `t_min`."""
    c, wc = _rule(48)
    span = np.log(np.maximum(t_max / t_min, 1.0))
    t = t_min[..., None] * np.exp(span[..., None] * c)
    return np.asarray(span * (((1 - t_min[..., None] / t) * form_factor(t, nucleus)) @ wc))
