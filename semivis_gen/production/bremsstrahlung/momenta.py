"""Momenta of the particles from the variables of phase space."""

from __future__ import annotations

import math

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.production.bremsstrahlung.phase_space import Kinematics, Reaction

__all__ = ["momenta_of"]


def momenta_of(
    reaction: Reaction, kin: Kinematics, t: FloatArray, cos_phi: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Momenta of one event for each point, in the rest frame of the nucleus with the beam along z.

    Parameters
    ----------
    reaction : Reaction
        Energies and masses, one for all or one for each point.
    kin : Kinematics
        Points, shape (n,).
    t, cos_phi : ndarray
        Momentum transfer [GeV^2] and cosine of the recoil's azimuth around V = p - k, shapes (n,).
    rng : Generator
        Draws the azimuth of the whole event and the side of the recoil.

    Returns
    -------
    beam, aprime, lepton, recoil : ndarray
        Three-momenta [GeV], shapes (n, 3); they add up, and the masses are those of the particles.
    """
    n = len(t)
    turn, side = rng.random((2, n))
    p = np.broadcast_to(reaction.p, (n,))
    # in the plane of p and k: x along the transverse momentum of A', z along the beam
    k_x = np.sqrt(np.maximum(kin.excess * (2 * p * kin.k - kin.excess), 0.0)) / p
    k_z = kin.k - kin.excess / p
    v_x, v_z = -k_x / kin.v, (p - k_z) / kin.v  # unit vector of V = p - k
    along, across = reaction.recoil(kin, t)
    c = across * cos_phi
    s = np.copysign(across * np.sqrt((1 - cos_phi) * (1 + cos_phi)), side - 0.5)
    # e1 = (v_z, 0, -v_x): across V, on the side of k; e2 = y
    q_x, q_z = along * v_x + c * v_z, along * v_z - c * v_x
    angle = 2 * math.pi * turn
    cos_turn, sin_turn = np.cos(angle), np.sin(angle)
    beam, aprime, lepton, recoil = (np.empty((n, 3)) for _ in range(4))
    beam[:, :2], beam[:, 2] = 0.0, p
    aprime[:, 0], aprime[:, 1], aprime[:, 2] = k_x * cos_turn, k_x * sin_turn, k_z
    recoil[:, 0], recoil[:, 1], recoil[:, 2] = q_x * cos_turn - s * sin_turn, q_x * sin_turn + s * cos_turn, q_z
    np.subtract(beam, aprime, out=lepton)
    lepton -= recoil
    return beam, aprime, lepton, recoil
