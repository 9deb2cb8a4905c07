"""Total and differential cross-sections of dark bremsstrahlung l N -> l N A': exact tree level, WW and IWW.

The exact integral is analytic in the azimuth and a Gauss-Legendre product in three variables in which the integrand
is smooth: the energy share of `energy_share`; 1/U, the square of the lepton propagator; ln t, the photon propagator
between t_min and the form factor. Its error is the difference to a coarser rule, but no less than the floor that
comparisons with finer ones give.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import M_ELECTRON
from semivis_gen.numerics import Estimate, gauss
from semivis_gen.production.bremsstrahlung.energy_share import energy_share
from semivis_gen.production.bremsstrahlung.phase_space import Kinematics, Reaction, threshold_energy
from semivis_gen.production.bremsstrahlung.weizsaecker import iww_density, ww_density
from semivis_gen.production.process import require_e_min
from semivis_gen.target import Material, Nucleus, g2

__all__ = [
    "COARSE",
    "ERROR_FLOOR",
    "FINE",
    "ROUGH",
    "Method",
    "Rule",
    "cross_section",
    "dsigma_dx",
    "integrate",
    "material_cross_section",
]

FormFactor = Callable[[FloatArray, Nucleus], FloatArray]


@dataclass(frozen=True, slots=True)
class Rule:
    """Numbers of quadrature nodes."""

    y: int
    """In y = 1 - E_A'/E."""
    u: int
    """In U = m_l^2 - (p - k)^2."""
    t: int
    """In the momentum transfer up to the end of the form factors."""
    tail: int
    """Beyond it."""


FINE: Final = Rule(28, 16, 60, 10)
COARSE: Final = Rule(20, 12, 40, 8)
ROUGH: Final = Rule(14, 8, 28, 6)
ERROR_FLOOR = 3e-4  # of the cross-section; the rule's own error scatters below that (test)
TAIL_GEV2 = 2.0  # form factors have ended here; the rule in t is split at this value


class Method(StrEnum):
    """How the cross-section is computed."""

    ETL = "etl"
    """Exact tree level."""
    WW = "ww"
    """Weizsaecker-Williams: t_min depends on x and theta."""
    IWW = "iww"
    """Improved Weizsaecker-Williams: t_min = (m^2 / 2E)^2; off by up to a factor 3, for comparison only."""


def cross_section(
    m_aprime: float,
    energy: float,
    nucleus: Nucleus,
    *,
    method: Method = Method.ETL,
    e_min: float = 0.0,
    form_factor: FormFactor = g2,
    lepton_mass: float = M_ELECTRON,
) -> Estimate:
    """Cross-section of l N -> l N A' at epsilon = 1.

    Parameters
    ----------
    m_aprime, energy : float
        Mass of A' and energy of the lepton [GeV].
    nucleus : Nucleus
        Target nucleus at rest.
    method : Method
        Exact tree level or an approximation.
    e_min : float
        Smallest A' energy [GeV].
    form_factor : callable
        G2(t, nucleus).
    lepton_mass : float
        Mass of the lepton [GeV].

    Returns
    -------
    Estimate
        Cross-section and numerical error [pb]; zero where e_min exceeds what is possible.

    Raises
    ------
    ParameterError, KinematicsError
        Where a value is not positive, the reaction is closed, or the approximation does not hold for the lepton.
    """
    require_e_min(e_min)
    reaction = Reaction(energy, m_aprime, nucleus.mass, lepton_mass)
    fine, coarse = (
        integrate(reaction, nucleus, rule, method=Method(method), e_min=e_min, form_factor=form_factor)
        for rule in (FINE, COARSE)
    )
    return Estimate(fine, max(abs(fine - coarse), ERROR_FLOOR * fine))


def integrate(
    reaction: Reaction,
    nucleus: Nucleus,
    rule: Rule,
    *,
    method: Method = Method.ETL,
    e_min: float = 0.0,
    form_factor: FormFactor = g2,
) -> float:
    """Cross-section at epsilon = 1 with one quadrature rule, without error.

    Parameters
    ----------
    reaction : Reaction
        One reaction.
    nucleus : Nucleus
        Target nucleus.
    rule : Rule
        Quadrature nodes.
    method, e_min, form_factor
        As for `cross_section`.

    Returns
    -------
    float
        [pb].
    """
    energy = float(reaction.energy)
    low, high = (float(edge) for edge in reaction.y_range())
    high = min(high, 1 - e_min / energy)
    if high <= low:
        return 0.0
    r, weight = gauss(rule.y, clustered=True)
    y, shifted, span = energy_share(reaction, r, low, high)
    return float((weight * shifted) @ _density(reaction, nucleus, y, method, form_factor, rule)) * float(span)


def dsigma_dx(
    m_aprime: float,
    energy: float,
    nucleus: Nucleus,
    x: ArrayLike,
    *,
    method: Method = Method.ETL,
    form_factor: FormFactor = g2,
    lepton_mass: float = M_ELECTRON,
) -> FloatArray:
    """Differential cross-section d sigma/dx, x = E_A'/E, at epsilon = 1.

    Parameters
    ----------
    m_aprime, energy : float
        Mass of A' and energy of the lepton [GeV].
    nucleus : Nucleus
        Target nucleus.
    x : array_like
        Energy fractions, shape (n,).
    method : Method
        Exact tree level or an approximation.
    form_factor : callable
        G2(t, nucleus).
    lepton_mass : float
        Mass of the lepton [GeV].

    Returns
    -------
    ndarray
        [pb], shape (n,), zero outside phase space.

    Raises
    ------
    ParameterError, KinematicsError
        Where a value is not positive, the reaction is closed, or the approximation does not hold for the lepton.
    """
    reaction = Reaction(energy, m_aprime, nucleus.mass, lepton_mass)
    low, high = reaction.y_range()
    y = 1 - np.atleast_1d(np.asarray(x, dtype=float))
    inside = (y > low) & (y < high)
    out = np.zeros(len(y))
    out[inside] = _density(reaction, nucleus, y[inside], Method(method), form_factor, FINE)
    return out


def material_cross_section(
    m_aprime: float,
    energy: float,
    material: Material,
    *,
    method: Method = Method.ETL,
    e_min: float = 0.0,
    lepton_mass: float = M_ELECTRON,
) -> Estimate:
    """Cross-section per atom of a material, averaged over its atoms, at epsilon = 1.

    Parameters
    ----------
    m_aprime, energy, method, e_min, lepton_mass
        As for `cross_section`.
    material : Material
        Composition; an element has one nucleus.

    Returns
    -------
    Estimate
        [pb].

    Raises
    ------
    ParameterError, KinematicsError
        As for `cross_section`.
    """
    heaviest = max(nucleus.mass for nucleus, _ in material.elements)
    Reaction(energy, m_aprime, heaviest, lepton_mass)  # raises where the reaction is closed on every nucleus
    parts = [
        cross_section(m_aprime, energy, nucleus, method=method, e_min=e_min, lepton_mass=lepton_mass) * share
        for nucleus, share in material.atom_fractions()
        if energy > threshold_energy(m_aprime, nucleus.mass, lepton_mass)
    ]
    # the rules are the same for all nuclei: errors add
    return Estimate(sum(part.value for part in parts), sum(part.error for part in parts))


def _density(
    reaction: Reaction, nucleus: Nucleus, y: FloatArray, method: Method, form_factor: FormFactor, rule: Rule
) -> FloatArray:
    if method is Method.ETL:
        return _exact_density(reaction, nucleus, y, form_factor, rule)
    energy = float(reaction.energy)
    if method is Method.IWW:
        return iww_density(energy, reaction.m, nucleus, y, form_factor, lepton_mass=reaction.lepton_mass)
    return ww_density(energy, reaction.m, nucleus, y, form_factor, nodes=2 * rule.u, lepton_mass=reaction.lepton_mass)


def _exact_density(
    reaction: Reaction, nucleus: Nucleus, y: FloatArray, form_factor: FormFactor, rule: Rule
) -> FloatArray:
    """Exact d sigma/dy [pb], integrated over U, t and phi; shape of y."""
    low, high = reaction.virtuality_range(y)
    z, weight = gauss(rule.u, clustered=True)
    share = 1 - low / high
    virtuality = low[:, None] / (1 - z * share[:, None])
    kin = reaction.kinematics(y[:, None], virtuality, low[:, None])
    edge = np.clip(TAIL_GEV2, np.minimum(10 * kin.t_min, kin.t_max), kin.t_max)
    inner = np.zeros(virtuality.shape)
    columns = Kinematics(*(getattr(kin, name)[..., None] for name in Kinematics.__slots__))
    for start, end, nodes in ((kin.t_min, edge, rule.t), (edge, kin.t_max, rule.tail)):
        inside = (end > start) & (start > 0)
        span = np.log(np.where(inside, end, 1.0) / np.where(inside, start, 1.0))
        c, weight_t = gauss(nodes)
        t = start[..., None] * np.exp(span[..., None] * c)
        with np.errstate(divide="ignore", invalid="ignore"):  # points outside phase space
            values = reaction.azimuth(columns, t).mean() * form_factor(t, nucleus) / t
        inner += np.where(inside, span * (values @ weight_t), 0.0)
    # dU = U^2 share/low dz; dt/t^2 = dln(t)/t; phi runs over 2 pi
    result = ((reaction.flux(kin) * inner * virtuality**2) @ weight) * share / low * (2 * math.pi)
    return np.asarray(result)
