"""Spin of A' from e+ e- -> gamma A': directions of A' -> chi1 chi2.

Without the electron's mass the square of the amplitude for A' -> l+ l- is proportional to the sum of (p_i.l_j)^2 over
both beams and both leptons, divided by X Y (see `cross_section`). With l = (q +- R)/2, q = k_A', this is

    T_tot - T(N) ~ (p1.q)^2 + (p2.q)^2 + m^2 [(p1.N)^2 + (p2.N)^2],    T_tot = 2 [(p1.q)^2 + (p2.q)^2],

so that in the rest frame of A', where p_i.q = m |p_i|,

    n.rho.n = sum_i |p_i|^2 [1 - (n.p_i/|p_i|)^2] / (2 sum_i |p_i|^2):

A' is a mixture of two, each transverse to one of the beams in its rest frame, with weights |p_i|^2. The electron's mass
changes this by m_e^2 over X and Y, which no detector sees: it matters for photons within the beams alone.
"""

from __future__ import annotations

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.model import DarkMasses
from semivis_gen.numerics import boost_to_rest
from semivis_gen.production.transverse import around, transverse_direction

__all__ = ["beam_axes", "polarised_direction"]


def beam_axes(
    beams: FloatArray, masses: FloatArray, aprime: FloatArray, m_aprime: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Axes to which A' is transverse, and the weights of both.

    Parameters
    ----------
    beams : ndarray
        Momenta of the two beam particles [GeV], shape (n, 2, 3).
    masses : ndarray
        Their masses [GeV], shape (n, 2).
    aprime : ndarray
        Momenta of A' [GeV], shape (n, 3).
    m_aprime : ndarray
        Their masses [GeV], shape (n,).

    Returns
    -------
    axes, share : ndarray
        Directions of the beams in the rest frame of A', shape (n, 2, 3), and weights that sum to one, shape (n, 2).
    """
    rest = np.stack([boost_to_rest(beams[:, i], masses[:, i], aprime, m_aprime) for i in (0, 1)], axis=1)
    size2 = np.einsum("ijk,ijk->ij", rest, rest)
    return rest / np.sqrt(size2)[..., None], size2 / size2.sum(axis=1, keepdims=True)


def polarised_direction(
    beams: FloatArray,
    beam_masses: FloatArray,
    aprime: FloatArray,
    m_aprime: FloatArray,
    masses: DarkMasses,
    rng: np.random.Generator,
) -> FloatArray:
    """Directions of A' -> chi1 chi2 with the spin of A'.

    Parameters
    ----------
    beams, beam_masses, aprime, m_aprime
        As for `beam_axes`.
    masses : DarkMasses
        Masses of the point.
    rng : Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Unit vectors of chi1 in the rest frame of A', axes parallel to the lab's, shape (n, 3).
    """
    axes, share = beam_axes(beams, beam_masses, aprime, m_aprime)
    chosen = (rng.random(len(aprime)) >= share[:, 0]).astype(np.int64)
    axis = axes[np.arange(len(aprime)), chosen]
    return around(axis, transverse_direction(len(aprime), masses, rng))
