"""How many A' a target makes: cross-section for thin, A' per beam electron for thick targets."""

from __future__ import annotations

import math

import numpy as np

from semivis_gen.constants import AVOGADRO, PB_TO_CM2
from semivis_gen.errors import KinematicsError
from semivis_gen.estimate import Estimate
from semivis_gen.formfactors import Nucleus
from semivis_gen.production.bremsstrahlung import COARSE, FINE, ROUGH, Method, cross_section, material_cross_section
from semivis_gen.production.materials import Material
from semivis_gen.production.target import ThickTarget, ThinTarget

__all__ = ["atoms_per_radiation_length", "production_rate"]

ENERGY_NODES, ENERGY_NODES_LIGHT = 10, 4
ENERGY_RULE_ERROR = 6e-4  # measured against 24 energies: 4.5e-4
LIGHT_SHARE = 0.1  # nuclei that carry less than this share of Z^2 need less precision


def atoms_per_radiation_length(material: Material, nucleus: Nucleus) -> float:
    """Atoms of one kind per area in a radiation length, in 1/pb.

    Parameters
    ----------
    material : Material
        The material.
    nucleus : Nucleus
        One of its nuclei.

    Returns
    -------
    float
        N_A X0 w / A [1/pb].
    """
    share = dict(material.elements)[nucleus]
    return AVOGADRO * material.radiation_length_g_cm2 * share / nucleus.a * PB_TO_CM2


def production_rate(
    m_aprime: float, target: ThinTarget | ThickTarget, *, e_min: float = 0.0, method: Method = Method.ETL
) -> Estimate:
    """Rate of A' production at epsilon = 1.

    Parameters
    ----------
    m_aprime : float
        Mass of A' [GeV].
    target : ThinTarget or ThickTarget
        What the beam hits.
    e_min : float
        Smallest A' energy [GeV].
    method : Method
        Exact tree level or an approximation.

    Returns
    -------
    Estimate
        Thin: cross-section per atom [pb]. Thick: A' per beam electron,
        sum over nuclei of N_A X0 w/A int dE T(E) sigma(E).
    """
    if isinstance(target, ThinTarget):
        return material_cross_section(m_aprime, target.beam_energy, target.material, method=method, e_min=e_min)
    track = target.track_length
    low = max(target.energy_cut, e_min)
    if low >= target.beam_energy:
        return Estimate(0.0, 0.0)
    length = float(track.above(low))
    z2 = {nucleus: nucleus.z**2 * share / nucleus.a for nucleus, share in target.material.elements}
    total = Estimate(0.0, 0.0)
    for nucleus in z2:
        heavy = z2[nucleus] > LIGHT_SHARE * sum(z2.values())
        rules = (FINE, COARSE) if heavy else (COARSE, ROUGH)
        u, weight = np.polynomial.legendre.leggauss(ENERGY_NODES if heavy else ENERGY_NODES_LIGHT)
        value = error = 0.0
        for energy, share in zip(track.energy_at(0.5 * (u + 1) * length), 0.5 * weight, strict=True):
            try:
                sigma = cross_section(m_aprime, float(energy), nucleus, method=method, e_min=e_min, rules=rules)
            except KinematicsError:
                if energy > 0.99 * target.beam_energy:
                    raise  # even the beam is below threshold
                continue
            value += share * sigma.value
            error += share * sigma.error  # the same rule at every energy: errors add
        atoms = atoms_per_radiation_length(target.material, nucleus) * length
        total = total + Estimate(value * atoms, math.hypot(error, ENERGY_RULE_ERROR * value) * atoms)
    return total
