"""How many A' a target makes by bremsstrahlung: cross-section for thin, A' per beam particle for thick targets."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from semivis_gen.numerics import Estimate, gauss
from semivis_gen.production.bremsstrahlung.cross_sections import (
    COARSE,
    ERROR_FLOOR,
    FINE,
    ROUGH,
    Method,
    Rule,
    integrate,
    material_cross_section,
)
from semivis_gen.production.bremsstrahlung.phase_space import Reaction, threshold_energy
from semivis_gen.target import Nucleus, ThickTarget, ThinTarget, Track

__all__ = ["LIGHT_SHARE", "bremsstrahlung_rate"]

ENERGIES = (14, 10, 7)  # quadrature nodes in the track length, to go with FINE, COARSE and ROUGH
LIGHT_SHARE = 0.1  # nuclei that carry less than this share of Z^2 need less precision


def bremsstrahlung_rate(
    m_aprime: float,
    target: ThinTarget | ThickTarget,
    *,
    e_min: float = 0.0,
    cross_section: Method = Method.ETL,
    shape: Method = Method.ETL,
    secondaries: bool = False,
) -> Estimate:
    """Rate of dark bremsstrahlung at epsilon = 1.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].
    target : ThinTarget or ThickTarget
        What the beam hits.
    e_min : float
        Smallest A' energy [GeV].
    cross_section, shape : Method
        How much there is, and how A' share the energy above `e_min`: exact tree level or an approximation.
    secondaries : bool
        Whether electrons and positrons of the shower radiate as well.

    Returns
    -------
    Estimate
        Thin: cross-section per atom [pb]. Thick: A' per beam particle,
        sum over nuclei of N_A X0 w/A int dE T(E) sigma(E). Zero where e_min exceeds the beam energy.

    Raises
    ------
    ParameterError, KinematicsError
        Where a value makes no sense or the reaction is closed at the beam energy.
    """
    if isinstance(target, ThinTarget):
        return material_cross_section(
            m_aprime,
            target.beam_energy,
            target.material,
            method=cross_section,
            e_min=e_min,
            lepton_mass=target.lepton.mass,
        )
    low = max(target.energy_cut, e_min)
    if low >= target.beam_energy:
        return Estimate(0.0, 0.0)
    track = target.track_length(secondaries=secondaries)
    nuclei = [nucleus for nucleus, _ in target.material.elements]
    m_l = target.lepton.mass
    Reaction(target.beam_energy, m_aprime, max(nucleus.mass for nucleus in nuclei), m_l)  # raises where all are closed
    z2 = {nucleus: nucleus.z**2 * share / nucleus.a for nucleus, share in target.material.elements}
    value = error = 0.0
    for nucleus in nuclei:
        lowest = max(low, float(threshold_energy(m_aprime, nucleus.mass, m_l)))
        rules = list(zip((FINE, COARSE, ROUGH), ENERGIES, strict=True))
        if z2[nucleus] < LIGHT_SHARE * sum(z2.values()):
            rules = rules[1:]
        fine, coarse = (
            _folded(m_aprime, m_l, track, nucleus, rule, n, lowest, e_min, cross_section, shape)
            for rule, n in rules[:2]
        )
        atoms = target.material.atoms_per_radiation_length(nucleus)
        value += fine * atoms
        error += max(abs(fine - coarse), ERROR_FLOOR * fine) * atoms  # the same rules for all nuclei: errors add
    return Estimate(value, error)


def _folded(
    m_aprime: float,
    lepton_mass: float,
    track: Track,
    nucleus: Nucleus,
    rule: Rule,
    n: int,
    lowest: float,
    e_min: float,
    norm: Method,
    shape: Method,
) -> float:
    """Integral of track length times cross-section above an energy [X0 pb]."""
    # most of the track lies at low, most of a heavy A' yield at high energies: panels of a factor two in energy
    top = float(track.energy[0])
    panels = max(math.ceil(math.log2(top / lowest) - 0.1), 1)
    edges = track.above(np.geomspace(top, lowest, panels + 1))
    edges[0] = 0.0
    # the cross-section is a smooth function of the track length above E, but for its fall at the lowest energy
    share, weight = gauss(n if panels == 1 else n // 2 + 2, clustered=True)
    total = 0.0
    for start, end in pairwise(edges):
        if start == end:  # below the energy at which the particle leaves the target
            continue
        for energy, w in zip(track.energy_at(start + (end - start) * share), weight, strict=True):
            if energy > lowest:
                reaction = Reaction(float(energy), m_aprime, nucleus.mass, lepton_mass)
                sigma = integrate(reaction, nucleus, rule, method=shape, e_min=e_min)
                if norm is not shape:
                    whole = integrate(reaction, nucleus, rule, method=norm)
                    sigma *= whole / (integrate(reaction, nucleus, rule, method=shape) if e_min else sigma)
                total += float(w * (end - start)) * sigma
    return total
