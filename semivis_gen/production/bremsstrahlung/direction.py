"""Directions of A' -> chi1 chi2 for A' with the polarisation of their bremsstrahlung."""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import M_ELECTRON
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import isotropic
from semivis_gen.production.bremsstrahlung.invariants import LabInvariants
from semivis_gen.production.bremsstrahlung.polarisation import linear_polarisation

__all__ = ["aligned_direction"]


def aligned_direction(
    beam: FloatArray,
    lepton: FloatArray,
    recoil: FloatArray,
    aprime: FloatArray,
    masses: DarkMasses,
    rng: np.random.Generator,
    *,
    nucleus_mass: FloatArray,
    lepton_mass: float = M_ELECTRON,
) -> FloatArray:
    """Directions of A' -> chi1 chi2 for A' with the polarisation of its production.

    dN/dOmega ~ 1 - kappa n.rho.n = (1 - kappa) + kappa (1 - n.rho.n), see `polarisation`: a share of all
    A' decays isotropically, the rest by rejection, which keeps 2/3 of all tries.

    Parameters
    ----------
    beam, lepton, recoil, aprime : ndarray
        Lab momenta of production [GeV], shape (n, 3); the beam along z, the nucleus at rest before.
    masses : DarkMasses
        Masses of the point.
    rng : Generator
        Source of randomness.
    nucleus_mass : ndarray
        Masses of the nuclei [GeV], shape (n,).
    lepton_mass : float
        Mass of beam particle and outgoing lepton [GeV].

    Returns
    -------
    ndarray
        Unit vectors in the A' rest frame, axes parallel to those of the lab, shape (n, 3).
    """
    count, m = len(aprime), masses.m_aprime
    kappa = masses.kappa
    n = isotropic(count, rng)
    turned = np.flatnonzero(rng.random(count) < 2 * kappa / (3 - kappa))
    production = LabInvariants.from_momenta(
        beam[turned],
        lepton[turned],
        recoil[turned],
        aprime[turned],
        mass=nucleus_mass[turned],
        m2=np.full(len(turned), m * m),
        lepton_mass=lepton_mass,
    )
    while len(turned):
        refused = np.flatnonzero(rng.random(len(turned)) < linear_polarisation(n[turned], production, m))
        turned, production = turned[refused], production.take(refused)
        n[turned] = isotropic(len(turned), rng)
    return n
