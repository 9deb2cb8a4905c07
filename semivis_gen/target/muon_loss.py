"""Mean energy loss of muons in matter, dE/dx = a(E) + b(E) E, from closed formulas for any element.

Ionisation a: Bethe with the correction for spin 1/2, bremsstrahlung of the struck electron, and the density effect in
the general parametrisation of Sternheimer and Peierls, which needs the mean excitation energy alone: PDG review
"Passage of particles through matter"; Groom, Mokhov and Striganov, At. Data Nucl. Data Tables 78 (2001) 183; Phys.
Rev. B 3 (1971) 3681. Within 1 % of the loss with tabulated density effects.

Radiation b E, integrals of energy times cross-section, in the formulas of the Geant4 Physics Reference Manual:
bremsstrahlung on nuclei and electrons (Kelner, Kokoulin and Petrukhin 1995), pair production (Kokoulin and Petrukhin
1970), inelastic scattering on nuclei (Borog and Petrukhin 1975).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from semivis_gen.arrays import FloatArray
from semivis_gen.constants import ALPHA, AVOGADRO, M_ELECTRON, M_MUON, M_PROTON
from semivis_gen.numerics import gauss
from semivis_gen.target.form_factors import Nucleus
from semivis_gen.target.materials import Material

__all__ = ["ionisation_loss", "muon_loss", "radiation_loss"]

K: Final = 0.307075e-3  # 4 pi N_A r_e^2 m_e [GeV cm^2/mol], PDG
PLASMA_EV: Final = 28.816  # plasma energy at rho Z/A = 1 g/cm^3 [eV], PDG
R_ELECTRON_CM: Final = 2.8179403262e-13  # classical electron radius, CODATA 2018
ROOT_E: Final = math.sqrt(math.e)
# mean excitation energies of the elements in order of Z [eV]: ICRU Report 37 (1984)
EXCITATION_EV: Final = (
    19.2, 41.8, 40.0, 63.7, 76.0, 78.0, 82.0, 95.0, 115.0, 137.0, 149.0, 156.0, 166.0, 173.0, 173.0, 180.0, 174.0,
    188.0, 190.0, 191.0, 216.0, 233.0, 245.0, 257.0, 272.0, 286.0, 297.0, 311.0, 322.0, 330.0, 334.0, 350.0, 347.0,
    348.0, 357.0, 352.0, 363.0, 366.0, 379.0, 393.0, 417.0, 424.0, 428.0, 441.0, 449.0, 470.0, 470.0, 469.0, 488.0,
    488.0, 487.0, 485.0, 491.0, 482.0, 488.0, 491.0, 501.0, 523.0, 535.0, 546.0, 560.0, 574.0, 580.0, 591.0, 614.0,
    628.0, 650.0, 658.0, 674.0, 684.0, 694.0, 705.0, 718.0, 727.0, 736.0, 746.0, 757.0, 790.0, 790.0, 800.0, 810.0,
    823.0, 823.0, 830.0, 825.0, 794.0, 827.0, 826.0, 841.0, 847.0, 878.0, 890.0,
)  # fmt: skip


def muon_loss(energy: FloatArray, material: Material) -> FloatArray:
    """Mean energy loss of muons.

    Parameters
    ----------
    energy : ndarray
        Muon energies [GeV].
    material : Material
        What they pass.

    Returns
    -------
    ndarray
        -dE/dx [GeV cm^2/g].

    Examples
    --------
    >>> from semivis_gen.target.materials import material
    >>> loss = muon_loss(np.array([100.0]), material("Fe"))
    >>> f"{1e3 * loss[0]:.2f} MeV cm^2/g"
    '2.78 MeV cm^2/g'
    """
    total = ionisation_loss(energy, material)
    for nucleus, share in material.elements:
        total = total + share * radiation_loss(energy, nucleus)
    return np.asarray(total)


def ionisation_loss(energy: FloatArray, material: Material) -> FloatArray:
    """Ionisation part of the loss.

    Parameters
    ----------
    energy : ndarray
        Muon energies [GeV].
    material : Material
        What they pass; its mean excitation energy is that of the elements by Bragg's rule.

    Returns
    -------
    ndarray
        a(E) [GeV cm^2/g].
    """
    z_over_a = {nucleus: share * nucleus.z / nucleus.a for nucleus, share in material.elements}
    electrons = sum(z_over_a.values())
    log_excitation = sum(part * math.log(_excitation_ev(nucleus.z)) for nucleus, part in z_over_a.items()) / electrons
    gamma = energy / M_MUON
    bg2 = (gamma - 1) * (gamma + 1)
    beta2 = bg2 / gamma**2
    largest = 2 * M_ELECTRON * bg2 / (1 + 2 * gamma * M_ELECTRON / M_MUON + (M_ELECTRON / M_MUON) ** 2)
    logarithm = 0.5 * np.log(2 * M_ELECTRON * bg2 * largest) - (log_excitation + math.log(1e-9))
    plasma = PLASMA_EV * math.sqrt(material.density_g_cm3 * electrons)
    delta = _density_effect(0.5 * np.log10(bg2), math.exp(log_excitation), plasma)
    bethe = (logarithm - beta2 - 0.5 * delta + largest**2 / (8 * energy**2)) / beta2
    # bremsstrahlung of the struck electron (Groom et al., eq. 8)
    hard = np.log(np.maximum(2 * largest / M_ELECTRON, 1.0))
    struck = ALPHA / (4 * math.pi) * np.maximum(np.log(2 * gamma) - hard / 3, 0.0) * hard**2
    return np.asarray(K * electrons * (bethe + struck))


def _excitation_ev(z: int) -> float:
    return EXCITATION_EV[z - 1] if z <= len(EXCITATION_EV) else z * (9.76 + 58.8 * z**-1.19)


def _density_effect(x: FloatArray, excitation: float, plasma: float) -> FloatArray:
    """Density effect delta of a solid or liquid; x = log10(beta gamma), energies in eV."""
    c = 2 * math.log(excitation / plasma) + 1
    x1, limit, start = (2.0, 3.681, 1.0) if excitation < 100 else (3.0, 5.215, 1.5)
    x0 = 0.2 if c < limit else 0.326 * c - start
    rise = 2 * math.log(10)
    scale = (c - rise * x0) / (x1 - x0) ** 3
    above = rise * x - c + scale * np.maximum(x1 - x, 0.0) ** 3
    return np.where(x < x0, 0.0, above)


def radiation_loss(energy: FloatArray, nucleus: Nucleus) -> FloatArray:
    """Radiative part of the loss in one element.

    Parameters
    ----------
    energy : ndarray
        Muon energies [GeV].
    nucleus : Nucleus
        Nuclei of the element.

    Returns
    -------
    ndarray
        b(E) E [GeV cm^2/g].
    """
    e = np.asarray(energy, dtype=float)[..., None]
    parts = (_bremsstrahlung(e, nucleus), _pairs(e, nucleus), _inelastic(e, nucleus))
    return np.asarray(AVOGADRO / nucleus.a * sum(parts))


def _bremsstrahlung(e: FloatArray, nucleus: Nucleus) -> FloatArray:
    """Integral of energy times cross-section of mu N -> mu N gamma [GeV cm^2]; the last axis of e is for the nodes."""
    z = nucleus.z
    nuclear, electronic = (202.4, 446.0) if z == 1 else (182.7, 1429.0)
    nuclear, electronic, size = nuclear * z ** (-1 / 3), electronic * z ** (-2 / 3), 1.54 * nucleus.a**0.27
    node, weight = gauss(64, clustered=True)
    largest = np.maximum(1 - 0.75 * ROOT_E * M_MUON / e * z ** (1 / 3), 0.0)
    v = largest * node
    delta = 0.5 * M_MUON**2 * v / (e * (1 - v))
    screened = (M_MUON + delta * (size * ROOT_E - 2)) / (size * (M_ELECTRON + delta * ROOT_E * nuclear))
    on_nucleus = np.maximum(np.log(nuclear * screened), 0.0)
    screened = M_MUON / ((1 + delta * M_MUON / (M_ELECTRON**2 * ROOT_E)) * (M_ELECTRON + delta * ROOT_E * electronic))
    kinematic = v < 1 / (1 + M_MUON**2 / (2 * M_ELECTRON * e))
    on_electrons = np.where(kinematic, np.maximum(np.log(electronic * screened), 0.0), 0.0)
    shape = (z * on_nucleus + on_electrons) * (1 - v + 0.75 * v * v)
    scale = 16 / 3 * ALPHA * (M_ELECTRON / M_MUON * R_ELECTRON_CM) ** 2 * z
    return np.asarray(scale * (e * largest)[..., 0] * (shape @ weight))


def _pairs(e: FloatArray, nucleus: Nucleus) -> FloatArray:
    """Integral of energy times cross-section of mu N -> mu N e+ e- [GeV cm^2]."""
    z = nucleus.z
    node, weight = gauss(48, clustered=True)
    low, high = 4 * M_ELECTRON / e, 1 - 0.75 * ROOT_E * M_MUON / e * z ** (1 / 3)
    span = np.log(np.maximum(high / low, 1.0))
    v = (low * np.exp(span * node))[..., None]
    # both ends of the pair's asymmetry rho are near 1, where it peaks: uniform in ln(1 - rho)
    largest = np.sqrt(np.maximum(1 - 4 * M_ELECTRON / (e[..., None] * v), 0.0))
    largest = np.clip(largest * (1 - 6 * M_MUON**2 / (e[..., None] ** 2 * (1 - v))), 0.0, 1 - 1e-15)
    inner, inner_weight = gauss(16)
    log_rest = np.log1p(-largest)
    rest = np.exp(log_rest * inner)
    density = -log_rest[..., 0] * ((_pair_asymmetry(e[..., None], v, 1 - rest, z) * rest) @ inner_weight)
    v = v[..., 0]
    scale = 4 / (3 * math.pi) * (ALPHA * R_ELECTRON_CM) ** 2 * z * (z + _pairs_on_electrons(e, z))
    return np.asarray((scale * e * span)[..., 0] * ((density * (1 - v) * v) @ weight))


def _pair_asymmetry(e: FloatArray, v: FloatArray, rho: FloatArray, z: int) -> FloatArray:
    """Density G in rho of Kokoulin and Petrukhin: both diagrams, on electrons' and on the muon's line."""
    screening = 183 * z ** (-1 / 3)
    r2, beta = rho * rho, 0.5 * v * v / (1 - v)
    xi = (0.5 * M_MUON / M_ELECTRON * v) ** 2 * (1 - r2) / (1 - v)
    damp = 2 * M_ELECTRON * ROOT_E * screening / (e * v * (1 - r2))
    y = (5 - r2 + 4 * beta * (1 + r2)) / (2 * (1 + 3 * beta) * np.log(3 + 1 / xi) - r2 - 2 * beta * (2 - r2))
    width = (1 + xi) * (1 + y)
    log_e = np.log(screening * np.sqrt(width) / (1 + damp * width)) - 0.5 * np.log1p(
        (1.5 * M_ELECTRON / M_MUON * z ** (1 / 3)) ** 2 * width
    )
    inverse = 1 / xi
    b_e = ((2 + r2) * (1 + beta) + xi * (3 + r2)) * np.log1p(inverse) + (1 - r2 - beta) / (1 + xi) - (3 + r2)
    b_e = np.where(xi > 1e3, 0.5 * inverse * ((3 - r2) + 2 * beta * (1 + r2)), b_e)  # where the terms cancel
    y = (4 + r2 + 3 * beta * (1 + r2)) / ((1 + r2) * (1.5 + 2 * beta) * np.log(3 + xi) + 1 - 1.5 * r2)
    width = (1 + inverse) * (1 + y)
    log_mu = np.log(M_MUON / M_ELECTRON * screening * np.sqrt(width) / (1 + damp * (1 + xi) * (1 + y)))
    log_mu -= np.log(1.5 * z ** (1 / 3) * np.sqrt(width))
    b_mu = ((1 + r2) * (1 + 1.5 * beta) - inverse * (1 + 2 * beta) * (1 - r2)) * np.log1p(xi)
    b_mu += xi * (1 - r2 - beta) / (1 + xi) + (1 + 2 * beta) * (1 - r2)
    b_mu = np.where(xi < 1e-3, 0.5 * xi * ((5 - r2) + beta * (3 + r2)), b_mu)
    ratio2 = (M_ELECTRON / M_MUON) ** 2
    return np.asarray(np.maximum(b_e * log_e, 0.0) + ratio2 * np.maximum(b_mu * log_mu, 0.0))


def _pairs_on_electrons(e: FloatArray, z: int) -> FloatArray:
    """Share zeta that the electrons of an atom add to Z."""
    gamma = e / M_MUON
    g1, g2 = (4.4e-5, 4.8e-5) if z == 1 else (1.95e-5, 5.3e-5)
    above = 0.073 * np.log(gamma / (1 + g1 * z ** (2 / 3) * gamma)) - 0.26
    below = 0.058 * np.log(gamma / (1 + g2 * z ** (1 / 3) * gamma)) - 0.14
    return np.where(above > 0, above / np.where(above > 0, below, 1.0), 0.0)


def _inelastic(e: FloatArray, nucleus: Nucleus) -> FloatArray:
    """Integral of energy times cross-section of mu N -> mu X [GeV cm^2]."""
    lambda2, start = 0.4, 0.2  # [GeV^2], [GeV]
    node, weight = gauss(32, clustered=True)
    high = np.maximum(e - 0.5 * M_PROTON, start)
    span = np.log(high / start)
    nu = start * np.exp(span * node)
    v = nu / e
    photon_cm2 = (49.2 + 11.1 * np.log(nu) + 151.8 / np.sqrt(nu)) * 1e-30
    nucleons = 0.22 * nucleus.a + 0.78 * nucleus.a**0.89
    hard = 1 + M_MUON**2 * v * v / (lambda2 * (1 - v))
    root = math.sqrt(lambda2)
    soft = 1 + nu / root * (1 + root / (2 * M_PROTON) + nu / root)
    flux = (
        v
        - 1
        + (1 - v + 0.5 * v * v * (1 + 2 * M_MUON**2 / lambda2)) * np.log(e * e * (1 - v) / M_MUON**2 * hard / soft)
    )
    return np.asarray(ALPHA / math.pi * nucleons * span[..., 0] * ((photon_cm2 * np.maximum(flux, 0.0) * nu) @ weight))
